"""How fast beforehand is beside one Polars aggregation of the same log, on the same machine, in the same run.

Usage
    python benches/peers/speed.py [--events 100000 1000000 10000000] [--rounds 3]

Makes logs of each size with `generate` (ten purchases per customer) and runs `speed` and `groupby.py` on them in turns, so that a
neighbour's load falls on both. Prints the best round of each as a Markdown table.

`ratio` is of the total, with a fit that learns about lapse as well, as it does by default; `without lapse` is that of ingest, a fit
for replenishment alone (`max_lapse_rows=100`) and the forecast of every pair.

Targets: ingest, fit and forecast at most 3 times Polars, peak memory below 3 times the raw columns, time linear in the events.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def run(*command: object) -> dict:
    """Runs a command and reads the JSON line it prints last."""
    done = subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(log: Path, rounds: int, binaries: Path) -> tuple[dict, dict]:
    """The best of some rounds of each tool."""
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(run(binaries / "speed", log))
        theirs.append(run(sys.executable, HERE / "groupby.py", log, "--repeats", 3))
    return min(ours, key=lambda r: r["total_seconds"]), min(theirs, key=lambda r: r["best_seconds"])


def row(ours: dict, theirs: dict) -> str:
    polars, raw, n = theirs["best_seconds"], ours["raw_bytes"], ours["n_events"]
    cells = [
        f"{n:,}",
        f"{ours['n_pairs']:,}",
        f"{ours['ingest_seconds']:.2f}",
        f"{ours['fit_seconds']:.2f}",
        f"{ours['forecast_seconds']:.2f}",
        f"{ours['total_seconds']:.2f}",
        f"{ours['cpu_seconds'] or float('nan'):.2f}",
        f"{ours['total_seconds'] / n * 1e6:.2f}",
        f"{polars:.3f}",
        f"{ours['total_seconds'] / polars:.1f}",
        f"{(ours['total_seconds'] - ours['fit_seconds'] + ours['fit_replenishment_seconds']) / polars:.1f}",
        f"{(ours['peak_rss_bytes'] or float('nan')) / raw:.1f}",
        f"{theirs['peak_rss_bytes'] / raw:.1f}",
        f"{ours['one_customer_us']:.1f}",
        f"{ours['own_history_10_us']:.0f}",
        f"{ours['own_history_200_us']:.0f}",
    ]
    return "| " + " | ".join(cells) + " |"


HEADER = (
    "events", "pairs", "ingest s", "fit s", "forecast s", "total s", "cpu s", "µs / event", "Polars s", "ratio",
    "without lapse", "peak / raw", "Polars peak / raw", "one customer µs", "own 10 events µs", "own 200 events µs",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[10**5, 10**6, 10**7])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--binaries", type=Path, default=ROOT / "target" / "release")
    options = parser.parse_args()

    print("| " + " | ".join(HEADER) + " |")
    print("|" + " --: |" * len(HEADER))
    with tempfile.TemporaryDirectory() as folder:
        for n in options.events:
            log = Path(folder) / f"{n}.parquet"
            generate = [options.binaries / "generate", "--customers", n // 10, "--out", log]
            subprocess.run([str(c) for c in generate], check=True, capture_output=True)
            print(row(*measure(log, options.rounds, options.binaries)), flush=True)
            log.unlink()


if __name__ == "__main__":
    main()
