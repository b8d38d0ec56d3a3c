"""The signer and the verifier that really compute, beside the System of the braid, move by move on one real file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from nacl.signing import SigningKey

from sennit.budget import Budget
from sennit.canonical import value_from_data
from sennit.claim import Claim, Question
from sennit.engines import explore
from sennit.protocols.braid.braid import Braid
from sennit.reference.beside import Agreement, Divergence, beside
from sennit.reference.braid.container import Block, parse
from sennit.reference.braid.message import Version, encode_signature, signed_message
from sennit.reference.braid.sign import Signer
from sennit.reference.braid.verify import Report, verify
from sennit.sort import Value
from sennit.verdict import ClosedSet
from sennit_properties import braid as claims

SEED = bytes(range(32))
HONEST = "said"


@dataclass(frozen=True)
class Entry:
    """A block of the file: what it says, its signature and its parent's, as they would be written."""

    payload: str
    signature: str
    prev: str


class RealBraid:
    """A file of real Ed25519 blocks that a signer writes, an adversary edits and `verify` reads."""

    def __init__(self, start: Mapping[str, Value], version: Version) -> None:
        at, sigs = start["block"], start["origin"]
        assert isinstance(at, tuple)
        assert isinstance(sigs, tuple)
        self.version = version
        self.signers = [Signer(SEED, version)]
        self.made: list[tuple[Entry, Block | None]] = []  # with the signer's own block, where the signer made it
        self.invented = [
            encode_signature(SigningKey(bytes([i] * 32)).sign(b"nothing").signature) for i in range(len(sigs))
        ]
        self.file: list[Entry | None] = [None] * len(at)
        self.read_blocks = 0
        self.report: Report | None = None
        self.looked_up = self.decided = False

    # -- the signer

    def begin(self, k: int) -> None:
        if self.made:
            self.signers.append(Signer(SEED, self.version))  # the key that should have been thrown away
        self._append(k, None)

    def append(self, k: int, p: int) -> None:
        self._append(k, self.made[p][1])

    def merge(self, k: int, p: int, q: int) -> None:
        raise AssertionError("the real format has room for one parent")

    def _append(self, k: int, parent: Block | None) -> None:
        signer = next((s for s in self.signers if parent in s.blocks), self.signers[-1])
        block = signer.append("text", "model", f"{HONEST} {k}", parent)
        entry = Entry(block.payload.decode(), block.signature, block.prev)
        self.made.append((entry, block))
        if k < len(self.file):
            self.file[k] = entry

    # -- the adversary

    def copy(self, s: int, k: int) -> None:
        self.file[s] = self.made[k][0]

    def forge(self, s: int, k: int) -> None:
        self.file[s] = Entry("forged", self.invented[k], "")

    def drop(self, s: int) -> None:
        self.file[s] = None

    def relabel(self, s: int) -> None:
        self.file[s] = replace(self._entry(s), payload="edited")

    def cut(self, s: int, p: int) -> None:
        self.file[s] = replace(self._entry(s), prev="")

    def graft(self, s: int, p: int) -> None:
        self.file[s] = replace(self._entry(s), prev=self._names()[p])

    def sign(self, s: int, k: int) -> None:
        """The thief signs new content under the parent that stands there; its invented name for that comes true."""
        entry = replace(self._entry(s), payload=f"{HONEST} by a thief, {k}")
        message = signed_message(self.version, entry.payload.encode(), entry.prev)
        signature = encode_signature(SigningKey(SEED).sign(message).signature)
        self.made.append((replace(entry, signature=signature), None))
        self.file[s] = self.made[k][0]
        for t, other in enumerate(self.file):
            if other is not None and self.invented[k] in (other.signature, other.prev):
                true = {self.invented[k]: signature}
                self.file[t] = replace(
                    other, signature=true.get(other.signature, other.signature), prev=true.get(other.prev, other.prev)
                )

    # -- the verifier, whose word is had at once and compared as the System gets to it

    def hand_over(self) -> None:
        entries = [
            {"namespace": "text", "data": e.payload, "data_b64": "", "signature": e.signature, "prev_signature": e.prev}
            for e in self.file
            if e is not None
        ]
        blocks = parse(json.dumps({"AllTexts": {"model": entries}})).blocks
        assert len(blocks) == len(entries)
        self.report = verify(blocks, self.signers[0].key, accept=(self.version,))

    def read(self, s: int) -> None:
        self.read_blocks += 1

    def look_up(self) -> None:
        self.looked_up = True

    def walk(self) -> None:
        pass

    def decide(self) -> None:
        self.decided = True

    def observe(self) -> Mapping[str, object]:
        names = self._names()
        entries = [(s, e) for s, e in enumerate(self.file) if e is not None]
        block = ["none"] * len(self.file)
        bears = [0] * len(self.file)
        parents = [False] * (len(self.file) * len(names))
        for s, entry in entries:
            block[s] = "signed" if entry.payload.startswith(HONEST) else "edited"
            bears[s] = names.index(entry.signature)
            if entry.prev:
                parents[s * len(names) + names.index(entry.prev)] = True
        seen: dict[str, object] = {"made": len(self.made), "block": block, "bears": bears, "names": parents}
        return seen | self._findings()

    def _findings(self) -> dict[str, object]:
        if self.report is None or self.read_blocks < len(self.file):
            return {}
        broken = {failure.rule for failure in self.report.failures}
        geneses = len(self.report.structure.genesis)
        seen: dict[str, object] = {
            "forged": "signature" in broken,
            "twice": "unique" in broken,
            "geneses": ("none", "one")[geneses] if geneses < 2 else "several",
        }
        if self.looked_up:
            seen["orphan"] = "no_orphan" in broken
        if self.decided:
            seen["phase"] = "accepted" if self.report.ok else "rejected"
        return seen

    def _entry(self, s: int) -> Entry:
        entry = self.file[s]
        assert entry is not None
        return entry

    def _names(self) -> list[str]:
        made = [entry.signature for entry, _ in self.made]
        return [*made, *self.invented[len(made) :]]


