"""A named set of indicators with their parameters and styles, and the JSON document that it is kept and shared as.

Pure. A document comes from anyone's hands, so everything in it is checked before anything is done with it: format and
version, size, names, packages that could stand in a command. Whether its indicators are installed and its parameters
fit them is asked when the template is applied. docs/templates.md has the schema.
"""

import json
import re
import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from stockdash.errors import TemplateError

FORMAT = "stockdash-template"
VERSION = 1
LONGEST_NAME = 60
# Ten times what the largest form of twelve indicators needs.
MOST_BYTES = 200_000
MOST_INDICATORS = 50

_MOST_TOLD = 3
_UNPRINTED = re.compile(r"[^ -~]|`")


def checked_name(text: str) -> str:
    """Give the name in the form in which it is kept: trimmed, single spaces, composed characters.

    Raises
    ------
    TemplateError
        It is empty, too long, or has characters that don't show.
    """
    name = " ".join(unicodedata.normalize("NFC", text[:MOST_BYTES]).split())
    if not name:
        raise TemplateError("A template needs a name. Type one, such as: Momentum")
    if len(name) > LONGEST_NAME:
        raise TemplateError(f"The name has {len(name)} characters, at most {LONGEST_NAME} are allowed. Shorten it.")
    if hidden := [sign for sign in name if unicodedata.category(sign).startswith("C")]:
        raise TemplateError(f"The name has the character U+{ord(hidden[0]):04X}, which does not show. Leave it out.")
    return name


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Style(_Document):
    """How one output is drawn; what is left out is as the indicator declares it. The width is in pixels."""

    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$"), AfterValidator(str.lower)] | None = None
    width: Literal[1, 2, 3, 4] | None = None
    visible: bool | None = None


def _finite(params: dict[str, JsonValue]) -> dict[str, JsonValue]:
    try:
        json.dumps(params, allow_nan=False)
    except ValueError:
        raise ValueError("Expected finite numbers, NaN and Infinity are no JSON") from None
    return params


class Entry(_Document):
    """One indicator of a template.

    Attributes
    ----------
    package, version : the distribution that had it when the template was saved, as pip lists it; empty when unknown.
    params : what the parameters' model gives in JSON. A source that is another indicator's output reads
        ``@PLACE.OUTPUT``; the place is that of the entry in the template, from 0.
    styles : by the output's name.
    hidden : nothing of it is drawn; others may still take their source from it.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
    # Both may stand in a command that the user is told to run: nothing that a shell would understand.
    package: Annotated[str, Field(pattern=r"^([A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?)?$")] = ""
    version: Annotated[str, Field(pattern=r"^([0-9][A-Za-z0-9.+!]{0,59})?$")] = ""
    params: Annotated[dict[str, JsonValue], AfterValidator(_finite)] = Field(default_factory=dict)
    styles: Annotated[dict[Annotated[str, Field(min_length=1, max_length=80)], Style], Field(max_length=64)] = Field(
        default_factory=dict
    )
    hidden: bool = False


class Template(_Document):
    """A named set of indicators, in the order in which they are drawn."""

    name: Annotated[str, AfterValidator(checked_name)]
    indicators: Annotated[tuple[Entry, ...], Field(max_length=MOST_INDICATORS)] = ()

    @property
    def key(self) -> str:
        """What tells this template from others: names that differ only in case are the same."""
        return key_of(self.name)


def key_of(name: str) -> str:
    """Give the identity of a name; raises as `checked_name`."""
    return checked_name(name).casefold()


def to_json(template: Template) -> str:
    """Give the document."""
    head = {"format": FORMAT, "version": VERSION}
    return json.dumps(head | template.model_dump(mode="json", exclude_none=True), indent=2, ensure_ascii=False)


def from_json(content: str | bytes) -> Template:
    """Read a document, as `to_json` wrote it or somebody by hand.

    Raises
    ------
    TemplateError
        It is too large, no JSON, no template, of a newer format, or says something that can't be right.
    """
    size = len(content)
    if size > MOST_BYTES:
        raise TemplateError(f"The template has {size:,} bytes, at most {MOST_BYTES:,} are read. Is it the right file?")
    try:
        head = _Head.model_validate_json(content)
        _check_version(head)
        whole = _Whole.model_validate_json(content)
    except ValidationError as exc:
        raise TemplateError(f"This is no template that can be read. {_told(exc)}") from exc
    return Template(name=whole.name, indicators=whole.indicators)


class _Head(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    format: Literal["stockdash-template"]
    version: int


class _Whole(Template):
    format: Literal["stockdash-template"]
    version: Literal[1]


def _check_version(head: _Head) -> None:
    if head.version > VERSION:
        raise TemplateError(
            f"This template is of format version {head.version}, the newest that is understood here is {VERSION}. "
            "Upgrade with: pip install --upgrade stockdash"
        )


def _told(exc: ValidationError) -> str:
    """Give what is wrong, at most three things, in words that hold nothing hostile of the document."""
    errors = exc.errors(include_url=False, include_input=False, include_context=False)
    told = [
        f"{_UNPRINTED.sub('?', '.'.join(map(str, error['loc'])))[:80] or 'The document'}: "
        f"{_UNPRINTED.sub('?', error['msg'].removeprefix('Value error, '))[:160].rstrip('.')}."
        for error in errors[:_MOST_TOLD]
    ]
    more = len(errors) - len(told)
    return " ".join([*told, *([f"And {more} more."] if more else [])])
