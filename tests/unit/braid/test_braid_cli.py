"""`sennit braid verify`: what it prints, and its exit codes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sennit.cli.braid import app
from sennit.reference.braid.message import encode_key
from sennit.reference.braid.sign import Signer
from unit.braid.conftest import Conversation

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "braid"


@pytest.fixture
def files(tmp_path: Path, conversation: Conversation) -> dict[int, Path]:
    """One file for each exit code."""
    signer = conversation()
    text = json.dumps(signer.decision())
    contents = {
        0: text,
        1: text.replace("3.4", "4.3"),
        2: text[:-1],
        3: text.replace(encode_key(signer.key), ""),
    }
    paths = {code: tmp_path / f"{code}.json" for code in contents}
    for code, path in paths.items():
        path.write_text(contents[code], encoding="utf-8")
    return paths


def run(*arguments: object) -> tuple[int, str, str]:
    """Exit code, output and errors of `verify`."""
    result = CliRunner().invoke(app, ["verify", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_each_kind_of_file_has_its_exit_code(files: dict[int, Path], code: int) -> None:
    """With JSON and without."""
    assert run(files[code])[0] == code
    assert run(files[code], "--json")[0] == code


@pytest.mark.parametrize(
    ("codes", "worst"), [("0123", 2), ("013", 1), ("03", 3), ("30", 3), ("31", 1), ("00", 0), ("32", 2), ("21", 2)]
)
def test_of_several_files_the_most_serious_decides(files: dict[int, Path], codes: str, worst: int) -> None:
    """Unreadable before failing before undecided; all files are reported whichever comes first."""
    names = [files[int(code)] for code in codes]
    assert run(*names)[0] == worst
    code, out, _ = run(*names, "--json")
    assert code == worst
    assert [file["exit_code"] for file in json.loads(out)["files"]] == [int(c) for c in codes]


def test_a_good_file_is_valid_and_open_ended_and_never_complete(files: dict[int, Path]) -> None:
    """The report says what passes, with which key and version, and what no signature covers."""
    _, out, errors = run(files[0])
    assert errors == ""
    assert out.startswith(f"{files[0]}: valid, open-ended\n")
    assert "7/7 pass, message version v1" in out
    assert "7 blocks: 2 cot, 1 prompt, 2 text, 1 tool_request, 1 tool_response" in out
    assert "from the file itself" in out
    assert "completeness: 3 of 7 blocks have no child" in out


def test_a_failure_names_the_rule_and_the_block(files: dict[int, Path]) -> None:
    """The edited text is shown beside signed bytes that were left alone."""
    _, out, _ = run(files[1])
    assert "fails       copies_agree at AllToolResponses.mate[0]" in out
    assert "7/7 pass" in out


def test_a_key_from_elsewhere_decides_a_file_without_one(files: dict[int, Path], conversation: Conversation) -> None:
    """And another key fails it."""
    assert run(files[3], "--key", encode_key(conversation().key))[0] == 0
    code, out, _ = run(files[3], "--key", encode_key(Signer(b"\1" * 32).key))
    assert (code, "0/7 pass" in out) == (1, True)


def test_a_key_from_elsewhere_overrides_the_one_in_the_file_and_says_so(files: dict[int, Path]) -> None:
    """Who has the true key finds out that a file was signed anew."""
    code, out, _ = run(files[0], "--key", encode_key(Signer(b"\1" * 32).key))
    assert code == 1
    assert "given with --key" in out
    assert "the file carries another key than the one given" in out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--key", "A" * 45], "--key has 45 characters; a public key is 44 of standard base64"),
        (["--key", "!" * 44], "--key is not standard base64"),
        (["--key", ""], "--key has 0 characters"),
        (["--key", "A" * 42 + "=="], "--key holds 31 bytes; a public key has 32"),
        (["--accept", "v2"], "--accept v2: no such message version; there are v1, v0, v00"),
        (["--jobs", "0"], "Invalid value for '--jobs'"),
        (["--max-bytes", "0"], "Invalid value for '--max-bytes'"),
        (["--no-such"], "No such option"),
    ],
)
def test_misuse_ends_with_2_and_says_why(files: dict[int, Path], arguments: list[str], line: str) -> None:
    """Nothing is printed as if it were a result."""
    code, out, errors = run(files[0], *arguments)
    assert (code, out) == (2, "")
    assert line in errors


def test_no_file_at_all_is_misuse() -> None:
    """An empty command has not verified anything."""
    assert run()[0] == 2


def test_accepting_one_version_fails_a_file_of_another(tmp_path: Path, conversation: Conversation) -> None:
    """A v0 file passes where all are tried, and fails where v1 is asked for."""
    conversation("v0").write(tmp_path / "old.json")
    assert run(tmp_path / "old.json")[0] == 0
    assert run(tmp_path / "old.json", "--accept", "v0", "--accept", "v1")[0] == 0
    code, out, _ = run(tmp_path / "old.json", "--accept", "v1")
    assert (code, "passes under none of v1\n" in out) == (1, True)


def damaged(path: Path) -> Path:
    """A file in which one payload holds an escape that was damaged after signing."""
    signer = Signer(b"\1" * 32)
    signer.append("prompt", "a", "1 \\u0026 2")
    block = json.dumps(signer.decision()).replace('"data_b64": "', '"data_b64": "", "was": "')
    path.write_text(block.replace("\\\\u0026", "\\&"), encoding="utf-8")
    return path


def test_repairing_says_what_would_pass_and_judges_the_file_as_it_is(tmp_path: Path) -> None:
    """The place of the damage is told either way, and the exit code stays 1."""
    file = damaged(tmp_path / "damaged.json")
    code, out, _ = run(file)
    assert (code, "if repaired" in out) == (1, False)
    assert "1 illegal escape, read as the bare character\n" in out
    assert "\\& in AllPrompts.a[0].data" in out
    code, out, _ = run(file, "--repair-escapes")
    assert (code, "if repaired 1/1 pass, message version v1" in out) == (1, True)
    repaired = json.loads(run(file, "--repair-escapes", "--json")[1])["files"][0]["repaired"]
    assert (repaired["passed"], repaired["of"], repaired["failures"]) == (1, 1, [])


def test_json_is_one_document_of_one_shape_for_every_kind_of_file(files: dict[int, Path], tmp_path: Path) -> None:
    """The same members everywhere, null where nothing is known."""
    code, out, errors = run(*files.values(), damaged(tmp_path / "d.json"), "--json", "--repair-escapes")
    document = json.loads(out)
    members = {
        *("file", "exit_code", "answer", "unreadable", "container", "key", "blocks", "kinds", "signatures"),
        *("failures", "damage", "repaired", "uncovered", "notes"),
    }
    assert (code, errors) == (2, "")
    assert set(document) == {"exit_code", "files"}
    assert [set(file) for file in document["files"]] == [members] * 5
    assert [file["answer"] for file in document["files"]] == [
        *("valid, open-ended", "fails", "unreadable", "no key", "fails")
    ]
    good, bad, unreadable, keyless, _ = document["files"]
    assert good["signatures"] == {"passed": 7, "of": 7, "versions": ["v1"], "by_version": {"v1": 7, "v0": 0, "v00": 0}}
    assert [set(failure) for failure in bad["failures"]] == [{"rule", "block", "place", "detail"}]
    assert unreadable["blocks"] is None
    assert keyless["key"] == {"from": None, "used": None, "in_file": None}


def test_a_long_list_is_cut_in_text_and_whole_in_json(tmp_path: Path) -> None:
    """Twelve failures: ten are shown, and the rest are counted."""
    signer = Signer(b"\1" * 32)
    for i in range(12):
        signer.append("text", "a", str(i))
    signer.write(tmp_path / "talk.json")
    other = encode_key(Signer(b"\2" * 32).key)
    out = run(tmp_path / "talk.json", "--key", other)[1]
    assert out.count("signature at") == 10
    assert "and 2 more; --json lists all" in out
    assert len(json.loads(run(tmp_path / "talk.json", "--key", other, "--json")[1])["files"][0]["failures"]) == 12


def test_what_a_file_says_cannot_steer_a_terminal(tmp_path: Path) -> None:
    """Escape sequences and line ends in names come out escaped, also in the name of the file."""
    signer = Signer(b"\1" * 32)
    signer.append("prompt", "\x1b[31m\nsource", "x")
    decision = signer.decision()
    file = tmp_path / "na\x1bme\n.json"
    file.write_text(json.dumps(decision).replace('"prompt"', '"\\u001b]0;kind\\u0007\\u202e"'), encoding="utf-8")
    _, out, _ = run(file, "--key", encode_key(Signer(b"\2" * 32).key))
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "na\\x1bme\\n.json: fails" in out
    assert "\\x1b]0;kind" in out


@pytest.mark.parametrize(("name", "code"), [("first", 0), ("tampered", 1)])
def test_the_examples_end_as_their_script_says(name: str, code: int) -> None:
    """One passes; in the other one sentence was changed."""
    assert run(EXAMPLES / f"{name}.braid.json")[0] == code


def test_the_examples_are_what_their_script_writes(tmp_path: Path) -> None:
    """To the byte."""
    subprocess.run([sys.executable, EXAMPLES / "make_braid.py", tmp_path], check=True)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {
        path.name: path.read_bytes() for path in EXAMPLES.iterdir() if path.suffix in (".json", ".braid")
    }
    assert len(written) == 3


def module(*arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
    """The command as a program of its own."""
    command = [sys.executable, "-m", "sennit.cli.braid", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **settings})


def test_as_a_program_it_prints_plainly_and_ends_with_the_same_codes(files: dict[int, Path]) -> None:
    """No colour when piped, and characters that the output cannot encode come out escaped."""
    for code, file in files.items():
        done = module("verify", file, PYTHONIOENCODING="ascii")
        assert done.returncode == code
        assert "\x1b" not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_does_not_change_the_exit_code(files: dict[int, Path]) -> None:
    """The pipe breaks before the first line; there is no traceback, and the verdict stands."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "sennit.cli.braid", "verify", *map(str, [files[0], files[1]])]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here to write to")
