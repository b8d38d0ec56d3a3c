"""Entries from results: evidence into files, answers into entries, and entries back into verdicts."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sennit.claim import Answer, Question
from sennit.errors import Misuse
from sennit.record import stored
from sennit.record.book import Book, load, write
from sennit.record.entry import (
    ONE_SOLVER,
    PROVED,
    REPLAYED,
    SHOWN,
    TWO_SOLVERS,
    Artefact,
    Dropped,
    Entry,
    Said,
    folder_of,
)
from sennit.record.plan import Planned
from sennit.run import saved
from sennit.run.report import Result
from sennit.run.words import plain, statement
from sennit.verdict import Verdict


def composed(
    planned: Planned,
    results: Mapping[str, Result],
    states: Mapping[str, Artefact],
    seed: int,
    target: str,
    folder: Path,
) -> Entry:
    """The entry of a claim, without id, parents and second opinions; its artefacts are written beside it."""
    answers: list[Said] = []
    for number, asked in enumerate(planned.asked, 1):
        verdict, name = results[asked.id].verdict, f"{planned.claim.id}.{number}"
        certificate = None
        if verdict.certificate is not None and verdict.answer in PROVED:
            certificate = stored.write_certificate(
                folder, planned.suite, name, verdict.question, verdict.certificate, states.get(asked.id)
            )
        answers.append(_said(verdict, seed, certificate, _trace(verdict, target, planned.suite, name, folder)))
    rests_on: list[Dropped] = []
    for asked in planned.without:
        verdict = results[asked.id].verdict
        name = f"{planned.claim.id}.without_{asked.without}"
        trace = _trace(verdict, target, planned.suite, name, folder)
        length = None if verdict.trace is None else len(verdict.trace)
        rests_on.append(Dropped(asked.without, asked.id, verdict.answer, length, asked.question.digest, trace))
    return described(planned, Entry("", "", "", "always", "", Answer.HOLDS, (), tuple(answers), tuple(rests_on)))


def described(planned: Planned, entry: Entry) -> Entry:
    """The entry with what today's specification says in words, which no digest covers."""
    claim = planned.claim
    return replace(
        entry,
        claim=claim.id,
        suite=planned.suite,
        kind=claim.kind.value,
        statement=statement(planned.asked[0].question),
        expect=claim.expect,
    )


def is_kept(book: Book, entry: Entry, planned: Planned) -> bool:
    """Whether the entry answers just what is asked today, and all its files are there and unchanged."""
    answers = [(said.question, said.digest) for said in entry.answers]
    dropped = [(one.switch, one.question, one.digest) for one in entry.rests_on]
    if answers != [(a.id, a.question.digest) for a in planned.asked]:
        return False
    if dropped != [(a.without, a.id, a.question.digest) for a in planned.without]:
        return False
    if any((said.answer in PROVED) != bool(said.certificate) for said in entry.answers):
        return False
    try:
        for said in entry.answers:
            if said.certificate is not None:
                found = stored.read(book.folder, said.certificate)
                if found.states is not None:
                    stored.read_states(book.folder, found.states, found.question.machine)
        shown: list[Said | Dropped] = [*entry.answers, *entry.rests_on]
        for answer in shown:
            if answer.answer in SHOWN:
                book.trace(answer)
    except Misuse:
        return False
    return True


def remembered(book: Book, entry: Entry, planned: Planned) -> dict[str, dict[str, object]]:
    """What engines said, as Verdict.to_data writes it, by question; closed sets as their count."""
    by_id: dict[str, Said | Dropped] = {said.question: said for said in entry.answers}
    by_id |= {one.question: one for one in entry.rests_on}
    return {question.id: _verdict_data(book, by_id[question.id], question) for question in planned.questions()}


