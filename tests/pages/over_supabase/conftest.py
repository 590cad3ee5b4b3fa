from tests.peers.supabase import lite, pglite_project

__all__ = ["lite", "pglite_project"]
