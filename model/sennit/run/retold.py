"""Replays a log of sweeps on the timed protocol: whether it can have gone like that, by the profile's figures.

What a log leaves open, how long each message travelled and how long the prover worked, is chosen so that it fits where
anything does. Then every event is a step of the reference semantics. A verifier that has refused begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from sennit.machine import ELAPSE, Machine, State
from sennit.protocols.deadline import Deadline
from sennit.reference.memory.instance import Timing, timing
from sennit.reference.memory.log import Event, Log
from sennit.reference.memory.plan import missed, sources
from sennit.reference.memory.profile import Profile
from sennit.run.measured import fixed_machine

_FIRST_LINE: Final = 2  # of the events in a log
_NANOSECOND: Final = Fraction(1, 10**9)
_REFUSALS: Final = ("late", "wrong")


class DoesNotFit(Exception):  # noqa: N818  # the sentence reads so
    """The first event of a log that the protocol cannot produce; the message says which and why."""


@dataclass(frozen=True)
class Retold:
    """What was replayed: rounds, runs of the protocol, and its steps."""

    rounds: int
    runs: int
    steps: int
    timing: Timing


def retell(log: Log, profile: Profile, confidence: Fraction) -> Retold:
    """Replays the log. Raises DoesNotFit at the first event that the protocol cannot produce; Misuse as `timing`."""
    known = timing_of(log, profile, confidence)
    game = _Game(log, known)
    waiting: list[Event] = []
    last = 0
    for number, event in enumerate(log.events):
        try:
            game.looks_at = number
            game.follows(event, waiting, last)
            waiting.append(event)
            last = event.at
            if event.event == "verdict":
                game.round(number, waiting)
                waiting = []
        except DoesNotFit as error:
            misfit = log.events[game.looks_at]
            where = f"line {game.looks_at + _FIRST_LINE}, round {misfit.round}, {misfit.event}"
            raise DoesNotFit(f"{where}: {error}") from None
    if waiting:
        raise DoesNotFit(f"the end: round {waiting[0].round} has no verdict")
    if log.rounds != game.rounds:
        raise DoesNotFit(f"the end: it says {log.rounds} rounds, and there are {game.rounds}")
    return Retold(game.rounds, game.runs, game.steps, known)


def timing_of(log: Log, profile: Profile, confidence: Fraction) -> Timing:
    """The constants of the protocol for this log: against what its prover lacks, by the deadline that was in force.

    Leaves that openings may miss need not be made up for.
    """
    head = log.head
    shape = head.shape
    missing = head.hides - missed(head.openings, shape.leaves, confidence) * shape.leaf_bytes
    there = sources(profile, head.tags)
    return timing(profile, head.tags, shape, missing, there, head.cost, head.deadline * _NANOSECOND)


@dataclass
class _Game:
    """A run of the protocol that goes along with a log."""

    log: Log
    timing: Timing
    rounds: int = 0
    runs: int = 0
    steps: int = 0
    ended: int = 0  # when the last round ended, in nanoseconds
    looks_at: int = 0  # the number of the event that is being looked at
    state: State | None = None  # None before a run
    machine: Machine = field(init=False)

    def __post_init__(self) -> None:
        machine = Deadline.at(short=False, ample=False).machine
        self.machine = fixed_machine(machine, self.timing.constants())

    @property
    def holds(self) -> bool:
        """Whether the prover has all the data."""
        return self.log.head.hides == 0

    def follows(self, event: Event, before: list[Event], last: int) -> None:
        """Raises DoesNotFit unless this is an event that may come now."""
        names = [each.event for each in before]
        if event.at < last:
            raise DoesNotFit(f"it is at {event.at:,} ns, before what came before it at {last:,} ns")
        number = self.rounds + 1
        if event.round != number:
            raise DoesNotFit(f"round {number} {'has no verdict yet' if before else 'comes first'}")
        allowed = {(): ("sent",), ("sent",): ("received", "answered"), ("sent", "received"): ("answered",)}
        expected = allowed.get(tuple(names), ("verdict",))
        if event.event not in expected:
            raise DoesNotFit(f"here {' or '.join(expected)} has to come")
        if (event.verdict is None) == (event.event == "verdict"):
            raise DoesNotFit("a verdict, and nothing else, says what it is")

    def round(self, last: int, events: list[Event]) -> None:
        """One round, of which the last event has this number. Raises DoesNotFit where the protocol has no such."""
        sent, *received, answered, verdict = events
        self.rounds += 1
        self._begin(sent)
        if verdict.verdict == "wrong":
            self._wrong()
        else:
            took = (answered.at - sent.at) * _NANOSECOND
            there = (received[0].at - sent.at) * _NANOSECOND if received else None
            self.looks_at = last - 1
            self._answered(took, there)
            self.looks_at = last
            found = self._value("verdict")
            if (found == "refused") != (verdict.verdict in _REFUSALS):
                raise DoesNotFit(
                    f"the answer came after {_shown(took)}, the deadline is {_shown(self.timing.allowed)}: "
                    f"the protocol says {found}, and the log {verdict.verdict}"
                )
        self.ended = answered.at
        if verdict.verdict != "accepted":
            self.state = None

    def _begin(self, sent: Event) -> None:
        """The verifier asks; after a refusal it is another one, who knows nothing of what was."""
        if self.state is None:
            self.runs += 1
            self.state = self._start()
        else:
            self._pass((sent.at - self.ended) * _NANOSECOND)
        self._step("ask")

    def _start(self) -> State:
        """The initial state with this prover: only what it has is left open by the constants."""
        state = tuple(self.holds if v.start is None else v.start for v in self.machine.variables)
        assert self.machine.starts(state)
        return state

    def _answered(self, took: Fraction, there: Fraction | None) -> None:
        """The answer arrives after so long; the times between are such that it can, if there are any."""
        way, work, back = self._times(took, there)
        self._pass(way)
        self._step("receive")
        self._pass(work)
        self._step("answer")
        self._pass(back)
        self._step("take")

    def _times(self, took: Fraction, there: Fraction | None) -> tuple[Fraction, Fraction, Fraction]:
        """The way, the work and the way back: each as short as may be, and longer in that order as is needed."""
        known, who = self.timing, "with the data" if self.holds else "without them"
        ways = (known.near, known.far)
        if there is not None and not ways[0] <= there <= ways[1]:
            self.looks_at -= 1
            least, most = map(_shown, ways)
            raise DoesNotFit(f"the challenge arrived after {_shown(there)}, and messages travel from {least} to {most}")
        work = (Fraction(0), known.reads) if self.holds else (known.fetches, took)
        bounds = [ways if there is None else (there, there), work, ways]
        times = [least for least, _ in bounds]
        if sum(times) > took:
            raise DoesNotFit(f"it came after {_shown(took)}, and {who} none comes before {_shown(sum(times))}")
        for number, (low, high) in enumerate(bounds):
            times[number] = low + min(max(Fraction(0), high - low), took - sum(times))
        if sum(times) < took:
            raise DoesNotFit(f"it came after {_shown(took)}, and {who} all come by {_shown(sum(times))}")
        return times[0], times[1], times[2]

    def _wrong(self) -> None:
        """A wrong answer is none: the verifier waits in vain, of which the protocol knows for a prover without data."""
        if self.log.head.prover == "honest":
            raise DoesNotFit("the answer is wrong, and whoever has the data answers rightly")
        self.runs += self.holds  # it had the data until now, and is another prover from here on
        self.state = self._with(holds=False)
        self._pass(self.timing.near)
        self._step("receive")
        self._pass(self.timing.allowed)
        self._step("give_up")

    def _with(self, *, holds: bool) -> State:
        assert self.state is not None
        return tuple(
            holds if v.name == "holds" else value for v, value in zip(self.machine.variables, self.state, strict=True)
        )

    def _pass(self, time: Fraction) -> None:
        if time:
            self._step(ELAPSE, time)

    def _step(self, rule: str, *args: Fraction) -> None:
        assert self.state is not None
        after = self.machine.step(self.state, rule, args)
        if after is None:
            raise DoesNotFit(f"{rule}({', '.join(map(_shown, args))}) cannot happen")
        self.state = after
        self.steps += 1

    def _value(self, name: str) -> object:
        assert self.state is not None
        return self.machine.env(self.state)[name]


def _shown(time: Fraction | int) -> str:
    """A time to the nanosecond."""
    return f"{float(time):.9f} s"
