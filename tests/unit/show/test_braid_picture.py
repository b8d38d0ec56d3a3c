"""Pictures of braids: each block in its row, each link drawn, what is broken in red, and nothing lost on the way."""

from __future__ import annotations

import hashlib
import json
import re
import xml.etree.ElementTree as Tree
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from sennit.cli.main import main
from sennit.lower.graph import read_graphml
from sennit.reference.braid.order import reading_order
from sennit.reference.braid.repaired.sign import Session
from sennit.show.braid.exchange import as_json, dot, graphml
from sennit.show.braid.graph import Graph, Node
from sennit.show.braid.layout import LANES, ROW, layout
from sennit.show.braid.svg import svg
from unit.show.long_talk import damaged, drawn, drawn_damaged, talk

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "braid"
NAMES = {"svg": "http://www.w3.org/2000/svg"}
HOSTILE = "<script>alert(1)</script>]]>&\"'\x00\x1b[31m\u202e\ud800\ufffe\n\\"


def chain(*parents: tuple[int, ...], missing: tuple[int, ...] = (), kind: str = "text") -> Graph:
    """Blocks with these parents; those in `missing` name one more that is not there."""
    nodes = [
        Node(f"at {i}", kind, "s", f"says {i}", 1, f"n{i}", above, (f"gone{i}",) if i in missing else ())
        for i, above in enumerate(parents)
    ]
    return Graph("g", "fails", tuple(nodes))


def test_blocks_stand_below_their_parents_and_chains_in_one_go() -> None:
    """A fork is followed to its end before the next one begins; what waits for two parents comes after both."""
    assert reading_order([(), (0,), (0,), (1,), (2,), (3, 4)]) == (0, 1, 3, 2, 4, 5)
    assert reading_order([(1,), ()]) == (1, 0)
    assert reading_order([(), (2,), (1,), (2,)]) == (0, 1, 2, 3)
    assert reading_order([]) == ()
    deep = reading_order([(), *((i,) for i in range(50_000))])
    assert deep == tuple(range(50_001))


@pytest.mark.parametrize("blocks", [1, 6, 60, 200])
def test_a_picture_has_a_row_for_each_block_and_a_path_for_each_link(blocks: int) -> None:
    """In the order of reading; nothing of a good braid is red."""
    graph = drawn(talk(blocks))
    tree = Tree.fromstring(svg(graph))
    assert len(tree.findall(".//svg:g[@data-block]", NAMES)) == blocks
    ends = {(p.get("data-child"), p.get("data-parent")) for p in tree.findall(".//svg:path[@data-child]", NAMES)}
    assert ends == {(str(link.child), str(link.parent)) for link in graph.links}
    assert len(ends) == blocks - 1
    assert not tree.findall(".//svg:path[@class='link broken']", NAMES)
    assert all(link.parent is not None and link.parent < link.child for link in graph.links)


def test_what_is_broken_is_red_and_said() -> None:
    """A signature that fails, and a parent that is not there, with the words in the row."""
    graph = drawn_damaged(talk(12))
    text = svg(graph)
    assert {link.parent is None for link in graph.links if link.broken} == {True, False}
    assert text.count('class="link broken" data-child') == sum(link.broken for link in graph.links)
    assert "signature fails" in text
    assert "its parent is not here" in text
    assert "10 of 11 signatures pass" in text
    assert "broken link" in text


