"""The scores of the tables."""

import numpy as np
from scipy.special import xlogy
from sklearn.metrics import roc_auc_score

N_BINS = 20


def calibration_error(bought: np.ndarray, prob: np.ndarray) -> float:
    """Expected calibration error over `N_BINS` bins with equally many pairs."""
    bins = np.array_split(np.argsort(prob, kind="stable"), N_BINS)
    return sum(len(b) * abs(bought[b].mean() - prob[b].mean()) for b in bins if len(b)) / len(bought)


def precision_at_top(bought: np.ndarray, prob: np.ndarray, share: float = 0.01) -> float:
    """The share bought among the pairs with the highest probabilities."""
    top = np.argsort(-prob, kind="stable")[: max(1, int(len(prob) * share))]
    return bought[top].mean()


def score(bought: np.ndarray, prob: np.ndarray) -> dict[str, float]:
    """All scores. Probabilities are held away from 0 and 1 by 1e-6, so that one certain miss does not decide the log-loss."""
    prob = np.clip(prob, 1e-6, 1 - 1e-6)
    return {
        "log-loss": -(xlogy(bought, prob) + xlogy(1 - bought, 1 - prob)).mean(),
        "Brier": ((prob - bought) ** 2).mean(),
        "AUC": roc_auc_score(bought, prob),
        "ECE": calibration_error(bought, prob),
        "prec@1 %": precision_at_top(bought, prob),
    }
