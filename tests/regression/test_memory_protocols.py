"""What is said of memory: proved for all amounts and times, broken without each clause, and with exact state counts."""

from __future__ import annotations

from importlib import import_module

import pytest

from agreement.digital import Digital
from sennit import FAILS, HOLDS, NEVER, SEEN, Question, System
from sennit.budget import Budget
from sennit.certificate import recheck
from sennit.claim import Kind
from sennit.engines import bmc, explore, induction
from sennit.engines.zeno import zeno
from sennit.ledger import settle
from sennit.protocols.memory_dump import MemoryDump
from sennit.run.suite import claims_of
from sennit.sort import Value
from sennit_properties.memory_dump import PERIODIC

NAMES = ("memory_dump", "findings.memory_comment")
CLAIMS = [claim for name in NAMES for claim in claims_of(import_module(f"sennit_properties.{name}"))]
QUESTIONS = [question for claim in CLAIMS for question in claim.questions()]
RUNS = [
    *((question, question) for question in QUESTIONS if question.claim.expect in (SEEN, FAILS)),
    *(
        (question, question.claim.question(dict(question.machine.settings) | {switch: False}))
        for question in QUESTIONS
        for switch in question.claim.rests_on
    ),
]

# With these constants, in whole time, clocks counted to one past the number given: how many states there are.
SHORT: dict[str, Value] = {"period": 1, "notice": 0, "takes": 1, "loads": 1, "restores": 2}
COUNTS = [
    (MemoryDump.at(), SHORT, 4, 743),
    (MemoryDump.at(**PERIODIC), SHORT | {"period": 2, "notice": 1}, 4, 4_786),
]


def test_every_promise_is_proved_for_all_constants_and_sizes_listed() -> None:
    """By induction with its lemmas, and what was proved is re-checked by two solvers."""
    promises = [q for q in QUESTIONS if q.claim.expect is HOLDS]
    needed = {q.id: q for question in promises for q in (question, *question.lemmas)}
    verdicts = [induction.check(question, Budget()) for question in needed.values()]
    settled = settle(verdicts)
    assert {id_: verdict.answer for id_, verdict in settled.items()} == dict.fromkeys(needed, HOLDS)
    for verdict in verdicts:
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


@pytest.mark.parametrize(("system", "constants", "most", "count"), COUNTS, ids=str)
def test_in_whole_time_there_are_as_many_states(
    system: System, constants: dict[str, Value], most: int, count: int
) -> None:
    """The explorer counts them."""
    whole = Digital(system.machine, most, constants).made()
    assert explore.reachable(whole, Budget())[0] == count


@pytest.mark.parametrize("system", [system for system, *_ in COUNTS], ids=str)
def test_no_run_does_infinitely_much_in_bounded_time(system: System) -> None:
    """So that what is said of time is said of runs that can go on."""
    assert zeno(system.machine, Budget()).answer is NEVER


def test_every_claim_kind_is_there() -> None:
    """Beside each `always` stands a `sometimes`; what the constants must satisfy are theorems."""
    assert {claim.kind for claim in CLAIMS} == {Kind.ALWAYS, Kind.SOMETIMES, Kind.THEOREM}
