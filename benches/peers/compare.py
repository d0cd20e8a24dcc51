"""Existing tools and beforehand on one order log, in one run: who buys which item again?

Usage (or `make peers`, which also sets up what this needs)
    python benches/peers/compare.py                        # horizons of 28 and 7 days on the shipped log
    python benches/peers/compare.py --without-ours         # the existing tools alone, without building the project
    python benches/peers/compare.py --log L.parquet --cutoffs 200 250 --horizons 14

A log needs the columns customer, item, at, quantity, amount and kind. `protocol.py` says what is scored.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl

import contenders
import features
import protocol
import scores

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OURS = "beforehand"
DECIMALS = {"log-loss": 5, "Brier": 5, "AUC": 4, "ECE": 4, "prec@1 %": 4, "seconds": 1}
PREDICT = ["cargo", "run", "--release", "--quiet", "--package", "benches", "--bin", "predict", "--"]


def predict_with_ours(purchases: pl.DataFrame, pairs: pl.DataFrame, horizon: int) -> np.ndarray:
    """Runs the project's own program on files, as anybody would."""
    with tempfile.TemporaryDirectory() as folder:
        events, asked, answer = (Path(folder) / name for name in ("events.parquet", "pairs.parquet", "out.parquet"))
        keys = {"customer": "customer_id", "item": "item_id"}
        purchases.rename(keys).write_parquet(events)
        pairs.select("customer", "item", "cutoff").rename(keys).write_parquet(asked)
        arguments = ["--events", events, "--pairs", asked, "--horizon", str(horizon), "--out", answer]
        subprocess.run([*PREDICT, "replenish", *map(str, arguments)], cwd=ROOT, check=True, stdout=sys.stderr)
        found = pl.read_parquet(answer).rename({new: old for old, new in keys.items()})
        found = found.select(pl.col(name).cast(pairs.schema[name]) for name in ("customer", "item", "cutoff")).with_columns(found["prob"])
        prob = pairs.join(found, on=["customer", "item", "cutoff"], how="left", maintain_order="left")["prob"]
    if len(prob) != len(pairs) or prob.is_null().any() or not prob.is_between(0.0, 1.0).all():
        raise SystemExit(f"predict must give each of the {len(pairs)} pairs one probability in [0, 1]")
    return prob.to_numpy()


def timed(function, *arguments):
    """The result and the wall seconds it took."""
    start = time.perf_counter()
    return function(*arguments), time.perf_counter() - start


def run(purchases: pl.DataFrame, cutoffs: list[int], horizon: int, without_ours: bool):
    """The pairs of all cutoffs, the probabilities of each contender, and their seconds."""
    labelled = pl.concat([protocol.labelled_pairs(purchases, cutoff, horizon) for cutoff in cutoffs])
    probs, seconds, n_purchases = {name: [] for name in contenders.ALL}, dict.fromkeys(contenders.ALL, 0.0), []
    for cutoff in cutoffs:

        def rows_at(at: int) -> pl.DataFrame:
            known = protocol.labelled_pairs(purchases, at, horizon)
            return features.of_pairs(purchases, at).with_columns(known["bought"])

        print(f"horizon {horizon} days, cutoff day {cutoff}", file=sys.stderr)
        rows, rows_seconds = timed(rows_at, cutoff)
        earlier = protocol.training_cutoffs(cutoff, horizon)
        train, train_seconds = timed(lambda cuts: pl.concat([rows_at(c) for c in cuts]), earlier)
        n_purchases.append(rows["n_purchases"].to_numpy())
        for name, contender in contenders.ALL.items():
            try:
                prob, took = timed(contender, rows.drop("bought"), train, horizon)
            except Exception as failure:  # A tool that cannot be fitted is a result, not an end of the run.
                print(f"  {name} gave no result: {failure}".splitlines()[0], file=sys.stderr)
                prob, took = np.full(len(rows), np.nan), 0.0
            probs[name].append(prob)
            seconds[name] += took + rows_seconds + (train_seconds if name in contenders.NEEDS_TRAINING_ROWS else 0.0)
    probs = {name: np.concatenate(parts) for name, parts in probs.items()}
    if not without_ours:
        print(f"horizon {horizon} days, {OURS}", file=sys.stderr)
        probs[OURS], seconds[OURS] = timed(predict_with_ours, purchases, labelled, horizon)
    return labelled.with_columns(n_purchases=np.concatenate(n_purchases)), probs, seconds


def table(pairs: pl.DataFrame, probs: dict, seconds: dict, at_least: int) -> list[list[str]]:
    """Rows of text, the first one the head."""
    chosen = (pairs["n_purchases"] >= at_least).to_numpy()
    bought = pairs["bought"].to_numpy()[chosen]
    lines = [["", *DECIMALS]]
    for name, prob in probs.items():
        if np.isnan(prob).any():
            lines.append([name, *["no result"] * len(DECIMALS)])
            continue
        found = scores.score(bought, prob[chosen]) | {"seconds": seconds[name]}
        lines.append([name, *(f"{found[score]:.{digits}f}" for score, digits in DECIMALS.items())])
    return lines


def plain(lines: list[list[str]]) -> str:
    return "\n".join("".join(f"{cell:<15}" if i == 0 else f"{cell:>11}" for i, cell in enumerate(line)) for line in lines)


def markdown(lines: list[list[str]]) -> str:
    rule = ["---", *["--:"] * (len(lines[0]) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], rule, *lines[1:]])


def versions() -> str:
    names = ["polars", "numpy", "scipy", "scikit-learn", "lightgbm", "lifetimes", "pandas"]
    return f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--log", type=Path, default=ROOT / "examples" / "data" / "online_retail.parquet")
    parser.add_argument("--cutoffs", type=int, nargs="+", default=[280, 308, 336], help="days since the first day of the log")
    parser.add_argument("--horizons", type=int, nargs="+", default=[28, 7], help="days")
    parser.add_argument("--without-ours", action="store_true", help="score the existing tools alone")
    parser.add_argument("--markdown", type=Path, help="also write the tables to this file")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", module="lifetimes|sklearn|lightgbm")
    np.seterr(all="ignore")  # lifetimes overflows on its way to finite results

    purchases = protocol.read_purchases(options.log)
    cutoffs = ", ".join(map(str, options.cutoffs))
    document = [
        "# Existing tools and beforehand on the same log",
        "Written by `make peers`; do not edit.",
        f"`{options.log.name}`, cutoff days {cutoffs} after the first day of the log. `protocol.py` says what is scored. Log-loss, "
        "Brier and ECE: lower is better. AUC and prec@1 %: higher is better. Seconds are wall time for all cutoffs on "
        f"{os.cpu_count()} cores, from the purchases of each day to the probabilities: features, fitting, predicting; for beforehand "
        "they also hold reading and writing files. The existing tools share features; each is charged for those it needs.",
        versions() + ".",
    ]
    for horizon in options.horizons:
        pairs, probs, seconds = run(purchases, options.cutoffs, horizon, options.without_ours)
        for at_least, what in ((1, "All pairs"), (2, "Pairs bought twice or more")):
            chosen = pairs.filter(pl.col("n_purchases") >= at_least)
            title = f"{what}, horizon {horizon} days"
            counts = f"{len(chosen):,} pairs, {chosen['bought'].mean():.2%} of them bought again."
            lines = table(pairs, probs, seconds, at_least)
            print(f"\n{title}: {counts}\n{plain(lines)}", flush=True)
            document += [f"## {title}", counts, markdown(lines)]
    if options.markdown:
        options.markdown.write_text("\n\n".join(document) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
