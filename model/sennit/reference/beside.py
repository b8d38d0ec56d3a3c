"""Drives an implementation beside its System, move by move, and compares what both say.

Hypothesis draws the moves; the System is stepped by the reference semantics.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn, Protocol, cast

from sennit.budget import Budget
from sennit.errors import Misuse, did_you_mean
from sennit.lower.walks import Ended, Log, Move, Offers, TimeIsUp, Walk, allowed, search, show_move
from sennit.machine import Machine, State
from sennit.notation import show_value
from sennit.sort import ArraySort, RealSort, Sort, Value, contains
from sennit.system import System

_SHORTENING = 5.0  # seconds, for the moves before a divergence


def beside(
    system: System | Machine,
    implementation: Callable[[Mapping[str, Value]], Implementation],
    budget: Budget | None = None,
    *,
    refuses: Sequence[str] = (),
) -> Agreement:
    """Drives an implementation beside its System, move by move, until the budget (10 s by default) is spent.

    `implementation` makes a new one from the initial values by name; it has a method for every rule, which takes the
    rule's parameters as keywords. After the start and after every move, whatever `observe()` returns must equal the
    System's values. Rules named in `refuses` are asked for where their guard is false, too: then the method must raise
    Refused and change nothing that is observed. Raises Divergence with the fewest moves that were found, and Misuse
    where there is nothing to compare.
    """
    machine = system.machine if isinstance(system, System) else system
    asked = tuple(machine.rule(name) for name in refuses)
    budget, log = budget or Budget(seconds=10.0), Log()
    offers = Offers(machine, (), budget)

    try:
        search(lambda: Walk(offers, Pair(machine, implementation, log), log, asked), log, budget)
    except TimeIsUp:
        pass
    except _Diverged as reason:
        shortest = _shortest(reason.divergence, Pair(machine, implementation, log), refuses)
        raise shortest from shortest.__cause__
    if not log.runs:
        raise Misuse(f"{machine.name}: no initial state was found, so there is nothing to compare")
    return Agreement(
        log.runs, log.steps, log.refusals, tuple(log.observed), log.unfired(machine), round(budget.spent(), 3)
    )


class Implementation(Protocol):
    """What `beside` drives: beside this, a method for every rule, with the rule's parameters as keywords."""

    def observe(self) -> Mapping[str, object]:
        """Variables of the System as the implementation sees them; a list may stand for an array."""


class Refused(Exception):  # noqa: N818  # the sentence reads so
    """Raised by an implementation that is asked for a move which it does not allow now."""


@dataclass(frozen=True)
class Agreement:
    """An implementation did as its System says wherever it was driven. `observed` names what was compared."""

    runs: int
    steps: int
    refusals: int  # forbidden moves that were asked for, and refused
    observed: tuple[str, ...]
    unfired: tuple[str, ...]  # rules that never fired
    seconds: float


class Divergence(AssertionError):  # noqa: N818  # the sentence reads so
    """After `moves` from `start`, the System says one thing and the implementation did another."""

    def __init__(self, start: Mapping[str, Value], moves: Sequence[Move], says: str, did: str, note: str = "") -> None:
        values_ = ", ".join(f"{name}={show_value(value)}" for name, value in start.items())
        listed = "".join(f"\n  {number}. {show_move(move)}" for number, move in enumerate(moves, 1))
        super().__init__(
            f"the implementation diverges after {len(moves)} moves from {values_}:{listed}\n"
            f"the System says: {says}\nthe implementation: {did}{note}"
        )
        self.start, self.moves, self.says, self.did = dict(start), tuple(moves), says, did


class _Diverged(Ended):
    def __init__(self, divergence: Divergence) -> None:
        super().__init__()
        self.divergence = divergence


