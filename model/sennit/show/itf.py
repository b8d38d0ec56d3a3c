"""A trace in the Informal Trace Format, which trace viewers and test generators of other tools read.

Integers become `{"#bigint": ...}`, arrays nested lists, reals records `{"numerator": ..., "denominator": ...}`; the
move that led to a state is in the state's `#meta`. `loop` is the number of the state that the last one repeats.
"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import NamedTuple

import itf_py

from sennit.canonical import value_to_data
from sennit.machine import actors
from sennit.run.suite import title
from sennit.run.words import statement
from sennit.sort import ArraySort, Scalar, Sort, Value
from sennit.verdict import Verdict


class Real(NamedTuple):
    """An exact real; the library takes named tuples for records."""

    numerator: int
    denominator: int


def to_itf(verdict: Verdict) -> dict[str, object]:
    """The trace as JSON data. Raises ValueError for a verdict without a trace."""
    machine, trace = verdict.shown.machine, verdict.trace
    if trace is None:
        raise ValueError(f"{verdict.question.id} {verdict.answer.name}: there is no trace to export")
    metas: list[dict[str, object]] = [{"index": 0}]
    for number, step in enumerate(trace.steps, 1):
        rule = machine.rule(step.rule)
        by, to = actors(rule, step.args)
        args = {name: value_to_data(value) for (name, _), value in zip(rule.params, step.args, strict=True)}
        metas.append({"index": number, "rule": step.rule, "args": args, "by": by, "to": to})
    states = [
        itf_py.State(meta, {v.name: _value(x, v.sort) for v, x in zip(machine.variables, state, strict=True)})
        for meta, state in zip(metas, trace.states, strict=True)
    ]
    about = {
        "format": "ITF",
        "description": statement(verdict.question),
        "source": title(verdict.question),
        "status": verdict.answer.name,
        "digest": verdict.question.digest,
    }
    names = [v.name for v in machine.variables]
    data = itf_py.trace_to_json(itf_py.Trace(about, [], names, states, trace.loop))
    # What the library cannot write it hides in objects of its own; writing the text is what finds them.
    written: dict[str, object] = json.loads(json.dumps({k: v for k, v in data.items() if v is not None}))
    return written


def _value(value: Value, sort: Sort) -> object:
    if isinstance(sort, ArraySort):
        assert isinstance(value, tuple)
        return _nested([_scalar(cell) for cell in value], sort.dims)
    assert not isinstance(value, tuple)
    return _scalar(value)


def _nested(cells: list[object], dims: tuple[int, ...]) -> list[object]:
    """Row-major cells as lists of lists, one level a dimension."""
    if len(dims) == 1:
        return cells
    size = len(cells) // dims[0] if dims[0] else 0
    return [_nested(cells[i * size : (i + 1) * size], dims[1:]) for i in range(dims[0])]


def _scalar(value: Scalar) -> object:
    return Real(value.numerator, value.denominator) if isinstance(value, Fraction) else value
