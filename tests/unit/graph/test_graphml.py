"""GraphML files and NetworkX digraphs become blocks that name their parents, or are refused in one line."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest

from sennit.errors import Misuse
from sennit.lower.graph import Blocks, blocks_of, read_graphml

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "graphs"
HEAD = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "some.graphml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def graph(inside: str, kind: str = "directed") -> str:
    return f'{HEAD}<graph edgedefault="{kind}">{inside}</graph></graphml>'


def test_an_edge_leads_from_a_block_to_its_parent() -> None:
    """Successors are parents, in the order of the edges."""
    blocks = blocks_of(nx.DiGraph([("b", "a"), ("c", "b"), ("c", "a")]))
    assert blocks == Blocks(("b", "a", "c"), ((1,), (), (0, 1)), ((), (), ()))


def test_a_node_marked_missing_is_named_and_not_there() -> None:
    """Such a node is no block; who names it lacks a parent."""
    digraph = nx.DiGraph([("b", "a"), ("b", "gone")])
    digraph.nodes["gone"]["missing"] = True
    assert blocks_of(digraph) == Blocks(("b", "a"), ((1,), ()), (("gone",), ()))


def test_a_file_and_its_digraph_are_the_same_blocks(tmp_path: Path) -> None:
    """What NetworkX writes is read as what it was, parallel edges once."""
    digraph = nx.MultiDiGraph([("b", "a"), ("b", "a"), ("c", "b"), ("c", "x")])
    digraph.nodes["x"]["missing"] = True
    path = tmp_path / "some.graphml"
    nx.write_graphml(digraph, path)
    assert read_graphml(path) == blocks_of(digraph) == Blocks(("b", "a", "c"), ((1,), (), (0,)), ((), (), ("x",)))


def test_a_parent_that_no_node_declares_is_missing(tmp_path: Path) -> None:
    """An edge alone does not make a block."""
    path = written(tmp_path, graph('<node id="a"/><edge source="a" target="x"/>'))
    assert read_graphml(path) == Blocks(("a",), ((),), (("x",),))


def test_a_file_without_namespace_is_read(tmp_path: Path) -> None:
    """Some writers leave the namespace out."""
    text = graph('<node id="a"/>').replace(' xmlns="http://graphml.graphdrawing.org/xmlns"', "")
    assert read_graphml(written(tmp_path, text)).labels == ("a",)


def test_an_empty_graph_has_no_blocks(tmp_path: Path) -> None:
    """Nothing is a graph, too."""
    assert read_graphml(written(tmp_path, graph(""))) == Blocks((), (), ())


@pytest.mark.parametrize("name", ["merge", "independent_cycle", "second_genesis", "missing_parent"])
def test_the_examples_are_read(name: str) -> None:
    """Each shipped graph has at least two blocks."""
    assert len(read_graphml(EXAMPLES / f"{name}.graphml").labels) >= 2


LAUGHS = '<!DOCTYPE g [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "no XML at all": ("blocks: a, b", "no GraphML that can be read"),
    "cut off": (f"{HEAD}<graph", "no GraphML that can be read"),
    "empty file": ("", "no GraphML that can be read"),
    "not text": (b"\xff\xfe\x00\x01", "no GraphML that can be read"),
    "an unknown encoding": ('<?xml version="1.0" encoding="rot13"?>' + graph(""), "no GraphML that can be read"),
    "an encoding of no use": ('<?xml version="1.0" encoding="utf-7"?>' + graph(""), "no GraphML that can be read"),
    "no graph": (f"{HEAD}</graphml>", "holds no <graph>"),
    "another XML": ("<html><body/></html>", "holds no <graph>"),
    "undirected": (graph("", "undirected"), "edgedefault='directed'"),
    "direction not said": (f"{HEAD}<graph/></graphml>", "edgedefault='directed'"),
    "two graphs": (graph("").replace("</graphml>", '<graph edgedefault="directed"/></graphml>'), "a second graph"),
    "a graph in a node": (graph('<node id="a"><graph edgedefault="directed"/></node>'), "a second graph"),
    "a node twice": (graph('<node id="a"/><node id="a"/>'), "two nodes called 'a'"),
    "a node without id": (graph("<node/>"), "without an id"),
    "an edge without end": (graph('<node id="a"/><edge source="a"/>'), "without a target"),
    "a hyperedge": (graph('<node id="a"/><hyperedge/>'), "no GraphML that can be read"),
    "an unknown key": (graph('<node id="a"><data key="k">1</data></node>'), "no GraphML that can be read"),
    "entities": (LAUGHS + graph('<node id="&b;"/>'), "has a DOCTYPE"),
    "an outside file": ('<!DOCTYPE g SYSTEM "file:///etc/hostname">' + graph(""), "has a DOCTYPE"),
    "very deep": (graph("<data>" * 5_000 + "</data>" * 5_000), "more than 16 deep"),
    "missing that names": (
        f'{HEAD}<key id="m" for="node" attr.name="missing" attr.type="boolean"/><graph edgedefault="directed">'
        '<node id="a"/><node id="x"><data key="m">true</data></node><edge source="x" target="a"/></graph></graphml>',
        "marked missing and names a parent",
    ),
    "missing that is no truth value": (
        f'{HEAD}<key id="m" for="node" attr.name="missing" attr.type="string"/><graph edgedefault="directed">'
        '<node id="x"><data key="m">yes</data></node></graph></graphml>',
        "it is true or false",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_graph_of_blocks_is_refused_in_one_line(case: str, tmp_path: Path) -> None:
    """The line names the file and what is wrong with it."""
    text, why = REFUSED[case]
    with pytest.raises(Misuse) as caught:
        read_graphml(written(tmp_path, text))
    message = str(caught.value)
    assert "some.graphml" in message
    assert why in message
    assert "\n" not in message
    assert len(message) < 400


def test_a_file_of_hostile_size_is_refused_unread(tmp_path: Path) -> None:
    """64 MiB is the most, and the size is looked at first."""
    path = tmp_path / "some.graphml"
    with path.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(Misuse, match="more than 64 MiB"):
        read_graphml(path)


@pytest.mark.parametrize("given", [nx.Graph([(0, 1)]), {"a": ["b"]}, None], ids=["undirected", "dict", "nothing"])
def test_what_is_no_digraph_is_refused(given: object) -> None:
    """Only directed NetworkX graphs say who names whom."""
    with pytest.raises(Misuse, match=r"networkx\.DiGraph"):
        blocks_of(given)


def test_nodes_that_are_written_alike_are_refused() -> None:
    """1 and '1' would be one block in every message."""
    with pytest.raises(Misuse, match="written alike"):
        blocks_of(nx.DiGraph([(1, "1")]))
