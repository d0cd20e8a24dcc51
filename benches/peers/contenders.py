"""The tools that people use today, each as one function from the rows of one cutoff to P(bought within the horizon)."""

import numpy as np
import polars as pl
from lifetimes import BetaGeoFitter, ModifiedBetaGeoFitter
from lightgbm import LGBMClassifier
from scipy.optimize import minimize
from scipy.special import gammaln

import features


def column(rows: pl.DataFrame, name: str) -> np.ndarray:
    """A column as floats, nulls as NaN."""
    return rows[name].cast(pl.Float64).to_numpy()


def base_rate(rows: pl.DataFrame, train: pl.DataFrame, horizon: int) -> np.ndarray:
    """The share of training pairs that came back, for everyone."""
    return np.full(len(rows), train["bought"].mean())


def mean_gap(rows: pl.DataFrame, train: pl.DataFrame, horizon: int) -> np.ndarray:
    """The rule of marketing tools: the next order is due one mean gap after the last one. Bought once: the base rate."""
    gap = np.maximum(np.nan_to_num(column(rows, "gap_mean_days"), nan=1.0), 1.0)
    return np.where(column(rows, "n_purchases") > 1, 1.0 - np.exp(-horizon / gap), train["bought"].mean())


def poisson_gamma(rows: pl.DataFrame, train: pl.DataFrame, horizon: int) -> np.ndarray:
    """A Poisson rate per pair under a Gamma prior that is fitted by maximum marginal likelihood."""
    repeats, exposure = column(rows, "n_purchases") - 1.0, column(rows, "age_days") + 1.0

    def loss(log_parameters: np.ndarray) -> float:
        shape, rate = np.exp(log_parameters)
        terms = gammaln(shape + repeats) - gammaln(shape) - repeats * np.log(rate + exposure) - shape * np.log1p(exposure / rate)
        return -terms.sum()

    shape, rate = np.exp(minimize(loss, [0.0, 3.0], method="Nelder-Mead").x)
    return -np.expm1((shape + repeats) * np.log((rate + exposure) / (rate + exposure + horizon)))


def buy_till_you_die(fitter, rows: pl.DataFrame, horizon: int) -> np.ndarray:
    """P(alive) × P(at least one purchase | alive), from `lifetimes`; each pair is its own customer."""
    repeats, age = column(rows, "n_purchases") - 1.0, column(rows, "age_days")
    last_purchase_age = age - column(rows, "recency_days")
    fitter.fit(repeats, last_purchase_age, age)
    r, alpha = fitter.params_["r"], fitter.params_["alpha"]
    alive = np.asarray(fitter.conditional_probability_alive(repeats, last_purchase_age, age))
    return alive * -np.expm1((r + repeats) * np.log((alpha + age) / (alpha + age + horizon)))


def bg_nbd(rows: pl.DataFrame, train: pl.DataFrame, horizon: int) -> np.ndarray:
    """BG/NBD (Fader, Hardie & Lee 2005) per pair."""
    return buy_till_you_die(BetaGeoFitter(), rows, horizon)


def mbg_nbd(rows: pl.DataFrame, train: pl.DataFrame, horizon: int) -> np.ndarray:
    """MBG/NBD (Batislam, Denizel & Filiztekin 2007) per pair."""
    return buy_till_you_die(ModifiedBetaGeoFitter(), rows, horizon)


def lightgbm(rows: pl.DataFrame, train: pl.DataFrame, horizon: int) -> np.ndarray:
    """LightGBM on `features.COLUMNS`, trained on the earlier cutoffs."""
    model = LGBMClassifier(
        n_estimators=300,
        learning_rate=0.03,
        num_leaves=63,
        min_child_samples=100,
        subsample=0.8,
        subsample_freq=1,
        colsample_bytree=0.7,
        random_state=0,
        n_jobs=-1,
        verbose=-1,
    )
    model.fit(matrix(train), train["bought"].to_numpy())
    return model.predict_proba(matrix(rows))[:, 1]


def matrix(rows: pl.DataFrame) -> np.ndarray:
    """`features.COLUMNS` as floats, nulls as NaN."""
    return rows.select(pl.col(features.COLUMNS).cast(pl.Float64)).to_numpy()


ALL = {
    "base rate": base_rate,
    "mean gap": mean_gap,
    "Poisson-Gamma": poisson_gamma,
    "BG/NBD": bg_nbd,
    "MBG/NBD": mbg_nbd,
    "LightGBM": lightgbm,
}
NEEDS_TRAINING_ROWS = {"base rate", "mean gap", "LightGBM"}
