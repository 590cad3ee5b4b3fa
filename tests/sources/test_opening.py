import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stockdash.errors import PluginError, SettingsError, SourceUnavailableError, UnknownSymbolError
from stockdash.installed import SOURCES
from stockdash.settings import Settings
from stockdash.sources import Source, open_source
from stockdash.sources.demo import DemoSource
from stockdash.sources.opening import CheckedSource
from stockdash.sources.polite import PoliteSource
from stockdash.stores import open_store
from tests.registry.packages import put
from tests.sources.contract import FakeClock

NOW = datetime(2026, 8, 4, 15, 52, tzinfo=UTC)
SOURCE = """
import pandas as pd
from stockdash import Facts, Fetched, Manners, UnknownSymbolError
from stockdash.bars import empty_bars

class Source:
    name = "Acme"
    {manners}

    def __init__(self, clock):
        self.clock = clock

    def fetch(self, symbol, interval, *, start, end=None):
        bars = empty_bars()
        {fetch}

    def facts(self, symbol):
        return Facts(name=symbol)

    def status(self):
        return ""
"""
ANSWER = "return Fetched(bars, (), self.clock())"
ONE_BAR = (
    "bars.loc[pd.Timestamp('2024-06-10', tz='UTC').as_unit('us')] = [1.0, 1.0, 1.0, 1.0, 5]; "
    "bars = bars.astype({'volume': 'int64'}).rename_axis('ts'); "
)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Puts a package with a source on the path, as pip would."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(
        package: str = "acme", *, manners: str = "manners = None", fetch: str = ANSWER, source: str = ""
    ) -> None:
        text = source or SOURCE.format(manners=manners, fetch=fetch)
        put(tmp_path, package, text, declares=f"{SOURCES} {package} Source")

    yield install
    for name in [name for name in sys.modules if name.startswith("acme")]:
        del sys.modules[name]


def opened(name: str = "acme", **settings: str) -> Source:
    return open_source(Settings(**{"stockdash_source": name} | settings), FakeClock(NOW).__call__)


def test_opens_demo() -> None:
    assert isinstance(opened("demo"), DemoSource)


def test_yahoo_is_asked_politely() -> None:
    source = opened("yahoo")
    assert (type(source), source.name) == (PoliteSource, "Yahoo")


def test_opened_twice_it_shares_one_pace() -> None:
    settings, clock = Settings(stockdash_source="yahoo"), FakeClock(NOW).__call__
    assert open_source(settings, clock) is open_source(settings, clock)


