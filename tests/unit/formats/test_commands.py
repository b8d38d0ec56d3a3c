"""`sennit cite`, `sennit schema`, and the files that `sennit check` writes: what they say, and how they end."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from sennit.claim import Answer
from sennit.cli.main import main
from sennit.record.book import Closing, Genesis, write
from sennit.record.entry import Entry, Said


def sennit(*arguments: str) -> int:
    """The exit code."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with proofs/ of one entry in it; the test is in a folder below."""
    folder = tmp_path / "proofs"
    said = Said("Bar.calm", (), "ab" * 32, Answer.BOUNDED, "bmc", "no time was left", depth=20)
    entry = Entry("BAR-1", "Bar.calm", "bar", "always", "Nobody shouts.", Answer.HOLDS, (), (said,))
    genesis = Genesis({}, {"bar": ("Bar.calm",)}, "")
    for name, content in (
        ("genesis.json", genesis.content),
        (entry.path, entry.content),
        ("closing.json", Closing.of([genesis.block, entry.block]).content),
    ):
        write(folder, name, content)
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    return folder


def test_cite_finds_the_ledger_of_the_folder_above(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As text unless asked otherwise; the command that re-checks it names the ledger."""
    assert sennit("cite", "BAR-1") == 0
    out = capsys.readouterr().out
    assert out.startswith("BAR-1  Bar.calm\n  Nobody shouts.\n  not shown: stopped at depth 20\n")
    assert f"  Re-check: sennit audit {ledger}\n" in out


@pytest.mark.parametrize(("form", "start"), [("markdown", "**BAR-1** (`Bar.calm`)"), ("bibtex", "@misc{sennit-BAR-1,")])
def test_cite_writes_other_forms(ledger: Path, capsys: pytest.CaptureFixture[str], form: str, start: str) -> None:
    """Of the ledger that is named."""
    assert sennit("cite", "Bar.calm", "--format", form, "--ledger", str(ledger)) == 0
    assert capsys.readouterr().out.startswith(start)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["BAR-2"], "the ledger has no entry 'BAR-2' (did you mean 'BAR-1'?)"),
        (["BAR-1", "--format", "word"], "--format word: there is text, markdown, bibtex"),
        (["BAR-1", "--ledger", "nowhere"], "nowhere is no ledger: it has no genesis.json"),
    ],
)
def test_cite_refuses_in_one_line(
    ledger: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """Exit code 2, and what to write instead."""
    assert sennit("cite", *arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_schema_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON, from the installed package."""
    assert sennit("schema") == 0
    assert json.loads(capsys.readouterr().out)["$id"] == "urn:sennit:schema:check:1"


def test_check_writes_both_files_beside_what_it_prints(tap: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whole, and over what was there; lines and exit code are as ever."""
    (tap.parent / "out.xml").write_text("old")
    code = sennit("check", "tap.py::never_two", "--junit", "out.xml", "--sarif", "out.sarif")
    assert code == 1
    assert "FAILS in 2 steps (3 states); HOLDS was expected" in capsys.readouterr().out
    (suite,) = ET.parse(tap.parent / "out.xml").getroot()
    assert suite.get("failures") == "1"
    log = json.loads((tap.parent / "out.sarif").read_text("utf-8"))
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["Tap.never_two"]
    assert sorted(path.name for path in tap.parent.iterdir() if path.name.startswith((".", "out"))) == [
        "out.sarif",
        "out.xml",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--junit", "none/out.xml"], "there is no such folder"),
        (["--sarif", "."], "that is a folder"),
        (["--junit", "same", "--sarif", "same"], "is to be two files"),
    ],
)
def test_check_refuses_files_that_cannot_be_written_before_it_runs(
    tap: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """An hour of proving is not lost to a typing error."""
    assert sennit("check", "tap.py", *arguments) == 2
    written = capsys.readouterr()
    assert said in written.err
    assert written.out == ""
