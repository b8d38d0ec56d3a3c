"""Graph claims on a graph that is given: a NetworkX digraph or a GraphML file. An edge names a parent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from sennit.claim import Answer, Claim, Question, Settings
from sennit.errors import Misuse
from sennit.expr import Expr, boolean, constant, name_of, true, variable
from sennit.lower.graph import Blocks, a_cycle, blocks_of, folded, read_graphml
from sennit.machine import Machine, Variable
from sennit.reference.braid.structure import Structure, structure
from sennit.run.suite import Asked, Suite
from sennit.run.words import listed, plain
from sennit.sort import BOOL
from sennit_properties import graph as claims

if TYPE_CHECKING:
    import networkx as nx

LARGEST: Final = 40  # blocks; formulas about a graph have up to 2 * n**3 nodes, so a larger one is folded first
_SHOWN: Final = 12  # blocks or links that a failure names in its trace

Link: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Finding:
    """The answer to one graph claim, HOLDS or FAILS; in a failure the blocks, and perhaps the links, to blame."""

    claim: Claim
    answer: Answer
    blocks: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    why: str = ""


def check_graph(graph: nx.DiGraph) -> tuple[Finding, ...]:
    """The graph claims on a NetworkX digraph, in linear time. Raises Misuse where it is no digraph of blocks.

    An edge leads from a block to a parent that it names; a node with `missing=True` is named only, and not there.
    """
    return findings(blocks_of(graph))


def graph_suite(path: Path) -> Suite:
    """The graph claims on a GraphML file, as questions for engines. Raises Misuse for a file that cannot be read.

    Past LARGEST blocks the questions are about the folded graph, of which the same claims are true. Raises Misuse also
    for a graph that has so many different faults that it stays too large.
    """
    blocks = read_graphml(path)
    found = findings(blocks)
    small = blocks if len(blocks.labels) <= LARGEST else folded(blocks)
    if len(small.labels) > LARGEST:
        broken = " ".join(finding.why for finding in found if finding.why)
        raise Misuse(f"{path.name} has too many different faults for formulas about all of them: {broken}")
    size = {"node": len(blocks.labels)} | ({"folded": len(small.labels)} if small is not blocks else {})
    asked = [
        Asked(question(part, small, size, whole.why), Answer.HOLDS)
        for whole, part in zip(found, findings(small), strict=True)
    ]
    return Suite(path.name, str(path.absolute()), tuple(asked), given=True)


# -- the formula of a claim, about one graph ---------------------------------------------------------------------------


def question(found: Finding, blocks: Blocks, size: Settings, why: str = "") -> Question:
    """A graph claim about these blocks, its formula filled in with what is there and what is not.

    Some facts keep a name, as constants of the machine that are true: all links, or where the linear-time check found
    something to blame, that alone, so that the trace of a failure shows it and nothing else. What the check found has
    no other bearing on the formula. `size` is what the question's title says of the graph.
    """
    given = _given(found, blocks)
    facts = {name_of(fact): fact for fact in (*given.there, *given.names.values()) if fact.op == "variable"}
    variables = tuple(Variable(name, BOOL, True) for name in facts)
    machine = Machine(found.claim.owner, variables, true(), (), tuple(size.items()))
    statement = f"{found.claim.statement} {why}".strip()
    about = replace(found.claim, rests_on=(), at=(), statement=statement)
    return Question(about.id, about, machine, boolean(about.formula(given), about.id))


@dataclass(frozen=True, eq=False)
class Given:
    """A graph that stands where a claim expects a Graph: each fact is a constant, or a variable that starts as true."""

    node: range
    there: Sequence[Expr]
    names: Mapping[tuple[int, int], Expr]


def _given(found: Finding, blocks: Blocks) -> Given:
    n = len(blocks.labels)
    node = range(n + any(blocks.missing))  # one more for all parents that are missing
    ends = [(c, p, blocks.labels[p]) for c, parents in enumerate(blocks.parents) for p in parents]
    ends += [(c, n, missing[0]) for c, missing in enumerate(blocks.missing) if missing]
    blamed_links, blamed_blocks = set(found.links[:_SHOWN]), set(found.blocks[:_SHOWN] if not found.links else ())
    names = {(c, p): constant(False) for c in node for p in node}
    for c, p, parent in sorted(ends):
        named = (blocks.labels[c], parent) in blamed_links if found.answer is Answer.FAILS else True
        names[c, p] = variable(f"{_fact(blocks, c)} -> {_label(parent)}", BOOL) if named else true()
    there = [
        variable(_fact(blocks, c), BOOL) if label in blamed_blocks else true() for c, label in enumerate(blocks.labels)
    ]
    return Given(node, [*there, *(constant(False) for _ in node[n:])], names)


# -- the linear-time check ---------------------------------------------------------------------------------------------


def findings(blocks: Blocks) -> tuple[Finding, ...]:
    """The answers of the linear-time check, in the order of the claims."""
    names = [str(i) for i in range(len(blocks.labels))]
    parents = [
        [*(names[p] for p in there), *(f"missing {p}" for p in missing)]
        for there, missing in zip(blocks.parents, blocks.missing, strict=True)
    ]
    shape = structure(names, parents)
    return _single_genesis(shape, blocks), _no_orphan(blocks), _acyclic(shape, blocks), _reaches_genesis(shape, blocks)


def _single_genesis(shape: Structure, blocks: Blocks) -> Finding:
    geneses = [blocks.labels[b] for b in shape.genesis]
    if len(geneses) == 1:
        return Finding(claims.single_genesis, Answer.HOLDS)
    why = f"Here {len(geneses)} do: {_listed(geneses)}." if geneses else "Here none does."
    return Finding(claims.single_genesis, Answer.FAILS, tuple(geneses), why=why)


def _no_orphan(blocks: Blocks) -> Finding:
    links = tuple((blocks.labels[c], missing[0]) for c, missing in enumerate(blocks.missing) if missing)
    if not links:
        return Finding(claims.no_orphan, Answer.HOLDS)
    shown = listed([f"{_label(child)} -> {_label(parent)}" for child, parent in links])
    return Finding(claims.no_orphan, Answer.FAILS, tuple(c for c, _ in links), links, f"Here not: {shown}.")


def _acyclic(shape: Structure, blocks: Blocks) -> Finding:
    if not shape.cyclic:
        return Finding(claims.acyclic, Answer.HOLDS)
    cycle = [blocks.labels[b] for b in a_cycle(blocks, shape.cyclic[0])]
    around = [_label(label) for label in (*cycle, cycle[0])]
    path = " -> ".join(around if len(around) <= _SHOWN else [*around[: _SHOWN - 3], "...", *around[-2:]])
    why = f"Here {len(shape.cyclic)} {'is' if len(shape.cyclic) == 1 else 'are'}: {path}."
    links = tuple(zip(cycle, (*cycle[1:], cycle[0]), strict=True))
    return Finding(claims.acyclic, Answer.FAILS, tuple(blocks.labels[b] for b in shape.cyclic), links, why)


def _reaches_genesis(shape: Structure, blocks: Blocks) -> Finding:
    lost = tuple(blocks.labels[b] for b in shape.unreachable)
    if not lost:
        return Finding(claims.reaches_genesis, Answer.HOLDS)
    return Finding(claims.reaches_genesis, Answer.FAILS, lost, why=f"Here not from {_listed(lost)}.")


def _listed(labels: Sequence[str]) -> str:
    return listed([_label(label) for label in labels])


def _fact(blocks: Blocks, block: int) -> str:
    """What a block is called in formulas: its label, with its number where that is cut short."""
    label = _label(blocks.labels[block])
    return label if label == blocks.labels[block] else f"{label} ({block})"


def _label(label: str) -> str:
    """As much of a label as a line bears, and nothing in it that steers a terminal or that SMT-LIB cannot quote."""
    shown = plain(label[:200]).replace("|", "/").replace("\\", "/")
    return shown if len(shown) <= 40 else shown[:37] + "..."
