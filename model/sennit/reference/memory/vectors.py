"""The inner loops of the processor's back end as LLVM code: sixteen states side by side, one in each lane.

Loops over arrays, left to the compiler, reach half of the memory's speed at the tag of a segment and a quarter of the
arithmetic at the permutation. Arguments are addresses; a state is 16 rows of 16 lanes, and row w holds word w of each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from llvmlite import ir
from numba import njit
from numba import types as numba_types
from numba.core import cgutils
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., object])
types: Any = numba_types

LANES = 16
AHEAD = 2048  # bytes that a tag is fetched ahead
_UNROLLED = 8  # vectors of eight words in one turn of a tag's loop
_BYTE, _HALF, _WORD = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_ROW, _WORDS = ir.VectorType(_HALF, LANES), ir.VectorType(_WORD, 8)


def fast(function: F) -> F:
    """The function, compiled when it is first called, and kept on disk where there is a folder to keep it in."""
    try:
        made: Any = njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no folder can be written: neither beside this file nor the user's own
        made = njit(nogil=True)(function)
    return cast("F", made)


def _permute_code(_typing: Any, _state: Any, _double_rounds: Any) -> Any:
    """The permutation, in place."""

    def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        rows = [_load(builder, args[0], 64 * w, _ROW) for w in range(16)]
        _store_rows(builder, args[0], _rounds(builder, rows, args[1]))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), code


def _mix_code(_typing: Any, _state: Any, _lines: Any) -> Any:
    """XORs lane l with the line at address l of the table, then two rounds, in place."""

    def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        state, lines = args
        read = [_load(builder, _load(builder, lines, 8 * lane, _WORD), 0, _ROW) for lane in range(LANES)]
        old = [_load(builder, state, 64 * w, _ROW) for w in range(16)]
        rows = [builder.xor(a, b) for a, b in zip(old, _transposed(builder, read), strict=True)]
        _store_rows(builder, state, _double_round(builder, rows))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), code


def _emit_code(_typing: Any, _state: Any, _lines: Any) -> Any:
    """Writes lane l as a line to address l of the table."""

    def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        state, lines = args
        rows = [_load(builder, state, 64 * w, _ROW) for w in range(16)]
        for lane, line in enumerate(_transposed(builder, rows)):
            _store(builder, _load(builder, lines, 8 * lane, _WORD), line)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), code


def _fetch_code(_typing: Any, _lines: Any) -> Any:
    """Begins to fetch the lines at the addresses of the table."""

    def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        for lane in range(LANES):
            _prefetch(builder, _load(builder, args[0], 8 * lane, _WORD))
        return context.get_dummy_value()

    return types.void(types.int64), code


def _universal_code(_typing: Any, _data: Any, _key: Any, _words: Any) -> Any:
    """Both sums of a segment's tag; the number of words is a multiple of 64."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data, key, words = args
        before, loop, after = builder.block, builder.append_basic_block("sum"), builder.append_basic_block("summed")
        zero, half = _all(_WORDS, 0), _all(_WORDS, 32)
        low = _all(_WORDS, (1 << 32) - 1)
        builder.branch(loop)
        builder.position_at_end(loop)
        first = _phi(builder, _WORD, _WORD(0), before)
        kept = [_phi(builder, _WORDS, zero, before) for _ in range(4)]
        sums = list(kept)
        at, of_key = (builder.add(base, builder.shl(first, _WORD(3))) for base in (data, key))
        for turn in range(_UNROLLED):
            word = _load(builder, at, 64 * turn, _WORDS)
            _prefetch(builder, builder.add(at, _WORD(64 * turn + AHEAD)))
            for shift in range(2):
                k = _load(builder, of_key, 64 * turn + 8 * shift, _WORDS)
                a = builder.and_(builder.add(word, k), low)
                b = builder.and_(builder.add(builder.lshr(word, half), builder.lshr(k, half)), low)
                place = 2 * (turn % 2) + shift
                sums[place] = builder.add(sums[place], builder.mul(a, b))
        following = builder.add(first, _WORD(8 * _UNROLLED))
        for phi, value in zip((first, *kept), (following, *sums), strict=True):
            phi.add_incoming(value, loop)
        builder.cbranch(builder.icmp_unsigned("<", following, words), loop, after)
        builder.position_at_end(after)
        tags = []
        for shift in range(2):
            both = builder.add(sums[shift], sums[2 + shift])
            parts = [builder.extract_element(both, _HALF(lane)) for lane in range(8)]
            total = parts[0]
            for part in parts[1:]:
                total = builder.add(total, part)
            tags.append(total)
        return context.make_tuple(builder, signature.return_type, tags)

    return types.UniTuple(types.uint64, 2)(types.int64, types.int64, types.int64), code


