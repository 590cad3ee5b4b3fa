"""How the user wants an output drawn, and how a link says it. Pure.

A link says ``-rsi.ff8800.2.off`` of an output: its name, then a colour, a width in pixels and whether it is drawn, each
where it differs from what the indicator's author declared. ``-.off`` hides the whole indicator. Looks of outputs that
the present parameters don't give wait until they do.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote

WIDTHS = (1, 2, 3, 4)

SIGN = "-"  # no parameter's name begins with it
_MOST = 64  # outputs of one indicator
_LONGEST = 80
_COLOR = re.compile(r"[0-9a-f]{6}")
_VISIBLE = {"on": True, "off": False}


@dataclass(frozen=True, slots=True)
class Look:
    """What is different from the indicator's declaration; None leaves that as it is.

    Attributes
    ----------
    color : ``#rrggbb``, lower case.
    width : of the line, pixels, one of `WIDTHS`.
    visible : whether the output is drawn and told.
    """

    color: str | None = None
    width: int | None = None
    visible: bool | None = None


@dataclass(slots=True)
class Looks:
    """The looks of one indicator as a link says them, and the parts of it that make no sense."""

    styles: dict[str, Look] = field(default_factory=dict)
    hidden: bool = False
    wrong: list[str] = field(default_factory=list)


def write_looks(styles: Mapping[str, Look], *, hidden: bool) -> tuple[str, ...]:
    """Give the parts of a link, in letters that need no escaping there but ``%``."""
    parts = [f"{SIGN}{_spelt(name)}.{'.'.join(words)}" for name, look in styles.items() if (words := _words(look))]
    return (*parts, *([f"{SIGN}.off"] if hidden else []))


def read_looks(parts: Iterable[str]) -> Looks:
    """Read the parts of a link that begin with `SIGN`; nothing is taken of a part that makes no sense."""
    looks = Looks()
    for part in parts:
        name, *words = part.removeprefix(SIGN).split(".")
        name = unquote(name)
        if not name and words == ["off"]:
            looks.hidden = True
        elif (look := _read(words)) and 0 < len(name) <= _LONGEST and len(looks.styles) < _MOST:
            looks.styles[name] = look
        else:
            looks.wrong.append(part)
    return looks


def _words(look: Look) -> list[str]:
    said = [look.color.removeprefix("#")] if look.color is not None else []
    said += [str(look.width)] if look.width is not None else []
    return said + ([] if look.visible is None else ["on" if look.visible else "off"])


def _read(words: list[str]) -> Look | None:
    look = Look()
    for word in words:
        if _COLOR.fullmatch(word.lower()) and look.color is None:
            look = replace(look, color=f"#{word.lower()}")
        elif word in map(str, WIDTHS) and look.width is None:
            look = replace(look, width=int(word))
        elif word in _VISIBLE and look.visible is None:
            look = replace(look, visible=_VISIBLE[word])
        else:
            return None
    return look if words else None


def _spelt(name: str) -> str:
    return quote(name, safe="").replace("~", "%7E").replace(".", "%2E")
