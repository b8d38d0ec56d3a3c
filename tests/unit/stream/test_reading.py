"""A transcript is the same however its file is written, and a file that has two meanings has none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sennit.reference.braid.strictjson import Limits, Unreadable
from sennit.reference.stream.content import Turn
from sennit.reference.stream.reading import parse, read
from unit.stream import talks
from unit.stream.talks import again, ask, events, lines, request, response, result, server_sent, text, thinking, user

QUESTION = user(text("How deep is it?"))
ASKED = response(thinking(), text("Let me look."), ask(code="depth()"), stop="tool_use")
TOLD = user(result())
ANSWERED = response(text("40 cm."))
REPEATED = request(QUESTION, again(ASKED), TOLD)


def said(turns: tuple[Turn, ...]) -> list[object]:
    return [(turn.role, turn.stop, [part.said() for part in turn.parts]) for turn in turns]


FORMS = {
    "lines": lines(request(QUESTION), ASKED, REPEATED, ANSWERED),
    "a list": json.dumps([request(QUESTION), ASKED, REPEATED, ANSWERED], indent=1),
    "exchanges": lines({"request": request(QUESTION), "response": ASKED}, {"request": REPEATED, "response": ANSWERED}),
    "bodies as text": json.dumps(
        [
            {"request": {"body": json.dumps(r)}, "response": {"body": json.dumps(a)}}
            for r, a in ((request(QUESTION), ASKED), (REPEATED, ANSWERED))
        ]
    ),
    "streamed lines": lines(request(QUESTION), *events(ASKED), REPEATED, *events(ANSWERED)),
    "streamed lists": lines(
        {"request": request(QUESTION), "events": events(ASKED)}, {"request": REPEATED, "response": events(ANSWERED)}
    ),
    "streamed text": lines(
        {"request": request(QUESTION), "response": server_sent(events(ASKED))},
        {"request": REPEATED, "response": server_sent(events(ANSWERED), "\r\n")},
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_transcript_is_the_same_in_every_form(form: str) -> None:
    """Four turns, each once, with what the model stopped for."""
    found = parse(FORMS[form])
    assert said(found.turns) == said(parse(FORMS["lines"]).turns)
    assert [turn.role for turn in found.turns] == ["user", "assistant", "user", "assistant"]
    assert [turn.stop for turn in found.turns] == ["", "tool_use", "", "end_turn"]
    assert {turn.conversation for turn in found.turns} == {0}
    assert (found.changes, found.notes) == ((), ())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_server_sent_events_add_up_to_the_response(end: str) -> None:
    """Whatever ends their lines, with comments and other fields between, and without a last empty line."""
    stream = f': a comment " with a quote{end}id: 7{end}retry: 9{end}{end}' + server_sent(events(ASKED), end).rstrip()
    found = parse(stream)
    assert found.form == "server-sent events"
    assert said(found.turns) == said(talks.read(ASKED).turns)


def test_data_over_several_lines_are_one_value() -> None:
    """As the standard for server-sent events has it."""
    first, *rest = events(ASKED)
    split = "event: message_start\n" + "".join(f"data: {line}\n" for line in json.dumps(first, indent=1).split("\n"))
    assert said(parse(split + "\n" + server_sent(rest)).turns) == said(talks.read(ASKED).turns)


def test_a_stream_that_was_cut_is_read_as_far_as_it_came() -> None:
    """The part that was open is marked, and so is the message."""
    found = talks.read(*events(response(thinking("It is deep enough, but only just.")))[:4])
    (part,) = found.turns[0].parts
    assert (part.text, part.whole) == ("It is deep eno", False)
    assert "cut" in found.notes[0]


def test_members_of_other_types_are_not_looked_at() -> None:
    """Some dumps write all members into each block."""
    every = {"thinking": "", "signature": "", "text": "", "tool_use_id": "", "id": "", "input": None}
    blocks = ASKED["content"]
    dumped = response(*({**every, **block} for block in blocks), stop="tool_use")  # type: ignore[attr-defined]  # a list
    assert said(talks.read(dumped).turns) == said(talks.read(ASKED).turns)
    assert talks.read(request(QUESTION), dumped, REPEATED, ANSWERED).changes == ()


def test_a_string_is_a_text_and_cache_control_says_nothing() -> None:
    """Both are the same turn, when a request repeats it."""
    marked = user({**text("How deep is it?"), "cache_control": {"type": "ephemeral"}})
    plain: talks.Value = {"role": "user", "content": "How deep is it?"}
    found = talks.read(request(plain), ASKED, request(marked, again(ASKED), TOLD))
    assert len(found.turns) == 3
    assert found.changes == ()


def test_another_first_message_begins_another_conversation() -> None:
    """Turns keep the order of the file."""
    found = talks.read(request(QUESTION), ASKED, request(user(text("And tomorrow?"))), ANSWERED)
    assert [turn.conversation for turn in found.turns] == [0, 0, 1, 1]


def test_instructions_of_the_system_are_a_turn_when_they_change() -> None:
    """They head no new conversation."""
    found = talks.read(
        request(QUESTION, system="Be short."), ASKED, request(QUESTION, again(ASKED), TOLD, system="Be long.")
    )
    assert [turn.role for turn in found.turns] == ["system", "user", "assistant", "system", "user"]
    assert {turn.conversation for turn in found.turns} == {0}


def test_history_that_was_changed_is_found() -> None:
    """An edited turn is reported; one without its thinking is told apart, since programs may leave that out."""
    edited = response(thinking(), text("Let me guess."), ask(code="depth()"), stop="tool_use")
    (change,) = talks.read(request(QUESTION), ASKED, request(QUESTION, again(edited), TOLD)).changes
    assert (change.turn, change.thinking_only) == (1, False)
    assert change.place == "line 3.messages[1]"
    without = {"role": "assistant", "content": ASKED["content"][1:]}  # type: ignore[index]  # a list
    (change,) = talks.read(request(QUESTION), ASKED, request(QUESTION, without, TOLD)).changes
    assert change.thinking_only


START = {"type": "message_start", "message": response()}
OPEN = {"type": "content_block_start", "index": 0, "content_block": text("")}
GROW = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x"}}
REFUSED = {
    "nothing": ("", "nor server-sent events"),
    "prose": ("Dear diary", "like neither JSON nor"),
    "a number": ("3\n4\n", "no request, response, message or event"),
    "no JSON": ('{"messages": [', "not JSON"),
    "a bad line": (lines(request(QUESTION)) + "{\n", "line 2: not JSON"),
    "a name twice": ('{"role": "user", "role": "user", "content": "x"}', "twice"),
    "nobody speaks": ("[]", "nobody says anything"),
    "another object": ('{"name": "sennit"}', "none of messages, content, type"),
    "no role": ('{"content": "x"}', "without a role"),
    "an odd role": ('{"role": "tool", "content": "x"}', "none of user, assistant, system"),
    "a number said": ('{"role": "user", "content": 3}', "content is a number"),
    "a block without type": ('{"role": "user", "content": [{"text": "x"}]}', "without a type"),
    "a block that is none": ('{"role": "user", "content": ["x"]}', "a content block is an object"),
    "text that is none": ('{"role": "user", "content": [{"type": "text", "text": 1}]}', "text is a number"),
    "two names of an event": ('event: ping\ndata: {"type": "error"}\n\n', "another type"),
    "an unknown field": ("event: ping\nwhat: now\n\n", "no field of a server-sent event"),
    "an event without start": (lines(OPEN), "outside a message"),
    "a part twice": (lines(START, OPEN, OPEN), "begins twice"),
    "growth of nothing": (lines(START, GROW), "not open"),
    "growth after the end": (lines(START, OPEN, {"type": "content_block_stop", "index": 0}, GROW), "not open"),
    "growth of another kind": (
        lines(START, OPEN, {**GROW, "delta": {"type": "thinking_delta", "thinking": "x"}}),
        "for a content block of type text",
    ),
    "growth by nothing": (lines(START, OPEN, {**GROW, "delta": {"type": "text_delta"}}), "says nothing"),
    "no index": (lines(START, {"type": "content_block_stop"}), "without the index"),
    "too deep": ("[" * 100 + "]" * 100, "nested deeper"),
    "a hydration": (
        json.dumps({"namespace": "hydration", "data": "{}", "signature": "A" * 86, "prev_signature": ""}),
        "no part of a conversation",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_transcript_is_refused_in_one_line(case: str) -> None:
    """The line says what is wrong, and where."""
    given, why = REFUSED[case]
    with pytest.raises(Unreadable) as caught:
        parse(given)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_is_no_larger_than_it_may_be(tmp_path: Path) -> None:
    """The size is looked at before the content."""
    path = tmp_path / "talk.jsonl"
    path.write_text(lines(ASKED))
    with pytest.raises(Unreadable, match="the limit is 10"):
        read(path, Limits(size=10))
    assert len(read(path).turns) == 1
