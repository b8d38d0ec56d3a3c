"""Whole runs by exact search: all reachable states with their steps, and in them a fair loop that avoids the goal.

A run that never comes to the goal goes round, in the end, in a strongly connected part of the states without it. Such a
part has a fair run if it is fair as a whole, or is so once the states are left out where a strongly fair action can
happen that never does in it: Lichtenstein and Pnueli, "Checking that finite state concurrent programs satisfy their
linear specification", POPL 1985. Parts are found by Tarjan's algorithm (1972), without recursion. Limits, by weight: it
is interpreted, and keeps some 300 bytes a state and 8 a step; parameters without end and initial values without end are
outside the fragment; the loop of a lasso is short, and not always the shortest.
"""

from __future__ import annotations

import platform
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sennit.budget import Budget
from sennit.claim import Question
from sennit.errors import Misuse
from sennit.expr import Expr
from sennit.lower.closed import closed_set
from sennit.lower.memory import memory_left
from sennit.lower.program import Layout, Packed, finder, moves, starts
from sennit.sort import Value
from sennit.trace import Step, Trace
from sennit.verdict import By, Scope, Verdict, bounded, reached, unknown, unreachable

NAME = "liveness"
_EXPLORING = 0.75  # of the time goes into finding the states; the rest into looking for loops
_BATCH = 64  # states between two looks at the clock
_EVERY = 0.5  # seconds between two reports of progress
_STARTS = 5_000_000  # initial states that are tried without a limit of states
_RESERVE = 256 << 20  # bytes of memory that are left to others

Edge: TypeAlias = tuple[int, int, int]  # from a state to a state, by an instance
Parents: TypeAlias = dict[int, Edge | None]  # how each state was come to; None where the way begins


def check(question: Question, budget: Budget) -> Verdict:
    """FAILS by a lasso; HOLDS by the set of all reachable states; else how far it came."""
    runs = Runs(question, budget)
    try:
        if not question.live:
            return unknown(question, "it looks for loops, and a single state decides this claim", runs.by())
        why = runs.explore()
        lasso = runs.lasso()
        if lasso is not None:
            return reached(question, lasso, runs.by())
        if not why:
            states = runs.states if budget.evidence else None
            return unreachable(question, closed_set(question.machine, len(runs.states), states), runs.by(complete=True))
    except (Stopped, Misuse) as error:
        why = str(error)
    except MemoryError:
        why = "no memory was left"
    except KeyboardInterrupt:
        why = "interrupted"
    seen = f"{why}, at {len(runs.states):,} states and {runs.steps:,} steps"
    if runs.searched is None:
        return unknown(question, seen, runs.by())
    return bounded(question, runs.searched, f"no shorter run repeats itself without it; {seen}", runs.by())


class Stopped(Exception):  # noqa: N818  # the sentence reads so
    """The budget is used up; the message says which part of it."""


