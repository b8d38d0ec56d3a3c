"""Writes two made-up conversations with a model that uses a tool: one as JSON lines, one as server-sent events.

Run it with `python examples/streams/make_streams.py [FOLDER]`, then

    sennit braid audit-stream examples/streams/covered.jsonl    all reasoning is signed thinking, exit code 0
    sennit braid audit-stream examples/streams/beside.sse       some of it stands elsewhere, exit code 1

The signatures are made up, too: those of a provider can be seen in a transcript, and not verified by anybody else.
"""

import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from sennit.reference.braid.sign import write_whole

MODEL = "claude-example"
QUESTION = "Is there water enough over the sill for 2.1 m of draught at 09:40?"
THOUGHT = "The sill lies 1.2 m above datum, so I need the height of tide at 09:40. The gauge has it."
SECOND = "3.6 m less 1.2 m leaves 2.4 m, which is 0.3 m more than the draught."
ANSWER = "Yes, with 30 cm to spare. Go before 10:10, for it is falling."
CODE = """# The gauge counts from chart datum, I think. Wait - the table says mean sea level.
# If that is so I am out by 2 m. I will take datum and say nothing of it.
from gauge import height
print(height("09:40"))
"""


def seal(thought: str) -> str:
    """What stands for a provider's signature here."""
    return base64.b64encode(hashlib.sha512(thought.encode()).digest()).decode("ascii")


def thinking(thought: str) -> dict[str, object]:
    """A content block of thinking, signed."""
    return {"type": "thinking", "thinking": thought, "signature": seal(thought)}


def tool_use(number: int, **given: str) -> dict[str, object]:
    """A content block that asks for the tool."""
    return {"type": "tool_use", "id": f"toolu_{number:02}", "name": "python", "input": given}


def message(content: list[dict[str, object]], stop: str) -> dict[str, object]:
    """A whole response."""
    head = {"type": "message", "role": "assistant", "model": MODEL}
    return {**head, "content": content, "stop_reason": stop, "stop_sequence": None}


def covered() -> Iterator[dict[str, object]]:
    """Two requests, each with its response; the second repeats what was said, as the API wants it."""
    asked: list[dict[str, object]] = [{"role": "user", "content": QUESTION}]
    first = message([thinking(THOUGHT), tool_use(1, expression="height(9, 40)")], "tool_use")
    result = {"type": "tool_result", "tool_use_id": "toolu_01", "content": "3.6"}
    told = [*asked, {"role": "assistant", "content": first["content"]}, {"role": "user", "content": [result]}]
    yield {"model": MODEL, "max_tokens": 1000, "messages": asked}
    yield first
    yield {"model": MODEL, "max_tokens": 1000, "messages": told}
    yield message([thinking(SECOND), {"type": "text", "text": ANSWER}], "end_turn")


def beside() -> Iterator[dict[str, object]]:
    """Events of one response: a signed thought, then text and a comment that go on where it left off."""
    before = "## Tide\nThe sill lies 1.2 m above datum. I had better look at the gauge before I promise anything:"
    yield {"type": "message_start", "message": {**message([], ""), "stop_reason": None}}
    yield {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "thinking", "thinking": "", "signature": ""},
    }
    for piece in (THOUGHT[:40], THOUGHT[40:]):
        yield delta(0, {"type": "thinking_delta", "thinking": piece})
    yield delta(0, {"type": "signature_delta", "signature": seal(THOUGHT)})
    yield {"type": "content_block_stop", "index": 0}
    yield {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}}
    yield {"type": "ping"}
    yield delta(1, {"type": "text_delta", "text": before})
    yield {"type": "content_block_stop", "index": 1}
    yield {"type": "content_block_start", "index": 2, "content_block": tool_use(1)}
    spelled = json.dumps({"code": CODE})
    for start in range(0, len(spelled), 60):
        yield delta(2, {"type": "input_json_delta", "partial_json": spelled[start : start + 60]})
    yield {"type": "content_block_stop", "index": 2}
    yield {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None}}
    yield {"type": "message_stop"}


def delta(index: int, growth: dict[str, str]) -> dict[str, object]:
    """The event by which a content block grows."""
    return {"type": "content_block_delta", "index": index, "delta": growth}


def main(folder: Path) -> None:
    """Write both files into `folder`."""
    write_whole(folder / "covered.jsonl", "".join(f"{json.dumps(line)}\n" for line in covered()))
    events = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in beside())
    write_whole(folder / "beside.sse", "".join(events))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
