"""Runs of a machine: steps from an initial state. One that does not replay on the reference semantics is no trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sennit.canonical import value_from_data, value_to_data
from sennit.errors import Misuse
from sennit.expr import Expr
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
    """An initial state and steps."""

    start: State
    steps: tuple[Step, ...] = ()

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
        return {"start": states[0], "steps": [m | {"state": s} for m, s in zip(moves, states[1:], strict=True)]}

    @staticmethod
    def from_data(data: object, machine: Machine) -> Trace:
        """Reads what `to_data` wrote; raises Misuse where the data has another form. Replays nothing."""
        match data:
            case {"start": dict(start), "steps": list(steps)}:
                return Trace(_state(start, machine), tuple(_step(step, machine) for step in steps))
        raise Misuse("this is no trace: expected an object with `start` and `steps`")


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
