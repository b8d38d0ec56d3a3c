"""`sennit cite`: entries of a ledger in words that nobody can take for more than was shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sennit.canonical import canonical_json
from sennit.claim import Answer
from sennit.errors import Misuse
from sennit.record.book import Book, Closing, Genesis, write
from sennit.record.cite import Citation, bibtex, citation, markdown, text
from sennit.record.entry import ONE_SOLVER, REFERENCE, RERUN, TWO_SOLVERS, Artefact, Dropped, Entry, Said

DIGEST = "ab" * 32
RULES = [["pour", "waiter {w}", "guest", [], []]]
Shelf = Callable[..., Book]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Writes a ledger of these entries, closed unless it shall not be."""

    def make(*entries: Entry, closed: bool = True, ids: str = "") -> Book:
        genesis = Genesis({}, {"bar": tuple(entry.claim for entry in entries)}, "")
        write(tmp_path, "genesis.json", genesis.content)
        assumed = '[keys-unforgeable]\nsays = "Nobody signs without the key."\nsystems = ["Bar"]\n'
        write(tmp_path, "assumptions.toml", assumed.encode())
        write(tmp_path, "ids.toml", ids.encode())
        for entry in entries:
            write(tmp_path, entry.path, entry.content)
        closing = Closing.of([genesis.block, *(entry.block for entry in entries)])
        if closed:
            write(tmp_path, "closing.json", closing.content)
        return Book.read(tmp_path)

    return make


@pytest.fixture
def evidence(tmp_path: Path) -> Callable[..., Artefact]:
    """Writes a certificate: a closed set of so many states, or an invariant."""

    def make(count: int | None = None, k: int = 1) -> Artefact:
        machine = write(tmp_path, "bar/Bar.0.machine.json", canonical_json({"rules": RULES}))
        shown = {"inductive": {"k": k}} if count is None else {"closed_set": {"count": count, "states": None}}
        name = f"bar/Bar.calm.{count or 0}.{k}.certificate.json"
        return write(tmp_path, name, canonical_json({"machine": machine.to_data(), **shown}))

    return make


@pytest.fixture
def trace(tmp_path: Path) -> Artefact:
    return write(tmp_path, "bar/Bar.calm.1.trace.json", canonical_json({"trace": {"start": {}, "steps": []}}))


def said(answer: Answer, waiter: int | None = None, **more: object) -> Said:
    sizes = () if waiter is None else (("open", True), ("waiter", waiter))
    question = "Bar.calm" if waiter is None else f"Bar.calm[waiter={waiter}]"
    return replace(Said(question, sizes, DIGEST, answer, "explore", versions=(("sennit", "0.1.0"),)), **more)  # type: ignore[arg-type]  # fields by name


def entry(*answers: Said, claim: str = "Bar.calm", short: str = "BAR-1", **more: object) -> Entry:
    made = Entry(short, claim, "bar", "always", "Nobody shouts.", Answer.HOLDS, (), answers)
    return replace(made, **more)  # type: ignore[arg-type]  # fields by name


def answers(book: Book, name: str = "BAR-1") -> Sequence[str]:
    return citation(book, name).answer


def test_a_proof_names_the_sizes_that_it_is_for(shelf: Shelf, evidence: Callable[..., Artefact]) -> None:
    """All of them in one sentence, with how many states each has: `only` is said once, of all."""
    one = said(Answer.HOLDS, 3, certificate=evidence(288))
    assert answers(shelf(entry(one))) == ("shown for 3 waiters only: all 288 reachable states",)
    two = said(Answer.HOLDS, 12, certificate=evidence(18818))
    expected = "shown for 3 and 12 waiters only: all 288 and 18,818 reachable states"
    assert answers(shelf(entry(one, two))) == (expected,)
    proof = said(Answer.HOLDS, 12, certificate=evidence(k=2))
    expected = (
        "shown for these only: for 3 waiters: all 288 reachable states; "
        "for 12 waiters: every run, by induction over 2 steps"
    )
    assert answers(shelf(entry(one, proof))) == (expected,)


