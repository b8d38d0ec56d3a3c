r"""Reads JSON text so that it has one meaning, or is refused in one clear line.

Two readers that take different things from one file are an attack on a signature, so duplicate member names, NaN,
lone surrogates, a byte-order mark and bytes that are not UTF-8 are refused. One defect is ordinary input: an illegal
escape such as `\&`. It is read as the bare character, reported with its place, and can be undone.

How that damage comes about: an encoder that is careful with HTML writes `&` as `\u0026` (and `<`, `>` as `\u003c`,
`\u003e`). Where a payload holds those six characters themselves, the file has `\\u0026`. A later tool that replaces
`\u0026` by `&` in the text of the file turns that into `\&`. To undo it is to write `\\u0026` again.
"""

import json
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias


class Unreadable(ValueError):  # noqa: N818  it says of the file what it is
    """A file that has no one meaning as a braid; the message is one line that says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may ask of its reader. Memory stays below about 16 times `size` plus 250 bytes a value."""

    size: int = 1 << 28
    """Bytes of the file."""
    depth: int = 64
    """Levels of nesting."""
    values: int = 8_000_000
    """Opening brackets and commas outside strings, which bounds the number of values."""
    damage: int = 100_000
    """Illegal escapes."""


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number as it is spelled: nothing signed depends on its value, and rounding would hide an edit."""

    text: str


@dataclass(frozen=True, slots=True)
class Damage:
    """One illegal escape: where it is, and what stood there if undoing it is known."""

    offset: int
    """Index of the backslash in the text, in characters."""
    line: int
    column: int
    """Both count from 1."""
    path: str
    found: str
    undone: str | None


Json: TypeAlias = "bool | str | Number | list[Json] | dict[str, Json] | None"
Place: TypeAlias = tuple[str | int, ...]

_CHUNK: Final = 1 << 20
_UNDONE: Final = {"&": r"\\u0026", "<": r"\\u003c", ">": r"\\u003e"}
_NOT_BRACKETS: Final = bytes(sorted(set(range(256)) - set(b"[]{}")))
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_TOKEN = re.compile(r'"[^"]*"|[\[\]{},]')
_ILLEGAL = re.compile(
    r"""\\(?!["/bfnrt]
      | u(?: [0-9A-Ca-cE-Fe-f][0-9A-Fa-f]{3} | [Dd][0-7][0-9A-Fa-f]{2}
           | [Dd][89ABab][0-9A-Fa-f]{2} \\u[Dd][C-Fc-f][0-9A-Fa-f]{2}
           | (?<=\\u[Dd][89ABab][0-9A-Fa-f]{2}\\u) [Dd][C-Fc-f][0-9A-Fa-f]{2} ))""",
    re.VERBOSE,
)


def load(path: Path, limits: Limits) -> str:
    """Text of a regular file. Raises Unreadable; for a hostile file without reading more of it than it must."""
    data = bytearray()
    nesting = _Nesting(limits)
    for chunk in _chunks(path, limits):
        nesting.feed(chunk)
        data += chunk
    return as_text(data)


def as_text(data: bytes | bytearray) -> str:
    """What these bytes are in UTF-8. Raises Unreadable."""
    if not data:
        raise Unreadable("the file is empty")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8: byte {error.start} begins an ill-formed sequence") from error
    if text.startswith("\ufeff"):
        raise Unreadable("the file begins with a byte-order mark; save it without one")
    return text


def decode(text: str, limits: Limits) -> Json:
    """Value of a JSON text. Raises Unreadable for anything that is not strict JSON, and for duplicate member names."""
    within(text, limits)
    value: Json = decoded(text, members)
    return value


def within(text: str, limits: Limits) -> None:
    """Raises Unreadable for a text that is nested too deep, or has too many values."""
    nesting = _Nesting(limits)
    for start in range(0, len(text), _CHUNK):
        nesting.feed(text[start : start + _CHUNK].encode("utf-8", "replace"))


def decoded(text: str, made: Callable[[list[tuple[str, Any]]], Any]) -> Any:
    """What `decode` gives for a text within limits, but for its objects, which are made of their members."""
    try:
        value = json.loads(text, object_pairs_hook=made, parse_constant=_constant, parse_int=Number, parse_float=Number)
    except _Twice as twice:
        raise Unreadable(_said_twice(text, twice.name)) from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from error
    return value


def damages(text: str, limits: Limits) -> tuple[Damage, ...]:
    """All illegal escapes in reading order. Raises Unreadable for those that no reading can be given to."""
    offsets = []
    for match in _ILLEGAL.finditer(text.replace("\\\\", "\0\0")):
        follows = text[match.end() : match.end() + 1]
        if follows == "u":
            raise Unreadable(f"{_spot(text, match.start())}: \\u is cut short or is half of a surrogate pair")
        if follows < " ":
            raise Unreadable(f"{_spot(text, match.start())}: a backslash before a control character or the end")
        offsets.append(match.start())
        if len(offsets) > limits.damage:
            raise Unreadable(f"more than {limits.damage} illegal escapes")
    return tuple(_located(text, offsets))


def as_found(text: str, found: Sequence[Damage]) -> str:
    """The text with each illegal escape read as its bare character."""
    return _replaced(text, found, tuple(damage.found[1] for damage in found))


def as_undone(text: str, found: Sequence[Damage]) -> str:
    """The text with the known damage undone; an escape of unknown origin is read as its bare character."""
    return _replaced(text, found, tuple(damage.undone or damage.found[1] for damage in found))


def show_path(path: Place) -> str:
    """A place in a JSON text, such as `AllTexts.gemini[0]`; names that are not plain words are quoted."""
    shown = ""
    for step in path:
        if isinstance(step, int):
            shown += f"[{step}]"
        elif _PLAIN_NAME.fullmatch(step):
            shown += f".{step}" if shown else step
        else:
            shown += f"[{json.dumps(step)}]"
    return shown


def _chunks(path: Path, limits: Limits) -> Iterator[bytes]:
    """Pieces of a regular file; a pipe or a device is never waited for."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            os.close(number)
            raise Unreadable("not a regular file; a braid is read from a file on disk")
        with os.fdopen(number, "rb") as file:
            size = status.st_size
            while size <= limits.size and (chunk := file.read(_CHUNK)):
                yield chunk
                size = max(size, file.tell())
        if size > limits.size:
            raise Unreadable(f"{size} bytes; the limit is {limits.size}, to be raised for files that you trust")
    except FileNotFoundError:
        raise Unreadable("no such file") from None
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error


class _Nesting:
    """Counts nesting and values of a JSON text that comes in pieces, so that a flood of brackets ends early.

    What it counts is right up to the first place where the text stops being JSON, and the decoder stops there.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held = b""
        self._in_string = False
        self._depth = 0
        self._values = 0
        self._quotes = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next piece. Raises Unreadable when a limit is passed."""
        data = self._held + chunk
        odd = (len(data) - len(data.rstrip(b"\\"))) % 2
        data, self._held = data[: len(data) - odd], data[len(data) - odd :]
        pieces = data.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        outside = b" ".join(pieces[self._in_string :: 2])
        self._in_string ^= len(pieces) % 2 == 0
        self._quotes += len(pieces) - 1
        brackets = outside.translate(None, _NOT_BRACKETS)
        opened = brackets.count(b"[") + brackets.count(b"{")
        self._values += opened + outside.count(b",")
        if self._depth + opened <= self._limits.depth:
            self._depth += 2 * opened - len(brackets)
        else:
            self._step(brackets)
        if max(self._values, self._quotes // 4) > self._limits.values:  # a value has at most a name and a string
            raise Unreadable(f"more than {self._limits.values} values")

    def _step(self, brackets: bytes) -> None:
        for bracket in brackets:
            self._depth += 1 if bracket in b"[{" else -1
            if self._depth > self._limits.depth:
                raise Unreadable(f"nested deeper than {self._limits.depth} levels")


class _Twice(Exception):  # noqa: N818  it never leaves this file: `decode` turns it into Unreadable
    def __init__(self, name: str) -> None:
        self.name = name


def members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """The object of these members. Raises what `decoded` turns into Unreadable where a name occurs twice."""
    whole = dict(pairs)
    if len(whole) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _Twice(name)
            seen.add(name)
    return whole


def _constant(name: str) -> NoReturn:
    raise Unreadable(f"not JSON: {name} is no JSON number")


def _said_twice(text: str, name: str) -> str:
    """The line that refuses a duplicate member, with the place of the second one."""
    holders: list[Place] = []  # objects, each inside the one before, in which `name` has been seen
    for start, _, path, is_name in _strings(text):
        if not is_name:
            continue
        while holders and path[:-1][: len(holders[-1])] != holders[-1]:
            holders.pop()
        if path[-1] == name and holders and holders[-1] == path[:-1]:
            return f"{_spot(text, start)}: {show_path(path)} occurs twice in one object"
        if path[-1] == name:
            holders.append(path[:-1])
    return f"{json.dumps(name)} occurs twice in one object"


def _strings(text: str) -> Iterator[tuple[int, int, Place, bool]]:
    """Every string of a JSON text: start, end, path, and whether it is a member name. No recursion."""
    stack: list[str | int | None] = []  # an array: the index; an object: the member, or None before its name
    for match in _TOKEN.finditer(text.replace("\\\\", "\0\0").replace('\\"', "\0\0")):
        token = match.group()
        if token in "[{":
            stack.append(0 if token == "[" else None)
        elif token in "]}":
            del stack[-1:]
        elif token == ",":
            if stack:
                top = stack[-1]
                stack[-1] = top + 1 if isinstance(top, int) else None
        else:
            is_name = bool(stack) and stack[-1] is None
            if is_name:
                stack[-1] = _name(text[match.start() : match.end()])
            yield match.start(), match.end(), tuple(step for step in stack if step is not None), is_name


def _name(token: str) -> str:
    """A member name out of its quoted form, illegal escapes read as bare characters."""
    spelled = list(token)
    for match in _ILLEGAL.finditer(token.replace("\\\\", "\0\0")):
        spelled[match.start()] = ""
    try:
        return str(json.loads("".join(spelled), strict=False))
    except json.JSONDecodeError:
        return token


def _located(text: str, offsets: Sequence[int]) -> Iterator[Damage]:
    """Damage at each offset, in step with the strings that hold it."""
    if not offsets:
        return
    strings = _strings(text)
    _, end, path = 0, 0, ""
    line, line_start, counted = 1, 0, 0
    for offset in offsets:
        while offset >= end:
            start, end, steps, _ = next(strings, (len(text), len(text) + 1, (), False))
            path = show_path(steps)
        if offset < start:
            raise Unreadable(f"not JSON: {_spot(text, offset)}: a backslash outside a string")
        line += text.count("\n", counted, offset)
        line_start = max(line_start, text.rfind("\n", counted, offset) + 1)
        counted = offset
        found = text[offset : offset + 2]
        yield Damage(offset, line, offset - line_start + 1, path, found, _UNDONE.get(found[1]))


def _replaced(text: str, found: Sequence[Damage], instead: Sequence[str]) -> str:
    pieces, done = [], 0
    for damage, piece in zip(found, instead, strict=True):
        pieces += [text[done : damage.offset], piece]
        done = damage.offset + 2
    return "".join([*pieces, text[done:]])


def _spot(text: str, offset: int) -> str:
    return f"line {text.count(chr(10), 0, offset) + 1}, column {offset - text.rfind(chr(10), 0, offset)}"
