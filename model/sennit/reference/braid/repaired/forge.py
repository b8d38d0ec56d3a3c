"""The same families of forgery, tried on a braid/2 file: what is left of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from nacl.bindings import crypto_scalarmult_ed25519_base_noclamp
from nacl.signing import SigningKey

from sennit.reference.braid.container import Block
from sennit.reference.braid.forge import FORGED, OWN_SEED, Forgery, Impossible, Tried, respelled_standard
from sennit.reference.braid.point import IDENTITY, L, compress
from sennit.reference.braid.repaired import lines
from sennit.reference.braid.repaired.sign import Session, b64, line_of

Members: TypeAlias = dict[str, Any]  # of one line, as JSON values


def converted(blocks: Sequence[Block], seed: bytes | None = None, nonce: bytes | None = None) -> Session:
    """The same conversation as a closed braid/2 session under a new key, parents first.

    Kinds that braid/2 cannot spell become `text`, sources without a name `unknown`; a response answers the latest
    request above it, and one without any becomes a `text`. Blocks whose parents are missing hang below the genesis.
    """
    session = Session(seed, nonce)
    names = {block.signature for block in blocks}
    children: dict[str, list[Block]] = {}
    for block in blocks:
        children.setdefault(block.prev if block.prev in names else "", []).append(block)
    ready: list[tuple[Block, int, int | None]] = [(block, 0, None) for block in children.get("", [])]
    for block, parent, request in ready:  # grows while it is walked
        kind = block.kind if lines.is_kind(block.kind.encode()) else "text"
        if kind == "tool_response" and request is None:
            kind = "text"
        source = "".join(c for c in block.source if c.isprintable())[:60] or "unknown"
        answered = request if kind == "tool_response" else None
        number = session.append(kind, source, block.payload, [parent], answered)
        below = number if kind == "tool_request" else request
        ready += [(child, number, below) for child in children.get(block.signature, [])]
    session.close()
    return session


def forged(session: Session, other: Session) -> Iterator[Tried]:
    """What can be made of a closed file of at least two blocks, and of another session under the same key."""
    data = session.data()
    found = [json.loads(line) for line in data.splitlines()]
    yield from _of_labels(found)
    yield from _of_the_file(data, found)
    yield from _of_keys(session, found)
    yield from _of_spelling(found)
    mixed = [*data.splitlines(True)[:-2], other.data().splitlines(True)[-2]]
    yield Forgery("sessions", "mixed_in", "the last block is one of another session under that key", b"".join(mixed))
    yield Forgery("sessions", "other", "the whole file is another session under that key", other.data())


def _of_labels(found: Sequence[Members]) -> Iterator[Tried]:
    last = len(found) - 2
    kind = "prompt" if found[last]["kind"] != "prompt" else "text"
    edits: tuple[tuple[str, str, Members], ...] = (
        ("content", "edited", {"payload": b64(FORGED.encode())}),
        ("relabel", "kind", {"kind": kind, "request": None}),
        ("move", "source", {"source": "somebody else"}),
        ("resplit", "payload_into_source", {"payload": "", "source": found[last]["source"] + "x"}),
        ("content", "regrafted", {"parents": [last - 1, last] if last > 1 else [1]}),
        ("degenerate", "own_parent", {"parents": [last]}),
    )
    for family, name, edit in edits:
        changed = [*found[:last], {**found[last], **edit}, *found[last + 1 :]]
        yield Forgery(family, name, f"the last block has another {' and '.join(edit)}", _written(changed))
    requests = [line["seq"] for line in found[1:-1] if line["kind"] == "tool_request"]
    response = next((i for i, line in enumerate(found) if line.get("request")), None)
    if response is None:
        yield Impossible("relabel", "request", "the session has no tool_response")
    else:
        other = next((n for n in requests if n != found[response]["request"] and n < response), None)
        answer = {**found[response], "request": other, "kind": "tool_response" if other else "text"}
        changed = [*found[:response], answer, *found[response + 1 :]]
        yield Forgery("relabel", "request", "a response answers another request, or none", _written(changed))
    yield Impossible("neighbours", "audits", "the file has no place for anything unsigned")
    yield Impossible("relabel", "shadow", "the file has no such flag; what is not said in a block is not said")
    yield Impossible("container", "block_as_hydration", "there is one kind of file, and its first member names it")
    yield Impossible("cost", "long_chain", "one pass: parents have lower numbers, so nothing is climbed")


def _of_the_file(data: bytes, found: Sequence[Members]) -> Iterator[Tried]:
    parts = data.splitlines(True)
    yield Forgery("truncate", "close_dropped", "the close is left out", b"".join(parts[:-1]))
    yield Forgery("truncate", "leaf_dropped", "the last block and the close are left out", b"".join(parts[:-2]))
    yield Forgery("truncate", "genesis_alone", "all but the genesis is left out", parts[0])
    yield Forgery(
        "truncate", "under_its_close", "the last block is left out, the close stays", b"".join([*parts[:-2], parts[-1]])
    )
    yield Forgery("truncate", "middle_dropped", "the first block is left out", b"".join([parts[0], *parts[2:]]))
    yield Forgery("truncate", "cut_in_a_line", "the file ends in the middle of a line", data[: -len(parts[-1]) // 2])
    yield Forgery("degenerate", "empty", "the file has no bytes", b"")
    swapped = [parts[0], *([parts[2], parts[1]] if len(parts) > 3 else [parts[1], parts[1]]), *parts[3:]]
    yield Forgery("reorder", "list", "the first two blocks change places", b"".join(swapped))
    yield Forgery("spelling", "copied", "a block stands twice", b"".join([*parts[:-1], parts[-2], parts[-1]]))
    yield Forgery("readers", "trailing", "lines follow the close", data + parts[1])
    twice = parts[1].replace(b'{"kind"', b'{"kind":"text","kind"', 1)
    yield Forgery("readers", "twice", "a member stands twice", b"".join([parts[0], twice, *parts[2:]]))
    case = parts[1].replace(b'"source"', b'"Source"', 1)
    yield Forgery("readers", "case", "a member's name is in other case", b"".join([parts[0], case, *parts[2:]]))
    blanks = b"".join(json.dumps(line).encode() + b"\n" for line in found)
    yield Forgery("readers", "blanks", "there are blanks between the members", blanks)
    source = b'"source":"' + json.dumps(found[1]["source"]).encode()[1:-1]
    escaped = parts[1].replace(source, b'"source":"\\u%04x' % ord(found[1]["source"][0]) + source[11:], 1)
    yield Forgery(
        "readers", "escape", "a letter of a source is written as an escape", b"".join([parts[0], escaped, *parts[2:]])
    )
    broken = parts[1].replace(source, source + b"\xff", 1)
    yield Forgery(
        "readers", "not_utf8", "a source holds a byte that is not UTF-8", b"".join([parts[0], broken, *parts[2:]])
    )
    older = json.dumps({"AllTexts": {"a": []}}).encode() + b"\n"
    yield Forgery("versions", "as_the_older_format", "a file of the older format", older)
    yield Forgery("readers", "two_containers", "a file of the older format stands before it", older + data)


def _of_keys(session: Session, found: Sequence[Members]) -> Iterator[Tried]:
    thief = Session(OWN_SEED, bytes(32))
    for line in found[1:-1]:
        payload = base64.b64decode(line["payload"])
        thief.append(line["kind"], line["source"], payload, line["parents"], line["request"])
    thief.close()
    yield Forgery("key", "signed_anew", "all is signed under the forger's key", thief.data())
    key = b64(bytes(SigningKey(OWN_SEED).verify_key))
    other = [{**found[0], "key": key}, *found[1:]]
    yield Forgery("key", "key_alone", "the key is the forger's, the signatures are as they were", _written(other))
    scalar = (5).to_bytes(32, "little")
    made_up = b64(crypto_scalarmult_ed25519_base_noclamp(scalar) + scalar)
    weak = [{**line, "signature": made_up} for line in found]
    weak[0]["key"] = b64(compress(IDENTITY))
    yield Forgery(
        "weak_key", "identity", "the key is the point of order 1, one signature serves for all", _written(weak)
    )
    del session


def _of_spelling(found: Sequence[Members]) -> Iterator[Tried]:
    raw = base64.b64decode(found[-2]["signature"])
    unreduced = raw[:32] + (int.from_bytes(raw[32:], "little") + L).to_bytes(32, "little")
    ways = {
        "signature_bits": (respelled_standard(found[-2]["signature"]), "bits that decode to nothing"),
        "signature_padded": (found[-2]["signature"].rstrip("="), "no padding"),
        "signature_break": (found[-2]["signature"][:40] + "\n" + found[-2]["signature"][40:], "a line break"),
        "signature_scalar": (b64(unreduced), "the group's order added to its scalar"),
    }
    for name, (text, what) in ways.items():
        changed = [*found[:-2], {**found[-2], "signature": text}, found[-1]]
        yield Forgery("spelling", name, f"the last block's signature with {what}", _written(changed))
    loose = [{**found[0], "key": respelled_standard(found[0]["key"])}, *found[1:]]
    yield Forgery("spelling", "key_bits", "the key with bits that decode to nothing", _written(loose))


def _written(found: Sequence[Members]) -> bytes:
    return b"".join(map(line_of, found))
