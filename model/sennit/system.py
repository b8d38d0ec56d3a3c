"""A transition system, said once: subclass `System`, declare variables, write rules.

    class Gate(System):
        \"\"\"Cars pass one at a time, if the keeper looks.\"\"\"

        car = Index(3)
        looks = Switch(on=True)
        inside = Array(car, Bool(), init=False)

        @rule(by="keeper", to="car {c}", c=car)
        def admit(self, c: Expr) -> None:
            if self.looks:
                self.require(~exists(self.inside))
            self.inside[c] = True

A rule's body runs once, on symbols; what it required and assigned is kept as formulas (`Gate.at(car=5).machine`).
Statements mean what they mean in Python: a read after an assignment sees the assigned value, and a `require` speaks of
the values as they stand where it is written. Variables that are not assigned keep theirs. It is all one step.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cached_property
from typing import ClassVar, TypeVar

from sennit.clock import Limit, elapse
from sennit.declare import Array, Clock, Const, Declared, Index, Setting, start_of
from sennit.declare import Sort as OpenSort
from sennit.errors import Misuse, did_you_mean
from sennit.every import every
from sennit.expr import Expr, and_, boolean, false, free, is_false, true, variable
from sennit.machine import ELAPSE, PASSED, Machine, Rule, Variable
from sennit.sort import ArraySort, Sort, size
from sennit.symmetry import Symmetry, noticed

S = TypeVar("S", bound="System")
_MOST_CELLS = 1_000_000  # of all arrays of one System together


class System:
    """One protocol. Class attributes declare sizes, switches and variables; methods under `@rule` are its moves."""

    _declared: ClassVar[dict[str, Declared]] = {}
    configurable: ClassVar[dict[str, Setting]] = {}
    _moves: ClassVar[dict[str, RuleDeclaration]] = {}
    _limits: ClassVar[dict[str, Limit]] = {}
    _machines: ClassVar[dict[tuple[tuple[str, int], ...], Machine]] = {}  # what `machine` has built
    settings: dict[str, int]

    def __init_subclass__(cls) -> None:
        """Reads the declarations and builds the machine at the default sizes, so that misuse shows at once."""
        super().__init_subclass__()
        members = {name: value for base in reversed(cls.__mro__) for name, value in vars(base).items()}
        cls._declared = {name: value for name, value in members.items() if isinstance(value, Declared)}
        cls.configurable = {name: value for name, value in members.items() if isinstance(value, Setting)}
        cls._moves = {name: value for name, value in members.items() if isinstance(value, RuleDeclaration)}
        cls._limits = {name: value for name, value in members.items() if isinstance(value, Limit)}
        cls._machines = {}
        for name in (*cls._declared, *cls.configurable, *cls._moves, *cls._limits):
            if name in (*vars(System), "settings") or name.startswith("_"):
                raise Misuse(f"{cls.__name__}.{name}: that name is taken by System itself, or private: choose another")
        for name, setting in cls.configurable.items():
            setting.check(cls.__name__, name)
        for name, declaration in cls._declared.items():
            declaration.check(cls.__name__, name)
        for move in cls._moves.values():
            move.check(cls.__name__)
        cls.at().machine  # noqa: B018  # built for its errors

    def __init__(self, **settings: int) -> None:
        object.__setattr__(self, "settings", self._settled(settings))
        object.__setattr__(self, "_reading", None)

    @classmethod
    def at(cls: type[S], **settings: int) -> S:
        """This System at other sizes and switches. Raises Misuse for an unknown name or a value out of place."""
        return cls(**settings)

    @classmethod
    def _settled(cls, given: dict[str, int]) -> dict[str, int]:
        for name in given:
            if name not in cls.configurable:
                near = did_you_mean(name, cls.configurable)
                raise Misuse(f"{cls.__name__} has no size or switch {name!r}{near}")
        return {name: s.settled(cls.__name__, given.get(name, s.value)) for name, s in cls.configurable.items()}

    def require(self, *conditions: object) -> None:
        """The step happens only where all `conditions` hold. Raises Misuse outside a rule."""
        reading = self._reading_of("require()")
        reading.guard.extend(as_formula(condition, "require()") for condition in conditions)

    def initially(self) -> Expr:
        """What else holds in every initial state; override it to relate variables declared with `init=ANY`."""
        return true()

    def axioms(self) -> Expr:
        """What is taken for granted of the Consts: override it to say, for instance, that one of them is an order.

        It is assumed in every state of every run, and a verdict says so. It must be true of something: where no small
        choice of Consts satisfies it, nothing HOLDS.
        """
        return true()

    def stuck(self) -> Expr:
        """Where no rule can fire. For claims; raises Misuse inside a rule, where it would speak of itself."""
        if object.__getattribute__(self, "_reading") is not None or _read.get() in (
            (self, "initially"),
            (self, "axioms"),
        ):
            raise Misuse("stuck() speaks of all rules and has no meaning inside one: use it in a claim")
        return self.machine.stuck

    @cached_property
    def machine(self) -> Machine:
        """The System as data, at these sizes. All claims at the same sizes share one."""
        settings = tuple(self.settings.items())
        if settings not in self._machines:
            self._machines[settings] = self._built()
        return self._machines[settings]

    def _built(self) -> Machine:
        name = type(self).__name__
        variables = tuple(self._variables())
        with reading(self, "initially"):
            constraint = as_formula(self.initially(), f"{name}.initially()")
        with reading(self, "axioms"):
            axiom = as_formula(self.axioms(), f"{name}.axioms()")
        for symbol in free(axiom):
            if not isinstance(self._declared.get(symbol), Const):
                raise Misuse(f"{name}.axioms() speaks of {symbol}, which rules may change: axioms are about Consts")
        constraint = and_(constraint, axiom)
        if is_false(constraint):
            raise Misuse(f"{name}.initially() is false of every state: at these sizes there is nothing to speak of")
        rules = tuple(move.read(self) for move in self._moves.values())
        timed = self._with_time(
            Machine(name, variables, constraint, rules, tuple(self.settings.items()), self._open_sorts(), axiom)
        )
        machine = replace(timed, symmetric=self._symmetries())
        machine.in_range  # noqa: B018  # built for its errors
        for symmetry in machine.symmetric:
            if what := noticed(machine, symmetry):
                raise Misuse(
                    f"{name}.{symmetry.index} is declared symmetric, and its members are told apart: {what}; "
                    "compare members for equality only, name none, or leave symmetric=True out"
                )
        return machine

    def _with_time(self, machine: Machine) -> Machine:
        """With the rule by which its clocks grow, if there are any."""
        clocks = {v.name: v.sort for v in machine.variables if _is_clock(self._declared[v.name])}
        urgent = [name for name, move in self._moves.items() if move.urgent]
        if not clocks:
            for name in (*self._limits, *urgent):
                raise Misuse(f"{machine.name}.{name} is about time, and there is no clock: declare one, x = Clock()")
            return machine
        if machine.sorts:
            raise Misuse(
                f"{machine.name} has clocks, and nothing is known of time at every size: give {machine.sorts[0]} a size"
            )
        for name in (PASSED, ELAPSE):
            if name in (*self._declared, *self.configurable, *self._moves, *self._limits):
                raise Misuse(f"{machine.name}.{name}: with clocks, time passes by a rule elapse(d): rename it")
        limits: dict[str, Expr] = {}
        for name, limit in self._limits.items():
            refuse_sets(limit.body, f"{machine.name}.{name}")
            with reading(self, f"the limit {name}"):
                limits[name] = as_formula(limit.body(self), f"{machine.name}.{name}")
        return machine.with_rules((*machine.rules, elapse(machine, clocks, limits, urgent)))

    def _symmetries(self) -> tuple[Symmetry, ...]:
        """The Indexes whose members may be exchanged, with the arrays that they index."""
        found: list[Symmetry] = []
        for name, setting in self.configurable.items():
            if isinstance(setting, Index) and setting.symmetric and self.settings[name] > 1:
                arrays = {n: d for n, d in self._declared.items() if isinstance(d, Array)}
                axes = {n: tuple(i for i, of in enumerate(d.domains) if of.name == name) for n, d in arrays.items()}
                touched = tuple((n, at) for n, at in axes.items() if at)
                found.append(Symmetry(name, self.settings[name], touched))
        return tuple(found)

    def _open_sorts(self) -> tuple[str, ...]:
        """The Sorts that have no size here."""
        return tuple(
            name for name, s in self.configurable.items() if isinstance(s, OpenSort) and self.settings[name] == every
        )

    def _variables(self) -> Iterator[Variable]:
        cells = 0
        for name, declaration in self._declared.items():
            sort = declaration.sort(self)
            cells += sort.cells if isinstance(sort, ArraySort) else 1
            if cells > _MOST_CELLS:
                most = f"{_MOST_CELLS:,} is the most"
                raise Misuse(f"{type(self).__name__} would have {cells:,} array cells at these sizes, and {most}")
            if size(sort) == 0:
                raise Misuse(f"{type(self).__name__}.{name}: {sort} has no value at these sizes")
            yield Variable(name, sort, start_of(declaration, self, f"{type(self).__name__}.{name}", sort))

    def _reading_of(self, what: str) -> Reading:
        reading: Reading | None = object.__getattribute__(self, "_reading")
        if reading is None:
            raise Misuse(f"{what} belongs into a rule: claims and initially() only read")
        return reading

    def _get(self, name: str, sort: Sort) -> Expr:
        what = _read.get()
        if what is not None and what[0] is not self:
            raise Misuse(
                f"{type(self).__name__}.{name} is read where {what[1]} is about another System, or about other sizes: "
                "read the variables of the one that is given"
            )
        reading: Reading | None = object.__getattribute__(self, "_reading")
        symbol = variable(name, sort)
        return symbol if reading is None else reading.now.get(name, symbol)

    def _set(self, name: str, value: Expr) -> None:
        if isinstance(self._declared[name], Const):
            raise Misuse(f"{type(self).__name__}.{name} is a Const: no rule assigns it")
        self._reading_of(f"assigning {name}").now[name] = value

    def __setattr__(self, name: str, value: object) -> None:
        if name in self._declared or name == "machine":
            object.__setattr__(self, name, value)
            return
        if name in self.configurable:
            raise Misuse(f"{type(self).__name__}.{name} is fixed: choose it with {type(self).__name__}.at({name}=...)")
        near = did_you_mean(name, self._declared)
        raise Misuse(f"{type(self).__name__} has no variable {name!r}{near}: declare it in the class body")

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value}" for name, value in self.settings.items())
        return f"{type(self).__name__}.at({given})"


# What is being read: the one instance whose variables it may mention, and its name for messages.
_read: ContextVar[tuple[object, str] | None] = ContextVar("read", default=None)


@contextmanager
def reading(system: object, what: str) -> Iterator[None]:
    """While it lasts, variables of any other instance are refused: names alone do not tell them apart."""
    token = _read.set((system, what))
    try:
        yield
    finally:
        _read.reset(token)


def as_formula(value: object, what: str) -> Expr:
    """`value` as a Bool formula. Raises Misuse for a Python bool, which says that Python has compared already."""
    if isinstance(value, bool):
        raise Misuse(
            f"{what} got the Python value {value}, not a formula: write x.one_of(a, b) for `in`, == for `is`, and for "
            "what hangs on sizes and switches alone an `if`, with true() or false()"
        )
    return boolean(value, what)


class Reading:
    """What one run of a rule's body has required and assigned so far."""

    def __init__(self) -> None:
        self.now: dict[str, Expr] = {}
        self.guard: list[Expr] = []


