"""What the signatures of pandas-ta-classic do not tell, by function."""

from stockdash_pandas_ta.table import Parameter

LEFT_OUT = {
    "long_run": "needs two series of the user's making, a fast and a slow one",
    "ma": "only calls another function by its name; each of those is an indicator of its own",
    "mavp": "needs a series of the user's making: how many bars to average, bar by bar",
    "short_run": "needs two series of the user's making, a fast and a slow one",
    "tsignals": "needs a series of the user's making: whether there is a trend",
    "vp": "answers with price levels instead of bars",
    "xsignals": "needs a series of the user's making: the signal that crosses",
}

# They show the future on purpose: their last bars change as new ones arrive.
LOOKING_AHEAD = {
    "dpo": "it is centred, so its last bars are empty and are filled in later",
    "ichimoku": "its lagging line is the close of later bars",
    "tos_stdevall": "its line and bands are fitted to the whole history",
}

AVERAGES = (
    *("ema", "sma", "rma", "wma", "dema", "tema", "hma", "zlma", "fwma", "linreg"),
    *("midpoint", "pwma", "sinwma", "swma", "t3", "trima", "vidya"),
)
# Text parameters that may be chosen, by function or for all; any other keeps its default.
CHOICES: dict[str, tuple[str, ...]] = {
    "mamode": AVERAGES,
    "decay.mode": ("linear", "exponential"),
    "vwap.anchor": ("D", "W", "M", "Q", "Y"),
}
# Told to the function at each call. Without `as_dataframe` ichimoku warns that its present answer is going away.
FIXED: dict[str, dict[str, object]] = {"cdl_pattern": {"name": "engulfing"}, "ichimoku": {"as_dataframe": True}}

# Parameters of which the value that a function works with can't be read from its variables.
_ACCELERATIONS = {"init": (0.02, 1.0), "": (0.02, 1.0), "max": (0.2, 1.0)}
TOLD: dict[str, tuple[Parameter, ...]] = {
    "jma": (Parameter("length", 7, 1, 200), Parameter("phase", 0.0, -100.0, 100.0)),
    "sarext": tuple(
        Parameter(f"acceleration{part}{side}", default, 0.0, high)
        for side in ("long", "short")
        for part, (default, high) in _ACCELERATIONS.items()
    ),
}

# Series that a function marks as optional but can't do without, for some of its parameters at least.
WANTED: dict[str, dict[str, str]] = {
    "amat": {"close": "close"},
    "beta": {"benchmark": "open"},
    "correl": {"benchmark": "open"},
    "inertia": {"close": "close", "high": "high", "low": "low"},
    "kdj": {"close": "close", "high": "high", "low": "low"},
    "rvi": {"high": "high", "low": "low"},
}

# Not for the user: they shift the answer, choose another library, or change the type or number of the columns.
HIDDEN = {"append_span", "as_dataframe", "asbool", "asint", "kwargs", "offset", "stds", "talib"}
HIDDEN_BY_FUNCTION = {
    "cdl_z": {"full"},  # reads the whole history, so that every bar looks ahead
    "cpr": {"method", "timeframe", "interval", "levels", "width_analysis", "price_position", "virgin_cpr"},
    "hwc": {"channel_eval"},
    "ichimoku": {"include_chikou"},
    "kama": {"drift"},  # from the length on it gives one value and nothing after
    "macdext": {"fastmatype", "slowmatype", "signalmatype"},  # numbers of kinds of averages
}

# Columns that pandas-ta-classic names after a choice among the parameters.
RENAMED = {
    "amate_lr": "amat_lr",
    "amate_sr": "amat_sr",
    "atrr": "atr",
    "bias_sma": "bias",
    "cdl_engulfing": "cdl_pattern",
    "kcbe": "kcb",
    "kcle": "kcl",
    "kcue": "kcu",
    "ldecay": "decay",
    "pmax_e": "pmax",
    "vwap_d": "vwap",
    "zl_ema": "zlma",
}
SIGNALS = {"smc_sweep"}  # beside the candlestick patterns, which are named so
# Directions at every bar; over the prices they are marked where they turn.
TURNS = {"supertrend": "supertd"}
# Its bands are so wide that some seem to be on a scale of their own.
OVER_PRICES = {"tos_stdevall"}
