"""A ledger's folder, read: genesis, entries, closing, assumptions, short ids. Reading believes nothing it has not seen.

book = Book.read(Path("proofs"))
entry = book.entry("BRAID-1")
book.trace(entry.rests_on[0])
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sennit.canonical import canonical_json
from sennit.claim import Settings
from sennit.errors import Misuse, did_you_mean
from sennit.record import warned
from sennit.record.entry import Artefact, Dropped, Entry, Said, folder_of
from sennit.record.warned import Warned

FORMAT: Final = "sennit-ledger/1"
_LARGEST: Final = 1 << 28  # bytes of a file that is worth reading


@dataclass(frozen=True)
class Genesis:
    """What a ledger is about: the first block of its braid.

    `specifications` are the digests of the Systems at their default sizes, `suites` the claims that each suite has
    entries for, in order, `assumptions` the SHA-256 of assumptions.toml.
    """

    specifications: Mapping[str, str]
    suites: Mapping[str, Sequence[str]]
    assumptions: str

    @property
    def content(self) -> bytes:
        """The genesis as canonical JSON: all that its file says."""
        return canonical_json(
            {
                "format": FORMAT,
                "specifications": dict(self.specifications),
                "suites": [[suite, list(claims)] for suite, claims in self.suites.items()],
                "assumptions": self.assumptions,
            }
        )

    @property
    def block(self) -> str:
        """The name that the entries without lemmas know it by."""
        return hashlib.sha256(self.content).hexdigest()

    @staticmethod
    def from_data(data: object) -> Genesis:
        """Reads what `content` writes; raises Misuse where the data has another form."""
        match data:
            case {
                "format": "sennit-ledger/1",
                "specifications": dict(specifications),
                "suites": list(rows),
                "assumptions": str(assumptions),
                **more,
            } if not more and all(isinstance(digest, str) for digest in specifications.values()):
                return Genesis(specifications, dict(map(_claims, rows)), assumptions)
        raise Misuse(f"genesis.json is of another form than {FORMAT}")


@dataclass(frozen=True)
class Signature:
    """Who signed a closing, as standard base64: the Ed25519 public key and the signature."""

    key: str
    signature: str


@dataclass(frozen=True)
class Closing:
    """What completes a ledger: how many blocks it has, the genesis among them, and one digest over them all."""

    count: int
    digest: str
    signature: Signature | None = None

    @property
    def content(self) -> bytes:
        """The closing as canonical JSON: all that its file says."""
        signed = self.signature
        data = None if signed is None else {"key": signed.key, "signature": signed.signature}
        return canonical_json({"count": self.count, "digest": self.digest, "signature": data})

    @property
    def message(self) -> bytes:
        """The bytes that a signature covers."""
        return canonical_json({"format": FORMAT, "count": self.count, "digest": self.digest})

    @staticmethod
    def of(blocks: Sequence[str]) -> Closing:
        """The closing of these blocks, unsigned."""
        return Closing(len(blocks), hashlib.sha256("\n".join(sorted(blocks)).encode()).hexdigest())

    @staticmethod
    def from_data(data: object) -> Closing:
        """Reads what `content` writes; raises Misuse where the data has another form."""
        match data:
            case {"count": int(count), "digest": str(digest), "signature": None}:
                return Closing(count, digest)
            case {"count": int(count), "digest": str(digest), "signature": {"key": str(key), "signature": str(text)}}:
                return Closing(count, digest, Signature(key, text))
        raise Misuse("closing.json is no closing: expected count, digest and signature")


@dataclass(frozen=True)
class Assumption:
    """An unproved thing that entries may lean on: what it says, and which Systems build it in."""

    name: str
    says: str
    systems: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Book:
    """A ledger as its files say. `entries` come in the order of the genesis, those that it does not name last."""

    folder: Path
    genesis: Genesis
    entries: tuple[Entry, ...]
    closing: Closing | None
    assumptions: tuple[Assumption, ...]
    ids: Mapping[str, str]
    warned: Warned | None = None

    @staticmethod
    def read(folder: Path) -> Book:
        """Reads a ledger, and checks its form alone. Raises Misuse where there is none or a file is of another form."""
        if not (folder / "genesis.json").is_file():
            raise Misuse(f"{folder} is no ledger: it has no genesis.json; `sennit prove --out {folder}` writes one")
        genesis = Genesis.from_data(load(folder, "genesis.json"))
        closing = load(folder, "closing.json") if (folder / "closing.json").is_file() else None
        found = [_entry(folder, path) for path in entry_files(folder)]
        order = {claim: i for i, claim in enumerate(c for claims in genesis.suites.values() for c in claims)}
        found.sort(key=lambda entry: (order.get(entry.claim, len(order)), entry.path))
        return Book(
            folder,
            genesis,
            tuple(found),
            None if closing is None else Closing.from_data(closing),
            read_assumptions(folder),
            read_ids(folder),
            Warned.from_data(load(folder, warned.FILE)) if (folder / warned.FILE).is_file() else None,
        )

    def entry(self, name: str) -> Entry:
        """The entry of a short id, a claim's id, or a claim's name that only one has. Raises Misuse otherwise."""
        exact = [e for e in self.entries if name in (e.id, e.claim)]
        found = exact or [e for e in self.entries if name.upper() == e.id or name == e.claim.partition(".")[2]]
        if len(found) == 1:
            return found[0]
        if found:
            raise Misuse(f"{name!r} may mean {', '.join(entry.claim for entry in found)}: write it in full")
        near = did_you_mean(name, [e.claim for e in self.entries] if "." in name else [e.id for e in self.entries])
        raise Misuse(f"the ledger has no entry {name!r}{near if len(near) < 400 else ''}")

    def parents(self, entry: Entry) -> tuple[Entry, ...]:
        """The entries that this one leans on."""
        named = set(entry.parents)
        return tuple(other for other in self.entries if other.block in named)

    def answers(self) -> dict[str, Said]:
        """All answers by their questions; where two entries answer one question, the first."""
        found: dict[str, Said] = {}
        for entry in self.entries:
            for said in entry.answers:
                found.setdefault(said.question, said)
        return found

    @property
    def blocks(self) -> list[str]:
        """All that a closing closes."""
        entries = [entry.block for entry in self.entries]
        return [self.genesis.block, *entries, *([] if self.warned is None else [self.warned.block])]

    @property
    def finished(self) -> bool:
        """Whether the closing is that of the blocks that are there."""
        if self.closing is None:
            return False
        now = Closing.of(self.blocks)
        return (now.count, now.digest) == (self.closing.count, self.closing.digest)

    def content(self, artefact: Artefact) -> object:
        """The JSON data of a file that an entry names. Raises Misuse if it is missing or has been changed."""
        return load(self.folder, artefact.path, artefact.sha256)

    def trace(self, answer: Said | Dropped) -> dict[str, object]:
        """The trace of an answer: `start`, a state, and `steps` of `rule`, `args`, `state`. Raises Misuse without one.

        States and arguments are objects by name; reals are text, arrays flat lists in row-major order. A run that goes
        on for ever says where its `loop` begins.
        """
        if answer.trace is None:
            raise Misuse(f"{answer.question} {answer.answer.name}: there is no trace on file")
        match self.content(answer.trace):
            case {"trace": {"start": dict(start), "steps": list(steps), **rest}}:
                loop = {"loop": rest["loop"]} if "loop" in rest else {}
                return {"start": start, "steps": steps, **loop}
        raise Misuse(f"{answer.trace.path} is no trace of this form")

    def settings(self, answer: Said | Dropped) -> Settings:
        """The sizes and switches at which a trace runs. Raises Misuse without a trace."""
        if answer.trace is not None:
            match self.content(answer.trace):
                case {"settings": dict(settings)}:
                    return settings
        raise Misuse(f"{answer.question} {answer.answer.name}: there is no trace on file")


def write(folder: Path, path: str, content: bytes) -> Artefact:
    """Writes a file of the ledger, whole or not at all, unless it says this already."""
    file = folder / path
    artefact = Artefact(path, hashlib.sha256(content).hexdigest())
    if file.is_file() and file.read_bytes() == content:
        return artefact
    file.parent.mkdir(parents=True, exist_ok=True)
    number, part = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(number, "wb") as opened:
            opened.write(content)
        Path(part).chmod(0o644)  # mkstemp makes files that only their owner can read
        Path(part).replace(file)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    return artefact


def entry_files(folder: Path) -> list[Path]:
    """The files of entries, `SUITE/OWNER.CLAIM.json`, sorted; artefacts have more dots in their names."""
    return sorted(path for path in folder.glob("*/*.json") if path.name.count(".") == 2 and path.name[0] != ".")


def ledger_files(folder: Path) -> list[Path]:
    """All files in suites' folders that a ledger writes, and what is left of those that were being written."""
    kinds = (".certificate.json", ".trace.json", ".machine.json", ".states.json")
    folders = sorted({path.parent for path in entry_files(folder)})
    return [
        path
        for part in folders
        for path in sorted(part.iterdir())
        if path.name.endswith(kinds)
        or (path.name.startswith(".") and ".json." in path.name)
        or path in entry_files(folder)
    ]


