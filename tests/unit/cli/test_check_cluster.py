"""`sennit check --cluster`: the same lines from other machines, and one line where there are none."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from unit.cli.conftest import Command

needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="distributed is not installed: no cluster to try"
)


@needs_dask
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_command_line_asks_a_cluster(sennit: Command, counter: Path) -> None:
    """The same lines and the same exit code."""
    import distributed

    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, protocol="tcp", dashboard_address=":0"
    ) as local:
        there = sennit("check", counter.name, "--cluster", local.scheduler_address, "-q")
    here = sennit("check", counter.name, "-q")
    assert (there.code, there.err) == (here.code, here.err) == (1, "")
    assert "Counter.low[end=3] FAILS in 2 steps (3 states); HOLDS was expected" in there.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(
            ("--cluster", "nonsense"),
            "no Dask scheduler could be reached at 'nonsense' within 5 s: missing port",
            marks=needs_dask,
        ),
        (("--cluster", "127.0.0.1:1", "--jobs", "2"), "--jobs is about this machine, and --cluster has workers"),
    ],
)
def test_a_cluster_that_cannot_be_had_is_one_line(sennit: Command, arguments: tuple[str, ...], said: str) -> None:
    """And exit code 2."""
    done = sennit("check", "lock", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


def test_without_the_extra_a_cluster_is_one_line(sennit: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what is missing and how it is installed."""
    monkeypatch.delitem(sys.modules, "sennit.run.cluster", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = sennit("check", "lock", "--cluster", "127.0.0.1:1")
    assert (done.code, done.out) == (2, "")
    assert done.err == "sennit: --cluster needs distributed, which is not installed: install sennit[cluster]\n"
