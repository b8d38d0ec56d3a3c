"""Reads a file into a flat tuple of blocks, each with its place, or refuses it in one clear line."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from sennit.reference.braid.message import SIGNATURE_CHARACTERS, decode_base64, decode_key, is_signature
from sennit.reference.braid.strictjson import (
    Damage,
    Json,
    Limits,
    Place,
    Unreadable,
    as_found,
    as_undone,
    damages,
    decode,
    load,
    show_path,
)

__all__ = ["SLOTS", "Block", "Braid", "Copy", "Limits", "Unreadable", "parse", "read"]

ContainerName = Literal["BaseDecision", "SignedHydration"]
Copy = Literal["none", "same", "hidden", "damaged", "differs"]

SLOTS: Final[Mapping[str, str]] = {
    "ChainOfThoughts": "cot",
    "AllPrompts": "prompt",
    "AllTexts": "text",
    "AllToolRequests": "tool_request",
    "AllToolResponses": "tool_response",
}
"""Slots of a BaseDecision, with the kind of block that belongs there."""

_BESIDE: Final = ("Source", "Audits", "PublicKey")
_BLOCK: Final = ("namespace", "data", "data_b64", "signature", "prev_signature", "is_shadow")


@dataclass(frozen=True, slots=True)
class Block:
    """One signed block, as its file gives it."""

    place: str
    """Where it is in the file, such as `ChainOfThoughts.gemini[0][1]`; `$` for the block of a SignedHydration."""
    slot: str
    kind: str
    source: str
    payload: bytes
    """The bytes that are signed: data_b64 decoded unless that is empty, else data in UTF-8."""
    signature: str
    """86 characters of base64-URL, perhaps not canonical."""
    prev: str
    """The parent's signature string, or nothing."""
    shadow: bool = False
    copy: Copy = "none"
    """Whether the unsigned text shown beside the payload says the same; `damaged` means once damage is undone, `hidden`
    that a payload in data_b64 is shown by no text at all."""


@dataclass(frozen=True, slots=True)
class Braid:
    """What one file says. Nothing here has been verified."""

    container: ContainerName
    key: bytes | None
    blocks: tuple[Block, ...]
    damage: tuple[Damage, ...] = ()
    unread: tuple[str, ...] = ()
    """Places of members that the format does not have; nothing in them was looked at."""


def read(path: Path, *, repair_escapes: bool = False, limits: Limits | None = None) -> Braid:
    """The braid in a file, as found or with the known damage to its escapes undone. Raises Unreadable."""
    limits = limits or Limits()
    return parse(load(path, limits), repair_escapes=repair_escapes, limits=limits)


def parse(text: str, *, repair_escapes: bool = False, limits: Limits | None = None) -> Braid:
    """The braid in a JSON text. Raises Unreadable."""
    limits = limits or Limits()
    damage = damages(text, limits)
    if not damage:
        return _braid(decode(text, limits), limits)
    found, undone = (_braid(decode(way(text, damage), limits), limits) for way in (as_found, as_undone))
    if repair_escapes:
        return replace(undone, damage=damage)
    return replace(found, damage=damage, blocks=tuple(map(_explained, found.blocks, undone.blocks)))


def _explained(found: Block, undone: Block) -> Block:
    """The block as found; a shown text that differs because of the damage alone is called damaged."""
    return replace(found, copy="damaged") if found.copy == "differs" and undone.copy == "same" else found


def _braid(value: Json, limits: Limits) -> Braid:
    if not isinstance(value, dict):
        raise Unreadable(f"not a braid: the JSON text is {_type(value)}, not an object")
    decision = any(slot in value for slot in SLOTS)
    if decision and "signature" in value:
        raise Unreadable("is both a BaseDecision and a SignedHydration; readers disagree on which")
    if decision:
        return _decision(value)
    if "signature" in value:
        return _hydration(value, limits)
    raise Unreadable("not a braid: it has none of the members " + ", ".join([*SLOTS, "signature"]))


def _decision(value: dict[str, Json]) -> Braid:
    known = (*SLOTS, *_BESIDE)
    _refuse_lookalikes(value, known, ())
    unread = [show_path((name,)) for name in value if name not in known]
    blocks = []
    for slot in (name for name in value if name in SLOTS):
        for source, entries in _object(value[slot], (slot,)).items():
            for place, entry in _entries(slot, source, entries):
                members = _object(entry, place)
                _refuse_lookalikes(members, _BLOCK, place)
                unread += [show_path((*place, name)) for name in members if name not in _BLOCK]
                blocks.append(_block(members, show_path(place), slot, source))
    _text(value, "Source", "")
    return Braid("BaseDecision", _key(value), tuple(blocks), unread=tuple(unread))


