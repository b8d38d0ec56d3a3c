"""The report as text: the same for the same ledger, nothing in it from elsewhere, and one line for what cannot be."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from browser import small_ledger
from browser.small_ledger import HOSTILE
from sennit.cli.report import report as command
from sennit.errors import Misuse
from sennit.record.book import Book, Closing
from sennit.show.html import braid, prose, scope
from sennit.show.html.ledger import read
from sennit.show.html.page import page


def test_the_same_ledger_gives_the_same_page(ledger: Path, tmp_path: Path) -> None:
    """Byte for byte, also when the files lie elsewhere."""
    copy = tmp_path / "copy"
    shutil.copytree(ledger, copy)
    assert page(read(ledger)) == page(read(copy))


def test_the_page_names_no_address_and_handles_events_in_its_script_alone(report: Path) -> None:
    """No element loads anything, no attribute holds a script or a style, and the policy starts with nothing allowed."""
    text = report.read_text("utf-8")
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert "http://" not in text
    assert "https://" not in text
    assert re.findall(r"<(?:img|iframe|object|embed|video|audio|source|base|form)\b", markup) == []
    assert re.findall(r"<[^>]*\s(?:on\w+|style|src)\s*=", markup) == []
    assert re.findall(r'href="(?!#|data:,")[^"]*"', markup) == []
    assert "default-src &#39;none&#39;" in markup
    assert "unsafe" not in markup


def test_no_text_of_a_ledger_is_markup(report: Path) -> None:
    """The statement that tries to be a script is there, escaped, and nowhere as it is."""
    text = report.read_text("utf-8")
    assert HOSTILE not in text
    assert "<script>document" not in text
    assert "&lt;script&gt;document.title" in text
    assert text.count("<script") == 1 + text.count('<script type="application/json">')


@pytest.mark.parametrize(
    ("value", "shown"),
    [("</script><b>", "</script><b>"), ("<!--", "<!--"), ("&lt;", "&lt;"), ("b\u2028c", "b c"), ("\u202e", "\\u202e")],
)
def test_values_of_a_run_cannot_end_the_element_they_stand_in(tmp_path: Path, value: str, shown: str) -> None:
    """Whatever a trace holds, its JSON has no markup in it and reads back as the value, control characters shown."""
    small_ledger.write(tmp_path)
    run = {"trace": {"start": {"x": "a"}, "steps": [{"rule": "r", "args": {}, "state": {"x": value}}]}}
    rewrite(tmp_path, "GATE-4", json.dumps(run).encode())
    found = re.findall(r'<script type="application/json">(.*?)</script>', page(read(tmp_path)), re.DOTALL)
    assert not any(sign in text for text in found for sign in "<>&")
    values = [c[1] for text in found for m in json.loads(text)["moves"] for c in m["changes"]]
    assert shown in values


def test_claims_come_after_the_lemmas_that_they_lean_on(ledger: Path) -> None:
    """In every suite a lemma's row is above the rows of what leans on it, whatever the order of the entries."""
    drawing = braid.braid(read(ledger))
    at = {row.entry.id: number for number, row in enumerate(drawing.rows) if row.entry is not None}
    assert [(s.lemma, s.claim) for s in drawing.strands] == [("TWOPHASE-1", "TWOPHASE-2")]
    assert at["TWOPHASE-1"] < at["TWOPHASE-2"]
    assert len(at) == 7


@pytest.mark.parametrize(
    ("short", "answer", "expected"),
    [
        ("TWOPHASE-1", "HOLDS", "Shown for manager = 2 only: all 56 reachable states"),
        ("TWOPHASE-3", "SEEN", "Reached for manager = 2 in 7 steps"),
        ("GATE-1", "BOUNDED", "Not shown for car = 4: stopped at depth 20"),
        ("GATE-2", "UNKNOWN", "Not shown for car = 4: the solver gave up"),
        ("GATE-10", "NEVER", "Shown never to be reached for car = 4 only: in none of 1,234 reachable states"),
        ("GATE-4", "FAILS", "Refuted by constants that make it false"),
    ],
)
def test_scope_says_how_far_an_answer_reaches(ledger: Path, short: str, answer: str, expected: str) -> None:
    """A proof at some sizes says `only`; what is not proved says `Not shown` first; each has its own answer's sign."""
    (found,) = sentences(ledger, short)
    assert found.answer == answer
    assert f"{found.lead}{found.rest}".startswith(expected)


