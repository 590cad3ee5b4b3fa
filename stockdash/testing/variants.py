"""Parameters to try: each limit and each choice of every field alone, and all limits at once."""

import pickle
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from stockdash.forms import Control, controls
from stockdash.indicators import Indicator, Params, explain
from stockdash.testing.probe import Probe


def variants(probe: Probe) -> dict[str, Params]:
    """Give parameters to try besides the defaults, by what differs; what the model refuses as a whole is left out."""
    drawn = draw(probe)
    wanted = {text: changes for control in drawn for text, changes in _alone(control)}
    if len(drawn) > 1:
        wanted["every number at its lowest"] = _together(drawn, "minimum")
        wanted["every number at its highest"] = _together(drawn, "maximum")
    made = {text: _made(probe, changes, where=text) for text, changes in wanted.items() if changes}
    return {text: params for text, params in made.items() if params is not None and params != probe.defaults}


def draw(probe: Probe) -> tuple[Control, ...]:
    """Give the controls of the parameters; what can't be drawn, or not well, is a finding."""
    model: type[Params] = probe.indicator.params
    try:
        drawn = controls(model)
    except Exception as exc:  # noqa: BLE001 - whatever a field makes the form raise is reported
        probe.add("widgets", model.__name__, f"{type(exc).__name__}: {exc}")
        return ()
    for name, field in model.model_fields.items():
        if not field.title:
            probe.add("widgets", name, f"{model.__name__}.{name} has no title; the user would read its Python name")
    for control in drawn:
        if control.kind in ("slider", "number") and (control.minimum is None or control.maximum is None):
            probe.add("widgets", control.name, f"{model.__name__}.{control.name} needs both limits, such as ge and le")
    return drawn


def check_pickling(probe: Probe, tried: Mapping[str, Params]) -> None:
    """Note parameters that do not survive pickle, which caching across processes needs."""
    for where, params in {"defaults": probe.defaults, **dict(list(tried.items())[:1])}.items():
        try:
            kept = pickle.loads(pickle.dumps(params))  # noqa: S301 - just written here
        except Exception as exc:  # noqa: BLE001 - pickle raises whatever it meets
            probe.add("pickling", where, f"{type(exc).__name__}: {exc}; define the class at the top of its module")
            return
        if kept != params:
            probe.add("pickling", where, f"{params!r:.80} comes back as {kept!r:.80}")


def _alone(control: Control) -> Iterator[tuple[str, dict[str, object]]]:
    for value in _values(control):
        if value is not None and value != control.default:
            yield f"{control.name}={value}", {control.name: value}


def _values(control: Control) -> tuple[object, ...]:
    if control.kind in ("slider", "number"):
        return (_limit(control, "minimum"), _limit(control, "maximum"))
    return (True, False) if control.kind == "toggle" else control.choices


def _together(drawn: tuple[Control, ...], side: str) -> dict[str, object]:
    numbers = (control for control in drawn if control.kind in ("slider", "number"))
    return {control.name: limit for control in numbers if (limit := _limit(control, side)) is not None}


def _limit(control: Control, side: str) -> object:
    limit = getattr(control, side)
    return int(limit) if limit is not None and isinstance(control.default, int) else limit


def _made(probe: Probe, changes: Mapping[str, object], *, where: str) -> Params | None:
    indicator: Indicator[Any] = probe.indicator
    try:
        made: Params = indicator.params.model_validate({**probe.defaults.model_dump(), **changes})
    except ValidationError as exc:
        if any(error["loc"] for error in exc.errors()):
            probe.add("widgets", where, f"the widget offers what the model refuses: {explain(exc)}")
        return None
    except Exception as exc:  # noqa: BLE001 - a stranger's validator
        probe.add("parameters", where, f"{type(exc).__name__}: {exc}")
        return None
    return made
