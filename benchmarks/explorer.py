"""Exhaustive search beside its peers in one run: states a second, bytes a state, and seconds to compile.

    python benchmarks/explorer.py [--large] [--repeat N] [--only WORD]

Every engine searches all states of the same system with its invariant, and its count must be the known one, or the
run ends. Sennit runs interpreted and compiled; minicheck (Python) and SPIN (a C compiler is needed, too) where they
are installed. The medians go to benchmarks/results/explorer.md and .json, with the machine that they are from.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sennit import Array, Bool, Enum, Expr, Index, System, forall, rule
from sennit.engines.explore import Interpreted
from sennit.expr import not_
from sennit.lower.program import starts
from sennit.lower.search import NativeSearch
from sennit.protocols.ewd840 import Ewd840
from sennit.protocols.two_phase import TwoPhase
from sennit_properties import ewd840, two_phase

RESULTS = Path(__file__).parent / "results"
TWO_PHASE = {5: 8_832, 6: 50_816, 7: 296_448, 8: 1_745_408, 9: 10_340_352, 10: 61_515_776}
PYTHON_MOST = 300_000  # states up to which searches in Python run


class Table(System):
    """Philosophers who take the fork at their left, then that at their right, eat and lay both down."""

    seat = Index(3)
    fork = Array(seat, Bool(), init=False)
    mood = Array(seat, Enum("full", "hungry", "eating"), init="full")

    @rule(by="philosopher {p}", p=seat)
    def begin(self, p: Expr) -> None:
        """The left fork is taken."""
        self.require(self.mood[p] == "full", ~self.fork[p])
        self.fork[p], self.mood[p] = True, "hungry"

    @rule(by="philosopher {p}", p=seat)
    def eat(self, p: Expr) -> None:
        """The right fork is taken."""
        other = (p + 1) % len(self.seat)
        self.require(self.mood[p] == "hungry", ~self.fork[other])
        self.fork[other], self.mood[p] = True, "eating"

    @rule(by="philosopher {p}", p=seat)
    def end(self, p: Expr) -> None:
        """Both forks are laid down."""
        self.require(self.mood[p] == "eating")
        self.fork[p], self.fork[(p + 1) % len(self.seat)], self.mood[p] = False, False, "full"

    def polite(self) -> Expr:
        """No two neighbours eat at once."""
        last = len(self.seat) - 1
        return forall(
            ~((self.mood[p] == "eating") & (self.mood[0 if p == last else p + 1] == "eating")) for p in self.seat
        )


@dataclass(frozen=True)
class Task:
    """A system at a size, the formula that must hold, and how many states it has, if that is known beforehand."""

    name: str
    system: System
    goal: Expr
    states: int | None = None
    managers: int | None = None  # of two-phase commit, which the peers have a model of

    @property
    def most(self) -> int:
        """How many states there are at most, as far as is known."""
        return self.states if self.states is not None else self.system.machine.state_bound or 0


@dataclass(frozen=True)
class Run:
    """One search: `seconds` of the processor are those of the search alone; what a run has no number of is None."""

    task: str
    engine: str
    states: int
    steps: int | None
    seconds: float
    compiling: float | None = None
    bytes: float | None = None  # a state


def main() -> None:
    """Runs all tasks, prints the table and writes it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true", help="two-phase commit for 9 and 10, too: minutes, 3 GB")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each, of which the median counts")
    parser.add_argument("--only", default="", help="tasks whose name contains this word")
    given = parser.parse_args()
    runs: list[Run] = []
    for task in tasks(given.large):
        if given.only not in task.name:
            continue
        known = task.states
        for engine in ENGINES:
            several = [run for _ in range(given.repeat) if (run := engine(task)) is not None]
            if not several:
                continue  # not for this task, or not on this machine
            known = known if known is not None else several[0].states
            if any(run.states != known for run in several):
                sys.exit(f"{task.name}: {several[0].engine} reached {several[0].states:,} states, not {known:,}")
            runs.append(median(several))
            print(f"{runs[-1].task}: {runs[-1].engine}, {rate(runs[-1])}", flush=True)
    write(runs, given.repeat)


def tasks(large: bool) -> Iterator[Task]:
    """Two-phase commit, the philosophers, and termination detection on a ring."""
    for managers, states in TWO_PHASE.items():
        if managers <= 8 or large:
            system = TwoPhase.at(manager=managers)
            goal = two_phase.consistent.question({"manager": managers}).goal
            yield Task(f"two-phase commit {managers}", system, goal, states, managers)
    for seats in (12, 16):
        table = Table.at(seat=seats)
        yield Task(f"philosophers {seats}", table, table.polite())
    ring = Ewd840.at(node=7)
    yield Task("ring 7", ring, ewd840.detection.question({"node": 7}).goal)