def test_a_size_that_counts_no_actor_is_quoted_by_name(shelf: Shelf, evidence: Callable[..., Artefact]) -> None:
    """`2 boats` would be misread where boat = 2 says how many it seats."""
    sizes = (("boat", 2), ("waiter", 1))
    one = said(Answer.HOLDS, 1, certificate=evidence(5), settings=sizes)
    assert answers(shelf(entry(one))) == ("shown for boat = 2 and 1 waiter only: all 5 reachable states",)
    more = said(Answer.HOLDS, 2, certificate=evidence(5), settings=(("boat", 3), ("waiter", 2)))
    (sentence,) = answers(shelf(entry(one, more)))
    assert sentence == (
        "shown for these only: for boat = 2 and 1 waiter: all 5 reachable states; "
        "for boat = 3 and 2 waiters: all 5 reachable states"
    )


def test_a_switch_that_is_not_as_usual_is_said(shelf: Shelf, evidence: Callable[..., Artefact]) -> None:
    """It is another protocol then."""
    one = said(Answer.HOLDS, 3, certificate=evidence(9), question="Bar.calm[waiter=3, open=off]")
    assert answers(shelf(entry(one))) == ("shown for 3 waiters with open off only: all 9 reachable states",)


def test_answers_with_and_without_a_switch_are_not_lumped_together(
    shelf: Shelf, evidence: Callable[..., Artefact]
) -> None:
    """Whoever reads `with open off` takes it for all that stands before; numbers come in the order of the sizes."""
    off = "Bar.calm[waiter={}, open=off]"
    usual = [said(Answer.HOLDS, n, certificate=evidence(n)) for n in (2, 4)]
    other = [said(Answer.HOLDS, n, certificate=evidence(n + 5), question=off.format(n)) for n in (2, 4)]
    mixed = (usual[0], other[0], usual[1], other[1])
    expected = (
        "shown for these only: for 2 and 4 waiters: all 2 and 4 reachable states; "
        "for 2 and 4 waiters with open off: all 7 and 9 reachable states"
    )
    assert answers(shelf(entry(*mixed))) == (expected,)
    bare = said(Answer.HOLDS, certificate=evidence(2))
    changed = replace(bare, question="Bar.calm[open=off]")
    expected = "shown for these only: as it is: all 2 reachable states; with open off: all 2 reachable states"
    assert answers(shelf(entry(bare, changed))) == (expected,)
    assert answers(shelf(entry(changed))) == ("shown with open off only: all 2 reachable states",)


def test_a_system_without_sizes_is_shown_as_it_is(shelf: Shelf, evidence: Callable[..., Artefact]) -> None:
    """There is nothing to restrict."""
    assert answers(shelf(entry(said(Answer.HOLDS, certificate=evidence(16))))) == ("shown: all 16 reachable states",)
    never = entry(said(Answer.NEVER, certificate=evidence(16)), kind="sometimes", expect=Answer.NEVER)
    assert answers(shelf(never)) == ("shown never to be reached: in none of 16 reachable states",)
    theorem = entry(said(Answer.HOLDS, certificate=evidence()), kind="theorem")
    assert answers(shelf(theorem)) == ("shown for all constants of their domains",)


def test_what_was_not_shown_says_so(shelf: Shelf) -> None:
    """BOUNDED is no proof, and UNKNOWN says why."""
    bounded = said(Answer.BOUNDED, 3, depth=20)
    assert answers(shelf(entry(bounded))) == ("not shown for waiter = 3: stopped at depth 20",)
    assert answers(shelf(entry(said(Answer.BOUNDED, depth=20)))) == ("not shown: stopped at depth 20",)
    unknown = said(Answer.UNKNOWN, why="the time {30 s} was up")
    assert answers(shelf(entry(unknown))) == ("not shown: the time {30 s} was up",)


def test_a_refutation_says_in_how_many_steps(shelf: Shelf, trace: Artefact) -> None:
    """One step is one step; none is an initial state."""
    for steps, words in ((13, "in 13 steps"), (1, "in 1 step"), (0, "in an initial state")):
        one = entry(said(Answer.FAILS, steps=steps, trace=trace), expect=Answer.FAILS)
        assert answers(shelf(one)) == (f"refuted {words}",)
    both = entry(said(Answer.FAILS, 1, steps=1, trace=trace), said(Answer.FAILS, 2, steps=4, trace=trace))
    assert answers(shelf(both)) == ("refuted for waiter = 1 and 2 in 1 and 4 steps",)
    seen = entry(said(Answer.SEEN, steps=4, trace=trace), kind="sometimes", expect=Answer.SEEN)
    assert answers(shelf(seen)) == ("reached in 4 steps",)


