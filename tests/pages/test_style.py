import re

import pytest

from stockdash.pages._style import STYLE


@pytest.mark.parametrize("selector", [":has(", "[class*=", "[class^=", "[class$="])
def test_no_rule_has_each_rerun_style_the_whole_page_anew(selector: str) -> None:
    assert selector not in re.sub(r"/\*.*?\*/", "", STYLE, flags=re.DOTALL)
