"""What the Plugins page tells of one indicator, drawn from its declaration: pure, values in, HTML out.

Every text from outside is escaped: a plugin's author writes them.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stockdash.errors import IndicatorError
from stockdash.forms import Control, controls
from stockdash.indicators import Draw, Indicator, Listing, Output, Params
from stockdash.installed import Origin
from stockdash.pages._instances import declared
from stockdash.verdicts import Verdict

_DASH = "\N{EN DASH}"
_DRAWN: dict[Draw, str] = {
    "line": "line",
    "dashes": "dashed line",
    "histogram": "bars from zero",
    "points": "points",
    "markers": "marks at bars",
    "profile": "rows behind the candles",
}
_KINDS: dict[str, str] = {
    "toggle": "on or off",
    "text": "text",
    "color": "colour",
    "date": "date",
    "time": "time of day",
    "datetime": "date and time",
    "range": "two ends of a range",
    "pair": "two numbers",
    "source": "price or another indicator",
}


def head_html(listing: Listing, origin: Origin, verdict: Verdict) -> str:
    """Give name, badge, where it comes from, what it does and who says so."""
    parts = [
        f"<h2>{escape(listing.name)} <small>{escape(listing.id)}</small></h2>",
        f'<p class="sd-from">{chip_html(verdict)} {escape(listing.category)} · {origin_html(origin)}</p>',
        f"<p>{escape(listing.description)}</p>" if listing.description else "",
        _said("Also known as", ", ".join(listing.synonyms)),
        _said("Formula", listing.source),
    ]
    return f'<div class="sd-doc">{"".join(parts)}</div>'


def chip_html(verdict: Verdict) -> str:
    """Give a badge whose tooltip says what it means."""
    tone = "warn" if verdict.repaints else {"clean": "good", "failed": "warn"}.get(verdict.level, "plain")
    return f'<span class="sd-chip sd-chip-{tone}" title="{escape(verdict.text)}">{escape(verdict.badge)}</span>'


def origin_html(origin: Origin) -> str:
    """Give package, version, author and licence, with a link to the package's own page where that is one."""
    name = f"{escape(origin.package)} {escape(origin.version)}"
    if origin.homepage.lower().startswith(("https://", "http://")):
        name = f'<a href="{escape(origin.homepage)}" target="_blank" rel="noopener noreferrer">{name}</a>'
    author = f"by {escape(origin.author)}" if origin.author else ""
    return " · ".join(part for part in (name, author, escape(origin.licence)) if part)


def declaration_html(indicator: Indicator[Any]) -> str:
    """Give the tables of its parameters and its outputs, and how long it warms up."""
    form, model = controls(indicator.params), indicator.params
    rows = [_parameter(control, model) for control in form]
    parameters = _table("Parameters", ("Parameter", "Default", "Values", "What it does"), rows)
    defaults = model()
    try:
        outputs = declared(indicator, defaults)
    except IndicatorError as exc:
        return f'<div class="sd-doc">{parameters}<p>{escape(str(exc))}</p></div>'
    drawn = _table("Outputs", ("Output", "Drawn as", "Where"), [_output(one, indicator, defaults) for one in outputs])
    warmup = f"<p>{escape(_warmup_text(indicator, defaults))}</p>"
    return f'<div class="sd-doc">{parameters}{drawn}{warmup}</div>'


def proof_html(verdict: Verdict) -> str:
    """Give what was checked and what came out, each finding in full."""
    found = "".join(
        f"<li><b>{escape(one.check)}</b>, {escape(one.where)}: {escape(one.message)}</li>" for one in verdict.breaches
    )
    faults = f"<ul>{found}</ul>" if found else ""
    return f'<div class="sd-doc"><h3>What is proved</h3><p>{escape(verdict.text)}</p>{faults}</div>'


def _said(term: str, text: str) -> str:
    return f'<p class="sd-said"><b>{term}</b> {escape(text)}</p>' if text else ""


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table of texts, without a last column that is empty; none for no rows."""
    rows = tuple(rows)
    if not any(row[-1] for row in rows):
        heads, rows = heads[:-1], tuple(row[:-1] for row in rows)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    if not body:
        return ""
    head = "".join(f"<th scope=col>{name}</th>" for name in heads)
    return (
        f'<h3>{title}</h3><div class="sd-wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _parameter(control: Control, model: type[BaseModel]) -> tuple[str, str, str, str]:
    info = _field(model, control.name)
    said = (info.description or "") if info is not None else ""
    reach = control.help.removeprefix(said).removeprefix(" · ")
    label = " · ".join(part for part in (control.group, control.label) if part)
    return label, _value(control.default), " ".join(part for part in (_kind(control), reach) if part), said


def _kind(control: Control) -> str:
    if control.kind in ("slider", "number"):
        kind = "whole number" if isinstance(control.default, int) else "number"
    elif control.choices and control.kind != "source":
        kind = " | ".join(map(_value, control.choices))
    else:
        kind = _KINDS.get(control.kind, control.kind)
    return f"{kind}, or auto" if control.optional else kind


def _value(value: object) -> str:
    if value is None:
        return "auto"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(_value, value)) or _DASH
    return f"{value:g}" if isinstance(value, float) else str(getattr(value, "value", value))


def _field(model: type[BaseModel], name: str) -> FieldInfo | None:
    """Find the field that a control stands for; of a choice of sub-forms, the first that has it."""
    head, _, rest = name.partition(".")
    info = model.model_fields.get(head)
    if info is None or not rest:
        return info
    inner = [kind for kind in (info.annotation, *get_args(info.annotation)) if isinstance(kind, type)]
    found = (_field(kind, rest) for kind in inner if issubclass(kind, BaseModel))
    return next((field for field in found if field is not None), None)


def _output(output: Output, indicator: Indicator[Any], defaults: Params) -> tuple[str, str, str]:
    levels = f" with lines at {', '.join(f'{level:g}' for level in output.levels)}" if output.levels else ""
    over = output.draw == "markers" or indicator.pane_of(defaults) == "price"
    return output.label, f"{_DRAWN[output.draw]}{levels}", "over the prices" if over else "a pane of its own"


def _warmup_text(indicator: Indicator[Any], defaults: Params) -> str:
    try:
        bars = indicator.warmup(defaults)
    except Exception as exc:  # noqa: BLE001 - the plugin's own function; what it raised is told
        return f"Its warm-up can't be told: {type(exc).__name__}: {exc}"
    if not bars:
        return "With the defaults there is a value from the first bar on."
    return f"With the defaults the first {bars:,} bar{'s have' if bars > 1 else ' has'} no value."
