"""The few of inductive clauses that suffice, and the proof that they make.

What a SAT solver says decides only which clauses are tried: `proved` has the certificate re-checked from the machine's
formulas by two other solvers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from sennit import certificate
from sennit.budget import Budget
from sennit.claim import Question
from sennit.expr import Expr, and_, order
from sennit.lower import obligations
from sennit.lower.atoms import Clause
from sennit.lower.cnf import Sat
from sennit.lower.solver import Unsatisfiable, solve
from sennit.lower.steps import Steps
from sennit.verdict import By, Inductive, Verdict, unknown, unreachable

_PRUNED = 80  # clauses up to which each is tried to be left out
_PRUNING = 2.0  # seconds at most for that
_OBLIGATION = 20.0  # seconds for one solver on one obligation of the proof


def sufficient(steps: Steps, clauses: Sequence[Clause], budget: Budget) -> list[Clause] | None:
    """Few of the clauses that still are inductive and exclude the target; None where not even all exclude it.

    The clauses are inductive together. Raises OutOfTime.
    """
    proof = _Proof(steps, clauses, budget)
    needed = proof.supports(range(len(clauses)), [steps.target])
    if needed is None:
        return None
    todo = list(needed)
    while todo:
        goal = [steps.moves, *(-x for x in steps.behind(clauses[todo.pop()]))]
        if proof.supports(needed, goal) is None:
            more = proof.supports(range(len(clauses)), goal, known=needed)
            assert more is not None, "the clauses are inductive"
            new = [i for i in more if i not in needed]
            needed += new
            todo += new
    until = min(_PRUNING, budget.left() / 4) + time.monotonic()
    if len(needed) <= _PRUNED:
        for i in sorted(needed, key=lambda i: -len(clauses[i])):
            if i in needed and time.monotonic() < until:
                fewer = proof.closed([j for j in needed if j != i])
                needed = fewer if proof.supports(fewer, [steps.target]) is not None else needed
    proof.solver.close()
    return [clauses[i] for i in sorted(needed)]


def proved(question: Question, invariant: Sequence[Expr], by: By, budget: Budget) -> Verdict:
    """HOLDS or NEVER on the invariant, once its three obligations are re-checked; else UNKNOWN with what was not.

    Raises Disagreement where the solvers that re-check it contradict each other.
    """
    budget.progress(f"re-checking an invariant of {len(invariant)} parts")
    evidence = Inductive(and_(*invariant), 1)
    checked = certificate.recheck(question, evidence, seconds=_OBLIGATION, left=budget.left)
    by = replace(by, seconds=budget.spent())
    if not checked.ok:
        return unknown(question, f"an invariant was found, and did not pass its check: {checked.reason}", by)
    return replace(unreachable(question, evidence, by), why=checked.reason, seconded=not checked.one_solver)


def thinned(question: Question, parts: Sequence[Expr], left: Callable[[], float]) -> list[Expr]:
    """Those parts of an inductive invariant that are still one that excludes the target, tried out with Z3 for a while.

    Where the parts are no such invariant, all of them.
    """
    until = time.monotonic() + min(_PRUNING, left() / 4)
    kept = list(parts)
    for part in sorted(parts, key=lambda part: -len(order(part))):
        fewer = [other for other in kept if other is not part]
        if time.monotonic() < until and _enough(question, and_(*fewer), lambda: until - time.monotonic()):
            kept = fewer
    return kept


def _enough(question: Question, invariant: Expr, left: Callable[[], float]) -> bool:
    """Whether Z3 says that the formula is inductive and excludes the target."""
    todo: list[tuple[Expr, ...]] = [(invariant, question.target)]
    todo += [o.formulas for o in obligations.base(question.machine, invariant, 1)]
    todo += [o.formulas for o in obligations.step(question.machine, invariant, 1)]
    return all(isinstance(solve(formulas, left()), Unsatisfiable) for formulas in todo)


class _Proof:
    """Which clauses a consequence needs."""

    def __init__(self, steps: Steps, clauses: Sequence[Clause], budget: Budget) -> None:
        self.steps, self.clauses, self.solver = steps, clauses, Sat(budget)
        self.solver.add(steps.bits.clauses)
        self._first = steps.bits.variables + 1
        for i, clause in enumerate(clauses):
            self.solver.add([(-(self._first + i), *steps.before(clause))])

    def supports(self, among: Sequence[int], goal: Sequence[int], known: Sequence[int] = ()) -> list[int] | None:
        """Few of these clauses with which the goal cannot be, those `known` for nothing; None where all are too few."""
        assumed = [self._first + i for i in dict.fromkeys([*known, *among])]
        if not self.solver.ask([*goal, *assumed]):
            core = self.solver.core()
            few = [i for i in among if self._first + i in core]
            for i in [i for i in few if i not in known]:
                fewer = [j for j in few if j != i]
                if i in few and not self.solver.ask(
                    [*goal, *(self._first + j for j in dict.fromkeys([*known, *fewer]))]
                ):
                    core = self.solver.core()
                    few = [j for j in fewer if self._first + j in core]
            return few
        return None

    def closed(self, among: list[int]) -> list[int]:
        """The largest inductive set among these; all are true initially."""
        while True:
            assumed = [self.steps.moves, *(self._first + j for j in among)]
            broken = {i: [-x for x in self.steps.behind(self.clauses[i])] for i in among}
            kept = [i for i in among if not self.solver.ask([*assumed, *broken[i]])]
            if len(kept) == len(among):
                return kept
            among = kept
