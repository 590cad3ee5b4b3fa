"""How signatures, defaults and column names of pandas-ta-classic become indicators."""

import json
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pandas-ta-classic asks pandas 3 for what pandas 4 will no longer have
    import pandas_ta_classic as ta

from stockdash_pandas_ta import indicators
from stockdash_pandas_ta.customs import LEFT_OUT
from stockdash_pandas_ta.survey import survey, written
from stockdash_pandas_ta.table import load, surveyed_version

from stockdash import IndicatorError, run

INDICATORS = {listing.id: listing.load() for listing in indicators()}
SURVEYED = ("candles", "volatility")  # some, as the whole survey takes its time
README = Path(__file__).parents[1] / "README.md"


def drawn(indicator_id):
    indicator = INDICATORS[indicator_id]
    return {output.name: output.draw for output in indicator.outputs_of(indicator.params())}


def plain(bars):
    return bars.set_axis(bars.index.tz_localize(None)).astype("float64")


def test_all_functions_are_there_or_left_out_for_a_reason():
    known = {name for names in ta.Category.values() for name in names}
    assert {function.name for function in load()} == known - set(LEFT_OUT)
    assert len(known) == 193


def test_listing_makes_no_form():
    code = (
        "import sys, stockdash_pandas_ta as p; p.indicators(); from stockdash_pandas_ta.parameters import _model as m; "
    )
    code += "sys.exit(m.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_count_of_indicators():
    assert len(INDICATORS) == 190


def test_what_is_left_out():
    assert sorted(LEFT_OUT) == ["long_run", "ma", "mavp", "short_run", "tsignals", "vp", "xsignals"]


@pytest.mark.parametrize("name", sorted(LEFT_OUT))
def test_readme_tells_what_is_left_out_and_why(name):
    assert f"| `{name}` | {LEFT_OUT[name]} |" in README.read_text(encoding="utf-8")


def test_file_tells_of_the_installed_version():
    assert surveyed_version() == ta.version


def test_file_is_what_the_survey_finds():
    kept = {"version": surveyed_version(), "functions": [f.to_json() for f in load() if f.category in SURVEYED]}
    assert json.loads(written(survey(SURVEYED))) == json.loads(json.dumps(kept))


def test_listing_does_not_import_pandas_ta_classic():
    code = "import sys, stockdash_pandas_ta as p; p.indicators(); sys.exit('pandas_ta_classic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_answers_are_the_packages_own(make_bars):
    bars = make_bars(200)
    expected = ta.macd(plain(bars)["close"], fast=5).to_numpy()
    np.testing.assert_array_equal(run(INDICATORS["pta-macd"], bars, {"fast": 5}), expected)


def test_columns_keep_their_names_whatever_the_parameters(make_bars):
    answer = run(INDICATORS["pta-macd"], make_bars(200), {"fast": 3, "slow": 30})
    assert list(answer.columns) == ["macd", "macdh", "macds"]


def test_histogram_and_signal_are_told_by_their_endings():
    assert drawn("pta-macd") == {"macd": "line", "macdh": "histogram", "macds": "dashes"}


def test_band_is_shaded():
    indicator = INDICATORS["pta-bbands"]
    outputs = indicator.outputs_of(indicator.params())
    assert {output.name: output.fill_to for output in outputs if output.fill_to} == {"bbl": "bbu"}


def test_columns_on_another_scale_are_an_indicator_of_their_own():
    assert set(drawn("pta-bbands")) == {"bbl", "bbm", "bbu"}
    assert set(drawn("pta-bbands-own")) == {"bbb", "bbp"}
    assert INDICATORS["pta-bbands-own"].pane == "own"


def test_an_average_of_the_volume_is_not_drawn_over_the_prices():
    sma = INDICATORS["pta-sma"]
    assert [sma.pane_of(sma.params(source=source)) for source in ("close", "volume")] == ["price", "own"]


def test_direction_is_marked_where_it_turns(make_bars):
    marks = run(INDICATORS["pta-supertrend"], make_bars(300), {})["supertd"].dropna()
    turns = marks[marks != 0]
    assert drawn("pta-supertrend")["supertd"] == "markers"
    assert (turns.diff().dropna().abs() == 2).all()


def test_pattern_is_the_users_choice(make_bars):
    bars = make_bars(300)
    chosen = run(INDICATORS["pta-cdl_pattern"], bars, {"name": "harami"})
    expected = ta.cdl_pattern(*(plain(bars)[name] for name in ("open", "high", "low", "close")), name="harami")
    warmup = INDICATORS["pta-cdl_pattern"].warmup(INDICATORS["pta-cdl_pattern"].params(name="harami"))
    np.testing.assert_array_equal(chosen.iloc[warmup:], expected.iloc[warmup:])


def test_price_is_the_users_choice(make_bars):
    bars = make_bars(100)
    answer = run(INDICATORS["pta-sma"], bars, {"source": "high"})
    expected = ta.sma(plain(bars)["high"])
    pd.testing.assert_series_equal(answer["sma"], expected.set_axis(bars.index), check_names=False)


def test_too_few_bars_give_nan(make_bars):
    assert run(INDICATORS["pta-macd"], make_bars(5), {}).isna().all(axis=None)


def test_open_arguments_are_not_offered(make_bars):
    with pytest.raises(IndicatorError, match="fillna"):
        run(INDICATORS["pta-sma"], make_bars(50), {"fillna": 0})


def test_lower_limit_is_where_the_function_takes_the_value():
    bounds = INDICATORS["pta-ebsw"].params.model_fields["length"].metadata
    assert bounds[0].ge == 39
