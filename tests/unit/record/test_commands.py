"""`sennit prove`, `sennit audit` and `sennit key` as commands: what they print, and with which code they end."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from sennit.cli.main import main
from unit.record.ledgers import SPECIFICATION, proved


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pristine")
    proved(folder)
    return folder


@pytest.fixture
def ledger(pristine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(pristine, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ends(*arguments: str) -> int:
    """The exit code of the command."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_prove_writes_a_ledger_that_audit_accepts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In processes, as people run it."""
    monkeypatch.chdir(tmp_path)
    Path("ferry.py").write_text(SPECIFICATION)
    assert ends("prove", "ferry.py", "--jobs", "1") == 0
    assert "proofs: 5 claims on file, 0 of them from before; complete" in capsys.readouterr().out
    assert ends("audit", "--file", "ferry.py", "--jobs", "1") == 0
    out = capsys.readouterr().out
    assert "5 claims, 6 answers: 5 certificates re-checked, 2 traces replayed; everything checks" in out


def test_audit_ends_with_1_and_names_the_fault(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line a fault."""
    (ledger / "proofs" / "ferry" / "Ferry.few.json").unlink()
    assert ends("audit", "--file", "ferry.py", "--jobs", "1") == 1
    assert "Ferry.few: the ledger has no entry of it: it was removed, or never written" in capsys.readouterr().out


def test_an_unfinished_ledger_ends_with_3(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is there checks; that nothing is missing, nobody says."""
    (ledger / "proofs" / "closing.json").unlink()
    assert ends("audit", "--file", "ferry.py", "--jobs", "1", "--json") == 3
    found = json.loads(capsys.readouterr().out)
    assert (found["exit_code"], found["faults"], found["finished"]) == (3, [], False)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("audit", "nowhere"), "nowhere is no ledger"),
        (("audit",), "the ledger is about ferry.py: say where that file is with --file"),
        (("audit", "--signer", "abc", "--file", "ferry.py"), "'abc' is no fingerprint"),
        (("prove", "Lock.mutex"), "'Lock.mutex' is neither a shipped suite nor a .py file"),
        (("prove", "lock"), "the ledger is about ferry.py too: name that file as well"),
        (("prove", "ferry.py", "--sign", "none.key"), "none.key cannot be read"),
    ],
)
def test_misuse_ends_with_2_and_one_line(
    ledger: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], what: str
) -> None:
    """The line says what to do."""
    assert ends(*arguments) == 2
    error = capsys.readouterr().err
    assert what in error
    assert error.count("\n") == 1


def test_a_signature_is_accepted_by_name_only(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By --signer, or by the pyproject.toml of whoever reads."""
    assert ends("key", "new", "release.key") == 0
    mine = capsys.readouterr().out.strip()
    assert ends("prove", "ferry.py", "--sign", "release.key", "--jobs", "1") == 0
    audit = ("audit", "--file", "ferry.py", "--jobs", "1")
    assert ends(*audit) == 1
    assert "accepted is nobody" in capsys.readouterr().out
    assert ends(*audit, "--signer", mine) == 0
    assert ends(*audit, "--signer", "0" * 64) == 1
    Path("pyproject.toml").write_text(f'[tool.sennit]\nproperties = "."\nsigners = ["{mine}"]\n')
    assert ends(*audit) == 0
    assert f"signed by {mine}" in capsys.readouterr().out


def test_an_unsigned_ledger_is_refused_where_a_signer_is_asked_for(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever takes a signature away is found out by those who know that there was one."""
    assert ends("audit", "--file", "ferry.py", "--jobs", "1", "--signer", "0" * 64) == 1
    assert "it is not signed, and --signer asks for a signature" in capsys.readouterr().out


def test_a_key_is_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mode 0600, never written over, and not used where others may read it."""
    monkeypatch.chdir(tmp_path)
    assert ends("key", "new", "a.key") == 0
    made = capsys.readouterr().out.strip()
    assert len(made) == 64
    assert stat.S_IMODE(Path("a.key").stat().st_mode) == 0o600
    assert ends("key", "show", "a.key") == 0
    assert capsys.readouterr().out.strip() == made
    before = Path("a.key").read_bytes()
    assert ends("key", "new", "a.key") == 2
    assert "a key is never written over" in capsys.readouterr().err
    assert Path("a.key").read_bytes() == before
    Path("a.key").chmod(0o644)
    assert ends("key", "show", "a.key") == 2
    assert "may be read by others" in capsys.readouterr().err


def test_a_key_is_not_made_in_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless Git ignores its place."""
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "--quiet"], check=True)
    assert ends("key", "new", "a.key") == 2
    assert "a.key lies in a Git work tree" in capsys.readouterr().err
    assert not Path("a.key").exists()
    Path(".gitignore").write_text("*.key\n")
    assert ends("key", "new", "a.key") == 0
