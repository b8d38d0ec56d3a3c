"""A machine as Python functions on packed states: its initial states, its steps, and the states that satisfy a formula.

A packed state is a flat tuple: an Enum literal as its position, an Array cell by cell. All functions agree with
`Machine.starts`, `Machine.step` and `Machine.holds`, which are the reference.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

from sennit import expr
from sennit.errors import Misuse
from sennit.expr import Expr, evaluate, free, is_true, order
from sennit.lower.python import Cells, Piece, Source, Text
from sennit.machine import Instance, Machine, State, Variable
from sennit.rewrite import substitute
from sennit.sort import ArraySort, EnumSort, IntSort, RealSort, Scalar, ScalarSort, Sort, as_scalar, scalar_values, size
from sennit.values import Values

Packed: TypeAlias = tuple[int | Fraction, ...]  # a bool is an int

_NODES = 4_000  # subformulas that one generated function is built from
_UNPACKED = 64  # cells that are unpacked into locals; of wider states, each is read where it is used
_LISTED = 40  # cells up to which writing out all of a state beats joining slices of the old one
_LONGER = 100_000  # beginnings of states that are made between two looks at the clock
_COMPUTED = ("and_", "or_", "ite", "add", "sub", "mul", "div", "mod", "count", "select", "store", "array", "to_real")


def _never() -> None:
    """Nothing ends it."""


def successors(
    machine: Machine, instances: Sequence[Instance], look: Callable[[], None] = _never
) -> Callable[[Packed], list[Packed]]:
    """The function from a state to the states after one step, one for each of the `instances` that fires.

    Raises Misuse for an instance with a parameter without end. `look` is called meanwhile, and may raise.
    """
    return _all_moves(machine, instances, look, labelled=False)


def moves(machine: Machine, instances: Sequence[Instance]) -> Callable[[Packed], list[tuple[int, Packed]]]:
    """As `successors`, with the number of the instance before each state."""
    return _all_moves(machine, instances, _never, labelled=True)


def finder(machine: Machine, formula: Expr) -> Callable[[Iterable[Packed]], Packed | None]:
    """The function from states to the first that satisfies `formula`, or None."""
    layout, source = Layout(machine.variables), Source(packed=True)
    writer = _Writer(layout, source)
    source.line("for s in states:")
    source.indent += 1
    source.line(layout.opening)
    source.shared(formula)
    writer.ask(conjuncts(formula), {})
    source.line("return s")
    source.indent = 1
    source.line("return None")
    return source.function("find", "states")


def starts(machine: Machine, limit: int, look: Callable[[], None] = _never) -> list[Packed]:
    """All initial states. Raises Misuse, before it goes through them, where over `limit` would have to be tried.

    Variables that may start anywhere take their values one after the other, cell by cell, and a conjunct of the
    constraint is tested as soon as it speaks of none that is still to come. `look` is called meanwhile, and may raise.
    """
    layout = Layout(machine.variables)
    fixed, tests = _constraint(machine, layout)
    if tests.pop(-1, None):
        return []
    found: list[Packed] = [()]
    for is_fixed, places in itertools.groupby(range(len(layout.sorts)), lambda at: at in fixed):
        if is_fixed:
            run = tuple(fixed[at] for at in places)
            found = [state + run for state in found]
            continue
        for at in places:
            sort = layout.sorts[at]
            many = size(sort)
            if many is None or len(found) * many > limit:
                raise Misuse(f"{machine.name} has over {limit:,} initial states to try: too many to go through")
            values = [_packed(x, sort) for x in scalar_values(sort)]
            extend = _extension(layout, tests.get(at, []))
            longer: list[Packed] = []
            several = max(1, _LONGER // max(1, many))
            for first in range(0, len(found), several):
                longer += extend(found[first : first + several], values)
                look()
            found = longer
    return found


# -- states -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Layout:
    """Where the variables of a machine lie in its packed states."""

    variables: tuple[Variable, ...]

    @cached_property
    def sorts(self) -> tuple[ScalarSort, ...]:
        """The sort of each cell."""
        return tuple(itertools.chain.from_iterable(_cells(v.sort) for v in self.variables))

    @cached_property
    def places(self) -> tuple[tuple[int, int], ...]:
        """The first cell of each variable, and the one after its last."""
        ends = list(itertools.accumulate(len(_cells(v.sort)) for v in self.variables))
        return tuple(itertools.pairwise([0, *ends]))

    def encode(self, state: State) -> Packed:
        """The packed form of a state."""
        flat = (x for value in state for x in (value if isinstance(value, tuple) else (value,)))
        return tuple(_packed(x, sort) for x, sort in zip(flat, self.sorts, strict=True))

    def decode(self, packed: Packed) -> State:
        """The state that was packed."""
        flat = tuple(_unpacked(x, sort) for x, sort in zip(packed, self.sorts, strict=True))
        spans = zip(self.variables, self.places, strict=True)
        return tuple(flat[a:b] if isinstance(v.sort, ArraySort) else flat[a] for v, (a, b) in spans)

    def cell(self, at: int) -> str:
        """One cell of the state `s`, as text after `opening`."""
        return f"v{at}" if len(self.sorts) <= _UNPACKED else f"s[{at}]"

    @property
    def opening(self) -> str:
        """The statement that makes the cells of the state `s` at hand."""
        names = "".join(f"v{at}, " for at in range(len(self.sorts)))
        return f"({names}) = s" if 0 < len(self.sorts) <= _UNPACKED else "pass"

    @cached_property
    def env(self) -> dict[str, Piece]:
        """The variables as text after `opening`."""
        env: dict[str, Piece] = {}
        for v, (a, b) in zip(self.variables, self.places, strict=True):
            texts = tuple(Text(self.cell(at), self.sorts[at]) for at in range(a, b))
            env[v.name] = Cells(texts, "s", a) if isinstance(v.sort, ArraySort) else texts[0]
        return env


def _cells(sort: Sort) -> list[ScalarSort]:
    return [sort.cell] * sort.cells if isinstance(sort, ArraySort) else [as_scalar(sort)]


def _packed(value: Scalar, sort: ScalarSort) -> int | Fraction:
    if isinstance(value, str):
        assert isinstance(sort, EnumSort)
        return sort.literals.index(value)
    return value


def _unpacked(value: int | Fraction, sort: ScalarSort) -> Scalar:
    if isinstance(sort, EnumSort):
        assert isinstance(value, int)
        return sort.literals[value]
    return value


def conjuncts(formula: Expr) -> list[Expr]:
    """The formulas that must all hold; of the constant true, none."""
    if is_true(formula):
        return []
    return list(formula.args) if formula.op == "and_" else [formula]


# -- initial states ---------------------------------------------------------------------------------------------------


def _constraint(machine: Machine, layout: Layout) -> tuple[dict[int, int | Fraction], dict[int, list[Expr]]]:
    """The cells that have a value, and the tests by the last cell that they speak of; under -1 if one is never true.

    In the tests, each cell that may start anywhere is a variable whose name is its place.
    """
    fixed: dict[int, int | Fraction] = {}
    parts: dict[str, Expr] = {}
    for v, (a, b) in zip(layout.variables, layout.places, strict=True):
        if v.start is not None:
            flat = v.start if isinstance(v.start, tuple) else (v.start,)
            fixed |= {at: _packed(x, layout.sorts[at]) for at, x in zip(range(a, b), flat, strict=True)}
            parts[v.name] = expr.constant(v.start, v.sort)
        elif isinstance(v.sort, ArraySort):
            cells = [expr.variable(str(at), v.sort.cell) for at in range(a, b)]
            parts[v.name] = expr.array(cells, v.sort) if cells else expr.constant((), v.sort)
        else:
            parts[v.name] = expr.variable(str(a), v.sort)
    tests: dict[int, list[Expr]] = {}
    for test in conjuncts(substitute(machine.constraint, parts)):
        last = max((int(name) for name in free(test)), default=-1)
        if last >= 0 or evaluate(test, {}, Values()) is False:
            tests.setdefault(last, []).append(test)
    return fixed, tests


def _extension(layout: Layout, tests: Sequence[Expr]) -> Callable[..., list[Packed]]:
    """The function from states of some cells and values of the next cell to the longer states that pass the tests."""
    source = Source(packed=True)
    env: dict[str, Piece] = {str(at): Text(f"s[{at}]", sort) for at, sort in enumerate(layout.sorts)}
    for line in ("out = []", "for before in found:", " for value in values:", "  s = (*before, value)"):
        source.line(line)
    source.indent = 3
    source.shared(*tests)
    _Writer(layout, source, env).ask(tests, {})
    source.line("out.append(s)")
    source.indent = 1
    source.line("return out")
    return source.function("extend", "found, values")


# -- steps ------------------------------------------------------------------------------------------------------------


def _texts(piece: Piece) -> tuple[Text, ...]:
    return piece.texts if isinstance(piece, Cells) else (piece,)


class _Move:
    """An instance to be written, with the conjuncts of its guard in the order in which they are asked."""

    def __init__(self, number: int, instance: Instance, *, labelled: bool) -> None:
        if instance.open:
            names = ", ".join(name for name, _ in instance.open)
            raise Misuse(f"{instance} cannot be enumerated: {names} has no bounds")
        self.label = f"{number}, " if labelled else ""
        self.updates = dict(instance.updates)
        self.guard = conjuncts(instance.guard)

    @property
    def weight(self) -> int:
        """How many subformulas it is built from."""
        seen: dict[Expr, bool] = {}
        for formula in (*self.guard, *self.updates.values()):
            seen |= dict.fromkeys(order(formula, seen), True)
        return len(seen)


def _all_moves(
    machine: Machine, instances: Sequence[Instance], look: Callable[[], None], *, labelled: bool
) -> Callable[[Packed], list[Any]]:
    layout = Layout(machine.variables)
    parts: list[Callable[[Packed], list[Any]]] = []
    for batch in _batches([_Move(i, instance, labelled=labelled) for i, instance in enumerate(instances)]):
        source = Source(packed=True)
        for line in ("out = []", "put = out.append", layout.opening):
            source.line(line)
        _Writer(layout, source).moves(batch)
        source.line("return out")
        parts.append(source.function("successors", "s"))
        look()
    if len(parts) == 1:
        return parts[0]
    return lambda state: [after for part in parts for after in part(state)]


def _batches(all_moves: Sequence[_Move]) -> Iterator[list[_Move]]:
    batch: list[_Move] = []
    weight = 0
    for move in all_moves:
        weight += move.weight
        if batch and weight > _NODES:
            yield batch
            batch, weight = [], move.weight
        batch.append(move)
    yield batch


def _common(guards: Sequence[Sequence[Expr]]) -> list[Expr]:
    """What several guards compute and is worth a local: the largest such subformulas, arguments first.

    Conjuncts themselves are left out: moves that share one are grouped under it.
    """
    needed: Counter[Expr] = Counter()
    everything: dict[Expr, bool] = {}
    for guard in guards:
        own: dict[Expr, bool] = {}
        for part in guard:
            own |= dict.fromkeys(order(part, own), True)
        needed.update(own)
        everything |= own
    covered = {part: needed[part] for guard in guards for part in guard}  # by the uses of what they are computed for
    result: list[Expr] = []
    for node in reversed(everything):
        if needed[node] > 1 and covered.get(node) != needed[node] and node.op in _COMPUTED:
            result.append(node)
            covered[node] = needed[node]
        if node in covered:
            covered |= {arg: max(covered[node], covered.get(arg, 0)) for arg in node.args}
    return result[::-1]


class _Writer:
    """Writes tests and moves into one function."""

    def __init__(self, layout: Layout, source: Source, env: Mapping[str, Piece] | None = None) -> None:
        self.layout, self.source = layout, source
        self.env: Mapping[str, Piece] = layout.env if env is None else env

    def moves(self, batch: Sequence[_Move]) -> None:
        """All moves. What several guards ask is asked once where they stand together, and computed once."""
        asked = Counter(part for move in batch for part in move.guard)
        for move in batch:
            move.guard.sort(key=lambda part: -asked[part])
        memo: dict[Expr, Piece] = {}
        for formula in _common([move.guard for move in batch]):
            self.source.shared(formula)
            piece = evaluate(formula, self.env, self.source, memo)
            memo[formula] = self.source.atom(piece) if isinstance(piece, Text) else piece
        self._group(batch, memo, 0)

    def _group(self, group: Sequence[_Move], memo: dict[Expr, Piece], asked: int) -> None:
        for test, same in itertools.groupby(group, lambda move: id(move.guard[asked]) if move.guard[asked:] else None):
            few = list(same)
            if len(few) == 1 or test is None or asked == 20:  # Python indents 100 times at most
                for move in few:
                    self._one(move, dict(memo), asked)
                continue
            indent, named, inner = self.source.indent, self.source.named, dict(memo)
            self.source.shared(few[0].guard[asked])
            self.ask([few[0].guard[asked]], inner)
            self._group(few, inner, asked + 1)
            self.source.indent, self.source.named = indent, named

    def _one(self, move: _Move, memo: dict[Expr, Piece], asked: int) -> None:
        indent, named = self.source.indent, self.source.named
        self.source.shared(*move.guard[asked:], *move.updates.values())
        self.ask(move.guard[asked:], memo)
        after = {name: evaluate(f, self.env, self.source, memo) for name, f in move.updates.items()}
        cells = self._cells(after)
        self._under([self._in_range(at, cells) for at in cells])
        self.source.line(f"put(({move.label}{self._state(cells)}))")
        self.source.indent, self.source.named = indent, named

    def ask(self, tests: Sequence[Expr], memo: dict[Expr, Piece]) -> None:
        """What follows is under all the tests; what a later test alone needs is computed after the earlier ones."""
        source, pending = self.source, list[str]()
        for test in tests:
            start = len(source.lines)
            piece = evaluate(test, self.env, source, memo)
            needed = source.lines[start:]
            if needed and pending and source.indent < 60:
                del source.lines[start:]
                self._under(pending)
                pending = []
                source.lines += [(source.indent, line) for _, line in needed]
            pending.append(str(piece))
        self._under(pending)

    def _under(self, tests: Sequence[str]) -> None:
        if tests := [test for test in tests if test]:
            self.source.line(f"if {' and '.join(tests)}:")
            self.source.indent += 1

    def _cells(self, after: Mapping[str, Piece]) -> dict[int, Text]:
        """The cells that change, with their new values."""
        changed: dict[int, Text] = {}
        for v, (a, b) in zip(self.layout.variables, self.layout.places, strict=True):
            if piece := after.get(v.name):
                new = zip(range(a, b), _texts(self.env[v.name]), _texts(piece), strict=True)
                changed |= {at: text for at, old, text in new if text is not old}
        return changed

    def _in_range(self, at: int, cells: dict[int, Text]) -> str:
        """The test that a new value is one of the cell's sort; empty where its own sort says so."""
        sort, new = self.layout.sorts[at], cells[at]
        if not isinstance(sort, IntSort | RealSort):
            return ""
        assert isinstance(new.sort, IntSort | RealSort)
        low = sort.lo is not None and (new.sort.lo is None or new.sort.lo < sort.lo)
        high = sort.hi is not None and (new.sort.hi is None or new.sort.hi > sort.hi)
        if not low and not high:
            return ""
        new = cells[at] = self.source.atom(new)
        least = f"{self.source.literal(sort.lo, sort)} <= " if low and sort.lo is not None else ""
        most = f" <= {self.source.literal(sort.hi, sort)}" if high and sort.hi is not None else ""
        return f"{least}{new}{most}"

    def _state(self, cells: Mapping[int, Text]) -> str:
        """The state after a step: all its cells, or where it is wide and little changes, slices of the old one."""
        width, places = len(self.layout.sorts), sorted(cells)
        if width <= _LISTED or 30 * len(places) > width:
            return f"({''.join(f'{cells.get(at, self.layout.cell(at))}, ' for at in range(width))})"
        runs: list[str] = []
        for before, at in itertools.pairwise([-1, *places, width]):
            runs.append(f"s[{before + 1}:{at}]")
            runs += [f"({cells[at]},)"] if at in cells else []
        return " + ".join(runs)
