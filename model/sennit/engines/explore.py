"""Exact search: every reachable state, breadth first, so that traces are shortest and what is never found is proved.

Interpreted at first: states are packed tuples, and steps are generated Python source (lower/program.py). What is not
done after a moment begins anew as machine code (lower/search.py), some fifty times as fast, where all domains have
bounds. Either finds the same states in the same order, and remembers of each the state that it was first reached from.
Limits, by weight: memory, some 12 to 40 bytes a state of up to 63 bits and in proportion beyond, interpreted some 250
and 8 a cell; parameters without end and initial values without end are outside the fragment; a machine whose variables
grow without end is searched until the budget is used up. Where an Index was declared symmetric and the question tells
its members apart no more than the rules do, states are folded (lower/folding.py), and the search stays interpreted.
"""

from __future__ import annotations

import itertools
import math
import platform
import sys
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sennit.budget import Budget
from sennit.claim import Question
from sennit.errors import Misuse
from sennit.expr import Expr, false
from sennit.lower.closed import closed_set
from sennit.lower.folding import Fold, folded, folding, reduced, reduction
from sennit.lower.growth import to_come
from sennit.lower.kept import Keeper, kept, others
from sennit.lower.memory import memory_left
from sennit.lower.packing import NotCompiled
from sennit.lower.program import Layout, Packed, finder, moves, starts, successors
from sennit.machine import Machine, Rule
from sennit.sort import ArraySort, Sort, Value, size
from sennit.symmetry import Symmetry, exchanging
from sennit.trace import Step, Trace
from sennit.verdict import By, Fired, Scope, Verdict, bounded, unknown, unreachable

if TYPE_CHECKING:
    from sennit.lower.search import NativeSearch

NAME = "explore"
_COMPARED = 20_000  # states of which every compiled search is compared with the interpreted one
_PATIENCE = 0.7  # seconds after which compiling pays: it takes about as long, Numba's import included
_BATCH = 64  # states between two looks at the clock, fewer where there are many rule instances
_STARTS = 5_000_000  # initial states that are tried, unless the budget says how many
_EVERY = 0.5  # seconds between two reports of progress
_RESERVE = 256 << 20  # bytes of memory that are left to others


def check(question: Question, budget: Budget) -> Verdict:
    """FAILS or SEEN by a shortest trace; HOLDS or NEVER by the set of all reachable states; else how far it came."""
    machine = question.machine
    search = Search(machine, question.target, budget, question.id, question.digest, reduction(question))
    try:
        if why := _outside(machine):
            return unknown(question, f"outside the fragment: {why}", _by(search))
        path = search.run()
        if path is not None:
            search.close(decided=True)
            # No `shorten`: it drops steps, and no trace has fewer.
            by = _by(search)
            trace = _trace(machine, path, search.fold)
            return Verdict(question, question.reached, NAME, "", by.scope, trace, None, (), by.seconds, by.versions)
        fired = search.coverage() if budget.coverage else None
        unfired = search.unfired() if fired is None else tuple(rule.rule for rule in fired if rule.steps == 0)
        search.close(decided=True)
        states = search.states() if budget.evidence else None
        found = replace(closed_set(machine, search.count, states), symmetry=search.symmetries)
        verdict = unreachable(question, found, _by(search, unfired, fired))
        return replace(verdict, why=reduced(question, search.symmetries)) if search.symmetries else verdict
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
    search = Search(machine, false(), budget, machine.name, machine.digest)
    try:
        search.run()
    except BaseException:
        search.close(decided=False)
        raise
    search.close(decided=True)
    return search.count, search.starts + search.steps, search.depth


class Stopped(Exception):  # noqa: N818  # the sentence reads so
    """The search ended before all states were reached; the message says which limit it met."""


class _Outgrown(Exception):  # noqa: N818  # the sentence reads so
    """Machine code goes on."""


