"""Whether infinitely many steps can happen in bounded time, which makes what is claimed of time there say little.

Not so where every cycle of locations sets some clock to 0 and elsewhere finds it above a bound: Tripakis, "Verifying
progress in timed systems", ARTS 1999 (strong non-Zenoness). Otherwise a loop that takes no time at all is looked for,
with one Z3 problem that grows a step at a time. Limits, by weight: a loop that takes ever less time, and one in which
a variable without end grows for ever, are not found, so that the answer stays open; locations are listed one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import networkx

from sennit.budget import Budget
from sennit.claim import Answer
from sennit.errors import Misuse
from sennit.lower.locations import Edge, NoGraph, edges
from sennit.lower.solver import GaveUp
from sennit.lower.standstill import is_loop, unwatched, watched
from sennit.lower.unrolling import Unrolling
from sennit.machine import Machine
from sennit.trace import Step, Trace

NAME = "zeno"
_DEPTH = 14  # steps of a loop and of the way to it, where the budget names no depth
_HELD_UP = "every cycle sets some clock to 0 and finds it above a bound elsewhere"


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
        if self.run is not None and not is_loop(self.run.states[self.back :], self.run.steps[self.back :]):
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
        open_ = held_up(machine, replace(budget, seconds=None if budget.seconds is None else budget.left() / 2))
    except KeyboardInterrupt:
        return Pace(Answer.UNKNOWN, "interrupted")
    return _lasso(machine, budget, open_) if open_ else Pace(Answer.NEVER, _HELD_UP)


def held_up(machine: Machine, budget: Budget) -> str:
    """Nothing where every cycle of locations is held up by a clock, so that no run is Zeno; else what is open."""
    try:
        cycle = _cycle(edges(machine, budget))
    except NoGraph as error:
        return str(error)
    return "" if cycle is None else f"no clock holds up the cycle of {', '.join(dict.fromkeys(e.rule for e in cycle))}"


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
    runs = Unrolling(*watched(machine))
    deepest = _DEPTH if budget.depth is None else budget.depth
    while runs.depth <= deepest:
        budget.progress(f"loops in no time, depth {runs.depth}")
        found = runs.reach(budget.left())
        if isinstance(found, Trace):
            run, back = unwatched(machine, found)
            names = ", ".join(step.rule for step in run.steps[back:])
            return Pace(Answer.SEEN, f"{names} can be repeated for ever in no time", run, back)
        if isinstance(found, GaveUp):
            return Pace(Answer.UNKNOWN, f"{open_}, and of loops that take no time: {found.why}, at {runs.depth} steps")
        runs.extend()
    return Pace(Answer.UNKNOWN, f"{open_}, and no run of {deepest} steps ends in a loop that takes no time")
