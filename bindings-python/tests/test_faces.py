"""The package as a whole: everything documented, typed, light to import, and one with its native part."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import beforehand
import pytest
from beforehand import _native

PACKAGE = Path(beforehand.__file__).parent


def test_everything_is_documented() -> None:
    """Every public name, and every public member of it."""
    for name in beforehand.__all__:
        value = getattr(beforehand, name)
        if not (inspect.isclass(value) or inspect.isfunction(value)) or not value.__module__.startswith("beforehand"):
            continue
        assert inspect.getdoc(value), name
        for member, what in vars(value).items() if inspect.isclass(value) else ():
            if not member.startswith("_") and (inspect.isfunction(what) or isinstance(what, (property, classmethod))):
                assert inspect.getdoc(getattr(value, member)), f"{name}.{member}"


def test_every_call_has_a_face() -> None:
    """The native part knows no call that the package does not offer, and documents what it holds."""
    for call in _native.calls():
        face = getattr(beforehand.Model, call, None) or getattr(beforehand, call)
        doc = inspect.getdoc(face) or ""
        for part in ("Args:", "Returns:", "Raises:", "Example:"):
            assert part in doc, f"{call} lacks {part}"
    for name, value in vars(_native).items():
        if not name.startswith("_"):
            assert inspect.getdoc(value), f"_native.{name}"


def test_errors() -> None:
    """One exception per code, each also a built-in one."""
    from beforehand._errors import BY_CODE

    for code, error in BY_CODE.items():
        e = error("message", "field", 3)
        assert (e.code, str(e), e.field, e.row) == (code, "message", "field", 3)
        assert isinstance(e, beforehand.Error) and isinstance(e, (ValueError, KeyError, OSError, RuntimeError))


def test_import_is_light() -> None:
    """No other package is imported."""
    script = "import sys; before = set(sys.modules); import beforehand; print(*(set(sys.modules) - before))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert not {"numpy", "pandas", "polars", "pyarrow", "matplotlib", "tqdm"} & {
        module.partition(".")[0] for module in out.split()
    }


CONFIG = str(Path(__file__).resolve().parents[1] / "pyproject.toml")
MYPY = ["mypy", "--config-file", CONFIG, "-p", "beforehand"]
STUBTEST = ["mypy.stubtest", "--mypy-config-file", CONFIG, "beforehand._native"]


@pytest.mark.parametrize("command", [MYPY, STUBTEST], ids=["mypy", "stubtest"])
def test_types(command: list[str]) -> None:
    """mypy --strict over the package, and the stubs against the native part."""
    pytest.importorskip("mypy")
    ran = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, cwd=PACKAGE.parent)
    assert ran.returncode == 0, ran.stdout + ran.stderr
