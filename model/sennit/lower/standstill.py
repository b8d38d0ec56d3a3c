"""A timed machine beside a copy of itself: how a loop that takes no time is asked for as a question like any other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from sennit.expr import Expr, and_, eq, not_, or_, true, variable
from sennit.machine import ELAPSE, Machine, Rule, Variable
from sennit.sort import BOOL
from sennit.trace import Step, Trace

_LOOP, _MOVED, _MARK = ".loop", ".moved", ".mark"


def watched(machine: Machine) -> tuple[Machine, Expr]:
    """The machine with a copy of the state that it was in at some time, after which no time passes, and the goal.

    The goal is that it is in that state again, and that something has changed in between.
    """
    loop, moved = variable(_LOOP, BOOL), variable(_MOVED, BOOL)
    symbols = {v.name: variable(v.name, v.sort) for v in machine.variables}
    copies = {v.name: variable(f".{v.name}", v.sort) for v in machine.variables}
    same = and_(*(eq(copies[name], symbols[name]) for name in symbols))
    variables = [*machine.variables, *(Variable(f".{v.name}", v.sort, None) for v in machine.variables)]
    variables += [Variable(_LOOP, BOOL, start=False), Variable(_MOVED, BOOL, start=False)]
    rules: list[Rule] = []
    for rule in machine.rules:
        if rule.passes_time:
            rules.append(replace(rule, guard=and_(not_(loop), rule.guard)))
        else:
            changes = or_(*(not_(eq(value, symbols[name])) for name, value in rule.updates))
            rules.append(replace(rule, updates=(*rule.updates, (_MOVED, or_(moved, and_(loop, changes))))))
    kept = tuple((f".{name}", symbol) for name, symbol in symbols.items())
    rules.append(Rule(_MARK, "nobody", "", (), not_(loop), (*kept, (_LOOP, true()))))
    other = Machine(machine.name, tuple(variables), and_(machine.constraint, same), tuple(rules), machine.settings)
    return other, and_(loop, moved, same)


def unwatched(machine: Machine, found: Trace) -> tuple[Trace, int]:
    """The run of the machine itself, and from which of its steps on it is a loop. Raises NotATrace if it is no run."""
    own = len(machine.variables)
    back = next(i for i, step in enumerate(found.steps) if step.rule == _MARK)
    steps = tuple(replace(step, state=step.state[:own]) for step in found.steps if step.rule != _MARK)
    run = Trace(found.start[:own], steps)
    run.replay(machine)
    return run, back


def is_loop(states: Sequence[object], steps: Sequence[Step]) -> bool:
    """Whether the steps lead back to where they began, change something and let no time pass."""
    moves = any(a != b for a, b in itertools.pairwise(states))
    return moves and states[0] == states[-1] and all(step.rule != ELAPSE for step in steps)
