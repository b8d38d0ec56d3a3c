"""A trace as what a reader steps through: lanes of actors, moves, and the cells that each move changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sennit.canonical import value_from_data
from sennit.errors import Misuse
from sennit.machine import Machine, actors, arguments
from sennit.notation import cell_names
from sennit.run.words import plain
from sennit.sort import ArraySort

_UNNAMED = "—"  # the lane of moves whose actors are not known


@dataclass(frozen=True)
class Shown:
    """One variable: its cells have labels if it is an array; `first` is the number of its first cell."""

    name: str
    first: int
    labels: tuple[str, ...] | None


@dataclass(frozen=True)
class Change:
    """One cell that a move changes."""

    cell: int
    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Move:
    """One step: its lane, the lane it speaks to or None, and what it changes."""

    number: int
    text: str
    by: int
    to: int | None
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Player:
    """A run: who takes part, the variables, the first values as text, and the moves.

    `back` is the number of the state that the last one repeats, from which the run goes on for ever; None if it ends.
    """

    actors: tuple[str, ...]
    variables: tuple[Shown, ...]
    start: tuple[str, ...]
    moves: tuple[Move, ...]
    back: int | None = None

    @property
    def data(self) -> dict[str, object]:
        """What the page's script needs to show any state: the first values and, for each move, what differs."""
        return {
            "start": self.start,
            "moves": [{"text": m.text, "changes": [[c.cell, c.new] for c in m.changes]} for m in self.moves],
        }


def player(trace: Mapping[str, object], machine: Machine | None) -> Player:
    """Reads a trace as the ledger keeps it. Raises ValueError where it has another form or another machine's names.

    The file says neither who moves nor in what order variables were declared: both are the machine's to say.
    """
    start, steps, back = trace.get("start"), trace.get("steps"), trace.get("loop")
    if not isinstance(start, dict) or not isinstance(steps, list):
        raise ValueError("expected `start` and `steps`")
    if back is not None and not (isinstance(back, int) and 0 <= back <= len(steps)):
        raise ValueError("expected a `loop` that begins in one of the states")
    names = list(start) if machine is None else [v.name for v in machine.variables]
    before = first = _cells(start, names)
    variables = _variables(start, names, machine)
    labels = [f"{v.name}[{at}]" if at else v.name for v in variables for at in ([""] if v.labels is None else v.labels)]
    lanes: dict[str, int] = {}
    moves: list[Move] = []
    for number, step in enumerate(steps, 1):
        match step:
            case {"rule": str(rule), "args": dict(args), "state": dict(state)}:
                after = _cells(state, names)
            case _:
                raise ValueError(f"step {number} has another form than rule, args and state")
        if len(after) != len(before):
            raise ValueError(f"state {number} has other cells than the one before")
        changed = [Change(i, labels[i], a, b) for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
        text, by, to = _move(rule, args, machine)
        lane = lanes.setdefault(by, len(lanes))
        moves.append(Move(number, text, lane, lanes.setdefault(to, len(lanes)) if to else None, tuple(changed)))
        before = after
    return Player(tuple(lanes), variables, tuple(first), tuple(moves), back)


def _move(name: str, args: Mapping[str, object], machine: Machine | None) -> tuple[str, str, str]:
    """The move with its arguments, who makes it, and to whom."""
    by, to, order = _UNNAMED, "", list(args)
    if machine is not None:
        try:
            rule = machine.rule(name)
            sorts = dict(rule.params)
            values = {n: value_from_data(v, sorts[n]) for n, v in args.items() if n in sorts}
            by, to = actors(rule, arguments(rule, values))
        except Misuse as error:
            raise ValueError(str(error)) from error
        order = list(sorts)
    given = ", ".join(f"{plain(n)}={_text(args[n])}" for n in order)
    return f"{plain(name)}({given})", plain(by), plain(to)


def _variables(state: Mapping[str, object], names: Sequence[str], machine: Machine | None) -> tuple[Shown, ...]:
    dims = {v.name: v.sort for v in machine.variables if isinstance(v.sort, ArraySort)} if machine is not None else {}
    found: list[Shown] = []
    first = 0
    for name in names:
        value = state[name]
        labels: tuple[str, ...] | None = None
        if isinstance(value, list):
            labels = tuple(str(number) for number in range(len(value)))
            if name in dims and len(known := cell_names("", dims[name])) == len(value):
                labels = tuple(label[1:-1] for label in known)
        found.append(Shown(plain(name), first, labels))
        first += 1 if labels is None else len(labels)
    return tuple(found)


def _cells(state: Mapping[str, object], names: Sequence[str]) -> list[str]:
    """The values of all cells as text, in the order of the names; arrays are row-major."""
    if sorted(state) != sorted(names):
        raise ValueError(f"a state names {', '.join(state)}, and {', '.join(names)} were expected")
    return [_text(cell) for name in names for cell in _listed(state[name])]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int():
            return plain(str(value))
    raise ValueError(f"{plain(str(value))[:60]!r} is no value that can be shown")
