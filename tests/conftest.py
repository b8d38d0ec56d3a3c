"""Profiles for Hypothesis, and where the optional outside material lies."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile(
    "deep", deadline=None, max_examples=20_000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config: pytest.Config) -> None:
    """Names the marks that tests may carry."""
    config.addinivalue_line("markers", "deep: large volumes, run by `make deep` alone")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips deep tests, saying so, unless they are asked for."""
    if os.environ.get("SENNIT_DEEP"):
        return
    for item in items:
        if item.get_closest_marker("deep"):
            item.add_marker(pytest.mark.skip(reason="deep: run it with `make deep`"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real braids and vectors beside the checkout; tests that need them skip where they are not."""
    found = Path(__file__).resolve().parents[2] / "shared"
    if not found.is_dir():
        pytest.skip(f"no {found.name}/ beside this checkout: real braids and vectors are not on this machine")
    return found


@pytest.fixture
def uncollected() -> Iterator[None]:
    """No garbage is collected meanwhile: Hypothesis times that in a callback, and a Ctrl-C in there is lost."""
    gc.disable()
    yield
    gc.enable()
