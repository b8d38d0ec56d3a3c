"""Which questions to ask: a suite is read from a shipped module, a file of one's own, or a list of claims.

`load` names a suite by text, so that another process can load the same one and find a question in it by its id.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import sennit_properties
from sennit.claim import Answer, Claim, Kind, Question, Settings, in_range
from sennit.errors import Misuse, did_you_mean
from sennit.every import every
from sennit.run.probes import probe
from sennit.run.userfile import as_error_here, module_of, shown_path
from sennit.run.words import listed

_PACKAGE = "sennit_properties."
_FEW = 3  # members of a Sort that has no usual size
_HOW_TO_CLAIM = "write one as a function under @always(System), with a docstring that says what must be true"


class NoClaims(Misuse):
    """A file that can be read and says nothing that must be true."""


class NoSuchClaim(Misuse):
    """A name that no claim or System has."""


class NoSuchSize(Misuse):
    """Claims about Systems that have not the sizes asked for."""


@dataclass(frozen=True, eq=False)
class Asked:
    """One question, and what is expected of it. `expect` is None where it is asked only because a proof leans on it.

    `without` names the switch that is off and `of` the question that rests on it, where that is why it is asked.
    """

    question: Question
    expect: Answer | None
    without: str = ""
    of: str = ""

    @property
    def id(self) -> str:
        """The question's id, which is unique in its suite."""
        return self.question.id

    @property
    def title(self) -> str:
        """The claim with every size, and with switches that are not as usual: `Gate.alone[car=3]`."""
        return title(self.question)


@dataclass(frozen=True, eq=False)
class Suite:
    """Questions in the order in which they are answered for: what a claim leans on comes before it."""

    name: str
    target: str
    asked: tuple[Asked, ...]
    left_out: tuple[str, ...] = ()  # claims whose System has not the sizes that were asked for
    whole: bool = True  # whether these are all claims of their files, and not a selection
    given: bool = False  # whether it is about data, of which claims need not say anything, and not about a System

    def find(self, question_id: str) -> Asked:
        """The question of that id, also one that another leans on, or a probe of one. Raises Misuse."""
        for asked in self.asked:
            if asked.id == question_id:
                return asked
        about, _, what = question_id.rpartition("?")
        if about:
            return Asked(probe(self.find(about).question, what), None)
        for asked in self.asked:
            for support in supports(asked.question):
                if support.id == question_id:
                    return Asked(support, None)
        raise Misuse(f"{self.name} has no question {question_id!r}: its file has changed")


def load(target: str, at: Sequence[Settings] = ()) -> Suite:
    """The suite that `target` names, at the given sizes instead of those that each claim lists.

    A target is a shipped suite (`two_phase`), a System or claim of one (`TwoPhase`, `TwoPhase.consistent`), or a path
    to a .py or .graphml file, perhaps with `::` and the System or claim. Raises Misuse where it names nothing.
    """
    base, wanted, settings = parts(target)
    at = (settings,) if settings else at
    path = Path(base)
    file, colon, claim = base.rpartition(":")
    if colon and file.endswith((".py", ".graphml")) and not path.exists():
        raise Misuse(f"{target!r}: a claim of a file is named with two colons, {file}::{claim}")
    if path.suffix in (".py", ".graphml") or "/" in base or (path.exists() and not _shipped(base)):
        return _load_file(path, wanted, target.removeprefix(base), at)
    modules = _shipped(base)
    if modules:
        claims = _claims(modules)
        if wanted and not (claims := _selected(every := claims, wanted)):
            raise NoSuchClaim(f"{base} has no claim {wanted!r}{_near(wanted, every)}")
        return replace(suite_of(claims, base, target, at), whole=not wanted)
    modules = _mentioning(base.partition(".")[0])
    claims = _selected(_claims(modules), base)
    if not claims:
        every = _claims(_shipped(""))
        known = [*shipped(), *dict.fromkeys(claim.owner for claim in every)]
        near = did_you_mean(base, [*known, *(claim.id for claim in every)] if "." in base else known)
        raise NoSuchClaim(f"{base!r} is no shipped suite, System or claim{near}; a file of your own ends in .py")
    # Another process that reads one module is ready sooner than one that reads all.
    own = [name for name in modules if _selected(_claims([name]), base)]
    target = f"{own[0].removeprefix(_PACKAGE)}::{target}" if len(own) == 1 and not wanted else target
    return replace(suite_of(claims, base, target, at), whole=False)