def test_a_proof_that_leans_on_what_is_not_established_is_not_shown(tmp_path: Path) -> None:
    """HOLDS on file is not enough: the page says UNKNOWN, and filters by that."""
    small_ledger.write(tmp_path)
    entry = Book.read(tmp_path).entry("TWOPHASE-1")
    (said,) = entry.answers
    leaning = replace(entry, answers=(replace(said, leans=("TwoPhase.nowhere",)),))
    small_ledger.put(tmp_path, entry.path, leaning.content)
    (found,) = sentences(tmp_path, "TWOPHASE-1")
    assert (found.answer, found.lead) == ("UNKNOWN", "Not shown")
    assert "TwoPhase.nowhere" in found.rest
    assert 'data-claim="TWOPHASE-1" data-answers="UNKNOWN"' in page(read(tmp_path))


def test_a_page_of_an_unfinished_ledger_says_so(tmp_path: Path) -> None:
    """Without a closing block, or with another's, the head of the page warns."""
    small_ledger.write(tmp_path)
    assert 'class="flag">This ledger' not in page(read(tmp_path))
    (tmp_path / "closing.json").write_bytes(Closing.of(["0" * 64]).content)
    assert "The closing block is not that of these entries" in page(read(tmp_path))
    (tmp_path / "closing.json").unlink()
    assert "This ledger is not finished" in page(read(tmp_path))


def test_a_changed_trace_is_not_shown(tmp_path: Path) -> None:
    """A file that is not the one its entry names is refused, by name."""
    small_ledger.write(tmp_path)
    trace = next(tmp_path.glob("two_phase/*.trace.json"))
    trace.write_bytes(trace.read_bytes().replace(b"manager", b"manages"))
    with pytest.raises(Misuse, match=re.escape(trace.name)):
        read(tmp_path)


@pytest.mark.parametrize(
    "run",
    [
        {"trace": 3},
        {"trace": {"start": {"x": 1}}},
        {"trace": {"start": {"x": {}}, "steps": []}},
        {"trace": {"start": {"x": 1}, "steps": [4]}},
        {"trace": {"start": {"x": 1}, "steps": [{"rule": "r", "args": {}, "state": {"y": 1}}]}},
        {"trace": {"start": {"x": [1]}, "steps": [{"rule": "r", "args": {}, "state": {"x": [1, 2]}}]}},
    ],
    ids=str,
)
def test_a_trace_of_another_form_is_misuse(tmp_path: Path, run: object) -> None:
    """Data that is no run ends in one line that names the file."""
    small_ledger.write(tmp_path)
    rewrite(tmp_path, "GATE-4", json.dumps(run).encode())
    with pytest.raises(Misuse, match=r"gates\.sum\.1\.trace\.json"):
        page(read(tmp_path))


def test_the_file_is_written_whole_or_not_at_all(
    ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A report is one file and one line; where there is no ledger, what was there before stays."""
    file = tmp_path / "report.html"
    command(ledger, file)
    written = file.read_bytes()
    assert written.endswith(b"</html>")
    assert capsys.readouterr().out == f"{file}: 7 claims; open it in a browser\n"
    with pytest.raises(Misuse, match=r"no genesis\.json"):
        command(tmp_path, file)
    with pytest.raises(Misuse, match="cannot be written"):
        command(ledger, tmp_path / "nowhere" / "report.html")
    assert file.read_bytes() == written
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A `b`", "<h3>A <code>b</code></h3>"),
        ("one\ntwo", "<p>one two</p>"),
        ("- a\n  b\n- c", "<ul><li>a b</li><li>c</li></ul>"),
        ("**a** *b* <i>", "<p><strong>a</strong> <em>b</em> &lt;i&gt;</p>"),
        ("```\n# a\n\n  <b>\n```", "<pre><code># a\n\n  &lt;b&gt;</code></pre>"),
        ("[a](javascript:x)", "<p>[a](javascript:x)</p>"),
        ("", ""),
    ],
)
def test_markdown_is_shown_and_never_trusted(text: str, expected: str) -> None:
    """Headings, lists, code and emphasis; all else is the text that it is."""
    assert prose.html(text) == expected


def sentences(folder: Path, short: str) -> list[scope.Sentence]:
    """What the page says of one claim."""
    ledger = read(folder)
    return scope.sentences(ledger.cited[short], ledger.book.entry(short))


def rewrite(folder: Path, short: str, trace: bytes) -> None:
    """Puts another trace into the ledger, with its digest in the entry."""
    entry = Book.read(folder).entry(short)
    (said,) = entry.answers
    assert said.trace is not None
    changed = replace(
        entry, kind="always", answers=(replace(said, trace=small_ledger.put(folder, said.trace.path, trace)),)
    )
    small_ledger.put(folder, entry.path, changed.content)
