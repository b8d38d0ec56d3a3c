"""What bears a signature is counted, and what may be reasoning and bears none is flagged."""

from __future__ import annotations

from pathlib import Path

import pytest

from sennit.reference.stream.comments import comments
from sennit.reference.stream.coverage import FLAGS, coverage
from sennit.reference.stream.reading import read as read_file
from unit.stream.talks import OTHER, again, ask, covered, flags, request, response, result, text, thinking, user

QUESTION = user(text("How deep is it?"))


def test_signed_thinking_and_an_answer_are_covered_whole() -> None:
    """An answer is not reasoning, though it is counted among all that was written."""
    found = covered(response(thinking("abcdef"), text("1234")))
    assert (found.signed, found.unsigned, found.beside, found.written) == (6, 0, 0, 10)
    assert (found.share, found.of_thinking, found.of_all) == (1, 1, 0.6)
    assert found.flags == ()


def test_without_anything_to_cover_there_is_no_share() -> None:
    """Nothing of nothing is not 0 and not 100 %."""
    found = covered(response(text("Yes.")))
    assert found.share is found.of_thinking is None
    assert found.of_all == 0


@pytest.mark.parametrize(
    ("signature", "flag"), [("", "unsigned_thinking"), ("not base64!", "odd_signature"), ("\u00e9", "odd_signature")]
)
def test_thinking_counts_as_signed_only_with_a_signature(signature: str, flag: str) -> None:
    """One that is empty or no base64 covers nothing."""
    found = covered(response(thinking("abc", signature)))
    assert [f.flag for f in found.flags] == [flag]
    assert (found.signed, found.unsigned, found.share) == (0, 3, 0)


def test_a_signature_covers_one_thought() -> None:
    """Under another it counts for nothing; the same thought may come again."""
    assert flags(response(thinking("a")), response(thinking("b"))) == ["signature_reused"]
    assert flags(response(thinking("a")), response(thinking("a"))) == []


def test_what_is_sealed_is_in_no_share() -> None:
    """Redacted thinking, and thinking that is signed and not shown, cannot be measured."""
    found = covered(response({"type": "redacted_thinking", "data": "xyz"}, thinking("", OTHER), text("Yes.")))
    assert (found.sealed, found.reasoning, found.flags) == (2, 0, ())


@pytest.mark.parametrize(("stop", "expected"), [("tool_use", 1), (None, 1), ("end_turn", 0)])
def test_text_before_a_tool_is_flagged_where_the_turn_stops_for_it(stop: str | None, expected: int) -> None:
    """And where it is not known why it stopped; text behind the request is not."""
    found = covered(response(thinking(), text("I will look."), ask(), text("Wait for it."), stop=stop))
    assert [f.flag for f in found.flags] == ["text_before_tool"] * expected
    assert found.beside == expected * len("I will look.")


def test_comments_at_the_head_of_code_and_paragraphs_in_it_are_flagged() -> None:
    """A single line of comment further down is not."""
    code = (
        "# First I thought it was low water.\nx = 1\n# a label\ny = 2\n# Wait, this is wrong:\n# it was high water.\n"
    )
    found = covered(response(ask(code=code), stop="tool_use"))
    assert [(f.flag, f.characters) for f in found.flags] == [("leading_comment", 35), ("long_comment", 42)]
    assert found.beside == 77
    assert found.written == len(code)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('"""I am not sure of this.\n\nAt all."""\nimport this\n', [(1, 3, True)]),
        ("/* a\n b */\nint x;\n", [(1, 2, True)]),
        ("// one\n\n// two\nlet x;", [(1, 1, True), (3, 1, True)]),
        ("-- why\nselect 1;", [(1, 1, True)]),
        ("#!/bin/sh\n# -*- coding: utf-8 -*-\n#include <x>\nls", []),
        ('x = """\n# in a string\n# and more\n"""\n', []),
        ("import x\n# later\n", [(2, 1, False)]),
        ("", []),
    ],
)
def test_comments_are_found_in_most_languages(code: str, expected: list[tuple[int, int, bool]]) -> None:
    """Line, lines, and whether they lead."""
    assert [(c.line, c.lines, c.leading) for c in comments(code)] == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"path": "a.py", "file_text": "# why\nx"}, ["leading_comment"]),
        ({"path": "a.md", "file_text": "# A heading\nx"}, []),
        ({"edits": [{"file_path": "b.go", "new_string": "// why\nx"}]}, ["leading_comment"]),
        ({"thought": "I wonder."}, ["thought_in_input"]),
        ({"plan": {"Reasoning": ["a", "b"]}}, ["thought_in_input"] * 2),
        ({"title": "# no code"}, []),
    ],
)
def test_code_and_thoughts_in_inputs_are_told_by_their_names(given: dict[str, object], expected: list[str]) -> None:
    """Text of a file is code where the name of the file says so."""
    assert flags(response(ask(1, **given), stop="tool_use")) == expected


