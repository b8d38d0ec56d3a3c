"""A trace as rows that say only what changes: what every way of showing one starts from."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sennit.machine import Machine, State, actors
from sennit.notation import cell_names, show_value
from sennit.sort import ArraySort, Value
from sennit.trace import Trace
from sennit.verdict import Verdict

_LISTED = 8  # cells of an array that are all alike are listed up to this many


@dataclass(frozen=True)
class Row:
    """One step: its number (0 is the start), the move, who makes it to whom, and what is different afterwards."""

    number: int
    move: str
    by: str
    to: str
    changes: tuple[str, ...]


def rows(trace: Trace, machine: Machine) -> list[Row]:
    """The start with all values, and each step with those that it changes; as time passes, also how much has in all."""
    found = [Row(0, "start", "", "", values(trace.start, machine))]
    time = Fraction(0)
    for number, (before, step) in enumerate(zip(trace.states, trace.steps, strict=False), 1):
        rule = machine.rule(step.rule)
        by, to = actors(rule, step.args)
        given = zip(rule.params, step.args, strict=True)
        move = f"{step.rule}({', '.join(f'{name}={show_value(v)}' for (name, _), v in given)})"
        different = changes(before, step.state, machine)
        if rule.passes_time and isinstance(step.args[0], Fraction):
            time += step.args[0]
            different = (f"time: {show_value(time - step.args[0])} → {show_value(time)}", *different)
        found.append(Row(number, move, by, to, different))
    return found


def ending(verdict: Verdict) -> str:
    """How a run that goes on for ever does so: `back to state 3, and so on for ever`. Empty for another trace."""
    trace, machine = verdict.trace, verdict.question.machine
    if trace is None or trace.loop is None:
        return ""
    if trace.loop < len(trace):
        return f"back to state {trace.loop}, and so on for ever"
    if machine.finite and next(machine.moves(trace.last), None) is None:
        return "nothing can happen any more: it stays there for ever"
    return "nothing has to happen: it stays there for ever"


def values(state: State, machine: Machine) -> tuple[str, ...]:
    """Every variable with its value."""
    return tuple(f"{v.name} = {_whole(x)}" for v, x in zip(machine.variables, state, strict=True))


def changes(before: State, after: State, machine: Machine) -> tuple[str, ...]:
    """Every variable or cell that differs, with its old and its new value."""
    found: list[str] = []
    for v, old, new in zip(machine.variables, before, after, strict=True):
        if isinstance(v.sort, ArraySort):
            assert isinstance(old, tuple)
            assert isinstance(new, tuple)
            cells = zip(cell_names(v.name, v.sort), old, new, strict=True)
            found += [f"{name}: {show_value(a)} → {show_value(b)}" for name, a, b in cells if a != b]
        elif old != new:
            found.append(f"{v.name}: {show_value(old)} → {show_value(new)}")
    return tuple(found)


def _whole(value: Value) -> str:
    """A value; an array whose cells are all alike in short."""
    if isinstance(value, tuple) and len(value) > _LISTED and len(set(value)) == 1:
        return f"{show_value(value[0])} in all {len(value)} cells"
    return show_value(value)
