"""Quotes an entry of a ledger so that nobody reads more into it than was shown.

    lines = markdown(citation(Book.read(Path("proofs")), "TWOPHASE-3"))

Everything comes from the ledger's files: no specification is imported, no evidence re-checked. What is quoted as shown
leans on nothing that the same ledger does not establish, and the files of its evidence are there, unchanged.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from sennit.claim import Answer
from sennit.errors import Misuse
from sennit.every import every
from sennit.record.book import Book
from sennit.record.entry import LIVE, ONE_SOLVER, PROVED, RERUN, Artefact, Dropped, Entry, Said, established
from sennit.run.words import counted, listed, plain, repeated
from sennit.symmetry import exchanging
from sennit.verdict import symmetries_from_data

_ANY = ("any size", "any number of")  # what `every` is called, of a size and of a number of actors
_MANY = 1_000_000  # names in a list that is never cut short
_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    '"': r"\char34{}", "`": r"\char96{}",
    "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
}  # fmt: skip
Sizes: TypeAlias = Mapping[str, int]


@dataclass(frozen=True)
class Citation:
    """An entry in words. `digest` is the SHA-256 of the entry's file, `recheck` the command that re-checks it."""

    id: str
    claim: str
    statement: str
    answer: tuple[str, ...]
    rests_on: tuple[tuple[str, str], ...]  # switch, and what happens without it
    leans_on: tuple[tuple[str, str], ...]  # short id and claim
    assumptions: tuple[tuple[str, str], ...]  # name, and what it says
    notes: tuple[str, ...]
    specifications: tuple[tuple[str, str], ...]  # at which sizes, and the digest of the question there
    digest: str
    recheck: str
    version: str


def citation(book: Book, name: str) -> Citation:
    """The entry of a short id or claim, in words. Raises Misuse for an unknown one or changed evidence."""
    entry = _entry(book, name)
    crowds = _crowds(book, entry.owner)
    known = {assumption.name: assumption.says for assumption in book.assumptions}
    for artefact in entry.artefacts():
        book.content(artefact)
    versions = [dict(said.versions).get("sennit", "") for said in entry.answers]
    files = [word for suite in book.genesis.suites if suite.endswith(".py") for word in ("--file", suite)]
    return Citation(
        id=plain(entry.id),
        claim=plain(entry.claim),
        statement=plain(entry.statement),
        answer=tuple(_answer(book, entry, crowds)),
        rests_on=tuple((plain(one.switch), _without(one, entry.kind)) for one in entry.rests_on),
        leans_on=tuple((plain(parent.id), plain(parent.claim)) for parent in book.parents(entry)),
        assumptions=tuple(
            (plain(a), plain(known.get(a, "not in assumptions.toml: it may not be leaned on")))
            for a in entry.assumptions
        ),
        notes=tuple(_notes(book, entry, crowds)),
        specifications=tuple((_at([said], crowds), said.digest) for said in entry.answers),
        digest=entry.block,
        recheck=shlex.join(["sennit", "audit", *files, _shown(book.folder)]),
        version=plain(listed(list(dict.fromkeys(v for v in versions if v)), _MANY)),
    )


# -- what was answered -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Manner:
    """How one size was answered: `shown ... only: all {} reachable states`, with the number that goes there."""

    head: str  # shown, refuted, ...
    joint: str  # between sizes and tail
    tail: str  # with {} for the number, if there is one
    number: int | None = None


def _answer(book: Book, entry: Entry, crowds: Sequence[str]) -> list[str]:
    """One sentence for all that is shown, one for all that is refuted, one for all that is not shown."""
    manners = {said.question: _manner(book, entry, said) for said in entry.answers}
    sentences: list[str] = []
    for head in dict.fromkeys(manner.head for manner in manners.values()):
        cells = _cells([said for said in entry.answers if manners[said.question].head == head], manners)
        tails = [_filled([manners[said.question] for said in cell]) for cell in cells]
        at = [_at(cell, crowds) for cell in cells]
        everywhere = any(every in _sizes(said).values() for cell in cells for said in cell)
        only = " only" if head.startswith("shown") and not everywhere else ""
        if len(cells) == 1:
            sentences.append(f"{head}{f' {at[0]}{only}' if at[0] else ''}{tails[0]}")
        else:
            these = f" for these{only}" if only else ""
            pieces = [f"{where or 'as it is'}{tail}" for where, tail in zip(at, tails, strict=True)]
            sentences.append(f"{head}{these}: {'; '.join(pieces)}")
    return sentences or ["not shown: nothing was asked"]


