"""The command as a process: what it loads, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from unit.cli.conftest import Command

SENNIT = [sys.executable, "-m", "sennit.cli.main"]
FAR = '''
from sennit import Array, Expr, Index, Int, System, always, count, rule, sometimes

class Far(System):
    """Too many states to see, and none that are of interest."""
    digit = Index(12)
    dial = Array(digit, Int(0, 9), init=0)

    @rule(by="hand", d=digit)
    def turn(self, d: Expr) -> None:
        self.require(self.dial[d] < 9)
        self.dial[d] = self.dial[d] + 1

@sometimes(Far)
def soon(far: Far) -> Expr:
    """The first dial moves."""
    return far.dial[0] == 1

@always(Far)
def late(far: Far) -> Expr:
    """Not all dials are at nine."""
    return count(d == 9 for d in far.dial) < 12

@always(Far)
def later(far: Far) -> Expr:
    """Not all dials are at nine, said again."""
    return count(d < 9 for d in far.dial) > 0
'''


def test_help_loads_nothing_heavy() -> None:
    """Neither a solver nor rich, nor what runs engines: `--help` is there at once."""
    code = "import sys\nfrom sennit.cli.main import main\ntry:\n main(['--help'])\nexcept SystemExit: pass\n"
    code += "print('LOADED', *sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.partition("LOADED")[2].split())
    assert "typer" in loaded
    heavy = {"z3", "cvc5", "hypothesis", "networkx", "nacl", "numba", "numpy", "rich.live", "itf_py", "msgspec"}
    assert not heavy & loaded
    assert not [name for name in loaded if name.startswith(("sennit.engines.", "sennit.run.asking"))]
    assert "Exit codes: 0 all as expected" in done.stdout


@pytest.mark.parametrize("arguments", [[], ["trace"], ["braid"], ["key"]])
def test_a_verb_alone_prints_its_help_as_it_is(sennit: Command, arguments: list[str]) -> None:
    """Line by line, as --help does; it is no answer, so the exit code is that of misuse."""
    done = sennit(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.strip() == sennit(*arguments, "--help").out.strip()
    assert done.err.count("\n") > 5


@pytest.mark.parametrize(
    "arguments", [["check"], ["trace"], ["trace", "show"], ["new"], ["braid"], ["braid", "verify"]]
)
def test_every_verb_has_its_help(sennit: Command, arguments: list[str]) -> None:
    """With an example of its use."""
    done = sennit(*arguments, "--help")
    assert (done.code, done.err) == (0, "")
    assert "sennit " in done.out.replace("Usage: sennit", "") or arguments in (["trace"], ["braid"])


def test_the_version_is_the_distributions(sennit: Command) -> None:
    """One line."""
    import importlib.metadata

    assert sennit("--version").out == f"sennit {importlib.metadata.version('sennit')}\n"


def test_an_unknown_verb_is_misuse(sennit: Command) -> None:
    """One line, with the nearest."""
    done = sennit("chek")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "'check'" in done.err


def test_a_bug_is_called_one(sennit: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that blames us, with the way to the traceback; exit code 70."""
    from sennit.run import suite

    def broken(*_arguments: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(suite, "suite_of", broken)
    done = sennit("check", "lock")
    assert (done.code, done.out) == (70, "")
    assert (
        done.err == "sennit: a bug in Sennit, not in what you wrote: KeyError: 'x' (SENNIT_TRACEBACK=1 shows where)\n"
    )
    monkeypatch.setenv("SENNIT_TRACEBACK", "1")
    from sennit.cli.main import main

    with pytest.raises(KeyError):
        main(["check", "lock"])


def test_nobody_reading_is_no_error(tmp_path: Path) -> None:
    """`sennit check | head -1` ends quietly once head has what it wants."""
    process = subprocess.Popen([*SENNIT, "check", "lock", "two_phase"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b"lock\n"
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait(timeout=30) == 141
    assert [line for line in errors.decode().splitlines() if not line.startswith("…")] == []
    process.stderr.close()


def test_what_stdout_cannot_encode_is_escaped() -> None:
    """Where only ASCII can be written, marks are words, and nothing raises."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [*SENNIT, "trace", "show", "Lock.mutex", "--without", "guarded"],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert b"idle \\u2192 asked" in done.stdout
    done = subprocess.run([*SENNIT, "check", "DieHard.never_four"], env=environment, capture_output=True, check=False)
    assert done.returncode == 0
    assert b"  ok DieHard.never_four" in done.stdout


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    if not listed.exists():
        pytest.skip("/proc is not on this machine, so nothing can be said about processes that are left")
    return [int(child) for child in listed.read_text().split()]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_loses_nothing(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """What is done is printed, what is not is UNKNOWN with how far it was; the exit code says, no process is left."""
    (tmp_path / "far.py").write_text(FAR)
    command = [*SENNIT, "check", "far.py", "--budget", "60", "--jobs", "2"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    heard = ""
    while "Far.late" not in heard or "depth" not in heard:
        line = process.stderr.readline()
        assert line, "it ended by itself"
        heard += line
        if "Far.late" not in heard:
            continue
    workers = children(process.pid)
    assert len(workers) == 2
    process.send_signal(number)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == code, out
    assert "SEEN in 1 step" in out
    assert "? Far.late" in out
    assert "UNKNOWN: interrupted after" in out
    assert "interrupted: what was not done is UNKNOWN" in out
    assert "undetermined:" in out
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]


def test_killing_a_worker_from_outside_costs_its_claim_alone(tmp_path: Path) -> None:
    """As when memory runs out: the others are answered, and the report says what died."""
    (tmp_path / "far.py").write_text(FAR)
    command = [*SENNIT, "check", "far.py", "--json", "--engine", "bmc", "--budget", "4", "--jobs", "1"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = ""
        while "depth" not in line:
            line = process.stderr.readline()
            assert line, "it ended by itself"
        (worker,) = children(process.pid)
        os.kill(worker, signal.SIGKILL)
        out, _ = process.communicate(timeout=40)
    assert process.returncode == 3
    claims = json.loads(out)["suites"][0]["claims"]
    died = [claim for claim in claims if "its process died (SIGKILL" in claim["verdict"]["why"]]
    assert len(died) == 1
    assert [c["verdict"]["answer"] for c in claims if c["claim"] == "Far.soon"] == ["SEEN"]


def on_a_terminal(environment: dict[str, str]) -> str:
    """What `sennit check` writes to a terminal."""
    master, slave = pty.openpty()
    usual = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    usual |= {"TERM": "xterm", "COLUMNS": "100", "LINES": "40", "PYTHONUTF8": "1"}
    command = [*SENNIT, "check", "Lock.mutex[client=2]"]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=usual | environment)
    os.close(slave)
    written = b""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            piece = os.read(master, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not piece:
            break
        written += piece
    os.close(master)
    assert process.wait(timeout=10) == 0
    return written.decode()


def test_on_a_terminal_the_lines_are_the_same_and_the_status_is_gone() -> None:
    """What moves while it runs leaves no trace; colours come with the marks."""
    text = on_a_terminal({})
    assert "\x1b[32m✓" in text
    assert "Lock.mutex[client=2]" in text
    assert "HOLDS" in text
    assert text.rstrip().splitlines()[-1].startswith("1 time without")


def test_without_colours_nothing_is_bold_or_dim_either() -> None:
    """NO_COLOR leaves the moves of the cursor, and no style at all."""
    text = on_a_terminal({"NO_COLOR": "1"})
    assert "HOLDS" in text
    assert not re.findall(r"\x1b\[[0-9;]*m", text)
