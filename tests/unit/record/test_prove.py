"""What `prove` writes, keeps, and leaves behind when it is killed."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import rfc8785

from sennit import Answer
from sennit.record.book import Book, entry_files
from sennit.record.checking import Checks, Opinion
from sennit.record.compose import with_ids
from sennit.record.entry import Artefact
from sennit.record.prove import prove
from sennit.run.asking import Ask, Here
from sennit.run.suite import load
from sennit.run.worker import Task
from sennit.run.workers import Done, Running
from unit.record.ledgers import SPECIFICATION, audited, changed, proved

CLAIMS = 5


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ledger")
    proved(folder)
    return folder


class NoHands:
    """Whoever asks anything of these is wrong."""

    interrupted = False

    def submit(self, task: Task, *, first: bool = False) -> None:
        raise AssertionError(f"{task.question} was asked again")

    def wait(self, seconds: float) -> list[Done]:
        raise AssertionError("something was waited for")

    def running(self) -> list[Running]:
        return []

    def stop(self) -> list[Done]:
        return []


def test_every_answer_has_its_evidence_and_a_second_opinion(ledger: Path) -> None:
    """Finite machines are gone through by the reference, invariants given to two solvers, traces replayed."""
    book = Book.read(ledger / "proofs")
    said = {
        entry.claim: [(a.answer.name, a.engine, a.second, a.states) for a in entry.answers] for entry in book.entries
    }
    assert said == {
        "Ferry.room_left": [
            ("HOLDS", "explore", "reference semantics", 7),
            ("HOLDS", "explore", "reference semantics", 11),
        ],
        "Ferry.few": [("HOLDS", "explore", "reference semantics", 7)],
        "Ferry.full": [("SEEN", "explore", "replayed", said["Ferry.full"][0][3])],
        "Sums.forward": [("HOLDS", "induction", "z3 and cvc5", None)],
        "Sums.grown": [("HOLDS", "induction", "z3 and cvc5", None)],
    }
    (dropped,) = book.entry("Ferry.room_left").rests_on
    assert (dropped.switch, dropped.answer, dropped.steps) == ("counts", Answer.FAILS, 3)
    assert len(book.trace(dropped)["steps"]) == 3  # type: ignore[arg-type]  # JSON data


def test_parents_are_the_lemmas_by_the_digest_of_their_files(ledger: Path) -> None:
    """A block's name is what sha256sum says of its file, and all else hangs on the genesis."""
    book = Book.read(ledger / "proofs")
    digests = {
        name: hashlib.sha256((book.folder / name).read_bytes()).hexdigest()
        for name in ("genesis.json", "ferry/Sums.forward.json")
    }
    assert book.entry("Sums.grown").parents == (digests["ferry/Sums.forward.json"],)
    assert [entry.claim for entry in book.parents(book.entry("Sums.grown"))] == ["Sums.forward"]
    assert {entry.parents for entry in book.entries if entry.claim != "Sums.grown"} == {(digests["genesis.json"],)}
    assert book.finished


def test_what_is_on_file_is_not_asked_again(ledger: Path) -> None:
    """A second run asks nothing, keeps every claim and changes no byte."""
    before = {path: path.read_bytes() for path in sorted((ledger / "proofs").rglob("*")) if path.is_file()}
    with Checks(0) as checks:
        suite = load(str(ledger / "ferry.py"))
        again = prove([suite], ledger / "proofs", Ask(), NoHands(), checks)
    assert (again.kept, again.written, again.missing) == (CLAIMS, 0, ())
    assert before == {path: path.read_bytes() for path in sorted((ledger / "proofs").rglob("*")) if path.is_file()}


def test_only_what_has_changed_is_proved_again(tmp_path: Path) -> None:
    """A changed System is asked again; the entries of the other are linked anew and their answers kept."""
    proved(tmp_path)
    once = {entry.claim: entry for entry in Book.read(tmp_path / "proofs").entries}
    changed = SPECIFICATION.replace("self.step + 1", "self.step + 2")
    again = proved(tmp_path, changed)
    assert (again.kept, again.written) == (3, 2)
    for entry in Book.read(tmp_path / "proofs").entries:
        same = entry.answers == once[entry.claim].answers
        assert same == entry.claim.startswith("Ferry."), entry.claim
    assert audited(tmp_path).faults == ()


