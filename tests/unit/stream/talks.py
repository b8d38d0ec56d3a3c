"""Small transcripts, as JSON values and as streams."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from sennit.reference.stream.content import Transcript
from sennit.reference.stream.coverage import Coverage, coverage
from sennit.reference.stream.reading import parse

Value = dict[str, object]

SIGNED = base64.b64encode(b"what the provider alone can check").decode()
OTHER = base64.b64encode(b"another of its signatures").decode()


def thinking(text: str = "Low water is at six.", signature: str = SIGNED) -> Value:
    return {"type": "thinking", "thinking": text, "signature": signature}


def text(said: str) -> Value:
    return {"type": "text", "text": said}


def ask(number: int = 1, /, **given: object) -> Value:
    return {"type": "tool_use", "id": f"toolu_{number}", "name": "python", "input": given}


def result(number: int = 1, content: object = "0.4") -> Value:
    return {"type": "tool_result", "tool_use_id": f"toolu_{number}", "content": content}


def user(*content: Mapping[str, object]) -> Value:
    return {"role": "user", "content": list(content)}


def response(*content: Mapping[str, object], stop: str | None = "end_turn") -> Value:
    return {"type": "message", "role": "assistant", "model": "m", "content": list(content), "stop_reason": stop}


def request(*messages: Value, **more: object) -> Value:
    return {"model": "m", "max_tokens": 9, "messages": list(messages), **more}


def again(said: Value) -> Value:
    """A response as the next request repeats it."""
    return {"role": "assistant", "content": said["content"]}


def lines(*values: object) -> str:
    return "".join(f"{json.dumps(value)}\n" for value in values)


def events(said: Value) -> list[Value]:
    """The events by which a response comes in, everything in pieces of a few characters."""
    content = said["content"]
    assert isinstance(content, list)
    found: list[Value] = [{"type": "message_start", "message": {**said, "content": [], "stop_reason": None}}]
    for index, block in enumerate(content):
        empty = {"thinking": "", "signature": "", "text": "", "input": {}}
        start = {**block, **{name: value for name, value in empty.items() if name in block}}
        found.append({"type": "content_block_start", "index": index, "content_block": start})
        for name, kind, member in (
            ("thinking", "thinking_delta", "thinking"),
            ("signature", "signature_delta", "signature"),
            ("text", "text_delta", "text"),
            ("input", "input_json_delta", "partial_json"),
        ):
            whole = block.get(name, "")
            whole = json.dumps(whole) if name == "input" and whole else whole
            pieces = [whole[i : i + 7] for i in range(0, len(whole), 7)]
            found += [
                {"type": "content_block_delta", "index": index, "delta": {"type": kind, member: piece}}
                for piece in pieces
            ]
        found += [{"type": "content_block_stop", "index": index}, {"type": "ping"}]
    return [*found, {"type": "message_delta", "delta": {"stop_reason": said["stop_reason"]}}, {"type": "message_stop"}]


def server_sent(values: list[Value], end: str = "\n") -> str:
    return "".join(f"event: {v['type']}{end}data: {json.dumps(v)}{end}{end}" for v in values)


def read(*values: object) -> Transcript:
    return parse(lines(*values))


def covered(*values: object) -> Coverage:
    return coverage(read(*values))


def flags(*values: object) -> list[str]:
    return [flag.flag for flag in covered(*values).flags]