def load(folder: Path, path: str, sha256: str = "") -> object:
    """The JSON data of a file. Raises Misuse where it cannot be read, is no JSON, or has another digest."""
    try:
        file = folder / path
        if file.stat().st_size > _LARGEST:
            raise Misuse(f"{path} is too large: over {_LARGEST >> 20} MB")
        content = file.read_bytes()
    except OSError as error:
        raise Misuse(f"{path} cannot be read: {error.strerror}") from error
    if sha256 and hashlib.sha256(content).hexdigest() != sha256:
        raise Misuse(f"{path} has been changed: its digest is not the one that the ledger names")
    try:
        data: object = json.loads(content, object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float)
        return data
    except (ValueError, RecursionError) as error:
        raise Misuse(f"{path} is no JSON as the ledger has it: {error}") from error


def read_assumptions(folder: Path) -> tuple[Assumption, ...]:
    """The list of assumptions; none without a file. Raises Misuse where it has another form."""
    found: list[Assumption] = []
    for name, table in _toml(folder / "assumptions.toml").items():
        match table:
            case {"says": str(says), "systems": list(systems), **more} if not more:
                found.append(Assumption(name, says, tuple(map(str, systems))))
            case _:
                raise Misuse(f"assumptions.toml: [{name}] takes `says`, a sentence, and `systems`, a list of names")
    return tuple(found)


