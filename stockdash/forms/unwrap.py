"""The bare type below what Python and pydantic wrap around it, and values of one type as those of another."""

from functools import cache
from typing import Annotated, Any, NewType, get_args, get_origin

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo
from typing_extensions import TypeAliasType


def unwrap(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """Give the type without aliases and ``Annotated``, and what these said of it."""
    if isinstance(annotation, TypeAliasType) or hasattr(annotation, "__value__"):
        return unwrap(annotation.__value__)
    if isinstance(annotation, NewType):
        return unwrap(annotation.__supertype__)
    if get_origin(annotation) is not Annotated:
        return annotation, ()
    inner, *said = get_args(annotation)
    bare, deeper = unwrap(inner)
    here = (part for item in said for part in (_said(item) if isinstance(item, FieldInfo) else (item,)))
    return bare, (*deeper, *here)


def _said(info: FieldInfo) -> tuple[Any, ...]:
    return (*info.metadata, *([info.json_schema_extra] if info.json_schema_extra else []))


def as_like(written: object, like: Any) -> Any:
    """Give what pydantic wrote to JSON as a value of the annotation `like`: a Decimal, written as text, as a float."""
    return _adapter(like).validate_python(written)


@cache
def _adapter(like: Any) -> TypeAdapter[Any]:
    return TypeAdapter(like)