# -- Sennit -----------------------------------------------------------------------------------------------------------


def compiled(task: Task, word: int = 63) -> Run:
    """Machine code; with fewer bits of a word in use, states take more of them."""
    machine = task.system.machine
    search, initial = NativeSearch(machine, not_(task.goal), word), starts(machine, 10**7)
    with contextlib.suppress(TimeoutError):  # the kernel is loaded from disk, or compiled, before time is taken
        NativeSearch(machine, not_(task.goal), word).run(initial, 0, _stop)
    began = time.process_time()
    found = search.run(initial, 10**10, lambda _: None)
    seconds = time.process_time() - began
    assert found is None, f"{task.name} is violated"
    name = "sennit, compiled" if word == 63 else f"sennit, compiled, {search.packing.words} words"
    return Run(task.name, name, search.count, search.steps, seconds, search.code.seconds, search.bytes / search.count)


def wide(task: Task) -> Run | None:
    """Machine code for states of several words."""
    return compiled(task, 24) if task.managers in (7, 8) else None


def _stop(_bytes: int) -> None:
    raise TimeoutError


def interpreted(task: Task) -> Run | None:
    """Generated Python."""
    machine = task.system.machine
    if task.most > PYTHON_MOST:
        return None
    search, initial = Interpreted(machine), starts(machine, 10**7)
    began = time.process_time()
    found = search.run(initial, not_(task.goal), lambda: None)
    seconds = time.process_time() - began
    assert found is None, f"{task.name} is violated"
    return Run(task.name, "sennit, interpreted", search.count, search.steps, seconds)


# -- peers: two-phase commit, written for each as its own language would have it --------------------------------------


def minicheck(task: Task) -> Run | None:
    """The same rules on tuples of integers, in plain Python."""
    if task.managers is None or task.most > PYTHON_MOST:
        return None
    if importlib.util.find_spec("minicheck") is None:
        return absent("minicheck", "not installed: install minicheck 0.4 to compare")
    peer, n = importlib.import_module("minicheck"), task.managers
    model = peer.Protocol(
        name="two-phase commit",
        candidate=False,
        fields=("state", "coordinator", "heard", "sent", "commit", "abort"),
        initial=((0,) * n, 0, 0, 0, False, False),
        transitions=lambda s: list(_two_phase(n, *s)),
        invariants={"consistent": lambda d: not (2 in d["state"] and 3 in d["state"])},
    )
    began = time.process_time()
    result = peer.check_safety(model, max_states=10**9)
    seconds = time.process_time() - began
    assert result["properties"]["consistent"]["holds"] is True
    return Run(task.name, "minicheck", result["reachable_states"], None, seconds)


