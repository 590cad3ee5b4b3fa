import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# Checking what is installed takes minutes of one processor; the tests of it do so themselves.
os.environ.setdefault("STOCKDASH_CHECK_PLUGINS", "false")

REAL_BARS = Path(os.environ.get("STOCKDASH_REAL_BARS", Path(__file__).parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def real_bars() -> Path:
    if not REAL_BARS.is_dir():
        pytest.skip(f"no real bars in {REAL_BARS}; point STOCKDASH_REAL_BARS at a folder that has them")
    return REAL_BARS


@pytest.fixture(autouse=True)
def same_main_module() -> Iterator[None]:
    """Put back the main module: AppTest leaves its script there, which a spawned process would then run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """In CI a skipped test is a failure: what it needs is missing there."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} may not be skipped in CI: {report.longrepr}"
    return report
