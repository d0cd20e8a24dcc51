"""A log through the Python package, beside the same through Rust: `python benches/speed.py LOG.parquet [path of bench speed]`.

Build both first: `make wheel`, install the wheel, and `cargo build --release -p benches --bin speed`. Rust and Python take
turns; of each the best of three counts. Prints a line per kind of identifier.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import beforehand
import polars as pl

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = {"customer": "customer_id", "item": "item_id", "time": "ts"}


def seconds(work, times: int = 1) -> float:  # type: ignore[no-untyped-def]
    """The best of some runs."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def python(frame: pl.DataFrame) -> dict[str, float]:
    """The stages through the package."""
    hand_over = seconds(lambda: frame.__arrow_c_stream__(), 5)
    start = time.perf_counter()
    history = beforehand.History(frame, columns=COLUMNS)
    read = time.perf_counter()
    model = beforehand.fit(history, as_of=history.last_at)
    fitted = time.perf_counter()
    due = model.replenishment(history, as_of=history.last_at)
    done = time.perf_counter()
    out = seconds(lambda: pl.DataFrame(due))
    return {
        "hand_over": hand_over,
        "ingest": read - start,
        "fit": fitted - read,
        "forecast": done - fitted,
        "into_polars": out,
        "total": done - start,
    }


def rust(binary: str, path: str) -> float:
    """The whole way through Rust."""
    return float(json.loads(subprocess.run([binary, path], capture_output=True, text=True, check=True).stdout)["total_seconds"])


def main() -> None:
    """Measures with the identifiers of the log, and with the same as texts."""
    path = sys.argv[1]
    binary = sys.argv[2] if len(sys.argv) > 2 else str(ROOT / "target/release/speed")
    whole = pl.read_parquet(path).rechunk()
    texts = whole.with_columns(
        pl.format("customer-{}", "customer_id").alias("customer_id"), pl.format("sku-{}", "item_id").alias("item_id")
    )
    texts_path = Path(path).with_suffix(".texts.parquet")
    texts.write_parquet(texts_path)
    for kind, frame, log in (("int", whole, path), ("text", texts.rechunk(), str(texts_path))):
        runs = []
        for _ in range(3):
            ours, theirs = python(frame), rust(binary, log)
            runs.append((ours, theirs))
        ours = min((run[0] for run in runs), key=lambda run: run["total"])
        theirs = min(run[1] for run in runs)
        print(
            json.dumps(
                {
                    "ids": kind,
                    "n_events": frame.height,
                    **{name: round(s, 4) for name, s in ours.items()},
                    "rust_total": round(theirs, 4),
                    "python_over_rust": round(ours["total"] / theirs, 3),
                    "hand_over_share_of_fit": round(ours["hand_over"] / ours["fit"], 5),
                }
            ),
            flush=True,
        )
    texts_path.unlink()


if __name__ == "__main__":
    main()
