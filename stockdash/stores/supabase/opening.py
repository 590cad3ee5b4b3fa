"""Opening the project that the settings name, and keeping bars of two sources apart."""

from stockdash.errors import SettingsError
from stockdash.settings import Settings
from stockdash.stores.supabase import SupabaseReadStore, SupabaseStore

# The text under this key names the source of every bar in the project.
SOURCE = "source"


def open_project(settings: Settings) -> SupabaseReadStore:
    """Open the project: to be written with the secret key, only to be read with the publishable one alone.

    Raises
    ------
    SettingsError
        There is no URL or no key, or the project holds bars of another source.
    StoreError
        It can't be reached, does not know the key or lacks what ``sql/`` makes.
    """
    key = settings.supabase_key or settings.supabase_publishable_key
    if settings.supabase_url is None or key is None:
        raise SettingsError("The Supabase store needs SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY. Set both.")
    opened = SupabaseStore if settings.supabase_key else SupabaseReadStore
    store = opened(settings.supabase_url, key.get_secret_value())
    try:
        _check_source(store, settings.stockdash_source)
    except BaseException:
        store.close()
        raise
    return store


def _check_source(store: SupabaseReadStore, source: str) -> None:
    there = store.state(SOURCE)
    if there is None and isinstance(store, SupabaseStore):
        store.set_state(SOURCE, source)
    elif there is not None and there != source:
        raise SettingsError(
            f"{store.name} holds bars of the source {there!r}, and STOCKDASH_SOURCE is {source!r}. Bars of two sources "
            f"are never mixed: set STOCKDASH_SOURCE={there}, or use another project."
        )
