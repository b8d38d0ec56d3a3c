"""Puts the messages of a stream together from its events, or says in one line which event makes no sense."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sennit.reference.braid.strictjson import Json, Limits, Unreadable, decode
from sennit.reference.stream.content import Part, Turn, part_of, turn_of

EVENTS: Final = (
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "ping",
    "error",
)
"""Types of the events of a stream."""

_GROWS: Final = {
    "text_delta": ("text", "text", "text"),
    "thinking_delta": ("thinking", "thinking", "thinking"),
    "signature_delta": ("thinking", "signature", "signature"),
}
"""By the type of a delta: the type of part it belongs to, the member that grows, and the member that says by what."""


@dataclass(slots=True)
class _Growing:
    """A part that is not all there yet."""

    block: dict[str, Json]
    place: str
    pieces: dict[str, list[str]] = field(default_factory=dict)
    is_open: bool = True


@dataclass(slots=True)
class Stream:
    """The message that comes in, and what is worth a note about those that did."""

    limits: Limits
    notes: list[str] = field(default_factory=list)
    _head: dict[str, Json] | None = None
    _place: str = ""
    _parts: dict[str, _Growing] = field(default_factory=dict)

    def feed(self, event: dict[str, Json], place: str) -> Turn | None:
        """Take the next event; the whole message once it has ended. Raises Unreadable."""
        kind = event.get("type")
        if kind == "message_start":
            return self._start(event, place)
        if kind == "ping":
            return None
        if kind == "error":
            error = event.get("error")
            what = error.get("type") if isinstance(error, dict) else None
            self.notes.append(
                f"{place}: the provider reported an error" + (f", {what}" if isinstance(what, str) else "")
            )
            return None
        if self._head is None:
            raise Unreadable(f"{place}: {kind} outside a message; a stream begins with message_start")
        if kind == "message_delta":
            delta = event.get("delta")
            self._head.update(delta if isinstance(delta, dict) else {})
        elif kind == "message_stop":
            return self.end()
        else:
            self._of_part(str(kind), event, place)
        return None

    def end(self, cut: str = "") -> Turn | None:
        """The message as far as it came; `cut` says where the file ended, when it was before the message did."""
        if self._head is None:
            return None
        if cut:
            self.notes.append(f"{cut}: the stream was cut: the last message has no end")
        grown = list(self._parts.values())
        turn = turn_of({**self._head, "role": self._head.get("role") or "assistant", "content": []}, self._place)
        self._head, self._parts = None, {}
        return Turn(turn.role, tuple(self._finished(part) for part in grown), turn.model, turn.stop)

    def _start(self, event: dict[str, Json], place: str) -> Turn | None:
        message = event.get("message")
        if not isinstance(message, dict):
            raise Unreadable(f"{place}: message_start without a message")
        before = self.end(place)
        self._head, self._place = dict(message), place
        content = message.get("content")
        for i, block in enumerate(content if isinstance(content, list) else []):
            if isinstance(block, dict):
                self._parts[str(i)] = _Growing(dict(block), f"{place}.content[{i}]", is_open=False)
        return before

    def _of_part(self, kind: str, event: dict[str, Json], place: str) -> None:
        index = event.get("index")
        number = getattr(index, "text", None)  # numbers stay as they are spelled
        if not isinstance(number, str):
            raise Unreadable(f"{place}: {kind} without the index of a content block")
        part = self._parts.get(number)
        if kind == "content_block_start":
            block = event.get("content_block")
            if part is not None or not isinstance(block, dict):
                fault = "begins twice" if part else "begins with no block"
                raise Unreadable(f"{place}: content block {number} {fault}")
            self._parts[number] = _Growing(dict(block), place)
        elif part is None or not part.is_open:
            raise Unreadable(f"{place}: {kind} for content block {number}, which is not open")
        elif kind == "content_block_stop":
            part.is_open = False
        else:
            _grow(part, event.get("delta"), place)

    def _finished(self, part: _Growing) -> Part:
        block = part.block
        for name, pieces in part.pieces.items():
            if name != "input":
                start = block.get(name)
                block[name] = (start if isinstance(start, str) else "") + "".join(pieces)
                continue
            text = "".join(pieces)
            try:
                block["input"] = decode(text, self.limits) if text else block.get("input")
            except Unreadable:
                block["input"] = text
                self.notes.append(f"{part.place}: the input of this request is no JSON; it is read as text")
        return part_of(block, part.place, whole=not part.is_open)


def _grow(part: _Growing, delta: Json, place: str) -> None:
    if not isinstance(delta, dict):
        raise Unreadable(f"{place}: content_block_delta without a delta")
    kind = delta.get("type")
    of = part.block.get("type")
    if kind == "input_json_delta":
        fits, member, by = isinstance(of, str) and of.endswith("tool_use"), "input", delta.get("partial_json")
    elif isinstance(kind, str) and kind in _GROWS:
        needs, member, named = _GROWS[kind]
        fits, by = of == needs, delta.get(named)
    else:
        return  # citations and what may come later: nothing that the model says
    if not fits:
        raise Unreadable(f"{place}: {kind} for a content block of type {of}")
    if not isinstance(by, str):
        raise Unreadable(f"{place}: {kind} says nothing")
    part.pieces.setdefault(member, []).append(by)