permute: Any = intrinsic(_permute_code)
mix: Any = intrinsic(_mix_code)
emit: Any = intrinsic(_emit_code)
fetch: Any = intrinsic(_fetch_code)
universal: Any = intrinsic(_universal_code)


def _rounds(builder: Any, rows: Sequence[Any], times: Any) -> list[Any]:
    """A loop of double rounds; `times` is at least 1."""
    before, loop, after = builder.block, builder.append_basic_block("round"), builder.append_basic_block("rounded")
    builder.branch(loop)
    builder.position_at_end(loop)
    done = _phi(builder, _WORD, _WORD(0), before)
    now = [_phi(builder, _ROW, row, before) for row in rows]
    then = _double_round(builder, now)
    following = builder.add(done, _WORD(1))
    for phi, value in zip((done, *now), (following, *then), strict=True):
        phi.add_incoming(value, loop)
    builder.cbranch(builder.icmp_unsigned("<", following, times), loop, after)
    builder.position_at_end(after)
    return then


def _double_round(builder: Any, rows: Sequence[Any]) -> list[Any]:
    s = list(rows)
    for turned in (0, 1):
        for a in range(4):
            b, c, d = (4 * row + (a + row * turned) % 4 for row in (1, 2, 3))
            for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                s[x] = builder.add(s[x], s[y])
                s[z] = builder.xor(s[z], s[x])
                left, right = builder.shl(s[z], _all(_ROW, turn)), builder.lshr(s[z], _all(_ROW, 32 - turn))
                s[z] = builder.or_(left, right)
    return s


def _transposed(builder: Any, rows: Sequence[Any]) -> list[Any]:
    """Word w of row l becomes word l of row w: halves of pairs are exchanged at distance 8, 4, 2 and 1."""
    s = list(rows)
    for distance in (8, 4, 2, 1):
        for a in range(16):
            if a & distance:
                continue
            b = a | distance
            low = [lane if not lane & distance else LANES + lane - distance for lane in range(LANES)]
            high = [lane + distance if not lane & distance else LANES + lane for lane in range(LANES)]
            s[a], s[b] = (
                builder.shuffle_vector(s[a], s[b], ir.Constant(ir.VectorType(_HALF, LANES), picked))
                for picked in (low, high)
            )
    return s


def _phi(builder: Any, kind: Any, value: Any, block: Any) -> Any:
    phi = builder.phi(kind)
    phi.add_incoming(value, block)
    return phi


def _all(kind: Any, value: int) -> Any:
    return ir.Constant(kind, [value] * kind.count)


def _load(builder: Any, address: Any, offset: int, kind: Any) -> Any:
    pointer = builder.inttoptr(builder.add(address, _WORD(offset)), kind.as_pointer())
    return builder.load(pointer, align=4)


def _store(builder: Any, address: Any, value: Any) -> None:
    builder.store(value, builder.inttoptr(address, value.type.as_pointer()), align=4)


def _store_rows(builder: Any, state: Any, rows: Sequence[Any]) -> None:
    for w, row in enumerate(rows):
        _store(builder, builder.add(state, _WORD(64 * w)), row)


def _prefetch(builder: Any, address: Any) -> None:
    functions: Any = cgutils
    byte = ir.PointerType(_BYTE)
    kind = ir.FunctionType(ir.VoidType(), [byte, _HALF, _HALF, _HALF])
    code = functions.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    builder.call(code, [builder.inttoptr(address, byte), _HALF(0), _HALF(3), _HALF(1)])