def parts(target: str) -> tuple[str, str, dict[str, int]]:
    """A target's suite or file, the System or claim selected in it or "", and the settings in brackets."""
    base, _, wanted = target.partition("::")
    wanted, settings = _with_settings(wanted)
    if not wanted:
        base, settings = _with_settings(base)
    return base, wanted, settings


def shipped() -> list[str]:
    """The names of the shipped suites, in alphabetical order."""
    return [name.removeprefix(_PACKAGE) for name in _shipped("")]


def suite_of(claims: Sequence[Claim], name: str, target: str = "", at: Sequence[Settings] = ()) -> Suite:
    """The questions of `claims`: each at its sizes, after what it leans on, and once without each switch it rests on.

    Raises Misuse if two claims have one name, or no System has the sizes asked for.
    """
    left_out: list[str] = []
    declared = {claim.system: claim for claim in claims if claim.name == "in_range" and claim.system is not None}
    primary: dict[str, Question] = {}
    without: dict[str, list[Asked]] = {}
    for claim in claims:
        chosen = _settings(claim, at)
        if not chosen:
            left_out.append(claim.id)
        questions = [claim.question(settings) for settings in chosen]
        for question in questions:
            _insert(question, primary, declared)
        for switch in claim.rests_on:
            _add_without(claim, switch, questions, without)
    if at and len(left_out) == len(claims):
        raise NoSuchSize(_no_such_size(claims, at))
    asked: dict[str, Asked] = {}
    for question in primary.values():
        asked.setdefault(question.id, Asked(question, _expected(question)))
        for dropped in without.get(question.id, ()):
            if dropped.id not in primary:
                asked.setdefault(dropped.id, dropped)
    return Suite(name, target, tuple(asked.values()), tuple(left_out))


def supports(question: Question) -> Iterator[Question]:
    """The questions that a proof of this one may lean on: lemmas, theirs, and where rules stay in range."""
    for lemma in question.lemmas:
        yield from supports(lemma)
        yield lemma
    if question.gate is not None and question.claim.system is not None:
        yield in_range(question.claim.system).question(dict(question.machine.settings))


def title(question: Question) -> str:
    """The claim with every size, and with switches that are not as usual: `Gate.alone[car=3]`."""
    if question.claim.system is None:
        return question.claim.id
    usual = question.claim.system.at().settings
    settings = dict(question.machine.settings)
    shown = [f"{n}={v}" for n, v in settings.items() if not isinstance(v, bool)]
    shown += [f"{n}={'on' if v else 'off'}" for n, v in settings.items() if isinstance(v, bool) and v != usual.get(n)]
    return question.claim.id + (f"[{', '.join(shown)}]" if shown else "")


def claims_of(module: ModuleType) -> list[Claim]:
    """The claims that a module defines, in the order in which it first names them; not those it imports."""
    named = [value for value in vars(module).values() if isinstance(value, Claim)]
    return [claim for claim in dict.fromkeys(named) if not _imported(claim, module)]


def parse_settings(text: str) -> dict[str, int]:
    """`client=5, guarded=off` as settings. Raises Misuse where that is not what was written."""
    settings: dict[str, int] = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        words = {"on": True, "true": True, "off": False, "false": False, "every": every}
        if (
            not name.isidentifier()
            or not equals
            or not (value.lower() in words or re.fullmatch(r"-?[0-9]{1,18}", value))
        ):
            raise Misuse(f"{part.strip()!r} is no size or switch: write name=NUMBER or name=off, as in client=5")
        if name in settings:
            raise Misuse(f"{name} is given twice in {text!r}")
        settings[name] = words[value.lower()] if value.lower() in words else int(value)
    return settings


