"""How long time may pass until something changes: where guards, limits and goals turn true or false, and in between."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

from sennit.expr import Expr, evaluate, free, order, sub
from sennit.machine import PASSED, Machine, State
from sennit.rewrite import substitute
from sennit.sort import RealSort, Value
from sennit.values import Values


class Moments:
    """The comparisons of a timed machine that the passing of time decides, each as a number that turns past 0."""

    def __init__(self, machine: Machine, goals: Sequence[Expr]) -> None:
        self.machine = machine
        passing = next((rule for rule in machine.rules if rule.passes_time), None)
        later = {} if passing is None else dict(passing.updates)
        known = {v.name for v in machine.variables} | {PASSED}
        found: dict[Expr, None] = {}
        for formula in (*(rule.guard for rule in machine.rules), *goals):
            own = PASSED in free(formula)  # the guard of `elapse` speaks of the end already
            for node in order(formula if own else substitute(formula, later)) if later else ():
                if node.op in ("lt", "le", "eq") and isinstance(node.args[0].sort, RealSort):
                    number = sub(node.args[1], node.args[0])
                    names = free(number)
                    if PASSED in names and names.keys() <= known:
                        found[number] = None
        self.numbers = list(found)

    def after(self, state: State) -> list[Fraction]:
        """Amounts of time above 0: those at which a comparison turns, one between each two, and one past the last."""
        env = self.machine.env(state)
        now, then = (_values(self.numbers, env | {PASSED: Fraction(d)}) for d in (0, 1))
        turns = sorted({a / (a - b) for a, b in zip(now, then, strict=True) if a != b and a / (a - b) > 0})
        between = [(a + b) / 2 for a, b in itertools.pairwise([Fraction(0), *turns])]
        return [*turns, *between, (turns[-1] if turns else 0) + Fraction(1)]


def _values(numbers: Sequence[Expr], env: dict[str, Value]) -> list[Fraction]:
    memo: dict[Expr, Value] = {}
    found = [evaluate(number, env, Values(), memo) for number in numbers]
    return [Fraction(value) for value in found if isinstance(value, Fraction)]
