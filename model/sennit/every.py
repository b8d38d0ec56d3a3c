"""Every size at once: `every` in place of a size, and the members of a Sort that then stand for all of them.

`forall(self.up[n] for n in self.node)` reads the same at a size and for every size. At a size, `self.node` is a range.
For every size it yields one symbol, once, and the word that takes the formulas binds the symbol: that is why only
`forall` and `exists` may go through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import Final, NoReturn

from sennit import binders
from sennit.errors import Misuse
from sennit.expr import Expr, free, name_of


class Every(int):
    """The type of `every`. As a number it is -1, which no size is."""

    def __repr__(self) -> str:
        return "every"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format("every", spec)


every: Final = Every(-1)


def spelled(value: int) -> str:
    """A size or switch as a reader writes it: `3`, `every`, `on`, `off`."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "every" if value == every else str(value)


def _refused(what: str, mend: str) -> Callable[..., NoReturn]:
    def refuse(self: Members, *_given: object) -> NoReturn:
        raise Misuse(f"{what} has no meaning while {self.name} has no size: {mend}")

    return refuse


class Members:
    """The members of a Sort without a size: `forall` and `exists` go through them, and nothing else does."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __iter__(self) -> Iterator[Expr]:
        scope = _scope.get()
        if scope is None or scope.refuses:
            what = scope.what if scope is not None else "going through its members one by one"
            raise Misuse(f"{what} has no meaning while {self.name} has no size: use forall, exists or a relation")
        symbol = binders.fresh(self.name)
        scope.open[name_of(symbol)] = symbol
        try:
            yield symbol
        finally:
            scope.ended.append(name_of(scope.open.pop(name_of(symbol))))

    def __repr__(self) -> str:
        return f"the members of {self.name}"

    __len__ = _refused("len()", "state what hangs on it at given sizes only")
    __getitem__ = _refused("[]", "members have no numbers")
    __contains__ = _refused("`in`", "every member is one")
    __reversed__ = _refused("reversed()", "members have no order")


class Scope:
    """The symbols that one `forall` or `exists` binds: `open` while the loop over them goes on, then `ended`."""

    def __init__(self, what: str, *, refuses: bool) -> None:
        self.what, self.refuses = what, refuses
        self.open: dict[str, Expr] = {}
        self.ended: list[str] = []


_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)


def closed(op: str, formulas: Iterable[object], as_bool: Callable[[object], Expr]) -> list[Expr]:
    """Each formula, with the symbols of the loops that it came from bound by `op`, forall or exists.

    Raises Misuse for a loop that had ended before the formula was handed over: what it was for, nobody knows.
    """
    scope = Scope(op, refuses=False)
    bind = binders.forall if op == "forall" else binders.exists
    result: list[Expr] = []
    token = _scope.set(scope)
    try:
        for formula in formulas:
            body = as_bool(formula)
            if any(name in free(body) for name in scope.ended):
                raise Misuse(
                    f"{op} got a formula about a member from a loop of its own: use forall or exists there too"
                )
            result.append(bind(list(scope.open.values()), body))
    finally:
        _scope.reset(token)
    return result


def counted(what: str, things: Iterable[object]) -> list[object]:
    """The things, none of them about the members of a Sort without a size: `what` needs to know how many there are."""
    token = _scope.set(Scope(what, refuses=True))
    try:
        return list(iter(things))  # without its length, which it may not have
    finally:
        _scope.reset(token)
