"""stockdash: explore tickers, tune indicators, install indicator packages with pip."""
