"""Claims on whole runs in the ledger: their evidence is written, re-checked, quoted, shown, and cannot be forged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sennit.record.book import Book
from sennit.record.cite import citation, text
from sennit.record.entry import Entry
from sennit.show.html.ledger import read
from sennit.show.html.page import page
from unit.record.ledgers import audited, changed, closed, faults, proved, rewritten

SPECIFICATION = '''
"""A kettle that boils if somebody lights the fire, and a cat that goes round."""

from sennit import FAILS, Expr, Int, Switch, System, any_of, each, eventually, leads_to, rule


class Kettle(System):
    """Heats by degrees; without a lid it cools."""

    lid = Switch(on=True)
    heat = Int(0, 3, init=0)
    cat = Int(0, 1, init=0)

    @rule(by="fire")
    def warm(self) -> None:
        """Heats."""
        self.require(self.heat < 3)
        self.heat = self.heat + 1

    @rule(by="air")
    def cool(self) -> None:
        """Cools."""
        if self.lid:
            self.require(self.heat > 3)
        self.require(self.heat == 1)
        self.heat = self.heat - 1

    @rule(by="cat")
    def stroll(self) -> None:
        """Goes to the other place."""
        self.cat = 1 - self.cat


@eventually(Kettle, fair="warm", rests_on=("lid",))
def boils(kettle: Kettle) -> Expr:
    """The water boils."""
    return kettle.heat == 3


@leads_to(Kettle, fair=("warm", each("stroll")))
def goes_on(kettle: Kettle) -> tuple[Expr, Expr]:
    """Once it is warm it gets hot."""
    return kettle.heat == 1, kettle.heat == 2


@eventually(Kettle, fair=any_of(), expect=FAILS)
def boils_anyway(kettle: Kettle) -> Expr:
    """The water boils, if only something happens."""
    return kettle.heat == 3
'''


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    proved(tmp_path, SPECIFICATION)
    return tmp_path


def test_a_ledger_of_whole_runs_passes_its_audit(ledger: Path) -> None:
    """Proofs by the reference semantics, lassos replayed."""
    book = Book.read(ledger / "proofs")
    said = {e.claim: [(a.answer.name, a.engine, a.second) for a in e.answers] for e in book.entries}
    assert said == {
        "Kettle.in_range": [("HOLDS", "explore", "reference semantics")],
        "Kettle.boils": [("HOLDS", "liveness", "reference semantics")],
        "Kettle.goes_on": [("HOLDS", "liveness", "reference semantics")],
        "Kettle.boils_anyway": [("FAILS", "liveness", "replayed")],
    }
    assert [dropped.answer.name for e in book.entries for dropped in e.rests_on] == ["FAILS"]
    found = audited(ledger, recompute=10.0)
    assert (found.faults, found.traces) == ((), 2)
    assert proved(ledger, SPECIFICATION).kept == 4


def test_fairness_and_loops_are_quoted_and_shown(ledger: Path) -> None:
    """Whoever cites the proof says what it assumes."""
    book = Book.read(ledger / "proofs")
    quoted = {claim: "\n".join(text(citation(book, f"Kettle.{claim}"))) for claim in ("boils", "boils_anyway")}
    assert "given weak fairness of warm" in quoted["boils"]
    assert "every fair run through 8 reachable states" in quoted["boils"]
    assert "refuted by a run that repeats itself after" in quoted["boils"]
    assert "given weak fairness of any rule" in quoted["boils_anyway"]
    html = page(read(ledger / "proofs"))
    assert "What is claimed <strong>never comes</strong>" in html
    assert "from here on again and again" in html
    assert "in every fair run through 8 reachable states" in html


def certificate(claim: str, change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    """A forger's hand: the certificate of a claim changed, and everything above it made to fit."""

    def forge(folder: Path) -> None:
        def edit(content: str) -> str:
            data = json.loads(content)
            change(data["question"])
            return json.dumps(data, sort_keys=True, separators=(",", ":"))

        def entry(was: Entry) -> Entry:
            (said,) = was.answers
            assert said.certificate is not None
            return replace(was, answers=(replace(said, certificate=rewritten(folder, said.certificate, edit)),))

        changed(folder, claim, entry)

    return forge


FORGED = {
    "fairness that was not there": certificate("Kettle.boils", lambda q: q.update(fairness=[[True, [["warm", []]]]])),
    "a trigger": certificate("Kettle.boils", lambda q: q.update(trigger=q["goal"])),
    "no fairness": certificate("Kettle.goes_on", lambda q: q.update(fairness=[])),
    "another kind": certificate("Kettle.goes_on", lambda q: q.update(kind="eventually")),
    "nothing on whole runs": certificate("Kettle.goes_on", lambda q: (q.pop("trigger"), q.pop("fairness"))),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_certificate_of_another_question_is_found_out(ledger: Path, how: str) -> None:
    """Its formulas no longer have the digest that the claim has."""
    FORGED[how](ledger)
    closed(ledger)
    assert any("Kettle." in fault for fault in faults(ledger))


def test_a_lasso_that_no_longer_closes_is_found_out(ledger: Path) -> None:
    """A loop that begins elsewhere does not replay."""

    def entry(was: Entry) -> Entry:
        (said,) = was.answers
        assert said.trace is not None
        elsewhere = rewritten(ledger, said.trace, lambda content: content.replace('"loop":0', '"loop":1'))
        return replace(was, answers=(replace(said, trace=elsewhere),))

    changed(ledger, "Kettle.boils_anyway", entry)
    assert any("does not replay" in fault for fault in faults(ledger))
