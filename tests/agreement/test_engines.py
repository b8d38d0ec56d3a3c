"""A thousand random systems through the engines: no contradiction, and failures and proofs that say something."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import cast

import pytest

from agreement.machines import DEEP, MANY, Sample, sample
from sennit import BOUNDED, FAILS, HOLDS, NEVER, SEEN, UNKNOWN, Question, Verdict
from sennit.budget import Budget
from sennit.ledger import settle
from sennit.machine import Machine, State
from sennit.sort import values

Check = Callable[[Question, Budget], Verdict]

SEEDS = range(1_000, 2_000)
CHUNKS = [SEEDS[first : first + 25] for first in range(0, len(SEEDS), 25)]
DEPTH = 8  # of bounded checking

# Every engine with its budget for one question. One line an engine.
ENGINES: Mapping[str, Callable[[], Budget]] = {
    "explore": lambda: Budget(seconds=20.0),
    "bmc": lambda: Budget(seconds=4.0, depth=DEPTH),
    "induction": lambda: Budget(seconds=2.0, depth=3),
    "stateful": lambda: Budget(seconds=0.3),
    "mining": lambda: Budget(seconds=2.0),
    "ic3": lambda: Budget(seconds=4.0),
    "spacer": lambda: Budget(seconds=2.0),
}
# The explorer, which is exact, runs on every system; of the others each on one of so many, from this one on.
SELDOM = {"bmc": (2, 0), "induction": (2, 1), "mining": (2, 0), "ic3": (2, 1), "stateful": (10, 5), "spacer": (50, 1)}


def check(name: str, question: Question) -> Verdict:
    """The verdict of an engine within its budget."""
    module = importlib.import_module(f"sennit.engines.{name}")
    return cast("Check", module.check)(question, ENGINES[name]())


@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_no_engine_contradicts_another(seeds: range) -> None:
    """What is proved is never refuted, traces replay, and none is shorter than the shortest."""
    for seed in seeds:
        made = sample(seed)
        chosen = [name for name in ENGINES if name not in SELDOM or seed % SELDOM[name][0] == SELDOM[name][1]]
        for question in (made.in_range, made.question):
            verdicts = {name: check(name, question) for name in chosen}
            compare(f"seed {seed}, {question.id}", verdicts)
            settled = settle(verdicts.values())[question.id]  # raises Disagreement
            assert question is made.question or settled.answer is verdicts["explore"].answer


def compare(where: str, verdicts: Mapping[str, Verdict]) -> None:
    """All engines against the explorer, which is exact on these machines."""
    exact = verdicts["explore"]
    assert exact.answer in (HOLDS, FAILS, SEEN, NEVER), f"{where}: the explorer stopped, {exact.why}"
    for name, verdict in verdicts.items():
        said = f"{where}: {name} says {verdict.answer.name}, the explorer {exact.answer.name}"
        assert verdict.answer in (exact.answer, BOUNDED, UNKNOWN), said
        if verdict.trace is not None and exact.trace is not None:
            verdict.trace.replay(verdict.question.machine, verdict.question.target)
            assert len(verdict.trace) >= len(exact.trace), f"{said} by a longer trace"
        if name == "bmc" and exact.trace is not None:
            depth = -1 if verdict.scope.depth is None else verdict.scope.depth
            assert verdict.trace is not None or depth < len(exact.trace), f"{said}, within depth {depth}"
            assert verdict.trace is None or len(verdict.trace) == len(exact.trace), f"{said} by a shorter trace"


def test_the_random_systems_say_something() -> None:
    """At least 30 % fail at depth 4 or more, and at least 30 % hold over 50 states or more."""
    kinds: Counter[str] = Counter()
    for seed in SEEDS:
        made = sample(seed)
        kinds[kind_of(made, check("explore", made.question))] += 1
    for kind, number in sorted(kinds.items()):
        print(f"{number:4} of {len(SEEDS)} ({number / len(SEEDS):4.0%}) {kind}")
    assert len(SEEDS) >= 1_000
    assert kinds["fails, deep"] >= 0.3 * len(SEEDS)
    assert kinds["holds, over many states"] >= 0.3 * len(SEEDS)
    assert len(kinds) >= 6


def kind_of(made: Sample, verdict: Verdict) -> str:
    """What a system is counted as."""
    if verdict.answer in (FAILS, SEEN):
        assert verdict.trace is not None
        name = "fails" if verdict.answer is FAILS else "is seen"
        return f"{name}, {'deep' if len(verdict.trace) >= DEEP else 'at once or soon'}"
    name = "holds" if verdict.answer is HOLDS else "is never seen"
    states = sum(map(len, made.layers))
    return f"{name}, over {'many' if states >= MANY else 'few'} states"


@pytest.mark.parametrize("seeds", [SEEDS[first::160] for first in range(0, 160, 40)], ids=lambda seeds: str(seeds[0]))
def test_generated_code_reaches_what_the_reference_semantics_reaches(seeds: range) -> None:
    """The states of each depth are the same when every step is taken by `Machine.step`."""
    for seed in seeds:
        made = sample(seed)
        machine = made.question.machine
        level = starts(machine)
        seen: set[State] = set()
        for layer in made.layers:
            assert set(layer) == level, f"seed {seed}, depth {made.layers.index(layer)}"
            seen |= level
            level = {after for state in level for _, _, after in machine.moves(state)} - seen
        assert not level


def starts(machine: Machine) -> set[State]:
    """All initial states, by trying every valuation."""
    found: list[State] = [()]
    for v in machine.variables:
        found = [(*state, value) for state in found for value in ([v.start] if v.start is not None else values(v.sort))]
    return {state for state in found if machine.starts(state)}


def test_a_seed_makes_the_same_system_again() -> None:
    """Nothing but the seed decides."""
    for seed in SEEDS[:5]:
        one, other = sample(seed), sample(seed)
        assert one.question.digest == other.question.digest
        assert one.layers == other.layers
