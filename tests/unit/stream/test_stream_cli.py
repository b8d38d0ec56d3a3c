"""`sennit braid audit-stream`: what it prints, and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sennit.cli.main import main
from unit.stream.talks import ask, lines, response, text, thinking

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "streams"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit code, output and errors."""
    with pytest.raises(SystemExit) as ended:
        main(["braid", "audit-stream", *map(str, arguments)])
    out, errors = capsys.readouterr()
    code = ended.value.code
    assert isinstance(code, int)
    return code, out, errors


def test_the_examples_are_what_their_script_writes_and_end_as_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One is covered whole, the other is not."""
    subprocess.run([sys.executable, EXAMPLES / "make_streams.py", tmp_path], check=True, timeout=60)
    for name, code, share in (("covered.jsonl", 0, "100 %"), ("beside.sse", 1, "25.9 %")):
        assert (tmp_path / name).read_bytes() == (EXAMPLES / name).read_bytes()
        found, out, errors = run(capsys, EXAMPLES / name)
        assert (found, errors) == (code, "")
        assert f"{share} of the reasoning bears a signature" in out
        assert "not verified" in out


def test_json_says_all_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Shares, flags with their places, and the braid that was written."""
    braid = tmp_path / "talk.json"
    code, out, _ = run(capsys, EXAMPLES / "beside.sse", "--json", "--braid", braid, "--format", "braid/1")
    found = json.loads(out)
    assert code == found["exit_code"] == 1
    assert found["counts"] == {"text_before_tool": 1, "leading_comment": 1}
    assert found["characters"] == {"signed": 89, "unsigned": 0, "beside": 254, "written": 393}
    assert found["share"]["of_reasoning"] == 89 / (89 + 254)
    assert [flag["place"] for flag in found["flags"]] == ["line 20", "line 32"]
    assert found["braid"]["blocks"] == 3
    assert json.loads(braid.read_text())["PublicKey"] == found["braid"]["key"]
    assert run(capsys, braid)[0] == 1
    _, out, _ = run(capsys, EXAMPLES / "beside.sse", "--braid", braid)
    command = next(line for line in out.splitlines() if "braid verify" in line).split()
    with pytest.raises(SystemExit) as ended:
        main(command[1:])
    assert ended.value.code == 0
    assert "complete" in capsys.readouterr().out


def test_what_is_no_transcript_is_one_line_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """So is a file that is not there, and a place where no braid can be written."""
    odd = tmp_path / "odd\x1b[31m.json"
    odd.write_text('{"role": "user", "content": [{"type": "\x7f"')
    talk = EXAMPLES / "covered.jsonl"
    for arguments in (
        [odd],
        [tmp_path / "none"],
        [tmp_path],
        [talk, "--braid", tmp_path / "no" / "x"],
        [],
        [talk, "--format", "x"],
    ):
        code, out, errors = run(capsys, *arguments)
        assert (code, out) == (2, "")
        assert errors.count("\n") == 1
        assert "\x1b" not in errors


def test_text_that_no_braid_can_hold_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Half a surrogate pair is refused as everywhere."""
    path = tmp_path / "half.json"
    path.write_text('{"role": "user", "content": "\\ud800"}')
    code, _, errors = run(capsys, path, "--braid", tmp_path / "out.json")
    assert (code, errors.count("\n")) == (2, 1)
    assert "surrogate" in errors


def test_of_many_flags_the_first_are_shown_unless_all_are_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their number is always there, and nothing that a file says steers the terminal."""
    path = tmp_path / "many.jsonl"
    path.write_text(lines(*(response(thinking(f"{i}", "")) for i in range(30)), response(ask(i="\x1b"), text("\x1b"))))
    _, out, _ = run(capsys, path)
    assert "flags       30 unsigned_thinking" in out
    assert "and 18 more" in out
    assert out.count("thinking without a signature") == 12
    assert run(capsys, path, "--all")[1].count("thinking without a signature") == 30
