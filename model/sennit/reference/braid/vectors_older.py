"""Cases of the older format for a strict verifier, and what the two loose ones make of them."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from nacl.signing import SigningKey

from sennit.reference.braid import forge
from sennit.reference.braid.attack import FAMILIES
from sennit.reference.braid.forge import Base, Draft, Forgery, resign
from sennit.reference.braid.message import VERSIONS, Version, encode_key
from sennit.reference.braid.sign import Signer

Case: TypeAlias = dict[str, Any]  # a JSON object
_NEITHER, _DEPLOYED, _BOTH = (False, False), (False, True), (True, True)

FORGED: Final[Mapping[str, tuple[str, tuple[bool, bool]]]] = {
    "content.edited": ("signature", _NEITHER),
    "content.swapped": ("signature", _NEITHER),
    "content.regrafted": ("signature", _NEITHER),
    "versions.v1_as_v0": ("signature", _BOTH),
    "versions.v1_as_v0_rerooted": ("signature", _BOTH),
    "versions.v1_as_v00": ("signature", _DEPLOYED),
    "truncate.leaf_dropped": ("", _BOTH),
    "truncate.genesis_alone": ("", _BOTH),
    "truncate.middle_dropped": ("no_orphan", _NEITHER),
    "relabel.kind": ("kind", _BOTH),
    "relabel.kind_and_slot": ("", _BOTH),
    "relabel.shadow": ("", _BOTH),
    "move.source": ("", _BOTH),
    "reorder.list": ("", _BOTH),
    "reorder.turns": ("", _BOTH),
    "neighbours.audits": ("", _BOTH),
    "container.block_as_hydration": ("", _BOTH),
    "key.signed_anew": ("key", _NEITHER),
    "weak_key.identity": ("key", _NEITHER),
    "weak_key.identity_other_words": ("key", _NEITHER),
    "spelling.signature_bits": ("canonical", _BOTH),
    "spelling.signature_break": ("unreadable", _DEPLOYED),
    "spelling.signature_padded": ("unreadable", _NEITHER),
    "spelling.signature_scalar": ("scalar", _NEITHER),
    "spelling.copied": ("canonical", _BOTH),
    "spelling.key_bits": ("unreadable", _BOTH),
    "spelling.key_break": ("unreadable", _BOTH),
    "spelling.payload_bits": ("unreadable", _BOTH),
    "readers.shown": ("copies_agree", _BOTH),
    "readers.hidden": ("copies_agree", _BOTH),
    "readers.twice": ("unreadable", _BOTH),
    "readers.case": ("unreadable", _DEPLOYED),
    "readers.trailing": ("unreadable", _DEPLOYED),
    "readers.not_utf8": ("unreadable", _DEPLOYED),
    "readers.escape": ("escapes", _DEPLOYED),
    "readers.two_containers": ("unreadable", _BOTH),
    "cost.long_chain": ("key", _NEITHER),
    "degenerate.empty": ("single_genesis", _NEITHER),
    "degenerate.own_parent": ("signature", _NEITHER),
}
"""The rule by which a strict verifier refuses each forgery, or nothing; and whether printed and deployed accept it."""


def older(seed: int) -> Case:
    """The set for the older format."""
    cases = [*_good(seed), *_forged(seed), *_weak(seed)]
    tests = [{"id": i, **case} for i, case in enumerate(cases, 1)]
    notes = [
        "A strict verifier is given the key and the message version. others: whether a literal reading of the four "
        "steps and the public Go tool accept, as they are modelled in sennit.reference.braid.profiles.",
        "What is accepted though it is forged, no verifier of these signed bytes can refuse.",
    ]
    return {"set": "braid, older format", "version": 1, "seed": seed, "notes": notes, "tests": tests}


def talk(seed: int, version: Version = "v1") -> Signer:
    """A conversation of eight blocks; the same key for the same seed."""
    pick = random.Random(seed)
    signer = Signer(pick.randbytes(32), version)
    question = signer.append("prompt", "user", f"How far is it to buoy {pick.randrange(100)}?")
    signer.append("cot", "mate", "Take the chart.")
    signer.append("cot", "mate", "Measure twice.")
    request = signer.append("tool_request", "mate", '{"measure": "chart"}')
    signer.append("tool_response", "mate", '{"miles": 3}', request)
    answer = signer.append("text", "mate", "Three miles & a bit <more>.")
    signer.append("text", "mate", f"Say {pick.randrange(100)} cables.", answer)
    signer.append("text", "owner", "Thank you. \N{ANCHOR}.", question)
    return signer


def base_of_talk(seed: int, version: Version = "v1") -> Base:
    """That conversation, to forge from."""
    from sennit.reference.braid.attack import base_of

    return base_of((json.dumps(talk(seed, version).decision(), ensure_ascii=False) + "\n").encode())


def _good(seed: int) -> Iterator[Case]:
    for version in VERSIONS:
        base = base_of_talk(seed, version)
        others = (version != "v00", True)
        yield _case(f"good.{version}", "as it was signed", base.data, base, "", others)
    base = base_of_talk(seed)
    plain = Draft(base)
    for i in range(len(base.paths)):
        plain.entry(i).pop("data_b64")
    yield _case("good.data_alone", "payloads in data, without data_b64", plain.data(), base, "", _BOTH)
    spaced = json.dumps(base.value, indent=7).encode()
    yield _case("good.escaped", "other blanks, and escapes instead of letters", spaced, base, "", _BOTH)


def _forged(seed: int) -> Iterator[Case]:
    base = base_of_talk(seed)
    for family in FAMILIES:
        for found in family(base):
            if isinstance(found, Forgery):
                rule, others = FORGED[f"{found.family}.{found.name}"]
                yield _case(f"{found.family}.{found.name}", found.changes, found.data, base, rule, others)


def _weak(seed: int) -> Iterator[Case]:
    """Forged keys again, this time as the keys that the reader was told of."""
    base = base_of_talk(seed)
    for found in forge.weak_key(base):
        if isinstance(found, Forgery):
            name = f"{found.family}.{found.name}.known"
            yield _case(name, found.changes, found.data, base, "key_small_order", _BOTH, key=bytes([1]) + bytes(31))
    draft, key = Draft(base), SigningKey(random.Random(seed + 1).randbytes(32))
    resign(draft, key, "v1")
    yield _case("good.signed_anew", "under the other key", draft.data(), base, "", _BOTH, key=bytes(key.verify_key))
    draft.value["Note"] = "a member that the format does not have"
    told = "a member that the format does not have"
    yield _case("members.strange", told, draft.data(), base, "members", _BOTH, key=bytes(key.verify_key))


def _case(
    name: str, comment: str, data: bytes, base: Base, rule: str, others: tuple[bool, bool], key: bytes | None = None
) -> Case:
    return {
        "name": name,
        "comment": comment,
        "file": base64.b64encode(data).decode("ascii"),
        "key": encode_key(key or base.key),
        "message": base.version,
        "result": "reject" if rule else "accept",
        "rules": [rule] if rule else [],
        "others": {"printed": others[0], "deployed": others[1]},
    }
