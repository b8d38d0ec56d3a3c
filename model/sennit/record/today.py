"""Whether an entry is about what today's specification asks, and each answer beside evidence of its own kind."""

from __future__ import annotations

from collections.abc import Iterator

from sennit.claim import Answer, Question
from sennit.record.entry import PROVED, REPLAYED, SHOWN, Entry, Said
from sennit.record.faults import Fault
from sennit.record.plan import Planned
from sennit.run.words import listed
from sennit.run.words import statement as statement_of


def against_today(entry: Entry, one: Planned) -> Iterator[Fault]:
    """Where the entry is about other questions than today's specification asks."""
    claim = one.claim
    today = [(asked.id, asked.question.digest) for asked in one.asked]
    dropped = [(asked.id, asked.question.digest) for asked in one.without]
    for there, here in (
        ([(said.question, said.digest) for said in entry.answers], today),
        ([(off.question, off.digest) for off in entry.rests_on], dropped),
    ):
        if [name for name, _ in there] != [name for name, _ in here]:
            odd = sorted({name for name, _ in there} ^ {name for name, _ in here})
            yield Fault(entry.path, f"it is stale: today's specification asks other questions: {listed(odd)}")
            continue
        for (name, old), (_, new) in zip(there, here, strict=True):
            if old != new:
                yield Fault(entry.path, f"it is stale: {name} is another question in today's specification")
    if (entry.kind, entry.expect) != (claim.kind.value, claim.expect):
        yield Fault(entry.path, f"the specification makes it {claim.kind.value}, expecting {claim.expect.name}")
    if entry.statement != statement_of(one.asked[0].question):
        yield Fault(entry.path, "it is stale: the specification states it in other words")
    settings = {asked.id: dict(asked.question.machine.settings) for asked in one.asked}
    gates = {asked.id: asked.question.gate for asked in one.asked}
    for said in entry.answers:
        if said.question in settings and dict(said.settings) != settings[said.question]:
            yield Fault(said.question, "its sizes are not those of the question")
        if said.question in gates and said.gate != gates[said.question]:
            yield Fault(said.question, f"it should wait for {gates[said.question]}, and names {said.gate}")


def evidence_fits(said: Said, question: Question | None) -> Iterator[Fault]:
    """Where an answer has not the evidence that it needs, or has evidence of another."""
    possible = SHOWN + PROVED if question is None else (question.reached, question.unreachable)
    if said.answer not in (*possible, Answer.BOUNDED, Answer.UNKNOWN):
        yield Fault(said.question, f"it says {said.answer.name}, which answers no such claim")
    for kind, there, needed in (
        ("certificate", said.certificate, said.answer in PROVED),
        ("trace", said.trace, said.answer in SHOWN),
    ):
        if needed and there is None:
            yield Fault(said.question, f"it says {said.answer.name} without a {kind}: the answer was edited")
        if there is not None and not needed:
            yield Fault(said.question, f"it says {said.answer.name} beside a {kind}: the answer was edited")
    if said.answer in SHOWN and said.second != REPLAYED:
        yield Fault(said.question, f"it says {said.second!r} of a trace")
    if said.answer is Answer.BOUNDED and said.depth is None:
        yield Fault(said.question, "it says BOUNDED, and not how deep")
