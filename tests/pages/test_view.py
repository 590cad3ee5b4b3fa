from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockdash import Color, Indicator, Output, Params
from stockdash.charts import PRESETS, STYLES
from stockdash.indicators.ema import INDICATOR as EMA
from stockdash.indicators.sma import INDICATOR as SMA
from stockdash.indicators.sma import SmaParams
from stockdash.pages._instances import Instance
from stockdash.pages._looks import Look
from stockdash.pages._view import MAX_INSTANCES, View, read_view, write_view
from stockdash.registry import Catalog


class OddParams(Params):
    text: str = "a~b.c=d&e%7E"
    ratio: float = 0.5
    on: bool = True
    color: Color = "#ff8800"


ODD = Indicator(
    id="odd",
    name="Odd",
    params=OddParams,
    outputs=(Output("odd", "Odd"),),
    compute=lambda bars, _: bars[["close"]].set_axis(["odd"], axis=1),
    warmup=lambda _: 0,
)
CATALOG = Catalog({indicator.id: indicator for indicator in (SMA, EMA, ODD)})
DEFAULT = View("NVDA", instances=(Instance("sma", SmaParams()),))

moments = st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0))  # noqa: DTZ001
periods = st.none() | st.lists(moments, min_size=2, max_size=2, unique=True).map(sorted)
odd_params = st.builds(
    OddParams, text=st.text(max_size=20), ratio=st.floats(allow_nan=False, allow_infinity=False), on=st.booleans()
)
instances = st.lists(
    st.builds(
        Instance,
        st.just("odd"),
        odd_params,
        st.dictionaries(st.text(min_size=1, max_size=9), st.builds(Look, width=st.integers(1, 4)), max_size=2),
        st.booleans(),
    )
    | st.builds(Instance, st.just("sma"), st.builds(SmaParams, length=st.integers(1, 200))),
    max_size=MAX_INSTANCES,
)


@st.composite
def views(draw: st.DrawFn) -> View:
    period = draw(periods)
    return View(
        symbol=draw(st.sampled_from(["NVDA", "^GSPC", "BRK-B", "EURUSD=X", "M&M.NS"])),
        preset=draw(st.sampled_from(PRESETS)),
        start=None if period is None else period[0].replace(tzinfo=UTC),
        end=None if period is None else period[1].replace(tzinfo=UTC),
        interval=draw(st.sampled_from(["auto", "30m", "1d", "1wk", "1mo"])),
        style=draw(st.sampled_from(STYLES)),
        log=draw(st.booleans()),
        volume=draw(st.booleans()),
        adjust=draw(st.sampled_from(["all", "splits", "none"])),
        events=draw(st.booleans()),
        demo=draw(st.booleans()),
        instances=tuple(draw(instances)),
    )


@given(view=views())
def test_a_link_reads_back_as_the_same_view(view: View) -> None:
    reading = read_view(write_view(view, default=DEFAULT), catalog=CATALOG, default=DEFAULT)
    assert (reading.view, reading.notes) == (view, ())


def test_the_usual_view_is_a_short_link() -> None:
    assert write_view(DEFAULT, default=DEFAULT) == {"symbol": ["NVDA"]}


def test_a_link_names_every_parameter() -> None:
    view = View("AAPL", instances=(Instance("sma", SmaParams(length=50)),))
    assert write_view(view, default=DEFAULT)["i"] == ["sma~length.50~source.close~timeframe.chart"]


@given(
    query=st.dictionaries(
        st.sampled_from(
            [
                "symbol",
                "range",
                "from",
                "to",
                "interval",
                "style",
                "log",
                "volume",
                "adjust",
                "events",
                "demo",
                "i",
                "utm",
            ]
        ),
        st.lists(st.text(max_size=30) | st.just("sma~length.0") | st.just("9999-12-31T23:59+00:01"), max_size=3),
    )
)
def test_no_link_can_fail(query: dict[str, list[str]]) -> None:
    reading = read_view(query, catalog=CATALOG, default=DEFAULT)
    assert read_view(write_view(reading.view, default=DEFAULT), catalog=CATALOG, default=DEFAULT).notes == ()


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"symbol": ["../../etc/passwd"]}, "is not a ticker symbol"),
        ({"symbol": ["<script>alert(1)</script>"]}, "is not a ticker symbol"),
        ({"symbol": ["A" * 500]}, "is not a ticker symbol"),
        ({"symbol": [""]}, "is not a ticker symbol"),
        ({"range": ["2W"]}, "range='2W', expected 5D, 1M"),
        ({"interval": ["1s"]}, "interval='1s', expected auto, 30m"),
        ({"log": ["maybe"]}, "log='maybe', expected 0, 1"),
        ({"from": ["2024-06-10"]}, "need a start"),
        ({"from": ["2024-06-10"], "to": ["2024-06-01"]}, "need a start"),
        ({"from": ["yesterday"], "to": ["2024-06-01"]}, "from='yesterday', expected a date"),
        ({"from": ["0001-01-01"], "to": ["9999-01-01"]}, "from='0001-01-01', expected a date"),
        ({"i": ["macd9~fast.3"]}, "Unknown indicator 'macd9'. Known: ema, odd, sma"),
        ({"i": ["sma~length.0"]}, "Simple moving average can't be run with length=0"),
        ({"i": ["sma~width.3"]}, "can't be run with width=3"),
        ({"i": ["sma~-sma.9.url(x)"]}, "Simple moving average can't be drawn with sma.9.url(x)"),
        ({"i": ["sma"] * 50}, "has 50 indicators; showing the first 12"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)  # fmt: skip
def test_what_cannot_be_used_is_named(query: dict[str, list[str]], says: str) -> None:
    assert says in " ".join(read_view(query, catalog=CATALOG, default=DEFAULT).notes)


def test_one_wrong_parameter_leaves_the_others() -> None:
    reading = read_view({"i": ["sma~length.0~source.high"]}, catalog=CATALOG, default=DEFAULT)
    assert reading.view.instances == (Instance("sma", SmaParams(source="high")),)


def test_no_indicators_is_a_choice_too() -> None:
    assert read_view({"i": ["none"]}, catalog=CATALOG, default=DEFAULT).view.instances == ()


def test_times_with_a_zone_become_utc() -> None:
    query = {"from": ["2024-06-10T09:30-04:00"], "to": ["2024-06-11"]}
    assert read_view(query, catalog=CATALOG, default=DEFAULT).view.start == datetime(2024, 6, 10, 13, 30, tzinfo=UTC)
