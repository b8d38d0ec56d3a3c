"""Verifies a braid: each signature under a key, and each rule, with the block at which it fails.

Rules, in the order in which they are reported:

- signature: the signature passes under the key, for one of the message versions asked for.
- one_version: one message version makes all the passing signatures pass. The signed bytes of a v1 block are also
  those of a v0 block whose payload is the base64 text, so a verifier that mixes versions accepts a swapped payload.
- sound_key: the key is a point of the prime-order group. libsodium refuses keys of small order by itself, but not a
  key with a small-order part, under which honest verifiers disagree: those that multiply by the cofactor pass more.
- canonical: the signature is spelled as an encoder spells it, so that equal signatures are equal strings.
- single_genesis: exactly one block has no parent.
- no_orphan: the parent that a block names is there.
- unique: no signature occurs twice.
- acyclic: no block is its own ancestor.
- reaches_genesis: the parents of every block lead to a block without a parent.
- copies_agree: the text shown beside a payload is the payload.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeAlias

from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_sign_open
from nacl.exceptions import BadSignatureError

from sennit.reference.braid.container import Block
from sennit.reference.braid.message import VERSIONS, Version, decode_signature, is_canonical, signed_message
from sennit.reference.braid.structure import Structure, structure

RULES: Final = (
    "signature",
    "one_version",
    "sound_key",
    "canonical",
    "single_genesis",
    "no_orphan",
    "unique",
    "acyclic",
    "reaches_genesis",
    "copies_agree",
)

_SPAN: Final = 500  # blocks a thread takes at once: much longer than handing over a span, much shorter than a second


@dataclass(frozen=True, slots=True)
class Failure:
    """One rule that does not hold, at one block; `block` is its index, None when no block is to blame."""

    rule: str
    block: int | None
    place: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What verification found. Without a key no signature was looked at, and `passes` is None."""

    blocks: int
    passes: tuple[tuple[Version, ...], ...] | None
    """For each block the versions under which its signature passes: several when their messages are equal."""
    accepted: tuple[Version, ...]
    """Versions that were tried."""
    structure: Structure
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> int:
        """Number of blocks whose signature passes."""
        return sum(map(bool, self.passes or ()))

    @property
    def versions(self) -> tuple[Version, ...]:
        """Versions that make all the passing signatures pass; usually one. Empty when nothing passes or none does."""
        return tuple(v for v, count in self.by_version if count == self.passed > 0)

    @property
    def by_version(self) -> tuple[tuple[Version, int], ...]:
        """Number of signatures that pass under each version."""
        counts = Counter(version for versions in self.passes or () for version in versions)
        return tuple((version, counts[version]) for version in VERSIONS)

    @property
    def ok(self) -> bool | None:
        """True when every signature and rule passes, False when one fails, None when only the key is missing."""
        if self.failures:
            return False
        return None if self.passes is None else True


def verify(
    blocks: Sequence[Block], key: bytes | None, *, accept: Sequence[Version] = VERSIONS, jobs: int = 1
) -> Report:
    """Report on `blocks` under a public key of 32 bytes; the rules alone when there is none.

    Signatures are tried under the versions in `accept`, on `jobs` threads; the report does not depend on `jobs`.
    Time is linear in the number of blocks and the bytes of their payloads.
    """
    if key is not None and len(key) != 32:
        raise ValueError(f"a public key has 32 bytes, this has {len(key)}")
    passes = None if key is None else _passes(blocks, key, accept, jobs)
    shape = structure([block.signature for block in blocks], [(block.prev,) if block.prev else () for block in blocks])
    found = [*_key_findings(key), *_signature_findings(passes, accept), *_block_findings(blocks)]
    found += _shape_findings(blocks, shape)
    found.sort(key=lambda finding: RULES.index(finding[0]))
    failures = tuple(Failure(rule, i, "" if i is None else blocks[i].place, detail) for rule, i, detail in found)
    return Report(len(blocks), passes, tuple(accept), shape, failures)


