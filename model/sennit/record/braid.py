"""The ledger as the braid that it is: parents, genesis, closing and signature."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence

from sennit.record.book import Book, Closing, Signature
from sennit.record.faults import Fault
from sennit.reference.braid.structure import structure
from sennit.run.words import listed


def braid_faults(book: Book) -> Iterator[Fault]:
    """Parents that are missing, entries without one, circles. Without a closing, entries may wait for their parents."""
    names = [book.genesis.block, *(entry.block for entry in book.entries)]
    paths = ["genesis.json", *(entry.path for entry in book.entries)]
    found = structure(names, [(), *(entry.parents for entry in book.entries)])
    for index in found.genesis[1:]:
        yield Fault(paths[index], "it names no parent: a ledger has one genesis")
    for first, second in found.duplicates:
        yield Fault(paths[second], f"it is the same block as {paths[first]}")
    if found.cyclic:
        yield Fault(listed([paths[i] for i in found.cyclic]), "they are their own ancestors")
    if book.closing is None:
        return
    for index, parent in found.orphans:
        yield Fault(paths[index], f"its parent {parent[:12]}… is not in the ledger: a lemma was dropped or edited")
    orphans = {index for index, _ in found.orphans}
    for index in found.unreachable:
        if index not in orphans and index not in found.cyclic:
            yield Fault(paths[index], "no path of parents leads from it to the genesis")


def closing_faults(book: Book) -> Iterator[Fault]:
    """A closing of other blocks than are there."""
    if book.closing is None:
        return
    now = Closing.of(book.blocks)
    if now.count != book.closing.count:
        yield Fault("closing.json", f"it closes {book.closing.count} blocks, and there are {now.count}")
    if now.digest != book.closing.digest:
        yield Fault("closing.json", "its digest is not that of the blocks: one was edited, added or removed since")


def signature_faults(book: Book, signers: Sequence[str], must_be_signed: bool) -> tuple[str | None, list[Fault]]:
    """The fingerprint of who signed, and what is wrong with it. Only keys that the reader names are accepted."""
    signature = None if book.closing is None else book.closing.signature
    if signature is None:
        missing = [Fault("closing.json", "it is not signed, and --signer asks for a signature")]
        return None, missing if must_be_signed else []
    assert book.closing is not None
    signer = _signer(signature, book.closing.message)
    if signer is None:
        return None, [Fault("closing.json", "its signature does not pass")]
    if signer not in signers:
        accepted = listed([f"{name[:12]}…" for name in signers]) or "nobody"
        return signer, [Fault("closing.json", f"it is signed by {signer}, and accepted is {accepted}")]
    return signer, []


def _signer(signature: Signature, message: bytes) -> str | None:
    from sennit.reference import ed25519  # PyNaCl, which few ledgers need

    try:
        key = base64.b64decode(signature.key, validate=True)
        signed = base64.b64decode(signature.signature, validate=True)
    except (ValueError, binascii.Error):
        return None
    return ed25519.fingerprint(key) if ed25519.passes(key, message, signed) else None
