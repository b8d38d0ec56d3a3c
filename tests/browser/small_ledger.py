"""A ledger of a few claims, written by hand: every answer there is, real runs, and text that tries to be markup."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from sennit.budget import Budget
from sennit.canonical import canonical_json
from sennit.claim import Answer, Claim, Question, Settings
from sennit.engines import explore
from sennit.record.book import Closing, Genesis
from sennit.record.entry import REFERENCE, REPLAYED, Artefact, Dropped, Entry, Said
from sennit.record.warned import FILE, Warned
from sennit.run import saved
from sennit.run.caveats import Caveat
from sennit.verdict import ClosedSet, Verdict
from sennit_properties.two_phase import all_commit, consistent, told_as_decided

HOSTILE = "<script>document.title = 'owned'</script><img src=x onerror=alert(1)> & \"quoted\" 'text' </script>"
SIZE: Settings = {"manager": 2}


def write(folder: Path) -> tuple[Entry, ...]:
    """Writes the ledger into an empty folder; its entries."""
    first = proved(told_as_decided, "TWOPHASE-1", "final", folder)
    second = proved(consistent, "TWOPHASE-2", "unanimous", folder)
    second = replace(second, parents=(first.block,), assumptions=("never-late",))
    entries: tuple[Entry, ...] = (first, second, seen(folder), bounded(), unknown(), never(folder), refuted(folder))
    genesis = Genesis({}, {e.suite: tuple(o.claim for o in entries if o.suite == e.suite) for e in entries}, "0" * 64)
    entries = tuple(replace(e, parents=e.parents or (genesis.block,)) for e in entries)
    first, second, *_ = entries
    entries = (first, replace(second, parents=(first.block,)), *entries[2:])
    for entry in entries:
        put(folder, entry.path, entry.content)
    put(folder, "genesis.json", genesis.content)
    warned = Warned((Caveat("idle-rule", "Gate.look", "", HOSTILE), Caveat("zeno", "Gate", "", "so", True, "meant")))
    put(folder, FILE, warned.content)
    blocks = [genesis.block, *(entry.block for entry in entries), warned.block]
    put(folder, "closing.json", Closing.of(blocks).content)
    assumption = '[never-late]\nsays = "No message is later than <b>a day</b>."\nsystems = ["TwoPhase"]\n'
    put(folder, "assumptions.toml", assumption.encode())
    put(folder, "divergences.md", f"# Depth\n\nA `bound` is **no** proof.\n\n- one {HOSTILE}\n".encode())
    return entries


def proved(claim: Claim, short: str, switch: str, folder: Path) -> Entry:
    """A claim that holds, and the run that breaks it once the switch is off."""
    said = of(asked(claim), "two_phase", folder)
    without = asked(claim, **{switch: False})
    dropped = of(without, "two_phase", folder)
    one = Dropped(switch, dropped.question, dropped.answer, dropped.steps, dropped.digest, dropped.trace)
    return entry(short, claim, (said,), (one,))


def seen(folder: Path) -> Entry:
    return entry("TWOPHASE-3", all_commit, (of(asked(all_commit), "two_phase", folder),))


def bounded() -> Entry:
    said = replace(nothing("Gate.alone"), answer=Answer.BOUNDED, depth=20)
    return Entry("GATE-1", "Gate.alone", "gates", "always", HOSTILE, Answer.HOLDS, (), (said,))


def unknown() -> Entry:
    said = replace(nothing("Gate.open"), why=f"the solver gave up {HOSTILE}")
    return Entry("GATE-2", "Gate.open", "gates", "always", "The gate opens.", Answer.HOLDS, (), (said,))


def never(folder: Path) -> Entry:
    certificate = counted_out(folder, "gates/Gate.lost.1.certificate.json", 1234)
    said = replace(nothing("Gate.lost"), answer=Answer.NEVER, states=1234, second=REFERENCE, certificate=certificate)
    return Entry("GATE-10", "Gate.lost", "gates", "sometimes", "A car is lost.", Answer.NEVER, (), (said,))


def refuted(folder: Path) -> Entry:
    run = {"trace": {"start": {"n": 3, "d": "1/2"}, "steps": []}}
    trace = put(folder, "gates/gates.sum.1.trace.json", canonical_json(run))
    said = replace(nothing("gates.sum"), answer=Answer.FAILS, second=REPLAYED, trace=trace, settings=())
    return Entry("GATE-4", "gates.sum", "gates", "theorem", "The sum is small.", Answer.HOLDS, (), (said,))


def nothing(question: str) -> Said:
    return Said(question, (("car", 4),), "b" * 64, Answer.UNKNOWN, "bmc", seconds="1.5")


def asked(claim: Claim, **switches: bool) -> Question:
    return claim.question({**SIZE, **switches})


def of(question: Question, suite: str, folder: Path) -> Said:
    """What exploring all states answers, with its run on file."""
    verdict = explore.check(question, Budget())
    trace = None
    if verdict.trace is not None:
        path = f"{suite}/{question.id.replace('[', '.').replace(']', '').replace(', ', '_')}.trace.json"
        trace = put(folder, path, canonical_json(saved.to_data(verdict, suite, folder)))
    certificate = None
    if isinstance(verdict.certificate, ClosedSet):
        certificate = counted_out(folder, f"{suite}/{question.claim.id}.1.certificate.json", verdict.certificate.count)
    steps = len(verdict.trace) if verdict.trace is not None else verdict.scope.steps
    second = REFERENCE if trace is None else REPLAYED
    return said(question, verdict, steps, second, certificate, trace)


def said(
    question: Question,
    verdict: Verdict,
    steps: int | None,
    second: str,
    certificate: Artefact | None,
    trace: Artefact | None,
) -> Said:
    return Said(
        question.id,
        tuple(question.machine.settings),
        question.digest,
        verdict.answer,
        verdict.engine,
        states=verdict.scope.states,
        steps=steps,
        second=second,
        certificate=certificate,
        trace=trace,
    )


def entry(short: str, claim: Claim, answers: tuple[Said, ...], rests_on: tuple[Dropped, ...] = ()) -> Entry:
    kind = claim.kind.value
    return Entry(short, claim.id, "two_phase", kind, claim.statement, claim.expect, (), answers, rests_on)


def counted_out(folder: Path, path: str, count: int) -> Artefact:
    """What a quotation reads of a certificate."""
    return put(folder, path, canonical_json({"closed_set": {"count": count}}))


def put(folder: Path, path: str, content: bytes) -> Artefact:
    """A file of the ledger, and how entries name it."""
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(content)
    return Artefact(path, hashlib.sha256(content).hexdigest())