def _cells(answers: Sequence[Said], manners: Mapping[str, _Manner]) -> list[list[Said]]:
    """The answers, together where they differ in one size and in a number: these can be listed in one breath."""
    cells: list[list[Said]] = []
    for said in answers:
        for cell in cells:
            alike = all(manners[said.question].tail == manners[other.question].tail for other in cell)
            if alike and _switched(said) == _switched(cell[0]) and len(_varying([*cell, said])) <= 1:
                cell.append(said)
                break
        else:
            cells.append([said])
    return cells


def _manner(book: Book, entry: Entry, said: Said) -> _Manner:
    if said.answer in PROVED:
        if missing := _missing(book, said):
            return _Manner(
                "not shown", ": ", f"it leans on {listed(missing, _MANY)}, which this ledger does not establish"
            )
        return _proved(book, entry, said)
    if said.answer in (Answer.FAILS, Answer.SEEN):
        head = "refuted" if said.answer is Answer.FAILS else "reached"
        if entry.kind == "theorem":
            return _Manner(head, " ", "by constants that make it false")
        if said.steps is None or said.trace is None:
            return _Manner("not shown", ": ", f"{said.answer.name} is on file without a trace")
        if entry.kind in LIVE:
            tail = "by a run that repeats itself after {} step" if said.steps else repeated(0)
            return _Manner(head, " ", tail, said.steps or None)
        instance = "by an instance, " if every in _sizes(said).values() else ""
        tail = "in {} step" if said.steps else "in an initial state"
        return _Manner(head, " ", instance + tail, said.steps or None)
    if said.answer is Answer.BOUNDED and said.depth is not None:
        return _Manner("not shown", ": ", "stopped at depth {}", said.depth)
    return _Manner("not shown", ": ", plain(said.why) or "no reason is on file")


def _proved(book: Book, entry: Entry, said: Said) -> _Manner:
    never = said.answer is Answer.NEVER
    head = "shown never to be reached" if never else "shown"
    match None if said.certificate is None else book.content(said.certificate):
        case {"closed_set": {"count": int(count)}} if entry.kind in LIVE:
            return _Manner(head, ": ", "every fair run through {} reachable states", count)
        case {"closed_set": {"count": 1}}:
            return _Manner(head, ": ", "there is one reachable state")
        case {"closed_set": {"count": int(count)}} if entry.kind == "theorem":
            return _Manner(head, ": ", "all {} choices of its constants", count)
        case {"closed_set": {"count": int(count), "symmetry": list(symmetry)}} if symmetry:
            upto = exchanging(symmetries_from_data(symmetry))
            return _Manner(head, ": ", f"{'in none of' if never else 'all'} {{}} reachable states {upto}", count)
        case {"closed_set": {"count": int(count)}}:
            return _Manner(head, ": ", f"{'in none of' if never else 'all'} {{}} reachable states", count)
        case {"inductive": dict()} if entry.kind == "theorem":
            return _Manner(head, " ", "for all constants of their domains")
        case {"inductive": {"k": int(k)}, "machine": machine}:
            file = Artefact.from_data(machine)
            content = None if file is None else book.content(file)
            granted = (
                ", granted the axioms on its constants" if isinstance(content, dict) and "axiom" in content else ""
            )
            run = "fair run" if entry.kind in LIVE else "run"
            return _Manner(head, ": ", f"every {run}, by induction" + (f" over {k} steps" if k > 1 else "") + granted)
    return _Manner("not shown", ": ", f"{said.answer.name} is on file without a certificate")


def _missing(book: Book, said: Said) -> list[str]:
    """What a proof leans on and the ledger does not establish."""
    answers = book.answers()
    proved = established(answers)
    needed = [*said.leans, *([said.gate] if said.gate is not None else [])]
    return [plain(name) for name in needed if name not in proved]


def _without(dropped: Dropped, kind: str) -> str:
    match dropped.answer:
        case Answer.FAILS if kind in LIVE and dropped.steps is not None and dropped.trace is not None:
            return f"refuted {repeated(dropped.steps)}"
        case Answer.FAILS if dropped.steps is not None and dropped.trace is not None:
            return f"refuted in {counted(dropped.steps, 'step')}" if dropped.steps else "refuted in an initial state"
        case Answer.HOLDS:
            return "it still holds: that it rests on this is refuted"
        case _:
            return f"not shown to fail ({dropped.answer.name})"


