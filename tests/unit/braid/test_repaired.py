"""braid/2: what is signed passes, what is changed does not, and what remains possible is shown to be."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import tracemalloc
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sennit.cli.braid import app
from sennit.cli.main import main
from sennit.errors import Misuse
from sennit.reference.braid.repaired.encoding import block_head, block_message, encode
from sennit.reference.braid.repaired.lines import LINE_LIMIT
from sennit.reference.braid.repaired.sign import Session
from sennit.reference.braid.repaired.verify import verify, verify_bytes, verify_file
from sennit.reference.braid.vectors import talk

SEED, NONCE = bytes(range(32)), bytes(32)


def pin_of(session: Session) -> bytes:
    """Fingerprint of its key."""
    return hashlib.sha256(session.key).digest()


def test_a_closed_session_is_complete_and_an_open_one_never() -> None:
    """Also for a session in which nothing was said."""
    for session in (talk(3, close=False), Session()):
        assert verify_bytes(session.data(), pin=pin_of(session)).answer == "valid, open-ended"
        session.close()
        session.close()
        report = verify_bytes(session.data(), pin=pin_of(session))
        assert (report.answer, report.ok, report.blocks) == ("complete", True, session.last)


def test_without_a_fingerprint_nothing_is_decided() -> None:
    """The file hangs together; anyone may have signed it."""
    assert verify_bytes(talk(3).data()).ok is None


def test_every_single_byte_of_a_file_counts() -> None:
    """No byte can be changed, dropped or doubled: one braid has one spelling."""
    session = Session(SEED, NONCE)
    session.append("text", 'a"b', "c")
    session.close()
    data, pin = session.data(), pin_of(session)
    assert verify_bytes(data, pin=pin).ok
    for i in range(len(data)):
        changed = (data[:i] + bytes([data[i] ^ 1]) + data[i + 1 :], data[:i] + data[i + 1 :], data[: i + 1] + data[i:])
        for other in changed:
            report = verify_bytes(other, pin=pin)
            assert report.answer != "complete"
            assert report.ok is False or other == data[: len(other)]


def test_every_prefix_of_lines_is_open_ended_and_nothing_else_of_it_passes() -> None:
    """What FORMAT.md lists as still possible: a file that is cut."""
    session = talk(5)
    parts = session.data().splitlines(True)
    for count in range(1, len(parts)):
        assert verify_bytes(b"".join(parts[:count]), pin=pin_of(session)).answer == "valid, open-ended"
    for dropped in range(len(parts) - 1):
        assert verify_bytes(b"".join(parts[:dropped] + parts[dropped + 1 :]), pin=pin_of(session)).ok is False


def test_whoever_has_the_private_key_can_tell_two_stories() -> None:
    """One session, two closed files: FORMAT.md lists it, and nothing in a file can stop it."""
    stories = []
    for word in ("yes", "no"):
        session = Session(SEED, NONCE)
        session.append("text", "model", word)
        session.close()
        stories.append(verify_bytes(session.data(), pin=pin_of(session), session=session.name))
    assert [story.answer for story in stories] == ["complete", "complete"]
    assert stories[0].session == stories[1].session


def test_a_name_can_look_like_another() -> None:
    """Letters of another alphabet pass, and inspect writes them as escapes."""
    session = Session(SEED, NONCE)
    session.append("text", "m\N{CYRILLIC SMALL LETTER O}del", "x")
    assert verify_bytes(session.data(), pin=pin_of(session)).ok


def test_the_fast_message_is_the_specified_encoding() -> None:
    """The verifier writes the nine parts without making a list of them."""
    session, names = bytes(range(32)), [b"p" * 64, b"q" * 64]
    fast = block_message(block_head(session), 7, b"text", b"me", b"hello", names, b"r" * 64)
    number = (7).to_bytes(8, "big")
    slow = encode(b"braid/2", b"block", session, number, b"text", b"me", b"hello", b"".join(names), b"r" * 64)
    assert fast == slow


def test_a_line_beyond_the_limit_is_refused_and_read_no_further() -> None:
    """A line feed just behind the limit does not help, nor does none at all."""
    head = talk(1, close=False).data()
    for flood in (b"x" * LINE_LIMIT + b"\n", b"x" * (LINE_LIMIT + 50)):
        file = io.BytesIO(head + flood)
        report = verify_file(file)
        assert [fault.rule for fault in report.faults] == ["line_length"]
        assert file.tell() <= len(head) + LINE_LIMIT + 1


def test_a_block_costs_far_less_than_a_kilobyte(tmp_path: Path) -> None:
    """Measured over two thousand blocks, threads and all."""
    session = Session(SEED, NONCE)
    for number in range(2000):
        session.append("text", "m", b"x" * 300, [max(0, number - 3), number])
    file = tmp_path / "long.braid"
    session.write(file)
    peaks = []
    for _ in range(2):
        tracemalloc.start()
        assert verify(file, jobs=2).blocks == 2000
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert min(peaks) / 2000 < 1000


def test_a_signature_that_fails_is_reported_beside_others() -> None:
    """Reading goes on: the next line is another matter."""
    session = talk(2)
    parts = session.data().splitlines(True)
    for i in (2, 4):
        said = json.loads(parts[i])
        parts[i] = parts[i].replace(said["payload"].encode(), b"AAAA")
    report = verify_bytes(b"".join(parts), pin=pin_of(session))
    assert [(fault.rule, fault.line) for fault in report.faults] == [("signature", 3), ("signature", 5)]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("text", "m", "x", [1]), "parents"),
        (("text", "m", "x", []), "parents"),
        (("text", "m", "x", [-1]), "parents"),
        (("tool_response", "m", "x"), "request"),
        (("text", "m", "x", None, 0), "request"),
        (("Text", "m", "x"), "this block cannot be written"),
        (("text", "", "x"), "a source has"),
        (("text", "a\nb", "x"), "a source has"),
        (("text", "m" * 257, "x"), "a source has"),
    ],
)
def test_a_signer_refuses_what_no_verifier_would_take(arguments: tuple[object, ...], line: str) -> None:
    """And is as it was before."""
    session = Session(SEED, NONCE)
    with pytest.raises(Misuse, match=line):
        session.append(*arguments)  # type: ignore[arg-type]  # each is a misuse on purpose
    session.append("text", "m", "x")
    session.close()
    assert verify_bytes(session.data()).answer == "complete"
    with pytest.raises(Misuse, match="closed"):
        session.append("text", "m", "x")


def run(*arguments: object) -> tuple[int, str]:
    """Exit code and output."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout


