"""One claim on file: its statement, what was answered at each size, on what evidence, and what it leans on.

An entry is a block of the ledger's braid. Its canonical JSON is what is hashed, and its parents are the hashes of the
entries that its answers lean on, or of the genesis if it leans on none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sennit.canonical import canonical_json
from sennit.claim import Answer, Kind
from sennit.errors import Misuse

PROVED = (Answer.HOLDS, Answer.NEVER)
SHOWN = (Answer.FAILS, Answer.SEEN)
REFERENCE, RERUN, REPLAYED = "reference semantics", "re-run", "replayed"
TWO_SOLVERS, ONE_SOLVER = "z3 and cvc5", "one solver"
KINDS = tuple(kind.value for kind in Kind)
LIVE = (Kind.EVENTUALLY.value, Kind.LEADS_TO.value)
SECONDS = (REFERENCE, TWO_SOLVERS, ONE_SOLVER, RERUN, REPLAYED, "")

_HEX = re.compile(r"[0-9a-f]{64}")
_PART = re.compile(r"[^\x00-\x1f/\\]+")


@dataclass(frozen=True)
class Artefact:
    """A file of the ledger: its path from the ledger's folder, with slashes, and the SHA-256 of its bytes."""

    path: str
    sha256: str

    def to_data(self) -> dict[str, object]:
        """The reference as JSON data."""
        return {"path": self.path, "sha256": self.sha256}

    @staticmethod
    def from_data(data: object) -> Artefact | None:
        """Reads what `to_data` wrote. Raises Misuse for a path that leads out of the folder."""
        match data:
            case None:
                return None
            case {"path": str(path), "sha256": str(sha256), **more} if not more and _HEX.fullmatch(sha256):
                parts = path.split("/")
                if not any(part in ("", ".", "..") or not _PART.fullmatch(part) for part in parts):
                    return Artefact(path, sha256)
        raise Misuse(f"{data!r} names no file of the ledger: expected path and sha256")


@dataclass(frozen=True)
class Said:
    """What was answered at one size, and why it may be believed.

    `steps` is the length of the trace where there is one, else how many steps the engine took; `states` how many states
    it saw; `depth` how deep a BOUNDED reaches. `second` says who looked at the evidence besides the engine: one of
    SECONDS. `leans` are the questions that the proof assumed, `gate` the `in_range` that it waits for.
    """

    question: str
    settings: tuple[tuple[str, int], ...]
    digest: str
    answer: Answer
    engine: str
    why: str = ""
    depth: int | None = None
    states: int | None = None
    steps: int | None = None
    seed: int = 0
    seconds: str = "0"
    versions: tuple[tuple[str, str], ...] = ()
    leans: tuple[str, ...] = ()
    gate: str | None = None
    second: str = ""
    certificate: Artefact | None = None
    trace: Artefact | None = None

    @property
    def upto(self) -> str:
        """Up to what its states are counted, where the search was reduced: ` up to exchanges of client`."""
        first = self.why.partition(",")[0]
        return (
            first.removeprefix("states")
            if self.answer in PROVED and first.startswith("states up to exchanges of ")
            else ""
        )

    def to_data(self) -> dict[str, object]:
        """The answer as JSON data."""
        return {
            "question": self.question,
            "settings": dict(self.settings),
            "digest": self.digest,
            "answer": self.answer.name,
            "engine": self.engine,
            "why": self.why,
            "depth": self.depth,
            "states": self.states,
            "steps": self.steps,
            "seed": self.seed,
            "seconds": self.seconds,
            "versions": dict(self.versions),
            "leans": list(self.leans),
            "gate": self.gate,
            "second": self.second,
            "certificate": None if self.certificate is None else self.certificate.to_data(),
            "trace": None if self.trace is None else self.trace.to_data(),
        }

    @staticmethod
    def from_data(data: object) -> Said:
        """Reads what `to_data` wrote; raises Misuse where the data has another form."""
        match data:
            case {
                "question": str(question),
                "settings": dict(settings),
                "digest": str(digest),
                "answer": str(answer),
                "engine": str(engine),
                "why": str(why),
                "depth": (int() | None) as depth,
                "states": (int() | None) as states,
                "steps": (int() | None) as steps,
                "seed": int(seed),
                "seconds": str(seconds),
                "versions": dict(versions),
                "leans": list(leans),
                "gate": (str() | None) as gate,
                "second": str(second),
                "certificate": certificate,
                "trace": trace,
                **more,
            } if (
                not more
                and answer in Answer.__members__
                and second in SECONDS
                and _HEX.fullmatch(digest)
                and all(isinstance(value, int) for value in settings.values())
                and _are_text(versions.values())
                and _are_text(leans)
            ):
                return Said(
                    question,
                    tuple(settings.items()),
                    digest,
                    Answer[answer],
                    engine,
                    why,
                    depth,
                    states,
                    steps,
                    seed,
                    seconds,
                    tuple(versions.items()),
                    tuple(leans),
                    gate,
                    second,
                    Artefact.from_data(certificate),
                    Artefact.from_data(trace),
                )
        raise Misuse(f"this is no answer of an entry: {_short(data)}")  # fmt: skip


