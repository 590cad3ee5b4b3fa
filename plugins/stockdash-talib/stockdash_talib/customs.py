"""What TA-Lib's metadata does not tell, by function.

Levels are the customary ones of each indicator's author or of StockCharts' ChartSchool
(https://chartschool.stockcharts.com); the rest is explained where it stands.
"""

from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from stockdash import Pane, Params

LEVELS: dict[str, tuple[float, ...]] = {
    "ADX": (25,),
    "AROON": (30, 70),
    "AROONOSC": (0,),
    "CCI": (-100, 100),
    "CMF": (0,),
    "CMO": (-50, 50),
    "COPPOCK": (0,),
    "IMI": (30, 70),
    "KDJ": (20, 80),
    "MFI": (20, 80),
    "MOM": (0,),
    "PERCENTRANK": (20, 80),
    "ROC": (0,),
    "RSI": (30, 70),
    "SMI": (-40, 40),
    "STOCH": (20, 80),
    "STOCHF": (20, 80),
    "STOCHRSI": (20, 80),
    "TSI": (-25, 25),
    "ULTOSC": (30, 70),
    "WILLR": (-80, -20),
}

SYNONYMS: dict[str, tuple[str, ...]] = {
    "BBANDS": ("Bollinger",),
    "DONCHIAN": ("price channel",),
    "HA": ("Heikin-Ashi", "Heikin Ashi"),
    "KC": ("Keltner",),
    "MACD": ("convergence", "divergence"),
    "MINUS_DI": ("DMI",),
    "OBV": ("on-balance volume",),
    "PLUS_DI": ("DMI",),
    "RMA": ("SMMA", "Wilder"),
    "SAR": ("PSAR", "parabolic stop and reverse"),
    "WILLR": ("Williams %R",),
}

# A deviation is in the unit of the prices, as TA-Lib says, but starts from zero; swings are marked on the bars.
PANES: dict[str, Pane] = {"AVGDEV": "own", "FRACTAL": "price"}

# Signals among the outputs. Drawn as lines over the prices they would press the prices flat.
MARKERS = {"FRACTAL": ("swinghigh", "swinglow"), "SUPERTREND": ("trend",)}


class MavpParams(Params):
    """Parameters of MAVP."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        low, high = getattr(self, "minperiod", 0), getattr(self, "maxperiod", 0)
        if low > high:
            raise ValueError(f"the minimum period {low} is above the maximum period {high}")
        return self


def checked(name: str) -> type[Params]:
    """Give the base of a function's parameters, which checks what TA-Lib would refuse together."""
    return MavpParams if name == "MAVP" else Params


def shaped(name: str, columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give signals the form that markers have: negative above a bar, positive below it, 0 for none."""
    if name == "FRACTAL":
        columns[0] *= -1  # a swing high stands above its bar; TA-Lib gives 100 for both
    if name == "SUPERTREND":
        turned = np.diff(columns[1], prepend=np.nan) != 0  # the first direction counts as a turn
        columns[1] = np.where(turned | np.isnan(columns[1]), columns[1], 0.0)
    return columns
