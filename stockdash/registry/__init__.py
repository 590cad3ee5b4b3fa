"""The indicators that are installed: entry points of the group ``stockdash.indicators``.

Built-ins are declared in stockdash's own metadata, the same way as strangers. A plugin that can't be loaded
becomes a `Failure` and the rest works. This guards against accidents, not against malice: a plugin is code that
the user chose to install.
"""

from stockdash.installed import HOST, UNKNOWN, Gate, Origin
from stockdash.registry.catalog import Blocked, Catalog, Restart
from stockdash.registry.loading import GROUP, SLOW_SECONDS, load_catalog
from stockdash.registry.rescanning import news, rescan
from stockdash.registry.searching import search
from stockdash.registry.use import Failure

__all__ = [
    "GROUP",
    "HOST",
    "SLOW_SECONDS",
    "UNKNOWN",
    "Blocked",
    "Catalog",
    "Failure",
    "Gate",
    "Origin",
    "Restart",
    "load_catalog",
    "news",
    "rescan",
    "search",
]
