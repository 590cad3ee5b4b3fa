from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from stockdash_csv import FOLDER, CsvSource

from stockdash import ReportedAction, SourceUnavailableError, UnknownSymbolError

NOW = datetime(2024, 6, 12, 21, tzinfo=UTC)
# Two sessions before NVIDIA's ten for one split, on the basis after it, and two after.
ROWS = """Date,Open,High,Low,Close,Volume,Dividends,Stock Splits
2024-06-06,124.05,125.59,118.32,121.00,664696000,0.0,0.0
2024-06-07,119.77,121.69,118.02,120.89,412386000,0.0,0.0
2024-06-10,120.37,123.10,117.01,121.79,314162700,0.0,10.0
2024-06-11,121.77,122.87,118.74,120.91,222551200,0.01,0.0
"""


def day(number: int) -> datetime:
    return datetime(2024, 6, number, tzinfo=UTC)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CsvSource:
    (tmp_path / "NVDA.csv").write_text(ROWS)
    monkeypatch.setenv(FOLDER, str(tmp_path))
    return CsvSource(lambda: NOW)


def test_rows_become_bars(source: CsvSource) -> None:
    bars = source.fetch("NVDA", "1d", start=None).bars
    assert bars.loc[day(10)].tolist() == [120.37, 123.1, 117.01, 121.79, 314162700]


def test_only_the_range_that_was_asked_for_is_given(source: CsvSource) -> None:
    bars = source.fetch("NVDA", "1d", start=day(7), end=day(11)).bars
    assert [ts.day for ts in bars.index] == [7, 10]


def test_splits_and_dividends_of_the_range_are_reported(source: CsvSource) -> None:
    assert source.fetch("NVDA", "1d", start=day(7)).actions == (
        ReportedAction(date(2024, 6, 10), "split", 10.0),
        ReportedAction(date(2024, 6, 11), "dividend", 0.01),
    )


def test_an_answer_is_dated_by_the_clock(source: CsvSource) -> None:
    assert source.fetch("NVDA", "1d", start=None).fetched_at == NOW


def test_there_are_no_half_hours(source: CsvSource) -> None:
    answer = source.fetch("NVDA", "30m", start=None)
    assert (len(answer.bars), answer.actions) == (0, ())


def test_a_row_without_prices_is_left_out(source: CsvSource, tmp_path: Path) -> None:
    (tmp_path / "NVDA.csv").write_text(ROWS + "2024-06-12,,,,,0,0.0,0.0\n")
    assert len(source.fetch("NVDA", "1d", start=None).bars) == 4


def test_a_symbol_without_a_file_is_unknown(source: CsvSource) -> None:
    with pytest.raises(UnknownSymbolError, match=r"There is no file .*TSM\.csv"):
        source.facts("TSM")


def test_a_file_without_the_columns_is_refused_with_what_is_expected(source: CsvSource, tmp_path: Path) -> None:
    (tmp_path / "NVDA.csv").write_text("Day,Price\n2024-06-12,1\n")
    with pytest.raises(SourceUnavailableError, match="Expected the columns date, open, high, low, close and volume"):
        source.fetch("NVDA", "1d", start=None)


def test_the_folder_has_to_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    with pytest.raises(ValueError, match=f"{FOLDER} is not set"):
        CsvSource(lambda: NOW)
