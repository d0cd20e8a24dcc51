"""The yardstick of the speed bench: how long Polars takes for one aggregation over the pairs of a log.

Usage
    python benches/peers/groupby.py LOG.parquet [--repeats 5]

Reads customer_id, item_id (of any type), ts and quantity into memory, then times `group_by(customer_id, item_id).agg(count, min, max,
sum)`. Prints one JSON line: the seconds of each repeat, and what was aggregated. The reading is timed apart.
"""

import argparse
import json
import resource
import time
from pathlib import Path

import polars as pl


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()

    start = time.perf_counter()
    log = pl.read_parquet(options.log, columns=["customer_id", "item_id", "ts", "quantity"]).rechunk()
    read_seconds = time.perf_counter() - start

    seconds, n_pairs = [], 0
    for _ in range(options.repeats):
        start = time.perf_counter()
        pairs = log.group_by("customer_id", "item_id").agg(
            pl.len(), pl.col("ts").min().alias("first"), pl.col("ts").max().alias("last"), pl.col("quantity").sum()
        )
        seconds.append(round(time.perf_counter() - start, 4))
        n_pairs = pairs.height
        del pairs
    print(
        json.dumps(
            {
                "tool": f"polars {pl.__version__}",
                "threads": pl.thread_pool_size(),
                "n_events": log.height,
                "n_pairs": n_pairs,
                "id_types": [str(log.schema["customer_id"]), str(log.schema["item_id"])],
                "raw_bytes": log.estimated_size(),
                "read_seconds": round(read_seconds, 4),
                "seconds": seconds,
                "best_seconds": min(seconds, default=None),
                "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
