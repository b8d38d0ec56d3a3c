"""A sample of the reachable states, from every depth.

Of a machine with few states the sample is drawn evenly from all of them. Of one with many, each depth gives up to so
many, drawn evenly from all successors of those kept before; the first ones met would know only how runs begin.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from sennit.budget import Budget, OutOfTime
from sennit.errors import Misuse
from sennit.expr import Expr
from sennit.lower.cnf import Sat
from sennit.lower.program import Layout, Packed, finder, moves, starts
from sennit.lower.steps import Steps
from sennit.machine import Machine
from sennit.trace import Step, Trace

_DEPTHWISE = 96  # states that each depth gives
_ALL = 4_000  # states up to which all are listed
_KEPT = 1_500  # states of the sample, at most
_DEEPEST = 400
_STARTS = 20_000  # initial states that are tried


class Sample:
    """Reachable states, each with the one before it, and how the machine goes on."""

    def __init__(self, machine: Machine, target: Expr, budget: Budget) -> None:
        self.machine, self.budget = machine, budget
        self.follow = moves(machine, machine.instances)
        self.parents: dict[Packed, tuple[int, Packed] | None] = {}
        self.complete = True
        self._find = finder(machine, target)
        self._random = random.Random(budget.seed)

    def run(self, encoded: Steps) -> Trace | None:
        """Draws the states; a trace to the target if one of them is there. Raises OutOfTime."""
        try:
            level = starts(self.machine, _STARTS)
        except Misuse:  # too many to go through
            self.complete, level = False, self._drawn(encoded)
        self.parents.update(dict.fromkeys(level))
        depth = 0
        while level and depth < _DEEPEST:
            if (found := self._find(level)) is not None:
                return self.trace(found)
            following: dict[Packed, tuple[int, Packed]] = {}
            for number, state in enumerate(level):
                if number % 16 == 0 and self.budget.over():
                    raise OutOfTime
                for instance, after in self.follow(state):
                    if after not in self.parents:
                        following.setdefault(after, (instance, state))
            level = list(following)
            if len(self.parents) + len(level) > _ALL and len(level) > _DEPTHWISE:
                self.complete = False
                level = self._random.sample(level, _DEPTHWISE)
            self.parents.update((state, following[state]) for state in level)
            depth += 1
            self.budget.progress(f"depth {depth}, {len(self.parents):,} states drawn")
        self.complete = self.complete and not level
        return None

    def _drawn(self, encoded: Steps) -> list[Packed]:
        """Some initial states: each takes as much of a random choice for all atoms as a SAT solver allows."""
        solver, found = Sat(self.budget), dict[Packed, None]()
        solver.add(encoded.bits.clauses)
        for _ in range(_DEPTHWISE):
            wished = [x if self._random.random() < 0.5 else -x for x in encoded.now]
            while not solver.ask([encoded.initial, *wished]):
                core = solver.core()
                if not (wished := [x for x in wished if x not in core]) and not solver.ask([encoded.initial]):
                    return []
            found[encoded.packed(solver.model())] = None
        solver.close()
        return list(found)

    def states(self) -> list[Packed]:
        """The sample."""
        found = list(self.parents)
        return found if len(found) <= _KEPT else self._random.sample(found, _KEPT)

    def onward(self, most: int) -> Callable[[Packed], list[Packed]]:
        """The function from a state to it and some that follow, breadth first."""

        def list_(first: Packed) -> list[Packed]:
            found = [first]
            known = {first}
            for state in found:  # grows meanwhile
                new = dict.fromkeys(after for _, after in self.follow(state) if after not in known)
                known.update(new)
                found.extend(new)
                if len(found) > most:
                    break
            return found

        return list_

    def trace(self, last: Packed) -> Trace:
        """The run that led to a state."""
        layout, steps = Layout(self.machine.variables), list[Step]()
        while (before := self.parents[last]) is not None:
            instance = self.machine.instances[before[0]]
            args = tuple(value for value in instance.args if value is not None)
            steps.append(Step(instance.rule.name, args, layout.decode(last)))
            last = before[1]
        return Trace(layout.decode(last), tuple(reversed(steps)))
