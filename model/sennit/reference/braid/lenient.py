"""Reads a braid as looser programs do: any JSON library, or the public Go tool. For finding out what they accept.

How the Go tool reads, as far as its behaviour matters to a forger:

- Backslashes that begin no JSON escape are dropped before the text is parsed; bytes that are not UTF-8 become U+FFFD.
- The first JSON value of the file is read, and whatever follows it is not.
- Member names match in any case; of two that match, the later one counts, and objects under one name are merged.
- Base64 may hold line breaks, and the bits of a last character that decode to nothing may be anything.
- A file whose top level holds data is a SignedHydration, whatever else is in it.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

from sennit.reference.braid.container import SLOTS
from sennit.reference.braid.strictjson import Unreadable, show_path

Json: TypeAlias = Any  # as the json module returns it; what is taken out of it is looked at before it is used

_ESCAPE = re.compile(r'\\(["\\/bfnrtu])|\\')
_STRAY = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One block as its reader understands it."""

    place: str
    payload: bytes
    signature: str
    prev: str


@dataclass(frozen=True, slots=True)
class Loose:
    """What a loose reader found in a file."""

    key: str
    entries: tuple[Entry, ...]


class _Object(list[tuple[str, Json]]):
    """Members of an object in the order of the file, repeated names and all."""


def read_as_any(data: bytes) -> Loose:
    """The braid as an ordinary JSON library gives it: of a repeated name the last counts. Raises Unreadable."""
    try:
        value = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Unreadable("not a braid")
    hydration = "signature" in value
    blocks = [((), value)] if hydration else _blocks(value)
    entries = tuple(_entry(show_path(place) or "$", _string(block), _plain_base64) for place, block in blocks)
    return Loose(_string(value)("PublicKey"), entries)


def read_as_deployed(data: bytes) -> Loose:
    """The braid as the public Go tool reads it. Raises Unreadable."""
    text = _STRAY.sub("\N{REPLACEMENT CHARACTER}", data.decode("utf-8", "surrogateescape"))
    text = _ESCAPE.sub(lambda match: match[0] if match[1] else "", text)
    decoder = json.JSONDecoder(object_pairs_hook=_Object, parse_constant=_constant)
    try:
        value, _ = decoder.raw_decode(text.lstrip(" \t\r\n"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from None
    if not isinstance(value, _Object):
        raise Unreadable("not a braid")
    key = _member(value, "PublicKey")
    if _member(value, "data"):
        return Loose(key, (_deployed_entry("$", value),))
    folded = {slot.casefold(): slot for slot in SLOTS}
    merged: dict[str, dict[str, Json]] = {slot: {} for slot in SLOTS}
    for name, part in value:
        slot = folded.get(name.casefold())
        if slot is not None and part is not None:
            merged[slot].update(_pairs(part))
    return Loose(key, tuple(_deployed_entry(show_path(place), block) for place, block in _blocks(merged)))


def loose_signature(text: str, *, breaks: bool) -> bytes | None:
    """64 bytes of base64-URL without padding, whatever its last bits; with line breaks in it where `breaks`."""
    text = re.sub(r"[\r\n]", "", text) if breaks else text
    if not re.fullmatch(r"[A-Za-z0-9_-]{86}", text):
        return None
    return base64.urlsafe_b64decode(text + "==")


def loose_base64(text: str, *, breaks: bool) -> bytes:
    """Bytes of padded standard base64, whatever its last bits. Raises Unreadable."""
    text = re.sub(r"[\r\n]", "", text) if breaks else text
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Unreadable("not base64") from None


def _blocks(value: dict[str, Json]) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    for slot in SLOTS:
        for source, entries in _pairs(value.get(slot) or {}):
            for i, entry in enumerate(_list(entries)):
                if slot != "ChainOfThoughts":
                    yield (slot, source, i), entry
                    continue
                for j, inner in enumerate(_list(entry)):
                    yield (slot, source, i, j), inner


def _pairs(value: Json) -> list[tuple[str, Json]]:
    if isinstance(value, _Object):
        return list(value)
    if isinstance(value, dict):
        return list(value.items())
    raise Unreadable("an object was expected")


def _list(value: Json) -> list[Json]:
    if value is None:
        return []
    if not isinstance(value, list) or isinstance(value, _Object):
        raise Unreadable("an array was expected")
    return value


def _string(block: Json) -> Any:
    """Reads members of a plain object by name."""
    if not isinstance(block, dict):
        raise Unreadable("a block is no object")

    def member(name: str) -> str:
        found = block.get(name) or ""
        if not isinstance(found, str):
            raise Unreadable(f"{name} is no string")
        return found

    return member


def _entry(place: str, member: Any, decoded: Any) -> Entry:
    covered = member("data_b64")
    payload = decoded(covered) if covered else member("data").encode("utf-8", "replace")
    return Entry(place, payload, member("signature"), member("prev_signature"))


def _deployed_entry(place: str, block: Json) -> Entry:
    if not isinstance(block, _Object):
        raise Unreadable(f"{place} is no object")
    return _entry(place, lambda name: _member(block, name), _broken_base64)


def _plain_base64(text: str) -> bytes:
    return loose_base64(text, breaks=False)


def _broken_base64(text: str) -> bytes:
    return loose_base64(text, breaks=True)


def _member(block: _Object, name: str) -> str:
    """The last member of that name in any case; null leaves what was there."""
    value = ""
    for found, content in block:
        if found.casefold() == name.casefold() and content is not None:
            if not isinstance(content, str):
                raise Unreadable(f"{name} is no string")
            value = content
    return _STRAY.sub("\N{REPLACEMENT CHARACTER}", value)


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