def test_an_answer_without_its_evidence_is_not_quoted(shelf: Shelf) -> None:
    """Whatever the entry says: a proof has a certificate and a refutation a trace."""
    assert answers(shelf(entry(said(Answer.HOLDS)))) == ("not shown: HOLDS is on file without a certificate",)
    assert answers(shelf(entry(said(Answer.FAILS, steps=3)))) == ("not shown: FAILS is on file without a trace",)


def test_a_proof_without_its_lemma_is_not_quoted(shelf: Shelf, evidence: Callable[..., Artefact]) -> None:
    """What it leans on must be established in the same ledger, and not by leaning back."""
    proof = said(Answer.HOLDS, certificate=evidence(), leans=("Bar.quiet",))
    missing = "not shown: it leans on Bar.quiet, which this ledger does not establish"
    assert answers(shelf(entry(proof))) == (missing,)
    back = said(Answer.HOLDS, certificate=evidence(), leans=("Bar.calm",), question="Bar.quiet")
    quiet = entry(back, claim="Bar.quiet", short="BAR-2")
    assert answers(shelf(entry(proof), quiet)) == (missing,)
    sound = entry(replace(back, leans=()), claim="Bar.quiet", short="BAR-2")
    book = shelf(entry(proof, parents=(sound.block,)), sound)
    assert answers(book) == ("shown: every run, by induction",)
    assert citation(book, "BAR-1").leans_on == (("BAR-2", "Bar.quiet"),)
    gated = said(Answer.HOLDS, certificate=evidence(), gate="Bar.in_range")
    assert answers(shelf(entry(gated)))[0].startswith("not shown: it leans on Bar.in_range")


def test_evidence_that_was_changed_is_not_quoted(shelf: Shelf, evidence: Callable[..., Artefact]) -> None:
    """Neither is an entry whose evidence is gone."""
    certificate = evidence(288)
    book = shelf(entry(said(Answer.HOLDS, certificate=certificate)))
    (book.folder / certificate.path).write_text("{}")
    with pytest.raises(Misuse, match="has been changed"):
        citation(book, "BAR-1")
    (book.folder / certificate.path).unlink()
    with pytest.raises(Misuse, match="cannot be read"):
        citation(book, "BAR-1")


def everything(shelf: Shelf, evidence: Callable[..., Artefact], trace: Artefact) -> Citation:
    dropped = Dropped("polite", "Bar.calm[polite=off]", Answer.FAILS, 4, DIGEST, trace)
    useless = Dropped("open", "Bar.calm[open=off]", Answer.HOLDS, None, DIGEST, None)
    one = said(Answer.HOLDS, 3, certificate=evidence(288), second=RERUN)
    book = shelf(
        entry(one, rests_on=(dropped, useless), assumptions=("keys-unforgeable",), statement="100% of_all {x} *y*."),
        closed=False,
    )
    return citation(book, "BAR-1")


def test_what_limits_an_answer_is_quoted_with_it(
    shelf: Shelf, evidence: Callable[..., Artefact], trace: Artefact
) -> None:
    """Attacks with their lengths, assumptions with what they say, weak evidence, an unfinished ledger."""
    cited = everything(shelf, evidence, trace)
    assert cited.rests_on == (
        ("polite", "refuted in 4 steps"),
        ("open", "it still holds: that it rests on this is refuted"),
    )
    assert cited.assumptions == (("keys-unforgeable", "Nobody signs without the key."),)
    assert [note[:25] for note in cited.notes] == ["the states are not listed", "the ledger is not closed "]
    assert cited.recheck.startswith("sennit audit ")
    lines = text(cited)
    assert lines[:3] == [
        "BAR-1  Bar.calm",
        "  100% of_all {x} *y*.",
        "  shown for 3 waiters only: all 288 reachable states",
    ]
    assert "  Rests on polite; without it: refuted in 4 steps" in lines
    assert "  Assumes keys-unforgeable: Nobody signs without the key." in lines
    assert f"  Entry: sha256:{cited.digest}" in lines


