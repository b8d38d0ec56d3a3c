"""Compiled search reaches what interpreted search reaches, state for state, and compiled formulas mean the same."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings

from agreement.formulas import ENDLESS, TABLE, VARIABLES, Row
from agreement.machines import Sample, sample
from agreement.strategies import Example, examples
from sennit import System
from sennit.engines import explore
from sennit.expr import Expr, false, free, order, true
from sennit.lower.assembly import compiled
from sennit.lower.packing import NotCompiled, packing
from sennit.lower.program import Packed, starts
from sennit.lower.search import NativeSearch
from sennit.machine import Machine, Rule, Variable
from sennit.protocols.braid.braid import Braid
from sennit.protocols.braid.file import File
from sennit.protocols.coffee_can import CoffeeCan
from sennit.protocols.die_hard import DieHard
from sennit.protocols.ewd840 import Ewd840
from sennit.protocols.graph import Graph
from sennit.protocols.lock import Lock
from sennit.protocols.missionaries import Missionaries
from sennit.protocols.peterson import Peterson
from sennit.protocols.philosophers import Philosophers
from sennit.protocols.token_ring import TokenRing
from sennit.protocols.transaction import Transaction
from sennit.protocols.two_phase import TwoPhase
from sennit.sort import ArraySort, RealSort, Value, as_scalar, default_cell

SEEDS = range(2_000, 2_300)
CHUNKS = [SEEDS[first : first + 30] for first in range(0, len(SEEDS), 30)]
WORDS = (63, 5)  # bits of a word that are used: all, and so few that states take several words
PROTOCOLS = (
    CoffeeCan.at(beans=30), DieHard.at(), Ewd840.at(node=3), Lock.at(client=4), Missionaries.at(pairs=3),
    TokenRing.at(node=4, counters=4), Transaction.at(manager=4), TwoPhase.at(manager=4), Philosophers.at(philosopher=4),
    Peterson.at(), Braid.at(), Braid.at(slot=2, parents=2), Braid.at(slot=2, secret=False),
    File.at(sig=3), Graph.at(node=4), Graph.at(node=3, earlier=False, prefix=False),
)  # fmt: skip
TWO_PHASE = {2: 56, 3: 288, 4: 1_568, 5: 8_832, 6: 50_816, 7: 296_448, 8: 1_745_408}


def unlimited(_bytes: int) -> None:
    """Nothing ends the search."""


def natively(machine: Machine, target: Expr, word: int = 63) -> tuple[NativeSearch, list[Packed] | None]:
    search = NativeSearch(machine, target, word)
    place = search.run(starts(machine, 10**6), 10**9, unlimited)
    return search, None if place is None else search.path(place)


def compare(machine: Machine, target: Expr, word: int) -> NativeSearch:
    """Both searches of a machine: the same states in the same order, the same counts, the same path to the target."""
    slow, (fast, _) = explore.Interpreted(machine), natively(machine, false(), word)
    slow.run(starts(machine, 10**6), false(), lambda: None)
    assert list(fast.states()) == list(slow.parents)
    assert (fast.count, fast.starts, fast.steps, fast.depth) == (slow.count, slow.starts, slow.steps, slow.depth)
    aimed = explore.Interpreted(machine)
    path = aimed.run(starts(machine, 10**6), target, lambda: None)
    assert natively(machine, target, word)[1] == path
    return fast


# -- machines ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_both_searches_agree_state_for_state_on_random_systems(seeds: range, word: int) -> None:
    """On 300 of them: states and their order, steps, depth, and the path to what is sought."""
    wide = 0
    for made in map(sample, seeds):
        try:
            fast = compare(made.question.machine, made.question.target, word)
        except NotCompiled as why:
            if word == 63:
                raise AssertionError(f"{made.question.id} has bounds, and is refused: {why}") from why
            continue
        agree_with_the_reference(made, fast)
        wide += fast.packing.words > 1
    assert word == 63 or wide > len(seeds) / 3


def agree_with_the_reference(made: Sample, fast: NativeSearch) -> None:
    """The states of each depth are those of the layers that were found when the sample was made."""
    depth = {state: depth for depth, layer in enumerate(made.layers) for state in layer}
    found = [fast.packing.layout.decode(state) for state in fast.states()]
    assert len(found) == len(depth)
    assert [depth[state] for state in found] == sorted(depth.values())


@pytest.mark.parametrize("word", [63, 7])
@pytest.mark.parametrize("system", PROTOCOLS, ids=str)
def test_both_searches_agree_state_for_state_on_shipped_protocols(system: System, word: int) -> None:
    """At small sizes, with what leaves a range as the target; in words of seven bits, states take up to eight."""
    machine = system.machine
    fast = compare(machine, false() if machine.in_range is true() else ~machine.in_range, word)
    assert fast.unfired(unlimited) == explore._unfired(machine, list(fast.states()), lambda: None)
    for state in fast.states():
        assert fast.packing.decode(fast.packing.encode(state)) == state


@pytest.mark.parametrize("managers", TWO_PHASE)
def test_published_counts_of_two_phase_commit_are_met_by_machine_code(managers: int) -> None:
    """To the state, and at 8 to the step."""
    search, _ = natively(TwoPhase.at(manager=managers).machine, false())
    assert search.count == TWO_PHASE[managers]
    if managers == 8:
        assert search.starts + search.steps == 18_507_778


# -- formulas ---------------------------------------------------------------------------------------------------------


def by_machine_code(formula: Expr, env: Mapping[str, Value]) -> Value:
    """The value that a step gives to a variable, where the step sets it to the formula."""
    names = [name for name in VARIABLES if name in free(formula)]
    sort = formula.sort
    cell = default_cell(sort.cell if isinstance(sort, ArraySort) else as_scalar(sort))
    nothing: Value = (cell,) * sort.cells if isinstance(sort, ArraySort) else cell
    variables = [Variable(name, VARIABLES[name], None) for name in names] + [Variable("result", sort, nothing)]
    rule = Rule("set", "it", "", (), true(), (("result", formula),))
    machine = Machine("Formula", tuple(variables), true(), (rule,))
    packed = packing(machine.variables)
    code = compiled(packed, machine.instances, false())
    start = [env[name] for name in names]
    first = packed.layout.encode((*start, nothing))
    words = np.zeros(packed.words, np.int64)
    for field, value in zip(packed.fields, first, strict=True):
        if field.bits and field.least <= value:  # what the result is before need not be a value of its sort
            words[field.word] |= (int(value) - field.least) << field.shift & field.mask
    out, counts = np.empty(2 * packed.words, np.int64), np.empty(1, np.int64)
    assert code.successors(words, 1, out, counts) == 1
    after = packed.decode_state(out[: packed.words].tolist())
    assert list(after[:-1]) == start
    return after[-1]


def endless(row: Row) -> bool:
    parts = order(row.formula)
    return any(node.data in ENDLESS for node in parts if node.op == "variable") or any(
        isinstance(node.sort, RealSort) for node in parts
    )


@pytest.mark.parametrize("row", [row for row in TABLE if not endless(row)], ids=lambda row: row.name)
def test_the_table_is_true_in_machine_code(row: Row) -> None:
    """A row's formula has the row's truth, type included."""
    found = by_machine_code(row.formula, row.env)
    assert (type(found), found) == (type(row.truth), row.truth)


@pytest.mark.parametrize("row", [row for row in TABLE if endless(row)], ids=lambda row: row.name)
def test_what_has_no_bounds_or_is_real_is_refused(row: Row) -> None:
    """By a line that says so: wrong values are never an answer."""
    with pytest.raises(NotCompiled, match=r"has no bounds|reals are not compiled|beyond 62 bits"):
        by_machine_code(row.formula, row.env)


@given(example=examples(endless=False))
@settings(max_examples=250)
def test_random_formulas_mean_the_same_in_machine_code(example: Example) -> None:
    """A formula over all sorts with bounds has the value that was computed while it was drawn."""
    try:
        found = by_machine_code(example.formula, example.env)
    except NotCompiled as why:
        assert "beyond 62 bits" in str(why)  # noqa: PT017  # most are compiled: the test below counts them
    else:
        assert (type(found), found) == (type(example.truth), example.truth)


def test_most_random_formulas_are_compiled() -> None:
    """What is refused for its size is rare, and every operator is among the rest."""
    compiled_: list[Expr] = []
    drawn = 0

    @given(example=examples(endless=False))
    @settings(max_examples=200)
    def draw(example: Example) -> None:
        nonlocal drawn
        drawn += 1
        try:
            by_machine_code(example.formula, example.env)
        except NotCompiled:
            return
        compiled_.append(example.formula)

    draw()
    assert len(compiled_) > 0.9 * drawn
    assert {node.op for formula in compiled_ for node in order(formula)} >= {
        "not_", "and_", "or_", "eq", "lt", "le", "add", "sub", "mul", "div", "mod", "ite", "select", "store", "array",
        "count",
    }  # fmt: skip
