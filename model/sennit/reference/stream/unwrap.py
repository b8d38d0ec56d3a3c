"""Reads a transcript back out of a braid.

What `wrap` made comes back as it was. In other braids a block of thinking is the text of it, and what a provider may
have signed is gone; a request for a tool is the JSON of it, and its result has lost the id. Which blocks made up a turn
they do not say, so every block is a turn by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final, NamedTuple

from sennit.reference.braid.container import parse
from sennit.reference.braid.order import parents_of, reading_order
from sennit.reference.braid.repaired.blocks import BEGINS, blocks_of
from sennit.reference.braid.strictjson import Json, Limits, Number, Unreadable, decode
from sennit.reference.stream.content import Part, Role, Transcript, Turn, part_of, spell, turn_of

ENVELOPE: Final = ("content", "conversation", "model", "role", "stop_reason", "turn")
"""Members of a payload that `wrap` signs: a content block, and the turn that it is part of."""

_WRAPPED: Final = 1 << 20  # bytes of a payload that is looked into for a few words of it

_TYPES: Final[dict[str, tuple[Role, str]]] = {
    "cot": ("assistant", "thinking"),
    "text": ("assistant", "text"),
    "tool_request": ("assistant", "tool_use"),
    "prompt": ("user", "text"),
    "tool_response": ("user", "tool_result"),
}
_LOST: Final = "a braid of plain blocks keeps neither the provider's signatures nor turns; its own: sennit braid verify"


class _Said(NamedTuple):
    """A block of either format."""

    place: str
    kind: str
    source: str
    payload: bytes


def unwrap(text: str, limits: Limits) -> Transcript:
    """The transcript in a BaseDecision or a braid/2 file. Raises Unreadable. No signature of the braid is looked at."""
    ordered = _repaired(text) if text.startswith(BEGINS) else _decision(text, limits)
    wrapped = [(block, said) for block in ordered if (said := _envelope(block.payload, limits)) is not None]
    if ordered and len(wrapped) == len(ordered):
        return Transcript(_rewound(wrapped), "a wrapped transcript")
    if unknown := [block for block in ordered if block.kind not in _TYPES]:
        raise Unreadable(f"{unknown[0].place}: a block of kind {unknown[0].kind[:40]!a} is no part of a conversation")
    if not ordered:
        raise Unreadable("no transcript: the braid has no blocks")
    turns = (
        Turn(role, (_part(block, limits),), block.source if role == "assistant" else "")
        for block in ordered
        for role in (_TYPES[block.kind][0],)
    )
    return Transcript(tuple(turns), "a braid", notes=(_LOST,))


def _decision(text: str, limits: Limits) -> list[_Said]:
    blocks = parse(text, limits=limits).blocks
    above = parents_of([block.signature for block in blocks], [(block.prev,) if block.prev else () for block in blocks])
    read = (blocks[i] for i in reading_order(above))
    return [_Said(block.place, block.kind, block.source, block.payload) for block in read]


def _repaired(text: str) -> list[_Said]:
    said = blocks_of(text.encode("utf-8"))
    if said.fault:
        raise Unreadable(said.fault)
    return [
        _Said(f"block {line.number}", line.kind.decode("ascii"), line.source.decode("utf-8"), line.payload)
        for line in said.blocks
    ]


def words(payload: bytes, most: int) -> str:
    """The first so many characters of what a payload says; of a wrapped part, those of the part alone."""
    if payload.startswith(b'{"content":{') and len(payload) <= _WRAPPED:
        envelope = _envelope(payload, Limits())
        if envelope is not None:
            try:
                part = part_of(envelope["content"], "")
            except Unreadable:
                return spell(envelope["content"])[:most]
            return (part.text or spell(part.input if part.is_request else part.raw))[:most]
    return payload[: 4 * most].decode("utf-8", "replace")[:most]


def _rewound(wrapped: Sequence[tuple[_Said, dict[str, Json]]]) -> tuple[Turn, ...]:
    """The turns that were wrapped: consecutive parts that name the same turn."""
    turns = []
    for _, group in groupby(wrapped, key=lambda pair: (_number(pair[1]["conversation"]), _number(pair[1]["turn"]))):
        members = list(group)
        said = members[0][1]
        head = turn_of({**said, "content": []}, members[0][0].place)
        parts = tuple(part_of(envelope["content"], block.place) for block, envelope in members)
        turns.append(replace(head, parts=parts, conversation=_number(said["conversation"])))
    return tuple(turns)


def _envelope(payload: bytes, limits: Limits) -> dict[str, Json] | None:
    try:
        value = decode(payload.decode("utf-8"), limits)
    except ValueError:
        return None
    return value if isinstance(value, dict) and tuple(value) == ENVELOPE else None


def _number(value: Json) -> int:
    text = value.text if isinstance(value, Number) else ""
    if not (text.isdecimal() and len(text) < 16):
        raise Unreadable("a wrapped part names its turn and conversation by numbers")
    return int(text)


def _part(block: _Said, limits: Limits) -> Part:
    said = block.payload.decode("utf-8", "backslashreplace")
    kind = _TYPES[block.kind][1]
    if kind != "tool_use":
        return Part(kind, block.place, said, raw={"type": kind, "text": said})
    try:
        value = decode(said, limits)
    except Unreadable:
        value = said
    if isinstance(value, dict) and "input" in value:
        return replace(part_of({**value, "type": kind}, block.place), id="")  # no result names it
    return Part(kind, block.place, input=value, raw={"type": kind, "input": value})
