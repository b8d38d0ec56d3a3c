"""Questions about a question: whether what it speaks of ever happens. Their names say which, so any process finds them.

TwoPhase.consistent[manager=2]?fires=2,4         does one of these rules of its machine ever fire
TwoPhase.sent_before_heard?premise=0             is one of these premises of its claim ever true
TwoPhase.sent_before_heard?refutable             do the types allow a state where its goal is false
TwoPhase.consistent?starts                       is there an initial state
Fischer.exclusion?zeno                           can infinitely much happen in no time
TwoPhase.consistent?coverage                     how often does each rule fire in all reachable states
TwoPhase.all_commit?drop=5                       the question itself, about the machine without this rule
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sennit.claim import Answer, Claim, Kind, Question
from sennit.definedness import defined
from sennit.errors import Misuse
from sennit.expr import Expr, and_, not_, or_, true, variable
from sennit.lower import standstill
from sennit.machine import Machine, Rule, Variable
from sennit.sort import BOOL
from sennit.words import Premise

_FIRED = ".fired"


def name(question: Question, what: str, numbers: Iterable[int] = ()) -> str:
    """What the probe is called."""
    given = ",".join(map(str, numbers))
    return f"{question.id}?{what}{f'={given}' if given else ''}"


def probe(question: Question, what: str) -> Question:
    """The probe of that name, `what` being what follows the question mark. Raises Misuse where there is no such."""
    word, _, given = what.partition("=")
    numbers = [int(number) for number in given.split(",") if number.isdigit()]
    machine, called = question.machine, f"{question.id}?{what}"
    match word:
        case "fires" if _are_below(numbers, len(machine.rules)):
            watched = _watched(machine, numbers)
            return _sometimes(question, called, watched, variable(_FIRED, BOOL))
        case "premise" if _are_below(numbers, len(question.premises)):
            return _sometimes(question, called, machine, or_(*(met(question.premises[i]) for i in numbers)))
        case "refutable":
            return _sometimes(question, called, _anything(machine), not_(question.goal))
        case "starts":
            return _sometimes(question, called, machine, true())
        case "coverage":
            return _all_states(question, called)
        case "zeno" if machine.clocks:
            return _sometimes(question, called, *standstill.watched(machine))
        case "drop" if _are_below(numbers, len(machine.rules)) and len(numbers) == 1:
            return replace(question.claim.on(without(machine, numbers[0])), id=called, gate=None)
    raise Misuse(f"{called} names no probe")


def engines_for(called: str) -> tuple[str, ...] | None:
    """Who is asked: where nothing moves, a solver, which need not go through all states; else whoever suits."""
    known = {"refutable": ("induction",), "starts": ("induction",), "zeno": ("bmc",), "coverage": ("explore",)}
    return known.get(called.rpartition("?")[2])


def met(premise: Premise) -> Expr:
    """Where the premise is true and has a meaning, for any member of its `forall`."""
    return or_(*(and_(defined(formula), formula) for formula in premise.formulas))


def without(machine: Machine, number: int) -> Machine:
    """The machine without one of its rules."""
    return machine.with_rules(tuple(rule for i, rule in enumerate(machine.rules) if i != number))


def _all_states(question: Question, called: str) -> Question:
    """What is true of all states, so that no search for it ends before they are all reached."""
    claim = Claim(
        name=called.removeprefix(f"{question.claim.owner}."),
        owner=question.claim.owner,
        kind=Kind.ALWAYS,
        statement=f"All states of {question.claim.owner} are reached, and the steps of each rule counted.",
        system=None,
        formula=lambda _: true(),
        expect=Answer.HOLDS,
        where=question.claim.where,
    )
    return Question(called, claim, question.machine, true())


def _sometimes(question: Question, called: str, machine: Machine, goal: Expr) -> Question:
    claim = Claim(
        name=called.removeprefix(f"{question.claim.owner}."),
        owner=question.claim.owner,
        kind=Kind.SOMETIMES,
        statement=f"What {question.claim.id} speaks of happens.",
        system=None,
        formula=lambda _: goal,
        expect=Answer.SEEN,
        where=question.claim.where,
    )
    return Question(called, claim, machine, goal)


def _watched(machine: Machine, numbers: Sequence[int]) -> Machine:
    """The machine with one variable more, which becomes true once one of the rules has fired."""
    rules: list[Rule] = []
    for number, rule in enumerate(machine.rules):
        rules.append(replace(rule, updates=(*rule.updates, (_FIRED, true()))) if number in numbers else rule)
    variables = (*machine.variables, Variable(_FIRED, BOOL, False))
    return Machine(machine.name, variables, machine.constraint, tuple(rules), machine.settings)


def _anything(machine: Machine) -> Machine:
    """All states that the types allow, and no steps."""
    variables = tuple(replace(v, start=None) for v in machine.variables)
    return Machine(machine.name, variables, true(), (), machine.settings)


def _are_below(numbers: Sequence[int], end: int) -> bool:
    return bool(numbers) and all(number < end for number in numbers)
