"""The examination of one indicator, from what is cheap and basic to what needs an answer first."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from stockdash.indicators import Indicator, Params
from stockdash.testing import made_up
from stockdash.testing.cost import measure_cost
from stockdash.testing.history import measure_history
from stockdash.testing.probe import Probe, Values, first_known
from stockdash.testing.repainting import check_repainting, check_variant, length, worst
from stockdash.testing.report import Check, Cost, History, Repainting, Report
from stockdash.testing.variants import check_pickling, variants
from stockdash.testing.visible import examine_visible

_BEYOND = 60  # bars looked at behind a warm-up
_LATEST = 40
_SEASONS = 530  # bars within which any quarter and year ends
_SPARSE = ("points", "markers")  # drawn now and then; the first one may be any number of bars away


def examine(indicator: Indicator[Any], *, accept: frozenset[Check]) -> Report:
    """Run all checks; findings of the checks in `accept` don't count."""
    probe = Probe(indicator)
    # Whether a division by zero warns or raises is up to the caller's filters; the verdict must not be.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        examination = examine_visible if indicator.sees == "visible" else _examine
        repainting, history, cost = examination(probe)
    found = probe.findings()
    return Report(
        indicator_id=indicator.id,
        name=indicator.name,
        findings=tuple(finding for finding in found if finding.check not in accept),
        accepted=tuple(finding for finding in found if finding.check in accept),
        repainting=repainting,
        history=history,
        cost=cost,
    )


def _examine(probe: Probe) -> tuple[Repainting, History, Cost]:
    tried = variants(probe)
    check_pickling(probe, tried)
    warmup = probe.warmup(probe.defaults, where="defaults")
    bars = made_up.daily(length(warmup or 0))
    values = probe.values(bars, probe.defaults, check="parameters", where="defaults")
    if values is None:
        return Repainting(), History(), Cost()
    _check_known(probe, values)
    _check_edges(probe, len(bars), values)
    _check_again(probe, len(bars), values)
    verdicts = [check_repainting(probe, warmup or 0), *_check_variants(probe, tried)]
    return worst(verdicts), measure_history(probe, warmup or 0), measure_cost(probe)


def _check_known(probe: Probe, usual: Values) -> None:
    """Note outputs that are NaN throughout."""
    values = _somewhere_known(probe, probe.defaults, usual, where="defaults")
    for column, output in zip(values.T, probe.indicator.outputs_of(probe.defaults), strict=True):
        if output.draw not in _SPARSE and np.isnan(column).all():
            probe.add("answer", "defaults", f"the output {output.name!r} is NaN on all of {len(values)} bars")


def _somewhere_known(probe: Probe, params: Params, usual: Values, *, where: str) -> Values:
    """Give the values on usual prices, or on those below 1 where only they are known, as of an arc sine.

    Of the volume, which may be the source, nothing is below 1 but none.
    """
    if first_known(usual) is not None:
        return usual
    tiny = made_up.tiny(len(usual))
    for bars in (tiny, tiny.assign(volume=0)):
        small = probe.values(bars, params, check="parameters", where=where)
        if small is not None and first_known(small) is not None:
            return small
    return usual


def _check_edges(probe: Probe, count: int, usual: Values) -> None:
    for where, bars in made_up.edge_cases(count).items():
        values = probe.watched(bars, probe.defaults, where=where)
        if values is None or where != "bars with NaN" or np.isnan(usual[-_LATEST:]).all():
            continue
        if np.isnan(values[-_LATEST:]).all():
            message = f"NaN at bar {count // 4} leaves all of the last {_LATEST} rows NaN; skip what is not known"
            probe.add("answer", where, message)


def _check_again(probe: Probe, count: int, values: Values) -> None:
    """Compare with two more runs, after which the edge cases have been run and the same bars just before."""
    for _ in range(2):
        again = probe.watched(made_up.daily(count), probe.defaults, where="defaults")
        if again is not None and not np.array_equal(values, again, equal_nan=True):
            row = int((~((values == again) | (np.isnan(values) & np.isnan(again)))).any(axis=1).argmax())
            message = f"another run on the same bars gives another answer from row {row} on"
            probe.add("determinism", "defaults", message)
            return


def _check_variants(probe: Probe, tried: Mapping[str, Params]) -> list[Repainting]:
    verdicts = []
    for where, params in {"defaults": probe.defaults, **tried}.items():
        warmup = probe.warmup(params, where=where)
        bars = made_up.daily(min((warmup or 0) + _BEYOND, made_up.LONGEST))
        values = probe.values(bars, params, check="parameters", where=where)
        if values is None:
            continue
        if warmup is not None:
            known = _somewhere_known(probe, params, values, where=where)
            _check_warmup(probe, params, known, declared=warmup, where=where)
        if where != "defaults":
            probe.values(bars.iloc[:1], params, check="parameters", where=f"{where}, one bar")
            verdicts.append(check_variant(probe, params, values, where=where))
    return verdicts


def _check_warmup(probe: Probe, params: Params, values: Values, *, declared: int, where: str) -> None:
    known = first_known(values)
    sparse = all(output.draw in _SPARSE for output in probe.indicator.outputs_of(params))
    if known == declared or declared >= len(values) or (sparse and (known is None or known > declared)):
        return
    if (known is None or known > declared) and _starts_with_a_period(probe, params, declared, where=where):
        return
    first = "none" if known is None else f"row {known}"
    message = f"declared are {declared} leading rows of NaN, the first known row of {len(values)} is {first}"
    probe.add("warm-up", where, message)


def _starts_with_a_period(probe: Probe, params: Params, declared: int, *, where: str) -> bool:
    """Whether values start as declared on bars that end a month, say: what waits for one starts anywhere else later."""
    bars = made_up.daily(min(declared + _SEASONS, made_up.LONGEST))
    values = probe.values(bars, params, check="parameters", where=where)
    known = None if values is None else first_known(values)
    if known is None or known <= declared:
        return False

    def starts_after(rows: int) -> bool:
        late = probe.values(bars.iloc[known - rows :], params, check="parameters", where=where)
        return late is not None and first_known(late) == rows

    return starts_after(declared) and not (declared and starts_after(declared - 1))
