"""A transcript in a braid is signed whole, and comes back as it was."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from sennit.errors import Misuse
from sennit.reference.braid.container import read as read_braid
from sennit.reference.braid.repaired.blocks import blocks_of
from sennit.reference.braid.repaired.sign import Session
from sennit.reference.braid.repaired.verify import verify as verify_repaired
from sennit.reference.braid.strictjson import Unreadable
from sennit.reference.braid.verify import verify
from sennit.reference.stream.coverage import coverage
from sennit.reference.stream.reading import parse, read
from sennit.reference.stream.unwrap import words
from sennit.reference.stream.wrap import Format, wrap
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


@pytest.mark.parametrize("form", ["braid/1", "braid/2"])
def test_what_was_wrapped_comes_back(tmp_path: Path, form: Format) -> None:
    """Every turn and part with all its members, and so the same coverage."""
    transcript = parse(TALK)
    path = tmp_path / "talk.json"
    wrap(transcript, form=form).write(path)
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
    wrap(parse(TALK), form="braid/1").write(path)
    braid = read_braid(path)
    assert verify(braid.blocks, braid.key).ok
    kinds = {(block.kind, block.source) for block in braid.blocks}
    assert {("prompt", "system"), ("prompt", "user"), ("tool_request", "m"), ("tool_response", "python")} <= kinds


def test_the_signature_of_the_provider_is_part_of_what_is_signed(tmp_path: Path) -> None:
    """Who edits it, or says that text is thinking, breaks the signature of the braid."""
    path = tmp_path / "talk.json"
    wrap(parse(TALK), form="braid/1").write(path)
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
    wrap(parse(TALK), form="braid/1").write(path)
    shown = [words(block.payload, 20) for block in read_braid(path).blocks]
    assert "Low water is at six." in shown
    assert '{"code":"# why\\n1.50' in shown
    assert words(b'{"content":{}}', 20) == '{"content":{}}'
    assert words(b"\xff plain", 3) == "\ufffd p"


def test_a_repaired_braid_is_complete_and_names_the_request_of_each_result(tmp_path: Path) -> None:
    """Nobody can drop a turn from it; a result that nothing asked for is of another kind."""
    path = tmp_path / "talk.braid"
    signed = wrap(parse(TALK + lines(user(result(9)))), b"\1" * 32)
    signed.write(path)
    report = verify_repaired(path, pin=hashlib.sha256(signed.key).digest())
    assert (report.ok, report.answer) == (True, "complete")
    blocks = blocks_of(path.read_bytes()).blocks
    assert [line.request for line in blocks if line.kind == b"tool_response"] == [5]
    assert blocks[4].kind == b"tool_request"
    assert blocks[-1].kind == b"unasked_response"
    cut = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*cut[:-2], cut[-1]]))
    assert verify_repaired(path).answer == "fails"


def test_other_braids_of_the_repaired_format_are_read_too(tmp_path: Path) -> None:
    """Plain blocks have no turns and no signature of a provider; what is damaged is refused with its line."""
    session = Session(b"\1" * 32, b"\2" * 32)
    session.append("cot", "pilot", "Low water is at six.")
    found = coverage(parse(session.data().decode()))
    assert (found.unsigned, found.share) == (20, 0)
    with pytest.raises(Unreadable, match=r"line 3: grammar"):
        parse(session.data().decode() + "{}\n")


def test_names_that_no_source_can_have_are_kept_in_the_payload_alone(tmp_path: Path) -> None:
    """A lane has a printable name of bounded length; a block of more than its line can hold is refused."""
    path = tmp_path / "talk.braid"
    wrap(parse(lines({**response(text("x")), "model": "\x00" + "\u00e9" * 500}))).write(path)
    assert len(blocks_of(path.read_bytes()).blocks[0].source) < 256
    assert read(path).turns[0].model == "\x00" + "\u00e9" * 500
    with pytest.raises(Misuse, match="the most is"):
        wrap(parse(lines(user(text("x" * 13_000_000)))))
