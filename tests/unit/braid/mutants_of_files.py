"""Files that are nearly right: small edits of good braids, drawn from a seeded stream, some of them signed anew."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from typing import Any

from sennit.reference.braid.repaired.encoding import block_head, block_message
from sennit.reference.braid.repaired.sign import b64, line_of
from sennit.reference.braid.vectors import talk
from sennit.reference.braid.vectors_older import base_of_talk

ORDER = ("kind", "parents", "payload", "request", "seq", "signature", "source")
PIECES = (
    b'"',
    b"\\",
    b"\n",
    b"=",
    b"\0",
    b"\xff",
    b"{",
    b"]",
    b",",
    b"0",
    b"null",
    b"\xe2\x80\xa8",
    b"\x7f",
    b" ",
    b"1e9",
)
BASES = [talk(0), talk(1, close=False)]
SIGNER = BASES[0]
PIN_KEY = SIGNER.key
OLDER = [base_of_talk(0, version).data for version in ("v1", "v0")]


def repaired(pick: random.Random) -> bytes:
    """A braid/2 file under the key of the first base, or of another, edited once to three times."""
    data = pick.choice(BASES).data()
    for _ in range(pick.choice((1, 1, 1, 2, 3))):
        data = pick.choice(EDITS)(data, pick)
    return data


def older(pick: random.Random) -> bytes:
    """A file of the older format, edited once to three times, as text or as JSON."""
    data = pick.choice(OLDER)
    for _ in range(pick.choice((1, 1, 2, 3))):
        data = pick.choice((_bytes, _bytes, _json))(data, pick)
    return data


def _bytes(data: bytes, pick: random.Random) -> bytes:
    """A byte or a run of bytes is dropped, doubled, changed or put in."""
    if not data:
        return pick.choice(PIECES)
    i = pick.randrange(len(data))
    j = min(len(data), i + pick.choice((1, 1, 1, 2, 30, 200)))
    other = pick.choice((data[i:j] * 2, b"", bytes([pick.randrange(256)]), pick.choice(PIECES), data[:j][-3:]))
    return data[:i] + other + data[j if pick.random() < 0.5 else i :]


def _lines(data: bytes, pick: random.Random) -> bytes:
    """Lines change places, are dropped, doubled, or come from the other base."""
    lines = data.splitlines(True) or [b""]
    i, j = pick.randrange(len(lines)), pick.randrange(len(lines))
    what = pick.randrange(4)
    if what == 0:
        lines[i], lines[j] = lines[j], lines[i]
    elif what == 1:
        del lines[i]
    elif what == 2:
        lines.insert(j, lines[i])
    else:
        lines[i] = pick.choice(pick.choice(BASES).data().splitlines(True))
    return b"".join(lines)


def _members(data: bytes, pick: random.Random) -> bytes:
    """A member of a line has another value, rightly spelled."""
    lines = data.splitlines(True) or [b""]
    i = pick.randrange(len(lines))
    try:
        said = json.loads(lines[i])
        name = pick.choice(list(said))
    except (ValueError, IndexError, TypeError):
        return data
    said[name] = _other(said[name], pick)
    lines[i] = line_of(said)
    return b"".join(lines)


def _signed(data: bytes, pick: random.Random) -> bytes:
    """A block that the right key signed, whatever it says, stands at the end."""
    lines = data.splitlines(True)
    names = list(SIGNER.signatures)
    number = pick.choice((len(lines), len(lines) - 1, pick.randrange(12)))
    said: dict[str, Any] = {
        "kind": pick.choice(("text", "tool_request", "tool_response", "Text", "")),
        "parents": [pick.randrange(10) for _ in range(pick.randrange(4))] if pick.random() < 0.5 else [0],
        "payload": b"x" * pick.randrange(4),
        "request": pick.choice((None, None, 3, 4, 0, pick.randrange(12))),
        "seq": number,
        "source": pick.choice(("m", "", "s" * 256, "s" * 257, 'q"', "\\", "\N{ANCHOR}", "\x7f", "\u2028", "a\tb")),
    }
    above = [names[n] if n < len(names) else bytes(64) for n in said["parents"]]
    asked = said["request"]
    request = b"" if asked is None else names[asked] if asked < len(names) else bytes(64)
    kind, source, payload = said["kind"].encode(), said["source"].encode(), said["payload"]
    message = block_message(block_head(SIGNER.name), number, kind, source, payload, above, request)
    said |= {"payload": b64(payload), "signature": b64(SIGNER.sign_bytes(message))}
    end = pick.choice((len(lines), max(0, len(lines) - 1)))
    return b"".join([*lines[:end], line_of({name: said[name] for name in ORDER}), *lines[end + pick.randrange(2) :]])


def _closed(data: bytes, pick: random.Random) -> bytes:
    """A close that the right key signed stands at the end."""
    count = len(SIGNER.signatures)
    right = base64.b64decode(json.loads(SIGNER.data().splitlines()[-1])["close"])
    return data + SIGNER.close_line(pick.choice((count, pick.randrange(12))), pick.choice((right, bytes(32))))


def _json(data: bytes, pick: random.Random) -> bytes:
    """One value somewhere in a JSON text is another."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return data
    holder: Any = value
    for _ in range(pick.randrange(1, 6)):
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            break
        key = pick.choice(keys)
        if isinstance(holder[key], (dict, list)) and holder[key] and pick.random() < 0.85:
            holder = holder[key]
        else:
            holder[key] = _other(holder[key], pick)
            break
    return json.dumps(value, ensure_ascii=pick.random() < 0.5).encode("utf-8", "surrogatepass")


def _other(value: Any, pick: random.Random) -> Any:
    if isinstance(value, str):
        i = pick.randrange(len(value) + 1)
        return pick.choice(
            (value[:i], value[:i] + "A" + value[i:], "", value + "=", value[::-1], value[:i] + "/" + value[i + 1 :])
        )
    if isinstance(value, int):
        return pick.choice((value + 1, value - 1, 0, 10**15, -1, True))
    if isinstance(value, list):
        return pick.choice((value[::-1], value * 2, [], [*value, 0], [*value, 7]))
    return pick.choice((1, 0, "", [], 3, {}))


EDITS: tuple[Callable[[bytes, random.Random], bytes], ...] = (_bytes, _bytes, _lines, _members, _signed, _closed)
