"""Where everything goes: a row a block, a lane a source, and links that pass no block but their own.

A link between neighbouring rows runs straight. A longer one leaves its parent for a track in the gap beside its child's
lane, runs down there, and leaves it for the child. Links from one parent into one gap share a track; otherwise no two
links share any stretch of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

from sennit.show.braid.graph import Graph, Link

ROW: Final = 26
"""Pixels from one block to the next."""
LANES: Final = 12
"""With more sources than this, the rest share the last lane."""

STUB: Final = (15, -9)
"""From a block to the end of a link that leads nowhere."""

_APART: Final = 22  # pixels between lanes that have no track between them
_TRACK: Final = 9  # pixels that a track takes


@dataclass(frozen=True, slots=True)
class Lane:
    """A column of blocks."""

    source: str
    x: int
    others: int = 0
    """How many more sources share it."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A link as a path."""

    link: Link
    path: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Pixels from the left and from the middle of the first row."""

    lanes: tuple[Lane, ...]
    lane: tuple[int, ...]
    """The lane of each block."""
    links: tuple[Drawn, ...]
    width: int
    """From the left to where the words may begin."""

    def x(self, node: int) -> int:
        """The middle of a block."""
        return self.lanes[self.lane[node]].x


def layout(graph: Graph) -> Layout:
    """Lanes, tracks and links. Time is that of sorting the links."""
    sources = graph.sources or ("",)
    at = {source: min(i, LANES - 1) for i, source in enumerate(sources)}
    lane = tuple(at.get(node.source, 0) for node in graph.nodes)  # a genesis stands above the first of them
    links = graph.links
    gaps = [_gap(link, lane) for link in links]
    tracks, counts = _tracks(links, gaps, len(set(lane)))
    left = _APART + _TRACK * counts[0]
    lanes = []
    for i in range(len(set(lane))):
        others = len(sources) - LANES if i == LANES - 1 else 0
        lanes.append(Lane(sources[i], left, max(0, others)))
        left += _APART + _TRACK * counts[i + 1]
    drawn = []
    for link, gap, track in zip(links, gaps, tracks, strict=True):
        to = lanes[lane[link.child]].x
        if link.parent is None:
            drawn.append(Drawn(link, _stub(to, link.child)))
        elif link.parent == link.child:
            drawn.append(Drawn(link, _loop(to, link.child)))
        elif gap is None:
            drawn.append(Drawn(link, _near(lanes[lane[link.parent]].x, to, link.parent, link.child)))
        else:
            middle = (lanes[gap - 1].x if gap else 0) + _APART // 2 + _TRACK * track + _TRACK // 2
            drawn.append(Drawn(link, _far(lanes[lane[link.parent]].x, middle, to, link.parent, link.child)))
    return Layout(tuple(lanes), lane, tuple(drawn), left)


def _gap(link: Link, lane: Sequence[int]) -> int | None:
    """The gap that a link runs down in, 0 being left of all lanes; None when it needs none."""
    if link.parent is None or abs(link.child - link.parent) <= 1:
        return None
    here, there = lane[link.child], lane[link.parent]
    return here + 1 if there > here else here


def _tracks(links: Sequence[Link], gaps: Sequence[int | None], lanes: int) -> tuple[list[int], list[int]]:
    """The track of each link in its gap, and how many each gap has. First fit from the top, by parent."""
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for link, gap in zip(links, gaps, strict=True):
        if gap is not None and link.parent is not None:
            top, bottom = spans.get((gap, link.parent), (link.parent, link.parent))
            spans[gap, link.parent] = min(top, link.child), max(bottom, link.child)
    counts = [0] * (lanes + 1)
    track: dict[tuple[int, int], int] = {}
    free: dict[int, list[int]] = {}
    busy: dict[int, list[tuple[int, int]]] = {}
    for (gap, parent), (top, bottom) in sorted(spans.items(), key=lambda item: (item[1], item[0])):
        running, unused = busy.setdefault(gap, []), free.setdefault(gap, [])
        while running and running[0][0] <= top:
            heappush(unused, heappop(running)[1])
        if not unused:
            unused.append(counts[gap])
            counts[gap] += 1
        number = heappop(unused)
        track[gap, parent] = number
        heappush(running, (bottom, number))
    numbers = [
        0 if gap is None or link.parent is None else track[gap, link.parent]
        for link, gap in zip(links, gaps, strict=True)
    ]
    return numbers, counts


def _near(x1: int, x2: int, parent: int, child: int) -> str:
    y1, y2 = parent * ROW, child * ROW
    if x1 == x2:
        return f"M{x1} {y1}V{y2}"
    middle = (y1 + y2) // 2
    return f"M{x1} {y1}C{x1} {middle} {x2} {middle} {x2} {y2}"


def _far(x1: int, track: int, x2: int, parent: int, child: int) -> str:
    """Out of the parent into the track within one row, down, and out of it into the child within one row."""
    y1, y2 = parent * ROW, child * ROW
    step = ROW if y2 > y1 else -ROW
    out, back = y1 + step, y2 - step
    half = step // 2
    return (
        f"M{x1} {y1}C{x1} {y1 + half} {track} {y1 + half} {track} {out}V{back}"
        f"C{track} {y2 - half} {x2} {y2 - half} {x2} {y2}"
    )


def _loop(x: int, child: int) -> str:
    """A link of a block to itself."""
    y, out = child * ROW, ROW // 2
    return f"M{x} {y}C{x + out} {y - out * 2} {x - out} {y - out * 2} {x} {y}"


def _stub(x: int, child: int) -> str:
    """A link to nowhere: up and to the right."""
    y = child * ROW
    return f"M{x} {y}L{x + STUB[0]} {y + STUB[1]}"
