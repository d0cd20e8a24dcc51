"""The command `beforehand`: fit, forecast, churn, decide, backtest, audit and report on CSV and Parquet files.

Its options are the parameters of the functions it calls, with their types, defaults and documentation: a new parameter
of `fit` is an option of the command by itself.

`main` → `parser` (the options of each of the `commands`, from the `parameters` of its function, each read by `options`) → `run`
(the log is read by `log`, the answer goes out by `output`; `terminal` says how it goes).
"""

from ._main import main

__all__ = ["main"]
