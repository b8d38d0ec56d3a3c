"""Clauses true of a sample of reachable states, filtered to those that every step keeps.

Houdini: Flanagan and Leino, "Houdini, an annotation assistant for ESC/Java", FME 2001. Candidates are all clauses of
up to three atoms (lower/atoms.py) that no state of the sample refutes (lower/sampling.py); the largest inductive set
among them does not depend on the sample, which only saves work. Limits, by weight: what needs a clause of four atoms,
or an atom that is no comparison of one cell or of two numbers, is not found; machines whose domains have no end are
outside the fragment; thousands of instances are slow.
"""

from __future__ import annotations

from sennit.budget import Budget, OutOfTime
from sennit.claim import Question
from sennit.errors import Misuse
from sennit.lower import cnf
from sennit.lower.atoms import rich
from sennit.lower.houdini import largest
from sennit.lower.inductive import proved, sufficient
from sennit.lower.sampling import Sample
from sennit.lower.steps import steps
from sennit.verdict import By, Scope, Verdict, reached, unknown

NAME = "mining"
_ATOMS = 240
_ONWARD = 60  # states that are tried after one that refutes a candidate


def check(question: Question, budget: Budget) -> Verdict:
    """HOLDS or NEVER by an invariant that two solvers have re-checked; FAILS or SEEN where the sample meets it."""
    machine, sample, tried = question.machine, None, ""
    try:
        if not machine.finite:
            return unknown(question, "outside the fragment: not all domains are finite", _by(budget, sample))
        encoded = steps(machine, question.target, rich(machine, _ATOMS), budget)
        sample = Sample(machine, question.target, budget)
        trace = sample.run(encoded)
        if trace is not None:
            return reached(question, trace, _by(budget, sample))
        for longest in (2, 3):
            kept = largest(encoded, sample.states(), longest, sample.onward(_ONWARD), budget)
            tried = f"{len(kept):,} clauses of up to {longest} atoms are inductive, and do not exclude it"
            if (few := sufficient(encoded, kept, budget)) is not None:
                formulas = encoded.vocabulary.formulas()
                invariant = [encoded.vocabulary.clause(clause, formulas) for clause in few]
                return proved(question, invariant, _by(budget, sample), budget)
        return unknown(question, tried, _by(budget, sample))
    except Misuse as error:
        return unknown(question, f"outside the fragment: {error}", _by(budget, sample))
    except (OutOfTime, KeyboardInterrupt) as error:
        why = "interrupted" if isinstance(error, KeyboardInterrupt) else f"the {budget.seconds:g} s are used up"
        drawn = 0 if sample is None else len(sample.parents)
        return unknown(
            question, f"{tried or f'no invariant was found in {drawn:,} states'}; {why}", _by(budget, sample)
        )


def _by(budget: Budget, sample: Sample | None) -> By:
    return By(NAME, budget.spent(), cnf.versions(), Scope(states=len(sample.parents) if sample is not None else None))