class RuleDeclaration:
    """A method under `@rule`: its actors, the domains of its parameters, its body, and whether time waits for it."""

    def __init__(
        self, body: Callable[..., None], by: str, to: str, domains: dict[str, Index | Declared], *, urgent: bool = False
    ) -> None:
        self.body, self.by, self.to, self.domains, self.urgent = body, by, to, domains, urgent
        self.name, self.__doc__ = body.__name__, body.__doc__

    def check(self, owner: str) -> None:
        """Raises Misuse unless every parameter of the method has a domain, and no other name has one."""
        parameters = list(inspect.signature(self.body).parameters.values())[1:]
        names = [parameter.name for parameter in parameters]
        refuse_sets(self.body, f"{owner}.{self.name}")
        if any(parameter.kind is not parameter.POSITIONAL_OR_KEYWORD for parameter in parameters):
            raise Misuse(f"{owner}.{self.name}: the parameters of a rule are plain names, without *, / or **")
        for name in names:
            if name not in self.domains:
                raise Misuse(f"{owner}.{self.name}: parameter {name!r} has no domain: write @rule(..., {name}=...)")
        for name in self.domains:
            if name not in names:
                raise Misuse(f"{owner}.{self.name}: @rule names {name!r}, which is no parameter of the method")

    def __call__(self, *_args: object, **_kwargs: object) -> None:
        """Raises Misuse: rules do not call each other."""
        raise Misuse(f"{self.name} is a rule, one atomic step: share code between rules through a method without @rule")

    def read(self, system: System) -> Rule:
        """Runs the body once on symbols and keeps what it required and assigned. Misuse names the rule."""
        name = f"{type(system).__name__}.{self.name}"
        params = tuple((p, _parameter_sort(name, p, d, system)) for p, d in self.domains.items())
        for p, _ in params:
            if p in system._declared or p in system.configurable:
                raise Misuse(f"{name}: parameter {p!r} has the name of a variable or size: rename it")
        code = self.body.__code__
        where = f"{code.co_filename}:{code.co_firstlineno}"
        self._check_actors(name, dict(params))
        if any(size(sort) == 0 for _, sort in params):
            return Rule(self.name, self.by, self.to, params, false(), (), where)
        own = type(system)(**system.settings)
        record = Reading()
        object.__setattr__(own, "_reading", record)
        try:
            with reading(own, f"the rule {name}"):
                returned: object = self.body(own, **{p: variable(p, sort) for p, sort in params})
        except Misuse as error:
            raise Misuse(f"{name}: {error}") from error
        if returned is not None:
            raise Misuse(f"{name} returned {returned!r}: a rule requires and assigns, it returns nothing")
        updates = tuple((v, record.now[v]) for v in system._declared if v in record.now)
        return Rule(self.name, self.by, self.to, params, and_(*record.guard), updates, where)

    def _check_actors(self, name: str, params: dict[str, Sort]) -> None:
        try:
            (self.by + self.to).format(**params)
        except (KeyError, IndexError, ValueError) as error:
            raise Misuse(f"{name}: by= and to= may name parameters as in 'car {{c}}', and {error} is none") from error