def is_sound(key: bytes) -> bool:
    """True for a canonical point of the prime-order group, which every honestly made public key is."""
    return crypto_core_ed25519_is_valid_point(key)


_Finding: TypeAlias = tuple[str, int | None, str]


def _passes(
    blocks: Sequence[Block], key: bytes, accept: Sequence[Version], jobs: int
) -> tuple[tuple[Version, ...], ...]:
    order = _likeliest_first(blocks, key, accept)
    spans = [blocks[start : start + _SPAN] for start in range(0, len(blocks), _SPAN)]
    if jobs == 1 or len(spans) < 2:
        return tuple(_passing(block, key, order) for block in blocks)
    with ThreadPoolExecutor(jobs) as threads:  # libsodium runs without the interpreter's lock
        results = threads.map(lambda span: [_passing(block, key, order) for block in span], spans)
        return tuple(versions for span in results for versions in span)


def _likeliest_first(blocks: Sequence[Block], key: bytes, accept: Sequence[Version]) -> tuple[Version, ...]:
    """The versions, that of the first few blocks in front: a file mostly keeps to one, and each try costs the same."""
    counts = Counter(version for block in blocks[:8] for version in _passing(block, key, tuple(accept)))
    return tuple(sorted(accept, key=lambda version: -counts[version]))


def _passing(block: Block, key: bytes, order: tuple[Version, ...]) -> tuple[Version, ...]:
    """Versions whose message the signature is for; it passes for one message, or else SHA-512 has a collision."""
    signature, tried = decode_signature(block.signature), set()
    for version in order:
        message = signed_message(version, block.payload, block.prev)
        if message in tried:
            continue
        try:
            crypto_sign_open(signature + message, key)
        except BadSignatureError:
            tried.add(message)
            continue
        if len(order) == 1 or (version == "v1" and block.payload):  # base64 of something is longer than it
            return (version,)
        same = {v for v in order if signed_message(v, block.payload, block.prev) == message}
        return tuple(v for v in VERSIONS if v in same)
    return ()


def _key_findings(key: bytes | None) -> Iterator[_Finding]:
    if key is not None and not is_sound(key):
        yield "sound_key", None, "the key is not a point of the prime-order group; no honest key is like that"


def _signature_findings(
    passes: tuple[tuple[Version, ...], ...] | None, accept: Sequence[Version]
) -> Iterator[_Finding]:
    passes = passes or ()
    counts = Counter(version for versions in passes for version in versions)
    usual = max(VERSIONS, key=lambda version: counts[version])
    mixed = counts[usual] < sum(map(bool, passes))
    for i, versions in enumerate(passes):
        if not versions:
            yield "signature", i, "passes under none of " + ", ".join(accept)
        elif mixed and usual not in versions:
            yield "one_version", i, f"passes under {versions[0]}, while {counts[usual]} pass under {usual}"


def _block_findings(blocks: Sequence[Block]) -> Iterator[_Finding]:
    for i, block in enumerate(blocks):
        if not is_canonical(block.signature):
            yield "canonical", i, "the signature is not spelled as an encoder spells it"
        if block.copy == "differs":
            yield "copies_agree", i, "the text shown beside the payload is not what is signed"


def _shape_findings(blocks: Sequence[Block], shape: Structure) -> Iterator[_Finding]:
    if not shape.genesis:
        yield "single_genesis", None, "every block names a parent" if blocks else "there are no blocks"
    if len(shape.genesis) > 1:
        for i in shape.genesis:
            yield "single_genesis", i, f"one of {len(shape.genesis)} blocks without a parent"
    for i, parent in shape.orphans:
        yield "no_orphan", i, f"no block here has the signature {parent} that it names as its parent"
    for first, i in shape.duplicates:
        yield "unique", i, f"has the signature of {blocks[first].place}"
    for i in shape.cyclic:
        yield "acyclic", i, "is its own ancestor"
    for i in shape.unreachable:
        yield "reaches_genesis", i, "its parents do not lead to a block without a parent"
