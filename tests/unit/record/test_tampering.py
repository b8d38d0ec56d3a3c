"""What an audit says of a ledger that somebody has changed, also where every digest was made to fit again."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from sennit import Answer
from sennit.cli.prove import signer
from sennit.record.book import Book, write
from sennit.record.entry import Entry
from sennit.record.warned import FILE, Warned
from sennit.reference import ed25519
from unit.record.ledgers import SPECIFICATION, audited, changed, closed, faults, proved, rechained, rewritten


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pristine")
    assert not proved(folder).missing
    return folder


@pytest.fixture
def ledger(pristine: Path, tmp_path: Path) -> Path:
    """A fresh copy of a ledger that checks."""
    shutil.copytree(pristine, tmp_path, dirs_exist_ok=True)
    return tmp_path


def only(found: list[str], where: str, what: str) -> None:
    """The faults name this, and not each other's reasons."""
    assert any(where in fault and what in fault for fault in found), found


def test_a_ledger_that_nobody_touched_checks(ledger: Path) -> None:
    """No fault, all certificates re-checked, all traces replayed."""
    found = audited(ledger)
    assert (found.faults, found.finished, found.signer) == ((), True, None)
    assert (found.entries, found.answers, found.certificates, found.traces) == (5, 6, 5, 2)


def test_an_edited_answer_is_found_by_the_closing(ledger: Path) -> None:
    """Whoever edits one entry and nothing else is found out by the digest of the whole."""
    changed(
        ledger,
        "Ferry.few",
        lambda entry: replace(entry, answers=(replace(entry.answers[0], engine="x"),)),
        chained=False,
    )
    assert faults(ledger) == [
        "closing.json: its digest is not that of the blocks: one was edited, added or removed since"
    ]


@pytest.mark.parametrize(
    ("claim", "answer", "what"),
    [
        ("Ferry.few", Answer.FAILS, "FAILS without a trace: the answer was edited"),
        ("Ferry.few", Answer.BOUNDED, "BOUNDED beside a certificate: the answer was edited"),
        ("Ferry.full", Answer.NEVER, "NEVER without a certificate: the answer was edited"),
        ("Sums.grown", Answer.SEEN, "SEEN, which answers no such claim"),
    ],
)
def test_an_edited_answer_lacks_its_evidence(ledger: Path, claim: str, answer: Answer, what: str) -> None:
    """Though every digest fits, an answer without its own evidence is none."""
    changed(ledger, claim, lambda entry: replace(entry, answers=(replace(entry.answers[0], answer=answer),)))
    only(faults(ledger), claim, what)


def test_an_edited_count_is_found(ledger: Path) -> None:
    """An answer says as many states as its certificate lists."""
    changed(ledger, "Ferry.few", lambda entry: replace(entry, answers=(replace(entry.answers[0], states=8),)))
    assert faults(ledger) == ["Ferry.few: it says 8 states, and its certificate 7"]


def test_a_swapped_certificate_is_found(ledger: Path) -> None:
    """A certificate of another claim is known by the digest of its formulas."""
    other = Book.read(ledger / "proofs").entry("Ferry.room_left").answers[0].certificate
    changed(ledger, "Ferry.few", lambda entry: replace(entry, answers=(replace(entry.answers[0], certificate=other),)))
    only(faults(ledger), "Ferry.few", "is about another question, Ferry.room_left: it was swapped")


def test_a_certificate_that_was_rewritten_is_found(ledger: Path) -> None:
    """A certificate that says it is about this question, and holds the formulas of another, betrays itself."""
    entry = Book.read(ledger / "proofs").entry("Ferry.few")
    other = Book.read(ledger / "proofs").entry("Ferry.room_left").answers[0]
    assert other.certificate is not None
    mine = rewritten(ledger, other.certificate, lambda text: text.replace(other.digest, entry.answers[0].digest))
    changed(ledger, "Ferry.few", lambda entry: replace(entry, answers=(replace(entry.answers[0], certificate=mine),)))
    only(faults(ledger), "Ferry.few", "its formulas have another digest than it says")


def test_a_closed_set_without_one_state_is_found(ledger: Path) -> None:
    """A list that a step leads out of is no closed set, whoever counted it."""
    answer = Book.read(ledger / "proofs").entry("Ferry.few").answers[0]
    assert answer.certificate is not None
    data = json.loads((ledger / "proofs" / answer.certificate.path).read_text())
    path = ledger / "proofs" / data["closed_set"]["states"]["path"]
    states = json.loads(path.read_text())
    states["states"].pop()
    data["closed_set"] = {
        "count": 6,
        "states": write(ledger / "proofs", data["closed_set"]["states"]["path"], json.dumps(states).encode()).to_data(),
    }
    mine = write(ledger / "proofs", answer.certificate.path, json.dumps(data).encode())
    changed(ledger, "Ferry.few", lambda entry: replace(entry, answers=(replace(answer, states=6, certificate=mine),)))
    only(faults(ledger), "Ferry.few", "leads from (aboard=")