# -- files and modules ------------------------------------------------------------------------------------------------


def _load_file(path: Path, wanted: str, rest: str, at: Sequence[Settings]) -> Suite:
    shown, target = shown_path(path), f"{path.absolute()}{rest}"
    if path.is_dir():
        raise Misuse(f"{shown} is a folder: name a file in it{_in(path)}")
    if not path.exists():
        raise Misuse(f"{shown}: no such file")
    if path.suffix == ".graphml":
        graphs = importlib.import_module("sennit.run.graphs")
        suite: Suite = graphs.graph_suite(path)
        return suite if not wanted else _narrowed(suite, wanted)
    if path.suffix != ".py":
        raise Misuse(f"{shown} is neither a .py file with claims nor a .graphml file with a graph")
    with module_of(path) as module:
        claims = claims_of(module)
        if not claims:
            raise NoClaims(f"{shown} has no claims: {_HOW_TO_CLAIM}")
        if wanted and not (claims := _selected(every := claims, wanted)):
            raise NoSuchClaim(f"{shown} has no claim {wanted!r}{_near(wanted, every)}")
        with as_error_here(path):
            return replace(suite_of(claims, shown, target, at), whole=not wanted)


def _in(folder: Path) -> str:
    """Files that one may have meant, as there are any."""
    try:
        found = sorted(file for file in folder.iterdir() if file.suffix in (".py", ".graphml") and file.is_file())
    except OSError:
        return ""
    return f", such as {listed([shown_path(file) for file in found], 3)}" if found else ""


def _narrowed(suite: Suite, wanted: str) -> Suite:
    chosen = tuple(a for a in suite.asked if wanted in (a.question.claim.id, a.question.claim.name))
    if not chosen:
        near = did_you_mean(wanted, (a.question.claim.name for a in suite.asked))
        raise NoSuchClaim(f"{suite.name} has no claim {wanted!r}{near}")
    return replace(suite, asked=chosen, whole=False)


def _shipped(base: str) -> list[str]:
    """The modules of the suite `base`: `two_phase`, a folder of suites, or all of them for the empty name."""
    names = list(_walk(sennit_properties.__path__, _PACKAGE))
    short = {name: name.removeprefix(_PACKAGE) for name in names}
    exact = [n for n, s in short.items() if not base or s == base or s.startswith(f"{base}.")]
    return exact or [n for n, s in short.items() if s.rpartition(".")[2] == base]


def _mentioning(owner: str) -> list[str]:
    """The shipped modules in whose text the word stands: only those can have claims on a System of that name."""
    word = re.compile(rf"\b{re.escape(owner)}\b")
    found = []
    for name in _shipped(""):
        spec = importlib.util.find_spec(name)
        origin = Path(spec.origin) if spec is not None and spec.origin else None
        if name.endswith(f".{owner}") or (origin is not None and word.search(origin.read_text("utf-8"))):
            found.append(name)
    return found


def _claims(modules: Sequence[str]) -> list[Claim]:
    return [claim for name in modules for claim in claims_of(importlib.import_module(name))]


def _walk(paths: Iterable[str], prefix: str) -> Iterator[str]:
    for found in sorted(pkgutil.iter_modules(list(paths), prefix), key=lambda m: m.name):
        if found.ispkg:
            spec = importlib.util.find_spec(found.name)
            yield from _walk((spec and spec.submodule_search_locations) or (), f"{found.name}.")
        else:
            yield found.name


def _imported(claim: Claim, module: ModuleType) -> bool:
    """Whether another module defines the claim; one that a function made belongs to the module that names it."""
    home = sys.modules.get(claim.formula.__module__)
    return home is not None and home is not module and any(value is claim for value in vars(home).values())


def _near(wanted: str, claims: Sequence[Claim]) -> str:
    return did_you_mean(wanted, (claim.id if "." in wanted else claim.name for claim in claims))


