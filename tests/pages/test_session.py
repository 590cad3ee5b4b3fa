import pytest

from stockdash.indicators.ema import INDICATOR as EMA
from stockdash.indicators.sma import INDICATOR as SMA
from stockdash.indicators.sma import SmaParams
from stockdash.pages._instances import Instance
from stockdash.pages._looks import Look
from stockdash.pages._session import Session
from stockdash.pages._view import View
from stockdash.registry import Catalog

CATALOG = Catalog({"sma": SMA, "ema": EMA})
DEFAULT = View("NVDA")


@pytest.fixture
def session() -> Session:
    opened = Session(view=DEFAULT, default=DEFAULT, written={})
    opened.read({"symbol": ["AAPL"], "i": ["sma~length.5", "sma~length.6", "ema~length.7"]}, CATALOG)
    return opened


def lengths(session: Session) -> list[int]:
    return [instance.params.model_dump()["length"] for instance in session.view.instances]


def test_each_instance_has_a_number_of_its_own(session: Session) -> None:
    session.remove(session.numbers[1])
    session.add(Instance("sma", SmaParams(length=8)))
    assert lengths(session) == [5, 7, 8]
    assert len(set(session.numbers)) == 3
    assert session.numbers[-1] == 3


def test_tuning_changes_one_instance(session: Session) -> None:
    session.tune(session.numbers[1], SmaParams(length=60))
    assert lengths(session) == [5, 60, 7]


def test_dressing_one_instance_leaves_its_parameters_and_the_others(session: Session) -> None:
    session.dress(session.numbers[1], {"sma": Look(width=3), "other": Look()})
    session.hide(session.numbers[2], hidden=True)
    assert lengths(session) == [5, 6, 7]
    assert [instance.styles for instance in session.view.instances] == [{}, {"sma": Look(width=3)}, {}]
    assert session.link["i"][1:] == [
        "sma~length.6~source.close~timeframe.chart~-sma.3",
        "ema~length.7~source.close~timeframe.chart~-.off",
    ]


def test_removing_one_leaves_the_looks_of_the_others(session: Session) -> None:
    session.dress(session.numbers[1], {"sma": Look(width=3)})
    session.remove(session.numbers[0])
    assert session.view.instances[0].styles == {"sma": Look(width=3)}


def test_a_new_symbol_or_range_is_a_new_revision(session: Session) -> None:
    seen = {session.revision}
    for change in ({"symbol": "TSM"}, {"preset": "1Y"}, {"preset": "1Y"}):
        session.show_range(**change)
        seen.add(session.revision)
    assert len(seen) == 4


def test_a_new_parameter_is_no_new_revision(session: Session) -> None:
    before = session.revision
    session.tune(session.numbers[0], SmaParams(length=60))
    session.show(log=True)
    assert session.revision == before


def test_opening_a_symbol_forgets_zoom_and_notes(session: Session) -> None:
    session.read({"symbol": ["AAPL"], "from": ["2024-01-01"], "to": ["2024-02-01"], "log": ["x"]}, CATALOG)
    assert session.notes
    session.open("TSM")
    assert (session.view.start, session.notes) == (None, ())


def test_the_link_that_was_written_is_not_foreign(session: Session) -> None:
    assert not session.is_foreign(session.write())


def test_a_link_that_was_replaced_a_moment_ago_is_not_foreign(session: Session) -> None:
    older = session.write()
    session.show(log=True)
    session.write()
    assert not session.is_foreign(older)


def test_a_link_that_the_chart_was_given_is_not_foreign_when_a_step_has_just_replaced_it(session: Session) -> None:
    session.write()
    session.show(preset="1Y")
    zoomed = session.give()
    session.tune(session.numbers[0], SmaParams(length=9))
    assert not session.is_foreign(zoomed)
    session.give()
    assert not session.is_foreign(zoomed)


def test_another_link_is_foreign(session: Session) -> None:
    session.write()
    assert session.is_foreign({"symbol": ["TSM"]})


def test_a_link_replaced_long_ago_is_foreign() -> None:
    seconds = [100.0]
    session = Session(view=DEFAULT, default=DEFAULT, written={}, clock=lambda: seconds[-1])
    older = session.write()
    session.show(log=True)
    session.write()
    seconds.append(200.0)
    assert session.is_foreign(older)
