"""Sizes in bytes, as people write and read them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from sennit.errors import Misuse

_UNITS: Final = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


def parsed(text: str, option: str, least: int = 1) -> int:
    """Bytes of a size as people write it. Raises Misuse."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(iB|B)?\s*", text)
    if not found:
        raise Misuse(f"--{option} {text}: a size is as 2GiB, 64MiB, 100KB, or a number of bytes")
    base = 1000 if found[3] == "B" and found[2] else 1024
    size = int(Fraction(found[1]) * base ** _UNITS[found[2]])
    if size < least:
        raise Misuse(f"--{option} {text}: a positive size")
    return size


def shown(count: Fraction | int) -> str:
    """A size for people, never rounded to zero."""
    size = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            return f"{size:,.4g} {unit}"
        size /= 1024
    raise AssertionError