def _notes(book: Book, entry: Entry, crowds: Sequence[str]) -> list[str]:
    """What a reader must know besides: another answer than expected, and evidence that is weaker than elsewhere."""
    open_ = (entry.expect, Answer.UNKNOWN, Answer.BOUNDED)
    wrong = _where([said for said in entry.answers if said.answer not in open_], entry, crowds)
    rerun = _where([said for said in entry.answers if said.second == RERUN], entry, crowds)
    alone = _where([said for said in entry.answers if said.second == ONE_SOLVER], entry, crowds)
    notes: list[str] = []
    if wrong is not None:
        notes.append(f"its author expects {entry.expect.name}{wrong}, and that is not the answer")
    if rerun is not None:
        notes.append(f"the states{rerun} are not listed in the ledger: only a new run re-checks them")
    if alone is not None:
        notes.append(f"the proof{alone} is re-checked by one solver alone: a second one gave no answer in its time")
    if entry.expect is Answer.FAILS and all(said.answer is Answer.FAILS for said in entry.answers):
        notes.append("that it is refuted is what its author expects")
    if not book.finished:
        notes.append("the ledger is not closed over its entries: it is unfinished, or was changed")
    return notes


def _where(concerned: Sequence[Said], entry: Entry, crowds: Sequence[str]) -> str | None:
    """The sizes that a note is about; empty for all there are, None for none."""
    if not concerned:
        return None
    return "" if len(concerned) == len(entry.answers) else f" {listed([_at([s], crowds) for s in concerned], _MANY)}"


# -- sizes -------------------------------------------------------------------------------------------------------------


def _at(answers: Sequence[Said], crowds: Sequence[str]) -> str:
    """`for 2, 3 and 5 managers`, `for 3 clients with guarded off`; empty where there is nothing to say.

    The answers are those of one cell: at most one of their sizes varies.
    """
    each, varying = [_sizes(said) for said in answers], _varying(answers)
    columns = {n: [sizes[n] for sizes in each] if n in varying else [each[0][n]] for n in each[0]}
    sizes = listed([_size(n, values, crowds) for n, values in columns.items()], _MANY)
    switched = _switched(answers[0])
    return plain(" ".join([f"for {sizes}"] * bool(sizes) + [f"with {switched}"] * bool(switched)))


def _sizes(said: Said) -> Sizes:
    return {name: value for name, value in said.settings if not isinstance(value, bool)}


def _varying(answers: Sequence[Said]) -> list[str]:
    """The sizes that are not the same in all of them."""
    each = [_sizes(said) for said in answers]
    names = dict.fromkeys(name for sizes in each for name in sizes)
    return [name for name in names if len({sizes.get(name) for sizes in each}) > 1]


def _size(name: str, values: Sequence[int], crowds: Sequence[str]) -> str:
    numbers = listed([_ANY[name in crowds] if value == every else f"{value:,}" for value in values], _MANY)
    if name in crowds:
        return f"{numbers} {name if list(values) == [1] else _plural(name)}"
    return f"{name} = {numbers}"


def _plural(noun: str) -> str:
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if re.search(r"(s|x|z|ch|sh)$", noun) else f"{noun}s"


def _switched(said: Said) -> str:
    """The switches that are not as usual, which the question's id names: `guarded off`."""
    inside = said.question.partition("[")[2].rstrip("]")
    return " and ".join(part.replace("=", " ") for part in inside.split(", ") if part.endswith(("=on", "=off")))


def _crowds(book: Book, owner: str) -> list[str]:
    """The sizes that count actors: rules are made by `manager {m}`, so `manager = 3` says that there are 3 managers.

    Read from the formulas of any certificate about the System; without one, sizes are quoted by name.
    """
    for entry in book.entries:
        for said in entry.answers:
            if entry.owner == owner and said.certificate is not None:
                match book.content(said.certificate):
                    case {"machine": machine}:
                        return _actors(book, Artefact.from_data(machine), [name for name, _ in said.settings])
    return []


def _actors(book: Book, machine: Artefact | None, sizes: Sequence[str]) -> list[str]:
    match None if machine is None else book.content(machine):
        case {"rules": list(rules)}:
            who = " ".join(f" {by} {to}" for _, by, to, *_ in rules)
            return [name for name in sizes if f" {name} {{" in who]
    return []