def _verdict_data(book: Book, answer: Said | Dropped, question: Question) -> dict[str, object]:
    said = answer if isinstance(answer, Said) else None
    return {
        "question": question.id,
        "digest": question.digest,
        "answer": answer.answer.name,
        "engine": "on file" if said is None else said.engine,
        "why": ("on file" if answer.answer not in SHOWN else "") if said is None else said.why,
        "scope": {
            "depth": (0 if answer.answer is Answer.BOUNDED else None) if said is None else said.depth,
            "states": None if said is None else said.states,
            "steps": None if said is None else said.steps,
            "unfired": None,
        },
        "instance": _instance(book, answer, question),
        "trace": book.trace(answer) if answer.trace is not None else None,
        "certificate": None if said is None or said.certificate is None else _evidence(book, said.certificate),
        "leans": [] if said is None else list(said.leans),
        "seconds": 0.0 if said is None else float(said.seconds),
        "versions": {} if said is None else dict(said.versions),
        "seconded": None if said is None else {TWO_SOLVERS: True, ONE_SOLVER: False}.get(said.second),
    }


def _instance(book: Book, answer: Said | Dropped, question: Question) -> dict[str, int]:
    """The sizes at which the trace runs, where the question has none."""
    if answer.trace is None or not question.every_size:
        return {}
    settings = book.settings(answer)
    return {name: settings[name] for name in question.machine.sorts}


def _evidence(book: Book, artefact: Artefact) -> object:
    match load(book.folder, artefact.path, artefact.sha256):
        case {"inductive": evidence}:
            return {"inductive": evidence}
        case {"closed_set": {"count": _} as closed}:
            return {"closed_set": {**closed, "states": None}}
    raise Misuse(f"{artefact.path} is no certificate")


def _said(verdict: Verdict, seed: int, certificate: Artefact | None, trace: Artefact | None) -> Said:
    question, scope = verdict.question, verdict.scope
    versions = {"sennit": importlib.metadata.version("sennit"), **dict(verdict.versions)}
    return Said(
        question=question.id,
        settings=tuple(sorted(question.machine.settings)),
        digest=question.digest,
        answer=verdict.answer,
        engine=verdict.engine,
        why=plain(verdict.why),
        depth=scope.depth,
        states=scope.states,
        steps=scope.steps if verdict.trace is None else len(verdict.trace),
        seed=seed,
        seconds=f"{verdict.seconds:.3f}",
        versions=tuple(sorted(versions.items())),
        leans=verdict.leans if verdict.answer in PROVED else (),
        gate=question.gate,
        second=REPLAYED if verdict.answer in SHOWN else "",
        certificate=certificate,
        trace=trace,
    )


def _trace(verdict: Verdict, target: str, suite: str, name: str, folder: Path) -> Artefact | None:
    """Writes the trace as `sennit trace replay` reads it."""
    if verdict.trace is None:
        return None
    path = f"{folder_of(suite)}/{name}.trace.json"
    data = saved.to_data(verdict, target, (folder / path).parent.absolute())
    return write(folder, path, json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode())


# -- short ids --------------------------------------------------------------------------------------------------------


def with_ids(ids: Mapping[str, str], claims: Sequence[str]) -> dict[str, str]:
    """Short ids with those of new claims added: the owner in capitals, and the next number that none ever had."""
    result = dict(ids)
    highest: dict[str, int] = {}
    for short in ids.values():
        prefix, _, number = short.rpartition("-")
        highest[prefix] = max(highest.get(prefix, 0), int(number) if number.isdecimal() else 0)
    for claim in claims:
        if claim not in result:
            prefix = re.sub(r"[^A-Z0-9]", "", claim.partition(".")[0].upper()) or "CLAIM"
            highest[prefix] = highest.get(prefix, 0) + 1
            result[claim] = f"{prefix}-{highest[prefix]}"
    return result


def ids_text(ids: Mapping[str, str]) -> bytes:
    """What ids.toml says."""
    lines = ["# Short ids of claims. Lines are added and never changed: an id that was cited means its claim for ever."]
    lines += [f"{json.dumps(claim, ensure_ascii=False)} = {json.dumps(short)}" for claim, short in ids.items()]
    return ("\n".join(lines) + "\n").encode()
