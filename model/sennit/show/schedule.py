"""A timed trace as a schedule: when each move is made, in seconds, and what it leaves behind."""

from __future__ import annotations

from fractions import Fraction

from sennit.machine import Machine, actors
from sennit.show.steps import changes
from sennit.trace import Trace


def schedule(trace: Trace, machine: Machine) -> list[str]:
    """A line a move, with the time since the start to the nanosecond; clocks are left out, being times themselves."""
    clocks = set(machine.clocks)
    at, lines = Fraction(0), []
    for before, step in zip(trace.states, trace.steps, strict=False):
        rule = machine.rule(step.rule)
        if rule.passes_time and isinstance(step.args[0], Fraction):
            at += step.args[0]
            continue
        by, to = actors(rule, step.args)
        found = changes(before, step.state, machine)
        left = [change for change in found if change.partition(":")[0] not in clocks]
        who = f"{by} → {to}" if to else by
        lines.append(f"{in_seconds(at):>14} s  {step.rule:<10} {who:<20} {', '.join(left)}".rstrip())
    return [*lines, *([] if at == 0 else [f"{in_seconds(at):>14} s  and there it stands"])]


def in_seconds(time: Fraction) -> str:
    """A time to the nanosecond, without exponents."""
    return f"{round(time * 10**9) / 10**9:.9f}"
