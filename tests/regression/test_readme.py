"""The README says what is so: its example runs, and says what the README says it says."""

from __future__ import annotations

import doctest
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def sennit(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sennit.cli.main", *args]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


def test_the_example_checks_green_and_prints_what_the_readme_shows(tmp_path: Path) -> None:
    """The python block is a whole file; the answers in the console block are the answers."""
    (example,) = blocks("python")
    assert len([line for line in example.splitlines() if line.strip()]) <= 40
    (tmp_path / "challenge.py").write_text(example)
    done = sennit("check", "challenge.py", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (shown,) = [block for block in blocks("console") if "sennit check challenge.py" in block]
    for line in shown.splitlines():
        words = [word for word in line.split() if not re.search(r"\d|^m?s\)?$", word)]  # nor how long it took
        if line.strip() and not line.startswith("$"):
            assert any(all(w in out.split() for w in words) for out in done.stdout.splitlines()), line


def test_the_trace_of_the_dropped_switch_is_the_one_in_the_picture(tmp_path: Path) -> None:
    """The Mermaid block is what `sennit trace show --format mermaid` prints."""
    (example,) = blocks("python")
    (tmp_path / "challenge.py").write_text(example)
    shown = "challenge.py::Challenge.sound", "--without", "timed", "--format", "mermaid"
    done = sennit("trace", "show", *shown, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (picture,) = blocks("mermaid")
    assert picture.strip() in done.stdout


def test_the_lines_of_python_say_what_the_readme_says() -> None:
    """The interactive block is a doctest."""
    (session,) = blocks("pycon")
    found = doctest.DocTestParser().get_doctest(session, {}, "README", None, 0)
    assert len(found.examples) == 3
    assert doctest.DocTestRunner().run(found).failed == 0


def test_the_example_transcripts_end_as_the_readme_says() -> None:
    """Exit 0 for the sound one, 1 for the one that was tampered with, 3 where no fingerprint decides."""
    lines = [line for block in blocks("console") for line in block.splitlines() if "braid verify" in line]
    assert len(lines) == 3
    for line in lines:
        command, said = line.removeprefix("$ sennit ").split("#")
        assert sennit(*command.split(), cwd=ROOT).returncode == int(said.rsplit(" ", 1)[1]), line


def test_the_numbers_of_the_ledger_are_those_of_its_report() -> None:
    """`make proofs` copies the table, unknowns included."""
    report = ROOT / "proofs" / "REPORT.md"
    if not report.is_file():
        pytest.skip("proofs/ does not come with this copy of the tests")
    spec = importlib.util.spec_from_file_location("ledger_table", ROOT / ".ci" / "ledger_table.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    text = script.table(report.read_text("utf-8"))
    assert "HOLDS" in text
    assert text in README
