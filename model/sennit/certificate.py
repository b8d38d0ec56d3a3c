"""Re-checks the evidence behind HOLDS and NEVER from the machine's formulas alone; it knows no engine.

A closed set is gone through again on the reference semantics, for claims on whole runs in search of a fair one that
avoids the goal (fair_runs.py). For an inductive invariant every obligation is made anew and given to two solvers, for
claims on whole runs about the machine that looks for loops (lower/loops.py), made anew as well. Stored solver text, and
how an engine found what it found, play no part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sennit.canonical import value_from_data
from sennit.claim import Kind, Question
from sennit.errors import Misuse
from sennit.expr import Expr, constant, is_false, not_, order
from sennit.fair_runs import Steps, avoided
from sennit.ledger import Disagreement
from sennit.lower import obligations
from sennit.lower.loops import as_states
from sennit.lower.obligations import Obligation
from sennit.lower.smtlib import ask_cvc5_apart, open_sorts, script
from sennit.lower.solver import Disproof, GaveUp, Model, Satisfiable, Unsatisfiable, disprove_each, solve
from sennit.machine import Machine, State
from sennit.notation import show_value
from sennit.orbits import least, within_reach
from sennit.rewrite import substitute
from sennit.sort import BOOL, ArraySort, FunctionSort, MemberSort, Value, kind, values
from sennit.symmetry import Symmetry, apart, invariant, noticed
from sennit.verdict import Certificate, ClosedSet, Inductive, Verdict

_MOST_STARTS = 5_000_000  # values of variables that may start anywhere, tried to find the initial states
_DEEPEST = 1_000  # k; each is an obligation of its own


@dataclass(frozen=True)
class Recheck:
    """Whether a certificate establishes what it is said to.

    `checked` says what was found true, `reason` what was not; `one_solver` that some obligation was discharged by one
    solver alone; `rerun` that the certificate lists nothing, and only another run of an engine re-checks it.
    """

    ok: bool
    checked: tuple[str, ...] = ()
    reason: str = ""
    one_solver: bool = False
    rerun: bool = False


def recheck(
    question: Question,
    certificate: Certificate,
    lemmas: Sequence[Question] = (),
    *,
    seconds: float = 60.0,
    left: Callable[[], float] = lambda: math.inf,
) -> Recheck:
    """Whether the certificate shows that the claim holds, granted the `lemmas`: no reachable state is in the target.

    `seconds` is the time of one solver for one obligation, `left` tells what is left for all of them. Raises
    Disagreement where the solvers contradict each other, Misuse for a lemma that is no `always` claim of the same
    machine.
    """
    for lemma in lemmas:
        if lemma.kind is not Kind.ALWAYS or lemma.machine.digest != question.machine.digest:
            raise Misuse(f"{lemma.id} is no lemma for {question.id}: a lemma is an `always` claim of the same machine")
    try:
        if isinstance(certificate, Inductive):
            return _inductive(question, certificate, [lemma.goal for lemma in lemmas], lambda: min(seconds, left()))
        return _closed_set(question, certificate)
    except Refuted as error:
        return Recheck(ok=False, reason=str(error))


class SolversDisagree(Disagreement):
    """One solver says that a text can be satisfied, the other that it cannot."""

    def __init__(self, obligation: str, text: str, z3: str, cvc5: str) -> None:
        super().__init__(f"z3 says {z3} and cvc5 says {cvc5} to whether the invariant is {obligation}:\n{text}")
        self.obligation, self.text, self.z3, self.cvc5 = obligation, text, z3, cvc5


def obligations_of(verdict: Verdict) -> list[Obligation]:
    """What has no solution if the verdict's inductive invariant is one; what is plainly so is left out."""
    certificate, question = verdict.certificate, verdict.question
    assert isinstance(certificate, Inductive), "other certificates rest on no solver"
    lemmas = [lemma.goal for lemma in question.lemmas if lemma.id in verdict.leans]
    todo = _obligations(question, certificate.invariant, certificate.k, lemmas)
    return [one for one in todo if not any(is_false(formula) for formula in one.formulas)]


def second_opinion(verdict: Verdict, left: Callable[[], float]) -> list[str]:
    """The obligations of an inductive proof that cvc5 has no answer to in the seconds that are `left`.

    Raises SolversDisagree where it finds a solution of what z3 says has none, Refuted where z3 finds one now as well:
    then the engine is wrong.
    """
    alone: list[str] = []
    for obligation in obligations_of(verdict):
        text = script(obligation.formulas)
        answer = ask_cvc5_apart(text, left()) if left() > 0 else "unknown"
        if answer == "unsat" and open_sorts(obligation.formulas, {}):  # which the engine may have from cvc5 itself
            (first,) = disprove_each([obligation.formulas], left)
            answer = "unsat" if isinstance(first, Unsatisfiable) else "unknown"
        if answer == "sat":
            _contradict(obligation, text, left())
        if answer != "unsat":
            alone.append(obligation.name)
    return alone


