"""NetworkX digraphs and GraphML files as blocks that name their parents.

An edge leads from a block to a parent that it names. A parent that is named and not there is a node with the attribute
`missing` set to true, or in a file one that edges mention and no <node> declares. All other attributes are ignored.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

import networkx as nx

from sennit.errors import Misuse

_MOST_BYTES: Final = 64 * 1024 * 1024
_DEEPEST: Final = 16  # nested elements; a graph without graphs in it needs 4


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks by number, in the order of the graph."""

    labels: tuple[str, ...]
    parents: tuple[tuple[int, ...], ...]
    """The parents of each block that are there."""
    missing: tuple[tuple[str, ...], ...]
    """The labels of the parents of each block that are not."""


def blocks_of(graph: Any) -> Blocks:  # Any: NetworkX has no types
    """The blocks of a NetworkX digraph. Raises Misuse where the graph has no meaning as one of blocks."""
    if not isinstance(graph, nx.Graph) or not graph.is_directed():
        raise Misuse(
            f"{type(graph).__name__} is no directed graph: give a networkx.DiGraph, edges from child to parent"
        )
    absent = {node for node, data in graph.nodes(data=True) if _is_missing(node, data)}
    there = [node for node in graph if node not in absent]
    labels = [str(node) for node in graph]
    if len(set(labels)) < len(labels):
        raise Misuse("two nodes of the graph are written alike: relabel one of them")
    for node in graph:
        if node in absent and graph.out_degree(node):
            raise Misuse(f"node {_short(node)} is marked missing and names a parent: what is not there names nobody")
    number = {node: i for i, node in enumerate(there)}
    named = [list(dict.fromkeys(graph.successors(node))) for node in there]
    return Blocks(
        tuple(str(node) for node in there),
        tuple(tuple(number[p] for p in parents if p in number) for parents in named),
        tuple(tuple(str(p) for p in parents if p not in number) for parents in named),
    )


def read_graphml(path: Path) -> Blocks:
    """The blocks of a GraphML file. Raises Misuse for a file that is too large, no GraphML, or not one digraph."""
    declared = _declared_nodes(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # attributes of unknown types are none of ours
            graph = nx.read_graphml(path)
    except Exception as error:  # the reader raises whatever its parts raise, from KeyError to NetworkXError
        raise Misuse(f"{path.name} is no GraphML that can be read: {_line(error)}") from error
    for node in graph:
        if node not in declared:
            graph.nodes[node]["missing"] = True
    try:
        return blocks_of(graph)
    except Misuse as error:
        raise Misuse(f"{path.name}: {error}") from error


def a_cycle(blocks: Blocks, start: int) -> tuple[int, ...]:
    """A shortest cycle through `start`, a block that is its own ancestor: from it to one that names it."""
    graph = _digraph(blocks)
    end = len(blocks.labels)
    graph.add_edges_from([(child, end) for child in graph.predecessors(start)])
    return tuple(nx.shortest_path(graph, start, end)[:-1])


def folded(blocks: Blocks) -> Blocks:
    """A smaller graph of which the same graph claims are true. Time is linear in blocks and links.

    Blocks on cycles through each other become one that names itself. Then, parents first: a third genesis becomes the
    second; a block without faults becomes the first genesis if all its parents are geneses by now, or its parent if
    that is one block by now; and a block becomes an earlier one that names the same parents.
    """
    circles = nx.condensation(_digraph(blocks))
    into: dict[int, int] = {}  # a block, and the one that it has become
    geneses: list[int] = []
    alike: dict[tuple[bool, bool, frozenset[int]], int] = {}
    kept: dict[int, tuple[tuple[int, ...], tuple[str, ...]]] = {}  # its parents, and those that are missing
    for circle in reversed(list(nx.topological_sort(circles))):
        members = sorted(circles.nodes[circle]["members"])
        first = members[0]
        on_cycle = len(members) > 1 or first in blocks.parents[first]
        missing = next((blocks.missing[m] for m in members if blocks.missing[m]), ())
        parents = frozenset(into[p] for m in members for p in blocks.parents[m] if p in into)
        faulty = on_cycle or bool(missing)
        if not faulty and not parents:
            target = first if len(geneses) < 2 else geneses[-1]
            geneses += [first] if target == first else []
        elif not faulty and (parents <= set(geneses) or len(parents) == 1):
            target = geneses[0] if parents <= set(geneses) else min(parents)
        else:
            target = alike.setdefault((on_cycle, bool(missing), parents), first)
        if target == first:
            kept[first] = ((*sorted(parents), *([first] if on_cycle else [])), missing[:1])
        into |= dict.fromkeys(members, target)
    number = {block: i for i, block in enumerate(sorted(kept))}
    return Blocks(
        tuple(blocks.labels[b] for b in number),
        tuple(tuple(sorted(number[p] for p in kept[b][0])) for b in number),
        tuple(kept[b][1] for b in number),
    )


def _digraph(blocks: Blocks) -> Any:  # a networkx.DiGraph
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(blocks.labels)))
    graph.add_edges_from((c, p) for c, parents in enumerate(blocks.parents) for p in parents)
    return graph


def _is_missing(node: object, data: dict[str, object]) -> bool:
    mark = data.get("missing", False)
    if not isinstance(mark, bool):
        raise Misuse(
            f"node {_short(node)} has missing={_short(mark)}: it is true or false, in GraphML attr.type=boolean"
        )
    return mark


def _declared_nodes(path: Path) -> set[str]:
    """The ids of all <node> elements, read without building anything. Raises Misuse for what no graph needs."""
    declared: set[str] = set()
    graphs = depth = 0

    def refuse_doctype(*_: object) -> None:
        raise Misuse(
            f"{path.name} has a DOCTYPE, which no GraphML needs and which can make a small file huge: remove it"
        )

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal graphs, depth
        depth += 1
        if depth > _DEEPEST:
            raise Misuse(f"{path.name} nests elements more than {_DEEPEST} deep, and GraphML has no use for that")
        element = tag.rpartition(":")[2]
        graphs += element == "graph"
        if graphs > 1:
            raise Misuse(f"{path.name} holds a second graph: write each into a file of its own")
        if element == "graph" and attributes.get("edgedefault") != "directed":
            raise Misuse(f"{path.name} has no directed edges: write edgedefault='directed', each from child to parent")
        if element == "edge" and not (attributes.get("source") and attributes.get("target")):
            raise Misuse(f"{path.name} has an edge without a source or without a target")
        if element == "node":
            name = attributes.get("id", "")
            if not name or name in declared:
                raise Misuse(f"{path.name} has two nodes called {_short(name)}, or one without an id")
            declared.add(name)

    def end(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise Misuse(f"{path.name} has more than {_MOST_BYTES // 1024**2} MiB: no such graph is read")
        with path.open("rb") as file:
            parser.ParseFile(file)
    except Misuse:
        raise
    except (OSError, LookupError, ValueError, expat.ExpatError) as error:  # an encoding may be unknown, or no good
        raise Misuse(f"{path.name} is no GraphML that can be read: {_line(error)}") from error
    if graphs == 0:
        raise Misuse(f"{path.name} holds no <graph>")
    return declared


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
