"""Plots of memory challenges: when answers came, and how much can be hidden by which deadline. SVG, the same each time.

The curve is the inequality that `Deadline.sound` needs at a profile's figures, and no fit: a prover that lacks what is
above it cannot have answered by then. Matplotlib is needed, which is an extra.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from sennit.errors import Misuse
from sennit.reference.memory.instance import most_hidden
from sennit.reference.memory.plan import missed, sources
from sennit.reference.memory.profile import Profile

if TYPE_CHECKING:  # the axes of a library whose types are not checked here
    from sennit.reference.memory.log import Head

_HONEST, _DEADLINE = "#0072b2", "#000000"
_CHEATERS: Final = ("#d55e00", "#cc79a7", "#e69f00", "#009e73", "#56b4e9", "#7f3c8d", "#8c564b")  # seen by all eyes
_MARKS: Final = "osD^vPX"
_POINTS: Final = 200  # of a curve


@dataclass(frozen=True)
class Seen:
    """The times of one prover's rounds, in seconds, and what it was challenged with."""

    head: Head
    times: tuple[float, ...]  # at least one

    @property
    def hides(self) -> float:
        """The share of the memory that it lacks."""
        return self.head.hides / self.head.shape.bytes

    @property
    def name(self) -> str:
        """As a legend has it."""
        return f"{self.head.prover}, hides {self.hides:.0%}" if self.head.hides else self.head.prover


def times_plot(seen: Sequence[Seen]) -> bytes:
    """For each prover the share of answers that had come by a time, and the deadlines."""
    figure = _figure()
    axes = figure.subplots()
    for colour, each in zip(_colours(seen), seen, strict=True):
        ordered = sorted(each.times)
        shares = [(number + 1) / len(ordered) for number in range(len(ordered))]
        label = f"{each.name} ({len(ordered):,})"
        axes.step([1e3 * t for t in (ordered[0], *ordered)], [0.0, *shares], where="post", color=colour, label=label)
    for deadline in _deadlines(seen):
        axes.axvline(deadline, color=_DEADLINE, linestyle="--", linewidth=1)
        axes.annotate(
            f" deadline {deadline:.3g} ms", (deadline, 0.5), rotation=90, ha="right", va="center", fontsize="small"
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel("from the challenge to the answer, ms")
    axes.set_ylabel("share of answers that have come")
    axes.set_ylim(0, 1.02)
    axes.grid(alpha=0.3)
    _legend(figure)
    return _svg(figure)


def hidden_plot(seen: Sequence[Seen], profile: Profile, confidence: Fraction) -> bytes:
    """What can be hidden by which deadline, a curve a plan; and each prover at what it hid and when it answered."""
    figure = _figure()
    axes = figure.subplots()
    end = 1.15 * max(max(max(each.times) for each in seen), max(_deadlines(seen)) / 1e3)
    start = min(min(min(each.times) for each in seen), min(_deadlines(seen)) / 1e3) / 2
    heads = [each.head for each in seen]
    plans = list(dict.fromkeys((h.tags, h.cost, h.openings, h.shape) for h in heads))
    for number, (tags, cost, openings, shape) in enumerate(plans):
        free = missed(openings, shape.leaves, confidence) * shape.leaf_bytes
        there = sources(profile, tags)
        at = [start * (end / start) ** (step / _POINTS) for step in range(_POINTS + 1)]
        most = [most_hidden(profile, shape, there, cost, free, Fraction(time)) / shape.bytes for time in at]
        style = ("-", "--", ":", "-.")[number % 4]
        label = f"proved: no more is hidden ({tags}, cost {cost})"
        axes.plot([1e3 * time for time in at], [100 * float(share) for share in most], style, color="0.35", label=label)
    for colour, mark, each in zip(_colours(seen), _marks(seen), seen, strict=True):
        ordered = sorted(each.times)
        low, middle, high = ordered[0], ordered[(len(ordered) - 1) // 2], ordered[-1]
        share = 100 * each.hides
        axes.plot([1e3 * low, 1e3 * high], [share, share], color=colour, linewidth=1, alpha=0.6)
        axes.plot(
            [1e3 * middle], [share], mark, color=colour, markerfacecolor="none", markeredgewidth=1.6, label=each.name
        )
    for deadline in _deadlines(seen):
        axes.axvline(deadline, color=_DEADLINE, linestyle="--", linewidth=1, label=f"deadline {deadline:.3g} ms")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlim(1e3 * start, 1e3 * end)
    axes.set_ylim(-3, 105)
    axes.set_xlabel("deadline, and time of an answer (median, from first to last), ms")
    axes.set_ylabel("hidden, % of the memory")
    axes.grid(alpha=0.3)
    _legend(figure)
    return _svg(figure)


def _figure() -> Any:  # Matplotlib's, whose types are left out
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise Misuse("plots need matplotlib, which is not installed: pip install 'sennit[plot]'") from None
    return Figure(figsize=(8.5, 4.8), layout="constrained")


def _legend(figure: Any) -> None:  # as above
    figure.legend(loc="outside right upper", fontsize="small", frameon=False)


def _svg(figure: Any) -> bytes:  # as above
    import matplotlib as mpl

    out = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "sennit"}):  # the same numbers make the same file
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def _deadlines(seen: Sequence[Seen]) -> list[float]:
    """In milliseconds, each once."""
    return [deadline / 1e6 for deadline in dict.fromkeys(each.head.deadline for each in seen)]


def _colours(seen: Sequence[Seen]) -> list[str]:
    cheaters = iter(_CHEATERS * len(seen))
    return [next(cheaters) if each.head.hides else _HONEST for each in seen]


def _marks(seen: Sequence[Seen]) -> list[str]:
    marks = iter(_MARKS * len(seen))
    return [next(marks) if each.head.hides else "*" for each in seen]