def _contradict(obligation: Obligation, text: str, seconds: float) -> None:
    """Raises Refuted or SolversDisagree for an obligation that cvc5 says can be satisfied."""
    if open_sorts(obligation.formulas, {}):
        (disproof,) = disprove_each([obligation.formulas], lambda: max(seconds, 1.0))
        if isinstance(disproof, Satisfiable):
            raise Refuted(f"both solvers say that its invariant is not {obligation.name} at some size")
        raise SolversDisagree(obligation.name, text, "unsat", "sat")
    found = solve(obligation.formulas, max(seconds, 1.0))
    if isinstance(found, Model):
        raise Refuted(f"both solvers say that its invariant is not {obligation.name}: see {_solution(found)}")
    raise SolversDisagree(obligation.name, text, "unsat", "sat")


def _solution(model: Model) -> str:
    return ", ".join(f"{name}={show_value(value)}" for name, value in model.values.items())


class Refuted(Exception):  # noqa: N818  # the sentence reads so
    """The certificate does not show what it is said to; the message says where it fails."""


# -- closed sets ------------------------------------------------------------------------------------------------------


def _closed_set(question: Question, certificate: ClosedSet) -> Recheck:
    machine, claimed = question.machine, certificate.count
    if question.every_size:
        raise Refuted(f"a list of states is for one size, and {', '.join(machine.sorts)} has none")
    if certificate.states is None:
        return Recheck(ok=False, reason=f"re-run evidence: of {claimed:,} states only the number is kept", rerun=True)
    listed = _listed(machine, certificate.states)
    if certificate.symmetry:
        _refuse_noticed(question, certificate.symmetry)
        listed = {least(machine, certificate.symmetry, state): None for state in listed}
    if len(listed) != claimed or len(listed) != len(certificate.states):
        lines = len(certificate.states)
        raise Refuted(f"it counts {claimed:,} states, and lists {lines:,}, of which {len(listed):,} are different")
    steps_of: Steps = {}
    starts, steps = _walk(machine, listed, certificate.symmetry, steps_of if question.live else None)
    what = _no_fair_run(question, steps_of) if question.live else _in_each(question, listed)
    return Recheck(
        ok=True,
        checked=(
            f"all {starts:,} initial states are listed",
            f"all {steps:,} steps from the {claimed:,} listed states lead to listed states",
            "each listed state is reached from an initial one",
            what,
            *_said_of_symmetry(certificate.symmetry),
        ),
    )


def _in_each(question: Question, listed: dict[State, None]) -> str:
    """What was found true of the listed states. Raises Refuted where it is not."""
    safe = not_(question.target)
    for state in listed:
        if not question.machine.holds(safe, state):
            raise Refuted(f"the state {_shown(question.machine, state)} is one that must not be reachable")
    return "what is claimed is true in each listed state"


def _no_fair_run(question: Question, steps: Steps) -> str:
    """What was found of runs through the listed states. Raises Refuted where one goes on for ever without the goal."""
    found = avoided(question, steps)
    if found.fair is not None:
        there = _shown(question.machine, found.fair[0])
        raise Refuted(f"a fair run that never comes to what is claimed can go on for ever from {there}")
    return f"in the {found.states:,} states where it is due and has not come, no fair run goes on for ever"


def _refuse_noticed(question: Question, symmetries: Sequence[Symmetry]) -> None:
    """Raises Refuted unless neither the machine nor what is claimed tells apart what is said to be exchangeable."""
    machine = question.machine
    if question.live and symmetries:
        raise Refuted("a list of states of which each stands for several says nothing of whole runs")
    for symmetry in symmetries:
        if what := noticed(machine, symmetry):
            raise Refuted(f"{symmetry.index} is not symmetric: {what} tells its members apart")
        if not invariant(machine, symmetry, question.target):
            raise Refuted(f"what is claimed tells the members of {symmetry.index} apart")
        if not within_reach(machine, symmetry):
            raise Refuted(f"{symmetry.index} has too many members to go through their orders")
    if not apart(machine, symmetries):
        raise Refuted("two symmetries move one variable")


