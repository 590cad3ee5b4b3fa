from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from streamlit.testing.v1 import AppTest

Visit = Callable[..., AppTest]
pytestmark = pytest.mark.usefixtures("stored")


def opened(test: AppTest) -> AppTest:
    """Open what is under "Display"."""
    test.session_state["display"] = True
    return test.run()


def test_nothing_of_the_display_is_drawn_before_it_is_opened(visit: Visit) -> None:
    test = visit()
    assert not test.main.date_input
    assert len(opened(test).main.date_input) == 1


def test_from_and_to_show_the_range_of_a_link(visit: Visit) -> None:
    test = opened(visit(symbol="NVDA", from_="2026-03-02", to="2026-04-02"))
    assert test.main.date_input("days").value == (date(2026, 3, 2), date(2026, 4, 1))
    assert not test.exception


def test_from_and_to_show_the_range_of_the_button_that_is_on(visit: Visit) -> None:
    assert opened(visit(range="5D")).main.date_input("days").value == (date(2026, 11, 16), date(2026, 11, 20))


def test_from_and_to_show_where_a_zoom_ended(visit: Visit) -> None:
    test = visit()
    test.session_state["chart"] = {
        "zoom": {
            "start": date(2026, 11, 12).toordinal() * 1440 - 719_163 * 1440,
            "end": date(2026, 11, 19).toordinal() * 1440 - 719_163 * 1440 + 720,
            "revision": "NVDA 1 0",
        }
    }
    assert opened(test.run()).main.date_input("days").value == (date(2026, 11, 12), date(2026, 11, 19))


def test_picked_days_are_the_range_that_is_shown(visit: Visit) -> None:
    test = opened(visit())
    test.main.date_input("days").set_value((date(2026, 10, 5), date(2026, 10, 16))).run()
    view = test.session_state["session"].view
    assert (view.start, view.end) == (datetime(2026, 10, 5, tzinfo=UTC), datetime(2026, 10, 17, tzinfo=UTC))


def test_a_first_day_alone_waits_for_the_second(visit: Visit) -> None:
    test = opened(visit())
    test.main.date_input("days").set_value((date(2026, 10, 5),)).run()
    assert test.main.date_input("days").value == (date(2026, 10, 5),)
    assert test.session_state["session"].view.start is None


def test_the_switches_show_what_the_link_says(visit: Visit) -> None:
    test = opened(visit(log="1", volume="0"))
    assert (test.main.toggle("log").value, test.main.toggle("volume").value) == (True, False)
