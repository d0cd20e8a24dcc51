"""Long work: other threads run meanwhile, Ctrl-C and progress stop it, forks and threads are safe."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import beforehand
import pyarrow as pa
import pyarrow.compute as pc
import pytest


def big_log(n_customers: int = 60_000) -> pa.Table:
    """Half a million purchases and more: enough work to be interrupted."""
    n = n_customers * 12
    row = pa.array(range(n), pa.int64())
    customer = pc.cast(pc.floor(pc.divide(pc.cast(row, "float64"), 12.0)), "int64")
    day = pc.add(pc.multiply(pc.subtract(row, pc.multiply(customer, 12)), 30), pc.bit_wise_and(customer, 15))
    at = pc.cast(pc.cast(pc.add(day, 20_000), "int32"), pa.date32())
    return pa.table({"customer": customer, "item": pc.bit_wise_and(row, 31), "at": at})


@pytest.fixture(scope="module")
def log() -> pa.Table:
    """A log that takes a while."""
    return big_log()


def test_other_threads_run_meanwhile(log: pa.Table) -> None:
    """The interpreter's lock is free during a fit."""
    ticks, done = [], threading.Event()

    def tick() -> None:
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.002)

    ticker = threading.Thread(target=tick)
    ticker.start()
    started = time.monotonic()
    beforehand.fit(log, as_of="2026-01-01")
    ended = time.monotonic()
    done.set()
    ticker.join()
    during = [at for at in ticks if started < at < ended]
    gaps = [b - a for a, b in zip([started, *during], [*during, ended], strict=True)]
    assert len(during) > 20 and max(gaps) < (ended - started) / 2


def test_progress_is_told_and_can_stop(log: pa.Table) -> None:
    """Stages in order, shares that never fall; `False` stops."""
    told: list[tuple[str, float]] = []
    beforehand.fit(log, as_of="2026-01-01", progress=lambda stage, share: told.append((stage, share)))
    shares = [share for _, share in told]
    assert told and shares == sorted(shares) and 0.0 <= shares[0] and shares[-1] <= 1.0
    with pytest.raises(beforehand.CancelledError) as e:
        beforehand.fit(log, as_of="2026-01-01", progress=lambda *_: False)
    assert e.value.code == "cancelled"

    def broken(stage: str, share: float) -> bool:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        beforehand.fit(log, as_of="2026-01-01", progress=broken)


def test_ctrl_c_stops_a_fit(tmp_path: Path) -> None:
    """KeyboardInterrupt, soon after the signal."""
    script = textwrap.dedent("""
        import sys, time
        sys.path.insert(0, sys.argv[1])
        from test_work import big_log
        import beforehand
        log = big_log(200_000)
        print("ready", flush=True)
        try:
            while True:
                beforehand.fit(log, as_of="2026-01-01")
        except KeyboardInterrupt:
            print("stopped", time.monotonic(), flush=True)
            # The process lives on and works.
            small = log.slice(0, 1200)
            print(beforehand.fit(small, as_of="2026-01-01").n_customers, flush=True)
    """)
    delays = []
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", script, str(Path(__file__).parent)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(0.7)
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        word, at = process.stdout.readline().split()
        assert word == "stopped"
        delays.append(float(at) - sent)
        assert process.stdout.readline() == "100\n"
        assert process.wait(60) == 0
    # A look every 40 ms; the rest is what a busy machine takes to give the thread its turn.
    assert min(delays) < 0.2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_after_a_fork(log: pa.Table) -> None:
    """A child has threads of its own, and the parent keeps its."""
    log = log.slice(0, len(log) // 8)
    want = beforehand.fit(log, as_of="2026-01-01")
    child = os.fork()
    if child == 0:
        try:
            same = beforehand.fit(log, as_of="2026-01-01") == want
            os._exit(0 if same else 1)
        except BaseException:
            os._exit(2)
    for _ in range(1200):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        time.sleep(0.1)
    else:
        os.kill(child, signal.SIGKILL)
        pytest.fail("the child never came back")
    assert os.waitstatus_to_exitcode(status) == 0
    assert beforehand.fit(log, as_of="2026-01-01") == want


def test_a_model_is_shared_between_threads(model: beforehand.Model, history: beforehand.History) -> None:
    """The same answers from many threads at once."""
    want = model.forecasts(history, customer="c007", as_of="2025-08-20")
    everyone = model.replenishment(history, as_of="2025-08-20")["remind_at"]

    def ask(i: int) -> bool:
        if i % 10 == 0:
            return model.replenishment(history, as_of="2025-08-20")["remind_at"] == everyone
        return model.forecasts(history, customer="c007", as_of="2025-08-20") == want

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(200)))
