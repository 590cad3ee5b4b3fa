import subprocess
import sys

from stockdash.settings import Settings
from stockdash.sources import open_source
from stockdash.sources.demo import DemoSource
from stockdash.sources.polite import PoliteSource


def test_opens_demo():
    assert isinstance(open_source(Settings(stockdash_source="demo")), DemoSource)


def test_yahoo_is_asked_politely():
    source = open_source(Settings(stockdash_source="yahoo"))
    assert isinstance(source, PoliteSource)
    assert source.name == "Yahoo"


def test_opened_twice_it_shares_one_pace():
    assert open_source(Settings(stockdash_source="yahoo")) is open_source(Settings(stockdash_source="yahoo"))


def test_opening_loads_no_yfinance():
    program = (
        "import sys; from stockdash.settings import Settings; from stockdash.sources import open_source; "
        "open_source(Settings(stockdash_source='yahoo')); sys.exit('yfinance' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