def read_ids(folder: Path) -> dict[str, str]:
    """Short ids by claim, in the order in which they were given; none without a file. Raises Misuse for one twice."""
    ids = _toml(folder / "ids.toml")
    if not all(isinstance(short, str) for short in ids.values()) or len(set(ids.values())) < len(ids):
        raise Misuse("ids.toml gives one short id to each claim, and to no other claim")
    return {claim: str(short) for claim, short in ids.items()}


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Misuse(f"{path.name} cannot be read: {error}") from error


def _entry(folder: Path, path: Path) -> Entry:
    name = path.relative_to(folder).as_posix()
    try:
        entry = Entry.from_data(load(folder, name))
    except Misuse as error:
        raise Misuse(f"{name}: {error}") from error
    if entry.path != name:
        raise Misuse(f"{name} holds the entry of {entry.claim} in {folder_of(entry.suite)}, which belongs elsewhere")
    return entry


def _claims(row: object) -> tuple[str, tuple[str, ...]]:
    match row:
        case [str(suite), list(claims)] if all(isinstance(claim, str) for claim in claims):
            return suite, tuple(claims)
    raise Misuse("genesis.json: a suite is its name and the list of its claims")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise ValueError("an object names one member twice")
    return data


def _no_float(text: str) -> object:
    raise ValueError(f"{text} is no whole number")
