"""Exact search: every reachable state, breadth first, so that traces are shortest and what is never found is proved.

States are packed tuples, steps are generated source (lower/program.py), and each state remembers the one that it was
first reached from. Limits, by weight: memory, some 100 bytes a state and 8 a cell; parameters without end and initial
values without end are outside the fragment; a machine whose variables grow without end is searched until the budget is
used up.
"""

from __future__ import annotations

import itertools
import json
import math
import platform
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from sennit.budget import Budget
from sennit.claim import Question
from sennit.errors import Misuse
from sennit.expr import Expr, false
from sennit.lower.program import Layout, Packed, finder, moves, starts, successors
from sennit.machine import Machine
from sennit.sort import ArraySort, BoolSort, EnumSort, RealSort, ScalarSort, Sort, Value, size
from sennit.trace import Step, Trace
from sennit.verdict import By, ClosedSet, Scope, Verdict, bounded, unknown, unreachable

NAME = "explore"
_BATCH = 64  # states between two looks at the clock, fewer where there are many rule instances
_EVERY = 0.5  # seconds between two reports of progress
_RESERVE = 256 << 20  # bytes of memory that are left to others
_LISTED = 10_000_000  # bytes of JSON up to which a certificate lists its states


def check(question: Question, budget: Budget) -> Verdict:
    """FAILS or SEEN by a shortest trace; HOLDS or NEVER by the set of all reachable states; else how far it came."""
    machine, search = question.machine, Search(budget)
    try:
        if why := _outside(machine):
            return unknown(question, f"outside the fragment: {why}", _by(search))
        found = search.run(machine, question.target)
        if found is not None:
            # No `shorten`: it drops steps, and no trace has fewer.
            by = _by(search)
            trace = _trace(machine, search, found)
            return Verdict(question, question.reached, NAME, "", by.scope, trace, None, (), by.seconds, by.versions)
        unfired = _unfired(machine, search.parents)
        return unreachable(question, _closed_set(machine, search.parents), _by(search, unfired))
    except (Stopped, Misuse) as error:
        return _stopped(question, search, str(error))
    except MemoryError:
        return _stopped(question, search, "no memory was left")
    except KeyboardInterrupt:
        return _stopped(question, search, "interrupted")


def reachable(machine: Machine, budget: Budget) -> tuple[int, int, int]:
    """How many states are reachable, how many were generated, initial ones among them, and how deep the deepest lies.

    Raises Misuse where the machine is outside the fragment, Stopped where the budget does not suffice.
    """
    if why := _outside(machine):
        raise Misuse(f"{machine.name} cannot be explored: {why}")
    search = Search(budget)
    search.run(machine, false())
    return len(search.parents), search.starts + search.steps, search.depth


class Stopped(Exception):  # noqa: N818  # the sentence reads so
    """The search ended before all states were reached; the message says which limit it met."""


