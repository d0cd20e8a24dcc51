"""What the tests share: a shop's log, and models fitted on it."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import beforehand
import pytest

ROOT = Path(__file__).resolve().parents[2]
VECTORS = Path(os.environ.get("BEFOREHAND_VECTORS", ROOT / "core/tests/vectors"))
AS_OF = "2025-08-20"


@pytest.fixture(scope="session")
def shop_path() -> Path:
    """The log of a made-up shop."""
    return VECTORS / "shop.csv"


@pytest.fixture(scope="session")
def shop_rows(shop_path: Path) -> list[dict[str, str]]:
    """Its rows."""
    with shop_path.open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def history(shop_path: Path) -> beforehand.History:
    """Its history."""
    return beforehand.History(shop_path)


@pytest.fixture(scope="session")
def model(history: beforehand.History) -> beforehand.Model:
    """A model fitted on it."""
    return beforehand.fit(history, as_of=AS_OF)