def test_a_claim_that_is_gone_leaves_no_file_and_keeps_its_id(tmp_path: Path) -> None:
    """What nobody claims any more is removed; its short id is never used again."""
    proved(tmp_path)
    lost = Book.read(tmp_path / "proofs").entry("Ferry.few").id
    text = SPECIFICATION.replace("def few(", "def fewer(")
    proved(tmp_path, text)
    book = Book.read(tmp_path / "proofs")
    assert book.ids["Ferry.few"] == lost
    assert book.ids["Ferry.fewer"] not in [short for claim, short in book.ids.items() if claim != "Ferry.fewer"]
    assert not list((tmp_path / "proofs" / "ferry").glob("Ferry.few.*"))
    assert audited(tmp_path).faults == ()


def test_short_ids_count_on_from_the_highest_that_ever_was() -> None:
    """Also where the claim that had it is gone from the list's middle."""
    ids = with_ids({"Gate.a": "GATE-1", "Gate.z": "GATE-7"}, ["Gate.b", "Gate.a", "Two_Doors.c"])
    assert ids == {"Gate.a": "GATE-1", "Gate.z": "GATE-7", "Gate.b": "GATE-8", "Two_Doors.c": "TWODOORS-1"}


def test_the_count_alone_is_rerun_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past what is listed, an answer says that only another run re-checks it, and `recompute` is that run."""
    monkeypatch.setattr("sennit.record.remembering.LISTED", 10)
    monkeypatch.setattr("sennit.record.remembering.SMALL", 10**9)
    proved(tmp_path)
    answer = Book.read(tmp_path / "proofs").entry("Ferry.few").answers[0]
    assert (answer.second, answer.states) == ("re-run", 7)
    once, again = audited(tmp_path), audited(tmp_path, recompute=30.0)
    assert once.faults == again.faults == ()
    assert any("runs them again" in note for note in once.notes)
    assert not any("--no-recompute" in note for note in again.notes)
    changed(tmp_path, "Ferry.few", lambda entry: replace(entry, answers=(replace(answer, engine="os.path"),)))
    assert ["there is no engine 'os.path'" in str(fault) for fault in audited(tmp_path, recompute=9.0).faults] == [True]


def test_a_larger_closed_set_gives_way_to_an_invariant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two solvers re-check an invariant sooner than the reference goes through many states."""
    monkeypatch.setattr("sennit.record.remembering.SMALL", 0)
    proved(tmp_path)
    said = Book.read(tmp_path / "proofs").entry("Ferry.few").answers[0]
    assert (said.engine, said.second, said.states) == ("induction", "z3 and cvc5", None)
    assert audited(tmp_path).faults == ()


class Stopped(Here):
    """Hears Ctrl-C once a given number of tasks is done."""

    left = 4

    def wait(self, seconds: float) -> list[Done]:
        ended = super().wait(seconds)
        self.left -= len(ended)
        self.interrupted = self.left <= 0
        return ended


def test_ctrl_c_keeps_what_is_decided_and_writes_nothing_else(tmp_path: Path) -> None:
    """A claim that was given up has no entry, and the next run asks just that."""
    file = tmp_path / "ferry.py"
    file.write_text(SPECIFICATION)
    suite = load(str(file))
    with Checks(0) as checks:
        first = prove([suite], tmp_path / "proofs", Ask(), Stopped(suite), checks)
    assert [entry.claim for entry in first.entries] == ["Ferry.room_left", "Ferry.few"]
    assert first.report.interrupted
    assert first.missing == ("Ferry.full", "Sums.forward", "Sums.grown")
    found = audited(tmp_path)
    assert (found.faults, found.finished) == ((), False)
    again = proved(tmp_path)
    assert (again.kept, again.written, again.missing) == (2, 3, ())


def test_a_certificate_that_does_not_pass_leaves_the_answer_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing HOLDS on the word of an engine, and nothing on what leaned on it."""
    passes = "sennit.record.checking.certificate_passes"

    def refused(folder: Path, artefact: Artefact, leans: tuple[str, ...]) -> Opinion:
        return Opinion("forward" not in artefact.path, "z3 and cvc5", "no reason")

    monkeypatch.setattr(passes, refused)
    proved(tmp_path)
    book = Book.read(tmp_path / "proofs")
    said = {claim: book.entry(claim).answers[0] for claim in ("Sums.forward", "Sums.grown")}
    assert said["Sums.forward"].answer is said["Sums.grown"].answer is Answer.UNKNOWN
    assert said["Sums.forward"].why == "induction says HOLDS, and its certificate does not pass: no reason"
    assert said["Sums.grown"].why == "it leans on Sums.forward, which is not established"
    monkeypatch.undo()
    assert audited(tmp_path).faults == ()


def test_a_ledgers_json_is_that_of_rfc_8785(ledger: Path) -> None:
    """Keys in order, no blanks, no escapes but those that must be: as another implementation writes it."""
    paths = [ledger / "proofs" / "genesis.json", *entry_files(ledger / "proofs")]
    assert len(paths) == CLAIMS + 1
    for path in paths:
        assert rfc8785.dumps(json.loads(path.read_bytes())) == path.read_bytes()


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [sys.argv[1]]
left, late = int(sys.argv[3]), sys.argv[4] == "late"
replace = Path.replace

def counted(self, target):
    global left
    left -= 1
    if left == 0 and not late:
        os.kill(os.getpid(), signal.SIGKILL)
    result = replace(self, target)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

Path.replace = counted
from unit.record.ledgers import proved
proved(Path(sys.argv[2]))
"""