def rule(
    body: None = None, /, *, by: str = "", to: str = "", urgent: bool = False, **domains: Index | Declared
) -> Callable[[Callable[..., None]], RuleDeclaration]:
    """Declares a method as an atomic move made `by` an actor, perhaps `to` another, for any value of its parameters.

    Time does not pass while an `urgent` rule can fire.
    """
    if body is not None or not isinstance(by, str) or not by or not isinstance(to, str):
        raise Misuse("@rule(by=...) names the actor who moves, as in by='server' or by='car {c}'")
    if not isinstance(urgent, bool):
        raise Misuse(f"@rule(urgent=...) takes True or False, not {urgent!r}")
    return lambda body: RuleDeclaration(body, by, to, domains, urgent=urgent)


def _is_clock(declaration: Declared) -> bool:
    return isinstance(declaration.cell if isinstance(declaration, Array) else declaration, Clock)


def refuse_sets(function: Callable[..., object], what: str) -> None:
    """Raises Misuse for `x in {...}`: a set looks for the formula itself, finds none, and says False."""
    for part in (function.__code__, *function.__code__.co_consts):
        if any(isinstance(value, frozenset) for value in getattr(part, "co_consts", ())):
            raise Misuse(f"{what}: `in` a set compares nothing: write x.one_of(a, b), or use a tuple for plain values")


def _parameter_sort(rule_name: str, name: str, domain: Index | Declared, system: System) -> Sort:
    if isinstance(domain, Index | Declared) and not isinstance(domain, Array | Const | Clock):
        return domain.sort(system)
    raise Misuse(
        f"{rule_name}: the domain of {name!r} is an Index or a scalar such as Bool() or Int(0, 3), not {domain!r}"
    )
