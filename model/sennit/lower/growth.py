"""How many states are still to come, as far as the sizes of the levels so far tell."""

from __future__ import annotations

import math
from collections.abc import Sequence

_FEWEST = 6  # levels that say something
_LOOKED_AT = 4  # changes of growth that the trend is taken from
_FARTHEST = 10_000  # levels


def to_come(levels: Sequence[int]) -> int | None:
    """About how many states lie in the levels after these, of which the last one is complete; None while unclear.

    Levels grow less and less and then shrink: the logarithm of the growth is taken to fall on as fast as it did of
    late. A search that does not end looks the same at first, so this is a guess, and said to be one.
    """
    if len(levels) < _FEWEST or min(levels[-_FEWEST:]) <= 0:
        return None
    growth = [math.log(b / a) for a, b in zip(levels[-_FEWEST:], levels[-_FEWEST + 1 :], strict=False)]
    fall = (growth[-1 - _LOOKED_AT] - growth[-1]) / _LOOKED_AT
    size, rate, total = float(levels[-1]), growth[-1], 0.0
    if fall <= 0 and rate >= 0:
        return None
    for _ in range(_FARTHEST):
        rate -= max(fall, 0.0)
        size *= math.exp(min(rate, 50.0))
        total += size
        if size < 1 or total > 1e15:
            break
    return int(total) if total <= 1e15 else None
