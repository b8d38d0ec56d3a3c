"""Proofs for every size: what is true initially, and kept by every step of an instance of any size, is always true.

Each obligation is a formula about Sorts without a size that must have no solution; where no Sort depends on itself
(lower/fragment.py) Z3 decides it, and elsewhere it may. A counterexample to induction is looked for at small sizes, and
then a run to it: one that is found refutes the claim by an instance. Limits, by weight: it finds no invariant, so the
author names the lemmas; an obligation that alternates quantifiers on one Sort may get no answer; what fails at large
sizes alone stays open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sennit.budget import Budget
from sennit.claim import Question
from sennit.errors import Misuse
from sennit.expr import Expr, and_, constant, eq, not_, variable
from sennit.lower import obligations
from sennit.lower.fragment import cycle
from sennit.lower.obligations import Obligation
from sennit.lower.smtlib import ask_cvc5, script
from sennit.lower.smtlib import versions as cvc5_versions
from sennit.lower.solver import GaveUp, Model, Outcome, Unsatisfiable, disprove_each, solve, solve_each, versions
from sennit.lower.unrolling import Unrolling
from sennit.machine import starting
from sennit.notation import show_value
from sennit.rewrite import grounded, sized
from sennit.sort import ArraySort, BoolSort, Sort, Value
from sennit.trace import Trace
from sennit.verdict import By, Inductive, Verdict, reached, unknown, unreachable

NAME = "everysize"
_SIZES = (1, 2, 3)  # at which instances are looked at
_STEPS = 12  # of runs of an instance to a violation, where the budget names no depth
_SECOND = 10.0  # seconds that cvc5 gets for what Z3 leaves open


def check(question: Question, budget: Budget) -> Verdict:
    """HOLDS by induction with the claim's lemmas, FAILS by a run of an instance, UNKNOWN."""
    if not question.every_size:
        return unknown(question, "this engine proves for every size, and here all sizes are given", By(NAME))
    try:
        return _checked(question, budget)
    except _Stopped as stopped:
        return unknown(question, str(stopped), _by(question, budget))


class _Stopped(Exception):  # noqa: N818  # the sentence reads so
    """The time is up, or somebody wants it to end; the message says what was going on."""


def _checked(question: Question, budget: Budget) -> Verdict:
    instances = list(_instances(question))
    for instance in instances:
        budget.progress(f"reading {instance.id}")
        differs = _difference(question, instance, budget)
        if differs:
            return unknown(question, differs, _by(question, budget))
    if not any(isinstance(_solved([i.machine.initial], budget, f"starting {i.id}"), Model) for i in instances):
        why = f"no instance of up to {_SIZES[-1]} members has an initial state: its axioms may be true of nothing"
        return unknown(question, why, _by(question, budget))
    for todo in _obligations(question):
        budget.progress(todo.name)
        why = _not_shown(todo, budget)
        if why:
            return _refuted(question, instances, budget) or unknown(
                question, _why(question, todo, why, instances, budget), _by(question, budget)
            )
    return unreachable(question, Inductive(not_(question.target), 1), _by(question, budget))


def _obligations(question: Question) -> list[Obligation]:
    machine, invariant = question.machine, not_(question.target)
    lemmas = [lemma.goal for lemma in question.lemmas]
    return [*obligations.base(machine, invariant, 1), *obligations.step(machine, invariant, 1, lemmas)]


def _not_shown(todo: Obligation, budget: Budget) -> str:
    """Why the obligation is not discharged; empty if it is."""
    (found,) = disprove_each([todo.formulas], lambda: budget.left() * 0.5)
    if isinstance(found, Unsatisfiable):
        return ""
    if isinstance(found, GaveUp):
        if not budget.over() and ask_cvc5(script(todo.formulas), min(_SECOND, budget.left() * 0.5)) == "unsat":
            return ""
        return _or_stop(found, budget, f"showing that the claim is {todo.name}").why
    return "z3 finds it false"


def _is_sure(formulas: Sequence[Expr], budget: Budget, doing: str) -> bool:
    """Whether all are shown to be true of everything. Raises _Stopped."""
    return isinstance(_solved([not_(and_(*formulas))], budget, doing), Unsatisfiable)


def _solved(formulas: Sequence[Expr], budget: Budget, doing: str) -> Outcome:
    """Whether formulas hold together, in a part of the time that is left. Raises _Stopped."""
    found = solve(formulas, budget.left() * 0.3)
    return _or_stop(found, budget, doing) if isinstance(found, GaveUp) else found


def _or_stop(found: GaveUp, budget: Budget, doing: str) -> GaveUp:
    """The same, where there is time to go on. Raises _Stopped."""
    if budget.over() or found.why == "interrupted":
        raise _Stopped(f"it stopped {doing}: {found.why}")
    return found


# -- instances --------------------------------------------------------------------------------------------------------


def _instances(question: Question) -> Iterator[Question]:
    """The question at small sizes, those left out at which the System has no meaning."""
    for size in _SIZES:
        try:
            yield question.instance(dict.fromkeys(question.machine.sorts, size))
        except Misuse:
            continue


