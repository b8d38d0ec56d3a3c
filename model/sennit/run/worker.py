"""The process that runs engines: reads tasks as JSON lines, writes what happens as JSON lines.

It is told suites and questions by name, loads them itself, and writes verdicts as data, so nothing of it needs to be
trusted: whoever started it reads the verdicts beside the same questions and replays their traces.

    in   {"target": ..., "at": [{name: value}], "question": id, "engines": [name] or null, "seconds": number or null,
          "depth": number or null, "seed": number, "evidence": whether closed sets are wanted state by state,
          "keep": folder of big searches to go on from, or null, "seeds": how many to ask solvers from once more,
          "coverage": whether the explorer counts how often each rule fires}
         {"cores": how many cores may be used from now on; 1 before}
    out  {"event": "begun"}, {"event": "progress", "text": ...}, {"event": "verdict", "data": ...}, and at the end
         {"event": "done"} or {"event": "failed", "why": ...}
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeAlias

import msgspec

from sennit.budget import Budget
from sennit.errors import Misuse
from sennit.run.second import answered
from sennit.run.suite import Suite, load

Settings: TypeAlias = tuple[tuple[str, int], ...]
_EVERY = 0.1  # seconds between two words of progress


@dataclass(frozen=True)
class Task:
    """One question, by name, and how long whom to ask."""

    target: str
    at: tuple[Settings, ...]
    question: str
    engines: tuple[str, ...] | None
    seconds: float | None
    depth: int | None = None
    seed: int = 0
    evidence: bool = True
    keep: str | None = None
    seeds: int = 0
    coverage: bool = False

    def to_json(self) -> bytes:
        """The task as one line."""
        return json.dumps({**asdict(self), "at": [dict(settings) for settings in self.at]}).encode() + b"\n"

    @staticmethod
    def from_json(line: str | bytes) -> Task:
        """Reads what `to_json` wrote."""
        data = json.loads(line)
        at = tuple(tuple(settings.items()) for settings in data["at"])
        engines = None if data["engines"] is None else tuple(data["engines"])
        return Task(**{**data, "at": at, "engines": engines})

    def budget(self, progress: Callable[[str], None], cores: Callable[[], int]) -> Budget:
        """What an engine may take, from now on."""
        budget = Budget(self.seconds, self.depth, seed=self.seed, evidence=self.evidence, cores=cores)
        keep = None if self.keep is None else Path(self.keep)
        return replace(budget, keep=keep, coverage=self.coverage, progress=progress)


@dataclass(eq=False)
class Cores:
    """How many cores this process may use just now, as it was told last."""

    many: int = 1

    def __call__(self) -> int:
        """That many."""
        return self.many


def main() -> None:
    """Answers tasks until nobody is left who could give one."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a specification prints is no event
    with contextlib.suppress(OSError):  # when memory runs out, this process should go, and not its parent
        Path("/proc/self/oom_score_adj").write_text("500")
    # Hypothesis keeps what it reads in local modules, and would keep it in the folder of whoever asks.
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(cache / "sennit" / "hypothesis"))
    tasks: queue.SimpleQueue[Task] = queue.SimpleQueue()
    cores = Cores()
    threading.Thread(target=_read, args=(tasks, cores), daemon=True).start()
    suites: dict[tuple[str, tuple[Settings, ...]], Suite] = {}
    while True:
        _answer(tasks.get(), suites, out, cores)


def _read(tasks: queue.SimpleQueue[Task], cores: Cores) -> None:
    """Queues tasks, and hears how many cores are free.

    Once the other end is closed, nobody waits for an answer any more, however deep a solver is in.
    """
    for line in sys.stdin.buffer:
        match json.loads(line):
            case {"cores": int(many)}:
                cores.many = many
            case _:
                tasks.put(Task.from_json(line))
    os._exit(0)


def _answer(
    task: Task, suites: dict[tuple[str, tuple[Settings, ...]], Suite], out: BinaryIO, cores: Callable[[], int]
) -> None:
    def tell(event: str, **more: object) -> None:
        out.write(msgspec.json.encode({"event": event, **more}) + b"\n")
        out.flush()

    try:
        key = (task.target, task.at)
        if key not in suites:
            suites[key] = load(task.target, [dict(settings) for settings in task.at])
        question = suites[key].find(task.question).question
        tell("begun")
        budget = task.budget(_at_times(lambda text: tell("progress", text=text)), cores)
        for data in answered(question, budget, task.engines, task.seeds, evidence=task.evidence):
            tell("verdict", data=data)
        tell("done")
    except BrokenPipeError:
        os._exit(0)
    except Misuse as error:
        tell("failed", why=str(error))
    except Exception as error:
        if os.environ.get("SENNIT_TRACEBACK"):
            traceback.print_exc()
        tell("failed", why=f"a bug in Sennit, {type(error).__name__}: {error} (SENNIT_TRACEBACK=1 shows where)")


def _at_times(tell: Callable[[str], None]) -> Callable[[str], None]:
    """Passes on the first word of progress, and then at most one in a tenth of a second."""
    last = -_EVERY

    def sometimes(text: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY:
            last = now
            tell(text)

    return sometimes