def _said_of_symmetry(symmetries: Sequence[Symmetry]) -> list[str]:
    return [
        f"no rule and no initial value tells the members of {s.index} apart, nor does the claim: "
        "a listed state stands for all that exchanging them makes of it"
        for s in symmetries
    ]


def _listed(machine: Machine, rows: Sequence[tuple[object, ...]]) -> dict[State, None]:
    """The states, each once. Raises Refuted for a row that is no state."""
    result: dict[State, None] = {}
    for row in rows:
        if len(row) != len(machine.variables):
            raise Refuted(f"{list(row)} is no state: {machine.name} has {len(machine.variables)} variables")
        try:
            state = tuple(value_from_data(x, v.sort) for x, v in zip(row, machine.variables, strict=True))
        except Misuse as error:
            raise Refuted(f"{list(row)} is no state of {machine.name}: {error}") from error
        result[state] = None
    return result


def _walk(
    machine: Machine, listed: dict[State, None], symmetries: Sequence[Symmetry], noted: Steps | None = None
) -> tuple[int, int]:
    """How many initial states and steps there are. Raises Refuted unless they reach the listed states and no others.

    The steps from each state are kept in `noted`.
    """
    found: dict[State, None] = {}
    for start in _starts(machine):
        state = least(machine, symmetries, start)
        if state not in listed:
            raise Refuted(f"the initial state {_shown(machine, start)} is not listed")
        found[state] = None
    starts, steps, todo = len(found), 0, list(found)
    while todo:
        state = todo.pop()
        try:
            moves = list(machine.moves(state))
            if noted is not None:
                noted[state] = moves
            for rule, args, next_ in moves:
                steps += 1
                after = least(machine, symmetries, next_)
                if after not in listed:
                    move = f"{rule.name}({', '.join(map(show_value, args))})"
                    raise Refuted(f"{move} leads from {_shown(machine, state)} to a state that is not listed")
                if after not in found:
                    found[after] = None
                    todo.append(after)
        except Misuse as error:  # a parameter without end
            raise Refuted(f"no list of states can be closed: {error}") from error
    if len(found) < len(listed):
        odd = next(state for state in listed if state not in found)
        raise Refuted(f"no run reaches the state {_shown(machine, odd)}, which is listed")
    return starts, steps


def _starts(machine: Machine) -> Iterator[State]:
    """All initial states, by the reference. Raises Refuted where they cannot be gone through."""
    fixed = {v.name: constant(v.start, v.sort) for v in machine.variables if v.start is not None}
    first: dict[str, Value] = {v.name: v.start for v in machine.variables if v.start is not None}
    free = [v for v in machine.variables if v.start is None]
    found = [(first, substitute(machine.constraint, fixed))]
    tried = 0
    for v in free:
        longer: list[tuple[dict[str, Value], Expr]] = []
        for chosen, constraint in found:
            for value in _values(machine, v.name):
                tried += 1
                if tried > _MOST_STARTS:
                    raise Refuted(f"{machine.name} has too many initial states to go through")
                rest = substitute(constraint, {v.name: constant(value, v.sort)})
                if not is_false(rest):
                    longer.append(({**chosen, v.name: value}, rest))
        found = longer
    for chosen, _ in found:
        state = tuple(chosen[v.name] for v in machine.variables)
        if machine.starts(state):
            yield state


def _values(machine: Machine, name: str) -> Iterator[Value]:
    (sort,) = (v.sort for v in machine.variables if v.name == name)
    try:
        yield from values(sort)
    except Misuse as error:
        raise Refuted(f"{name} may start with any value of {error}") from error


def _shown(machine: Machine, state: State) -> str:
    given = zip(machine.variables, state, strict=True)
    return f"({', '.join(f'{v.name}={show_value(value)}' for v, value in given)})"


# -- inductive invariants ---------------------------------------------------------------------------------------------


def _inductive(
    question: Question, certificate: Inductive, lemmas: Sequence[Expr], seconds: Callable[[], float]
) -> Recheck:
    k = certificate.k
    if question.every_size and k != 1:
        raise Refuted(f"k = {k:,}: for every size, an invariant is inductive by itself")
    if k > _DEEPEST:
        raise Refuted(f"k = {k:,} is past what is re-checked, {_DEEPEST:,}")
    invariant = _typed(certificate.invariant)
    try:
        todo = _obligations(question, invariant, k, lemmas)
    except Misuse as error:
        raise Refuted(f"the invariant has no meaning here: {error}") from error
    alone = [obligation.name for obligation in todo if _by_one_solver(obligation, seconds)]
    reason = f"one solver: the other gave no answer on {', '.join(alone)}" if alone else ""
    checked = tuple(f"the invariant is {obligation.name}" for obligation in todo)
    return Recheck(ok=True, checked=checked, reason=reason, one_solver=bool(alone))