def _selected(claims: Sequence[Claim], wanted: str) -> list[Claim]:
    """The claims of that id, name or System; `in_range` too, which every System has unsaid."""
    found = [claim for claim in claims if wanted in (claim.id, claim.owner, claim.name)]
    if not found and wanted.endswith("in_range"):
        systems = dict.fromkeys(c.system for c in claims if c.system is not None)
        found = [in_range(s) for s in systems if wanted in (f"{s.__name__}.in_range", "in_range")]
    return found


def _with_settings(text: str) -> tuple[str, dict[str, int]]:
    match = re.fullmatch(r"(.+?)\[(.*)\]", text)
    return (match[1], parse_settings(match[2])) if match else (text, {})


# -- sizes and switches -----------------------------------------------------------------------------------------------


def _settings(claim: Claim, at: Sequence[Settings]) -> list[Settings]:
    """Where to ask: the sizes asked for that the System has all of, or those that the claim lists."""
    if not at:
        return [dict(settings) for settings in claim.at or ((),)]
    known = [s for s in at if claim.system is not None and all(name in claim.system.configurable for name in s)]
    # Whether a state is reached is no question for every size.
    return [s for s in known if claim.kind is not Kind.SOMETIMES or every not in s.values()]


def _no_such_size(claims: Sequence[Claim], at: Sequence[Settings]) -> str:
    known = list(dict.fromkeys(n for c in claims if c.system is not None for n in c.system.configurable))
    for settings in at:
        for name in settings:
            if name not in known:
                return f"no claim here has a size or switch {name!r}{did_you_mean(name, known)}"
    return f"no System here has all of {', '.join(n for s in at for n in s)} together"


def _insert(
    question: Question, primary: dict[str, Question], declared: dict[type, Claim], begun: tuple[str, ...] = ()
) -> None:
    """Puts the question, after all that it may lean on, where the same question is not there yet."""
    earlier = primary.get(question.id)
    if earlier is not None:
        if earlier.claim.system is not question.claim.system:
            raise Misuse(
                f"two Systems are called {question.claim.owner}: {question.id} would speak of both; rename one"
            )
        if earlier.claim is not question.claim and "in_range" not in (earlier.claim.name, question.claim.name):
            raise Misuse(
                f"two claims are called {question.claim.id}: {earlier.claim.where} and {question.claim.where}; "
                "rename one of them"
            )
        return
    if question.id in begun:  # a lemma of in_range waits for in_range itself; the ledger sees to it
        return
    begun = (*begun, question.id)
    for lemma in question.lemmas:
        _insert(lemma, primary, declared, begun)
    system = question.claim.system
    if question.gate is not None and system is not None:
        gate = declared.get(system) or in_range(system)
        _insert(gate.question(dict(question.machine.settings)), primary, declared, begun)
    primary[question.id] = question


def _add_without(claim: Claim, switch: str, asked: Sequence[Question], without: dict[str, list[Asked]]) -> None:
    """The attack is looked for once, at the last of the sizes asked for at which the switch is on.

    It is one run of one instance, so it is looked for at a size: of those asked for, or else the usual one.
    """
    on = [question for question in asked if dict(question.machine.settings)[switch]]
    on = [question for question in on if not question.every_size] or on
    if on:
        usual = claim.system.configurable if claim.system is not None else {}
        sizes = {name: _FEW if usual[name].value == every else usual[name].value for name in on[-1].machine.sorts}
        off = claim.question({**dict(on[-1].machine.settings), **sizes, switch: False})
        without.setdefault(on[-1].id, []).append(Asked(off, Answer.FAILS, without=switch, of=on[-1].id))


def _expected(question: Question) -> Answer:
    """What the author expects: failure once a switch that the claim rests on is off."""
    settings = dict(question.machine.settings)
    off = [switch for switch in question.claim.rests_on if not settings[switch]]
    return Answer.FAILS if off else question.claim.expect
