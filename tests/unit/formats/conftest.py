"""A file with claims of every outcome, and the report of a run of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sennit.run import Report, check

TAP = '''"""A tap that drips, with claims that hold, fail, and cannot be decided."""

from sennit import FAILS, Expr, Index, Int, Switch, System, always, rule, sometimes


class Tap(System):
    """Fills cups & buckets < one drop at a time >."""

    cup = Index(2)
    closes = Switch(on=True)
    drops = Int(0, 4, init=0)
    total = Int(init=0)

    @rule(by="cup {c}", to="<tap>", c=cup)
    def drip(self, c: Expr) -> None:
        self.require(self.drops < (3 if self.closes else 4))
        self.drops += 1

    @rule(by="tap")
    def empty(self) -> None:
        self.require(self.drops == 3)
        self.drops = 0
        self.total = self.total + 1


@always(Tap, rests_on=("closes",))
def never_four(tap: Tap) -> Expr:
    """There are never four drops."""
    return tap.drops < 4


@always(Tap)
def never_two(tap: Tap) -> Expr:
    """There are never two drops, "it says" & is <wrong>."""
    return tap.drops < 2


@always(Tap, expect=FAILS)
def never_one(tap: Tap) -> Expr:
    """There is never a drop, and everybody knows better."""
    return tap.drops < 1


@sometimes(Tap)
def emptied_often(tap: Tap) -> Expr:
    """It is emptied a thousand times."""
    return tap.total == 1000
'''
# A declaration begins with its decorator, one line above its name.
LINES = {name: TAP[: TAP.index(f"def {name}(")].count("\n") for name in ("drip", "empty", "never_two", "never_four")}


@pytest.fixture(scope="session")
def tap_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("taps") / "tap.py"
    file.write_text(TAP)
    return file


@pytest.fixture(scope="session")
def tap_report(tap_file: Path) -> Report:
    return check(str(tap_file), engines=("induction", "bmc"), depth=10, budget=20)


@pytest.fixture
def tap(tap_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file tap.py, in whose folder the test is."""
    monkeypatch.chdir(tap_file.parent)
    return tap_file


@pytest.fixture
def report(tap: Path, tap_report: Report) -> Report:
    """What comes of tap.py with engines that look ten steps far and prove what they can."""
    return tap_report