# -- ways to write it --------------------------------------------------------------------------------------------------


def text(cited: Citation) -> list[str]:
    """Lines for a terminal or a mail."""
    lines = [f"{cited.id}  {cited.claim}", f"  {cited.statement}", *(f"  {answer}" for answer in cited.answer)]
    lines += [f"  {_upper(line)}" for line in _facts(cited, str)]
    lines += [f"  Note: {note}" for note in cited.notes]
    lines += [f"  Specification{f' {at}' if at else ''}: sha256:{digest}" for at, digest in cited.specifications]
    return [*lines, f"  Entry: sha256:{cited.digest}", f"  Re-check: {cited.recheck}"]


def markdown(cited: Citation) -> list[str]:
    """A paragraph and a list."""
    lines = [f"**{_literal(cited.id)}** ({_code(cited.claim)}): {_literal(cited.statement)}", ""]
    lines += [f"- **{_literal(_upper(answer))}.**" for answer in cited.answer]
    lines += [f"- {_upper(line)}" for line in _facts(cited, _literal)]
    lines += [f"- Note: {_literal(note)}" for note in cited.notes]
    lines += [
        f"- Specification{_literal(f' {at}' if at else '')}: {_code(f'sha256:{digest}')}"
        for at, digest in cited.specifications
    ]
    return [*lines, f"- Entry: {_code(f'sha256:{cited.digest}')}", f"- Re-check: {_code(cited.recheck)}"]


def bibtex(cited: Citation) -> list[str]:
    """A @misc whose key depends on the short id alone."""
    facts = [*cited.answer, *_facts(cited, str), *cited.notes, f"re-check: {cited.recheck}"]
    version = f", Sennit {cited.version}" if cited.version else ""
    fields = {
        "title": f"{{{_latex(f'{cited.claim}: {cited.statement}')}}}",
        "howpublished": f"{_latex(f'Ledger entry {cited.id}{version}')}, \\texttt{{sha256:{cited.digest}}}",
        "note": _latex("; ".join(_upper(fact) if not number else fact for number, fact in enumerate(facts))),
    }
    key = re.sub(r"[^A-Za-z0-9-]", "-", cited.id)
    return [f"@misc{{sennit-{key},", *(f"  {name} = {{{value}}}," for name, value in fields.items()), "}"]


def _facts(cited: Citation, write: Callable[[str], str]) -> list[str]:
    """What the claim rests on, leans on and assumes, a line each."""
    lines = [f"rests on {write(switch)}; without it: {write(outcome)}" for switch, outcome in cited.rests_on]
    if cited.leans_on:
        lines.append(f"leans on {write(listed([f'{short} ({claim})' for short, claim in cited.leans_on], _MANY))}")
    lines += [f"assumes {write(name)}: {write(says)}" for name, says in cited.assumptions]
    return lines if cited.assumptions else [*lines, "assumes nothing unproved"]


def _filled(manners: Sequence[_Manner]) -> str:
    """What follows the sizes, with one number or several, and an s where that takes one."""
    tail, given = manners[0].joint + manners[0].tail, [manner.number for manner in manners if manner.number is not None]
    if not given:
        return tail
    ending = "s" if tail.endswith("step") and given != [1] else ""
    return tail.replace("{}", listed([f"{number:,}" for number in given], _MANY)) + ending


def _upper(line: str) -> str:
    return line[:1].upper() + line[1:]


def _literal(words: str) -> str:
    """Text that Markdown takes literally."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>|#~&!" else c for c in words)


def _code(words: str) -> str:
    return _literal(words) if "`" in words else f"`{words}`"


def _latex(words: str) -> str:
    """Text that TeX takes literally, its braces in pairs, since BibTeX counts those that are escaped too."""
    return "".join(_LATEX.get(c, c) for c in words)


def _shown(folder: Path) -> str:
    try:
        return folder.absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(folder)


def _entry(book: Book, name: str) -> Entry:
    """The entry meant. Raises Misuse for a name that means none, and says so where an id's claim has no entry now."""
    for claim, short in book.ids.items():
        if name.upper() == short.upper() and not any(entry.id == short for entry in book.entries):
            raise Misuse(
                f"{short} is the id of {claim}, and the ledger has no entry of it now: `sennit prove` writes one"
            )
    return book.entry(name)
