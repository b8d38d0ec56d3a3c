"""What a transcript says: turns, and the parts in them, told apart by their type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from sennit.reference.braid.strictjson import Json, Number, Unreadable

Role = Literal["system", "user", "assistant"]

REQUESTS: Final = ("tool_use", "server_tool_use", "mcp_tool_use")
"""Types by which the model asks for a tool; the first is answered by the user, in the next turn."""

_THINKING: Final = ("thinking", "redacted_thinking")
_OF_A_MODEL: Final = (*_THINKING, *REQUESTS)


@dataclass(frozen=True, slots=True)
class Part:
    """One content block. Members that its type does not have are not looked at."""

    type: str
    place: str
    """Where it is in the file."""
    text: str = ""
    """What thinking and text say, and what a tool's result says in its text blocks."""
    signature: str = ""
    """The provider's, of thinking alone."""
    id: str = ""
    """Of a request for a tool, or the one that a result answers."""
    name: str = ""
    input: Json = None
    raw: Json = field(default=None, compare=False)
    """The block as the file has it."""
    whole: bool = True
    """False when a stream ended before this part did."""

    @property
    def is_thinking(self) -> bool:
        """True for thinking, whether or not it can be read."""
        return self.type in _THINKING

    @property
    def is_request(self) -> bool:
        """True when this asks for a tool."""
        return self.type in REQUESTS

    @property
    def is_result(self) -> bool:
        """True when this answers a request."""
        return self.type.endswith("tool_result")

    def said(self) -> tuple[object, ...]:
        """What makes two parts the same thing said, wherever they stand."""
        if self.type == "thinking" or self.type == "text" or self.is_request:
            return self.type, self.text, self.signature, self.id, self.name, spell(self.input)
        if self.is_result and isinstance(self.raw, dict):
            content = self.raw.get("content")
            others = [block for block in content if _type_of(block) != "text"] if isinstance(content, list) else []
            return self.type, self.text, self.id, spell(list(map(_bare, others)))
        return self.type, spell(_bare(self.raw))


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side says before the other does."""

    role: Role
    parts: tuple[Part, ...]
    model: str = ""
    stop: str = ""
    """Why the model stopped, or nothing where that is not known."""
    conversation: int = 0
    """Conversations of one file are numbered from 0."""

    @property
    def stopped_for_tool(self) -> bool:
        """True when the turn ended so that the user runs a tool; unless the stop is known, having asked for one."""
        return self.stop == "tool_use" or (not self.stop and any(part.type == "tool_use" for part in self.parts))


@dataclass(frozen=True, slots=True)
class Change:
    """A turn that a later request gives otherwise than it was said."""

    turn: int
    place: str
    thinking_only: bool
    """True when all that is missing is thinking, which programs may leave out."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What one file says: each turn once, however often requests repeat it."""

    turns: tuple[Turn, ...]
    form: str
    """How the file is written."""
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()


def part_of(value: Json, place: str, *, whole: bool = True) -> Part:
    """The part in a content block. Raises Unreadable when a member that its type needs is no string."""
    if not isinstance(value, dict):
        raise Unreadable(f"{place}: a content block is an object, not {_type(value)}")
    kind = value.get("type")
    if not isinstance(kind, str) or not kind:
        raise Unreadable(f"{place}: a content block without a type")
    part = Part(kind, place, raw=value, whole=whole)
    if kind == "thinking":
        return replace(part, text=_text(value, "thinking", place), signature=_text(value, "signature", place))
    if kind == "text":
        return replace(part, text=_text(value, "text", place))
    if kind in REQUESTS:
        return replace(part, id=_text(value, "id", place), name=_text(value, "name", place), input=value.get("input"))
    if kind.endswith("tool_result"):
        return replace(part, id=_text(value, "tool_use_id", place), text=_result_text(value.get("content"), place))
    return part


def turn_of(value: dict[str, Json], place: str) -> Turn:
    """The turn in a message. Raises Unreadable for what is no message."""
    content = value.get("content")
    parts: tuple[Part, ...]
    if isinstance(content, str):
        parts = (Part("text", f"{place}.content", content, raw={"type": "text", "text": content}),)
    elif isinstance(content, list):
        parts = tuple(part_of(block, f"{place}.content[{i}]") for i, block in enumerate(content))
    else:
        raise Unreadable(f"{place}: content is {_type(content)}, not a string or an array of blocks")
    return Turn(_role(value, parts, place), parts, _text(value, "model", place), _text(value, "stop_reason", place))


def spell(value: Json) -> str:
    """JSON text of a value: compact, members in their order, numbers as they were spelled."""
    return "".join(_pieces(value))


def _pieces(value: Json) -> Iterator[str]:
    if isinstance(value, Number):
        yield value.text
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield "," if i else "["
            yield from _pieces(inner)
        yield "]" if value else "[]"
    elif isinstance(value, dict):
        for i, (name, inner) in enumerate(value.items()):
            yield ("," if i else "{") + _quoted(name) + ":"
            yield from _pieces(inner)
        yield "}" if value else "{}"
    elif isinstance(value, str):
        yield _quoted(value)
    else:
        yield {None: "null", True: "true", False: "false"}[value]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _role(value: dict[str, Json], parts: tuple[Part, ...], place: str) -> Role:
    role = value.get("role")
    known: dict[str, Role] = {"assistant": "assistant", "user": "user", "system": "system"}
    if isinstance(role, str) and role in known:
        return known[role]
    if role is None and ("stop_reason" in value or any(part.type in _OF_A_MODEL for part in parts)):
        return "assistant"
    if role is None:
        raise Unreadable(f"{place}: a message without a role")
    raise Unreadable(f"{place}: the role {spell(role)[:40]} is none of user, assistant, system")


def _result_text(content: Json, place: str) -> str:
    """What a tool's result says in text; results of other shapes say nothing here."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    blocks = [block for block in content if isinstance(block, dict) and block.get("type") == "text"]
    return "\n".join(_text(block, "text", place) for block in blocks)


def _bare(value: Json) -> Json:
    """A content block without what caches need, and without members that say nothing."""
    if not isinstance(value, dict):
        return value
    return {name: inner for name, inner in value.items() if name != "cache_control" and inner not in ("", None, [], {})}


def _type_of(block: Json) -> Json:
    return block.get("type") if isinstance(block, dict) else None


def _text(value: dict[str, Json], name: str, place: str) -> str:
    """A string member; nothing and null read as the empty string."""
    text = value.get(name)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise Unreadable(f"{place}: {name} is {_type(text)}, not a string")
    return text


def _type(value: Json) -> str:
    names = {type(None): "missing", bool: "a boolean", str: "a string", list: "an array", dict: "an object"}
    return names.get(type(value), "a number")
