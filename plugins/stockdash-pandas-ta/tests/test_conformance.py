"""Some of the indicators under stockdash's own examination; `stockdash plugins check` examines all."""

import pytest
from stockdash_pandas_ta import indicators
from stockdash_pandas_ta.customs import LOOKING_AHEAD

from stockdash.testing import check_indicator

INDICATORS = {listing.id: listing.load() for listing in indicators()}


@pytest.mark.parametrize("name", ["pta-rsi", "pta-bbands-own", "pta-cdl_pattern"])
def test_conforms(name):
    assert check_indicator(INDICATORS[name]).findings == ()


@pytest.mark.parametrize("name", sorted(LOOKING_AHEAD))
def test_kit_finds_what_looks_ahead(name):
    assert check_indicator(INDICATORS[f"pta-{name}"]).repainting.verdict in {"last bars", "whole window"}
