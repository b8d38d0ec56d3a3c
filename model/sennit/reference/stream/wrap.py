"""Wraps a transcript in a signed braid: a block a part, in the order in which they were said.

What is signed of a part is the whole content block with its type, the provider's signature among its members, and the
turn that it belongs to. So `unwrap` gives back what was wrapped, and what the braid's own format leaves unsigned, such
as the kind of a block and who said it, stands in the payload once more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, Protocol

from sennit.reference.braid.repaired.sign import Session
from sennit.reference.braid.sign import Kind, Signer
from sennit.reference.braid.strictjson import Json, Number
from sennit.reference.stream.content import Part, Transcript, Turn, spell

Format = Literal["braid/1", "braid/2"]

_NAME: Final = 64  # characters of a source, which have 256 bytes at most
_ROLES: Final[dict[str, Kind]] = {"assistant": "text", "user": "prompt", "system": "prompt"}


class Sealed(Protocol):
    """A braid that can be written."""

    @property
    def key(self) -> bytes:
        """Public key, 32 bytes."""

    def write(self, path: Path) -> None:
        """Write it whole or not at all."""


def wrap(transcript: Transcript, seed: bytes | None = None, form: Format = "braid/2") -> Sealed:
    """The transcript as a braid, signed with a key that is forgotten; with a seed of 32 bytes, always the same one.

    A braid/2 is closed, and its results name the request that they answer. Raises Misuse for what no block can hold.
    """
    return _repaired(transcript, seed) if form == "braid/2" else _decision(transcript, seed)


def _repaired(transcript: Transcript, seed: bytes | None) -> Session:
    session = Session(seed, seed)
    requests: dict[tuple[int, str], tuple[int, str]] = {}  # the number of each request, and its tool
    for number, turn in enumerate(transcript.turns):
        for part in turn.parts:
            asked, tool = requests.get((turn.conversation, part.id), (None, "")) if part.is_result else (None, "")
            kind = "unasked_response" if part.is_result and asked is None else _kind(part, turn)
            block = session.append(kind, _source(part, turn, tool), _payload(part, turn, number), request=asked)
            if part.is_request:
                requests[turn.conversation, part.id] = block, part.name
    session.close()
    return session


def _decision(transcript: Transcript, seed: bytes | None) -> Signer:
    signer = Signer(seed)
    tools: dict[tuple[int, str], str] = {}
    for number, turn in enumerate(transcript.turns):
        for part in turn.parts:
            if part.is_request:
                tools[turn.conversation, part.id] = part.name
            tool = tools.get((turn.conversation, part.id), "") if part.is_result else ""
            signer.append(_kind(part, turn), _source(part, turn, tool), _payload(part, turn, number))
    return signer


def _source(part: Part, turn: Turn, tool: str) -> str:
    """Who says a part, as a lane of its own: the tool, the model or the role. The payload has it in full."""
    said = (tool if part.is_result else turn.model) or turn.role
    return "".join(c if c.isprintable() else " " for c in said)[:_NAME]


def _kind(part: Part, turn: Turn) -> Kind:
    if part.is_thinking:
        return "cot"
    if part.is_request:
        return "tool_request"
    return "tool_response" if part.is_result else _ROLES[turn.role]


def _payload(part: Part, turn: Turn, number: int) -> str:
    members: dict[str, Json] = {
        "content": part.raw,
        "conversation": Number(str(turn.conversation)),
        "model": turn.model,
        "role": turn.role,
        "stop_reason": turn.stop,
        "turn": Number(str(number)),
    }
    return spell(members)