def _hydration(value: dict[str, Json], limits: Limits) -> Braid:
    _refuse_lookalikes(value, (*_BLOCK, "PublicKey"), ())
    beside = {name: part for name, part in value.items() if name not in (*_BLOCK, "PublicKey")}
    block = _block(value, "$", "", "")
    if beside and _signed_object(block.payload, limits) != beside:
        block = replace(block, copy="differs")
    elif beside and block.copy == "none":
        block = replace(block, copy="same")
    return Braid("SignedHydration", _key(value), (block,))


def _signed_object(payload: bytes, limits: Limits) -> Json:
    """The object that a hydration signed; None when its payload is no JSON text."""
    try:
        return decode(payload.decode("utf-8"), limits)
    except ValueError:
        return None


def _entries(slot: str, source: str, entries: Json) -> Iterator[tuple[Place, Json]]:
    """Blocks of one source; chains of thought are one list deeper than the rest."""
    for i, entry in enumerate(_array(entries, (slot, source))):
        if slot != "ChainOfThoughts":
            yield (slot, source, i), entry
            continue
        for j, inner in enumerate(_array(entry, (slot, source, i))):
            yield (slot, source, i, j), inner


def _block(members: Mapping[str, Json], place: str, slot: str, source: str) -> Block:
    signature, prev = _text(members, "signature", place), _text(members, "prev_signature", place)
    if not is_signature(signature):
        raise Unreadable(_misspelled(place, "signature", signature) if signature else f"{place} carries no signature")
    if prev and not is_signature(prev):
        raise Unreadable(_misspelled(place, "prev_signature", prev))
    shown, covered = _text(members, "data", place).encode("utf-8"), _text(members, "data_b64", place)
    try:
        payload = decode_base64(covered) if covered else shown
    except ValueError as error:
        raise Unreadable(f"{place}: data_b64 {error}") from error
    copy: Copy = "none" if not covered else "same" if shown == payload else "differs" if shown else "hidden"
    shadow = members.get("is_shadow")
    if not isinstance(shadow, bool | None):
        raise Unreadable(f"{place}: is_shadow is {_type(shadow)}, not true or false")
    return Block(place, slot, _text(members, "namespace", place), source, payload, signature, prev, bool(shadow), copy)


def _key(value: Mapping[str, Json]) -> bytes | None:
    text = _text(value, "PublicKey", "")
    try:
        return decode_key(text) if text else None
    except ValueError as error:
        raise Unreadable(f"PublicKey {error}") from error


def _refuse_lookalikes(value: Mapping[str, Json], known: tuple[str, ...], place: Place) -> None:
    """Members that differ from a known one in case alone: some readers take one for the other."""
    by_fold = {name.casefold(): name for name in known}
    for name in value:
        meant = by_fold.get(name.casefold(), name)
        if meant != name:
            raise Unreadable(f"{show_path((*place, name))} differs from {meant} in case alone; readers disagree on it")


def _text(value: Mapping[str, Json], name: str, place: str) -> str:
    """A string member; nothing and null read as the empty string, as in the program that writes these files."""
    text = value.get(name)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise Unreadable(f"{place + ': ' if place else ''}{name} is {_type(text)}, not a string")
    return text


def _object(value: Json, place: Place) -> dict[str, Json]:
    if value is None and len(place) == 1:
        return {}
    if not isinstance(value, dict):
        raise Unreadable(f"{show_path(place)} is {_type(value)}, not an object")
    return value


def _array(value: Json, place: Place) -> list[Json]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unreadable(f"{show_path(place)} is {_type(value)}, not an array")
    return value


def _type(value: Json) -> str:
    names = {type(None): "null", bool: "a boolean", str: "a string", list: "an array", dict: "an object"}
    return names.get(type(value), "a number")


def _misspelled(place: str, name: str, text: str) -> str:
    strange = re.sub(r"[A-Za-z0-9_-]", "", text)
    what = f"has the character {strange[0]!a}" if strange else f"has {len(text)} characters"
    return f"{place}: {name} {what}; a signature is {SIGNATURE_CHARACTERS} of base64-URL without padding"
