"""Random runs by Hypothesis, until one reaches what is looked for. Finding nothing shows nothing: that is UNKNOWN.

Source: stateful testing of Hypothesis; its shrinking is left to `state_machine`, since replay shortens far faster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import hypothesis
from hypothesis.stateful import RuleBasedStateMachine

from sennit.budget import Budget
from sennit.claim import Claim, Kind, Question
from sennit.errors import Misuse
from sennit.expr import Expr, is_true, not_
from sennit.lower.walks import Ended, Log, Move, Offers, TimeIsUp, Walk, search, show_move
from sennit.machine import Machine, State
from sennit.system import System
from sennit.trace import Step, Trace
from sennit.verdict import By, Scope, Verdict, reached, unknown

NAME = "stateful"


def check(question: Question, budget: Budget) -> Verdict:
    """Random runs until one reaches the target (FAILS or SEEN, shortened) or the budget is spent (UNKNOWN)."""
    machine, log, found, why = question.machine, Log(), None, ""

    def end(_goal: str, trace: Trace) -> None:
        raise _Reached(trace)

    goals = ((question.id, question.target),)
    try:
        offers = Offers(machine, (question.target,), budget)
        why = search(lambda: Walk(offers, Watch(machine, goals, end), log), log, budget)
    except _Reached as reason:
        found = _without_loops(reason.trace)
    except TimeIsUp:
        why = "the time was used up"
    except KeyboardInterrupt:
        why = "interrupted"
    unfired = log.unfired(machine)
    by = By(NAME, budget.spent(), (("hypothesis", hypothesis.__version__),), Scope(steps=log.steps, unfired=unfired))
    if found is not None:
        return reached(question, found, by)
    rules = len(machine.rules)
    coverage = f"{rules - len(unfired)} of {rules} rules fired" if rules else "there are no rules"
    tried = f"{log.steps:,} random steps in {log.runs:,} runs; {coverage}"
    return unknown(question, f"nothing found in {tried}{f' ({why})' if why else ''}", by)


def state_machine(system: System | Machine, goals: Sequence[Question | Claim] = ()) -> type[RuleBasedStateMachine]:
    """A Hypothesis state machine that fails, and shrinks, where a goal or a declared range is violated.

    `TestLock = state_machine(Lock(), [mutex]).TestCase` is a test for pytest and unittest. Raises Misuse for a
    `sometimes`, which no single run can fail, and for a question about another machine.
    """
    machine = system.machine if isinstance(system, System) else system
    watched = [_watched(machine, system, goal) for goal in goals]
    if not is_true(machine.in_range):
        watched.append((f"{machine.name}.in_range", not_(machine.in_range)))
    offers = Offers(machine, [target for _, target in watched], Budget(seconds=None))

    def fail(goal: str, trace: Trace) -> None:
        raise Violated(goal, trace)

    class Runs(Walk):
        def __init__(self) -> None:
            super().__init__(offers, Watch(machine, watched, fail), Log())

    Runs.__name__ = Runs.__qualname__ = f"{machine.name}Runs"
    return Runs


class Watch:
    """Keeps the trace of a run and looks for goals; `found` gets the first, and raises."""

    def __init__(
        self, machine: Machine, goals: Sequence[tuple[str, Expr]], found: Callable[[str, Trace], None]
    ) -> None:
        self.machine, self.goals, self.found = machine, goals, found
        self.start: State = ()
        self.steps: list[Step] = []

    def begin(self, state: State) -> None:
        """Forgets the run before, and looks."""
        self.start, self.steps = state, []
        self._look(state)

    def attempt(self, move: Move, after: State | None) -> None:
        """Keeps the step, and looks."""
        assert after is not None, "no forbidden move is asked of a machine alone"
        self.steps.append(Step(*move, after))
        self._look(after)

    def _look(self, state: State) -> None:
        for name, target in self.goals:
            if self.machine.holds(target, state):
                self.found(name, Trace(self.start, tuple(self.steps)))


class _Reached(Ended):
    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace


def _without_loops(trace: Trace) -> Trace:
    """The trace without the steps between two visits of one state."""
    kept: list[Step] = []
    at = {trace.start: 0}
    for step in trace.steps:
        if step.state in at:
            for dropped in kept[at[step.state] :]:
                del at[dropped.state]
            del kept[at[step.state] :]
        else:
            kept.append(step)
            at[step.state] = len(kept)
    return Trace(trace.start, tuple(kept))


def _watched(machine: Machine, system: System | Machine, goal: Question | Claim) -> tuple[str, Expr]:
    """A goal's name and target. Raises Misuse where a single run cannot violate it, or it is about another machine."""
    if isinstance(goal, Claim):
        if not isinstance(system, System) or not isinstance(system, goal.system or System):
            raise Misuse(f"{goal.id} is no claim about {machine.name}: give a claim on that System, or a question")
        goal = goal.question(system.settings)
    if goal.kind is Kind.SOMETIMES:
        raise Misuse(f"{goal.id} is a `sometimes`, and no single run violates it: ask check() whether it is reached")
    if goal.machine.digest != machine.digest:
        raise Misuse(f"{goal.id} is about another machine than {machine.name} at these sizes and switches")
    return goal.id, goal.target


class Violated(AssertionError):  # noqa: N818  # the sentence reads so
    """A run violates a claim; `trace` is that run."""

    def __init__(self, goal: str, trace: Trace) -> None:
        steps = "".join(
            f"\n  {number}. {show_move((step.rule, step.args))}" for number, step in enumerate(trace.steps, 1)
        )
        super().__init__(f"{goal} is violated after {len(trace)} steps, in {trace.last}:\n  from {trace.start}{steps}")
        self.trace = trace
