from tests.peers.supabase import lite, new_project, pglite_project, postgres, postgres_project

__all__ = ["lite", "new_project", "pglite_project", "postgres", "postgres_project"]
