"""Claims on whole runs of finite machines as claims on states: once, a run notes where it is, and later is there again.

Biere, Artho and Schuppan, "Liveness checking as safety checking", FMICS 2002. A state carries a second copy of all
variables, and in which phase the run is: `free`, the goal is not due; `due`, it is and has not come; `loop`, the copy
was made. From `due` on no step leaves a state where the goal is true. The run has gone round once it is where the copy
was made, having been fair meanwhile: to a weakly fair action if it took it or could not somewhere, to a strongly fair
one if it took it or could nowhere. A step that changes nothing is always allowed, so no step at all makes a loop too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sennit.claim import Claim, Kind, Question
from sennit.errors import Misuse
from sennit.expr import Expr, and_, constant, eq, not_, or_, variable
from sennit.fairness import Fair, changes, enabled
from sennit.machine import Machine, Rule, Variable
from sennit.sort import BOOL, ArraySort, EnumSort, FunctionSort, Sort, Value, scalar_values
from sennit.trace import Step, Trace

_PHASE = variable(".phase", EnumSort(("free", "due", "loop")))
DUE, NOTE = ".due", ".note"  # the rules by which a run changes its phase


@dataclass(frozen=True)
class Kept:
    """What a run notes of a fair action: whether it could be taken somewhere, or nowhere so far, and whether it was.

    Of a weakly fair one `met` says that it was taken or could not be, and nothing else matters.
    """

    fair: Fair
    met: Expr
    could: Expr | None
    enabled: Expr

    def kept(self) -> Expr:
        """Whether a run that has gone round was fair to it."""
        return self.met if self.could is None else or_(self.met, not_(self.could))

    def begin(self) -> Iterator[tuple[str, Expr]]:
        """What is noted with the copy."""
        yield str(self.met.data), not_(self.enabled) if self.could is None else constant(value=False)
        if self.could is not None:
            yield str(self.could.data), self.enabled

    def go_on(self, rule: Rule, machine: Machine) -> Iterator[tuple[str, Expr]]:
        """What is noted with a step of the loop, before which the action could be taken or not."""
        in_loop, taken = eq(_PHASE, _phase("loop")), and_(_is_one(rule, self.fair), changes(rule, machine))
        now = or_(taken, not_(self.enabled)) if self.could is None else taken
        yield str(self.met.data), or_(self.met, and_(in_loop, now))
        if self.could is not None:
            yield str(self.could.data), or_(self.could, and_(in_loop, self.enabled))


def as_states(question: Question) -> Question:
    """The claim that no state is reached in which a fair run without the goal has gone round: it has the same truth.

    Raises Misuse for a claim on states, or where a domain has no end.
    """
    machine = question.machine
    if not question.live:
        raise Misuse(f"{question.id} is a claim on states")
    if not machine.finite:
        raise Misuse("a run need not come back to where it was if a domain has no end")
    kept = [_kept(number, fair, machine) for number, fair in enumerate(question.fairness)]
    away = not_(question.goal)
    copies = [(v, variable(_copy(v.name), v.sort)) for v in machine.variables]
    rules = [_watched(rule, away, kept, machine) for rule in machine.rules]
    if question.trigger is not None:
        rules.append(_rule(DUE, and_(_is("free"), question.trigger, away), ((".phase", _phase("due")),)))
    copied = tuple((_copy(v.name), variable(v.name, v.sort)) for v, _ in copies)
    noted = tuple(pair for one in kept for pair in one.begin())
    rules.append(_rule(NOTE, and_(_is("due"), away), ((".phase", _phase("loop")), *copied, *noted)))
    variables = (
        *machine.variables,
        Variable(".phase", _PHASE.sort, "due" if question.trigger is None else "free"),
        *(Variable(_copy(v.name), v.sort, _some(v.sort) if v.start is None else v.start) for v in machine.variables),
        *(Variable(str(flag.data), BOOL, False) for one in kept for flag in (one.met, one.could) if flag is not None),
    )
    constraint = and_(machine.constraint, away) if question.trigger is None else machine.constraint
    whole = Machine(f"{machine.name}.loops", variables, constraint, tuple(rules), machine.settings)
    back = and_(*(eq(variable(v.name, v.sort), copy) for v, copy in copies))
    goal = not_(and_(_is("loop"), back, *(one.kept() for one in kept)))
    claim = Claim("no_fair_loop", whole.name, Kind.ALWAYS, "No fair run goes round without it.", None, lambda _: goal)
    return Question(f"{question.id} as a claim on states", claim, whole, goal)


def lasso(trace: Trace, question: Question) -> Trace:
    """The run without the copy, from a trace of `as_states`."""
    width, steps, loop = len(question.machine.variables), list[Step](), 0
    for step in trace.steps:
        if step.rule == NOTE:
            loop = len(steps)
        elif step.rule != DUE:
            steps.append(Step(step.rule, step.args, step.state[:width]))
    return Trace(trace.start[:width], tuple(steps), loop)


def reach(question: Question, depth: int) -> int | None:
    """How long lassos are ruled out by all traces of `as_states` of up to `depth` steps; None for not even the least.

    One step makes the copy. Where the goal becomes due within the loop, the copy is made there, less than once round
    further on, and another step says that it is due.
    """
    longest = depth - 1 if question.trigger is None else (depth - 2) // 2
    return longest if longest >= 0 else None


def _watched(rule: Rule, away: Expr, kept: Sequence[Kept], machine: Machine) -> Rule:
    """The rule, which is not to leave the goal once that is due, and notes what fairness asks for."""
    noted = tuple(pair for one in kept for pair in one.go_on(rule, machine))
    return Rule(
        rule.name,
        rule.by,
        rule.to,
        rule.params,
        and_(rule.guard, or_(_is("free"), away)),
        (*rule.updates, *noted),
        rule.where,
    )


def _kept(number: int, fair: Fair, machine: Machine) -> Kept:
    could = variable(f".could {number}", BOOL) if fair.strong else None
    return Kept(fair, variable(f".met {number}", BOOL), could, enabled(fair, machine))


def _is_one(rule: Rule, fair: Fair) -> Expr:
    """Whether a step of the rule is one of the action, by its parameters."""
    sorts = dict(rule.params)
    cases = [fixed for name, fixed in fair.cases if name == rule.name]
    return or_(*(and_(*(eq(variable(p, sorts[p]), constant(x, sorts[p])) for p, x in fixed)) for fixed in cases))


def _rule(name: str, guard: Expr, updates: tuple[tuple[str, Expr], ...]) -> Rule:
    return Rule(name, "the run", "", (), guard, updates)


def _is(phase: str) -> Expr:
    return eq(_PHASE, _phase(phase))


def _phase(phase: str) -> Expr:
    return constant(phase, _PHASE.sort)


def _copy(name: str) -> str:
    return f"{name}.then"


def _some(sort: Sort) -> Value:
    """Any value of the sort."""
    if isinstance(sort, ArraySort):
        return (scalar_values(sort.cell)[0],) * sort.cells
    assert not isinstance(sort, FunctionSort)
    return scalar_values(sort)[0]
