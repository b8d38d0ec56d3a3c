"""Every forgery that applies to one file, and which verifier accepts which.

Each file is judged twice by each verifier of the older format: under the key that it names itself, and under the key
that its reader knows. What strict accepts under the known key, no stricter verifier of the same signed bytes can stop:
all that is signed is as it was, and what was changed is in no signature. The same families are then tried on the same
conversation in the repaired format.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sennit.errors import Misuse
from sennit.reference.braid import forge, forge_readers
from sennit.reference.braid.container import SLOTS, Limits, parse
from sennit.reference.braid.forge import Base, Family, Forgery, Impossible, Tried
from sennit.reference.braid.message import VERSIONS, Version
from sennit.reference.braid.profiles import Profile, Reason, judge
from sennit.reference.braid.repaired.forge import converted, forged
from sennit.reference.braid.repaired.sign import Session
from sennit.reference.braid.repaired.verify import Answer, verify_bytes
from sennit.reference.braid.strictjson import Number, as_undone, damages, decode
from sennit.reference.braid.verify import verify

FAMILIES: Final[tuple[Family, ...]] = (
    forge.content,
    forge.resplit,
    forge.versions,
    forge.truncate,
    forge_readers.relabel,
    forge_readers.move,
    forge_readers.reorder,
    forge_readers.neighbours,
    forge.container,
    forge.replace_key,
    forge.weak_key,
    forge_readers.spelling,
    forge_readers.readers,
    forge.cost,
    forge.degenerate,
)
OLDER: Final[tuple[Profile, ...]] = ("printed", "deployed", "strict")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One forgery of the older format, and who accepts it."""

    forgery: Forgery
    by_its_key: tuple[Profile, ...]
    """Verifiers that accept it under the key in the file, or the known one where the file names none."""
    by_known_key: tuple[Profile, ...]
    reasons: tuple[Reason, ...]
    """Why strict refuses it under the known key."""

    @property
    def beyond_stopping(self) -> bool:
        """No verifier of the same signed bytes can refuse it and accept honest files."""
        return "strict" in self.by_known_key


@dataclass(frozen=True, slots=True)
class Repaired:
    """One forgery of a braid/2 file, and what its verifier says under the known key."""

    forgery: Forgery
    answer: Answer
    unpinned: Answer
    """The same without a fingerprint."""
    rule: str
    """The first rule that refuses it, or nothing."""


@dataclass(frozen=True, slots=True)
class Attack:
    """All that was tried on one file."""

    base: Base
    outcomes: tuple[Outcome, ...]
    impossible: tuple[Impossible, ...]
    repaired: tuple[Repaired, ...]
    repaired_impossible: tuple[Impossible, ...]


def base_of(data: bytes, key: bytes | None = None) -> Base:
    """The file to forge from, under its own key or the one given. Raises Unreadable; Misuse for a file that fails."""
    limits = Limits()
    text = data.decode("utf-8", "replace")
    found = damages(text, limits)
    braid = parse(text, limits=limits, repair_escapes=True)
    key = key or braid.key
    if key is None:
        raise Misuse("the file names no key: give the one that it was signed under with --key")
    report = verify(braid.blocks, key)
    if not braid.blocks or report.passed < len(braid.blocks) or not report.versions:
        raise Misuse(
            f"{report.passed} of {len(braid.blocks)} signatures pass: a forgery begins with a braid that is good"
        )
    value = _plain(decode(as_undone(text, found) if found else text, limits))
    version: Version = next(version for version in VERSIONS if version in report.versions)
    paths = ((),) if braid.container == "SignedHydration" else tuple(_paths(value))
    return Base(data, value, replace(braid, key=key), key, version, paths)


def attack(base: Base, others: Sequence[Base] = ()) -> Attack:
    """Try everything; `others` are files signed under the same key, for mixing sessions."""
    tried: list[Tried] = [found for family in FAMILIES for found in family(base)]
    tried += _sessions(base, others)
    outcomes = tuple(_outcome(base, found) for found in tried if isinstance(found, Forgery))
    impossible = tuple(found for found in tried if isinstance(found, Impossible))
    again, unmade = attack_repaired(base)
    return Attack(base, outcomes, impossible, again, unmade)