@dataclass(frozen=True)
class Dropped:
    """What became of the claim without one switch that it rests on: FAILS, with a trace of `steps` steps, is right."""

    switch: str
    question: str
    answer: Answer
    steps: int | None
    digest: str
    trace: Artefact | None

    def to_data(self) -> dict[str, object]:
        """The answer as JSON data."""
        return {
            "switch": self.switch,
            "question": self.question,
            "answer": self.answer.name,
            "steps": self.steps,
            "digest": self.digest,
            "trace": None if self.trace is None else self.trace.to_data(),
        }

    @staticmethod
    def from_data(data: object) -> Dropped:
        """Reads what `to_data` wrote; raises Misuse where the data has another form."""
        match data:
            case {
                "switch": str(switch),
                "question": str(question),
                "answer": str(answer),
                "steps": (int() | None) as steps,
                "digest": str(digest),
                "trace": trace,
                **more,
            } if not more and answer in Answer.__members__ and _HEX.fullmatch(digest):
                return Dropped(switch, question, Answer[answer], steps, digest, Artefact.from_data(trace))
        raise Misuse(f"this is no answer without a switch: {_short(data)}")  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One claim on file. `suite` is a shipped suite, or the name of a .py file with claims."""

    id: str
    claim: str
    suite: str
    kind: str
    statement: str
    expect: Answer
    parents: tuple[str, ...]
    answers: tuple[Said, ...]
    rests_on: tuple[Dropped, ...] = ()
    assumptions: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        """The System that the claim is about; of a theorem, the file that states it."""
        return self.claim.partition(".")[0]

    @property
    def path(self) -> str:
        """Where the entry lies in the ledger's folder."""
        return f"{folder_of(self.suite)}/{self.claim}.json"

    @property
    def content(self) -> bytes:
        """The entry as canonical JSON (RFC 8785): all that its file says."""
        return canonical_json(self.to_data())

    @property
    def block(self) -> str:
        """The name that children know the entry by: the SHA-256 of its content."""
        return hashlib.sha256(self.content).hexdigest()

    def artefacts(self) -> Iterator[Artefact]:
        """The files that the entry itself names."""
        for said in self.answers:
            yield from (artefact for artefact in (said.certificate, said.trace) if artefact is not None)
        yield from (dropped.trace for dropped in self.rests_on if dropped.trace is not None)

    def to_data(self) -> dict[str, object]:
        """The entry as JSON data."""
        return {
            "id": self.id,
            "claim": self.claim,
            "suite": self.suite,
            "kind": self.kind,
            "statement": self.statement,
            "expect": self.expect.name,
            "parents": list(self.parents),
            "answers": [said.to_data() for said in self.answers],
            "rests_on": [dropped.to_data() for dropped in self.rests_on],
            "assumptions": list(self.assumptions),
        }

    @staticmethod
    def from_data(data: object) -> Entry:
        """Reads what `to_data` wrote; raises Misuse where the data has another form."""
        match data:
            case {
                "id": str(short),
                "claim": str(claim),
                "suite": str(suite),
                "kind": str(kind),
                "statement": str(statement),
                "expect": str(expect),
                "parents": list(parents),
                "answers": list(answers),
                "rests_on": list(rests_on),
                "assumptions": list(assumptions),
                **more,
            } if (
                not more
                and expect in Answer.__members__
                and kind in KINDS
                and _are_text(parents)
                and _are_text(assumptions)
            ):
                return Entry(
                    short,
                    claim,
                    suite,
                    kind,
                    statement,
                    Answer[expect],
                    tuple(parents),
                    tuple(map(Said.from_data, answers)),
                    tuple(map(Dropped.from_data, rests_on)),
                    tuple(assumptions),
                )
        raise Misuse(f"this is no entry: {_short(data)}")  # fmt: skip


def folder_of(suite: str) -> str:
    """The folder of a suite's entries."""
    return suite.removesuffix(".py")


def established(answers: Mapping[str, Said]) -> set[str]:
    """The questions whose proof stands, by least fixed point: what only leans on itself establishes nothing."""
    proved: set[str] = set()
    while True:
        more = {
            name
            for name, said in answers.items()
            if name not in proved and said.answer in PROVED and all(lemma in proved for lemma in said.leans)
        }
        if not more:
            return proved
        proved |= more


def _are_text(values: object) -> bool:
    return all(isinstance(value, str) for value in values)  # type: ignore[attr-defined]  # lists and dict views


def _short(data: object) -> str:
    text = repr(data)
    return text if len(text) < 200 else f"{text[:200]} ..."
