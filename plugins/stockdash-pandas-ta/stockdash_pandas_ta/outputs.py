"""How columns are drawn: pandas-ta-classic tells it by the endings of their names only."""

from stockdash import Output
from stockdash_pandas_ta.customs import TURNS
from stockdash_pandas_ta.table import Column


def outputs(columns: list[Column]) -> tuple[Output, ...]:
    """Give one output for each column.

    Beside a column x, xh is a histogram (macdh) and xs its signal line, dashed (macds); between xl and xu
    (bbl, bbu) lies a band.
    """
    names = {column.name for column in columns}
    return tuple(_output(column, names) for column in columns)


def _output(column: Column, names: set[str]) -> Output:
    name = column.name
    if column.scale == "signal" or name in TURNS.values():
        return Output(name, name, draw="markers")
    if name[-1] == "h" and name[:-1] in names:
        return Output(name, name, draw="histogram")
    if name[-1] == "s" and name[:-1] in names and column.scale == "own":
        return Output(name, name, draw="dashes")
    upper = f"{name[:-1]}u"
    return Output(name, name, fill_to=upper if name[-1] == "l" and upper in names else "")
