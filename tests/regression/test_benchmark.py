"""The benchmark runs, and fails where engines count differently."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "explorer.py"
pytestmark = pytest.mark.skipif(not BENCHMARK.exists(), reason="benchmarks/ is not part of what is installed here")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(BENCHMARK), *arguments], capture_output=True, text=True, check=False)


def test_the_quick_benchmark_agrees_with_every_peer_that_is_there(tmp_path: Path) -> None:
    """Ours are there in any case; a peer that is not is named, with the reason."""
    done = run("--quick", "--only", "memory", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    data = json.loads((tmp_path / "explorer-quick.json").read_text())
    assert {"sennit, compiled", "sennit, interpreted"} <= {one["engine"] for one in data["runs"]}
    assert {one["states"] for one in data["runs"]} == {2_290}
    everybody = {"sennit, compiled", "sennit, interpreted", "sennit, two cores", "SPIN", "TLC", "minicheck", "musil"}
    (only,) = data["passes"]
    assert everybody == {one["engine"] for one in data["runs"]} | set(only["absent"])
    table = (tmp_path / "explorer-quick.md").read_text()
    assert all(f"Absent: {name}: {why}." in table for name, why in only["absent"].items())


def test_a_count_that_differs_fails_the_benchmark(tmp_path: Path) -> None:
    """What is measured would else not be the same search."""
    code = f"""
import sys
sys.path.insert(0, {str(BENCHMARK.parent)!r})
import explorer
from peers.systems import task
def entrant(name, states):
    return explorer.Entrant(name, lambda one, most: explorer.Run(one.name, name, states, None, 1.0), 10**9)
explorer._all_on(task("ring", 3), [entrant("one", 7), entrant("other", 8)], 1)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ring 3: other found 8 distinct states, and not 7" in done.stderr


def test_a_system_that_is_run_anew_takes_the_place_of_its_rows(tmp_path: Path) -> None:
    """All others stay, in the order of the tasks, each with what was said of the machine then."""
    code = f"""
import sys, json
from pathlib import Path
sys.path.insert(0, {str(BENCHMARK.parent)!r})
import explorer
path = Path({str(tmp_path / "on-file.json")!r})
def add(names, seconds, order="abc"):
    runs = [explorer.Run(name, "SPIN", 7, None, seconds) for name in names]
    passes, runs = explorer._with_others(path, {{"systems": names}}, runs, list(order))
    path.write_text(json.dumps({{"passes": passes, "runs": [vars(run) for run in runs]}}))
    return [one["systems"] for one in passes], [(run.task, run.seconds) for run in runs]
add(["c", "a", "d"], 1.0, "abcd")
print(add(["b", "a"], 2.0))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "([['c'], ['b', 'a']], [('a', 2.0), ('b', 2.0), ('c', 1.0)])"