def attack_repaired(base: Base) -> tuple[tuple[Repaired, ...], tuple[Impossible, ...]]:
    """The same families on the same conversation, signed anew as braid/2 under a key made here and forgotten."""
    seed = hashlib.sha256(b"session " + base.data).digest()
    session = converted(base.braid.blocks, seed, hashlib.sha256(seed).digest())
    if session.last < 2:
        session = _longer(session, seed)
    other = Session(seed, bytes(32))
    for number in range(session.last):
        other.append("text", "another session", f"block {number}")
    other.close()
    tried = list(forged(session, other))
    pin = hashlib.sha256(session.key).digest()
    judged = []
    for found in tried:
        if isinstance(found, Forgery):
            report = verify_bytes(found.data, pin=pin)
            rule = report.faults[0].rule if report.faults else ""
            judged.append(Repaired(found, report.answer, verify_bytes(found.data).answer, rule))
    return tuple(judged), tuple(found for found in tried if isinstance(found, Impossible))


def _longer(session: Session, seed: bytes) -> Session:
    """A session of one block has too little to forge: the same with a few more."""
    longer = Session(seed, hashlib.sha256(b"longer" + seed).digest())
    first = json.loads(session.data().splitlines()[1])["payload"] if session.last else ""
    longer.append("prompt", "user", first)
    request = longer.append("tool_request", "model", "{}")
    longer.append("tool_response", "tool", "{}", request=request)
    longer.append("text", "model", "done")
    longer.close()
    return longer


def _outcome(base: Base, forgery: Forgery) -> Outcome:
    accept = (base.version,)
    strict = judge(forgery.data, "strict", key=base.key, accept=accept)
    own = tuple(p for p in OLDER if _accepts(forgery.data, p, base, accept, pinned=False))
    known = tuple(p for p in OLDER if _accepts(forgery.data, p, base, accept, pinned=True))
    return Outcome(forgery, own, known, strict.reasons)


def _accepts(data: bytes, profile: Profile, base: Base, accept: Sequence[Version], *, pinned: bool) -> bool:
    names_key = b'"PublicKey": "' in data or b'"PublicKey":"' in data
    key = base.key if pinned or not names_key else None
    return judge(data, profile, key=key, accept=accept if profile == "strict" else ()).accepted


def _sessions(base: Base, others: Sequence[Base]) -> list[Tried]:
    if not others:
        why = "it takes another file signed under the same key: name one with --with"
        return [Impossible("sessions", "other", why), Impossible("sessions", "merged", why)]
    found: list[Tried] = []
    for number, other in enumerate(others):
        suffix = "" if len(others) == 1 else f"_{number + 1}"
        if other.key != base.key:
            raise Misuse("a file given with --with is signed under another key: there is nothing to mix")
        found.append(Forgery("sessions", f"other{suffix}", "the whole file is another session", other.data))
        found.append(_merged(base, other, f"merged{suffix}"))
    return found


def _merged(base: Base, other: Base, name: str) -> Tried:
    if "SignedHydration" in (base.braid.container, other.braid.container):
        return Impossible("sessions", name, "a SignedHydration has room for one block")
    draft = forge.Draft(base)
    mine = {block.signature for block in base.braid.blocks}
    for path, block in zip(other.paths, other.braid.blocks, strict=True):
        if block.signature not in mine:
            found: Any = other.value
            for step in path:
                found = found[step]
            draft.place(block.slot, block.source, found)
    same = other.genesis is not None and other.braid.blocks[other.genesis].signature in mine
    what = "the same first words give the same genesis" if same else "there are two blocks without a parent"
    return Forgery("sessions", name, f"blocks of another session are added; {what}", draft.data())


def _paths(value: dict[str, Any]) -> list[tuple[str | int, ...]]:
    """Where the blocks of a BaseDecision are, in the order in which its reader lists them."""
    found: list[tuple[str | int, ...]] = []
    for slot in (name for name in value if name in SLOTS):
        for source, entries in (value[slot] or {}).items():
            for i, entry in enumerate(entries or []):
                if slot == "ChainOfThoughts":
                    found += [(slot, source, i, j) for j in range(len(entry or []))]
                else:
                    found.append((slot, source, i))
    return found


def _plain(value: Any) -> Any:
    """JSON values as the json module writes them; numbers beside the blocks matter to nobody here."""
    if isinstance(value, Number):
        return json.loads(value.text)
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return value


def families_beyond_stopping(attacks: Sequence[Attack]) -> tuple[str, ...]:
    """Names of the families of which strict accepts a member under the known key."""
    counts = Counter(o.forgery.family for made in attacks for o in made.outcomes if o.beyond_stopping)
    return tuple(sorted(counts))
