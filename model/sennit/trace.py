"""Runs of a machine: steps from an initial state. One that does not replay on the reference semantics is no trace.

A lasso is a run without end, told in full: from its last state, which is that where its `loop` begins, the steps of the
loop are repeated for ever. A loop of no steps is a run that stays in its last state.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sennit.canonical import value_from_data, value_to_data
from sennit.claim import Question
from sennit.errors import Misuse
from sennit.expr import Expr
from sennit.fairness import Fair
from sennit.machine import Machine, State, arguments
from sennit.sort import Value


class NotATrace(Exception):  # noqa: N818  # the sentence reads so
    """A sequence of states that the machine cannot produce; the message says where and why."""


@dataclass(frozen=True)
class Step:
    """One step: the rule, its arguments in order, and the state after it."""

    rule: str
    args: tuple[Value, ...]
    state: State


@dataclass(frozen=True)
class Trace:
    """An initial state and steps. `loop` is the number of the state to which a lasso returns; None is no lasso."""

    start: State
    steps: tuple[Step, ...] = ()
    loop: int | None = None

    def __len__(self) -> int:
        """How many steps; the states are one more."""
        return len(self.steps)

    @property
    def states(self) -> tuple[State, ...]:
        """All states, the initial one first."""
        return (self.start, *(step.state for step in self.steps))

    @property
    def last(self) -> State:
        """The state at the end."""
        return self.steps[-1].state if self.steps else self.start

    def shows(self, question: Question) -> None:
        """Runs the trace on the reference semantics and looks whether it decides the question.

        Raises NotATrace if it does not replay, or shows something else: of a claim on whole runs, unless it is a lasso
        that is fair and never comes to the goal.
        """
        if question.live:
            self.replay(question.machine)
            _lasso_shows(self, question)
        elif self.loop is not None:
            raise NotATrace(f"a run that goes on for ever shows nothing of {question.id}, which one state decides")
        else:
            self.replay(question.machine, question.target)

    def shortened(self, question: Question) -> Trace:
        """A trace that shows the same with steps left out. Raises NotATrace if this one does not show it."""
        self.shows(question)
        return _shorter_lasso(self, question) if question.live else self.shorten(question.machine, question.target)

    def replay(self, machine: Machine, target: Expr | None = None) -> None:
        """Runs the trace on the reference semantics.

        Raises NotATrace if the start is no initial state, a step does not follow, or the end is not in `target`.
        """
        if not machine.starts(self.start):
            raise NotATrace(f"{self.start} is no initial state of {machine.name}")
        now = self.start
        for number, step in enumerate(self.steps, 1):
            after = machine.step(now, step.rule, step.args)
            if after != step.state:
                said = "cannot happen" if after is None else f"leads to {after}"
                raise NotATrace(f"step {number}, {step.rule}{step.args}, {said}, and the trace says {step.state}")
            now = after
        if target is not None and not machine.holds(target, now):
            raise NotATrace(f"the trace ends in {now}, which is not what it is said to show")

    def shorten(self, machine: Machine, target: Expr) -> Trace:
        """A trace to `target` from the same start with runs of steps dropped, longest first, until none can be.

        Raises NotATrace if this one does not replay.
        """
        self.replay(machine, target)
        best = _to_first(self, machine, target)
        length = len(best) - 1
        while length > 0:
            for first in range(len(best) - length + 1):
                shorter = _without(best, first, first + length, machine, target)
                if shorter is not None:
                    best = shorter
                    length = min(length, len(best))
                    break
            else:
                length -= 1
        return best

    def to_data(self, machine: Machine) -> dict[str, object]:
        """The trace as JSON data: every state in full, arguments by name."""
        names = [v.name for v in machine.variables]
        states = [{name: value_to_data(v) for name, v in zip(names, state, strict=True)} for state in self.states]
        moves: list[dict[str, object]] = []
        for step in self.steps:
            params = [name for name, _ in machine.rule(step.rule).params]
            args = {name: value_to_data(v) for name, v in zip(params, step.args, strict=True)}
            moves.append({"rule": step.rule, "args": args})
        steps = [m | {"state": s} for m, s in zip(moves, states[1:], strict=True)]
        loop = {} if self.loop is None else {"loop": self.loop}
        return {"start": states[0], "steps": steps, **loop}

    @staticmethod
    def from_data(data: object, machine: Machine) -> Trace:
        """Reads what `to_data` wrote; raises Misuse where the data has another form. Replays nothing."""
        match data:
            case {"start": dict(start), "steps": list(steps), **rest}:
                loop = rest.get("loop")
                if loop is None or (type(loop) is int and 0 <= loop <= len(steps)):
                    return Trace(_state(start, machine), tuple(_step(step, machine) for step in steps), loop)
        raise Misuse("this is no trace: expected an object with `start`, `steps` and perhaps where its `loop` begins")


def _step(data: object, machine: Machine) -> Step:
    match data:
        case {"rule": str(name), "args": dict(args), "state": dict(state)}:
            rule = machine.rule(name)
            sorts = dict(rule.params)
            known = {n: value_from_data(v, sorts[n]) for n, v in args.items() if n in sorts}
            return Step(name, arguments(rule, known), _state(state, machine))
    raise Misuse(f"{data!r} is no step: expected `rule`, `args` and `state`")


def _state(data: dict[str, object], machine: Machine) -> State:
    names = [v.name for v in machine.variables]
    if sorted(data) != sorted(names):
        raise Misuse(f"a state of {machine.name} names {', '.join(names)}, and this one {', '.join(data)}")
    return tuple(value_from_data(data[v.name], v.sort) for v in machine.variables)


def run(machine: Machine, start: State, moves: Sequence[tuple[str, tuple[Value, ...]]]) -> Trace | None:
    """The trace of these moves from `start`, or None where one of them cannot happen."""
    steps: list[Step] = []
    now = start
    for rule, args in moves:
        after = machine.step(now, rule, args)
        if after is None:
            return None
        steps.append(Step(rule, args, after))
        now = after
    return Trace(start, tuple(steps))


def _to_first(trace: Trace, machine: Machine, target: Expr) -> Trace:
    """The trace up to the first state of `target`."""
    for number, state in enumerate(trace.states):
        if machine.holds(target, state):
            return Trace(trace.start, trace.steps[:number])
    return trace


def _without(trace: Trace, first: int, end: int, machine: Machine, target: Expr) -> Trace | None:
    before, after = trace.steps[:first], trace.steps[end:]
    start = before[-1].state if before else trace.start
    rest = run(machine, start, [(step.rule, step.args) for step in after])
    if rest is None or not machine.holds(target, rest.last):
        return None
    return _to_first(Trace(trace.start, before + rest.steps), machine, target)


# -- lassos -----------------------------------------------------------------------------------------------------------


def _lasso_shows(trace: Trace, question: Question) -> None:
    """Raises NotATrace unless the trace returns to where its loop begins, avoids the goal, and its loop is fair."""
    states, loop = trace.states, trace.loop
    if loop is None:
        raise NotATrace(f"it comes to an end, and {question.id} speaks of runs that go on for ever: it has no loop")
    if not 0 <= loop < len(states) or states[loop] != trace.last:
        raise NotATrace(f"its loop does not close: it ends in {trace.last}, and does not begin there")
    at_goal = [number for number, state in enumerate(states) if question.machine.holds(question.goal, state)]
    if at_goal and (question.trigger is None or at_goal[-1] >= loop):
        raise NotATrace(f"state {at_goal[-1]} is one that the run is said never to come to")
    waiting = states[at_goal[-1] + 1 if at_goal else 0 :]
    if question.trigger is not None and not any(question.machine.holds(question.trigger, s) for s in waiting):
        raise NotATrace("nothing happens in it that anything has to follow on")
    for fair in question.fairness:
        _is_fair(fair, trace, loop, question.machine)


def _is_fair(fair: Fair, trace: Trace, loop: int, machine: Machine) -> None:
    """Raises NotATrace if the loop puts the action off for ever."""
    before = (*trace.states[loop:-1], trace.last)
    for state, step in zip(before, trace.steps[loop:], strict=False):
        if step.state != state and fair.concerns(machine.rule(step.rule), step.args):
            return
    if fair.strong and any(fair.enabled(machine, state) for state in before):
        raise NotATrace(f"its loop is not strongly fair: {fair} can happen again and again and never does")
    if not fair.strong and all(fair.enabled(machine, state) for state in before):
        raise NotATrace(f"its loop is not fair: {fair} can happen all the time and never does")


def _shorter_lasso(trace: Trace, question: Question) -> Trace:
    """The run that stays in the first state where it may; else this one without ways that lead back to a state."""
    for number in range(len(trace) + 1):
        rests = Trace(trace.start, trace.steps[:number], number)
        if _is_shown(rests, question):
            return rests
    best = trace
    while (shorter := next((t for t in _cut(best) if _is_shown(t, question)), None)) is not None:
        best = shorter
    return best


def _cut(lasso: Trace) -> Iterator[Trace]:
    """The lasso without the steps between two equal states, most steps first, or entered a step earlier."""
    loop, states = lasso.loop, lasso.states
    assert loop is not None
    spans = [(0, loop), (loop, len(lasso))]
    pairs = [(i, j) for a, b in spans for i in range(a, b + 1) for j in range(i + 1, b + 1) if states[i] == states[j]]
    for i, j in sorted(pairs, key=lambda pair: pair[0] - pair[1]):
        if (i, j) != (loop, len(lasso)):
            steps = (*lasso.steps[:i], *lasso.steps[j:])
            yield Trace(lasso.start, steps, loop - (j - i) if j <= loop else loop)
    if 0 < loop < len(lasso) and lasso.steps[loop - 1] == lasso.steps[-1] and states[loop - 1] == states[-2]:
        yield Trace(lasso.start, lasso.steps[:-1], loop - 1)


def _is_shown(trace: Trace, question: Question) -> bool:
    try:
        trace.shows(question)
    except NotATrace:
        return False
    return True
