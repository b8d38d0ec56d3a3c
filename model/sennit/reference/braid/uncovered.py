"""What no signature of a braid covers: what may be changed in its file without any signature failing."""

from collections.abc import Iterator
from dataclasses import dataclass

from sennit.reference.braid.container import SLOTS, Braid
from sennit.reference.braid.verify import Report


@dataclass(frozen=True, slots=True)
class Uncovered:
    """One thing that may be changed, and what that allows."""

    what: str
    why: str


def uncovered(braid: Braid, report: Report) -> tuple[Uncovered, ...]:
    """What no signature covers, given the container and the message version that made its signatures pass.

    Without a passing signature no version is known, and what depends on the version is said of all that were tried.
    """
    parts = (_of_blocks(braid), _of_container(braid), _of_versions(report), _of_braid(braid, report))
    return tuple(Uncovered(what, why) for part in parts for what, why in part)


def _of_blocks(braid: Braid) -> Iterator[tuple[str, str]]:
    yield "kind", "a namespace can be changed: a tool's answer can be made to look like a thought"
    if any(block.shadow for block in braid.blocks):
        yield "is_shadow", "the flag can be set or cleared"
    if any(block.copy != "none" for block in braid.blocks):
        yield (
            "the shown copy",
            "the text beside the signed bytes is compared here; a reader that does not compare can be misled",
        )


def _of_container(braid: Braid) -> Iterator[tuple[str, str]]:
    if braid.container == "BaseDecision":
        yield "source", "a block can be moved to another speaker"
        yield "slot and order", "a block can be moved to another list or place; only links to ancestors are signed"
        yield "Source and Audits", "both stand beside the blocks, in no signature"
    yield "container", "the same block passes in a BaseDecision and in a SignedHydration"
    yield "key", "who replaces PublicKey can sign everything anew; compare the key with one you got elsewhere"
    if braid.unread:
        yield "members outside the format", f"{len(braid.unread)} not read, the first at {braid.unread[0]}"


def _of_versions(report: Report) -> Iterator[tuple[str, str]]:
    possible = report.versions or report.accepted
    if len(report.accepted) > 1:
        yield (
            "message version",
            "nothing marks it; a v1 file with its payloads replaced by their base64 text passes as v0",
        )
    if "v0" in possible:
        yield "boundary under v0", "payload and link are joined bare: the end of one can be moved into the other"
    if "v00" in possible:
        yield "link under v00", "prev_signature can be changed at will"


def _of_braid(braid: Braid, report: Report) -> Iterator[tuple[str, str]]:
    named = {block.prev for block in braid.blocks}
    ends = sum(block.signature not in named for block in braid.blocks)
    yield (
        "completeness",
        f"{ends} of {report.blocks} blocks have no child; they can be dropped without a trace, then their parents",
    )
    yield "session", "blocks signed elsewhere with the same key can be added; only the key ties a session together"


def misplaced(braid: Braid) -> tuple[str, ...]:
    """Places of blocks whose kind is not the one of their slot: neither is signed, but they should agree."""
    return tuple(block.place for block in braid.blocks if SLOTS.get(block.slot, block.kind) != block.kind)
