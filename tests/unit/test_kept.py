"""A search that was killed goes on from what it kept, and ends as if nothing had happened."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sennit import HOLDS, Misuse, Question, Verdict
from sennit.budget import Budget
from sennit.engines import explore
from sennit.expr import false, not_
from sennit.lower import kept, search
from sennit.lower.kept import Kept, Part
from sennit.lower.packing import packing
from sennit.lower.program import starts
from sennit.lower.search import NativeSearch
from sennit_properties import two_phase

CHILD = """
import sys
from pathlib import Path
from sennit.budget import Budget
from sennit.engines import explore
from sennit.lower import kept
from sennit_properties import two_phase
explore._PATIENCE, explore._EVERY, kept._LEAST, kept._COST = 0.0, 0.0, 0.05, 0
claim, managers, folder = sys.argv[1:]
question = getattr(two_phase, claim).question({"manager": int(managers)})
said = lambda text: print(text, flush=True)
explore.check(question, Budget(seconds=None, keep=Path(folder), progress=said))
print("not killed", flush=True)
"""


class Enough(Exception):  # noqa: N818  # the sentence reads so
    pass


def stop_at(native: NativeSearch, count: int) -> None:
    """Searches until there are so many states."""

    def look(_bytes: int) -> None:
        if native.count >= count:
            raise Enough

    with pytest.raises(Enough):
        native.run(starts(native.machine, 10), 10**9, look)


def outcome(verdict: Verdict) -> dict[str, object]:
    return {name: value for name, value in verdict.to_data().items() if name != "seconds"}


@pytest.mark.parametrize("word", [63, 7])
def test_a_search_goes_on_from_any_moment_and_ends_the_same(word: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """States, their order, the places before them, steps and levels, of states of one word and of several."""
    monkeypatch.setattr(search, "_PAUSE", 0.0)  # looked at as often as can be
    machine = two_phase.consistent.question({"manager": 6}).machine
    whole = NativeSearch(machine, false(), word)
    assert whole.run(starts(machine, 10), 10**9, lambda _: None) is None
    for moment in random.Random(5).sample(range(1, 50_000), 5):
        first = NativeSearch(machine, false(), word)
        stop_at(first, moment)
        parts = [first.part(0)]
        second = NativeSearch(machine, false(), word)
        assert second.restore(parts) == first.count
        stop_at(second, first.count + 500)
        third = NativeSearch(machine, false(), word)
        assert third.restore([*parts, second.part(first.count)]) == second.count
        assert third.run(starts(machine, 10), 10**9, lambda _: None) is None
        assert third.part(0) == whole.part(0)
        assert third.ends == whole.ends


def parts_of(question: Question, folder: Path) -> tuple[Kept, list[Part]]:
    """Three parts of a search, kept."""
    native = NativeSearch(question.machine, not_(question.goal))
    place = kept.kept(folder, question.id, question.digest, native.packing)
    native.run(starts(question.machine, 10), 10**9, lambda _: None)
    part, parts = native.part(0), []
    for a, b in ((0, 10), (10, 20), (20, native.count)):
        now = (part.now[0], b, *part.now[2:])
        parts.append(Part(a, 1, now, part.states[8 * a : 8 * b], part.parents[4 * a : 4 * b]))
        place.save(len(parts) - 1, parts[-1])
    return place, parts


def test_what_is_not_whole_is_not_gone_on_from(tmp_path: Path) -> None:
    """A byte that changed anywhere, a file that ends early or is missing: the parts before it are all there is."""
    question = two_phase.consistent.question()
    place, parts = parts_of(question, tmp_path)
    assert list(place.parts()) == parts
    file = place.folder / "000001.part"
    whole = file.read_bytes()
    for at in [0, 64, 65, 100, len(whole) // 2, len(whole) - 1]:
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert list(place.parts()) == parts[:1]
    for end in (0, 10, 64, 65, 66, len(whole) - 1):
        file.write_bytes(whole[:end])
        assert list(place.parts()) == parts[:1]
    file.unlink()
    assert list(place.parts()) == parts[:1]


def test_parts_that_do_not_fit_together_are_left_out(tmp_path: Path) -> None:
    """Each begins where the one before it ended, and has as many states as it says."""
    question = two_phase.consistent.question()
    _, parts = parts_of(question, tmp_path)
    for given, taken in (([parts[0], parts[2]], 10), (parts[1:], 0), (parts, 288), ([], 0)):
        assert NativeSearch(question.machine, false()).restore(given) == taken


def test_what_another_search_kept_is_not_gone_on_from(tmp_path: Path) -> None:
    """Another specification, claim or layout has another folder; a file that was moved there is another's."""
    question = two_phase.consistent.question()
    place, _ = parts_of(question, tmp_path)
    here = packing(question.machine.variables)
    assert kept.kept(tmp_path, question.id, question.digest, here) == place
    for other in (
        kept.kept(tmp_path, question.id, "another", here),
        kept.kept(tmp_path, question.id, question.digest, packing(question.machine.variables, 10)),
    ):
        assert other.folder != place.folder
        assert kept.others(other) == [place.folder]
        other.folder.mkdir()
        (place.folder / "000000.part").rename(other.folder / "000000.part")
        assert list(other.parts()) == []
        (other.folder / "000000.part").rename(place.folder / "000000.part")
        other.remove()
    assert kept.others(kept.kept(tmp_path, two_phase.all_commit.id, "another", here)) == []