def test_text_in_tags_of_thinking_is_flagged() -> None:
    """What they enclose is counted; a tag that stays open encloses the rest."""
    found = covered(response(text("<thinking>abc</thinking> So: <SCRATCHPAD>de"), text("a < b, and <b>bold</b>")))
    assert [(f.flag, f.characters) for f in found.flags] == [("thinking_tag", 5)]
    assert found.beside == 5


def test_what_is_flagged_twice_is_counted_once() -> None:
    """Tags inside text before a tool."""
    found = covered(response(text("<thinking>abc</thinking>"), ask(), stop="tool_use"))
    assert {f.flag for f in found.flags} == {"text_before_tool", "thinking_tag"}
    assert found.beside == 24


def test_ids_that_do_not_pair_are_flagged() -> None:
    """By conversation, and not where an answer may yet come."""
    asked = response(ask(), stop="tool_use")
    assert flags(request(QUESTION), asked) == []
    assert flags(request(QUESTION), asked, user(result())) == []
    assert flags(request(QUESTION), asked, user(text("Never mind."))) == ["unmatched_request"]
    assert flags(request(QUESTION), asked, user(result(2))) == ["unmatched_request", "unmatched_result"]
    assert flags(request(QUESTION), asked, user(result(), result())) == ["reused_id"]
    assert flags(asked, user(result()), asked, user(result())) == ["reused_id", "reused_id"]
    assert flags(request(QUESTION), asked, request(user(text("Anew.")), user(result()))) == ["unmatched_result"]


def test_tools_of_the_provider_pair_within_their_turn() -> None:
    """Their results stand beside the request."""
    own = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}}
    found = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []}
    assert flags(response(text("I will search."), own, found, text("Found."))) == []
    assert flags(response(own), QUESTION) == ["unmatched_request"]


def test_changed_history_is_flagged_and_left_out_thinking_is_not() -> None:
    """Only the first makes what was said another thing."""
    said = response(thinking(), text("It is 4 m."))
    edited = response(thinking(), text("It is 5 m."))
    more = user(text("Thanks."))
    assert flags(request(QUESTION), said, request(QUESTION, again(edited), more)) == ["history_changed"]
    assert flags(request(QUESTION), said, request(QUESTION, again(response(text("It is 4 m."))), more)) == []


def test_every_flag_has_its_line_in_the_documentation() -> None:
    """In the docstring that defines them."""
    import sennit.reference.stream.coverage as module

    assert all(flag in (module.__doc__ or "") for flag in FLAGS)


def test_real_braids_hold_no_signature_of_a_provider(shared: Path) -> None:
    """Their thinking is there, in Claude's part of it with paragraphs in the code that it ran, and all unsigned."""
    folder = shared / "iolite"
    if not folder.is_dir():
        pytest.skip("the folder of real braids, iolite, is not on this machine")
    paths = [path for path in sorted(folder.iterdir()) if path.suffix != ".dream"]
    assert len(paths) == 7
    for path in paths:
        found = coverage(read_file(path))
        assert found.share == 0, path.name
        assert found.unsigned > 1000, path.name
        assert {f.flag for f in found.flags} <= {"unsigned_thinking", "long_comment"}, path.name
    code = coverage(read_file(folder / "learnedEthics0.3__prompt.json"))
    assert [f.characters for f in code.flags if f.flag == "long_comment"] == [126, 100]


def test_many_parts_and_turns_cost_as_many_times_as_much() -> None:
    """10,000 texts before one request, each flagged: with a look at all later parts for each it would take a minute."""
    found = covered(response(*(text("x") for _ in range(10_000)), ask(), stop="tool_use"))
    assert len(found.flags) == found.beside == 10_000
