"""What a claim about whole runs may assume: that what can happen again and again is not put off for ever.

    @leads_to(Ring, fair=(any_of("probe", "pass_on"),))     # as long as either can happen, one of them does some day
    @leads_to(Lock, strongly_fair=(each("grant"),))         # to each client apart: no grant is passed over for ever

A run goes on for ever, and it may pause: a step that changes nothing is always allowed, and where nothing else is, the
run stays where it is. So without fairness nothing need ever happen. An action is a set of rule instances. It is enabled
where a step of it would change something, and taken by such a step alone. Weak fairness: not enabled from some point on
for ever without being taken. Strong fairness: not enabled again and again for ever without being taken. These are WF
and SF of the Temporal Logic of Actions (Lamport 1994).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from sennit.canonical import value_from_data, value_to_data
from sennit.errors import Misuse, did_you_mean
from sennit.expr import Expr, and_, eq, not_, or_, variable
from sennit.machine import Instance, Machine, Rule, State
from sennit.notation import show_value
from sennit.sort import ArraySort, FunctionSort, Scalar, Value, scalar_values, size

Fixed: TypeAlias = tuple[tuple[str, Value], ...]  # parameters with their values
_MOST = 10_000  # actions of one claim


@dataclass(frozen=True)
class Fairness:
    """Fairness as a claim says it. Without rules, all rules are meant.

    `taken` is "any": all instances of the rules as one action; "each": every instance apart, or with `of`, all that
    have the same values of these parameters as one action; "alone": the one instance of a rule without parameters.
    """

    rules: tuple[str, ...]
    taken: Literal["any", "each", "alone"]
    of: tuple[str, ...] = ()
    strong: bool = False

    def __str__(self) -> str:
        return f"{'strong' if self.strong else 'weak'} fairness of {self.actions}"

    @property
    def actions(self) -> str:
        """What is treated fairly: `probe or pass_on`, `each instance of grant`, `enter or leave for each p`."""
        names = " or ".join(self.rules) or "any rule"
        if self.of:
            return f"{names} for each {', '.join(self.of)}"
        return f"each instance of {names}" if self.taken == "each" else names


def any_of(*rules: str) -> Fairness:
    """All instances of the rules as one action: while any can happen, one of them does. Without names: of all rules."""
    return Fairness(_names("any_of", rules), "any")


def each(*rules: str, of: str | Sequence[str] = ()) -> Fairness:
    """Each instance of the rules apart. `each("enter", "leave", of="p")`: what each value of p does, as one action.

    Without names: of all rules; with `of`, of those that have all these parameters.
    """
    return Fairness(_names("each", rules), "each", (of,) if isinstance(of, str) else tuple(of))


def declared(given: object, what: str, *, strong: bool) -> tuple[Fairness, ...]:
    """What `fair=` or `strongly_fair=` was given. A plain name stands for a rule without parameters."""
    parts = given if isinstance(given, tuple | list) else (given,)
    found: list[Fairness] = []
    for part in parts:
        if not isinstance(part, str | Fairness):
            raise Misuse(f"{what} takes rules by name, any_of(...) or each(...), and {part!r} is none")
        found.append(replace(Fairness((part,), "alone") if isinstance(part, str) else part, strong=strong))
    return tuple(found)


@dataclass(frozen=True)
class Fair:
    """An action at given sizes: rules, some of their parameters fixed, that together are treated fairly."""

    strong: bool
    cases: tuple[tuple[str, Fixed], ...]

    def __str__(self) -> str:
        shown = [f"{rule}({', '.join(f'{n}={show_value(v)}' for n, v in fixed)})" for rule, fixed in self.cases]
        return " or ".join(text.removesuffix("()") for text in shown)

    def concerns(self, rule: Rule, args: Sequence[Value | None]) -> bool:
        """Whether a step of the rule with these arguments is one of the action."""
        given = dict(zip((name for name, _ in rule.params), args, strict=True))
        return any(name == rule.name and all(given[p] == v for p, v in fixed) for name, fixed in self.cases)

    def enabled(self, machine: Machine, state: State) -> bool:
        """Whether a step of the action can change something, by the reference semantics."""
        return any(
            machine.step(state, rule, args) not in (None, state)
            for rule, fixed in self.cases
            for args in _arguments(machine.rule(rule), dict(fixed))
        )

    def to_data(self) -> list[object]:
        """The action as JSON data."""
        cases = [[rule, [[name, value_to_data(v)] for name, v in fixed]] for rule, fixed in self.cases]
        return [self.strong, cases]

    @staticmethod
    def from_data(data: object, machine: Machine) -> Fair:
        """Reads what `to_data` wrote; raises Misuse where it speaks of what the machine does not have."""
        match data:
            case [bool(strong), list(cases)]:
                return Fair(strong, tuple(_case(case, machine) for case in cases))
        raise Misuse(f"{data!r} is no action of {machine.name}")


def resolved(fairness: Sequence[Fairness], machine: Machine, *, changed: bool = False) -> tuple[Fair, ...]:
    """The actions at the sizes of `machine`, each once. Raises Misuse for unknown rules or parameters.

    Of a `changed` machine, rules that it has no more are part of no action.
    """
    found: dict[Fair, None] = {}
    for said in _left(fairness, machine) if changed else fairness:
        for cases in _actions(said, machine):
            found[Fair(said.strong, cases)] = None
            if len(found) > _MOST:
                raise Misuse(f"{said} has over {_MOST:,} actions at these sizes: use smaller ones, or any_of(...)")
    return tuple(found)


def enabled(fair: Fair, machine: Machine) -> Expr:
    """Where a step of the action can change something, as a formula."""
    return or_(
        *(
            and_(machine.fires(instance), changes(instance, machine))
            for instance in machine.instances
            if fair.concerns(instance.rule, instance.args)
        )
    )


def changes(step: Instance | Rule, machine: Machine) -> Expr:
    """Where the updates differ from what is there."""
    sorts = {v.name: v.sort for v in machine.variables}
    return not_(and_(*(eq(variable(name, sorts[name]), formula) for name, formula in step.updates)))


# -- which actions are meant ------------------------------------------------------------------------------------------


def _names(what: str, rules: tuple[object, ...]) -> tuple[str, ...]:
    for name in rules:
        if not isinstance(name, str):
            raise Misuse(f"{what}({name!r}): name the rules, as in {what}('grant', 'release')")
    return tuple(str(name) for name in rules)


def _left(fairness: Sequence[Fairness], machine: Machine) -> Iterator[Fairness]:
    """What is left where rules are missing; an action of no rules is never enabled, and asks for nothing."""
    known = [rule.name for rule in machine.rules]
    for said in fairness:
        rules = tuple(name for name in said.rules if name in known)
        of = {name for rule in machine.rules for name, _ in rule.params}
        if (rules or not said.rules) and of.issuperset(said.of):
            yield replace(said, rules=rules)


def _actions(said: Fairness, machine: Machine) -> Iterator[tuple[tuple[str, Fixed], ...]]:
    known = {rule.name: rule for rule in machine.rules}
    for name in said.rules:
        if name not in known:
            raise Misuse(f"fairness of {name!r}, which is no rule of {machine.name}{did_you_mean(name, known)}")
    rules = [known[name] for name in said.rules] or list(machine.rules)
    if said.taken == "alone":
        (rule,) = rules
        if rule.params:
            raise Misuse(
                f"fairness of {rule.name!r}, which has parameters: write any_of({rule.name!r}) where it is enough that "
                f"one of its instances happens, each({rule.name!r}) where none may be put off for ever"
            )
        yield ((rule.name, ()),)
    elif said.taken == "any":
        for rule in rules:
            _finite(rule, machine)
        yield tuple((rule.name, ()) for rule in rules)
    elif not said.of:
        for rule in rules:
            for args in _arguments(_finite(rule, machine), {}):
                yield ((rule.name, tuple(zip((n for n, _ in rule.params), args, strict=True))),)
    else:
        yield from _by_parameters(said, rules, machine)


def _by_parameters(said: Fairness, rules: Sequence[Rule], machine: Machine) -> Iterator[tuple[tuple[str, Fixed], ...]]:
    """One action for each value of the parameters that `of` names."""
    having = [rule for rule in rules if set(said.of) <= {name for name, _ in rule.params}]
    if not having or (said.rules and len(having) < len(rules)):
        lacking = next((rule.name for rule in rules if rule not in having), "no rule")
        raise Misuse(f"{said}: {lacking} of {machine.name} has no parameter {' and '.join(said.of)}")
    values: dict[Fixed, list[str]] = {}
    for rule in having:
        sorts = dict(_finite(rule, machine).params)
        choices = [scalar_values(sort) for n in said.of if not isinstance(sort := sorts[n], ArraySort | FunctionSort)]
        for chosen in itertools.product(*choices):
            values.setdefault(tuple(zip(said.of, chosen, strict=True)), []).append(rule.name)
    for fixed, names in values.items():
        yield tuple((name, fixed) for name in names)


def _case(data: object, machine: Machine) -> tuple[str, Fixed]:
    match data:
        case [str(name), list(fixed)]:
            sorts = dict(_finite(machine.rule(name), machine).params)
            pairs: list[tuple[str, Value]] = []
            for row in fixed:
                match row:
                    case [str(param), value] if param in sorts:
                        pairs.append((param, value_from_data(value, sorts[param])))
                    case _:
                        raise Misuse(f"{row!r} fixes no parameter of {name}")
            return name, tuple(pairs)
    raise Misuse(f"{data!r} is no rule of an action")


def _finite(rule: Rule, machine: Machine) -> Rule:
    for name, sort in rule.params:
        if size(sort) is None:
            raise Misuse(
                f"fairness of {machine.name}.{rule.name}: its parameter {name} is any value of {sort}, and where it is "
                "enabled cannot be decided"
            )
    return rule


def _arguments(rule: Rule, fixed: Mapping[str, Value]) -> Iterator[tuple[Value, ...]]:
    """All arguments of the rule with the `fixed` ones."""
    choices: list[Sequence[Value]] = []
    for name, sort in rule.params:
        assert not isinstance(sort, ArraySort | FunctionSort)
        every: Sequence[Scalar] = scalar_values(sort)
        choices.append([fixed[name]] if name in fixed else every)
    return itertools.product(*choices)
