"""How long and how far an engine may go, and how it says where it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


class OutOfTime(Exception):  # noqa: N818  # the sentence reads so
    """The budget was used up in the middle of a search."""


def _silent(_progress: str) -> None:
    """Says nothing."""


def _one() -> int:
    return 1


@dataclass(frozen=True)
class Budget:
    """Limits of one engine's run. `seconds` counts from the moment the Budget is made; None is no limit.

    `depth` bounds steps (BMC, induction, random runs), `states` the explorer's table, which memory bounds in any case,
    `seed` random choices. Without `evidence`, closed sets are wanted as counts alone. `keep` is the folder in which the
    explorer keeps what it has reached, for a run that goes on after this one was killed. With `coverage`, what the
    explorer has searched to its end it goes through once more, to count how often each rule fires. `cores` says how
    many threads an engine may use just now, which nothing that it finds depends on.
    """

    seconds: float | None = 30.0
    depth: int | None = None
    states: int | None = None
    seed: int = 0
    evidence: bool = True
    keep: Path | None = None
    coverage: bool = False
    cores: Callable[[], int] = _one
    progress: Callable[[str], None] = _silent
    started: float = field(default_factory=time.monotonic)

    def spent(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def left(self) -> float:
        """Seconds that are left, at least 0; infinity without a limit."""
        return float("inf") if self.seconds is None else max(0.0, self.seconds - self.spent())

    def over(self) -> bool:
        """Whether the time is used up."""
        return self.left() <= 0
