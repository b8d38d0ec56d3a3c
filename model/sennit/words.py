"""The words that specifications are written with, beside the operators of `Expr`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextvars import ContextVar, Token
from dataclasses import dataclass
from types import CodeType, FrameType

from sennit import expr
from sennit.errors import Misuse
from sennit.every import closed, counted
from sennit.expr import Expr, boolean, lift, paired
from sennit.sort import RealSort


def ite(condition: object, then: object, otherwise: object) -> Expr:
    """`then` where `condition` holds, else `otherwise`: what `if` means on formulas."""
    return expr.ite(boolean(condition, "ite"), *paired(then, otherwise))


def implies(premise: object, conclusion: object) -> Expr:
    """Wherever `premise` holds, `conclusion` does."""
    given = boolean(premise, "implies")
    noticing = _noticing.get()
    if noticing is not None:
        noticing.add(given, sys._getframe(1))
    return expr.or_(expr.not_(given), boolean(conclusion, "implies"))


def forall(formulas: Iterable[object]) -> Expr:
    """All of them hold; of none, true. Written `forall(self.free[c] for c in self.client)`."""
    return expr.and_(*closed("forall", _several(formulas, "forall"), lambda f: boolean(f, "forall")))


def exists(formulas: Iterable[object]) -> Expr:
    """At least one of them holds; of none, false."""
    return expr.or_(*closed("exists", _several(formulas, "exists"), lambda f: boolean(f, "exists")))


def count(formulas: Iterable[object]) -> Expr:
    """How many of them hold, an integer from 0; of none, 0."""
    return expr.count_true([boolean(formula, "count") for formula in counted("count", _several(formulas, "count"))])


def total(numbers: Iterable[object]) -> Expr:
    """Their sum; of none, 0."""
    parts = [lift(number) for number in counted("total", numbers)]
    if any(isinstance(part.sort, RealSort) for part in parts):
        parts = [expr.real(part) for part in parts]
    return expr.add(*parts) if parts else lift(0)


def distinct(values: Iterable[object]) -> Expr:
    """No two of them are equal."""
    given = counted("distinct", values)
    return expr.and_(
        *(expr.not_(expr.eq(*paired(a, b))) for i, a in enumerate(given) for b in given[i + 1 :]),
    )


def least(a: object, b: object) -> Expr:
    """The smaller of two numbers: what `min` means on formulas."""
    x, y = paired(a, b)
    return ite(x <= y, x, y)


def greatest(a: object, b: object) -> Expr:
    """The greater of two numbers: what `max` means on formulas."""
    x, y = paired(a, b)
    return ite(x <= y, y, x)


def _several(formulas: Iterable[object], what: str) -> Iterable[object]:
    if isinstance(formulas, Expr | str) or not isinstance(formulas, Iterable):
        raise Misuse(
            f"{what} takes several formulas, as in {what}(self.free[c] for c in self.client), not {formulas!r}"
        )
    return formulas


@dataclass(frozen=True, eq=False)
class Premise:
    """What stands before an `implies`: true where it is in one place of the text, for any member of a `forall`."""

    formulas: tuple[Expr, ...]
    where: str  # file:line


class Noticed:
    """While it lasts, notes the premise of every `implies`, which the formula itself no longer shows.

    One call in the text is one premise, however often a loop or a `forall` comes by; a function that is called from
    two places of the text makes two.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[tuple[CodeType, int], ...], tuple[list[Expr], str]] = {}

    def __enter__(self) -> Noticed:
        self._outside = sys._getframe(1)
        self._token: Token[Noticed | None] = _noticing.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _noticing.reset(self._token)
        del self._outside

    def add(self, premise: Expr, caller: FrameType) -> None:
        """Notes a premise that stands in this frame."""
        where = f"{caller.f_code.co_filename}:{caller.f_lineno}"
        chain: list[tuple[CodeType, int]] = []
        frame: FrameType | None = caller
        while frame is not None and frame is not self._outside:
            chain.append((frame.f_code, frame.f_lasti))
            frame = frame.f_back
        self._found.setdefault(tuple(chain), ([], where))[0].append(premise)

    @property
    def premises(self) -> tuple[Premise, ...]:
        """All that was noted, in the order of the text's first use of each."""
        return tuple(Premise(tuple(dict.fromkeys(formulas)), where) for formulas, where in self._found.values())


_noticing: ContextVar[Noticed | None] = ContextVar("noticing", default=None)