def _obligations(question: Question, invariant: Expr, k: int, lemmas: Sequence[Expr]) -> list[Obligation]:
    about = as_states(question) if question.live else question
    machine = about.machine
    todo = [*obligations.base(machine, invariant, k), *obligations.step(machine, invariant, k, lemmas)]
    return [*todo, Obligation("enough for the claim", (invariant, *lemmas, machine.axiom, about.target))]


def _typed(invariant: Expr) -> Expr:
    """The formula with its sorts inferred anew. Raises Refuted where its parts do not fit together."""
    try:
        rebuilt = substitute(invariant, {})
    except (Misuse, AssertionError, AttributeError, IndexError, TypeError, ValueError) as error:
        raise Refuted(f"the invariant is no formula: {error or type(error).__name__}") from error
    for node in order(rebuilt):
        if not _fits(node):
            given = ", ".join(map(_family, node.args))
            raise Refuted(f"the invariant is no formula: {node.op} has no meaning on {given}")
    if rebuilt.sort != BOOL:
        raise Refuted(f"the invariant is {rebuilt.sort}, where Bool is needed")
    return rebuilt


def _fits(node: Expr) -> bool:
    """Whether the arguments are of the kinds that the operator takes; the constructors have looked at the rest."""
    kinds = [_family(arg) for arg in node.args]
    match node.op:
        case "not_" | "and_" | "or_" | "count":
            return set(kinds) <= {"Bool"}
        case "eq" | "lt" | "le" | "add" | "sub" | "mul":
            return len(set(kinds)) == 1
        case "ite":
            return kinds[0] == "Bool" and kinds[1] == kinds[2]
        case "forall" | "exists" | "lambda_":
            return node.op == "lambda_" or kinds[-1] == "Bool"
        case "select" | "store" if isinstance(node.args[0].sort, FunctionSort):
            domains = [MemberSort(name) for name in node.args[0].sort.domains]
            last = len(domains) + 1
            return [arg.sort for arg in node.args[1:last]] == domains and len(kinds) == last + (node.op == "store")
        case "select" | "store":
            array = node.args[0].sort
            assert isinstance(array, ArraySort)
            last = len(array.dims) + 1
            return set(kinds[1:last]) == {"Int"} and len(kinds) == last + (node.op == "store")
    return True


def _family(formula: Expr) -> str:
    """The kind of a formula's sort; of arrays, with the kind of their cells and their dimensions."""
    sort = formula.sort
    if isinstance(sort, MemberSort | FunctionSort):
        return str(sort)
    return f"{kind(sort.cell)}{list(sort.dims)}" if isinstance(sort, ArraySort) else kind(sort)


def _by_one_solver(obligation: Obligation, seconds: Callable[[], float]) -> bool:
    """Whether just one solver showed that the obligation has no solution; False for both.

    Raises Refuted if neither did or it has a solution, Disagreement if the solvers contradict each other.
    """
    if any(is_false(formula) for formula in obligation.formulas):
        return False
    text = script(obligation.formulas)
    second = ask_cvc5_apart(text, seconds())
    if open_sorts(obligation.formulas, {}):
        (disproof,) = disprove_each([obligation.formulas], seconds)
        return _for_every_size(obligation.name, disproof, second, text)
    found = solve(obligation.formulas, seconds())
    if isinstance(found, Model):
        shown = _solution(found)
        if second == "unsat":
            raise SolversDisagree(obligation.name, text, f"sat, as by {shown},", second)
        raise Refuted(f"the invariant is not {obligation.name}: see {shown}")
    if isinstance(found, GaveUp):
        if second != "unsat":
            raise Refuted(f"not shown: {obligation.name}: {found.why}, and cvc5 said {second}")
        return True
    if second == "sat":
        raise SolversDisagree(obligation.name, text, "unsat", second)
    return second != "unsat"


def _for_every_size(name: str, found: Disproof, second: str, text: str) -> bool:
    """As above, where there is no model to show: sizes are open, and Z3's word that there is one is not confirmed."""
    if isinstance(found, Satisfiable):
        if second == "unsat":
            raise SolversDisagree(name, text, "sat", second)
        raise Refuted(f"the invariant is not {name} at some size")
    if isinstance(found, GaveUp):
        if second != "unsat":
            raise Refuted(f"not shown: {name}: {found.why}, and cvc5 said {second}")
        return True
    if second == "sat":
        raise SolversDisagree(name, text, "unsat", second)
    return second != "unsat"