def test_a_budget_that_ends_is_no_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict says where to go on; the next run does, and once it has decided nothing is kept any more."""
    monkeypatch.setattr(explore, "_PATIENCE", 0.0)
    monkeypatch.setattr(search, "_PAUSE", 0.0)
    question, said = two_phase.consistent.question({"manager": 6}), list[str]()
    stopped = explore.check(question, Budget(seconds=None, states=20_000, keep=tmp_path))
    (folder,) = tmp_path.iterdir()
    assert stopped.why.endswith(f"kept in {folder}, where a new run goes on")
    going_on = explore.check(question, Budget(seconds=None, keep=tmp_path, progress=said.append))
    assert [line for line in said if line.startswith("goes on from 2")]
    assert going_on.answer is HOLDS
    assert outcome(going_on) == outcome(explore.check(question, Budget(seconds=None)))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_misuse_or_no_reason_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said in one line before anything begins; where it happens later, the search goes on without."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Misuse, match=r"--checkpoint .*file: nothing can be written there"):
        kept.usable(tmp_path / "file")
    monkeypatch.setattr(explore, "_PATIENCE", 0.0)
    question = two_phase.consistent.question({"manager": 6})
    verdict = explore.check(question, Budget(seconds=None, states=20_000, keep=tmp_path / "file"))
    assert "nothing more is kept in" in verdict.why
    assert explore.check(question, Budget(seconds=None, keep=tmp_path / "file")).answer is HOLDS


def kill_and_go_on(claim: str, managers: int, states: int, kills: int, folder: Path) -> Verdict:
    """The verdict after as many kills at random moments; each moment is a number of states, whatever the machine."""
    moments = random.Random(managers)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for _ in range(kills):
        moment = moments.randrange(states)
        command = [sys.executable, "-c", CHILD, claim, str(managers), str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
            assert child.stdout is not None
            for line in child.stdout:
                if line.startswith("depth ") and int(line.split()[2].replace(",", "")) >= moment:
                    break
            child.kill()
        assert child.returncode == -signal.SIGKILL
    question, said = getattr(two_phase, claim).question({"manager": managers}), list[str]()
    verdict = explore.check(question, Budget(seconds=None, keep=folder, progress=said.append))
    assert any(line.startswith("goes on from") for line in said)
    return verdict


def test_a_search_that_is_killed_ends_with_the_same_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGKILL at four random moments, while states are kept many times a second: counts and trace are the same."""
    monkeypatch.setattr(explore, "_PATIENCE", 0.0)
    for claim in ("consistent", "all_commit"):
        verdict = kill_and_go_on(claim, 8, 1_745_408, 2, tmp_path)
        question = getattr(two_phase, claim).question({"manager": 8})
        assert outcome(verdict) == outcome(explore.check(question, Budget(seconds=None)))


@pytest.mark.skipif("SENNIT_DEEP" not in os.environ, reason="ten million states, searched in parts: SENNIT_DEEP=1")
@pytest.mark.parametrize("claim", ["consistent", "all_commit"])
def test_ten_kills_of_ten_million_states_change_nothing(
    claim: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two-phase commit for nine, killed at ten random moments."""
    monkeypatch.setattr(explore, "_PATIENCE", 0.0)
    verdict = kill_and_go_on(claim, 9, 10_340_352, 10, tmp_path)
    question = getattr(two_phase, claim).question({"manager": 9})
    assert outcome(verdict) == outcome(explore.check(question, Budget(seconds=None, states=10**9)))