def _difference(question: Question, instance: Question, budget: Budget) -> str:
    """What the specification says at a size and not for every size; empty where it says the same.

    A proof speaks of instances only if reading the specification at a size gives what is proved, at that size.
    """
    sizes = {name: dict(instance.machine.settings)[name] for name in question.machine.sorts}
    general, special = question.machine, instance.machine
    if any(sized(v.sort, sizes) != w.sort for v, w in zip(general.variables, special.variables, strict=True)):
        return "its variables have other sorts at a size than for every size: write them without sizes"
    pairs = [("the claim", question.goal, instance.goal), ("axioms()", general.axiom, special.axiom)]
    pairs.append(("initially()", general.constraint, special.constraint))
    pairs += [(f"the claim {a.id}", a.goal, b.goal) for a, b in zip(question.lemmas, instance.lemmas, strict=True)]
    for a, b in zip(general.rules, special.rules, strict=True):
        if [name for name, _ in a.updates] != [name for name, _ in b.updates]:
            return f"the rule {a.name} assigns other variables at a size than for every size"
        pairs.append((f"the guard of {a.name}", a.guard, b.guard))
        changed = zip(a.updates, b.updates, strict=True)
        pairs += [(f"what {a.name} assigns to {name}", one, other) for (name, one), (_, other) in changed]
    for v, w in zip(general.variables, special.variables, strict=True):
        # Where it is None, an instance may well start with one value of those that are allowed.
        if v.start is not None:
            start = constant(w.start, w.sort) if w.start is not None else variable(w.name, w.sort)
            pairs.append((f"the first value of {v.name}", starting(v, v.start), eq(variable(w.name, w.sort), start)))
    meant = [(what, grounded(one, sizes), other) for what, one, other in pairs]
    open_ones = [(what, eq(one, other)) for what, one, other in meant if one is not other]
    if not open_ones or _is_sure([same for _, same in open_ones], budget, f"reading {instance.id}"):
        return ""
    for what, same in open_ones:
        if not _is_sure([same], budget, f"reading {what}"):
            return f"{what} is not shown to say at {_named(sizes)} what it says for every size: write it without sizes"
    return ""


def _refuted(question: Question, instances: Sequence[Question], budget: Budget) -> Verdict | None:
    """FAILS, where a run of an instance violates the claim."""
    deepest = _STEPS if budget.depth is None else budget.depth
    for number, instance in enumerate(instances):
        share = budget.left() / (2 * (len(instances) - number))
        until = budget.left() - share
        runs = Unrolling(instance.machine, instance.target)
        while budget.left() > until or until == float("inf"):
            budget.progress(f"{instance.id}, depth {runs.depth}")
            found = runs.reach(max(0.0, budget.left() - until) if until != float("inf") else until)
            if isinstance(found, Trace):
                return reached(question, found, _by(question, budget), instance)
            if isinstance(found, GaveUp) or runs.depth == deepest:
                if isinstance(found, GaveUp):
                    _or_stop(found, budget, f"looking for a run of {instance.id}")
                break
            runs.extend()
    return None


def _why(question: Question, todo: Obligation, why: str, instances: Sequence[Question], budget: Budget) -> str:
    """The obligation that is open, a small instance where it is false, or the quantifiers that may be why."""
    reason = f"not {todo.name} for every size: {why}"
    for instance in instances:
        sizes = {name: dict(instance.machine.settings)[name] for name in question.machine.sorts}
        formulas = [grounded(formula, sizes) for formula in todo.formulas]
        copies = obligations.copies(instance.machine, 0)
        found = next(solve_each([formulas], lambda: budget.left() * 0.3, copies))
        if isinstance(found, Model):
            state = obligations.state(instance.machine, found.values, 0)
            pairs = zip(instance.machine.variables, state, strict=True)
            shown = ", ".join(f"{v.name} = {_shown(v.sort, value)}" for v, value in pairs)
            universe = ", ".join(f"{n} = {{{', '.join(map(str, range(size)))}}}" for n, size in sizes.items())
            return f"not {todo.name}: with {universe} see {shown}, which may be unreachable: a lemma may be missing"
    alternation = cycle(todo.formulas)
    if alternation:
        return f"{reason}; outside the decidable fragment, {alternation}: carry it by a relation of its own"
    return f"{reason}, though at sizes up to {_SIZES[-1]} it is true"


def _shown(sort: Sort, value: Value) -> str:
    """A value; of a relation, the tuples that it holds of."""
    if not (isinstance(sort, ArraySort) and isinstance(sort.cell, BoolSort) and isinstance(value, tuple)):
        return show_value(value)
    places: list[tuple[int, ...]] = [()]
    for dim in sort.dims:
        places = [(*place, i) for place in places for i in range(dim)]
    true = [place for place, cell in zip(places, value, strict=True) if cell]
    return f"{{{', '.join(str(p[0]) if len(p) == 1 else str(p) for p in true)}}}"


def _named(sizes: dict[str, int]) -> str:
    return ", ".join(f"{name}={size}" for name, size in sizes.items())


def _by(question: Question, budget: Budget) -> By:
    leans = tuple(lemma.id for lemma in question.lemmas)
    return By(NAME, budget.spent(), (*versions(), *cvc5_versions()), leans=leans)
