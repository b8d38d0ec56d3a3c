"""How much of a device's memory is taken, and what is said of the rest."""

from __future__ import annotations

import pytest

from unit.memory.machines import apart

STEPS = (1 << 30, 1 << 26, 1 << 21)

LARGEST = """
from sennit.reference.memory.device import largest
asked = []
def granted(size):
    asked.append(size)
    return size <= {limit}
print(largest(granted, {room}, {steps}), len(asked))
"""


@pytest.mark.parametrize("limit", [(1 << 37) + 12345, 1 << 36, 3 << 21, 5, 140 << 30])
def test_the_largest_allocation_is_found_to_the_last_step(limit: int) -> None:
    """Never more than is granted, and less than the finest step below it."""
    room = 140 << 30
    size, asked = map(int, apart(LARGEST.format(limit=limit, room=room, steps=STEPS), NUMBA_ENABLE_CUDASIM="1").split())
    assert size <= min(limit, room)
    assert min(limit, room) - size < STEPS[-1] or (size == 0 and limit < STEPS[-1])
    assert asked < 300


def test_without_a_device_one_line_says_so() -> None:
    """And names what to do."""
    code = """
from sennit.errors import Misuse
try:
    from sennit.reference.memory.device import Device, Shape
    Device(Shape(1, 8))
except Misuse as error:
    print(error)
"""
    assert "no CUDA device" in apart(code, NUMBA_ENABLE_CUDASIM="0", CUDA_VISIBLE_DEVICES="-1")
