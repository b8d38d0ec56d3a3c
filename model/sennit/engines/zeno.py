"""Whether infinitely many steps can happen in bounded time, which makes what is claimed of time there say little.

Not so where every cycle of locations sets some clock to 0 and elsewhere finds it above a bound: Tripakis, "Verifying
progress in timed systems", ARTS 1999 (strong non-Zenoness). Otherwise a loop that takes no time at all is looked for,
with one Z3 problem that grows a step at a time. Limits, by weight: a loop that takes ever less time, and one in which
a variable without end grows for ever, are not found, so that the answer stays open; locations are listed one by one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import networkx

from sennit.budget import Budget
from sennit.claim import Answer
from sennit.errors import Misuse
from sennit.expr import and_, eq, not_, or_, true, variable
from sennit.lower.locations import Edge, NoGraph, edges
from sennit.lower.solver import GaveUp
from sennit.lower.unrolling import Unrolling
from sennit.machine import ELAPSE, Machine, Rule, Variable
from sennit.sort import BOOL
from sennit.trace import Step, Trace

NAME = "zeno"
_DEPTH = 14  # steps of a loop and of the way to it, where the budget names no depth
_LOOP, _MOVED, _MARK = ".loop", ".moved", ".mark"


@dataclass(frozen=True, eq=False)
class Pace:
    """Whether time can stand still while steps go on: those that change something, infinitely many in bounded time.

    NEVER: there is no such run. SEEN: `run` ends in a loop, its steps from `back` on, that takes no time and can go on
    for ever. UNKNOWN: neither was shown, and `why` says so. Raises ValueError for a loop that is none.
    """

    answer: Answer
    why: str
    run: Trace | None = None
    back: int = 0

    def __post_init__(self) -> None:
        """Refuses an answer without its evidence."""
        if (self.run is None) == (self.answer is Answer.SEEN):
            raise ValueError(f"{self.answer.name} comes {'with' if self.run is None else 'without'} a run")
        if self.run is not None and not _is_loop(self.run.states[self.back :], self.run.steps[self.back :]):
            raise ValueError(f"from {self.back} on, this is no loop: {self.run}")

    @property
    def loop(self) -> tuple[Step, ...]:
        """The steps that take no time and can be repeated for ever."""
        return () if self.run is None else self.run.steps[self.back :]

    def to_data(self, machine: Machine) -> dict[str, object]:
        """The answer as JSON data."""
        trace = None if self.run is None else self.run.to_data(machine)
        return {"answer": self.answer.name, "why": self.why, "trace": trace, "loop_from": self.back}


def zeno(machine: Machine, budget: Budget) -> Pace:
    """Whether infinitely many steps can happen in bounded time. Raises Misuse for a machine without clocks."""
    if not machine.clocks:
        raise Misuse(f"{machine.name} has no clock, so that nothing is said about time")
    try:
        cycle = _cycle(edges(machine, replace(budget, seconds=None if budget.seconds is None else budget.left() / 2)))
        if cycle is None:
            return Pace(Answer.NEVER, "every cycle sets some clock to 0 and finds it above a bound elsewhere")
        rules = ", ".join(dict.fromkeys(edge.rule for edge in cycle))
        open_ = f"no clock holds up the cycle of {rules}"
    except NoGraph as error:
        open_ = str(error)
    except KeyboardInterrupt:
        return Pace(Answer.UNKNOWN, "interrupted")
    return _lasso(machine, budget, open_)


# -- that there is none ------------------------------------------------------------------------------------------------


def _cycle(found: Sequence[Edge]) -> list[Edge] | None:
    """The edges of some strongly connected part in which no clock is both set to 0 and found above a bound."""
    for part in _components([edge for edge in found if not edge.still]):
        resets = {clock for edge in part for clock in edge.resets}
        waits = {clock for edge in part for clock in edge.waits}
        held = sorted(resets & waits)
        if not held:
            return part
        # A cycle that is not held up by this clock does without its resets, or without its bounds.
        for rest in ([e for e in part if held[0] not in e.resets], [e for e in part if held[0] not in e.waits]):
            if (cycle := _cycle(rest)) is not None:
                return cycle
    return None


def _components(found: Sequence[Edge]) -> Iterator[list[Edge]]:
    graph = networkx.MultiDiGraph()
    graph.add_edges_from((edge.source, edge.target) for edge in found)
    number = {node: i for i, nodes in enumerate(networkx.strongly_connected_components(graph)) for node in nodes}
    parts: dict[int, list[Edge]] = {}
    for edge in found:
        if number[edge.source] == number[edge.target]:
            parts.setdefault(number[edge.source], []).append(edge)
    yield from parts.values()


# -- that there is one -------------------------------------------------------------------------------------------------


def _lasso(machine: Machine, budget: Budget, open_: str) -> Pace:
    """A run into a loop that takes no time, if one is found."""
    watched = _watched(machine)
    moved, loop = variable(_MOVED, BOOL), variable(_LOOP, BOOL)
    back_again = [eq(variable(v.name, v.sort), variable(f".{v.name}", v.sort)) for v in machine.variables]
    runs = Unrolling(watched, and_(loop, moved, *back_again))
    deepest = _DEPTH if budget.depth is None else budget.depth
    while runs.depth <= deepest:
        budget.progress(f"loops in no time, depth {runs.depth}")
        found = runs.reach(budget.left())
        if isinstance(found, Trace):
            return _shown(machine, found)
        if isinstance(found, GaveUp):
            return Pace(Answer.UNKNOWN, f"{open_}, and of loops that take no time: {found.why}, at {runs.depth} steps")
        runs.extend()
    return Pace(Answer.UNKNOWN, f"{open_}, and no run of {deepest} steps ends in a loop that takes no time")


def _watched(machine: Machine) -> Machine:
    """The machine beside a copy of the state that it was in at one time, after which no time passes."""
    loop, moved = variable(_LOOP, BOOL), variable(_MOVED, BOOL)
    symbols = {v.name: variable(v.name, v.sort) for v in machine.variables}
    copies = {name: variable(f".{name}", symbol.sort) for name, symbol in symbols.items()}
    same = [eq(copies[name], symbols[name]) for name in symbols]
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
    return Machine(machine.name, tuple(variables), and_(machine.constraint, *same), tuple(rules), machine.settings)


def _shown(machine: Machine, found: Trace) -> Pace:
    """The run without what was watched beside it. Raises NotATrace if it does not replay."""
    own = len(machine.variables)
    back = next(i for i, step in enumerate(found.steps) if step.rule == _MARK)
    steps = tuple(replace(step, state=step.state[:own]) for step in found.steps if step.rule != _MARK)
    run = Trace(found.start[:own], steps)
    run.replay(machine)
    names = ", ".join(step.rule for step in steps[back:])
    return Pace(Answer.SEEN, f"{names} can be repeated for ever in no time", run, back)


def _is_loop(states: Sequence[object], steps: Sequence[Step]) -> bool:
    moves = any(a != b for a, b in itertools.pairwise(states))
    return moves and states[0] == states[-1] and all(step.rule != ELAPSE for step in steps)
