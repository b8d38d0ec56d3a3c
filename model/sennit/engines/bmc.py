"""Bounded model checking: looks for a state of the target at 0, 1, 2, ... steps.

Biere, Cimatti, Clarke and Zhu, "Symbolic model checking without BDDs", TACAS 1999. One incremental Z3 problem grows a
step at a time (lower/unrolling.py). Limits, by weight: it proves nothing beyond its depth, not even for a machine whose
runs all end; each step takes longer than the one before; nonlinear real arithmetic may get no answer.
"""

from __future__ import annotations

from sennit.budget import Budget, OutOfTime
from sennit.claim import Question
from sennit.lower.solver import GaveUp, Unsatisfiable, versions
from sennit.lower.unrolling import Unrolling
from sennit.trace import Trace
from sennit.verdict import By, Verdict, bounded, reached, unknown

NAME = "bmc"
_DEPTH = 30  # steps, where the budget names no depth


def check(question: Question, budget: Budget) -> Verdict:
    """FAILS or SEEN with a shortest trace, else BOUNDED by the last depth that was decided, UNKNOWN if none was."""
    decided = -1  # the depth up to which there is nothing
    try:
        runs = Unrolling(question.machine, question.target, budget.left)
        deepest = _DEPTH if budget.depth is None else budget.depth
        while True:
            budget.progress(f"depth {runs.depth}")
            found = runs.reach(budget.left())
            if isinstance(found, Trace):
                return reached(question, found, _by(budget))
            if isinstance(found, GaveUp):
                return _stopped(question, budget, decided, found.why)
            decided = runs.depth
            if decided == deepest:
                return bounded(question, deepest, f"no run of more than {_steps(deepest)} was looked at", _by(budget))
            runs.extend()
            longer = runs.run(budget.left())
            if isinstance(longer, GaveUp):
                return _stopped(question, budget, decided, longer.why)
            if isinstance(longer, Unsatisfiable):
                why = f"there is no run of {_steps(runs.depth)} at all, which bounded checking does not certify"
                return bounded(question, decided, why, _by(budget))
    except OutOfTime as error:
        return _stopped(question, budget, decided, str(error))
    except KeyboardInterrupt:
        return _stopped(question, budget, decided, "interrupted")


def _stopped(question: Question, budget: Budget, depth: int, why: str) -> Verdict:
    if depth < 0:
        return unknown(question, f"not even the initial states were decided: {why}", _by(budget))
    return bounded(question, depth, f"at {_steps(depth + 1)}: {why}", _by(budget))


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def _by(budget: Budget) -> By:
    return By(NAME, budget.spent(), versions())
