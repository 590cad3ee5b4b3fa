"""What about the installed packages needs the user's attention: pure, values in, HTML out, all of it escaped."""

from html import escape

from stockdash.registry import Catalog, Failure

_SHOWN = 200  # letters of a reason in a summary line


def news_html(catalog: Catalog) -> str:
    """Give what failed with its cure, what waits for a restart, what is slow and what is kept out; may be empty."""
    parts = [
        *(_failure(one) for one in catalog.failures),
        *(_line("info", "Restart to use it:", one.text) for one in catalog.restarts),
        *(_line("slow", f"{one.package} {one.version}", f"{one.plugin} {one.reason}.") for one in catalog.slow),
        *(_line("info", f"{reason[0].upper()}{reason[1:]}:", names) for reason, names in _kept_out(catalog).items()),
    ]
    return f'<ul class="sd-news">{"".join(parts)}</ul>' if parts else ""


def _kept_out(catalog: Catalog) -> dict[str, str]:
    """Give the names of what the settings keep out, by the reason."""
    names: dict[str, list[str]] = {}
    for one in catalog.blocked:
        name = f"{one.indicator_id} of {one.package}" if one.indicator_id else f"{one.package} {one.version}"
        names.setdefault(one.reason, []).append(name)
    return {reason: ", ".join(found) for reason, found in names.items()}


def _failure(one: Failure) -> str:
    reason = one.reason if len(one.reason) <= _SHOWN else f"{one.reason[:_SHOWN]}…"
    cure = f"<p>{escape(one.cure)}</p>" if one.cure else ""
    head = f"<b>{escape(one.plugin)}</b> of {escape(one.package)} {escape(one.version)} could not be loaded"
    return f'<li class="sd-broken" role="alert">{head}<p title="{escape(one.reason)}">{escape(reason)}</p>{cure}</li>'


def _line(kind: str, head: str, text: str) -> str:
    return f'<li class="sd-{kind}"><b>{escape(head)}</b> {escape(text)}</li>'
