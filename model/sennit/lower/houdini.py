"""The largest inductive set of clauses of up to so many atoms, by states that refute.

Flanagan and Leino, "Houdini, an annotation assistant for ESC/Java", FME 2001, with candidates that weaken: at any time
they are the shortest clauses that are true in all states met so far, so a clause that is refuted leaves the longer ones
that are not. A step from a state where all candidates are true leads to one where all inductive clauses are, and so do
the steps after it: these states refute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from sennit.budget import Budget, OutOfTime
from sennit.lower.atoms import Clause
from sennit.lower.cnf import Sat
from sennit.lower.program import Layout, Packed
from sennit.lower.steps import Steps

Truth = npt.NDArray[np.bool_]  # a row for each atom, a column for each state
_MOST = 60_000  # clauses; what is over is left out


def largest(
    steps: Steps, states: Sequence[Packed], longest: int, onward: Callable[[Packed], list[Packed]], budget: Budget
) -> list[Clause]:
    """The largest set of clauses of up to `longest` atoms that is true initially and kept by every step.

    `states` are reachable, and save work alone; `onward` lists a state and some that follow it. Raises OutOfTime.
    """
    found = Candidates(steps, longest, budget)
    found.begin(steps.vocabulary.columns(states))
    while state := _start_that_refutes(found, budget):
        found.refute(onward(state))
    refuted = True
    while refuted:
        refuted, query = False, _Query(found, budget)
        while state := query.state_that_refutes():
            refuted = True
            found.refute(onward(state))
            budget.progress(f"{len(found.alive):,} candidates of up to {longest} atoms")
        query.solver.close()
    return list(found.alive)


class Candidates:
    """The shortest clauses of up to `longest` atoms that are true in all states met; `alive` lists them in order."""

    def __init__(self, steps: Steps, longest: int, budget: Budget) -> None:
        self.steps, self.longest, self.budget = steps, longest, budget
        self.alive: dict[Clause, None] = {}

    def begin(self, truth: Truth) -> None:
        """The first states."""
        self.alive = dict.fromkeys(clauses(truth, self.longest, self.budget))

    def refute(self, states: Sequence[Packed]) -> None:
        """Further states, in which all that is inductive is true. Raises OutOfTime."""
        truth = self.steps.vocabulary.columns(states)
        alike: dict[tuple[int, bytes], list[Clause]] = {}
        for clause, missed in self._missed(truth):
            alike.setdefault((len(clause), missed.tobytes()), []).append(clause)
            del self.alive[clause]
        weaker: list[Clause] = []
        for (length, where), group in alike.items():
            if length < self.longest:
                missed = np.frombuffer(where, np.bool_)
                more = clauses(truth[:, missed], self.longest - length, self.budget)
                weaker += [joined for old in group for new in more if (joined := _joined(old, new))]
        for clause in sorted(set(weaker), key=lambda clause: (len(clause), clause)):
            if len(self.alive) < _MOST and not self._said_shorter(clause):
                self.alive[clause] = None

    def _missed(self, truth: Truth) -> list[tuple[Clause, Truth]]:
        """The clauses that are false somewhere, and where."""
        result: list[tuple[Clause, Truth]] = []
        both = np.concatenate([truth, ~truth])
        for length in range(1, self.longest + 1):
            group = [clause for clause in self.alive if len(clause) == length]
            if group:
                rows = np.array(group, np.int64)
                rows = np.where(rows > 0, rows - 1, len(truth) - rows - 1)
                false = ~both[rows[:, 0]]
                for column in rows.T[1:]:
                    false &= ~both[column]
                result += [(group[i], false[i]) for i in np.flatnonzero(false.any(axis=1))]
        return result

    def _said_shorter(self, clause: Clause) -> bool:
        parts = (part for length in range(1, len(clause)) for part in combinations(clause, length))
        return any(part in self.alive for part in parts)


class _Query:
    """One solver for many refutations. What was refuted meanwhile is still assumed, so that no answer is no proof."""

    def __init__(self, found: Candidates, budget: Budget) -> None:
        self.found, self.steps, self.solver = found, found.steps, Sat(budget)
        self.solver.add(self.steps.bits.clauses)
        self._top = self.steps.bits.variables
        self._broken: dict[Clause, int] = {}

    def state_that_refutes(self) -> Packed | None:
        """The state after a step from one where all candidates are true, in which one is false."""
        steps, solver, alive = self.steps, self.solver, self.found.alive
        for clause in [clause for clause in alive if clause not in self._broken]:
            self._top += 1
            self._broken[clause] = self._top
            solver.add([steps.before(clause), *((-self._top, -x) for x in steps.behind(clause))])
        self._top += 1
        solver.add([(-self._top, *(self._broken[clause] for clause in alive))])
        if not solver.ask([steps.moves, self._top]):
            return None
        model = solver.model()
        step = steps.step(steps.choice(model), steps.state(model))
        assert step is not None, "a step of the encoding is one of the reference"
        return Layout(steps.machine.variables).encode(step.state)


def _start_that_refutes(found: Candidates, budget: Budget) -> Packed | None:
    """An initial state in which a candidate is false."""
    steps, solver = found.steps, Sat(budget)
    solver.add(steps.bits.clauses)
    broken = range(steps.bits.variables + 1, steps.bits.variables + 1 + len(found.alive))
    for literal, clause in zip(broken, found.alive, strict=True):
        solver.add((-literal, -x) for x in steps.before(clause))
    solver.add([broken])
    state = steps.packed(solver.model()) if solver.ask([steps.initial]) else None
    solver.close()
    return state


def clauses(truth: Truth, longest: int, budget: Budget) -> list[Clause]:
    """The shortest clauses of up to `longest` atoms, three at most, that are true in all states.

    None contains another. Raises OutOfTime.
    """
    rows = np.concatenate([truth, ~truth])
    names = [*range(1, len(truth) + 1), *(-x for x in range(1, len(truth) + 1))]
    always = rows.all(axis=1)
    found: list[Clause] = [(names[i],) for i in np.flatnonzero(always)]
    open_ = np.flatnonzero(~always & rows.any(axis=1)) if longest > 1 else np.empty(0, np.int64)
    if not len(open_):
        return found
    names = [names[i] for i in open_]
    misses = np.packbits(~rows[open_], axis=1)
    words = np.pad(misses, ((0, 0), (0, -misses.shape[1] % 8))).view(np.uint64)
    covered = np.stack([~(words & row).any(axis=1) for row in words])
    pairs = zip(*np.nonzero(np.triu(covered, 1)), strict=True)
    found += [_sorted(names[i], names[j]) for i, j in pairs if names[i] != -names[j]]
    return [*found, *_triples(words, covered, names, budget)] if longest > 2 else found


def _triples(words: npt.NDArray[np.uint64], covered: Truth, names: Sequence[int], budget: Budget) -> Iterable[Clause]:
    found: list[Clause] = []
    for i in range(len(words)):
        if budget.over():
            raise OutOfTime
        for j in np.flatnonzero(~covered[i, i + 1 :]) + i + 1:
            rest = np.flatnonzero(~(covered[i, j + 1 :] | covered[j, j + 1 :])) + j + 1
            closed = rest[~(words[rest] & (words[i] & words[j])).any(axis=1)]
            found += [_sorted(names[i], names[int(j)], names[int(k)]) for k in closed]
        if len(found) > _MOST:
            break
    return found


def _sorted(*literals: int) -> Clause:
    return tuple(sorted(literals, key=abs))


def _joined(old: Clause, new: Clause) -> Clause | None:
    """The clause that says either; None where it says nothing."""
    literals = {*old, *new}
    return None if any(-x in literals for x in literals) else _sorted(*literals)