def killed_at(folder: Path, write: int, moment: str) -> int:
    tests = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", KILLED, str(tests), str(folder), str(write), moment]
    return subprocess.run(command, capture_output=True, check=False).returncode


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_killed_run_leaves_a_ledger_that_checks_and_is_taken_up(tmp_path: Path, ledger: Path, seed: int) -> None:
    """SIGKILL before or after any write: what is there is true, and what has an entry is not proved again."""
    (tmp_path / "ferry.py").write_text(SPECIFICATION)
    chance = random.Random(seed)
    write, moment = chance.randrange(4, 18), chance.choice(["early", "late"])
    assert killed_at(tmp_path, write, moment) == -signal.SIGKILL
    there = len(entry_files(tmp_path / "proofs"))
    found = audited(tmp_path)
    assert found.faults == ()
    assert (found.finished, found.entries) == (False, there)
    again = proved(tmp_path)
    assert (again.kept, again.missing) == (there, ())
    assert audited(tmp_path).faults == ()
    names = [sorted(p.relative_to(f).as_posix() for p in (f / "proofs").rglob("*")) for f in (tmp_path, ledger)]
    assert names[0] == names[1], "nothing is left of the run that was killed"


def test_a_run_killed_while_it_brings_a_ledger_up_to_date_leaves_one_that_checks(tmp_path: Path) -> None:
    """Entries that wait for their parents are of the run before, and no fault of an unfinished ledger."""
    proved(tmp_path)
    changed = SPECIFICATION.replace("self.step + 1", "self.step + 2")
    (tmp_path / "ferry.py").write_text(changed)
    script = KILLED.replace(
        "proved(Path(sys.argv[2]))", "proved(Path(sys.argv[2]), Path(sys.argv[2], 'ferry.py').read_text())"
    )
    tests = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", script, str(tests), str(tmp_path), "3", "late"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == -signal.SIGKILL
    found = audited(tmp_path)
    assert (found.faults, found.finished, found.entries) == ((), False, 3), "the entries on another question are gone"
    again = proved(tmp_path, changed)
    assert again.kept >= 3
    assert audited(tmp_path).faults == ()


ALIKE = SPECIFICATION.partition("class Sums")[0] + "@always(Ferry" + SPECIFICATION.split("@always(Ferry", 1)[1]
ALIKE = ALIKE.partition("@always(Sums")[0].replace("person = Index(3)", "person = Index(3, symmetric=True)")


def test_a_reduced_proof_is_written_audited_and_read_as_what_it_is(tmp_path: Path) -> None:
    """Its states stand for orbits, and every place that counts them says so."""
    proved(tmp_path, ALIKE)
    book = Book.read(tmp_path / "proofs")
    (entry,) = [entry for entry in book.entries if entry.claim == "Ferry.room_left"]
    assert [said.states for said in entry.answers] == [3, 3]  # none, one or two aboard, and no matter who
    assert {said.upto for said in entry.answers} == {" up to exchanges of person"}
    assert "all 3 states up to exchanges of person" in (tmp_path / "proofs" / "REPORT.md").read_text()
    certificate = entry.answers[0].certificate
    assert certificate is not None
    data = json.loads((tmp_path / "proofs" / certificate.path).read_text())["closed_set"]
    assert data["symmetry"] == [["person", 3, [["aboard", [0]]]]]
    assert data["states"]["path"].endswith(".person.states.json")
    assert not audited(tmp_path).faults


def test_a_reduced_proof_without_its_states_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run reduces, too, once it has seen for itself that nothing tells the members apart."""
    monkeypatch.setattr("sennit.record.remembering.LISTED", 0)
    proved(tmp_path, ALIKE)
    done = audited(tmp_path, recompute=20.0)
    assert not done.faults
    (entry,) = [entry for entry in Book.read(tmp_path / "proofs").entries if entry.claim == "Ferry.few"]
    assert [(said.second, said.states) for said in entry.answers] == [("re-run", 3)]
