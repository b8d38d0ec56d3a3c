"""A transcript in a braid is signed whole, and comes back as it was."""

from __future__ import annotations

import json
from pathlib import Path

from sennit.reference.braid.container import read as read_braid
from sennit.reference.braid.verify import verify
from sennit.reference.stream.coverage import coverage
from sennit.reference.stream.reading import parse, read
from sennit.reference.stream.unwrap import words
from sennit.reference.stream.wrap import wrap
from unit.stream.talks import again, ask, lines, request, response, result, text, thinking, user
from unit.stream.test_reading import said

QUESTION = user(text("How deep is it?"))
ASKED = response(thinking(), text("I will look."), ask(code="# why\n1.50", many=[1, None, True]), stop="tool_use")
PICTURE = {"type": "image", "source": {"type": "base64", "data": "aGk="}}
TALK = lines(
    request(QUESTION, system="Be short."),
    ASKED,
    request(QUESTION, again(ASKED), user(result(content=[text("4"), PICTURE])), system="Be short."),
    response({"type": "redacted_thinking", "data": "eA=="}, text("40 cm.")),
    request(user({"type": "text", "text": "Another day \u2026"})),
)


def test_what_was_wrapped_comes_back(tmp_path: Path) -> None:
    """Every turn and part with all its members, and so the same coverage."""
    transcript = parse(TALK)
    path = tmp_path / "talk.json"
    wrap(transcript).write(path)
    back = read(path)
    assert back.form == "a wrapped transcript"
    assert said(back.turns) == said(transcript.turns)
    assert [part.raw for turn in back.turns for part in turn.parts] == [
        p.raw for t in transcript.turns for p in t.parts
    ]
    assert [(t.model, t.conversation) for t in back.turns] == [(t.model, t.conversation) for t in transcript.turns]
    before, after = coverage(transcript), coverage(back)
    assert (before.signed, before.beside, before.share) == (after.signed, after.beside, after.share)
    assert [flag.flag for flag in before.flags] == [flag.flag for flag in after.flags] != []


def test_the_braid_verifies_as_one_chain_with_kinds_and_sources(tmp_path: Path) -> None:
    """The result of a tool stands under the tool's name."""
    path = tmp_path / "talk.json"
    wrap(parse(TALK)).write(path)
    braid = read_braid(path)
    assert verify(braid.blocks, braid.key).ok
    kinds = {(block.kind, block.source) for block in braid.blocks}
    assert {("prompt", "system"), ("prompt", "user"), ("tool_request", "m"), ("tool_response", "python")} <= kinds


def test_the_signature_of_the_provider_is_part_of_what_is_signed(tmp_path: Path) -> None:
    """Who edits it, or says that text is thinking, breaks the signature of the braid."""
    path = tmp_path / "talk.json"
    signed = wrap(parse(TALK))
    signed.write(path)
    decision = json.loads(path.read_text())
    thought = decision["ChainOfThoughts"]["m"][0][0]
    assert json.loads(thought["data"])["content"] == thinking()
    thought["data"] = thought["data"].replace('"type":"thinking"', '"type":"text"')
    thought["data_b64"] = ""
    path.write_text(json.dumps(decision))
    braid = read_braid(path)
    assert [failure.rule for failure in verify(braid.blocks, braid.key).failures] == ["signature"]


def test_a_key_is_new_each_time_unless_there_is_a_seed() -> None:
    """A seed makes the same braid again."""
    transcript = parse(TALK)
    assert wrap(transcript).key != wrap(transcript).key
    assert wrap(transcript, b"\1" * 32).key == wrap(transcript, b"\1" * 32).key


def test_a_picture_shows_the_words_of_a_wrapped_part(tmp_path: Path) -> None:
    """And those of any other payload as they are."""
    path = tmp_path / "talk.json"
    wrap(parse(TALK)).write(path)
    shown = [words(block.payload, 20) for block in read_braid(path).blocks]
    assert "Low water is at six." in shown
    assert '{"code":"# why\\n1.50' in shown
    assert words(b'{"content":{}}', 20) == '{"content":{}}'
    assert words(b"\xff plain", 3) == "\ufffd p"