class Search:
    """One search within a budget, interpreted or compiled: all states of up to `depth` steps have been reached."""

    def __init__(
        self,
        machine: Machine,
        target: Expr,
        budget: Budget,
        name: str,
        digest: str,
        symmetries: tuple[Symmetry, ...] = (),
    ) -> None:
        self.machine, self.target, self.budget = machine, target, budget
        self.symmetries = symmetries
        self.fold = folding(machine, symmetries) if symmetries else None
        self.name, self.digest = name, digest  # of what is searched for in what
        self.interpreted = Interpreted(machine)
        self.compiled: NativeSearch | None = None
        self.keeper: Keeper | None = None
        self.note = ""  # why what would pay was not done
        self.counting = ""  # of what the steps are being counted, once all is reached
        self._reported, self._counted = time.monotonic(), 0
        self._looked = 0  # of how many states the steps have been counted
        self._patience: float | None = None  # until when nothing is compiled, from the first look on

    @property
    def _farther(self) -> Interpreted | NativeSearch:
        compiled, interpreted = self.compiled, self.interpreted
        return interpreted if compiled is None or compiled.depth < interpreted.depth else compiled

    @property
    def count(self) -> int:
        """How many states have been reached."""
        return self._farther.count

    @property
    def starts(self) -> int:
        """How many initial states there are."""
        return self._farther.starts

    @property
    def steps(self) -> int:
        """How many steps have been taken."""
        return self._farther.steps

    @property
    def depth(self) -> int:
        """The depth whose states are being expanded; -1 before the first."""
        return self._farther.depth

    def run(self) -> list[Packed] | None:
        """A shortest path to a state of the target, or None once all states are reached. Raises Stopped."""
        most = self.budget.states
        initial = starts(self.machine, _STARTS if most is None else most, self._heard)
        try:
            return self.interpreted.run(initial, self.target, self._patiently, self.fold, self._heard)
        except _Outgrown:
            assert self.compiled is not None
            place = self.compiled.run(initial, most, self._look, self.budget.cores)
            self._agree(closed=place is None)
            return None if place is None else self.compiled.path(place)

    def close(self, *, decided: bool) -> None:
        """Keeps all that is not kept yet; what is decided needs to be kept no longer."""
        if self.keeper is None or self.compiled is None:
            return
        if decided:
            self.keeper.place.remove()
        else:
            self.keeper.keep(self.compiled.count)

    def states(self) -> Iterable[Packed]:
        """The states that have been reached."""
        return self.interpreted.parents if self.compiled is None else self.compiled.states()

    def unfired(self) -> tuple[str, ...]:
        """The rules that fire in none of the states. Raises Stopped."""
        if self.compiled is None:
            return _unfired(self.machine, self.interpreted.parents, self._heard)
        return self.compiled.unfired(self._within_limits)

    def coverage(self) -> tuple[Fired, ...]:
        """How often each rule fires in the states that have been reached, which are all. Raises Stopped.

        Raises AssertionError if the rules together make another number of steps than the search took.
        """
        rules, found = self.machine.rules, list[Fired]()
        for number, rule in enumerate(rules, 1):
            self.counting = f"the steps of {rule.name} (rule {number} of {len(rules)})"
            if self.compiled is None:
                counts = _fired(self.machine, rule, self.interpreted.parents, self._counted_up_to)
            else:
                counts = self.compiled.fired(rule, self._counted_up_to)
            found.append(Fired(rule.name, *counts))
        self.counting = ""
        steps = sum(fired.steps for fired in found)
        assert steps == self.steps, f"the rules of {self.machine.name} make {steps} steps, and {self.steps} were taken"
        return tuple(found)

    def _counted_up_to(self, looked: int) -> None:
        self._looked = looked
        self._within_limits(0)

    def _agree(self, *, closed: bool) -> None:
        """Raises AssertionError if machine code found other states than were found before it took over."""
        assert self.compiled is not None
        before = itertools.islice(self.interpreted.parents, _COMPARED)
        for number, (one, other) in enumerate(zip(before, self.compiled.states(), strict=False)):
            assert one == other, f"state {number} of {self.machine.name} is {one} interpreted and {other} compiled"
        assert not closed or self.compiled.count >= self.interpreted.count, f"{self.machine.name} has states no more"

    def _patiently(self) -> None:
        """Keeps the limits; raises _Outgrown once machine code is there for what takes long."""
        # A dict that grows is there twice for a while.
        self._within_limits(2 * sys.getsizeof(self.interpreted.parents))
        if self._patience is None:
            self._patience = time.monotonic() + _PATIENCE
            return
        if time.monotonic() < self._patience or self.note or not self.machine.rules or self.fold is not None:
            return
        try:
            from sennit.lower.search import NativeSearch  # imported late: Numba takes half a second

            self.compiled = NativeSearch(self.machine, self.target, look=self._within_limits)
        except NotCompiled as why:
            self.note = f"interpreted, since it cannot be compiled: {why}"
        except ModuleNotFoundError as error:
            self.note = f"interpreted, since {error.name} is not installed"
        if self.compiled is None:
            self.budget.progress(self.note)
            return
        self.budget.progress(f"compiled in {self.compiled.code.seconds:.2f} s")
        if self.budget.keep is not None:
            self._go_on(self.compiled, self.budget.keep)
        raise _Outgrown

    def _go_on(self, compiled: NativeSearch, folder: Path) -> None:
        """Keeps what is reached from now on, and takes in what an earlier run has kept of the same search."""
        place = kept(folder, self.name, self.digest, compiled.packing)
        keeper = Keeper(place, compiled.part)
        count = keeper.restore(lambda parts: compiled.restore(parts, self._within_limits))
        self.keeper = keeper  # which keeps nothing before all is there that was kept before
        if count:
            self.budget.progress(f"goes on from {count:,} states that are kept in {place.folder}")
        elif place.folder.exists():
            self.budget.progress(f"begun anew: what is kept in {place.folder} is damaged")
        elif apart := others(place):
            self.budget.progress(f"begun anew: {apart[0]} is of another specification or layout, and stays as it is")

    def _heard(self) -> None:
        """Keeps the limits where nothing is searched."""
        self._within_limits(0)

    def _look(self, needed: int) -> None:
        """Keeps the limits, and from time to time what machine code has reached."""
        self._within_limits(needed)
        if self.keeper is not None:
            self.keeper.look(self.count)

    def _within_limits(self, needed: int) -> None:
        """Raises Stopped at the first limit that is passed; says from time to time how far the search is.

        `needed` bytes of memory are about to be taken.
        """
        if self.budget.states is not None and self._farther.count > self.budget.states:
            raise Stopped(f"the budget of {self.budget.states:,} states is used up")
        if self.budget.over():
            raise Stopped(f"the {self.budget.seconds:g} s are used up")
        now = time.monotonic()
        due = now - self._reported >= _EVERY
        if due:
            self.budget.progress(self._progress(now - self._reported))
            self._reported, self._counted = now, self.count
        if due or (self.compiled is not None and needed):
            left = memory_left()
            if left is not None and left < _RESERVE + needed:
                raise Stopped("memory is nearly used up")

    def _progress(self, seconds: float) -> str:
        """How far the search is, how fast it was in the last seconds, and how long that makes it take."""
        if self.counting:
            return f"counting {self.counting}, {self._looked:,} of {self.count:,} states"
        said, new = f"depth {max(self.depth, 0)}, {self.count:,} states", self.count - self._counted
        if new <= 0 or seconds <= 0:
            return said
        said += f", {new / seconds:,.0f} states/s"
        ends = self._farther.ends
        coming = to_come([b - a for a, b in itertools.pairwise(ends)])
        if coming is None:
            return said
        left = max(0, ends[-1] + coming - self.count) * seconds / new
        return f"{said}, some {left:,.0f} s to go if levels grow on as they did"


