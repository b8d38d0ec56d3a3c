"""The ledger in proofs/ is about the protocols as they are today. `sennit audit` re-checks the evidence as well."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from sennit.record.book import Book
from sennit.record.plan import claims_by_suite, plan
from sennit.record.today import against_today
from sennit.run.suite import load, shipped

PROOFS = Path(__file__).resolve().parents[3] / "proofs"


@pytest.fixture(scope="module")
def book() -> Book:
    if not PROOFS.is_dir():
        pytest.skip("proofs/ does not come with this copy of the tests")
    return Book.read(PROOFS)


def test_no_entry_is_stale_and_no_claim_lacks_one(book: Book) -> None:
    """Whoever changes a guard or adds a claim runs `sennit prove`, in the same change."""
    planned = plan([load(name) for name in shipped()])
    assert {suite: tuple(claims) for suite, claims in book.genesis.suites.items()} == claims_by_suite(planned)
    entries = {entry.claim: entry for entry in book.entries}
    assert list(entries) == list(planned)
    stale = [str(fault) for claim, one in planned.items() for fault in against_today(entries[claim], one)]
    assert stale == [], "run `sennit prove`"


def test_the_ledger_is_complete_and_every_claim_has_its_own_short_id(book: Book) -> None:
    """The closing is that of the blocks there are."""
    assert book.finished
    assert [book.ids[entry.claim] for entry in book.entries] == [entry.id for entry in book.entries]
    assert len({entry.id for entry in book.entries}) == len(book.entries) > 100


def test_it_was_proved_under_the_assumptions_that_come_with_the_package(book: Book) -> None:
    """`sennit prove` leaves a list that is there as it is; `make proofs` brings this one up to date."""
    shipped_list = resources.files("sennit.record") / "assumptions.toml"
    assert (book.folder / "assumptions.toml").read_bytes() == shipped_list.read_bytes(), "run `make proofs`"
