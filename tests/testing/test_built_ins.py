"""Built-ins pass the same checks as strangers."""

import pytest

from stockdash.registry import HOST, load_catalog
from stockdash.testing import check_indicator

CATALOG = load_catalog()
BUILT_INS = sorted(name for name, origin in CATALOG.origins.items() if origin.package == HOST)


@pytest.mark.parametrize("indicator_id", BUILT_INS)
def test_a_built_in_keeps_the_contract(indicator_id: str) -> None:
    check_indicator(CATALOG.find(indicator_id)).assert_ok()
