"""`sennit check --checkpoint` goes on from what an earlier run kept, and says when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from sennit.budget import Budget
from sennit.cli.main import main
from sennit.engines import explore
from sennit.run.suite import load

COUNTERS = '''"""Two dials."""

from sennit import Array, Expr, Index, Int, System, always, forall, rule


class Dials(System):
    """Dials that turn up to their end."""

    dial = Index(7)
    most = Int(0, 1, init=1)
    turned = Array(dial, Int(0, 7), init=0)

    @rule(by="dial {d}", d=dial)
    def turn(self, d: Expr) -> None:
        self.require(self.turned[d] < 7)
        self.turned[d] += 1


@always(Dials)
def ends(dials: Dials) -> Expr:
    """No dial passes its end."""
    return forall(n <= LAST for n in dials.turned)
'''


def run(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return left.value.code, *capfd.readouterr()


def test_a_run_that_ran_out_of_time_is_gone_on_with(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line says so; a changed claim begins anew, in a line that names what is left as it is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(explore, "_PATIENCE", 0.0)
    file, folder = tmp_path / "dials.py", tmp_path / "kept"
    file.write_text(COUNTERS.replace("LAST", "6 + dials.most"))
    (asked,) = (a for a in load("dials.py").asked if a.question.claim.name == "ends")
    stopped = explore.check(asked.question, Budget(seconds=None, states=5_000, keep=Path("kept")))
    (place,) = folder.iterdir()
    assert stopped.why.endswith(f"kept in kept/{place.name}, where a new run goes on")
    check = ["check", "dials.py::Dials.ends", "--checkpoint", "kept", "--jobs", "1", "--budget", "0.01"]
    _, out, err = run(check, capfd)
    assert f"note: Dials.ends goes on from what is kept in kept/{place.name}" in out, err
    file.write_text(COUNTERS.replace("LAST", "6"))
    _, out, err = run(check, capfd)
    note = "is of another specification, or laid out in another way, and stays as it is"
    assert f"note: Dials.ends begins anew: kept/{place.name} {note}" in out, err
    assert place.is_dir()


def test_a_folder_that_cannot_be_one_is_misuse(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A file of that name, and searching elsewhere, in one line and with exit code 2."""
    (tmp_path / "file").write_text("")
    code, _, err = run(["check", "lock", "--checkpoint", str(tmp_path / "file")], capfd)
    assert (code, err.count("\n")) == (2, 1)
    assert "nothing can be written there" in err
    code, _, err = run(["check", "lock", "--checkpoint", str(tmp_path), "--cluster", "tcp://nowhere:1"], capfd)
    assert code == 2
    assert "give one of them" in err
