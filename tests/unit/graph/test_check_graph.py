"""Graph claims on given graphs: the linear-time check, the questions for engines, and folding say the same."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

from sennit.budget import Budget
from sennit.claim import Answer
from sennit.engines import explore
from sennit.errors import Misuse
from sennit.expr import evaluate
from sennit.lower.graph import Blocks, blocks_of, folded
from sennit.run.graphs import check_graph, findings, graph_suite, question
from sennit.run.suite import load
from sennit.values import Values

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "graphs"


def answers(blocks: Blocks) -> list[bool]:
    return [finding.answer is Answer.HOLDS for finding in findings(blocks)]


def small_graphs() -> Iterator[Blocks]:
    """Every graph of up to three blocks, each of which may also name a parent that is missing."""
    for n in range(4):
        subsets = [s for size in range(n + 1) for s in itertools.combinations(range(n), size)]
        for parents in itertools.product(subsets, repeat=n):
            for lacks in itertools.product(((), ("x",)), repeat=n):
                yield Blocks(tuple("abc"[:n]), parents, lacks)


def random_graph(rng: random.Random) -> Blocks:
    n = rng.randint(4, 14)
    links = rng.choice((0.6, 1.0, 1.5, 3.0)) / n
    latest = rng.random() < 0.5  # half of them have no cycle
    parents = tuple(tuple(p for p in range(c if latest else n) if rng.random() < links) for c in range(n))
    missing = tuple(("x",) if rng.random() < 0.05 else () for _ in range(n))
    return Blocks(tuple(map(str, range(n))), parents, missing)


def test_formulas_say_what_the_linear_check_says_of_every_small_graph() -> None:
    """Filled in with all facts as they are, a claim's formula is true exactly where the check finds nothing."""
    for blocks in small_graphs():
        for finding in findings(blocks):
            asked = question(finding, blocks, {})
            truth = evaluate(asked.goal, {v.name: True for v in asked.machine.variables}, Values())
            assert truth is (finding.answer is Answer.HOLDS), (blocks, finding)


def test_a_folded_graph_has_the_same_answers() -> None:
    """On every graph of up to three blocks, and on 3,000 larger ones."""
    rng = random.Random(1)
    seen = set()
    for blocks in itertools.chain(small_graphs(), (random_graph(rng) for _ in range(3_000))):
        small = folded(blocks)
        seen.add(tuple(answers(blocks)))
        assert answers(small) == answers(blocks), (blocks, small)
        assert len(small.labels) <= len(blocks.labels)
    assert len(seen) == 14, "every combination occurs but `no orphan, no cycle, and not all reach a genesis`"


