"""Our log lines on the standard error, for the app and the command line alike."""

import logging


def start_log(level: str, *, handler: logging.Handler | None = None) -> None:
    """Show our lines from `level` on and other libraries' warnings, unless whoever runs us has said where lines go."""
    if handler is None:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("stockdash").setLevel(level)
