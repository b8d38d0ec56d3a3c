"""What of a transcript's reasoning bears a signature of the provider, and what may be reasoning and bears none.

A flag means "not covered by the provider's signature" and nothing else; least of all that anybody deceives. That a
signature is there can be seen; whether it is right, the provider alone can say.

Flags, and what each points at:

- unsigned_thinking: thinking without a signature.
- odd_signature: thinking whose signature is no standard base64.
- signature_reused: thinking whose signature stood under another thought before.
- text_before_tool: text before a request for a tool, in a turn that stopped for a tool.
- leading_comment: comments or a doc string at the head of code in a request.
- long_comment: two or more lines of comment further down in that code.
- thought_in_input: a member of a request's input that is called thought, reasoning or the like.
- thinking_tag: text inside tags such as `<thinking>`, in text.
- history_changed: a later request gives a turn otherwise than it was said.
- reused_id, unmatched_request, unmatched_result: ids of requests for tools and of their results that do not pair.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sennit.reference.braid.strictjson import Json
from sennit.reference.stream.comments import codes, comments
from sennit.reference.stream.content import Part, Transcript

FLAGS: Final = (
    "unsigned_thinking",
    "odd_signature",
    "signature_reused",
    "text_before_tool",
    "leading_comment",
    "long_comment",
    "thought_in_input",
    "thinking_tag",
    "history_changed",
    "reused_id",
    "unmatched_request",
    "unmatched_result",
)

_TAG = re.compile(
    r"<(/?)((?:antml:)?(?:think|thinking|thought|thoughts|reasoning|scratchpad|reflection|inner_monologue))>", re.I
)
_THOUGHTS: Final = frozenset(
    ("thought", "thoughts", "thinking", "reasoning", "rationale", "scratchpad", "reflection", "chain_of_thought")
)
_PARAGRAPH: Final = 2  # lines of comment from which on it may be more than a label


@dataclass(frozen=True, slots=True)
class Flag:
    """One place that the provider's signature does not cover."""

    flag: str
    turn: int
    place: str
    characters: int
    """How much of what is said there may be reasoning; 0 for flags about ids and history."""
    detail: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Characters, by what covers them, and the flags in the order of the transcript."""

    signed: int
    """Of thinking with a signature."""
    unsigned: int
    """Of thinking without one that counts."""
    beside: int
    """Of what is flagged outside thinking, each character once."""
    written: int
    """Of all that the model wrote: thinking, text, and strings in requests."""
    sealed: int
    """Parts of thinking that cannot be read, and so not measured: redacted, or signed and not shown."""
    flags: tuple[Flag, ...]

    @property
    def reasoning(self) -> int:
        """Characters of thinking, and of what may be reasoning beside it."""
        return self.signed + self.unsigned + self.beside

    @property
    def share(self) -> float | None:
        """What part of the reasoning bears a signature, from 0 to 1; None when there is none that can be read."""
        return self.signed / self.reasoning if self.reasoning else None

    @property
    def of_thinking(self) -> float | None:
        """The same of thinking alone."""
        thinking = self.signed + self.unsigned
        return self.signed / thinking if thinking else None

    @property
    def of_all(self) -> float | None:
        """The same of all that the model wrote, were all of it reasoning."""
        return self.signed / self.written if self.written else None


def coverage(transcript: Transcript) -> Coverage:
    """What bears a signature. Time is linear in the transcript."""
    signed = unsigned = beside = written = sealed = 0
    flags: list[Flag] = []
    seen: dict[str, str] = {}  # the thought that each signature was first seen under
    changes = [
        Flag("history_changed", change.turn, change.place, 0, f"gives turn {change.turn} otherwise than it was said")
        for change in transcript.changes
        if not change.thinking_only
    ]
    for number, turn in enumerate(transcript.turns):
        if turn.role != "assistant":
            continue
        asked = max((i for i, part in enumerate(turn.parts) if part.is_request), default=-1)
        before_tool = asked if turn.stopped_for_tool else -1
        for i, part in enumerate(turn.parts):
            if part.type == "thinking":
                fault = _fault(part, seen)
                if fault:
                    unsigned += len(part.text)
                    flags.append(Flag(fault[0], number, part.place, len(part.text), fault[1]))
                elif part.text:
                    signed += len(part.text)
                else:
                    sealed += 1
                written += len(part.text)
            elif part.is_thinking:
                sealed += 1
            else:
                found = list(_beside(part, number, before_tool=i < before_tool))
                flags += found
                written += len(part.text) if part.type == "text" else _strings(part.input)
                beside += _counted_once(found, part)
    flags += [*_ids(transcript), *changes]
    flags.sort(key=lambda flag: flag.turn)
    return Coverage(signed, unsigned, beside, written, sealed, tuple(flags))


def _fault(part: Part, seen: dict[str, str]) -> tuple[str, str] | None:
    """Why the signature of a thought does not count, if so."""
    if not part.signature:
        return "unsigned_thinking", "thinking without a signature"
    if not _is_base64(part.signature):
        return "odd_signature", "the signature is no standard base64"
    if seen.setdefault(part.signature, part.text) != part.text:
        return "signature_reused", "its signature stood under another thought before"
    return None


def _beside(part: Part, number: int, *, before_tool: bool) -> Iterator[Flag]:
    """Flags of a part that is no thinking, in turn `number`, before a request that the turn stopped for or not."""
    if part.type == "text":
        if before_tool and part.text.strip():
            yield Flag("text_before_tool", number, part.place, len(part.text), "text before a request for a tool")
        names, characters = _tagged(part.text)
        if names:
            shown = ", ".join(f"<{name}>" for name in names)
            yield Flag("thinking_tag", number, part.place, characters, f"text inside {shown}")
    elif part.is_request:
        for path, code in codes(part.input):
            for comment in comments(code):
                if comment.leading or comment.lines >= _PARAGRAPH:
                    kind = "leading_comment" if comment.leading else "long_comment"
                    detail = f"{comment.lines} lines of comment from line {comment.line} of {path}"
                    yield Flag(kind, number, part.place, comment.characters, detail)
        for path, thought in _thoughts(part.input):
            yield Flag("thought_in_input", number, part.place, len(thought), f"{path} says what is thought")


def _counted_once(found: list[Flag], part: Part) -> int:
    """Characters under the flags of one part; in text one flag may lie inside another."""
    counts = [flag.characters for flag in found]
    return max(counts, default=0) if part.type == "text" else sum(counts)


def _tagged(text: str) -> tuple[list[str], int]:
    """Names of the tags in the text, and how many characters they enclose; one that stays open encloses the rest."""
    names: dict[str, None] = {}
    characters, start, open_name = 0, 0, ""
    for tag in _TAG.finditer(text):
        closes, name = tag.group(1), tag.group(2).lower()
        if not open_name and not closes:
            names[name], open_name, start = None, name, tag.end()
        elif closes and name == open_name:
            characters += tag.start() - start
            open_name = ""
    return list(names), characters + (len(text) - start if open_name else 0)


def _ids(transcript: Transcript) -> Iterator[Flag]:
    """Requests and results that do not pair, by conversation. A request in a last turn may yet be answered."""
    asked: dict[tuple[int, str], tuple[int, Part]] = {}
    answered: set[tuple[int, str]] = set()
    last = {turn.conversation: number for number, turn in enumerate(transcript.turns)}
    for number, turn in enumerate(transcript.turns):
        for part in turn.parts:
            key = (turn.conversation, part.id)
            if not part.id:
                continue
            if part.is_request:
                if key in asked:
                    yield Flag("reused_id", number, part.place, 0, f"{_short(part.id)} was asked for before")
                asked[key] = number, part
            elif key not in asked:
                yield Flag("unmatched_result", number, part.place, 0, f"nothing asked for {_short(part.id)}")
            elif key in answered:
                yield Flag("reused_id", number, part.place, 0, f"{_short(part.id)} was answered before")
            answered |= {key} if part.is_result else set()
    for key, (number, part) in asked.items():
        if key not in answered and number < last[key[0]]:
            yield Flag("unmatched_request", number, part.place, 0, f"nothing answers {_short(part.id)}")


def _thoughts(value: Json) -> Iterator[tuple[str, str]]:
    """Strings in the input of a request whose member is called after thinking."""
    stack: list[tuple[str, Json, bool]] = [("input", value, False)]
    while stack:
        path, inner, is_thought = stack.pop()
        if isinstance(inner, str) and is_thought and inner.strip():
            yield path, inner
        elif isinstance(inner, list):
            stack += [(f"{path}[{i}]", item, is_thought) for i, item in reversed(list(enumerate(inner)))]
        elif isinstance(inner, dict):
            members = [(f"{path}.{name}", item, name.lower() in _THOUGHTS) for name, item in inner.items()]
            stack += reversed(members)


def _strings(value: Json) -> int:
    """Characters of all strings in a JSON value, names of members left out."""
    total, stack = 0, [value]
    while stack:
        inner = stack.pop()
        if isinstance(inner, str):
            total += len(inner)
        elif isinstance(inner, list):
            stack += inner
        elif isinstance(inner, dict):
            stack += inner.values()
    return total


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text.encode("ascii"), validate=True))
    except (UnicodeEncodeError, binascii.Error):
        return False


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