@dataclass
class Interpreted:
    """What generated source has reached: each state with the one before it."""

    machine: Machine
    parents: dict[Packed, Packed | None] = field(default_factory=dict)
    starts: int = 0
    steps: int = 0
    depth: int = -1
    ends: list[int] = field(default_factory=lambda: [0])  # how many states there are up to the end of each level

    @property
    def count(self) -> int:
        """How many states have been reached."""
        return len(self.parents)

    def run(
        self,
        initial: list[Packed],
        target: Expr,
        look: Callable[[], None],
        fold: Fold | None = None,
        before: Callable[[], None] = lambda: None,
    ) -> list[Packed] | None:
        """A shortest path to a state of `target`, or None once all are reached. `look` is called often, and may raise.

        `initial` are the initial states; until they are looked at, `before` is called instead.
        With a `fold`, a state stands for all that are folded into it.
        """
        machine, parents = self.machine, self.parents
        level = initial if fold is None else list(dict.fromkeys(map(fold, initial)))
        follow, find = successors(machine, machine.instances, before), finder(machine, target)
        if fold is not None:
            follow = folded(follow, fold)
        batch = max(1, min(_BATCH, 20_000 // (1 + len(machine.instances))))
        parents.update(dict.fromkeys(level))
        self.starts = len(level)
        found = _first(find, level, look)
        while level and found is None:
            self.depth += 1
            self.ends.append(len(parents))
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
                    self._forget(following[looked:], found, level[first : first + batch], follow)
                    break
                look()
            level = following
        return None if found is None else self.path(found)

    def _forget(
        self, new: Sequence[Packed], found: Packed, batch: Sequence[Packed], follow: Callable[[Packed], list[Packed]]
    ) -> None:
        """Counts no state that came after what was found, and no step but of the states up to the one before it."""
        for state in new[new.index(found) + 1 :]:
            del self.parents[state]
        parent = self.parents[found]
        assert parent is not None
        self.steps -= sum(len(follow(state)) for state in batch[batch.index(parent) + 1 :])

    def path(self, last: Packed) -> list[Packed]:
        """The states from an initial one to `last`."""
        path = [last]
        while (before := self.parents[path[-1]]) is not None:
            path.append(before)
        return path[::-1]


def _first(
    find: Callable[[Iterable[Packed]], Packed | None], states: Sequence[Packed], look: Callable[[], None]
) -> Packed | None:
    for first in range(0, len(states), _BATCH):
        if (found := find(states[first : first + _BATCH])) is not None:
            return found
        look()
    return None


def _by(search: Search, unfired: tuple[str, ...] | None = None, fired: tuple[Fired, ...] | None = None) -> By:
    depth = search.depth if search.depth >= 0 else None
    scope = Scope(depth, search.count, search.steps, unfired, fired)
    versions = () if search.compiled is None else search.compiled.versions
    return By(NAME, search.budget.spent(), (("python", platform.python_version()), *versions), scope)


def _stopped(question: Question, search: Search, why: str) -> Verdict:
    """BOUNDED by the last depth at which all states were looked at, UNKNOWN if not even the initial ones were."""
    search.close(decided=False)
    upto = f" {exchanging(search.symmetries)}" if search.symmetries else ""
    at = f"counting {search.counting} after all" if search.counting else "at"
    seen = f"{why}, {at} {search.count:,} states{upto} and {search.steps:,} steps"
    if wide := _widest(question.machine):
        seen += f"; the widest domains are those of {', '.join(wide)}"
    if search.note:
        seen += f"; {search.note}"
    if search.keeper is not None:
        seen += f"; {search.keeper.said or f'kept in {search.keeper.place.folder}, where a new run goes on'}"
    if search.depth < 0:
        return unknown(question, seen, _by(search))
    return bounded(question, search.depth, seen, _by(search))


# -- evidence ---------------------------------------------------------------------------------------------------------


def _trace(machine: Machine, path: Sequence[Packed], fold: Fold | None) -> Trace:
    """The run along the path; of folded states, one that goes through states which those stand for."""
    layout, follow = Layout(machine.variables), moves(machine, machine.instances)
    steps: list[Step] = []
    now = path[0]
    for after in path[1:]:
        number, now = next((n, s) for n, s in follow(now) if (s if fold is None else fold(s)) == after)
        instance = machine.instances[number]
        args: list[Value] = [value for value in instance.args if value is not None]
        steps.append(Step(instance.rule.name, tuple(args), layout.decode(now)))
    return Trace(layout.decode(path[0]), tuple(steps))


def _unfired(machine: Machine, states: Collection[Packed], look: Callable[[], None]) -> tuple[str, ...]:
    """The rules that fire in none of the states. `look` is called meanwhile, and may raise."""
    unfired: list[str] = []
    for rule in machine.rules:
        follow = successors(machine, [instance for instance in machine.instances if instance.rule is rule], look)
        coming = iter(states)
        while batch := list(itertools.islice(coming, _BATCH)):
            if any(map(follow, batch)):
                break
            look()
        else:
            unfired.append(rule.name)
    return tuple(unfired)


def _fired(machine: Machine, rule: Rule, states: Collection[Packed], look: Callable[[int], None]) -> tuple[int, int]:
    """How many steps a rule makes from all states, and from how many it makes one. `look` hears how many are done."""
    follow = successors(machine, [instance for instance in machine.instances if instance.rule is rule], lambda: look(0))
    steps = fires = looked = 0
    coming = iter(states)
    while batch := list(itertools.islice(coming, _BATCH)):
        counts = [len(follow(state)) for state in batch]
        steps += sum(counts)
        fires += len(counts) - counts.count(0)
        looked += len(batch)
        look(looked)
    return steps, fires


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