def test_a_full_disk_is_one_line_and_never_a_verdict(files: dict[int, Path]) -> None:
    """Otherwise a lost report would look like a good one."""
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "sennit.cli.braid", "verify", str(files[0])]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "the output cannot be written" in done.stderr


def test_a_file_that_memory_does_not_hold_is_unreadable(
    files: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said of that file, and the others are still verified."""
    from sennit.reference.braid import strictjson

    load = strictjson.load

    def exhausted(path: Path, limits: strictjson.Limits) -> str:
        if path == files[0]:
            raise MemoryError
        return load(path, limits)

    monkeypatch.setattr(strictjson, "load", exhausted)
    code, out, errors = run(files[0], files[1])
    assert (code, errors) == (2, f"sennit: {files[0]}: it needs more memory than there is\n")
    assert f"{files[1]}: fails" in out


def test_an_interrupt_ends_with_130_and_one_line(files: dict[int, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """As by Ctrl-C in the middle of verification."""
    from sennit.reference.braid import strictjson

    def interrupted(*_: object) -> str:
        signal.raise_signal(signal.SIGINT)
        return "not reached"

    monkeypatch.setattr(strictjson, "load", interrupted)
    assert run(files[0]) == (130, "", "interrupted\n")


def test_help_does_not_wait_for_the_signature_library() -> None:
    """It is imported when there is something to verify."""
    code = "import sys, sennit.cli.braid; sys.exit('nacl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert "Exit codes" in module("verify", "--help").stdout
