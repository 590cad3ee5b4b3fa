"""The conformance kit: one line is the whole first test of a plugin.

    from stockdash.testing import check_indicator

    def test_it_keeps_the_contract() -> None:
        check_indicator(INDICATOR).assert_ok()

The bars are made up and always the same; nothing is read, written or asked for. Built-ins pass the same checks.

| check | what must hold |
|---|---|
| widgets | a widget can be drawn for each parameter; each has a title, a number both limits |
| parameters | the defaults and every limit and choice of every parameter run |
| answer | index and columns kept, numbers finite; on no, one, few, flat, NaN, half-day, huge, ... bars |
| input | the bars that are handed in stay as they are |
| determinism | the same bars give the same answer, whatever ran in between |
| warm-up | the leading rows in which no output is known are as many as declared; the fewest, if dates count |
| repainting | the answer on the first k bars is the first k rows of the answer on all |
| pickling | parameters survive pickle |
| cost | 15,000 bars take less than 3 s and 4 kB each |

What declares that it sees only the visible range is not asked about warm-up and repainting. Instead its rows must lie
within the range of the bars and hold all of their volume.

`Report.history` is no check but a fact: how many bars a value needs behind it.
"""

from collections.abc import Collection
from typing import Any

from stockdash.errors import InvalidInputError
from stockdash.indicators import Indicator
from stockdash.testing.checks import examine
from stockdash.testing.report import Check, Cost, Finding, History, Repainting, Report

__all__ = ["Check", "Cost", "Finding", "History", "Repainting", "Report", "check_indicator"]


def check_indicator(
    indicator: Indicator[Any], *, package: str = "", version: str = "", accept: Collection[Check] = ()
) -> Report:
    """Examine `indicator` and tell everything that breaks the contract.

    `package` and `version` are only written into the report. Findings of the checks named in `accept` are kept in
    the report but don't fail it: for what an author knows and documents, such as a line that is drawn into the past.

    Raises
    ------
    InvalidInputError
        What was given is no `Indicator`. What is wrong with an indicator never raises, it is reported.
    """
    if not isinstance(indicator, Indicator):
        raise InvalidInputError(f"Expected a stockdash.Indicator to check, got {type(indicator).__name__}.")
    return examine(indicator, accept=frozenset(accept)).of_package(package, version)
