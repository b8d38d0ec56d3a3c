"""IC3's frames: clauses that overapproximate what so many steps reach, until a frame is inductive or the target met.

Bradley, "SAT-based model checking without unrolling", VMCAI 2011; Een, Mishchenko and Brayton, "Efficient
implementation of property directed reachability", FMCAD 2011. The step that the papers call so is in

    search      the main loop                       Frames.propagate   pushing clauses, the fixed point
    block       the queue of proof obligations      generalised        dropping literals by induction
    Frames.predecessor, lifted                      relative induction, and a state made a cube by a second query
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from sennit.budget import Budget
from sennit.expr import Expr
from sennit.lower.atoms import Clause
from sennit.lower.cnf import Sat
from sennit.lower.inductive import sufficient
from sennit.lower.steps import Steps
from sennit.machine import State
from sennit.trace import Step, Trace

Cube = tuple[int, ...]  # numbered atoms that are all true, with a minus where one is false
_SPOILT = 2_000  # clauses for one query only that a solver bears before it is made anew


def search(frames: Frames) -> Trace | list[Expr]:
    """A trace into the target, or the parts of an inductive invariant that excludes it. Raises OutOfTime."""
    while True:
        while (bad := frames.bad()) is not None:
            if (trace := block(frames, bad)) is not None:
                return trace
        if (clauses := frames.propagate()) is not None:
            return _invariant(frames, clauses)


@dataclass(frozen=True)
class Obligation:
    """A cube of states from which the target is reached by `instance` and then as `then` says."""

    cube: Cube
    instance: int | None = None
    then: Obligation | None = None


def block(frames: Frames, bad: Obligation) -> Trace | None:
    """Shows that no state of `bad` is reached in as many steps as there are frames; or a trace into it."""
    queue, number = [(frames.last, 0, bad)], 0
    while queue:
        level, _, obligation = heapq.heappop(queue)
        if (start := frames.start_in(obligation.cube)) is not None:
            return _trace(frames.steps, start, obligation)
        if frames.is_blocked(obligation.cube, level):
            continue
        number += 1
        found = frames.predecessor(obligation.cube, level - 1)
        if isinstance(found, Obligation):
            before = Obligation(found.cube, found.instance, obligation)
            heapq.heappush(queue, (level - 1, -number, before))
            heapq.heappush(queue, (level, number, obligation))
            continue
        cube = generalised(frames, found, level - 1)
        while level < frames.last and not isinstance(more := frames.predecessor(cube, level), Obligation):
            cube, level = more, level + 1
        frames.add(cube, level)
        if level < frames.last:
            heapq.heappush(queue, (level + 1, number, obligation))
    return None


def generalised(frames: Frames, cube: Cube, level: int) -> Cube:
    """As little of the cube, atoms dropped one by one, as frame `level` has no step into, but from where it is true."""
    for atom in cube:
        smaller = tuple(x for x in cube if x != atom)
        if atom in cube and smaller and frames.start_in(smaller) is None:
            found = frames.predecessor(smaller, level)
            cube = cube if isinstance(found, Obligation) else found
    return cube


class Frames:
    """Frame 0 is the initial states; each further one excludes the cubes that are listed there or later."""

    def __init__(self, encoded: Steps, budget: Budget) -> None:
        self.steps, self.budget = encoded, budget
        self.cubes: list[dict[Cube, None]] = [{}]
        self._solver, self._top, self._spoilt = Sat(budget), 0, 0
        self._active: list[int] = []
        self._renew()

    @property
    def last(self) -> int:
        """The number of the last frame."""
        return len(self.cubes) - 1

    @property
    def reach(self) -> str:
        """How far it is, in words."""
        return f"at frame {self.last} with {sum(map(len, self.cubes)):,} clauses"

    def bad(self) -> Obligation | None:
        """A cube of the target in the last frame."""
        if not self._solver.ask([*self._frame(self.last), self.steps.target]):
            return None
        cube = self.steps.cube(self._solver.model())
        return Obligation(self._lifted(cube, [-self.steps.target]))

    def start_in(self, cube: Cube) -> State | None:
        """An initial state of the cube."""
        if not self._solver.ask([self.steps.initial, *self.steps.before(cube)]):
            return None
        return self.steps.state(self._solver.model())

    def is_blocked(self, cube: Cube, level: int) -> bool:
        """Whether the frame has no state of the cube."""
        return not self._solver.ask([*self._frame(level), *self.steps.before(cube)])

    def predecessor(self, cube: Cube, level: int) -> Obligation | Cube:
        """States of the frame outside the cube that a step leads from into it; if none, the part of it that matters."""
        steps, goal = self.steps, self.steps.behind(cube)
        once = self._once([-x for x in steps.before(cube)])
        if self._solver.ask([*self._frame(level), steps.moves, once, *goal]):
            model = self._solver.model()
            instance = steps.choice(model)
            into = [-x for x in steps.by(instance, cube)]
            return Obligation(self._lifted(steps.cube(model), [-steps.fires[instance], *into]), instance)
        core = self._solver.core()
        return self._apart(tuple(x for x, y in zip(cube, goal, strict=True) if y in core), cube)

    def add(self, cube: Cube, level: int) -> None:
        """The cube is not in the frame, nor in those before it."""
        for cubes in self.cubes[: level + 1]:
            for other in [other for other in cubes if set(cube) <= set(other)]:
                del cubes[other]
        self.cubes[level][cube] = None
        self._solver.add([(-self._active[level], *(-x for x in self.steps.before(cube)))])
        self.budget.progress(self.reach)

    def propagate(self) -> list[Clause] | None:
        """One frame more, with what is true a step later. If two are alike then, their clauses: they are inductive."""
        self.cubes.append({})
        self._renew()
        for level in range(1, self.last):
            for cube in list(self.cubes[level]):
                if cube in self.cubes[level] and not isinstance(found := self.predecessor(cube, level), Obligation):
                    self.add(found, level + 1)
            if not self.cubes[level]:
                return [tuple(-x for x in cube) for later in self.cubes[level:] for cube in later]
        return None

    # -- the solver ---------------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        """A solver without the clauses that served one query."""
        self._solver.close()
        self._solver, self._spoilt = Sat(self.budget), 0
        self._solver.add(self.steps.bits.clauses)
        first = self.steps.bits.variables + 1
        self._active = list(range(first, first + len(self.cubes)))
        self._top = self._active[-1]
        self._solver.add([(-self._active[0], self.steps.initial)])
        for active, cubes in zip(self._active, self.cubes, strict=True):
            self._solver.add((-active, *(-x for x in self.steps.before(cube))) for cube in cubes)

    def _frame(self, level: int) -> list[int]:
        return self._active[level:] if level else self._active

    def _once(self, clause: list[int]) -> int:
        """The literal under which the clause is assumed, in one query."""
        if self._spoilt > _SPOILT:
            self._renew()
        self._spoilt += 1
        self._top += 1
        self._solver.add([(-self._top, *clause)])
        return self._top

    def _lifted(self, cube: Cube, otherwise: list[int]) -> Cube:
        """As much of a state as makes all of `otherwise` false."""
        literals, once = self.steps.before(cube), self._once(otherwise)
        answer = self._solver.ask([once, *literals])
        assert not answer, "a state says what becomes of it"
        core = self._solver.core()
        return tuple(x for x, y in zip(cube, literals, strict=True) if y in core)

    def _apart(self, part: Cube, cube: Cube) -> Cube:
        """The part, with what it takes of the cube to have no initial state."""
        kept = dict.fromkeys(part)
        while self._solver.ask([self.steps.initial, *self.steps.before(tuple(kept))]):
            model = self._solver.model()
            kept[next(x for x in cube if model[abs(y := self.steps.before((x,))[0])] != y)] = None
        return tuple(x for x in cube if x in kept)


def _trace(encoded: Steps, state: State, first: Obligation) -> Trace:
    start, taken = state, list[Step]()
    for obligation in _chain(first):
        assert obligation.instance is not None
        step = encoded.step(obligation.instance, state)
        assert step is not None, "the instance fires from every state of the cube"
        taken.append(step)
        state = step.state
    return Trace(start, tuple(taken))


def _chain(obligation: Obligation) -> Iterator[Obligation]:
    while obligation.then is not None:
        yield obligation
        obligation = obligation.then


def _invariant(frames: Frames, clauses: list[Clause]) -> list[Expr]:
    encoded = frames.steps
    frames.budget.progress(f"{len(clauses):,} clauses are inductive")
    few = sufficient(encoded, clauses, frames.budget)
    assert few is not None, "a frame that is closed excludes the target"
    formulas = encoded.vocabulary.formulas()
    return [encoded.vocabulary.clause(clause, formulas) for clause in few]
