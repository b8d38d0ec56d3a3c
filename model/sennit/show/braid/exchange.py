"""Writes a braid for other programs to draw: DOT for Graphviz, GraphML for the rest, JSON for whoever asks.

In all of them a link goes from a block to its parent, as `sennit.lower.graph` reads it; a parent that is not there is a
node of its own, marked missing.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from sennit.show.braid.graph import Graph, Node

_SHAPES: Final = {
    "prompt": ("box", "#2d5a9e"),
    "cot": ("ellipse", "#8a4f96"),
    "text": ("diamond", "#2f7a4e"),
    "tool_request": ("cds", "#b0552a"),
    "tool_response": ("larrow", "#8a6d00"),
    "hydration": ("hexagon", "#2a7b85"),
}
_KEYS: Final = {
    "kind": "string",
    "source": "string",
    "place": "string",
    "excerpt": "string",
    "size": "int",
    "signature": "string",
    "faults": "string",
    "passes": "string",
    "request": "string",
}
_WORDS: Final = 40


def dot(graph: Graph) -> str:
    """The braid for Graphviz."""
    lines = ["digraph braid {", f"  label={_quoted(f'{graph.title} · {graph.answer}')};", "  rankdir=BT;"]
    lines.append('  node [fontname="sans-serif", fontsize=10];')
    for number, node in enumerate(graph.nodes):
        shape, colour = _SHAPES.get(node.kind, ("ellipse", "#6a655c"))
        words = node.excerpt[:_WORDS] + ("…" if len(node.excerpt) > _WORDS else "")
        label = "\n".join([f"{number} {node.kind} · {node.source}", *([words] if words else []), *node.faults])
        broken = ', color="#c02f16", penwidth=2' if node.faults else f', color="{colour}"'
        lines.append(f"  b{number} [label={_quoted(label)}, shape={shape}{broken}];")
    for number, name in enumerate(_missing(graph)):
        lines.append(f'  m{number} [label={_quoted(f"not here: {name[:12]}…")}, shape=plaintext, fontcolor="#c02f16"];')
    for child, parent, broken_link in _edges(graph):
        style = ' [color="#c02f16", style=dashed]' if broken_link else ""
        lines.append(f"  {child} -> {parent}{style};")
    lines += [f"  b{ln.child} -> b{ln.parent} [style=dotted, constraint=false];" for ln in graph.links if ln.answers]
    return "\n".join([*lines, "}"]) + "\n"


def graphml(graph: Graph) -> str:
    """The braid as GraphML, with what is known of each block as attributes."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">']
    lines += [f'  <key id="{name}" for="node" attr.name="{name}" attr.type="{kind}"/>' for name, kind in _KEYS.items()]
    lines.append('  <key id="missing" for="node" attr.name="missing" attr.type="boolean"/>')
    lines.append('  <key id="broken" for="edge" attr.name="broken" attr.type="boolean"/>')
    lines.append('  <graph id="braid" edgedefault="directed">')
    for number, node in enumerate(graph.nodes):
        data = "".join(f'<data key="{key}">{escape(value)}</data>' for key, value in _attributes(node).items())
        lines.append(f'    <node id="b{number}">{data}</node>')
    for number, name in enumerate(_missing(graph)):
        known = f'<data key="signature">{escape(name)}</data><data key="missing">true</data>'
        lines.append(f'    <node id="m{number}">{known}</node>')
    for child, parent, broken in _edges(graph):
        mark = '<data key="broken">true</data>' if broken else ""
        lines.append(f"    <edge source={quoteattr(child)} target={quoteattr(parent)}>{mark}</edge>")
    return "\n".join([*lines, "  </graph>", "</graphml>"]) + "\n"


def as_json(graph: Graph) -> str:
    """{"title", "answer", "whole": [line], "blocks": [block], "links": [{"child", "parent", "broken", "answers"}]}."""
    blocks = [{"number": i, **asdict(node)} for i, node in enumerate(graph.nodes)]
    links = [asdict(link) for link in graph.links]
    members = {"title": graph.title, "answer": graph.answer, "whole": graph.whole, "blocks": blocks, "links": links}
    return json.dumps(members, indent=2) + "\n"


def _attributes(node: Node) -> dict[str, str]:
    passes = {None: "not checked", True: "yes", False: "no"}[node.passes]
    return {
        "kind": _legal(node.kind),
        "source": _legal(node.source),
        "place": _legal(node.place),
        "excerpt": _legal(node.excerpt),
        "size": str(node.size),
        "signature": node.name,
        "faults": _legal(", ".join(node.faults)),
        "passes": passes,
        "request": "" if node.request is None else f"b{node.request}",
    }


def _missing(graph: Graph) -> list[str]:
    return list(dict.fromkeys(name for node in graph.nodes for name in node.missing))


def _edges(graph: Graph) -> list[tuple[str, str, bool]]:
    number = {name: i for i, name in enumerate(_missing(graph))}
    there = [
        (f"b{ln.child}", f"b{ln.parent}", ln.broken) for ln in graph.links if ln.parent is not None and not ln.answers
    ]
    return [*there, *((f"b{i}", f"m{number[x]}", True) for i, node in enumerate(graph.nodes) for x in node.missing)]


def _legal(text: str) -> str:
    """The text without characters that XML has no way to write."""
    return "".join(c if c.isprintable() else " " for c in text)


def _quoted(text: str) -> str:
    """A string of DOT."""
    plain = "".join(c if c.isprintable() or c == "\n" else " " for c in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