def test_links_share_no_stretch_of_a_track_unless_they_have_one_parent() -> None:
    """Vertical stretches between lanes, from all links of 200 blocks."""
    place = layout(drawn(talk(200)))
    seen: dict[tuple[int, int], int | None] = {}
    lanes = {lane.x for lane in place.lanes}
    long = 0
    for one in place.links:
        found = re.search(r" (\d+) (\d+)V(\d+)C", one.path)
        if found is None:
            continue
        long += 1
        x, top, bottom = map(int, found.groups())
        assert all(abs(x - lane) > 8 for lane in lanes)
        for row in range(top // ROW, bottom // ROW):
            assert seen.setdefault((x, row), one.link.parent) == one.link.parent
    assert long > 20


def test_more_sources_than_lanes_share_the_last() -> None:
    """And it says how many."""
    place = layout(drawn(talk(200, tuple(f"s{i}" for i in range(40)))))
    assert len(place.lanes) == LANES
    assert place.lanes[-1].others > 10


@pytest.mark.parametrize(
    "graph",
    [
        Graph("nothing", "fails", ()),
        chain((0,)),
        chain((1,), (0,)),
        chain((), (0,), (1, 0), (2, 1, 0)),
        chain((), missing=(0,)),
        chain((), (), missing=(0, 1), kind=""),
    ],
    ids=["empty", "own parent", "cycle", "several parents", "orphan", "orphans without kind"],
)
def test_odd_graphs_are_drawn_in_every_format(graph: Graph, tmp_path: Path) -> None:
    """What is no braid is a picture, too; GraphML has it back as it was."""
    tree = Tree.fromstring(svg(graph))
    assert len(tree.findall(".//svg:path[@data-child]", NAMES)) == len(graph.links)
    path = tmp_path / "g.graphml"
    path.write_text(graphml(graph))
    blocks = read_graphml(path)
    assert blocks.parents == tuple(node.parents for node in graph.nodes)
    assert list(map(len, blocks.missing)) == [len(node.missing) for node in graph.nodes]
    assert dot(graph).count("->") == len(json.loads(as_json(graph))["links"]) == len(graph.links)


def test_what_a_file_says_is_never_markup() -> None:
    """In no place and no format, and every format stays well formed."""
    node = replace(chain(()).nodes[0], place=HOSTILE, kind=HOSTILE, source=HOSTILE, excerpt=HOSTILE, faults=(HOSTILE,))
    graph = Graph(HOSTILE, HOSTILE, (node,), (HOSTILE,))
    for text in (svg(graph), graphml(graph)):
        Tree.fromstring(text.encode("utf-8"))
        assert "<script" not in text
        assert not re.search("[\x00-\x08\x1b\u202e\ufffe]", text)
    assert json.loads(as_json(graph))["title"] == HOSTILE
    for line in dot(graph).splitlines():
        assert len(re.findall(r'(?<!\\)(?:\\\\)*"', line)) % 2 == 0, line


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit code, output and errors of `show`."""
    with pytest.raises(SystemExit) as ended:
        main(["braid", "show", *map(str, arguments)])
    out, errors = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, errors


def test_show_draws_good_and_bad_braids(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To a file or to standard output, and as what is asked for; the exit code is for the drawing."""
    path = tmp_path / "tampered.svg"
    assert run(capsys, EXAMPLES / "tampered.braid.json", "-o", path) == (0, "", "")
    assert "signature fails" in path.read_text()
    for option, begin in (("--dot", "digraph"), ("--graphml", "<?xml"), ("--json", "{")):
        code, out, _ = run(capsys, EXAMPLES / "first.braid.json", option)
        assert code == 0
        assert out.startswith(begin)
    assert len(json.loads(out)["blocks"]) == 7


def test_show_says_what_it_cannot_draw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line, with exit code 2."""
    first = EXAMPLES / "first.braid.json"
    for arguments in (
        [tmp_path / "no"],
        [first, "--dot", "--json"],
        [first, "--key", "x"],
        [first, "-o", tmp_path],
        [],
    ):
        code, out, errors = run(capsys, *arguments)
        assert (code, out, errors.count("\n")) == (2, "", 1)


def test_real_braids_are_drawn(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every file of the folder, and the two whose escapes were damaged with the links that this broke."""
    folder = shared / "iolite"
    if not folder.is_dir():
        pytest.skip("the folder of real braids, iolite, is not on this machine")
    broken = {}
    for path in sorted(folder.iterdir()):
        code, out, _ = run(capsys, path)
        assert code == 0
        Tree.fromstring(out)
        broken[path.name] = out.count('class="link broken" data-child')
    assert len(broken) == 13
    assert {name: count for name, count in broken.items() if count} == {"learnedEthics0.2__prompt.json": 2}


def test_time_and_size_are_linear(capsys: pytest.CaptureFixture[str]) -> None:
    """Ten times the blocks make about ten times the picture."""
    small, large = (len(svg(drawn_damaged(talk(blocks)))) for blocks in (200, 2000))
    assert large < 12 * small
    assert len(damaged(talk(200)).blocks) == 199


def repaired(tmp_path: Path) -> Path:
    """A braid/2 file in which the result of a tool does not hang below the request for it."""
    session = Session(b"\1" * 32, b"\2" * 32)
    asked = session.append("tool_request", "pilot", "{}")
    session.append("cot", "pilot", "Meanwhile I think.")
    session.append("tool_response", "gauge", "3.6", request=asked)
    session.append("text", "pilot", "3.6 m.", parents=[2, 3])
    session.close()
    path = tmp_path / "talk.braid"
    session.write(path)
    return path


def graph_of_file(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    code, out, _ = run(capsys, path, "--json", *more)
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    return found


def test_the_repaired_format_is_drawn_with_what_answers_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its genesis is a block in the first lane, several parents are several links, and a close makes it complete."""
    path = repaired(tmp_path)
    graph = graph_of_file(path, capsys)
    assert graph["answer"] == "complete: 5 of 5 signatures pass, whoever signed it"
    assert [block["kind"] for block in graph["blocks"]] == ["genesis", "tool_request", "cot", "tool_response", "text"]
    links = [(link["child"], link["parent"], link["answers"]) for link in graph["links"]]
    assert links == [(1, 0, False), (2, 1, False), (3, 2, False), (3, 1, True), (4, 2, False), (4, 3, False)]
    key = hashlib.sha256(SigningKey(b"\1" * 32).verify_key.encode()).hexdigest()
    assert graph_of_file(path, capsys, "--pin", key)["answer"] == "complete: 5 of 5 signatures pass"
    drawing = run(capsys, path)[1]
    assert 'class="link answers"' in drawing
    assert "from 2 sources" in drawing
    assert "style=dotted" in run(capsys, path, "--dot")[1]
    (tmp_path / "g.graphml").write_text(run(capsys, path, "--graphml")[1])
    assert read_graphml(tmp_path / "g.graphml").parents == ((), (0,), (1,), (2,), (2, 3))


def test_a_damaged_file_of_the_repaired_format_is_drawn_as_far_as_it_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An edited block breaks its own links alone; behind a line that is none, nothing is drawn."""
    path = repaired(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], lines[2].replace(b'"pilot"', b'"pilat"'), *lines[3:]]))
    graph = graph_of_file(path, capsys)
    assert graph["answer"].startswith("fails: 4 of 5 signatures pass")
    assert [link["child"] for link in graph["links"] if link["broken"]] == [2]
    path.write_bytes(b"".join([*lines[:3], b"{}\n", *lines[3:]]))
    graph = graph_of_file(path, capsys)
    assert len(graph["blocks"]) == 3
    assert "line 4" in graph["whole"][0]
    graph = graph_of_file(path, capsys, "--pin", "0" * 64)
    assert [block["passes"] for block in graph["blocks"]] == [None] * 3
    for arguments in ([path, "--pin", "x"], [path, "--key", "x"], [EXAMPLES / "first.braid.json", "--pin", "0" * 64]):
        assert run(capsys, *arguments)[0] == 2
    path.write_bytes(b'{"braid":')
    assert run(capsys, path)[0] == 2
