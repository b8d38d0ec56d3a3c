"""Questions about one machine: claims whose constants a profile's figures fill in.

A file of claims says which of them a profile decides, at which sizes and switches:

    MEASURED = {sound: {"short": False}}

Each System named there has constants of the names that `reference/memory/instance.py` gives; each takes its value, and
what is left to ask is one instance. Lemmas are asked of the same instance.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from sennit.claim import Claim, Question, Settings
from sennit.errors import Misuse, did_you_mean
from sennit.machine import Machine, Variable
from sennit.run.suite import Asked, Suite, shipped, supports
from sennit.sort import RealSort, contains

MEASURED: Final = "MEASURED"  # the name under which a file says what a profile decides
EVERYTHING: Final = "memory"  # stands for all that a profile of memory decides


def suites(names: Sequence[str], constants: Mapping[str, Fraction]) -> list[Suite]:
    """The suites of these names at these constants; of no name, or of `memory`, all that take any. Raises Misuse."""
    known = takers()
    chosen = list(known) if not names or EVERYTHING in names else list(dict.fromkeys(names))
    for name in chosen:
        if name not in known:
            every = (*known, EVERYTHING)
            raise Misuse(f"the suite {name!r} takes nothing from a profile{did_you_mean(name, every)}")
    return [_suite(name, known[name], constants) for name in chosen]


def takers() -> dict[str, Mapping[Claim, Settings]]:
    """The shipped suites that a profile decides claims of."""
    found: dict[str, Mapping[Claim, Settings]] = {}
    for name in shipped():
        spec = importlib.util.find_spec(f"sennit_properties.{name}")
        if spec is not None and spec.origin is not None and f"\n{MEASURED} = " in Path(spec.origin).read_text("utf-8"):
            found[name] = getattr(importlib.import_module(spec.name), MEASURED)
    return found


def fixed(question: Question, constants: Mapping[str, Fraction]) -> Question:
    """The question with every real constant at its value. Raises Misuse for one that has none, or none in range."""
    return replace(
        question,
        claim=replace(question.claim, rests_on=()),  # what it rests on in general, figures may make up for
        machine=fixed_machine(question.machine, constants),
        lemmas=tuple(fixed(lemma, constants) for lemma in question.lemmas),
    )


def fixed_machine(machine: Machine, constants: Mapping[str, Fraction]) -> Machine:
    """The machine with every real constant at its value. Raises Misuse as `fixed` does."""
    assigned = {name for rule in machine.rules for name, _ in rule.updates}
    return replace(
        machine,
        variables=tuple(v if v.name in assigned else _known(machine, v, constants) for v in machine.variables),
    )


def _suite(name: str, claims: Mapping[Claim, Settings], constants: Mapping[str, Fraction]) -> Suite:
    asked: dict[str, Asked] = {}
    for claim, settings in claims.items():
        question = fixed(claim.question(None if claim.system is None else settings), constants)
        for support in supports(question):
            asked.setdefault(support.id, Asked(support, None))
        asked[question.id] = Asked(question, claim.expect)
    return Suite(name, name, tuple(asked.values()), whole=False)


def _known(machine: Machine, v: Variable, constants: Mapping[str, Fraction]) -> Variable:
    if v.start is not None or not isinstance(v.sort, RealSort):
        return v
    if v.name not in constants:
        raise Misuse(f"a profile says nothing of {machine.name}.{v.name}: it gives {', '.join(constants)}")
    value = constants[v.name]
    if not contains(v.sort, value):
        raise Misuse(f"by the profile {v.name} is {float(value):g}, which is not in {v.sort}")
    return replace(v, start=value)
