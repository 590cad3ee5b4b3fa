"""A function's parameters as a class that stockdash makes widgets of."""

import functools
from typing import Any, ClassVar, Literal

from pydantic import Field, create_model

from stockdash import Params, Source
from stockdash_pandas_ta.table import Function, Parameter

_Key = tuple[tuple[Parameter, ...], tuple[tuple[str, str], ...]]

_TITLES = {
    "ddof": "Degrees of freedom lost",
    "drift": "Drift",
    "mamode": "Kind of average",
    "std": "Deviations",
}
_HELP = {
    "drift": "Bars between the two values of a difference",
    "length": "Bars looked back over",
    "mamode": "How it is smoothed",
    "scalar": "Factor of the answer",
}


def parameters(function: Function) -> type[Params]:
    """Give the class of the function's parameters; functions that take the same share one."""
    prices = tuple(_prices(function))
    return _model(function.parameters, prices)


def _prices(function: Function) -> list[tuple[str, str]]:
    if not function.takes_any_price and "benchmark" not in function.inputs:
        return []
    return [(name, column) for name, column in function.inputs.items() if name in {"close", "benchmark"}]


@functools.cache
def _model(parameters: tuple[Parameter, ...], prices: tuple[tuple[str, str], ...]) -> type[Params]:
    fields: dict[str, Any] = {parameter.name: _field(parameter) for parameter in parameters}
    for name, column in prices:
        title = "Benchmark" if name == "benchmark" else "Source"
        fields["source" if name == "close" else name] = (Source, Field(column, title=title))
    model = create_model("PandasTaParams", __base__=_Made, __module__=__name__, **fields)
    model.made_of = parameters, prices
    return model


class _Made(Params):
    """Can be pickled although its class stands in no module: the class is made anew from what it was made of."""

    made_of: ClassVar[_Key] = ((), ())

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (*self.made_of, self.model_dump())


def _restored(parameters: tuple[Parameter, ...], prices: tuple[tuple[str, str], ...], values: object) -> Params:
    return _model(parameters, prices).model_validate(values)


def _field(parameter: Parameter) -> tuple[Any, Any]:
    title = _TITLES.get(parameter.name, parameter.name.replace("_", " ").capitalize())
    text = _HELP.get(parameter.name)
    kind: Any = Literal[parameter.choices] if parameter.choices else type(parameter.default)
    return kind, Field(parameter.default, title=title, description=text, ge=parameter.low, le=parameter.high)
