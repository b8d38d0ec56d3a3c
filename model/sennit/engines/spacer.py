"""Z3's Spacer, over integers and reals without end: an invariant, or a hint that there is a counterexample.

Komuravelli, Gurfinkel and Chaki, "SMT-based model checking for recursive programs", CAV 2014. Several processes with
different options ask at once (lower/horn.py). Neither answer is taken on trust: an invariant is re-checked by two
solvers, and a counterexample is looked for by unrolling. Limits, by weight: it may find nothing, and says nothing
then; many interchangeable parts, as in two-phase commit for five, are too many; products of unknowns are hopeless.
"""

from __future__ import annotations

from sennit.budget import Budget
from sennit.claim import Question
from sennit.errors import Misuse
from sennit.expr import Expr
from sennit.lower.horn import NoAnswer, Safe, ask_spacer
from sennit.lower.inductive import proved, thinned
from sennit.lower.solver import GaveUp, versions
from sennit.lower.unrolling import Unrolling
from sennit.trace import Trace
from sennit.verdict import By, Scope, Verdict, reached, unknown

NAME = "spacer"


def check(question: Question, budget: Budget) -> Verdict:
    """HOLDS or NEVER by an invariant that two solvers have re-checked; FAILS or SEEN by a trace that replays."""
    if question.every_size:
        return unknown(question, "outside the fragment: members of a Sort without a size", _by(budget))
    try:
        budget.progress("looking for an invariant")
        answer = ask_spacer(question.machine, question.target, budget.left)
        if isinstance(answer, NoAnswer):
            return unknown(question, answer.why, _by(budget))
        if isinstance(answer, Safe):
            return proved(question, thinned(question, _parts(answer.invariant), budget.left), _by(budget), budget)
        return _unrolled(question, budget)
    except Misuse as error:
        return unknown(question, f"outside the fragment: {error}", _by(budget))
    except KeyboardInterrupt:
        return unknown(question, "interrupted", _by(budget))


def _unrolled(question: Question, budget: Budget) -> Verdict:
    runs = Unrolling(question.machine, question.target)
    while True:
        budget.progress(f"Spacer says that it is reached; looking for the run at depth {runs.depth}")
        found = runs.reach(budget.left())
        if isinstance(found, Trace):
            return reached(question, found, _by(budget))
        if isinstance(found, GaveUp):
            why = f"Spacer says that it is reached, and no run of up to {runs.depth - 1} steps does: {found.why}"
            return unknown(question, why, _by(budget, runs.depth - 1))
        runs.extend()


def _parts(invariant: Expr) -> list[Expr]:
    return list(invariant.args) if invariant.op == "and_" else [invariant]


def _by(budget: Budget, depth: int | None = None) -> By:
    return By(NAME, budget.spent(), versions(), Scope(depth=depth))