def test_a_proof_that_one_solver_checked_says_so(shelf: Shelf, evidence: Callable[..., Artefact]) -> None:
    """And one that two checked, or the reference, needs no note; nor assumptions where there are none."""
    for second, noted in ((ONE_SOLVER, True), (TWO_SOLVERS, False), (REFERENCE, False)):
        cited = citation(shelf(entry(said(Answer.HOLDS, certificate=evidence(), second=second))), "BAR-1")
        assert [("one solver alone" in note) for note in cited.notes] == [True] * noted
        assert "  Assumes nothing unproved" in text(cited)


def test_an_answer_that_nobody_expected_says_so(shelf: Shelf, trace: Artefact) -> None:
    """And one that the author expects to be a refutation says that it is expected."""
    refuted = said(Answer.FAILS, steps=2, trace=trace)
    assert citation(shelf(entry(refuted)), "BAR-1").notes == ("its author expects HOLDS, and that is not the answer",)
    known = citation(shelf(entry(refuted, expect=Answer.FAILS)), "BAR-1")
    assert known.notes == ("that it is refuted is what its author expects",)


def test_markdown_takes_the_words_literally(shelf: Shelf, evidence: Callable[..., Artefact], trace: Artefact) -> None:
    """What a statement says is no markup."""
    lines = markdown(everything(shelf, evidence, trace))
    assert lines[0] == r"**BAR-1** (`Bar.calm`): 100% of\_all \{x\} \*y\*."
    assert "- **Shown for 3 waiters only: all 288 reachable states.**" in lines
    assert "- Rests on polite; without it: refuted in 4 steps" in lines


def test_bibtex_has_a_stable_key_and_balanced_braces(
    shelf: Shelf, evidence: Callable[..., Artefact], trace: Artefact
) -> None:
    """The key follows from the short id alone; every special character is escaped."""
    lines = bibtex(everything(shelf, evidence, trace))
    assert lines[0] == "@misc{sennit-BAR-1,"
    assert lines[-1] == "}"
    whole = "\n".join(lines)
    assert whole.count("{") == whole.count("}")
    assert r"title = {{Bar.calm: 100\% of\_all \textbraceleft{}x\textbraceright{} *y*.}}" in whole
    assert not re.search(r"(?<!\\)[%_&#$]", whole.replace("\n", " "))
    assert r"\texttt{sha256:" in whole


def test_the_digest_is_that_of_the_entry_s_file(shelf: Shelf, evidence: Callable[..., Artefact]) -> None:
    """`sha256sum` says the same."""
    import hashlib

    book = shelf(entry(said(Answer.HOLDS, certificate=evidence(2))))
    file = book.folder / "bar" / "Bar.calm.json"
    assert citation(book, "Bar.calm").digest == hashlib.sha256(file.read_bytes()).hexdigest()


def test_an_unknown_name_is_met_with_the_nearest(shelf: Shelf) -> None:
    """An id whose claim has no entry any more is not unknown: it says whose it is, and means no other."""
    book = shelf(entry(said(Answer.BOUNDED, depth=1)), ids='"Bar.calm" = "BAR-1"\n"Bar.gone" = "BAR-2"\n')
    with pytest.raises(Misuse, match=re.escape("no entry 'Bar.clam' (did you mean 'Bar.calm'?)")):
        citation(book, "Bar.clam")
    with pytest.raises(Misuse, match=re.escape("no entry 'BAR-7' (did you mean 'BAR-1'?)")):
        citation(book, "BAR-7")
    with pytest.raises(Misuse, match=re.escape("BAR-2 is the id of Bar.gone")):
        citation(book, "bar-2")
    assert citation(book, "bar-1").claim == citation(book, "calm").claim == "Bar.calm"


def test_every_entry_of_the_ledger_of_this_project_can_be_quoted() -> None:
    """In every form, from the files alone, and without a word that is stronger than the answers."""
    folder = Path(__file__).resolve().parents[3] / "proofs"
    if not (folder / "genesis.json").is_file():
        pytest.skip("this checkout has no ledger: `sennit prove` writes one")
    book = Book.read(folder)
    assert book.entries
    for one in book.entries:
        cited = citation(book, one.id)
        assert bibtex(cited)[0] == f"@misc{{sennit-{one.id},"
        assert len(markdown(cited)) > 4
        shown = any(answer.startswith("shown") for answer in cited.answer)
        assert shown == any(said.answer in (Answer.HOLDS, Answer.NEVER) for said in one.answers)
