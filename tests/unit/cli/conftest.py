"""Commands as somebody types them: arguments in; exit code, stdout and stderr out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from sennit.cli.main import main


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    code: int
    out: str
    err: str


Command: TypeAlias = Callable[..., Outcome]

COUNTER = '''"""A counter, and a claim about it that is wrong."""

from sennit import Expr, Int, Size, Switch, System, always, rule, sometimes


class Counter(System):
    """Counts to its end."""

    end = Size(3)
    stops = Switch(on=True)
    n = Int(0, lambda s: s.end + 1, init=0)

    @rule(by="counter", to="reader")
    def up(self) -> None:
        self.require(self.n < (self.end if self.stops else self.end + 1))
        self.n += 1

    @rule(by="reader")
    def never(self) -> None:
        self.require(self.n > self.end + 1)
        self.n = 0


@always(Counter, rests_on=("stops",))
def ends(counter: Counter) -> Expr:
    """It stops at its end."""
    return counter.n <= counter.end


@always(Counter)
def low(counter: Counter) -> Expr:
    """It never counts to two."""
    return counter.n < 2


@sometimes(Counter)
def moves(counter: Counter) -> Expr:
    """It moves."""
    return counter.n > 0
'''


@pytest.fixture
def sennit(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `sennit` with these arguments."""

    def run(*arguments: str) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        written = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        # On a busy machine a heartbeat may come in between; it is no message.
        messages = [line for line in written.err.splitlines(keepends=True) if not line.startswith("… ")]
        return Outcome(ended.value.code, written.out, "".join(messages))

    return run


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with counter.py in it, to be in."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "counter.py"
    file.write_text(COUNTER)
    return file
