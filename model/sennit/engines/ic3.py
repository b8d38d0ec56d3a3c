"""IC3: frames of clauses, each an overapproximation of what so many steps reach, until one is inductive.

The algorithm, and the papers, are in lower/frames.py. Limits, by weight: domains without end are outside the fragment;
an invariant that needs very many clauses over single cells (sums, orders between numbers) is not found in time; a
counterexample that is deep takes as many frames.
"""

from __future__ import annotations

from sennit.budget import Budget, OutOfTime
from sennit.claim import Question
from sennit.errors import Misuse
from sennit.lower import cnf
from sennit.lower.atoms import complete
from sennit.lower.frames import Frames, search
from sennit.lower.inductive import proved
from sennit.lower.steps import steps
from sennit.trace import Trace
from sennit.verdict import By, Scope, Verdict, reached, unknown

NAME = "ic3"


def check(question: Question, budget: Budget) -> Verdict:
    """HOLDS or NEVER by an invariant that two solvers have re-checked; FAILS or SEEN by a trace that replays."""
    frames: Frames | None = None
    try:
        if not question.machine.finite:
            return unknown(question, "outside the fragment: not all domains are finite", _by(budget, frames))
        frames = Frames(steps(question.machine, question.target, complete(question.machine), budget), budget)
        found = search(frames)
        if isinstance(found, Trace):
            return reached(question, found, _by(budget, frames))
        return proved(question, found, _by(budget, frames), budget)
    except Misuse as error:
        return unknown(question, f"outside the fragment: {error}", _by(budget, frames))
    except (OutOfTime, KeyboardInterrupt) as error:
        why = "interrupted" if isinstance(error, KeyboardInterrupt) else f"the {budget.seconds:g} s are used up"
        return unknown(question, f"{why}, {frames.reach if frames else 'before the first frame'}", _by(budget, frames))


def _by(budget: Budget, frames: Frames | None) -> By:
    return By(NAME, budget.spent(), cnf.versions(), Scope(depth=frames.last if frames is not None else None))
