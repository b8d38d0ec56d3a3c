"""Protocols that ship with proofs for every size: two solvers agree, and no small size says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import combinations, permutations, product
from math import perm, prod
from typing import TypeVar

import pytest

from sennit import FAILS, HOLDS, Claim, Question, System, every, in_range
from sennit.budget import Budget
from sennit.certificate import recheck
from sennit.engines import everysize, explore
from sennit.expr import evaluate, is_true
from sennit.ledger import settle
from sennit.protocols.append_only import AppendOnly
from sennit.protocols.kahn import Kahn
from sennit.protocols.lock_service import LockService
from sennit.protocols.proof_of_space import ProofOfSpace
from sennit.protocols.ranked import Ranked
from sennit.protocols.ring_election import RingElection
from sennit.protocols.toy_consensus import ToyConsensus
from sennit.protocols.traversal import Traversal
from sennit.sort import Value
from sennit.values import Values
from sennit_properties import kahn, traversal

T = TypeVar("T")
NAMES = ("lock_service", "append_only", "ring_election", "toy_consensus", "kahn", "traversal", "ranked",
    "proof_of_space",
)  # fmt: skip
CLAIMS = [
    value
    for name in NAMES
    for value in vars(import_module(f"sennit_properties.{name}")).values()
    if isinstance(value, Claim)
]
QUESTIONS = [question for claim in CLAIMS for question in claim.questions()]
GENERAL = [question for question in QUESTIONS if question.every_size]
SMALL = [question for question in QUESTIONS if not question.every_size]
RESTING = [(claim, switch) for claim in CLAIMS for switch in claim.rests_on]


def braids(blocks: int) -> int:
    """Blocks in the order of their coming, each under one or two of those before it."""
    chosen = (perm(blocks, k) * prod(i * (i + 1) // 2 for i in range(1, k)) for k in range(1, blocks + 1))
    return 1 + sum(chosen)


def elections(nodes: int) -> int:
    """For each order of the names: which hops each name is on, up to where a greater one stops it; and the leader."""
    total = 0
    for names in permutations(range(nodes)):
        hops = 0
        for at, name in enumerate(names):
            ahead = (d for d in range(1, nodes + 1) if d == nodes or names[(at + d) % nodes] > name)
            hops += next(ahead)
        total += 2 * 2**hops
    return total


def ballots(nodes: int, quorums: int, values: int) -> int:
    """Quorums that overlap pairwise, a vote or none for each node, and a decision where a quorum agrees."""
    total = 0
    subsets = [set(c) for size in range(nodes + 1) for c in combinations(range(nodes), size)]
    for chosen in product(subsets, repeat=quorums):
        if all(p & q for p in chosen for q in chosen):
            for votes in product([None, *range(values)], repeat=nodes):
                behind = [v for v in range(values) if any(all(votes[n] == v for n in q) for q in chosen)]
                total += 2 ** len(behind)
    return total


def games(fills: int, kept: int) -> int:
    """For each strategy and each set of fills that it has answered: before, between and within the rounds."""
    total = 0
    for keeps in product(range(kept), repeat=fills):
        for answers in product([None, *range(fills)], repeat=kept):
            for seen in subsets(x for x in range(fills) if answers[keeps[x]] is not None):
                memories = len({keeps[x] for x in seen}) if seen else kept
                last = len(seen) if seen else fills * kept
                total += last + fills * memories + fills
    return total


Links = frozenset[tuple[int, int]]


def files(blocks: int) -> Iterator[tuple[set[int], Links]]:
    """Which blocks are in the file, and which of them name which."""
    for held in subsets(range(blocks)):
        for names in subsets((x, y) for x in held for y in range(blocks)):
            yield set(held), frozenset(names)


def subsets(members: Iterable[T]) -> list[tuple[T, ...]]:
    """All of them, the empty one first."""
    listed = list(members)
    return [chosen for size in range(len(listed) + 1) for chosen in combinations(listed, size)]


def ranked(blocks: int) -> int:
    """Links to blocks of the file with a lesser number, each set that geneses and children belong to, and the level."""
    total = 0
    for held, names in files(blocks):
        if all(y in held and y < x for x, y in names):
            for good in map(set, subsets(range(blocks))):
                geneses = held - {x for x, _ in names}
                total += geneses <= good and all(x in good for x, y in names if y in good)
    return total * (blocks + 1)


def verified(blocks: int, *, kahn: bool) -> int:
    """What the verifier knows at each moment, for each file and each relation that may be `above`."""
    pairs = list(product(range(blocks), repeat=2))
    chained = [set(one) for one in subsets(pairs) if all((x, z) in one for x, y in one for w, z in one if w == y)]
    total = 0
    for held, names in files(blocks):
        if kahn or len({x for x, _ in names}) == len(names):
            total += sum(names <= above for above in chained) * _moments(held, names, kahn=kahn)
    return total


def _moments(held: set[int], names: Links, *, kahn: bool) -> int:
    """What was read; what was found then; or in which order blocks were taken, and where the search has been."""
    geneses = len(held - {x for x, _ in names})
    orphan = kahn and any(y not in held for _, y in names)
    found = (geneses != 1) + orphan
    if found:
        return (1 << len(held)) + found
    orders: list[list[int]] = [[]]
    total = 1 << len(held)
    for order in orders:
        left = held - {*order}
        parents = {x: {y for w, y in names if w == x} for x in left}
        if kahn:
            ready = [x for x in left if not parents[x] & left]
        else:
            ready = [x for x in left if not parents[x] or parents[x] & {*order}]
        orders += [[*order, x] for x in ready]
        total += 1 + (not left)  # walking, and accepted
        if left and not ready:
            total += len(_searches(left, names, known=held))
    return total


def _searches(left: set[int], names: Links, *, known: set[int]) -> set[tuple[str, frozenset[int], int]]:
    """Where the search has been and is, while it goes on and at its end."""
    paths = [[x] for x in left]
    found = set()
    for path in paths:
        found.add(("searching", frozenset(path), path[-1]))
        for x, y in names:
            if x == path[-1] and y in left and y not in path:
                paths.append([*path, y])
            elif x == path[-1] and y in path:
                found.add(("cycle", frozenset(path), x))
            elif x == path[-1] and y not in known:
                found.add(("orphan", frozenset(path), x))
    return found


# Reachable states at small sizes.
COUNTS = [
    *((LockService.at(client=n), 2**n * (1 + 3 * n)) for n in (1, 2, 3, 4)),  # who asks, and where the lock is
    *((AppendOnly.at(block=n), braids(n)) for n in (1, 2, 3, 4)),
    *((RingElection.at(node=n), elections(n)) for n in (1, 2, 3)),
    *((ToyConsensus.at(node=n, quorum=q, value=v), ballots(n, q, v)) for n, q, v in [(1, 1, 1), (2, 2, 2), (3, 2, 2)]),
    *((Kahn.at(block=n), verified(n, kahn=True)) for n in (1, 2, 3)),
    *((Traversal.at(block=n), verified(n, kahn=False)) for n in (1, 2, 3)),
    *((Ranked.at(block=n), ranked(n)) for n in (1, 2, 3)),
    *((ProofOfSpace.at(fill=n, kept=k), games(n, k)) for n, k in [(1, 1), (2, 1), (2, 2), (3, 2)]),
]


@pytest.mark.parametrize("question", GENERAL, ids=lambda q: q.id)
def test_a_proof_for_every_size_is_discharged_by_both_solvers(question: Question) -> None:
    """By induction with the lemmas that the claim names, re-checked from the formulas alone."""
    verdict = everysize.check(question, Budget(seconds=60.0))
    assert verdict.answer is HOLDS, verdict.why
    assert verdict.certificate is not None
    again = recheck(question, verdict.certificate, question.lemmas)
    assert again.ok
    assert not again.one_solver


@pytest.mark.parametrize("name", NAMES)
def test_proofs_for_every_size_lean_on_each_other_without_a_circle(name: str) -> None:
    """All of them together stand, and their declared ranges too."""
    own = [q for q in GENERAL if q.claim.formula.__module__.endswith(f".{name}")]
    for question in own:
        own += [lemma for lemma in question.lemmas if lemma.id not in {q.id for q in own}]
    systems = {q.claim.system: q for q in own if not is_true(q.machine.in_range)}
    ranges = [in_range(system).question(dict(q.machine.settings)) for system, q in systems.items() if system]
    settled = settle(everysize.check(question, Budget(seconds=60.0)) for question in [*ranges, *own])
    assert {question: verdict.answer for question, verdict in settled.items() if verdict.answer is not HOLDS} == {}
    assert len(settled) >= len(own) > 0


@pytest.mark.parametrize("question", SMALL, ids=lambda q: q.id)
def test_small_sizes_say_what_every_size_does(question: Question) -> None:
    """By exact search, from one member on."""
    verdict = explore.check(question, Budget(seconds=120.0))
    assert verdict.answer is question.claim.expect


THREE = {"block": 3}
SEVERAL = THREE | {"one": False}


@pytest.mark.parametrize(
    ("claim", "settings"),
    [
        (kahn.as_the_graph_says, THREE),
        (traversal.as_the_graph_says, THREE),
        (traversal.reaching_with_several_parents, SEVERAL),
    ],
    ids=lambda given: getattr(given, "id", ""),
)
def test_of_three_blocks_the_verifiers_accept_what_is_good_by_its_paths(claim: Claim, settings: dict[str, int]) -> None:
    """All files that three blocks make, with paths themselves; the suites ask this of two, and proofs know no paths."""
    assert explore.check(claim.question(settings), Budget(seconds=60.0)).answer is HOLDS


@pytest.mark.parametrize("claim", [q.claim for q in GENERAL], ids=lambda c: c.id)
def test_what_is_proved_for_every_size_is_asked_at_small_ones(claim: Claim) -> None:
    """One, two and three members of each Sort are among the sizes that the claim lists."""
    question = next(q for q in claim.questions() if q.every_size)
    for name in question.machine.sorts:
        assert {1, 2} <= {dict(q.machine.settings)[name] for q in claim.questions() if not q.every_size}


@pytest.mark.parametrize(("claim", "switch"), RESTING, ids=lambda value: getattr(value, "id", value))
def test_a_claim_falls_with_what_it_rests_on(claim: Claim, switch: str) -> None:
    """Without the clause there is an attack at a small size, and it replays."""
    largest = [question for question in claim.questions() if not question.every_size][-1]
    attacked = claim.question(dict(largest.machine.settings) | {switch: False})
    verdict = explore.check(attacked, Budget(seconds=120.0))
    assert verdict.answer is FAILS
    assert verdict.trace is not None


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_refutes_the_claim_for_every_size(name: str) -> None:
    """Asked for every size without a switch, the engine finds an instance by itself."""
    claim, switch = next((c, s) for c, s in RESTING if c.formula.__module__.endswith(f".{name}"))
    question = next(q for q in claim.questions() if q.every_size)
    off = claim.question(dict(question.machine.settings) | {switch: False})
    verdict = everysize.check(off, Budget(seconds=60.0))
    assert verdict.answer is FAILS, verdict.why
    assert verdict.instance


@pytest.mark.parametrize(("system", "count"), COUNTS, ids=str)
def test_as_many_states_are_reached_as_counted_by_hand(system: System, count: int) -> None:
    """The count follows from what the states are made of."""
    assert explore.reachable(system.machine, Budget(seconds=60.0))[0] == count


@pytest.mark.parametrize(
    ("system", "count"),
    [(AppendOnly, 28), (RingElection, 576), (ToyConsensus, 1_493), (Kahn, 657), (Traversal, 540), (Ranked, 30),
     (ProofOfSpace, 7_140)],
    ids=str,
)  # fmt: skip
def test_the_counts_at_the_usual_sizes_are_these(system: type[System], count: int) -> None:
    """Numbers, so that the reckoning above cannot go wrong together with the specification."""
    assert explore.reachable(system.at().machine, Budget(seconds=60.0))[0] == count


def test_the_ring_at_a_size_is_the_only_one() -> None:
    """Every ring of three nodes that the axioms allow is the usual one renamed."""
    general = RingElection.at(node=every).machine
    rings: set[Value] = set()
    for cells in product([False, True], repeat=6):  # between three different nodes; else never, as the axioms say
        places = list(permutations(range(3)))
        via = tuple((x, y, z) in places and cells[places.index((x, y, z))] for x, y, z in product(range(3), repeat=3))
        env: dict[str, Value] = {"between": via, "le": tuple(x <= y for x, y in product(range(3), repeat=2))}
        if evaluate(general.axiom, env, Values({"node": 3})):
            rings.add(via)
    (fixed,) = (v.start for v in RingElection.at(node=3).machine.variables if v.name == "between")
    renamed = {tuple(_renamed(fixed, to)) for to in permutations(range(3))}
    assert rings == renamed


def _renamed(via: object, to: tuple[int, ...]) -> list[bool]:
    assert isinstance(via, tuple)
    return [via[9 * to[x] + 3 * to[y] + to[z]] for x, y, z in product(range(3), repeat=3)]