def test_a_file_that_was_changed_is_found(ledger: Path) -> None:
    """An artefact has the digest that its entry names, or is not read."""
    answer = Book.read(ledger / "proofs").entry("Sums.grown").answers[0]
    assert answer.certificate is not None
    rewritten(ledger, answer.certificate, lambda text: text + " ")
    only(faults(ledger), "Sums.grown", "has been changed: its digest is not the one that the ledger names")


def test_a_dropped_lemma_is_found(ledger: Path) -> None:
    """A proof that leaves out what it leans on proves nothing any more."""
    changed(ledger, "Sums.grown", lambda entry: replace(entry, answers=(replace(entry.answers[0], leans=()),)))
    only(faults(ledger), "Sums.grown", "its certificate does not pass: the invariant is not")


def test_a_lemma_that_nobody_proved_is_found(ledger: Path) -> None:
    """Leaning on a claim that the ledger does not establish establishes nothing."""

    def withdrawn(entry: Entry) -> Entry:
        unknown = replace(entry.answers[0], answer=Answer.UNKNOWN, why="no time", certificate=None, second="")
        return replace(entry, answers=(unknown,))

    changed(ledger, "Sums.forward", withdrawn)
    assert faults(ledger) == ["Sums.grown: it leans on Sums.forward, not established by this ledger"]


def test_a_lemma_under_the_name_of_another_claim_is_found(ledger: Path) -> None:
    """What is assumed is known by its formulas: an unproved lemma does not pass for a claim that was proved."""
    entry = Book.read(ledger / "proofs").entry("Sums.grown")
    (answer,) = entry.answers
    assert answer.certificate is not None
    mine = rewritten(ledger, answer.certificate, lambda text: text.replace("Sums.forward", "Ferry.few"))
    renamed = replace(answer, leans=("Ferry.few",), certificate=mine)
    changed(ledger, "Sums.grown", lambda entry: replace(entry, answers=(renamed,)))
    only(faults(ledger), "Sums.grown", "assumes, under the name of Ferry.few, something else")


def test_a_lemma_whose_entry_was_edited_is_a_parent_no_longer(ledger: Path) -> None:
    """An entry's parents are blocks, so a lemma cannot change behind the back of what leans on it."""
    changed(
        ledger,
        "Sums.forward",
        lambda entry: replace(entry, answers=(replace(entry.answers[0], seed=1),)),
        chained=False,
    )
    closed(ledger)
    only(faults(ledger), "Sums.grown.json", "is not in the ledger: a lemma was dropped or edited")


def test_a_removed_entry_is_found(ledger: Path) -> None:
    """The genesis says which claims have entries, and the closing how many blocks there are."""
    (ledger / "proofs" / "ferry" / "Ferry.few.json").unlink()
    found = faults(ledger)
    only(found, "closing.json", "it closes 7 blocks, and there are 6")
    only(found, "Ferry.few", "the ledger has no entry of it: it was removed, or never written")


def test_a_removed_entry_is_found_where_the_genesis_was_changed_too(ledger: Path) -> None:
    """What a ledger should be about, the specification says."""
    book = Book.read(ledger / "proofs")
    (ledger / "proofs" / "ferry" / "Ferry.few.json").unlink()
    suites = {"ferry.py": [claim for claim in book.genesis.suites["ferry.py"] if claim != "Ferry.few"]}
    genesis = replace(book.genesis, suites=suites)
    write(ledger / "proofs", "genesis.json", genesis.content)
    rechained(ledger, {book.genesis.block: "genesis", **{entry.block: entry.claim for entry in book.entries}})
    found = faults(ledger)
    only(found, "genesis.json", "today ferry.py makes other claims: Ferry.few")
    only(found, "Ferry.few", "the ledger has no entry of it")


def test_a_removed_warning_is_found(ledger: Path) -> None:
    """What a survey warned of is closed with the entries, and stands in the report."""
    book = Book.read(ledger / "proofs")
    assert book.warned is not None
    assert [(c.name, c.subject) for c in book.warned.caveats] == [
        ("idle-rule", "Sums.tick"),
        ("tautology", "Ferry.few"),
    ]
    write(book.folder, FILE, Warned().content)
    only(faults(ledger), "closing.json", "its digest is not that of the blocks")
    only(faults(ledger), "REPORT.md", "it does not say what the entries say")


def test_an_added_assumption_is_found(ledger: Path) -> None:
    """Nothing is assumed that assumptions.toml does not list, and nothing that the System does not build in."""
    changed(ledger, "Ferry.few", lambda entry: replace(entry, assumptions=("the ferry floats",)))
    only(faults(ledger), "Ferry.few.json", "the assumption 'the ferry floats', which assumptions.toml does not list")
    changed(ledger, "Ferry.few", lambda entry: replace(entry, assumptions=("random-oracle",)))
    only(faults(ledger), "Ferry.few.json", "the assumptions that Ferry builds in are none, and it names others")


