"""Z3: whether formulas can hold together, and models that the reference meaning has confirmed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import z3

from sennit.errors import Misuse
from sennit.expr import Expr, evaluate, free, order
from sennit.lower.terms import Irrational, Term, Terms, width_of
from sennit.notation import notation, show_value
from sennit.sort import Sort, Value, without_size
from sennit.values import Values

_LATE = 0.3  # seconds past its time after which Z3 is interrupted: it looks at its clock now and then


class WrongModel(AssertionError):  # noqa: N818  # the sentence reads so
    """Z3 gave a model that the reference meaning refuses: Z3 is wrong, or the lowering is."""


@dataclass(frozen=True)
class Model:
    """Values under which all formulas are true, by the reference meaning."""

    values: Mapping[str, Value]


@dataclass(frozen=True)
class Unsatisfiable:
    """Z3 says that the formulas are never true together."""


@dataclass(frozen=True)
class Satisfiable:
    """Z3 says that the formulas are true together at some size, which nothing has confirmed."""


@dataclass(frozen=True)
class GaveUp:
    """No answer, and why."""

    why: str


Outcome: TypeAlias = Model | Unsatisfiable | GaveUp
Disproof: TypeAlias = Unsatisfiable | Satisfiable | GaveUp


def solve(formulas: Sequence[Expr], seconds: float, variables: Mapping[str, Sort] | None = None) -> Outcome:
    """Whether Bool formulas can be true together, each free variable within its sort.

    A model also names the `variables` that no formula mentions. Raises WrongModel if Z3's model is none.
    """
    return next(solve_each([formulas], lambda: seconds, variables))


def disprove_each(problems: Sequence[Sequence[Expr]], left: Callable[[], float]) -> Iterator[Disproof]:
    """For each problem about Sorts without a size, whether its formulas are never true together, whatever the sizes.

    No model is read: an instance of a given size shows more, and is what `solve` finds.
    """
    for problem in problems:
        sorts = {name: sort for formula in problem for name, sort in free(formula).items()}
        terms = Terms(None)
        env = {name: terms.fresh(name, sort) for name, sort in sorts.items()}
        memo: dict[Expr, Term] = {}
        ranges = [condition for name, sort in sorts.items() for condition in terms.within(env[name], sort)]
        why = ask(terms.solver([*ranges, *(evaluate(f, env, terms, memo) for f in problem)]), left())
        yield Satisfiable() if why is None else why


def solve_each(
    problems: Sequence[Sequence[Expr]], left: Callable[[], float], variables: Mapping[str, Sort] | None = None
) -> Iterator[Outcome]:
    """`solve` for each problem in turn, in the seconds that are `left`; what all have in common is stated once."""
    if not problems:
        return
    seen: dict[Expr, bool] = {}
    for problem in problems:
        for formula in problem:
            seen |= dict.fromkeys(order(formula, seen), True)
    sorts = {str(node.data): node.sort for node in seen if node.op == "variable"} | dict(variables or {})
    if open_ := [name for sort in sorts.values() for name in without_size(sort)]:
        raise Misuse(f"a model needs a size of {open_[0]}: ask at a size, as in at({open_[0]}=3)")
    terms = Terms(width_of(seen, sorts.values()))
    env = {name: terms.fresh(name, sort) for name, sort in sorts.items()}
    memo: dict[Expr, Term] = {}
    ranges = [condition for name, sort in sorts.items() for condition in terms.within(env[name], sort)]
    common, own = _shared(problems)
    premises = [*ranges, *(evaluate(formula, env, terms, memo) for formula in common)]
    kept = None if terms.width is None else terms.solver(premises)
    for problem, rest in zip(problems, own, strict=True):
        conditions = [evaluate(formula, env, terms, memo) for formula in rest]
        if kept is None:  # on numbers without end, a fresh solver may use tactics that an old one may not
            solver = terms.solver([*premises, *conditions])
        else:
            solver = kept
            solver.push()
            terms.state(solver, conditions)
        why = ask(solver, left())
        yield _model(terms, solver.model(), env, sorts, problem) if why is None else why
        if kept is not None:
            solver.pop()


def ask(solver: Term, seconds: float, *assumptions: Term) -> Unsatisfiable | GaveUp | None:
    """One check within `seconds`: None where there is a model. Ctrl-C ends the check, with GaveUp."""
    if seconds <= 0:
        return GaveUp("no time was left")
    # Z3 would keep the signal to itself, and others here want to hear of it. It counts milliseconds in 32 bits, and the
    # last number means no limit.
    limit = {"timeout": max(1, int(seconds * 1000))} if seconds < 4_000_000 else {}
    solver.set(ctrl_c=False, **limit)
    try:
        answer = _checked(solver, seconds, assumptions)
        reason = solver.reason_unknown() if answer == z3.unknown else ""
    except KeyboardInterrupt:
        return GaveUp("interrupted")
    except z3.Z3Exception as error:
        return GaveUp(f"z3 stopped: {error}")
    if answer == z3.unknown:
        late = reason in ("timeout", "canceled") or "interrupted" in reason
        return GaveUp("z3 gave no answer in time" if late else f"z3 gave up: {reason}")
    return None if answer == z3.sat else Unsatisfiable()


def _checked(solver: Term, seconds: float, assumptions: Sequence[Term]) -> Term:
    """What Z3 answers, in a thread of its own, so that this one hears of signals meanwhile, and ends it past its time.

    What a signal raises here ends the check, too.
    """
    if threading.current_thread() is not threading.main_thread():
        return solver.check(*assumptions)
    found: list[Term] = []
    over = threading.Event()

    def check() -> None:
        try:
            found.append(solver.check(*assumptions))
        except z3.Z3Exception as error:
            found.append(error)
        over.set()

    threading.Thread(target=check, daemon=True).start()
    try:
        over.wait(min(seconds + _LATE, threading.TIMEOUT_MAX))
    finally:
        while not _ended(over, solver):
            pass
    if isinstance(found[0], z3.Z3Exception):
        raise found[0]
    return found[0]


def _ended(over: threading.Event, solver: Term) -> bool:
    """Whether the check has ended; tells it to, as often as it takes, for what has not begun hears of no interrupt.

    Nothing may be done with Z3 meanwhile, whatever else is raised here. A `join` would not do: one that is interrupted
    takes its thread for dead.
    """
    try:
        while not over.is_set():
            solver.ctx.interrupt()
            over.wait(0.02)
    except KeyboardInterrupt:
        return False
    return True


def ask_text(text: str, seconds: float, seed: int = 0) -> str:
    """What Z3 answers to one `(check-sat)` in SMT-LIB: sat, unsat, or unknown."""
    solver = z3.Solver()
    solver.set("timeout", max(1, int(min(seconds, 1e6) * 1000)))
    solver.set("random_seed", seed)
    solver.from_string(text)
    return str(solver.check())


def versions() -> tuple[tuple[str, str], ...]:
    """What a verdict names."""
    return (("z3", z3.get_version_string()),)


def _shared(problems: Sequence[Sequence[Expr]]) -> tuple[list[Expr], list[list[Expr]]]:
    sets = [dict.fromkeys(problem) for problem in problems]
    common = [formula for formula in sets[0] if all(formula in other for other in sets)]
    kept = dict.fromkeys(common)
    return common, [[formula for formula in problem if formula not in kept] for problem in sets]


def _model(
    terms: Terms, model: Term, env: Mapping[str, Term], sorts: Mapping[str, Sort], about: Sequence[Expr]
) -> Model | GaveUp:
    try:
        values = {name: terms.value(model, env[name], sort) for name, sort in sorts.items()}
    except Irrational as error:
        return GaveUp(str(error))
    for formula in about:
        if evaluate(formula, values, Values()) is not True:
            shown = ", ".join(f"{name}={show_value(value)}" for name, value in values.items())
            raise WrongModel(f"z3 says that {notation(formula)} is true where {shown}, and it is not")
    return Model(values)