class Pair:
    """A new implementation a run, compared with the System after the start and after every move."""

    def __init__(
        self,
        machine: Machine,
        make: Callable[[Mapping[str, Value]], Implementation],
        log: Log,
    ) -> None:
        self.machine, self.make, self.log = machine, make, log

    def begin(self, state: State) -> None:
        """Makes the implementation; raises Misuse where it lacks a method or observes nothing, and _Diverged."""
        self.start = self.now = state
        self.moves: list[Move] = []
        self.implementation = self.make(self.machine.env(state))
        for rule in self.machine.rules:
            if rule.name == "observe" or not callable(getattr(self.implementation, rule.name, None)):
                params = "".join(f", {name}" for name, _ in rule.params)
                kind = type(self.implementation).__name__
                raise Misuse(f"{kind} has no method for the rule {rule.name}: write `def {rule.name}(self{params})`")
        self._compare()

    def attempt(self, move: Move, after: State | None) -> None:
        """Makes the move in the implementation; with `after` None, it must refuse. Raises _Diverged."""
        self.moves.append(move)
        rule = self.machine.rule(move[0])
        args = {name: value for (name, _), value in zip(rule.params, move[1], strict=True)}
        refused = False
        try:
            getattr(self.implementation, rule.name)(**args)
        except Refused:
            refused = True
        except Exception as error:
            self._diverge("the move is forbidden" if after is None else "the move is made", _raised(error), error)
        if after is None and not refused:
            self._diverge(f"the guard of {rule.name} is false", "made the move; it should have raised Refused")
        if after is not None and refused:
            self._diverge(f"the guard of {rule.name} holds", "raised Refused")
        self.now = self.now if after is None else after
        self._compare()

    def _compare(self) -> None:
        try:
            view = self.implementation.observe()
        except Exception as error:
            self._diverge("the state can be observed", f"observe() {_raised(error)}", error)
        if not view:
            raise Misuse(f"{type(self.implementation).__name__}.observe() returned nothing, so nothing is compared")
        variables = {v.name: (v.sort, value) for v, value in zip(self.machine.variables, self.now, strict=True)}
        for name, seen in view.items():
            if name not in variables:
                near = did_you_mean(name, variables)
                raise Misuse(f"observe() names {name!r}, which is no variable of {self.machine.name}{near}")
            sort, value = variables[name]
            mine = _as_value(seen, sort)
            self.log.observed[name] = None
            if mine != value or not contains(sort, cast("Value", mine)):  # the second tells 1 from true
                self._diverge(f"{name} is {show_value(value)}", f"observes {name} as {seen!r}")

    def _diverge(self, says: str, did: str, cause: Exception | None = None) -> NoReturn:
        divergence = Divergence(self.machine.env(self.start), self.moves, says, did)
        divergence.__cause__ = cause
        raise _Diverged(divergence)


def _raised(error: Exception) -> str:
    return f"raised {type(error).__name__}: {error}"


def _as_value(seen: object, sort: Sort) -> object:
    """What was observed, in the form of values: a tuple for a list, a Fraction for the int that a Real may be."""
    if isinstance(sort, ArraySort) and isinstance(seen, list | tuple):
        return tuple(_as_value(cell, sort.cell) for cell in seen)
    if isinstance(sort, RealSort) and isinstance(seen, int) and not isinstance(seen, bool):
        return Fraction(seen)
    return seen


def _shortest(found: Divergence, pair: Pair, refuses: Sequence[str]) -> Divergence:
    """The divergence with moves dropped, runs of them and the longest first, until none can be or 5 s are over."""
    deadline = time.monotonic() + _SHORTENING
    start = tuple(found.start[v.name] for v in pair.machine.variables)
    best = _again(pair, start, found.moves, refuses)
    if best is None:
        note = "\nDriven again by the same moves it does not diverge: it depends on something that is not reset."
        return Divergence(found.start, found.moves, found.says, found.did, note)
    length = len(best.moves) - 1
    while length > 0 and time.monotonic() < deadline:
        for first in range(len(best.moves) - length):
            moves = best.moves[:first] + best.moves[first + length :]
            shorter = _again(pair, start, moves, refuses)
            if shorter is not None:
                best = shorter
                length = min(length, len(best.moves) - 1)
                break
        else:
            length -= 1
    return best


def _again(pair: Pair, start: State, moves: Sequence[Move], refuses: Sequence[str]) -> Divergence | None:
    """How the implementation diverges by these moves; None where it does not, or the System has nothing to say."""
    machine = pair.machine
    try:
        pair.begin(start)
        for name, args in moves:
            after = machine.step(pair.now, name, args)
            rule = machine.rule(name)
            if after is None and (name not in refuses or allowed(machine, pair.now, rule, args)):
                return None
            pair.attempt((name, args), after)
    except _Diverged as reason:
        return reason.divergence
    return None
