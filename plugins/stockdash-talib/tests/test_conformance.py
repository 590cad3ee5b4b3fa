"""Some of the indicators under stockdash's own examination; `stockdash plugins check` examines all."""

import pytest
from stockdash_talib import indicators

from stockdash.testing import check_indicator

INDICATORS = {listing.id: listing.load() for listing in indicators()}


@pytest.mark.parametrize("name", ["talib-rsi", "talib-mavp", "talib-acos", "talib-cdlengulfing"])
def test_conforms(name):
    assert check_indicator(INDICATORS[name]).findings == ()
