"""What is said of memory: proved for all amounts and times, broken without each clause, and with exact state counts."""

from __future__ import annotations

from importlib import import_module

import pytest

from agreement.digital import Digital
from sennit import FAILS, HOLDS, NEVER, SEEN, Question, System, in_range
from sennit.budget import Budget
from sennit.certificate import recheck
from sennit.claim import Kind
from sennit.engines import bmc, explore, induction
from sennit.engines.zeno import zeno
from sennit.ledger import settle
from sennit.protocols.memory_dump import MemoryDump
from sennit.protocols.memory_tax import MemoryTax
from sennit.protocols.memory_wipe import MemoryWipe
from sennit.run.suite import claims_of
from sennit.sort import Value
from sennit_properties.memory_dump import PERIODIC

NAMES = ("memory_dump", "memory_wipe", "memory_tax", "findings.memory_comment")
CLAIMS = [claim for name in NAMES for claim in claims_of(import_module(f"sennit_properties.{name}"))]
QUESTIONS = [question for claim in CLAIMS for question in claim.questions()]
RUNS = [
    *((question, question) for question in QUESTIONS if question.claim.expect in (SEEN, FAILS)),
    *(
        (question, question.claim.question(dict(question.machine.settings) | {switch: False}))
        for question in (claim.questions()[-1] for claim in CLAIMS)
        for switch in question.claim.rests_on
    ),
]

# With these constants, in whole time, clocks counted to one past the first number and amounts to the second: how many
# states there are.
SHORT: dict[str, Value] = {"period": 1, "notice": 0, "takes": 1, "loads": 1, "restores": 2}
NARROW: dict[str, Value] = {"near": 1, "far": 1, "reads": 0, "allowed": 3, "fills": 1, "loads": 1, "serves": 1}
ROOM: dict[str, Value] = {"quickest": 1, "slowest": 1, "allowed": 2, "memory": 5, "each": 2, "thin": 1, "needs": 3}
COUNTS = [
    (MemoryDump.at(), SHORT, 4, 0, 743),
    (MemoryDump.at(**PERIODIC), SHORT | {"period": 2, "notice": 1}, 4, 0, 4_786),
    (MemoryTax.at(), ROOM, 3, 4, 1_002),
    (MemoryTax.at(block=3), ROOM | {"memory": 7}, 3, 6, 4_333),
    (MemoryWipe.at(), NARROW | {"slack": 1, "trickle": 0}, 5, 2, 679),
    (MemoryWipe.at(), NARROW | {"slack": 1, "trickle": 1}, 5, 3, 2_603),
    (MemoryWipe.at(device=3), NARROW | {"slack": 0, "trickle": 1}, 5, 2, 1_196),
]


def test_every_promise_is_proved_for_all_constants_and_sizes_listed() -> None:
    """By induction with its lemmas, and what was proved at the sizes that stand first is re-checked by two solvers."""
    promises = [q for q in QUESTIONS if q.claim.expect is HOLDS]
    ranges = [in_range(s).question(dict(q.machine.settings)) for q in promises if q.gate and (s := q.claim.system)]
    needed = {q.id: q for promise in promises for q in (*ranges, promise, *promise.lemmas)}
    verdicts = [induction.check(question, Budget()) for question in needed.values()]
    settled = settle(verdicts)
    assert {id_: verdict.answer for id_, verdict in settled.items()} == dict.fromkeys(needed, HOLDS)
    first = {claim.questions()[0].id for claim in CLAIMS}
    for verdict in (verdict for verdict in verdicts if verdict.question.id in first):
        assert verdict.certificate is not None
        assert recheck(verdict.question, verdict.certificate, verdict.question.lemmas).ok


@pytest.mark.parametrize(("listed", "question"), RUNS, ids=lambda question: question.id)
def test_what_should_be_possible_is_and_a_promise_falls_with_what_it_rests_on(
    listed: Question, question: Question
) -> None:
    """A witness, a finding that fails, or an attack without one switch: by steps at exact times, and it replays."""
    verdict = bmc.check(question, Budget(depth=14))
    assert verdict.answer is question.reached, (listed.id, verdict.why)
    assert verdict.trace is not None
    verdict.trace.replay(question.machine, question.target)


@pytest.mark.parametrize(("system", "constants", "most", "amounts", "count"), COUNTS, ids=str)
def test_in_whole_time_there_are_as_many_states(
    system: System, constants: dict[str, Value], most: int, amounts: int, count: int
) -> None:
    """The explorer counts them."""
    whole = Digital(system.machine, most, constants, amounts).made()
    assert explore.reachable(whole, Budget())[0] == count


@pytest.mark.parametrize("system", [MemoryDump.at(), MemoryDump.at(**PERIODIC)], ids=str)
def test_no_run_does_infinitely_much_in_bounded_time(system: System) -> None:
    """So that what is said of time is said of runs that can go on."""
    assert zeno(system.machine, Budget()).answer is NEVER


def test_every_claim_kind_is_there() -> None:
    """Beside each `always` stands a `sometimes`; what the constants must satisfy are theorems."""
    assert {claim.kind for claim in CLAIMS} == {Kind.ALWAYS, Kind.SOMETIMES, Kind.THEOREM}
