"""Reads a file into a flat tuple of blocks, each with its place, or refuses it in one clear line."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

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
    decoded,
    load,
    members,
    show_path,
    within,
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
_TEXTS: Final = ("namespace", "data", "data_b64", "signature", "prev_signature")
_BLOCK: Final = (*_TEXTS, "is_shadow")
_OF_BLOCK: Final = frozenset(_BLOCK)


class Block(NamedTuple):
    """One signed block, as its file gives it. A tuple, because a frozen dataclass takes longer to make than to read."""

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
    return _parse(load(path, limits), limits, repair_escapes=repair_escapes)


def parse(text: str, *, repair_escapes: bool = False, limits: Limits | None = None) -> Braid:
    """The braid in a JSON text. Raises Unreadable."""
    limits = limits or Limits()
    within(text, limits)
    return _parse(text, limits, repair_escapes=repair_escapes)


def _parse(text: str, limits: Limits, *, repair_escapes: bool) -> Braid:
    """The braid in a text that is within limits."""
    damage = damages(text, limits)
    if not damage:
        return _whole(text, limits)
    found, undone = (_whole(way(text, damage), limits) for way in (as_found, as_undone))
    if repair_escapes:
        return replace(undone, damage=damage)
    return replace(found, damage=damage, blocks=tuple(map(_explained, found.blocks, undone.blocks)))


def _explained(found: Block, undone: Block) -> Block:
    """The block as found; a shown text that differs because of the damage alone is called damaged."""
    return found._replace(copy="damaged") if found.copy == "differs" and undone.copy == "same" else found


class _Said(NamedTuple):
    """What a block says, its members read and dropped: they would take twice the memory."""

    kind: str
    payload: bytes
    signature: str
    prev: str
    shadow: bool
    copy: Copy


class _Elsewhere(Exception):  # noqa: N818  it never leaves this file
    """What looks like a block is where none belongs, and has to be read again as what it is there."""


def _whole(text: str, limits: Limits) -> Braid:
    """The braid in a text that is within limits."""
    value = decoded(text, _made)
    try:
        if isinstance(value, dict) and _is_decision(value):
            return _decision(value)
    except _Elsewhere:
        pass
    return _braid(decoded(text, members), limits)


def _made(pairs: list[tuple[str, Any]]) -> "dict[str, Json] | _Said":
    """The object of these members; what a block says where nothing is wrong with them."""
    value = members(pairs)
    if "signature" not in value or not value.keys() <= _OF_BLOCK:
        return value
    try:
        return _said(value, "")
    except Unreadable:
        return value


def _is_decision(value: Mapping[str, Json]) -> bool:
    """Whether it has a slot. Raises Unreadable where it is a hydration as well."""
    if any(slot in value for slot in SLOTS):
        if "signature" in value:
            raise Unreadable("is both a BaseDecision and a SignedHydration; readers disagree on which")
        return True
    return False


def _braid(value: Json, limits: Limits) -> Braid:
    if not isinstance(value, dict):
        raise Unreadable(f"not a braid: the JSON text is {_type(value)}, not an object")
    if _is_decision(value):
        return _decision(value)
    if "signature" in value:
        return _hydration(value, limits)
    raise Unreadable("not a braid: it has none of the members " + ", ".join([*SLOTS, "signature"]))


def _decision(value: dict[str, Any]) -> Braid:
    """Takes what is said out of the value as it goes, so that little is there twice."""
    known = (*SLOTS, *_BESIDE)
    _refuse_lookalikes(value, known, ())
    unread = [show_path((name,)) for name in value if name not in known]
    blocks = []
    for slot in (name for name in value if name in SLOTS):
        for source, entries in _object(value[slot], (slot,)).items():
            for path, chain in _chains(slot, source, entries):
                shown = show_path(path)
                for i, entry in enumerate(chain):
                    place = f"{shown}[{i}]"
                    if not isinstance(entry, _Said):
                        unread += _strange(entry, (*path, i))
                        entry = _said(entry, place)
                    blocks.append(Block(place, slot, entry.kind, source, *entry[1:]))
                    chain[i] = None
    _text(value, "Source", "")
    return Braid("BaseDecision", _key(value), tuple(blocks), unread=tuple(unread))


def _strange(entry: Any, place: Place) -> list[str]:
    """Places of members that no block has. Raises Unreadable where one differs from a known one in case alone."""
    value = _object(entry, place)
    _refuse_lookalikes(value, _BLOCK, place)
    return [show_path((*place, name)) for name in value if name not in _OF_BLOCK]


def _hydration(value: dict[str, Json], limits: Limits) -> Braid:
    _refuse_lookalikes(value, (*_BLOCK, "PublicKey"), ())
    beside = {name: part for name, part in value.items() if name not in (*_BLOCK, "PublicKey")}
    said = _said(value, "$")
    block = Block("$", "", said.kind, "", *said[1:])
    if beside and _signed_object(block.payload, limits) != beside:
        block = block._replace(copy="differs")
    elif beside and block.copy == "none":
        block = block._replace(copy="same")
    return Braid("SignedHydration", _key(value), (block,))


def _signed_object(payload: bytes, limits: Limits) -> Json:
    """The object that a hydration signed; None when its payload is no JSON text."""
    try:
        return decode(payload.decode("utf-8"), limits)
    except ValueError:
        return None


def _chains(slot: str, source: str, entries: Any) -> Iterator[tuple[Place, list[Any]]]:
    """Lists of blocks of one source; chains of thought are one list deeper than the rest."""
    outer = _array(entries, (slot, source))
    if slot != "ChainOfThoughts":
        yield (slot, source), outer
        return
    for i, entry in enumerate(outer):
        yield (slot, source, i), _array(entry, (slot, source, i))


def _said(value: Mapping[str, Any], place: str) -> _Said:
    """What the members of a block say. Raises Unreadable, naming the place."""
    get = value.get
    kind, shown, covered, signature, prev = texts = [get(name, "") for name in _TEXTS]
    if not set(map(type, texts)) <= {str}:
        kind, shown, covered, signature, prev = (_text(value, name, place) for name in _TEXTS)
    if not is_signature(signature):
        raise Unreadable(_misspelled(place, "signature", signature) if signature else f"{place} carries no signature")
    if prev and not is_signature(prev):
        raise Unreadable(_misspelled(place, "prev_signature", prev))
    beside = shown.encode("utf-8")
    try:
        payload = decode_base64(covered) if covered else beside
    except ValueError as error:
        raise Unreadable(f"{place}: data_b64 {error}") from error
    copy: Copy = "none" if not covered else "same" if beside == payload else "differs" if shown else "hidden"
    shadow = get("is_shadow")
    if not isinstance(shadow, bool | None):
        raise Unreadable(f"{place}: is_shadow is {_type(shadow)}, not true or false")
    return _Said(kind, payload, signature, prev, bool(shadow), copy)


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


def _type(value: Any) -> str:
    if isinstance(value, _Said):
        raise _Elsewhere
    names = {type(None): "null", bool: "a boolean", str: "a string", list: "an array", dict: "an object"}
    return names.get(type(value), "a number")


def _misspelled(place: str, name: str, text: str) -> str:
    strange = re.sub(r"[A-Za-z0-9_-]", "", text)
    what = f"has the character {strange[0]!a}" if strange else f"has {len(text)} characters"
    return f"{place}: {name} {what}; a signature is {SIGNATURE_CHARACTERS} of base64-URL without padding"