def driven(seconds: float, version: Version, **settings: int) -> Agreement:
    system = Braid.at(**settings)
    return beside(system, lambda start: RealBraid(start, version), Budget(seconds=seconds, seed=7))


COMPARED = {"made", "block", "bears", "names", "forged", "twice", "geneses", "orphan", "phase"}


def test_the_real_braid_does_as_the_system_says() -> None:
    """Signed links, a key that leaks and is used twice: every edit and every finding is the same on both sides."""
    agreement = driven(4.0, "v1", sig=3, slot=3, fresh=False, secret=False)
    assert set(agreement.observed) == COMPARED
    assert set(agreement.unfired) <= {"merge"}
    assert agreement.steps > 200


def test_the_oldest_format_does_as_the_system_says_of_unsigned_links() -> None:
    """Where a signature covers the payload alone, the real verifier has but the rules on structure, as modelled."""
    agreement = driven(4.0, "v00", sig=3, slot=3, linked=False)
    assert set(agreement.observed) == COMPARED
    assert set(agreement.unfired) <= {"merge", "sign"}
    assert agreement.steps > 200


def test_a_system_that_differs_from_the_real_braid_is_found_out() -> None:
    """The comparison can fail: signed links beside a System whose signatures cover payloads alone."""
    with pytest.raises(Divergence):
        driven(20.0, "v1", sig=2, slot=2, linked=False)


WITNESSES = [
    claims.honest_file_accepted,
    claims.truncated_file_accepted,
    claims.past_turn_edited,
    claims.stolen_key_accepted,
    claims.second_genesis,
    claims.copied_block,
    claims.missing_parent,
    claims.independent_cycle,
    claims.complete,
]


@pytest.mark.parametrize("claim", WITNESSES, ids=lambda claim: claim.name)
def test_every_attack_that_an_engine_finds_goes_the_same_way_on_the_real_file(claim: Claim) -> None:
    """The trace of each claim is made with real signatures, and the real verifier decides as the System does."""
    question = next(q for q in claim.questions() if dict(q.machine.settings)["parents"] == 1)
    trace = explore.check(question, Budget(seconds=60)).trace
    assert trace is not None
    last = replayed(question, trace.start, [(step.rule, step.args, step.state) for step in trace.steps])
    assert last.decided


def replayed(
    question: Question, start: tuple[Value, ...], steps: list[tuple[str, tuple[Value, ...], tuple[Value, ...]]]
) -> RealBraid:
    machine = question.machine
    real = RealBraid(machine.env(start), "v1" if dict(machine.settings)["linked"] else "v00")
    for rule, args, state in steps:
        params = [name for name, _ in machine.rule(rule).params]
        getattr(real, rule)(**dict(zip(params, args, strict=True)))
        said = machine.env(state)
        for name, seen in real.observe().items():
            assert (tuple(seen) if isinstance(seen, list) else seen) == said[name], (rule, name)
    return real


@pytest.mark.parametrize("settings", [{}, {"linked": False}, {"fresh": False, "slot": 2}], ids=str)
def test_the_real_verifier_decides_every_file_of_the_system_as_the_system_does(settings: dict[str, int]) -> None:
    """All files that the System can hand over, thousands of them, are made of real blocks and verified."""
    question = claims.unique.question(settings)
    certificate = explore.check(question, Budget(seconds=60)).certificate
    assert isinstance(certificate, ClosedSet)
    assert certificate.states is not None, "the states are kept, so that they can be gone through"
    decided = 0
    for row in certificate.states:
        data = {v.name: value_from_data(x, v.sort) for v, x in zip(question.machine.variables, row, strict=True)}
        if data["phase"] in ("accepted", "rejected"):
            decided += 1
            real = built(data, "v1" if dict(question.machine.settings)["linked"] else "v00")
            assert {name: real.observe()[name] for name in FOUND} == {name: data[name] for name in FOUND}, data
    assert decided > 400


FOUND = ("forged", "twice", "geneses", "orphan", "phase")


def built(data: Mapping[str, Value], version: Version) -> RealBraid:
    """The file of a decided state, in real blocks: first what was signed, then what the adversary made of it."""
    real = RealBraid(data, version)
    block, bears, names, over = (_cells(data[name]) for name in ("block", "bears", "names", "over"))
    sigs = len(real.invented)
    for k in range(int(str(data["made"]))):
        parents = [p for p in range(sigs) if over[k * sigs + p]]
        if parents:
            real.append(k, parents[0])
        else:
            real.begin(k)
    for s, kind in enumerate(block):
        own, parents = bears[s], [p for p in range(sigs) if names[s * sigs + p]]
        payload = f"{HONEST} {own}" if kind == "signed" else "edited"
        known = real._names()
        prev = known[parents[0]] if parents else ""
        real.file[s] = None if kind == "none" else Entry(payload, known[int(str(own))], prev)
    real.hand_over()
    real.read_blocks, real.looked_up, real.decided = len(block), True, True
    return real


def _cells(value: Value) -> tuple[object, ...]:
    assert isinstance(value, tuple)
    return value
