from stockdash.testing import check_indicator

from stockdash_example import INDICATOR


def test_it_keeps_the_contract() -> None:
    check_indicator(INDICATOR).assert_ok()
