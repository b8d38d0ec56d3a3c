"""Four verifiers of one file, from the loosest to the one of the repaired format, and what each says to it.

- printed: the four steps of the post, as their sentences stand, on any JSON library. Step 3 is taken without its second
  half, which contradicts the first; step 4, a visit of each node of the flattened list, is uniqueness once more. What
  is signed is the payload, as it is or in base64, followed by the previous signature: whichever passes, block by block.
- deployed: what the public Go tool does (see `lenient`): the reading is loose, the key is the one in the file, and it
  finds cycles. Its message version is the one of its time, the same for all blocks.
- strict: the same signed bytes in one message version, and nothing that two readers can take for two things: strict
  JSON, one spelling of keys, signatures and base64, a sound key, no strange members, kinds that fit their slots, shown
  text that is the signed text.
- repaired: braid/2 (see `repaired.verify`), which takes no file of the older format.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from sennit.reference.braid import container, lenient
from sennit.reference.braid.container import Braid
from sennit.reference.braid.lenient import Entry
from sennit.reference.braid.message import VERSIONS, Version, decode_key, decode_signature, signed_message
from sennit.reference.braid.point import has_reduced_scalar, key_fault, loose_equation
from sennit.reference.braid.repaired.verify import verify_bytes
from sennit.reference.braid.strictjson import Limits, Unreadable, as_text
from sennit.reference.braid.uncovered import misplaced
from sennit.reference.braid.verify import verify

Profile = Literal["printed", "deployed", "strict", "repaired"]
PROFILES: Final[tuple[Profile, ...]] = ("printed", "deployed", "strict", "repaired")


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule of a profile that a file breaks; `place` is empty where it is the file as a whole."""

    rule: str
    place: str
    detail: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one profile says of one file: accepted, or why not."""

    profile: Profile
    reasons: tuple[Reason, ...]
    answer: str
    """`accepted` or `refused`; of a braid/2 file `complete`, `valid, open-ended` or `fails`."""

    @property
    def accepted(self) -> bool:
        """True when there is no reason against it."""
        return not self.reasons


def judge(
    data: bytes, profile: Profile, *, key: bytes | None = None, accept: Sequence[Version] = (), jobs: int = 1
) -> Judgement:
    """What `profile` says to the bytes of a file, under `key` or else the key in the file.

    `accept` names message versions; without any, strict takes v1 alone, printed v0 and v1, deployed each of the three.
    """
    if profile == "repaired":
        return _repaired(data, key, jobs)
    try:
        if profile == "strict":
            reasons = tuple(_strict(data, key, accept or ("v1",), jobs))
        elif profile == "printed":
            reasons = tuple(_printed(data, key, accept or ("v0", "v1")))
        else:
            reasons = tuple(_deployed(data, key, accept or VERSIONS))
    except Unreadable as error:
        reasons = (Reason("unreadable", "", str(error)),)
    return Judgement(profile, reasons, "refused" if reasons else "accepted")


def _repaired(data: bytes, key: bytes | None, jobs: int) -> Judgement:
    pin = None if key is None else hashlib.sha256(key).digest()
    report = verify_bytes(data, pin=pin, jobs=jobs)
    reasons = tuple(Reason(f.rule, f"line {f.line}" if f.line else "", f.detail) for f in report.faults)
    return Judgement("repaired", reasons, report.answer)


# -- strict ------------------------------------------------------------------------------------------------------------


def _strict(data: bytes, given: bytes | None, accept: Sequence[Version], jobs: int) -> Iterator[Reason]:
    if len(accept) != 1:
        raise Unreadable("strict takes one message version: a block of one is a block of another with other content")
    braid = container.parse(as_text(data), limits=Limits())
    key = given or braid.key
    if key is None:
        yield Reason("no_key", "", "there is no key in the file, and none was given")
        return
    fault = key_fault(key)
    if fault:
        yield Reason(fault, "PublicKey", "no honestly made key is like this; whoever holds it can say anything")
        return
    if given and braid.key and given != braid.key:
        yield Reason("key", "PublicKey", "the file names another key than the one that was given")
    yield from _ambiguous(braid)
    for failure in verify(braid.blocks, key, accept=accept, jobs=jobs).failures:
        rule, detail = failure.rule, failure.detail
        if rule == "signature" and failure.block is not None:
            block = braid.blocks[failure.block]
            if not has_reduced_scalar(decode_signature(block.signature)):
                rule, detail = "scalar", "the signature's scalar is not reduced: a second spelling of a signature"
        yield Reason(rule, failure.place, detail)


def _ambiguous(braid: Braid) -> Iterator[Reason]:
    """What two readers may take for two things, beyond what the parser refuses."""
    for damage in braid.damage:
        yield Reason("escapes", damage.path, f"{damage.found} is no JSON escape; some readers drop it, some refuse it")
    for place in braid.unread:
        yield Reason("members", place, "the format has no such member")
    for place in misplaced(braid):
        yield Reason("kind", place, "the kind is not the one of its slot")
    for block in braid.blocks:
        if block.copy == "hidden":
            yield Reason(
                "copies_agree", block.place, "data_b64 says something, and data, which some readers show, nothing"
            )
    if braid.container == "SignedHydration" and braid.blocks[0].kind != "hydration":
        yield Reason("kind", "$", "the block of a SignedHydration is of another kind")


# -- printed and deployed ----------------------------------------------------------------------------------------------


def _printed(data: bytes, given: bytes | None, accept: Sequence[Version]) -> Iterator[Reason]:
    found = lenient.read_as_any(data)
    key = given or _key_of(found.key, breaks=False)
    passing = _passing_under(found.entries, key, accept, breaks=False)
    for entry in found.entries:
        if not passing[entry]:
            yield Reason("step 1", entry.place, "the signature is not one of payload and previous signature")
    yield from _accumulated(found.entries)


def _deployed(data: bytes, given: bytes | None, accept: Sequence[Version]) -> Iterator[Reason]:
    found = lenient.read_as_deployed(data)
    key = given or _key_of(found.key, breaks=True)
    passing = _passing_under(found.entries, key, accept, breaks=True)
    best = max(accept, key=lambda version: sum(version in versions for versions in passing.values()))
    for entry in found.entries:
        if best not in passing[entry]:
            yield Reason("signature", entry.place, f"passes under no message version, or not under {best}")
    yield from _accumulated(found.entries)
    for place in _climbs_in_circles(found.entries):
        yield Reason("cycle", place, "its ancestors lead back to it")


def _accumulated(entries: Sequence[Entry]) -> Iterator[Reason]:
    """Steps 1 to 3 without the signatures: strings are compared, not what they decode to."""
    seen: set[str] = set()
    for entry in entries:
        if entry.signature in seen:
            yield Reason("unique", entry.place, "the same signature string twice")
        seen.add(entry.signature)
    geneses = sum(not entry.prev for entry in entries)
    if geneses != 1:
        yield Reason("genesis", "", f"{geneses} blocks have no previous signature")
    for entry in entries:
        if entry.prev and entry.prev not in seen:
            yield Reason("orphan", entry.place, "its previous signature is not in the file")


def _climbs_in_circles(entries: Sequence[Entry]) -> Iterator[str]:
    above = {entry.signature: entry.prev for entry in entries}
    fine: set[str] = {""}
    for entry in entries:
        climb: dict[str, None] = {}
        name = entry.signature
        while name not in fine and name not in climb and name in above:
            climb[name] = None
            name = above[name]
        if name in climb:
            yield entry.place
        fine.update(climb)


def _passing_under(
    entries: Sequence[Entry], key: bytes, accept: Sequence[Version], *, breaks: bool
) -> Mapping[Entry, tuple[Version, ...]]:
    passes = _equation(key)
    found: dict[Entry, tuple[Version, ...]] = {}
    for entry in entries:
        signature = lenient.loose_signature(entry.signature, breaks=breaks)
        messages = {version: _message(version, entry) for version in accept}
        found[entry] = tuple(v for v in accept if signature is not None and passes(messages[v], signature))
    return found


def _message(version: Version, entry: Entry) -> bytes:
    """What is signed, whatever characters the link is made of."""
    link = b"" if version == "v00" else entry.prev.encode("utf-8", "replace")
    return signed_message(version, entry.payload, "") + link


def _equation(key: bytes) -> Callable[[bytes, bytes], bool]:
    """How signatures are checked: by libsodium under a sound key, by the bare equation under any other."""
    if key_fault(key) is not None:
        return loose_equation(key)

    def passes(message: bytes, signature: bytes) -> bool:
        try:
            crypto_sign_open(signature + message, key)
        except BadSignatureError:
            return False
        return True

    return passes


def _key_of(text: str, *, breaks: bool) -> bytes:
    if not text:
        raise Unreadable("there is no key in the file, and none was given")
    try:
        key = lenient.loose_base64(text, breaks=True) if breaks else decode_key(text)
    except ValueError as error:
        raise Unreadable(f"PublicKey {error}") from None
    if len(key) != 32:
        raise Unreadable("PublicKey is no key")
    return key
