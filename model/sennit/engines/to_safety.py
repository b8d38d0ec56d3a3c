"""Whole runs without looking at every state: as claims on states, by IC3.

A run that goes round is made one that reaches a state, where it is again what it was when it noted where it was
(lower/loops.py: Biere, Artho and Schuppan, FMICS 2002). What no run reaches is proved by an inductive invariant of that
machine, which two solvers re-check (lower/frames.py). Limits, by weight: domains without end are outside the fragment;
each variable is there twice, and an invariant relates the two; every action that is treated fairly takes a bit or two.
"""

from __future__ import annotations

from sennit.budget import Budget, OutOfTime
from sennit.claim import Question
from sennit.errors import Misuse
from sennit.lower import cnf
from sennit.lower.atoms import complete
from sennit.lower.frames import Frames, search
from sennit.lower.inductive import proved
from sennit.lower.loops import as_states, lasso, reach
from sennit.lower.steps import steps
from sennit.trace import Trace
from sennit.verdict import By, Scope, Verdict, bounded, reached, unknown

NAME = "to_safety"


def check(question: Question, budget: Budget) -> Verdict:
    """HOLDS by an invariant of the machine that looks for loops; FAILS by a lasso; BOUNDED by the loops ruled out."""
    frames: Frames | None = None
    try:
        states = as_states(question)
        frames = Frames(steps(states.machine, states.target, complete(states.machine), budget), budget)
        found = search(frames)
        if isinstance(found, Trace):
            return reached(question, lasso(found, question), _by(budget))
        return proved(question, found, _by(budget), budget)
    except Misuse as error:
        return unknown(question, f"outside the fragment: {error}", _by(budget))
    except KeyboardInterrupt:
        return unknown(question, f"interrupted, {frames.reach if frames else 'before the first frame'}", _by(budget))
    except OutOfTime:
        return _stopped(question, frames, budget)


def _stopped(question: Question, frames: Frames | None, budget: Budget) -> Verdict:
    why = f"the {budget.seconds:g} s are used up, {frames.reach if frames else 'before the first frame'}"
    depth = None if frames is None else reach(question, frames.last - 1)  # the last frame is not clear of the target
    if depth is None:
        return unknown(question, why, _by(budget))
    return bounded(question, depth, f"no longer run that repeats itself was looked at; {why}", _by(budget))


def _by(budget: Budget) -> By:
    return By(NAME, budget.spent(), cnf.versions(), Scope())
