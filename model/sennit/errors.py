"""The one error a user can cause, and how a near miss is named."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Misuse(ValueError):  # noqa: N818  # the field says misuse, and the message says the rest
    """What was given has no meaning here; the message says why and what to write instead."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` for the nearest known name, or the list of all when none is near."""
    names = [str(k) for k in known]
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f" (did you mean {near[0]!r}?)"
    return f" (there is: {', '.join(names)})" if names else ""
