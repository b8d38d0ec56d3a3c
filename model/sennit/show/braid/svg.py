"""Draws a braid as one SVG that needs nothing else: a row a block, newest at the bottom, in light and dark.

Kinds differ in shape and colour, what is broken is red and says so in words, and every row can be pointed at for more.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from sennit.show.braid.graph import INHERITED, Graph, Node, one_line
from sennit.show.braid.layout import ROW, STUB, Lane, Layout, layout

_MARGIN: Final = 20
_HEAD: Final = 46  # title and answer
_LEGEND: Final = 34
_SIZE: Final = 12.5  # pixels of the words
_KIND, _SOURCE, _WORDS = 108, 150, 560  # widths of the columns beside the drawing, of the second at most
_NAME: Final = 22  # characters of a source above its lane

_MARKS: Final = {
    "prompt": '<rect x="-5.5" y="-5.5" width="11" height="11" rx="1.5"/>',
    "cot": '<circle r="6"/>',
    "text": '<path d="M0-7.5L7.5 0L0 7.5L-7.5 0Z"/>',
    "tool_request": '<path d="M-5-6.5L7.5 0L-5 6.5Z"/>',
    "tool_response": '<path d="M5-6.5L-7.5 0L5 6.5Z"/>',
    "hydration": '<path d="M-3.5-6.5H3.5L7 0L3.5 6.5H-3.5L-7 0Z"/>',
}
_OTHER: Final = '<circle r="5"/>'
_LIGHT: Final = {
    "paper": "#fbfaf6",
    "ink": "#1f1e1b",
    "soft": "#6a655c",
    "hair": "#e4dfd3",
    "over": "#f1ede2",
    "link": "#8f897d",
    "broken": "#c02f16",
    "prompt": "#2d5a9e",
    "cot": "#8a4f96",
    "text": "#2f7a4e",
    "tool_request": "#b0552a",
    "tool_response": "#8a6d00",
    "hydration": "#2a7b85",
    "other": "#6a655c",
}
_DARK: Final = {
    "paper": "#14161a",
    "ink": "#e8e4da",
    "soft": "#a39e92",
    "hair": "#2c2f35",
    "over": "#1e2126",
    "link": "#8b877d",
    "broken": "#ff7a5c",
    "prompt": "#8db8f5",
    "cot": "#d0a0dd",
    "text": "#7fcf9b",
    "tool_request": "#f0a57c",
    "tool_response": "#d9c062",
    "hydration": "#72c9d3",
    "other": "#a39e92",
}


def svg(graph: Graph) -> str:
    """The picture as text. Time and size are linear in the blocks, but for sorting the links."""
    place = layout(graph)
    named = [lane for lane in place.lanes if lane.source]
    tall = max((_name_height(lane) for lane in named), default=0)
    top = _HEAD + _LEGEND + tall + ROW
    left = _MARGIN + place.width
    width = left + _number_width(graph) + _KIND + _source_width(graph) + _WORDS + _MARGIN
    height = top + ROW * len(graph.nodes) + _MARGIN
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-labelledby="title said">',
        f'<title id="title">{_text(graph.title)}</title>',
        f'<desc id="said">{_text(_said(graph))}</desc>',
        f"<style>{_style()}</style>",
        '<rect class="paper" width="100%" height="100%"/>',
        *_head(graph, width),
        f'<g transform="translate({_MARGIN} {top})">',
        *_rows_behind(graph, place.width, width),
        *_lanes(place),
        *_links(place),
        *_nodes(place, graph, width),
        "</g>",
        "</svg>",
    ]
    return "\n".join(pieces) + "\n"


def _head(graph: Graph, width: int) -> Iterator[str]:
    room = width - 2 * _MARGIN
    whole = "".join(f" · {detail}" for detail in graph.whole)
    bad = " bad" if graph.answer.startswith("fails") else ""
    yield f'<text class="title" x="{_MARGIN}" y="28">{_text(_fit(graph.title, room * 3 // 4))}</text>'
    counted = f"{_count(len(graph.nodes), 'block')} from {_count(len(graph.sources), 'source')}"
    answer = _text(_fit(graph.answer + whole, room - 200))
    yield f'<text x="{_MARGIN}" y="48"><tspan class="answer{bad}">{answer}</tspan>'
    yield f'<tspan class="soft"> · {counted}</tspan></text>'
    counts = Counter(node.kind for node in graph.nodes)
    x = _MARGIN
    for kind, count in counts.items():
        said = f"{_kind(kind)} {count}"
        yield f'<g transform="translate({x + 8} {_HEAD + 24})">{_mark(kind)}'
        yield f'<text class="soft" x="14" y="4">{_text(said)}</text></g>'
        x += 38 + int(_width(said))
    if any(link.answers for link in graph.links):
        yield f'<g transform="translate({x} {_HEAD + 24})"><path class="link answers" d="M0 0H22"/>'
        yield '<text class="soft" x="30" y="4">answers</text></g>'
        x += 92
    if any(link.broken for link in graph.links):
        yield f'<g transform="translate({x} {_HEAD + 24})"><path class="link broken" d="M0 0H22"/>'
        yield '<text class="bad" x="30" y="4">broken link</text></g>'


def _rows_behind(graph: Graph, left: int, width: int) -> Iterator[str]:
    for row in range(len(graph.nodes)):
        y = ROW * row - ROW // 2
        if row % 2:  # beside the drawing alone, where no link needs a halo
            wide = width - left - _MARGIN * 3 // 2
            yield f'<rect class="band" x="{left}" y="{y}" width="{wide}" height="{ROW}" rx="3"/>'


def _lanes(place: Layout) -> Iterator[str]:
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for node, number in enumerate(place.lane):
        first.setdefault(number, node)
        last[number] = node
    for number, lane in enumerate(place.lanes):
        if lane.source:
            name = _text(_lane_name(lane))
            yield f'<text class="name" transform="translate({lane.x + 4} {-ROW // 2 - 8}) rotate(-45)">{name}</text>'
        if first[number] < last[number]:
            yield f'<path class="lane" d="M{lane.x} {first[number] * ROW}V{last[number] * ROW}"/>'


def _links(place: Layout) -> Iterator[str]:
    for drawn in sorted(place.links, key=lambda drawn: drawn.link.broken):
        kind = f"link{' answers' if drawn.link.answers else ''}{' broken' if drawn.link.broken else ''}"
        ends = f'data-child="{drawn.link.child}" data-parent="{"" if drawn.link.parent is None else drawn.link.parent}"'
        yield f'<path class="halo" d="{drawn.path}"/><path class="{kind}" {ends} d="{drawn.path}"/>'
        if drawn.link.parent is None:
            x, y = place.x(drawn.link.child) + STUB[0], drawn.link.child * ROW + STUB[1]
            yield f'<path class="link broken" d="M{x - 3} {y - 3}l6 6m0-6l-6 6"/>'


def _nodes(place: Layout, graph: Graph, width: int) -> Iterator[str]:
    digits, sources = _number_width(graph), _source_width(graph)
    for number, node in enumerate(graph.nodes):
        y, x = number * ROW, place.width
        ring = '<circle class="ring" r="10"/>' if set(node.faults) - INHERITED else ""
        yield f'<g class="node" data-block="{number}" data-faults="{len(node.faults)}">'
        yield f"<title>{_text(_hint(number, node))}</title>"
        yield f'<rect class="hit" x="{-_MARGIN // 2}" y="{y - ROW // 2}" width="{width - _MARGIN}" height="{ROW}"/>'
        yield f'<g transform="translate({place.x(number)} {y})">{ring}{_mark(node.kind)}</g>'
        yield f'<text class="number" x="{x + digits - 12}" y="{y + 4}">{number}</text>'
        x += digits
        kind = _text(_fit(_kind(node.kind), _KIND - 8))
        yield f'<text class="{_class(node.kind)} kind" x="{x}" y="{y + 4}">{kind}</text>'
        x += _KIND
        yield f'<text class="soft" x="{x}" y="{y + 4}">{_text(_fit(one_line(node.source), sources - 14))}</text>'
        x += sources
        fault = "✕ " + ", ".join(node.faults) if node.faults else ""
        room = _WORDS - (_width(fault) + 14 if fault else 0)
        shown = _text(_fit(node.excerpt, max(0, room)))
        if fault:
            shown = f'<tspan class="bad">{_text(_fit(fault, _WORDS))}</tspan>  {shown}'
        yield f'<text class="words" x="{x}" y="{y + 4}" xml:space="preserve">{shown}</text></g>'


def _mark(kind: str) -> str:
    return f'<g class="{_class(kind)} mark">{_MARKS.get(kind, _OTHER)}</g>'


def _class(kind: str) -> str:
    return f"k-{kind if kind in _MARKS else 'other'}"


def _kind(kind: str) -> str:
    return one_line(kind) or "no kind"


def _hint(number: int, node: Node) -> str:
    lines = [f"{number}: {_kind(node.kind)} by {one_line(node.source) or 'nobody'}, {node.size:,} bytes", node.place]
    lines += [f"✕ {fault}" for fault in node.faults]
    lines += ["signature passes" if node.passes else "signature not checked"] if node.passes is not False else []
    return "\n".join([*lines, *([node.excerpt] if node.excerpt else [])])


def _said(graph: Graph) -> str:
    faulty = sum(bool(node.faults) for node in graph.nodes)
    broken = sum(link.broken for link in graph.links)
    return (
        f"{_count(len(graph.nodes), 'block')}, {graph.answer}; {faulty} with a fault, {_count(broken, 'broken link')}"
    )


def _lane_name(lane: Lane) -> str:
    name = one_line(lane.source)
    name = name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
    return f"{name} and {lane.others} more" if lane.others else name


def _name_height(lane: Lane) -> int:
    return int(_width(_lane_name(lane)) * 0.71) + 8


def _source_width(graph: Graph) -> int:
    """What the longest source needs, within limits; nothing where no block has one."""
    widest = max((_width(one_line(source)[:_SOURCE]) for source in graph.sources), default=0)
    return min(_SOURCE, int(widest) + 22) if widest else 0


def _number_width(graph: Graph) -> int:
    return 24 + 7 * len(str(len(graph.nodes)))


def _fit(text: str, room: float) -> str:
    """As much of the text as fits into so many pixels, with an ellipsis where it goes on."""
    used = 0.0
    for i, c in enumerate(text):
        used += _advance(c)
        if used > room:
            kept = text[: max(0, i - 1)].rstrip()
            return f"{kept}…" if kept else ""
    return text


def _width(text: str) -> float:
    return sum(map(_advance, text))


def _advance(c: str) -> float:
    """Pixels that a character takes, at most: fonts differ."""
    if unicodedata.east_asian_width(c) in "WF":
        return _SIZE * 1.05
    if c in "iljt.,:;'|!()[]f ":
        return _SIZE * 0.36
    return _SIZE * (0.88 if c in "mwMW@%—" else 0.72 if c.isupper() or ord(c) > 0x2000 else 0.585)


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def _text(text: str) -> str:
    """Text of XML: what it has no way to write, or what would turn a line around, becomes a space."""
    return escape("".join(c if c.isprintable() or c == "\n" else " " for c in text))


def _style() -> str:
    plain = f"""