def test_opening_loads_no_yfinance() -> None:
    program = (
        "import sys; from stockdash.settings import Settings; from stockdash.sources import open_source; "
        "open_source(Settings(stockdash_source='yahoo')); sys.exit('yfinance' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_source_of_a_package_is_opened_by_its_name(install: Callable[..., None]) -> None:
    install()
    assert opened().fetch("NVDA", "1d", start=None).fetched_at == NOW


def test_a_source_of_a_package_is_asked_politely_unless_it_says_that_nobody_is_asked(
    install: Callable[..., None],
) -> None:
    install(manners="")
    install("acme-local")
    assert [type(opened(name)) for name in ("acme", "acme-local")] == [PoliteSource, CheckedSource]


def test_a_source_may_tell_how_it_wants_to_be_asked(install: Callable[..., None]) -> None:
    refusing = "from stockdash import SourceUnavailableError as Off; raise Off('gone', symbol=symbol)"
    install(manners="manners = Manners(attempts=1, patience=1)", fetch=refusing)
    source = opened()
    with pytest.raises(SourceUnavailableError, match="gone"):
        source.fetch("NVDA", "1d", start=None)
    assert source.status() == "Acme unreachable, next try 11:53 ET"


def test_an_unknown_name_is_answered_with_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOCKDASH_SOURCE", "nasdaq")
    with pytest.raises(
        SettingsError, match=r"got 'nasdaq'. No package that is installed brings it; there are: .*yahoo"
    ):
        Settings.load()


def test_a_source_that_is_kept_out_is_not_opened(install: Callable[..., None]) -> None:
    install(source="raise RuntimeError('imported')")
    with pytest.raises(PluginError, match="acme is blocked by STOCKDASH_PLUGINS_BLOCK"):
        opened(stockdash_plugins_block="acme")


def test_a_source_that_fails_to_load_is_told_with_its_package(install: Callable[..., None]) -> None:
    install(source="raise RuntimeError('no licence')")
    with pytest.raises(PluginError, match=r"The source 'acme' of acme 1.0 can't be opened. RuntimeError: no licence"):
        opened()


def test_of_two_of_the_same_name_neither_is_picked_silently(install: Callable[..., None], tmp_path: Path) -> None:
    install()
    put(tmp_path, "acme-too", SOURCE.format(manners="", fetch=ANSWER), declares=f"{SOURCES} acme Source")
    with pytest.raises(PluginError, match="acme and acme-too both bring a source 'acme'"):
        opened()
    assert opened(stockdash_plugins_block="acme-too").name == "Acme"


def test_no_package_takes_the_place_of_our_own(install: Callable[..., None], tmp_path: Path) -> None:
    install()
    put(tmp_path, "acme-too", "raise RuntimeError", declares=f"{SOURCES} demo Source")
    assert isinstance(opened("demo"), DemoSource)


@pytest.mark.parametrize(
    ("fetch", "says"),
    [
        ("return None", "TypeError: it answered with NoneType, expected stockdash.Fetched"),
        ("return {}['bars']", "KeyError: 'bars'"),
        ("return Fetched(bars[['open']], (), self.clock())", "InvalidBarsError: Expected the columns"),
        ("return Fetched(bars, (), self.clock().replace(tzinfo=None))", "ValueError: fetched_at has no time zone"),
        (ONE_BAR + ANSWER, r"ValueError: it was asked for .* and gave 2024-06-10"),
    ],
    ids=["nothing", "a mistake", "no bars frame", "naive time", "bars outside the range"],
)
def test_a_wrong_answer_of_a_package_is_refused_with_its_name(
    install: Callable[..., None], fetch: str, says: str
) -> None:
    install(fetch=fetch)
    with pytest.raises(SourceUnavailableError, match=rf"Acme of acme 1\.0 failed for NVDA: {says}"):
        opened().fetch("NVDA", "1d", start=datetime(2025, 1, 1, tzinfo=UTC))


def test_what_a_source_raises_on_purpose_gets_through(install: Callable[..., None]) -> None:
    install(fetch="raise UnknownSymbolError('never heard of it', symbol=symbol)")
    with pytest.raises(UnknownSymbolError, match="never heard of it"):
        opened().fetch("NVDA", "1d", start=None)


@pytest.mark.parametrize(
    ("name", "folder"), [("yahoo", "."), ("demo", "demo"), ("acme", "sources/acme")], ids=["ours", "made up", "another"]
)
def test_each_source_has_a_store_of_its_own(install: Callable[..., None], name: str, folder: str) -> None:
    install()
    assert Settings(stockdash_source=name).own_folder == Path(folder)


def test_bars_of_another_source_are_kept_in_a_file_of_their_own(install: Callable[..., None], tmp_path: Path) -> None:
    install()
    store = open_store(Settings(stockdash_source="acme", stockdash_data_dir=tmp_path / "data"))
    store.close()
    assert [path.parent.name for path in (tmp_path / "data").rglob("stockdash.db")] == ["acme"]


def test_settings_copied_for_another_source_name_its_own_folder() -> None:
    real = Settings(stockdash_source="yahoo")
    assert (real.own_folder, real.model_copy(update={"stockdash_source": "demo"}).own_folder) == (Path(), Path("demo"))
