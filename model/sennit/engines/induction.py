"""k-induction: what is true in the first k states, and after any k states in which it is true, is always true.

Sheeran, Singh and Stalmarck, "Checking safety properties using induction and a SAT-solver", FMCAD 2000. The formulas
are made in lower/obligations.py, where whoever re-checks the certificate makes them again. Limits, by weight: it finds
no invariant, so most claims need the lemmas that their author names; each k costs more than the one before.
"""

from __future__ import annotations

from sennit.budget import Budget
from sennit.claim import Question
from sennit.expr import not_
from sennit.lower import obligations
from sennit.lower.solver import GaveUp, Model, solve, solve_each, versions
from sennit.notation import show_value
from sennit.verdict import By, Inductive, Verdict, reached, unknown, unreachable

NAME = "induction"
_DEEPEST = 10  # k, where the budget names no depth


def check(question: Question, budget: Budget) -> Verdict:
    """HOLDS or NEVER by k-induction with the claim's lemmas; FAILS or SEEN by a run of less than k steps; UNKNOWN.

    With k = 1 a theorem is proved, or refuted by its constants.
    """
    machine, invariant = question.machine, not_(question.target)
    deepest = _DEEPEST if budget.depth is None else max(1, budget.depth)
    for k in range(1, deepest + 1):
        budget.progress(f"k = {k}")
        first = obligations.base(machine, invariant, k)[-1]
        found = solve(first.formulas, budget.left(), obligations.copies(machine, k - 1))
        if isinstance(found, Model):
            return reached(question, obligations.trace(machine, found.values, k - 1), _by(question, budget))
        if isinstance(found, GaveUp):
            return unknown(question, f"{first.name}, k = {k}: {found.why}", _by(question, budget))
        failed = _step(question, budget, k)
        if failed is None:
            return unreachable(question, Inductive(invariant, k), _by(question, budget))
        why, hopeless = failed
        if hopeless or k == deepest:
            break
    return unknown(question, why, _by(question, budget))


def _step(question: Question, budget: Budget, k: int) -> tuple[str, bool] | None:
    """None where the step is proved; else why not, and whether greater k are hopeless."""
    machine, lemmas = question.machine, [lemma.goal for lemma in question.lemmas]
    todo = obligations.step(machine, not_(question.target), k, lemmas)
    outcomes = solve_each([one.formulas for one in todo], budget.left, obligations.copies(machine, k - 1))
    for one, outcome in zip(todo, outcomes, strict=True):
        if isinstance(outcome, GaveUp):
            return f"{one.name}, k = {k}: {outcome.why}", True
        if isinstance(outcome, Model):
            values = obligations.state(machine, outcome.values, k - 1)
            shown = ", ".join(f"{v.name}={show_value(x)}" for v, x in zip(machine.variables, values, strict=True))
            after = "" if k == 1 else f" after {k - 1} steps in which it is true"
            return f"not {k}-inductive: not {one.name} in the state {shown}{after}, which may be unreachable", False
    return None


def _by(question: Question, budget: Budget) -> By:
    leans = tuple(lemma.id for lemma in question.lemmas)
    return By(NAME, budget.spent(), versions(), leans=leans)