@pytest.mark.parametrize(
    "digraph",
    [
        nx.DiGraph([(i, i - 1) for i in range(1, 5_000)]),
        nx.DiGraph([(i, (i - 1) // 2) for i in range(1, 5_000)]),
        nx.DiGraph([(i, j) for i in range(1, 300) for j in range(max(0, i - 5), i)]),
    ],
    ids=["chain", "tree", "ladder"],
)
def test_a_large_good_graph_folds_into_its_genesis(digraph: nx.DiGraph) -> None:
    """However long, a good graph leaves one block to ask about."""
    assert all(finding.answer is Answer.HOLDS for finding in check_graph(digraph))
    assert folded(blocks_of(digraph)).parents == ((),)


def test_a_failure_names_the_blocks_and_a_shortest_cycle() -> None:
    """Labels are the graph's own."""
    digraph = nx.DiGraph(
        [("b", "a"), ("c", "d"), ("d", "e"), ("e", "c"), ("d", "c"), ("f", "x"), ("g", "a"), ("g", "b")]
    )
    digraph.add_node("lone")
    digraph.nodes["x"]["missing"] = True
    single, orphan, acyclic, reaches = check_graph(digraph)
    assert (single.answer, single.blocks) == (Answer.FAILS, ("a", "lone"))
    assert single.why == "Here 2 do: a and lone."
    assert (orphan.answer, orphan.links, orphan.why) == (Answer.FAILS, (("f", "x"),), "Here not: f -> x.")
    assert (acyclic.answer, acyclic.blocks) == (Answer.FAILS, ("c", "d", "e"))
    assert acyclic.links == (("c", "d"), ("d", "c"))
    assert acyclic.why == "Here 3 are: c -> d -> c."
    assert (reaches.answer, set(reaches.blocks)) == (Answer.FAILS, {"c", "d", "e", "f"})


def test_a_long_cycle_is_found_without_recursion_and_told_in_short() -> None:
    """A cycle of 20,000 blocks has a line, not a page."""
    digraph = nx.DiGraph([(i, (i + 1) % 20_000) for i in range(20_000)])
    acyclic = check_graph(digraph)[2]
    assert len(acyclic.links) == 20_000
    assert len(acyclic.why) < 200


def test_a_graph_without_blocks_has_no_genesis() -> None:
    """Nothing is no braid; all else is true of nothing."""
    assert answers(Blocks((), (), ())) == [False, True, True, True]


EXPECTED = {
    "merge": [Answer.HOLDS, Answer.HOLDS, Answer.HOLDS, Answer.HOLDS],
    "independent_cycle": [Answer.HOLDS, Answer.HOLDS, Answer.FAILS, Answer.FAILS],
    "second_genesis": [Answer.FAILS, Answer.HOLDS, Answer.HOLDS, Answer.HOLDS],
    "missing_parent": [Answer.HOLDS, Answer.FAILS, Answer.HOLDS, Answer.FAILS],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_an_engine_answers_for_each_example_as_the_check_does(name: str) -> None:
    """The suite of a file holds the four claims, and a failure's trace names what is to blame and nothing else."""
    suite = load(str(EXAMPLES / f"{name}.graphml"))
    assert [asked.question.claim.name for asked in suite.asked] == [
        "single_genesis", "no_orphan", "acyclic", "reaches_genesis",
    ]  # fmt: skip
    verdicts = [explore.check(asked.question, Budget(seconds=10)) for asked in suite.asked]
    assert [verdict.answer for verdict in verdicts] == EXPECTED[name]
    for asked, verdict in zip(suite.asked, verdicts, strict=True):
        assert asked.expect is Answer.HOLDS
        if verdict.answer is Answer.FAILS:
            assert 1 <= len(asked.question.machine.variables) <= 2
            assert asked.question.claim.statement.count(".") == 2, "the claim's sentence, and what is found here"


def test_a_large_file_is_asked_about_folded(tmp_path: Path) -> None:
    """2,000 blocks and one fault: the title says so, and the fault keeps its name."""
    digraph = nx.DiGraph([(f"b{i}", f"b{(i - 1) // 2}") for i in range(1, 2_000)])
    digraph.add_edges_from([("evil", "twin"), ("twin", "evil"), ("dupe", "evil")])
    path = tmp_path / "large.graphml"
    nx.write_graphml(digraph, path)
    suite = graph_suite(path)
    acyclic = suite.asked[2]
    assert acyclic.title == "Graph.acyclic[node=2003, folded=2]"
    assert "evil -> twin -> evil" in acyclic.question.claim.statement
    got = [explore.check(asked.question, Budget(seconds=10)).answer for asked in suite.asked]
    assert got == [Answer.HOLDS, Answer.HOLDS, Answer.FAILS, Answer.FAILS]


def test_a_graph_of_too_many_different_faults_is_refused_with_its_faults(tmp_path: Path) -> None:
    """Sixty blocks that each name themselves and all earlier ones stay sixty when folded."""
    digraph = nx.DiGraph([(i, j) for i in range(60) for j in range(i + 1)])
    path = tmp_path / "knot.graphml"
    nx.write_graphml(digraph, path)
    with pytest.raises(Misuse, match="too many different faults") as caught:
        graph_suite(path)
    assert "Here 60 are: 0 -> 0." in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_label_steers_neither_terminal_nor_solver(tmp_path: Path) -> None:
    """What a file calls its blocks is shown as plain text of bounded length."""
    digraph = nx.DiGraph([("x|y\\ " + "z" * 500, "pa\trent")])
    digraph.nodes["pa\trent"]["missing"] = True
    path = tmp_path / "odd.graphml"
    nx.write_graphml(digraph, path)
    (name,) = [variable.name for variable in graph_suite(path).asked[1].question.machine.variables]
    assert name.startswith("x/y/ zzz")
    assert name.endswith("... (0) -> pa rent")
    assert len(name) < 100