@dataclass(eq=False)
class Runs:
    """States by number in the order in which they are reached, of each the steps from it that change something."""

    question: Question
    budget: Budget
    states: list[Packed] = field(default_factory=list)
    enabled: list[int] = field(default_factory=list)  # of each state whose steps are known, the actions, a bit each
    steps: int = 0
    depth: int = -1  # all steps from the states of up to this depth are known
    searched: int | None = None  # no lasso of up to so many steps was found
    _before: Parents = field(default_factory=dict)
    _first: array[int] = field(default_factory=lambda: array("Q", [0]))  # where the steps of each state begin
    _to: array[int] = field(default_factory=lambda: array("L"))
    _by: array[int] = field(default_factory=lambda: array("L"))
    _bits: list[int] = field(default_factory=list)  # of each instance, the actions that it belongs to
    _fired: set[int] = field(default_factory=set)  # instances
    _starts: int = 0
    _reported: float = field(default_factory=time.monotonic)

    def by(self, *, complete: bool = False) -> By:
        """Who speaks, and how far it came; once it is `complete`, which rules never fired."""
        machine = self.question.machine
        fired = {machine.instances[number].rule.name for number in self._fired} if complete else set[str]()
        unfired = tuple(rule.name for rule in machine.rules if rule.name not in fired)
        scope = Scope(self.searched, len(self.states), self.steps, unfired if complete else None)
        return By(NAME, self.budget.spent(), (("python", platform.python_version()),), scope)

    def explore(self) -> str:
        """Finds all states and steps, breadth first; says why not all, or nothing. Misuse: outside the fragment."""
        machine, fairness = self.question.machine, self.question.fairness
        follow = moves(machine, machine.instances)
        self._bits = [
            sum(1 << bit for bit, fair in enumerate(fairness) if fair.concerns(i.rule, i.args))
            for i in machine.instances
        ]
        self.states += starts(machine, _STARTS if self.budget.states is None else self.budget.states)
        self._starts = level = len(self.states)
        self._before = dict.fromkeys(range(level))
        number = {state: n for n, state in enumerate(self.states)}
        for at, state in enumerate(self.states):  # which grows meanwhile
            if at == level:
                self.depth, level = self.depth + 1, len(self.states)
            if at % _BATCH == 0 and (why := self._limit()):
                return why
            self._enter(at, state, follow(state), number)
        self.depth += 1
        return ""

    def _enter(self, at: int, state: Packed, found: list[tuple[int, Packed]], number: dict[Packed, int]) -> None:
        """Notes the steps from a state; of those to one state, one for each set of actions that they belong to."""
        enabled, noted = 0, set[tuple[int, int]]()
        self._fired.update(instance for instance, _ in found)
        for instance, after in found:
            self.steps += 1
            if after == state:
                continue
            to = number.setdefault(after, len(self.states))
            if to == len(self.states):
                self.states.append(after)
                self._before[to] = (at, to, instance)
            bits = self._bits[instance]
            if (to, bits) not in noted:
                noted.add((to, bits))
                self._to.append(to)
                self._by.append(instance)
                enabled |= bits
        self._first.append(len(self._to))
        self.enabled.append(enabled)

    def lasso(self) -> Trace | None:
        """A fair run that never comes to the goal, among the states whose steps are known. Raises Stopped."""
        waiting = self._waiting()
        found = self._fair_part(waiting)
        if found is None:
            self.searched = self.depth if self.depth >= 0 else None
            return None
        entry, part = found
        stem = _path(waiting, entry)
        begin = stem[0][0] if stem else entry
        stem = [*_path(self._before, begin), *stem]
        return self._trace(stem[0][0] if stem else begin, stem, self._loop(entry, part))

    # -- where runs wait for the goal ---------------------------------------------------------------------------------

    def _waiting(self) -> Parents:
        """The states in which the goal is due and has not come yet, nearest first."""
        question, known = self.question, range(len(self.enabled))
        at_goal = self._where(question.goal, known)
        due = known[: self._starts] if question.trigger is None else self._where(question.trigger, known)
        parents: Parents = dict.fromkeys(n for n in due if n not in at_goal)
        todo = list(parents)
        for at in todo:
            self._look(at, "which of them wait")
            for edge in self._edges(at):
                to = edge[1]
                if to < len(self.enabled) and to not in at_goal and to not in parents:
                    parents[to] = edge
                    todo.append(to)
        return parents

    def _where(self, formula: Expr, among: Iterable[int]) -> dict[int, None]:
        """The states among these in which the formula is true."""
        find, found = finder(self.question.machine, formula), dict[int, None]()
        for at in among:
            self._look(at, "which of them are goals")
            if find((self.states[at],)) is not None:
                found[at] = None
        return found

    # -- fair parts ---------------------------------------------------------------------------------------------------

    def _fair_part(self, waiting: Parents) -> tuple[int, list[int]] | None:
        """Where a fair run may go round: a state, nearest to where the wait begins, and the part it lies in."""
        weak, strong = self._kinds()
        for at in waiting:
            if not self.enabled[at] & (weak | strong):
                return at, [at]
        place = {at: number for number, at in enumerate(waiting)}
        best: tuple[int, int, list[int]] | None = None
        for part in self._fair_parts(list(waiting), weak, strong):
            nearest = min(part, key=place.__getitem__)
            if best is None or place[nearest] < best[0]:
                best = (place[nearest], nearest, part)
        return None if best is None else best[1:]

    def _fair_parts(self, nodes: list[int], weak: int, strong: int) -> Iterator[list[int]]:
        todo = [nodes]
        while todo:
            for part in self._parts(todo.pop()):
                inside = set(part)
                taken, some, every = 0, 0, -1
                for at in part:
                    some, every = some | self.enabled[at], every & self.enabled[at]
                    for _, to, by in self._edges(at):
                        if to in inside:
                            taken |= self._bits[by]
                if every & weak & ~taken:
                    continue
                passed_over = some & strong & ~taken
                if not passed_over:
                    yield part
                elif rest := [at for at in part if not self.enabled[at] & passed_over]:
                    todo.append(rest)

    def _parts(self, nodes: Sequence[int]) -> Iterator[list[int]]:
        """The strongly connected parts of these states, by Tarjan's algorithm."""
        order, low, inside = dict[int, int](), dict[int, int](), set(nodes)
        stack, on_stack = list[int](), set[int]()
        for root in nodes:
            if root in order:
                continue
            work = [(root, self._within(root, inside))]
            while work:
                at, rest = work[-1]
                if at not in order:
                    self._look(len(order), "which of them can go round")
                    order[at] = low[at] = len(order)
                    stack.append(at)
                    on_stack.add(at)
                for to in rest:
                    if to not in order:
                        work.append((to, self._within(to, inside)))
                        break
                    if to in on_stack:
                        low[at] = min(low[at], order[to])
                else:
                    work.pop()
                    if work:
                        low[work[-1][0]] = min(low[work[-1][0]], low[at])
                    if low[at] == order[at]:
                        part = [stack.pop()]
                        while part[-1] != at:
                            part.append(stack.pop())
                        on_stack.difference_update(part)
                        yield part

    def _within(self, at: int, inside: set[int]) -> Iterator[int]:
        return (to for _, to, _ in self._edges(at) if to in inside)

    def _edges(self, at: int) -> Iterator[Edge]:
        for k in range(self._first[at], self._first[at + 1]):
            yield at, self._to[k], self._by[k]

    def _kinds(self) -> tuple[int, int]:
        """The weakly and the strongly fair actions."""
        weak = sum(1 << bit for bit, fair in enumerate(self.question.fairness) if not fair.strong)
        return weak, (1 << len(self.question.fairness)) - 1 - weak

    # -- evidence -----------------------------------------------------------------------------------------------------

    def _loop(self, entry: int, part: Sequence[int]) -> list[Edge]:
        """A fair way round in a fair part: to each action that is missing in turn, by the shortest way, and back."""
        weak, strong = self._kinds()
        inside, way, now = set(part), list[Edge](), entry
        while True:
            visited = [entry, *(to for _, to, _ in way)]
            some, every, taken = 0, -1, 0
            for at in visited:
                some, every = some | self.enabled[at], every & self.enabled[at]
            for _, _, by in way:
                taken |= self._bits[by]
            missing = ((every & weak) | (some & strong)) & ~taken
            if not missing and now == entry:
                return way
            more = self._nearest(now, inside, self._helps(missing, missing & weak, entry))
            way += more
            now = more[-1][1]

    def _helps(self, missing: int, weakly: int, entry: int) -> Callable[[Edge], bool]:
        """Whether a step takes a missing action, or leads to where it can be put off; if none is missing, back."""

        def helps(edge: Edge) -> bool:
            _, to, by = edge
            if not missing:
                return to == entry
            return bool(self._bits[by] & missing or weakly & ~self.enabled[to])

        return helps

    def _nearest(self, now: int, inside: set[int], helps: Callable[[Edge], bool]) -> list[Edge]:
        parents: Parents = {now: None}
        todo = [now]
        for at in todo:
            for edge in self._edges(at):
                if edge[1] in inside:
                    if helps(edge):
                        return [*_path(parents, at), edge]
                    if edge[1] not in parents:
                        parents[edge[1]] = edge
                        todo.append(edge[1])
        raise AssertionError("a fair part has a way to everything in it")

    def _trace(self, start: int, stem: list[Edge], loop: list[Edge]) -> Trace:
        machine = self.question.machine
        layout = Layout(machine.variables)
        steps: list[Step] = []
        for _, to, by in (*stem, *loop):
            instance = machine.instances[by]
            args: list[Value] = [value for value in instance.args if value is not None]
            steps.append(Step(instance.rule.name, tuple(args), layout.decode(self.states[to])))
        return Trace(layout.decode(self.states[start]), tuple(steps), len(stem))

    # -- limits -------------------------------------------------------------------------------------------------------

    def _limit(self) -> str:
        """Why exploring ends here; empty where it goes on. Says from time to time how far it is."""
        most, left = self.budget.states, self._report(f"depth {self.depth + 1}, {len(self.states):,} states")
        if left is not None and left < _RESERVE:
            return "memory is nearly used up"
        if most is not None and len(self.states) > most:
            return f"the budget of {most:,} states is used up"
        if self.budget.seconds is not None and self.budget.spent() > _EXPLORING * self.budget.seconds:
            return f"{_EXPLORING:.0%} of the {self.budget.seconds:g} s are used up"
        return ""

    def _look(self, count: int, what: str) -> None:
        """Raises Stopped once the time is up."""
        if count % _BATCH == 0:
            self._report(f"{len(self.states):,} states, {what}")
            if self.budget.over():
                raise Stopped(f"the {self.budget.seconds:g} s are used up")

    def _report(self, text: str) -> int | None:
        """Says from time to time how far it is; then, how many bytes of memory are left."""
        now = time.monotonic()
        if now - self._reported < _EVERY:
            return None
        self._reported = now
        self.budget.progress(text)
        return memory_left()


def _path(parents: Parents, to: int) -> list[Edge]:
    """The steps from where the way begins."""
    path: list[Edge] = []
    while (edge := parents[to]) is not None:
        path.append(edge)
        to = edge[0]
    return path[::-1]