def _two_phase(
    n: int, state: tuple[int, ...], coordinator: int, heard: int, sent: int, commit: bool, abort: bool
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The steps: managers work (0), are prepared (1), committed (2) or aborted (3); bits are managers."""

    def now(m: int, value: int) -> tuple[int, ...]:
        return (*state[:m], value, *state[m + 1 :])

    for m in range(n):
        if state[m] == 0:
            yield "prepare", (now(m, 1), coordinator, heard, sent | 1 << m, commit, abort)
            yield "give up", (now(m, 3), coordinator, heard, sent, commit, abort)
        if coordinator == 0 and sent >> m & 1:
            yield "hear", (state, coordinator, heard | 1 << m, sent, commit, abort)
        if commit:
            yield "learn commit", (now(m, 2), coordinator, heard, sent, commit, abort)
        if abort:
            yield "learn abort", (now(m, 3), coordinator, heard, sent, commit, abort)
    if coordinator == 0:
        if heard == (1 << n) - 1:
            yield "commit", (state, 1, heard, sent, True, abort)
        yield "abort", (state, 2, heard, sent, commit, True)


def spin(task: Task) -> Run | None:
    """SPIN depth first, exact, its verifier compiled with -O2."""
    if task.managers is None or task.managers < 7:
        return None
    missing = [tool for tool in ("spin", "gcc") if shutil.which(tool) is None]
    if missing:
        return absent("SPIN", f"no {' and no '.join(missing)} here: install the Debian packages to compare")
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        (Path(folder) / "model.pml").write_text(promela(task.managers))
        for command in ("spin -a model.pml", "gcc -O2 -w -DSAFETY -DMEMLIM=12000 -o pan pan.c"):
            subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
        compiling = time.perf_counter() - began
        began = children()
        said = subprocess.run(
            ["./pan", "-E", "-m3000000", "-w24"], cwd=folder, check=True, capture_output=True, text=True
        ).stdout
        seconds = children() - began
    found = {what: float(number) for number, what in re.findall(r"([\d.e+]+) (states, stored|transitions)", said)}
    assert "errors: 0" in said, said
    assert "too small" not in said, "SPIN did not search all"
    used = re.search(r"([\d.]+)\s+total actual memory usage", said)
    states = int(found["states, stored"])
    size = None if used is None else float(used[1]) * 2**20 / states
    return Run(task.name, "SPIN", states, int(found["transitions"]), seconds, compiling, size)


def children() -> float:
    """Seconds of the processor that programs called from here have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def promela(n: int) -> str:
    """Two-phase commit with every step one transition, and the invariant where a manager learns or gives up."""
    safe = " && ".join(f"!(s[{a}] == 2 && s[{b}] == 3)" for a in range(n) for b in range(n) if a != b)
    steps: list[str] = []
    for m in range(n):
        steps += [
            f"s[{m}] == 0 -> s[{m}] = 1; sent[{m}] = 1",
            f"s[{m}] == 0 -> s[{m}] = 3; assert({safe})",
            f"c == 0 && sent[{m}] -> heard[{m}] = 1",
            f"commit -> s[{m}] = 2; assert({safe})",
            f"abort -> s[{m}] = 3; assert({safe})",
        ]
    steps.append(f"c == 0 && {' && '.join(f'heard[{m}]' for m in range(n))} -> c = 1; commit = 1")
    steps.append("c == 0 -> c = 2; abort = 1")
    body = "\n".join(f"  :: d_step {{ {step} }}" for step in steps)
    given = f"byte s[{n}]; byte c; bit sent[{n}]; bit heard[{n}]; bit commit; bit abort;"
    return f"{given}\nactive proctype all() {{\n  do\n{body}\n  od\n}}\n"


@cache
def absent(peer: str, why: str) -> None:
    """Says, once, that a peer is left out."""
    print(f"SKIPPED {peer}: {why}", flush=True)


ENGINES = (compiled, wide, interpreted, minicheck, spin)


# -- results ----------------------------------------------------------------------------------------------------------


def median(runs: list[Run]) -> Run:
    """The run with the median time."""
    return sorted(runs, key=lambda run: run.seconds)[(len(runs) - 1) // 2]


def rate(run: Run) -> str:
    """States a second, in words."""
    return f"{run.states:,} states, {run.states / run.seconds:,.0f} a second"


def write(runs: list[Run], repeat: int) -> None:
    """The table and the data, each file whole."""
    fast = {run.task: run.states / run.seconds for run in runs if run.engine == "sennit, compiled"}
    lines = ["| system | engine | states | states/s | steps/s | bytes a state | compile, s | compiled is faster |"]
    lines.append("|---|---|--:|--:|--:|--:|--:|--:|")
    for run in runs:
        speed = run.states / run.seconds
        steps = "" if run.steps is None else f"{run.steps / run.seconds:,.0f}"
        size = "" if run.bytes is None else f"{run.bytes:.1f}"
        compiling = "" if run.compiling is None else f"{run.compiling:.3f}"
        ratio = f"{fast[run.task] / speed:.1f} times" if run.task in fast and fast[run.task] != speed else ""
        cells = (run.task, run.engine, f"{run.states:,}", f"{speed:,.0f}", steps, size, compiling, ratio)
        lines.append(f"| {' | '.join(cells)} |")
    where = f"{processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
    how = f"One core of {where}. Medians of {repeat}; processor time of the search alone."
    print("\n".join(["", *lines, "", how]))
    RESULTS.mkdir(exist_ok=True)
    data = {"machine": where, "repeat": repeat, "runs": [asdict(run) for run in runs]}
    for name, text in (("explorer.md", "\n".join([*lines, "", how])), ("explorer.json", json.dumps(data, indent=1))):
        part = RESULTS / f"{name}.part"
        part.write_text(text + "\n")
        part.replace(RESULTS / name)


def processor() -> str:
    """The processor's name, where Linux tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", cpuinfo.read_text()) if cpuinfo.exists() else None
    return found[1] if found else platform.machine()


if __name__ == "__main__":
    main()
