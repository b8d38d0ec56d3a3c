"""What a ledger's page is made of: its entries, the run in every trace that they name, and what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sennit.errors import Misuse
from sennit.machine import Machine
from sennit.record.book import Book
from sennit.record.cite import Citation, citation
from sennit.record.entry import Artefact, Dropped, Entry, Said
from sennit.run.suite import load, shipped
from sennit.run.words import plain
from sennit.show.html.player import Player, player

_ID = re.compile(r"[A-Z][A-Z0-9_-]*-[0-9]+")  # with a capital: no name of a part of the page is one
_LARGEST = 1 << 20  # bytes of prose that are worth showing


@dataclass(frozen=True, eq=False)
class Ledger:
    """A book with what the page shows of its files. `players` are by the path of the trace, `cited` by short id."""

    book: Book
    players: Mapping[str, Player]
    cited: Mapping[str, Citation]
    divergences: str

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The claims, suite by suite."""
        return self.book.entries


def read(folder: Path) -> Ledger:
    """The ledger in `folder`. Raises Misuse, naming the file, where one is missing, changed, or of another form."""
    book = Book.read(folder)
    for entry in book.entries:
        if not _ID.fullmatch(entry.id):
            raise Misuse(f"{plain(entry.path)}: {plain(entry.id)!r} is no id of a claim: one reads BRAID-3")
        if not entry.answers:
            raise Misuse(f"{plain(entry.path)} answers no question: `sennit prove` writes an answer for every size")
    if len({entry.id for entry in book.entries}) < len(book.entries):
        raise Misuse("two entries of the ledger have one id: `sennit audit` says which")
    traced = [(entry, a, a.trace) for entry in book.entries for a in _answers(entry) if a.trace is not None]
    return Ledger(
        book,
        {trace.path: _player(book, entry, answer, trace) for entry, answer, trace in traced},
        {entry.id: _cited(book, entry) for entry in book.entries},
        _prose(folder / "divergences.md"),
    )


def _answers(entry: Entry) -> list[Said | Dropped]:
    return [*entry.answers, *entry.rests_on]


def _cited(book: Book, entry: Entry) -> Citation:
    """The entry in words; where the ledger lies is left out, for the page may be read elsewhere."""
    cited = citation(book, entry.id)
    return replace(cited, recheck="sennit audit")


def _player(book: Book, entry: Entry, answer: Said | Dropped, trace: Artefact) -> Player:
    data = book.content(trace)
    machine = None if _foreign(entry.suite, book.folder) else _machine(entry, data, answer.digest)
    match data:
        case {"trace": dict(run)}:
            try:
                return player(run, machine)
            except ValueError as error:
                raise Misuse(f"{plain(trace.path)} is no trace that can be shown: {plain(str(error))}") from error
    raise Misuse(f"{plain(trace.path)} is no trace: it has no `trace` in it")


def _foreign(suite: str, folder: Path) -> bool:
    """Whether the suite is a file that this must not load: one in the ledger itself, or outside of where we are."""
    path = Path(suite).resolve()
    inside = path.is_relative_to(Path.cwd()) and not path.is_relative_to(folder.resolve())
    return suite not in shipped() and not (inside and path.suffix == ".py")


def _machine(entry: Entry, data: object, digest: str) -> Machine | None:
    """The machine that the trace is of; None where the specification is not here or has changed since."""
    match data:
        case {"settings": dict(settings), "digest": str(found)} if found == digest:
            pass
        case _:
            return None
    try:
        suite = load(f"{entry.suite}::{entry.claim}", [settings] if settings else [])
    except Misuse:
        return None
    return next((a.question.machine for a in suite.asked if a.question.digest == digest), None)


def _prose(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise Misuse(f"{path.name} is too large to show: over {_LARGEST >> 20} MB")
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise Misuse(f"{path.name} cannot be read: {plain(str(error))}") from error
