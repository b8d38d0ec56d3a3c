"""Finds what code says to people: comments and doc strings, at its head and further down.

A scan by lines that knows the marks of most languages and no grammar: cheap on hostile input, and wrong at times, such
as about a line inside a string that looks like a comment. Comments behind a statement on its line are not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sennit.reference.braid.strictjson import Json

_LINE: Final = ("#", "//", "--", "%%")
_UNTIL: Final = {"/*": "*/", "<!--": "-->", '"""': '"""', "'''": "'''"}
_DOC = re.compile(r"[rRuUbBfF]{0,2}(\"\"\"|''')")
_NOT_SAID = re.compile(r"#!|#\s*-\*-|#\s*(?:include|define|if|ifdef|ifndef|endif|pragma|type:|noqa|region|endregion)\b")
_NAMES: Final = frozenset(
    (
        "code",
        "source",
        "source_code",
        "script",
        "snippet",
        "program",
        "command",
        "cmd",
        "bash",
        "python",
        "sql",
        "query",
    )
)
_FILE_TEXT: Final = frozenset(("content", "contents", "file_text", "new_str", "new_string", "text", "body"))
_PATHS: Final = ("path", "file_path", "filename", "file")
_CODE_FILE = re.compile(
    r"\.(?:py|pyi|js|mjs|ts|tsx|jsx|go|rs|c|h|cc|cpp|hpp|java|kt|swift|rb|pl|sh|bash|sql|lua|r|jl|hs|cs|php|toml|ya?ml)$"
)


@dataclass(frozen=True, slots=True)
class Comment:
    """Lines of comment that stand together."""

    line: int
    """The first of them, counted from 1."""
    lines: int
    characters: int
    leading: bool
    """True before the first statement, an import being one."""


def comments(code: str) -> tuple[Comment, ...]:
    """Whole lines of comment, in order. Time is linear."""
    found: list[Comment] = []
    leading, end, inside = True, "", False  # `end` closes a comment, or a string when `inside` is true
    for number, line in enumerate(code.split("\n"), 1):
        said = line.strip()
        if inside:
            inside = said.count(end) % 2 == 0
            end = end if inside else ""
            continue
        if end:
            _add(found, number, said, leading)
            end = "" if end in said else end
            continue
        if not said:
            continue
        opening = _opening(said)
        if opening:
            _add(found, number, said, leading)
            end = "" if _UNTIL[opening] in said[said.index(opening) + len(opening) :] else _UNTIL[opening]
        elif said.startswith(_LINE):
            if not _NOT_SAID.match(said):
                _add(found, number, said, leading)
        else:
            leading = False
            for quote in ('"""', "'''"):
                if said.count(quote) % 2:
                    end, inside = quote, True
                    break
    return tuple(found)


def codes(value: Json) -> Iterator[tuple[str, str]]:
    """The strings in the input of a tool that are code, as far as names tell: the path to each, and the code."""
    stack: list[tuple[str, Json, bool]] = [("input", value, isinstance(value, str))]
    while stack:
        path, inner, is_code = stack.pop()
        if isinstance(inner, str) and is_code:
            yield path, inner
        elif isinstance(inner, list):
            stack += [(f"{path}[{i}]", item, is_code) for i, item in reversed(list(enumerate(inner)))]
        elif isinstance(inner, dict):
            file = any(isinstance(inner.get(name), str) and _CODE_FILE.search(str(inner[name])) for name in _PATHS)
            members = [(f"{path}.{k}", v, k in _NAMES or (file and k in _FILE_TEXT)) for k, v in inner.items()]
            stack += reversed(members)


def _opening(said: str) -> str:
    """The mark with which a line opens a comment or doc string that may run over many lines."""
    doc = _DOC.match(said)
    if doc:
        return doc.group(1)
    return next((mark for mark in ("/*", "<!--") if said.startswith(mark)), "")


def _add(found: list[Comment], number: int, said: str, leading: bool) -> None:
    last = found[-1] if found else None
    if last is not None and last.line + last.lines == number and last.leading == leading:
        found[-1] = Comment(last.line, last.lines + 1, last.characters + len(said), leading)
    else:
        found.append(Comment(number, 1, len(said), leading))