@dataclass
class Search:
    """What has been reached: each state with the one before it, all states of up to `depth` steps among them."""

    budget: Budget
    parents: dict[Packed, Packed | None] = field(default_factory=dict)
    starts: int = 0
    steps: int = 0
    depth: int = -1
    reported: float = field(default_factory=time.monotonic)

    def run(self, machine: Machine, target: Expr) -> Packed | None:
        """The first state of `target`, breadth first, or None once all states are reached. Raises Stopped."""
        follow, find = successors(machine, machine.instances), finder(machine, target)
        parents, level = self.parents, starts(machine, self.budget.states)
        batch = max(1, min(_BATCH, 20_000 // (1 + len(machine.instances))))
        parents.update(dict.fromkeys(level))
        self.starts = len(level)
        found = self._first(find, level)
        while level and found is None:
            self.depth += 1
            following: list[Packed] = []
            for first in range(0, len(level), batch):
                looked = len(following)
                for state in level[first : first + batch]:
                    after = follow(state)
                    self.steps += len(after)
                    for new in after:
                        if new not in parents:
                            parents[new] = state
                            following.append(new)
                found = find(following[looked:])
                if found is not None:
                    break
                self._within_limits()
            level = following
        return found

    def _first(self, find: Callable[[Iterable[Packed]], Packed | None], states: Sequence[Packed]) -> Packed | None:
        for first in range(0, len(states), _BATCH):
            if (found := find(states[first : first + _BATCH])) is not None:
                return found
            self._within_limits()
        return None

    def _within_limits(self) -> None:
        """Raises Stopped at the first limit that is passed; says from time to time how far the search is."""
        if len(self.parents) > self.budget.states:
            raise Stopped(f"the budget of {self.budget.states:,} states is used up")
        if self.budget.over():
            raise Stopped(f"the {self.budget.seconds:g} s are used up")
        now = time.monotonic()
        if now - self.reported >= _EVERY:
            self.reported = now
            self.budget.progress(f"depth {max(self.depth, 0)}, {len(self.parents):,} states")
            left = _memory_left()
            # A dict that grows is there twice for a while.
            if left is not None and left < _RESERVE + 2 * sys.getsizeof(self.parents):
                raise Stopped("memory is nearly used up")


def _by(search: Search, unfired: tuple[str, ...] = ()) -> By:
    depth = search.depth if search.depth >= 0 else None
    scope = Scope(depth, len(search.parents), search.steps, unfired)
    return By(NAME, search.budget.spent(), (("python", platform.python_version()),), scope)


def _stopped(question: Question, search: Search, why: str) -> Verdict:
    """BOUNDED by the last depth at which all states were looked at, UNKNOWN if not even the initial ones were."""
    seen = f"{why}, at {len(search.parents):,} states and {search.steps:,} steps"
    if wide := _widest(question.machine):
        seen += f"; the widest domains are those of {', '.join(wide)}"
    if search.depth < 0:
        return unknown(question, seen, _by(search))
    return bounded(question, search.depth, seen, _by(search))


# -- evidence ---------------------------------------------------------------------------------------------------------


def _trace(machine: Machine, search: Search, last: Packed) -> Trace:
    layout, follow = Layout(machine.variables), moves(machine, machine.instances)
    path = [last]
    while (before := search.parents[path[-1]]) is not None:
        path.append(before)
    path.reverse()
    steps: list[Step] = []
    for before, after in itertools.pairwise(path):
        instance = machine.instances[next(number for number, state in follow(before) if state == after)]
        args: list[Value] = [value for value in instance.args if value is not None]
        steps.append(Step(instance.rule.name, tuple(args), layout.decode(after)))
    return Trace(layout.decode(path[0]), tuple(steps))


def _closed_set(machine: Machine, states: Iterable[Packed]) -> ClosedSet:
    """The states, sorted cell by cell in the order of declaration; their number alone where that is too long."""
    layout, packed = Layout(machine.variables), sorted(states)
    if len(packed) * sum(1 + _shortest(sort) for sort in layout.sorts) > _LISTED:
        return ClosedSet(len(packed), None)
    columns = [_data([state[at] for state in packed], sort) for at, sort in enumerate(layout.sorts)]
    fields: list[Sequence[object]] = []
    for v, (a, b) in zip(layout.variables, layout.places, strict=True):
        if not isinstance(v.sort, ArraySort):
            fields.append(columns[a])
        else:
            fields.append([[column[row] for column in columns[a:b]] for row in range(len(packed))])
    listed = tuple(zip(*fields, strict=True)) if fields else tuple(() for _ in packed)
    short = len(json.dumps(listed, separators=(",", ":"))) <= _LISTED
    return ClosedSet(len(packed), listed if short else None)


def _data(column: Sequence[int | Fraction], sort: ScalarSort) -> list[object]:
    """Packed values of one cell as JSON data, as canonical.value_to_data writes them."""
    if isinstance(sort, EnumSort):
        return [sort.literals[int(x)] for x in column]
    return [str(x) for x in column] if isinstance(sort, RealSort) else list(column)


def _shortest(sort: ScalarSort) -> int:
    """The least number of bytes that a value takes as JSON."""
    if isinstance(sort, EnumSort):
        return 2 + min(map(len, sort.literals))
    return 4 if isinstance(sort, BoolSort) else 1


def _unfired(machine: Machine, states: Iterable[Packed]) -> tuple[str, ...]:
    """The rules that fire in none of the states."""
    unfired: list[str] = []
    for rule in machine.rules:
        follow = successors(machine, [instance for instance in machine.instances if instance.rule is rule])
        if not any(map(follow, states)):
            unfired.append(rule.name)
    return tuple(unfired)


# -- what cannot be done ----------------------------------------------------------------------------------------------


def _outside(machine: Machine) -> str:
    """Why the machine is outside the fragment; empty if it is inside."""
    for v in machine.variables:
        if v.start is None and _width(v.sort) == math.inf:
            return f"{v.name} may start with any value of {v.sort}, which has no end of them"
    for instance in machine.instances:
        for name, sort in instance.open:
            return f"the parameter {name} of {instance.rule.name} is any value of {sort}, which has no end of them"
    return ""


def _width(sort: Sort) -> float:
    """The bits that a value takes, infinite where there is no end of values."""
    cell, cells = (sort.cell, sort.cells) if isinstance(sort, ArraySort) else (sort, 1)
    many = size(cell)
    return 0.0 if cells == 0 or many == 1 else math.inf if many is None else math.log2(many) * cells


def _widest(machine: Machine) -> list[str]:
    """The up to three variables with the most values, and how many those are."""
    widths = {v: _width(v.sort) for v in machine.variables}
    most = sorted((v for v in machine.variables if widths[v] > 1), key=lambda v: -widths[v])[:3]
    shown: list[str] = []
    for v in most:
        cell, cells = (v.sort.cell, v.sort.cells) if isinstance(v.sort, ArraySort) else (v.sort, 1)
        many = size(cell)
        text = "no bounds" if many is None else f"{many:,} values" if cells == 1 else f"{many:,}^{cells} values"
        shown.append(f"{v.name} ({text})")
    return shown


def _memory_left() -> int | None:
    """Bytes that can still be taken, as Linux and the control group say; None where neither says so."""
    left: list[int] = []
    if found := re.search(r"MemAvailable:\s+(\d+) kB", _text("/proc/meminfo")):
        left.append(int(found[1]) << 10)
    most, used = _text("/sys/fs/cgroup/memory.max").strip(), _text("/sys/fs/cgroup/memory.current").strip()
    if most.isdigit() and used.isdigit():
        cached = re.search(r"^inactive_file (\d+)", _text("/sys/fs/cgroup/memory.stat"), re.MULTILINE)
        left.append(int(most) - int(used) + (int(cached[1]) if cached else 0))
    return min(left, default=None)


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
