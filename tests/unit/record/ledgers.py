"""A small specification in a file, its ledger, and ways to tamper with one as somebody who knows the format would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sennit.record.audit import Audit, audit
from sennit.record.book import Book, Closing, write
from sennit.record.checking import Checks
from sennit.record.entry import Artefact, Entry
from sennit.record.prove import Proved, Sign, prove
from sennit.record.summary import report_text
from sennit.run.asking import Ask, Here
from sennit.run.suite import load

SPECIFICATION = '''
"""A ferry with places for few, and two sums that grow without end."""

from sennit import Expr, Index, Array, Bool, Int, Switch, System, always, count, rule, sometimes


class Ferry(System):
    """People go aboard one by one."""

    person = Index(3)
    counts = Switch(on=True)
    aboard = Array(person, Bool(), init=False)

    @rule(by="person {p}", p=person)
    def board(self, p: Expr) -> None:
        """Goes aboard where there is room."""
        self.require(~self.aboard[p])
        if self.counts:
            self.require(count(self.aboard) < 2)
        self.aboard[p] = True


class Sums(System):
    """The steps grow, and so does their sum."""

    step = Int(init=0)
    total = Int(init=0)

    @rule(by="clock")
    def tick(self) -> None:
        """Adds the step and makes it longer."""
        self.total = self.total + self.step
        self.step = self.step + 1


@always(Ferry, rests_on=("counts",), at=({"person": 3}, {"person": 4}))
def room_left(ferry: Ferry) -> Expr:
    """There are never more than two aboard."""
    return count(ferry.aboard) <= 2


@always(Ferry)
def few(ferry: Ferry) -> Expr:
    """There are never more than three aboard."""
    return count(ferry.aboard) <= 3


@sometimes(Ferry)
def full(ferry: Ferry) -> Expr:
    """Two are aboard."""
    return count(ferry.aboard) == 2


@always(Sums)
def forward(sums: Sums) -> Expr:
    """A step is never backward."""
    return sums.step >= 0


@always(Sums, using=(forward,))
def grown(sums: Sums) -> Expr:
    """The sum is never below nothing."""
    return sums.total >= 0
'''


def proved(folder: Path, text: str = SPECIFICATION, *, sign: Sign | None = None, fresh: bool = False) -> Proved:
    """Proves the specification into `folder/proofs`, in this process."""
    file = folder / "ferry.py"
    if not file.is_file() or file.read_text() != text:
        file.write_text(text)
    suite = load(str(file))
    with Checks(0) as checks:
        return prove([suite], folder / "proofs", Ask(seconds=30.0), Here(suite), checks, sign=sign, fresh=fresh)


def audited(folder: Path, signers: tuple[str, ...] = (), recompute: float | None = None) -> Audit:
    """The audit of `folder/proofs` beside `folder/ferry.py`."""
    book = Book.read(folder / "proofs")
    with Checks(0) as checks:
        return audit(book, [load(str(folder / "ferry.py"))], checks, signers, recompute=recompute)


def faults(folder: Path, signers: tuple[str, ...] = ()) -> list[str]:
    """What the audit says."""
    return [str(fault) for fault in audited(folder, signers).faults]


def changed(folder: Path, claim: str, change: Callable[[Entry], Entry], *, chained: bool = True) -> None:
    """Changes an entry; `chained` makes parents, closing and report fit again, as a careful forger would."""
    book = Book.read(folder / "proofs")
    entries = {entry.claim: entry for entry in book.entries}
    entries[claim] = change(entries[claim])
    write(book.folder, entries[claim].path, entries[claim].content)
    if chained:
        rechained(folder, {entry.block: entry.claim for entry in book.entries})


def rechained(folder: Path, claims: dict[str, str]) -> None:
    """Parents, closing and report as they would be had the entries always been these; `claims` are the old blocks."""
    book = Book.read(folder / "proofs")
    entries = {entry.claim: entry for entry in book.entries}
    for _ in entries:
        for claim, entry in entries.items():
            named = [claims.get(parent) for parent in entry.parents]
            parents = [
                entries[name].block if name in entries else parent
                for name, parent in zip(named, entry.parents, strict=True)
                if name is None or name in entries
            ]
            claims |= {entries[name].block: name for name in named if name is not None and name in entries}
            entries[claim] = replace(entry, parents=tuple(sorted(parents)) or (book.genesis.block,))
    for entry in entries.values():
        write(book.folder, entry.path, entry.content)
    closed(folder)


def closed(folder: Path, sign: Sign | None = None) -> None:
    """Closing and report of the entries that are there."""
    book = Book.read(folder / "proofs")
    text = report_text(book.genesis, book.entries, book.assumptions, book.warned)
    write(book.folder, "REPORT.md", text.encode())
    closing = Closing.of(book.blocks)
    if sign is not None:
        closing = replace(closing, signature=sign(closing.message))
    write(book.folder, "closing.json", closing.content)


def rewritten(folder: Path, artefact: Artefact, change: Callable[[str], str]) -> Artefact:
    """A file of the ledger changed, and the reference that now fits it."""
    book = folder / "proofs"
    return write(book, artefact.path, change((book / artefact.path).read_text()).encode())
