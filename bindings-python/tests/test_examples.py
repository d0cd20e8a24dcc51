"""The examples run, and print what their README says."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import beforehand
import pytest
from conftest import ROOT

EXAMPLES = ROOT / "examples/python"
LOG = ROOT / "examples/data/online_retail.parquet"
pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the examples are in the repository only")

if importlib.util.find_spec("matplotlib") is not None:
    # Makes its list of fonts, which takes so long on a new machine that it is told of in the midst of an example.
    importlib.import_module("matplotlib.font_manager")


def _promised(script: str) -> str:
    """What the README says that a script prints."""
    section = (EXAMPLES / "README.md").read_text().partition(f"## `{script}`\n")[2]
    block = re.match(r"\n```text\n(.*?)```", section, re.DOTALL)
    assert block, f"the README shows no output of {script}"
    return block.group(1)


def _run(script: str, *arguments: str, cwd: Path) -> str:
    environment = {**os.environ, "PYTHONUTF8": "1", "MPLCONFIGDIR": str(cwd)}
    command = [sys.executable, str(EXAMPLES / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return "".join(line.rstrip() + "\n" for line in done.stdout.rstrip().splitlines())


@pytest.mark.parametrize(
    ("script", "needs"),
    [
        ("from_parquet.py", []),
        ("decide.py", []),
        ("from_duckdb.py", ["duckdb"]),
        ("from_polars.py", ["polars"]),
        ("from_pandas.py", ["pandas", "pyarrow"]),
    ],
)
def test_a_script_prints_what_the_readme_says(script: str, needs: list[str], tmp_path: Path) -> None:
    for package in needs:
        pytest.importorskip(package)
    assert _run(script, cwd=tmp_path) == _promised(script)


def test_the_picture_of_the_readmes_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    assert _run("timeline.py", "timeline.png", cwd=tmp_path) == _promised("timeline.py")
    for picture in (tmp_path / "timeline.png", ROOT / "docs/timeline.png"):
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert 10_000 < picture.stat().st_size <= 60_000


def test_the_readme_lists_every_example() -> None:
    text = (EXAMPLES / "README.md").read_text()
    for path in EXAMPLES.iterdir():
        if path.suffix in (".py", ".ipynb"):
            assert f"[`{path.name}`]({path.name})" in text
        if path.suffix == ".py":
            assert ast.get_docstring(ast.parse(path.read_text())), f"{path.name} does not say what it shows"


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed")
def test_the_examples_are_typed() -> None:
    """mypy --strict over what a user would write."""
    for package in ("duckdb", "matplotlib", "pandas", "polars", "psycopg"):
        pytest.importorskip(package)
    config = ROOT / "bindings-python/pyproject.toml"
    paths = sorted(str(path) for path in EXAMPLES.glob("*.py"))
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(config), *paths]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=Path(beforehand.__file__).parents[1])
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_notebook_runs(tmp_path: Path) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    for package in ("ipykernel", "matplotlib", "polars"):
        pytest.importorskip(package)
    path = EXAMPLES / "reminders.ipynb"
    assert path.stat().st_size < 30_000, "commit it without pictures"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code"), "commit it without outputs"
    for cell in notebook.cells:
        cell.source = cell.source.replace("../data/", f"{LOG.parent}/")
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    said = [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    assert not any("Warning" in text for text in said), "but for bars of progress there is nothing to complain of"
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    tables = [output for output in outputs if "<table" in output.get("data", {}).get("text/html", "")]
    assert len(pictures) == 4
    assert len(tables) >= 3
    assert (tmp_path / "report.html").read_text().startswith("<!DOCTYPE html>")


def _server_programs() -> Path | None:
    """Where Debian's package, or another, puts initdb and pg_ctl."""
    places = [Path(found).resolve().parent for found in [shutil.which("initdb"), shutil.which("pg_ctl")] if found]
    versions = Path("/usr/lib/postgresql")
    if versions.is_dir():
        places += sorted((place / "bin" for place in versions.iterdir()), key=lambda place: float(place.parent.name))[::-1]
    return next((place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A PostgreSQL server of our own on loopback, as a connection string."""
    programs = _server_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server is not installed: apt-get install postgresql")
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0 and not any(entry.pw_name == user for entry in pwd.getpwall()):
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres: apt-get install postgresql")
    # Short, for the path of a socket is; and where that user may go, which pytest's folders are not.
    place = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(place, user)
    port = _free_port()

    def as_user(command: str) -> subprocess.CompletedProcess[str]:
        words = ["su", user, "-s", "/bin/sh", "-c", command] if os.geteuid() == 0 else ["/bin/sh", "-c", command]
        return subprocess.run(words, capture_output=True, text=True, cwd=place, timeout=120)

    made = as_user(f"'{programs}/initdb' -D data -U shop -A trust --encoding UTF8 --no-sync")
    settings = f"-p {port} -h 127.0.0.1 -k {place} -c fsync=off"
    started = as_user(f"'{programs}/pg_ctl' -D data -l log -w -o '{settings}' start") if made.returncode == 0 else made
    try:
        if started.returncode != 0:
            pytest.skip(f"PostgreSQL's server does not start here: {(started.stderr or started.stdout).strip()[-300:]}")
        yield f"host=127.0.0.1 port={port} user=shop dbname=postgres"
    finally:
        as_user(f"'{programs}/pg_ctl' -D data -m immediate -w stop")
        shutil.rmtree(place, ignore_errors=True)


def test_orders_come_from_postgresql_and_reminders_go_back(server: str, tmp_path: Path) -> None:
    psycopg, duckdb = pytest.importorskip("psycopg"), pytest.importorskip("duckdb")
    rows = tmp_path / "orders.csv"
    duckdb.sql(f"""copy (select customer, "at", item, quantity from '{LOG}') to '{rows}' (header false)""")
    with psycopg.connect(server) as database:
        database.execute("create table orders (user_id bigint, paid_at timestamptz, sku text, quantity integer)")
        with rows.open("rb") as file, database.cursor().copy("copy orders from stdin (format csv)") as table:
            while block := file.read(1 << 20):
                table.write(block)
        # Yesterday's, which the script replaces.
        database.execute("create table reminders (customer bigint)")
    # PostgreSQL writes instants in the zone of the session.
    printed = _run("from_postgres.py", f"{server} options='-c timezone=America/New_York'", cwd=tmp_path)
    assert printed == _promised("from_postgres.py")
    with psycopg.connect(server) as database:
        (same,) = database.execute("select count(*) from reminders where run_out_p10_at <= run_out_p50_at").fetchone()
    assert f"wrote {same} reminders" in printed