@pytest.fixture
def talked(tmp_path: Path) -> Path:
    """A conversation that is not signed yet."""
    lines = [
        {"kind": "prompt", "source": "user", "text": "How high?"},
        {"kind": "tool_request", "source": "model", "text": "{}"},
        {"kind": "tool_response", "source": "tool", "payload": "NC4x", "request": 2, "parents": [1, 2]},
    ]
    file = tmp_path / "talk.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


def test_what_sign_writes_verify_accepts_and_inspect_shows(talked: Path, tmp_path: Path) -> None:
    """Under the fingerprint that was printed it is complete; without it, undetermined; cut, it fails --complete."""
    signed = tmp_path / "talk.braid"
    code, out = run("sign", talked, "-o", signed)
    pin, session = (line.split()[1] for line in out.splitlines())
    assert code == 0
    assert run("verify", signed, "--pin", pin, "--session", session, "--complete")[0] == 0
    assert run("verify", signed, "--pin", "0" * 64)[0] == 1
    assert run("verify", signed, "--pin", pin, "--session", "0" * 64)[0] == 1
    code, out = run("verify", signed)
    assert (code, "by whoever has this key" in out) == (3, True)
    code, out = run("verify", signed, "--json")
    assert json.loads(out)["files"][0]["fingerprint"] == pin
    code, out = run("inspect", signed)
    assert (code, "answers 2" in out, "close of 4 signatures" in out) == (0, True, True)
    signed.write_bytes(b"".join(signed.read_bytes().splitlines(True)[:-1]))
    assert run("verify", signed, "--pin", pin)[0] == 0
    assert run("verify", signed, "--pin", pin, "--complete")[0] == 1


def test_a_kept_key_lies_in_a_file_for_its_owner_alone(talked: Path, tmp_path: Path) -> None:
    """A key that others can read is not used, and a key of one session leaves no trace."""
    from sennit.reference import ed25519

    key, signed = tmp_path / "k.key", tmp_path / "talk.braid"
    public = ed25519.new_key(key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    code, out = run("sign", talked, "-o", signed, "--key", key)
    assert (code, out.split()[1]) == (0, ed25519.fingerprint(public))
    key.chmod(0o644)
    with pytest.raises(SystemExit) as ended:
        main(["braid", "sign", str(talked), "-o", str(signed), "--key", str(key)])
    assert ended.value.code == 2
    before = set(os.listdir(tmp_path))  # noqa: PTH208  names alone are wanted
    run("sign", talked, "-o", signed)
    assert set(os.listdir(tmp_path)) == before  # noqa: PTH208  names alone are wanted


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("\n", "holds no block"),
        ("{", "line 1: not JSON"),
        ("[]", "line 1: a block has kind"),
        ('{"kind": "text", "source": "m"}', "line 1: a block has kind"),
        ('{"kind": "text", "source": "m", "text": 5}', "are strings"),
        ('{"kind": "text", "source": "m", "payload": "?"}', "the payload cannot be taken"),
        ('{"kind": "text", "source": "m", "text": "x", "parents": [true]}', "parents are a list of numbers"),
        ('\n{"kind": "text", "source": "m", "text": "x", "parents": [4]}', "line 2: parents"),
        ('{"kind": "text", "source": "m", "text": "\\ud800"}', "the payload cannot be taken"),
        ('{"kind": "text", "source": "\\ud800", "text": "x"}', "line 1: "),
    ],
)
def test_a_conversation_that_cannot_be_signed_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, line: str
) -> None:
    """And no file is written."""
    file, signed = tmp_path / "bad.jsonl", tmp_path / "bad.braid"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["braid", "sign", str(file), "-o", str(signed)])
    errors = capsys.readouterr().err
    assert (ended.value.code, errors.count("\n"), signed.exists()) == (2, 1, False)
    assert line in errors


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--profile", "loose"], "there are printed, deployed, strict, repaired"),
        (["--pin", "zz"], "--pin takes 64 hex digits"),
        (["--profile", "strict", "--complete"], "are for the format braid/2"),
        (["--profile", "strict", "--accept", "v1", "--accept", "v0"], "takes one --accept"),
    ],
)
def test_terms_without_meaning_are_misuse(talked: Path, arguments: list[str], line: str) -> None:
    """Said in one line, exit code 2."""
    result = CliRunner().invoke(app, ["verify", str(talked), *arguments])
    assert result.exit_code == 2
    assert line in result.stderr