text {{ font: {_SIZE}px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", sans-serif; }}
.title {{ font-size: 18px; font-weight: 600; }}
.kind, .answer {{ font-weight: 600; }}
.number {{ font-size: 11px; text-anchor: end; font-variant-numeric: tabular-nums; }}
.name {{ font-size: 12px; }}
.hit {{ fill: transparent; }}
.link {{ fill: none; stroke-width: 1.75; stroke-linecap: round; }}
.link.broken {{ stroke-width: 2.25; }}
.link.answers {{ stroke-width: 1.5; stroke-dasharray: 1 4; }}
.halo {{ fill: none; stroke-width: 4.5; }}
.lane {{ stroke-width: 1; stroke-dasharray: 1 4; stroke-linecap: round; }}
.ring {{ fill: none; stroke-width: 2; }}
.mark {{ stroke-width: 1.5; paint-order: stroke; }}"""
    dark = "\n".join(_colours(_DARK))
    return f"{plain}\n" + "\n".join(_colours(_LIGHT)) + f"\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _colours(palette: dict[str, str]) -> Iterator[str]:
    yield f".paper {{ fill: {palette['paper']}; }}"
    yield f"text {{ fill: {palette['ink']}; }}"
    yield f".soft, .number, .name {{ fill: {palette['soft']}; }}"
    yield f".band {{ fill: {palette['over']}; }}"
    yield f".link {{ stroke: {palette['link']}; }}"
    yield f".halo, .mark {{ stroke: {palette['paper']}; }}"
    yield f".lane {{ stroke: {palette['hair']}; }}"
    for kind in (*_MARKS, "other"):
        yield f".k-{kind} {{ fill: {palette[kind]}; }}"
    yield f".bad {{ fill: {palette['broken']}; }}"
    yield f".link.broken, .ring {{ stroke: {palette['broken']}; }}"
