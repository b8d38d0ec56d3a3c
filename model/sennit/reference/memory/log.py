"""A log of sweeps: what the verifier sent, got and decided, and when; a JSON object a line, the last one says the end.

Times are nanoseconds of the verifier's clock, from the first challenge on. `received` says when a challenge arrived,
which the verifier does not know and somebody beside the connection may.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar

import msgspec

from sennit.errors import Misuse
from sennit.reference.memory.profile import Machine
from sennit.reference.memory.shape import Shape, Sweep
from sennit.reference.memory.verifier import Round

FORM: Final = "sennit memory log 1"
T = TypeVar("T")
_LARGEST: Final = 1 << 28  # bytes of a file that is worth reading


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line: what was challenged, and how."""

    form: str
    machine: Machine
    segments: int
    lines: int
    tags: Sweep
    cost: int
    openings: int
    deadline: int  # nanoseconds
    prover: str
    hides: int  # bytes that the prover does not hold

    @property
    def shape(self) -> Shape:
        """The memory."""
        return Shape(self.segments, self.lines)


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happened in a round, and when."""

    round: int
    event: Literal["sent", "received", "answered", "verdict"]
    at: int
    verdict: Literal["accepted", "late", "wrong"] | None = None


class End(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last line: how many rounds there were."""

    rounds: int


@dataclass(frozen=True)
class Log:
    """A log that is whole; event number n stands in line n + 2."""

    head: Head
    events: tuple[Event, ...]
    rounds: int

    def times(self) -> tuple[float, ...]:
        """Seconds from each challenge to its answer, where both are there."""
        sent = {event.round: event.at for event in self.events if event.event == "sent"}
        answers = [event for event in self.events if event.event == "answered" and event.round in sent]
        return tuple((answer.at - sent[answer.round]) / 1e9 for answer in answers)


def text_of(head: Head, rounds: Sequence[Round]) -> str:
    """The log of these rounds, as a file has it."""
    begun = rounds[0].sent if rounds else 0
    lines = [head, *(event for number, each in enumerate(rounds, 1) for event in _events(number, each, begun))]
    return "".join(msgspec.json.encode(line).decode() + "\n" for line in (*lines, End(len(rounds))))


def read_log(path: Path) -> Log:
    """The log in a file. Raises Misuse where it is none, is empty, or stops before its end."""
    try:
        if path.stat().st_size > _LARGEST:
            raise Misuse(f"{path} is too large for a log: over {_LARGEST >> 20} MB")
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise Misuse(f"{path} cannot be read: {error.strerror}") from error
    if not lines:
        raise Misuse(f"{path} is empty: nothing was logged, so nothing can be replayed")
    head = _line(path, 1, lines[0], Head)
    if head.form != FORM:
        raise Misuse(f"{path} has the form {head.form!r}: this version reads {FORM!r}")
    if min(head.cost, head.openings, head.deadline) < 1 or not 0 <= head.hides <= head.shape.bytes:
        raise Misuse(f"{path}: cost, openings and deadline are positive, and no more is hidden than there is")
    try:
        rounds = msgspec.json.decode(lines[-1], type=End).rounds
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Misuse(f"{path} stops before its end: the last line says how many rounds there were") from None
    events = tuple(_line(path, number, line, Event) for number, line in enumerate(lines[1:-1], 2))
    if not rounds and not events:
        raise Misuse(f"{path} has no round: nothing was challenged, so nothing can be replayed")
    return Log(head, events, rounds)


def _events(number: int, each: Round, begun: int) -> Iterator[Event]:
    yield Event(number, "sent", each.sent - begun)
    yield Event(number, "answered", each.answered - begun)
    yield Event(number, "verdict", each.decided - begun, each.verdict)


def _line(path: Path, number: int, line: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Misuse(f"{path}, line {number}, is no line of a log: {error}") from error