def test_a_longer_list_of_assumptions_is_found(ledger: Path) -> None:
    """The list is part of the genesis."""
    path = ledger / "proofs" / "assumptions.toml"
    path.write_text(path.read_text() + '\n[floats]\nsays = "The ferry floats."\nsystems = []\n')
    only(faults(ledger), "assumptions.toml", "it is not the list of assumptions that the ledger was proved under")


def test_a_trace_that_does_not_replay_is_found(ledger: Path) -> None:
    """A state that cannot be is no evidence, though its file has the digest that the entry names."""

    def forged(entry: Entry) -> Entry:
        answer = entry.answers[0]
        assert answer.trace is not None
        mine = rewritten(ledger, answer.trace, lambda text: text.replace("[true,true,false]", "[true,true,true]"))
        assert mine != answer.trace
        return replace(entry, answers=(replace(answer, trace=mine),))

    changed(ledger, "Ferry.full", forged)
    only(faults(ledger), "Ferry.full", "its trace does not replay: step 2")


def test_two_claims_that_lean_on_each_other_are_found(ledger: Path) -> None:
    """Each may follow from the other, and neither holds."""
    changed(
        ledger,
        "Sums.forward",
        lambda entry: replace(entry, answers=(replace(entry.answers[0], leans=("Sums.grown",)),)),
    )
    only(faults(ledger), "Sums.forward and Sums.grown", "they lean on each other, so none of them is established")


def test_a_ledger_signed_again_under_another_key_is_found(ledger: Path) -> None:
    """A signature counts if the reader named its key, and not because it passes."""
    mine, theirs = (ed25519.fingerprint(ed25519.new_key(ledger / name)) for name in ("mine.key", "theirs.key"))
    proved(ledger, sign=signer(ledger / "mine.key"))
    assert faults(ledger, (mine,)) == []
    assert audited(ledger, (mine,)).signer == mine
    closed(ledger, signer(ledger / "theirs.key"))
    assert faults(ledger, (mine,)) == [f"closing.json: it is signed by {theirs}, and accepted is {mine[:12]}…"]
    assert faults(ledger) == [f"closing.json: it is signed by {theirs}, and accepted is nobody"]


def test_a_signature_of_another_closing_is_found(ledger: Path) -> None:
    """A signature covers the number and the digest of the blocks."""
    mine = ed25519.fingerprint(ed25519.new_key(ledger / "mine.key"))
    proved(ledger, sign=signer(ledger / "mine.key"))
    closing = Book.read(ledger / "proofs").closing
    assert closing is not None
    changed(ledger, "Ferry.few", lambda entry: replace(entry, answers=(replace(entry.answers[0], engine="x"),)))
    forged = Book.read(ledger / "proofs").closing
    assert forged is not None
    write(ledger / "proofs", "closing.json", replace(forged, signature=closing.signature).content)
    assert faults(ledger, (mine,)) == ["closing.json: its signature does not pass"]


def test_a_changed_guard_makes_entries_stale(ledger: Path) -> None:
    """Entries are about the specification of their day; those of other Systems in the same file stay good."""
    (ledger / "ferry.py").write_text(SPECIFICATION.replace("count(self.aboard) < 2", "count(self.aboard) < 1"))
    found = faults(ledger)
    only(found, "ferry/Ferry.few.json", "it is stale: Ferry.few is another question in today's specification")
    only(found, "genesis.json", "the specification of Ferry has changed since: prove again")
    assert not any("Sums" in fault for fault in found)


def test_a_changed_statement_makes_an_entry_stale(ledger: Path) -> None:
    """What a claim says to people is part of what was put on file."""
    (ledger / "ferry.py").write_text(SPECIFICATION.replace("Two are aboard.", "It is full."))
    assert faults(ledger) == ["ferry/Ferry.full.json: it is stale: the specification states it in other words"]


def test_a_report_that_says_something_else_is_found(ledger: Path) -> None:
    """REPORT.md follows from the entries."""
    path = ledger / "proofs" / "REPORT.md"
    path.write_text(path.read_text().replace("| HOLDS | 5 |", "| HOLDS | 6 |"))
    assert faults(ledger) == ["REPORT.md: it does not say what the entries say"]


def test_an_entry_in_another_spelling_is_found(ledger: Path) -> None:
    """Anybody can compute a block's name with sha256sum, so a file has one spelling."""
    path = ledger / "proofs" / "ferry" / "Ferry.few.json"
    path.write_text(path.read_text() + "\n")
    only(faults(ledger), "ferry/Ferry.few.json", "it is not written as canonical JSON")
