"""Reads a file into a transcript, whatever of the known forms it has, or refuses it in one clear line.

Forms: a request {messages, ...}, a response {content, ...}, {request, response}, a message, a list of these; JSON lines
of these; events of a stream, as server-sent events, one a line, or in a list; a braid, of which see `unwrap`.

Requests repeat what was said before. A turn that was said already is kept once; one that a request gives otherwise
than it was said is a change of history, and is reported. A request whose first message is new begins a conversation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from sennit.reference.braid.container import SLOTS
from sennit.reference.braid.repaired.blocks import BEGINS
from sennit.reference.braid.strictjson import Json, Limits, Unreadable, damages, decode, load
from sennit.reference.stream.content import Change, Part, Transcript, Turn, turn_of
from sennit.reference.stream.events import EVENTS, Stream
from sennit.reference.stream.unwrap import unwrap

_FIELD = re.compile(r"(event|data|id|retry)(?::|$)|:")
_SHALLOW: Final = 1 << 40  # server-sent events are no JSON; each of their values is looked at on its own
_BRAID: Final = "a braid"
_SERVER_SENT: Final = "server-sent events"
_BESIDE: Final = ("request", "response", "body", "message", "events")


def read(path: Path, limits: Limits | None = None) -> Transcript:
    """The transcript in a file. Raises Unreadable."""
    limits = limits or Limits()
    return parse(load(path, replace(limits, depth=_SHALLOW)), limits)


def parse(text: str, limits: Limits | None = None) -> Transcript:
    """The transcript in a text. Raises Unreadable."""
    limits = limits or Limits()
    form, items = _items(text, limits)
    if form == _BRAID:
        return unwrap(text, limits)
    reading = _Reading(Stream(limits))
    for place, item in items:
        reading.take(item, place)
    return reading.done(form)


def _items(text: str, limits: Limits) -> tuple[str, Iterator[tuple[str, Json]]]:
    """How a text is written, and its values, each with its place."""
    start = text.lstrip()
    if text.startswith(BEGINS):
        return _BRAID, iter(())
    if _FIELD.match(start):
        return _SERVER_SENT, _server_sent(text, limits)
    if "\n" in start.rstrip() and (lines := _is_lines(start, limits)):
        return "JSON lines", lines
    if not start.startswith(("{", "[")):
        raise Unreadable("no transcript: it begins like neither JSON nor server-sent events")
    value = _value(text, limits)
    if isinstance(value, dict) and (any(slot in value for slot in SLOTS) or "prev_signature" in value):
        return _BRAID, iter(())
    return "JSON", iter([("$", value)])


@dataclass
class _Reading:
    """What has been read so far."""

    stream: Stream
    turns: list[Turn] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    streamed: bool = False
    conversation: int = 0
    began: int = 0
    """The number of the first turn of this conversation."""
    system: Turn | None = None
    """What the system was last told in this conversation."""
    last: str = "$"

    def take(self, value: Json, place: str) -> None:
        """The next value of the file, whatever it is. Raises Unreadable."""
        self.last = place
        if isinstance(value, list):
            messages = [item for item in value if isinstance(item, dict) and _is_message(item)]
            if value and len(messages) == len(value):
                self._history(None, [turn_of(item, f"{place}[{i}]") for i, item in enumerate(messages)])
                return
            for i, item in enumerate(value):
                self.take(item, f"{place}[{i}]")
            return
        if not isinstance(value, dict):
            raise Unreadable(f"{place}: no request, response, message or event")
        kind = value.get("type")
        if isinstance(kind, str) and kind in EVENTS:
            self.streamed = True
            self._said(self.stream.feed(value, place))
            return
        self._said(self.stream.end(place))
        if isinstance(value.get("messages"), list):
            self._request(value, place)
        elif "content" in value:
            self._said(turn_of(value, place))
        elif kind == "error":
            return
        elif any(name in value for name in _BESIDE):
            for name in (name for name in _BESIDE if value.get(name) is not None):
                self._inner(value[name], f"{place}.{name}")
        else:
            raise Unreadable(f"{place}: no request, response, message or event: it has none of messages, content, type")

    def done(self, form: str) -> Transcript:
        """All that was read. Raises Unreadable when that is nothing."""
        self._said(self.stream.end(self.last))
        if not self.turns:
            raise Unreadable("no transcript: nobody says anything in it")
        form = form if form == _SERVER_SENT or not self.streamed else f"{form}, streamed"
        return Transcript(tuple(self.turns), form, tuple(self.changes), tuple(self.stream.notes))

    def _inner(self, value: Json, place: str) -> None:
        """A request or response inside a bigger object: as JSON values, or as the text that was sent."""
        if not isinstance(value, str):
            self.take(value, place)
            return
        form, items = _items(value, self.stream.limits)
        if form == _BRAID:
            raise Unreadable(f"{place}: a braid where a request or response should be")
        for where, item in items:
            self.take(item, f"{place}: {where}")

    def _request(self, value: dict[str, Json], place: str) -> None:
        messages = value["messages"]
        turns = []
        for i, message in enumerate(messages if isinstance(messages, list) else []):
            where = f"{place}.messages[{i}]"
            if not isinstance(message, dict) or not _is_message(message):
                raise Unreadable(f"{where}: no message: it has no content")
            turns.append(turn_of(message, where))
        system = value.get("system")
        self._history(turn_of({"role": "system", "content": system}, f"{place}.system") if system else None, turns)

    def _history(self, system: Turn | None, turns: Sequence[Turn]) -> None:
        """Turns that a request repeats or adds, below the instructions of the system, which may change at any time."""
        known = [i for i in range(self.began, len(self.turns)) if self.turns[i].role != "system"]
        if not known or not turns or not _same(self.turns[known[0]], turns[0]):
            self.conversation += bool(self.turns)
            self.began, known, self.system = len(self.turns), [], None
        for number, now in zip(known, turns, strict=False):
            before = self.turns[number]
            if not _same(before, now):
                dropped = before.role == now.role and _said(before, thinking=False) == _said(now, thinking=True)
                self.changes.append(Change(number, _place(now), dropped))
        if system is not None and (self.system is None or not _same(system, self.system)):
            self.system = system
            self._said(system)
        for turn in turns[len(known) :]:
            self._said(turn)

    def _said(self, turn: Turn | None) -> None:
        if turn is not None:
            self.turns.append(replace(turn, conversation=self.conversation))


def _same(one: Turn, other: Turn) -> bool:
    return one.role == other.role and _said(one, thinking=True) == _said(other, thinking=True)


def _said(turn: Turn, *, thinking: bool) -> list[tuple[object, ...]]:
    return [part.said() for part in turn.parts if thinking or not part.is_thinking]


def _place(turn: Turn) -> str:
    parts: tuple[Part, ...] = turn.parts
    return parts[0].place.partition(".content")[0] if parts else "$"


def _is_message(value: dict[str, Json]) -> bool:
    return "content" in value and "messages" not in value


def _is_lines(text: str, limits: Limits) -> Iterator[tuple[str, Json]] | None:
    """The values of JSON lines, if the first line is a value by itself; else the text may be one in many lines."""
    first = text.partition("\n")[0].strip()
    try:
        decode(first, limits)
    except Unreadable:
        return None
    return _lines(text, limits)


def _lines(text: str, limits: Limits) -> Iterator[tuple[str, Json]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"line {number}", _value(line, limits, f"line {number}: ")


def _server_sent(text: str, limits: Limits) -> Iterator[tuple[str, Json]]:
    """Values of server-sent events. One that is called one type and carries another has no one meaning."""
    name, data, began = "", list[str](), 0
    for number, line in enumerate([*re.split(r"\r\n|\r|\n", text), ""], 1):
        field_name, colon, said = line.partition(":")
        said = said.removeprefix(" ")
        if line and not field_name:
            continue  # a comment
        if field_name == "event":
            name = said
        elif field_name == "data":
            began = began or number
            data.append(said)
        elif line and (not colon or field_name not in ("id", "retry")):
            raise Unreadable(f"line {number}: no field of a server-sent event: event, data, id or retry")
        elif not line and data:
            value = _value("\n".join(data), limits, f"line {began}: ")
            kind = value.get("type") if isinstance(value, dict) else None
            if name and kind != name:
                raise Unreadable(f"line {began}: the event is called {name[:40]!a} and its data say another type")
            yield f"line {began}", value
        if not line:
            name, data, began = "", [], 0


def _value(text: str, limits: Limits, where: str = "") -> Json:
    try:
        return decode(text, limits)
    except Unreadable as error:
        inside = str(error).replace("not JSON: line 1, column", "not JSON: column") if where else str(error)
        if not where and damages(text, limits) and any(f'"{slot}"' in text for slot in SLOTS):
            return {next(iter(SLOTS)): None}  # a braid, whose damaged escapes its own reader knows
        raise Unreadable(f"{where}{inside}") from None
