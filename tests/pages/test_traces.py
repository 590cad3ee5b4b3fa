import numpy as np
import pytest

from stockdash import Indicator, Output, Params
from stockdash.charts import Trace
from stockdash.pages._instances import Instance
from stockdash.pages._looks import Look
from stockdash.pages._traces import dressed, traces_of
from stockdash.registry import Catalog
from tests.indicators.frames import bars_of

BARS = bars_of([10.0, 20.0, 20.0, 10.0])


def indicator(*outputs: Output) -> Indicator[Params]:
    return Indicator(id="x", name="X", params=Params, outputs=outputs, compute=lambda bars, _: bars, warmup=lambda _: 0)


BAND = indicator(
    Output("upper", "Upper", fill_to="lower", levels=(1.0,)), Output("lower", "Lower"), Output("middle", "Middle")
)
TOLD = Output("told", "Told", color="#123456")


def traces(*outputs: Output, **styles: Look) -> list[Trace]:
    catalog = Catalog({"x": indicator(*outputs)})
    [drawn] = dressed([Instance("x", Params(), styles)], catalog)
    columns = {output.name: np.array([np.nan, 1, 0, -1]) for output in outputs}
    return traces_of(drawn, columns, legend="X", pane="price", bars=BARS)


def test_markers_are_points_below_the_bar_for_a_rise_and_above_it_for_a_fall() -> None:
    [trace] = traces(Output("signal", "Signal", draw="markers"))
    assert trace.kind == "points"
    np.testing.assert_array_equal(trace.values, [np.nan, BARS["low"].iloc[1], np.nan, BARS["high"].iloc[3]])


def test_an_output_looks_as_its_author_or_the_user_says() -> None:
    usual, changed = traces(TOLD)[0], traces(TOLD, told=Look("#ff8800", 3))[0]
    assert (usual.color, usual.width) == ("#123456", 1.5)
    assert (changed.color, changed.width) == ("#ff8800", 3)


@pytest.mark.parametrize(
    ("hidden", "names"),
    [
        ((), ["", "X Upper", "Lower", "Middle"]),
        (("middle",), ["", "X Upper", "Lower"]),
        (("upper",), ["X Lower", "Middle"]),
        (("lower",), ["X Upper", "Middle"]),
        (("upper", "lower", "middle"), []),
    ],
)
def test_what_is_hidden_is_not_drawn_and_the_first_shown_names_the_indicator(
    hidden: tuple[str, ...], names: list[str]
) -> None:
    outputs = BAND.outputs_of(Params())
    shown = traces(*outputs, **{name: Look(visible=False) for name in hidden})
    assert [trace.name for trace in shown] == names


def test_a_look_leaves_the_colours_of_the_others() -> None:
    catalog = Catalog({"x": BAND})
    looks = [{}, {"upper": Look(visible=False), "lower": Look("#ff8800")}]
    usual, changed = (dressed([Instance("x", Params(), styles), Instance("x", Params())], catalog) for styles in looks)
    assert [one.color for one in usual[0]] == [0, 1, 2]
    assert [one.color for one in changed[0]] == [0, "#ff8800", 2]
    assert [one.color for one in changed[1]] == [3, 4, 5]


def test_an_area_has_the_colour_of_its_output() -> None:
    area, upper, *_ = traces(*BAND.outputs_of(Params()))
    assert (area.kind, area.color, upper.color) == ("band", 0, 0)


def test_a_histogram_is_up_and_down_until_the_user_picks_a_colour() -> None:
    bars = Output("bars", "Bars", draw="histogram")
    assert [traces(bars)[0].color, traces(bars, bars=Look("#ff8800"))[0].color] == ["", "#ff8800"]


def test_a_hidden_indicator_has_nothing_to_draw() -> None:
    [drawn] = dressed([Instance("x", Params(), hidden=True)], Catalog({"x": BAND}))
    assert not any(one.visible for one in drawn)
