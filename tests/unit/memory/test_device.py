"""How much of a device's memory is taken, and what is said of the rest."""

from __future__ import annotations

from unit.memory.machines import apart

STEPS = (1 << 30, 1 << 26, 1 << 21)

LIMITS = ((1 << 37) + 12345, 1 << 36, 3 << 21, 5, 140 << 30)

LARGEST = """
from sennit.reference.memory.device import largest
for limit in {limits}:
    asked = []
    print(limit, largest(lambda size: asked.append(size) or size <= limit, {room}, {steps}), len(asked))
"""


def test_the_largest_allocation_is_found_to_the_last_step() -> None:
    """Never more than is granted, and less than the finest step below it."""
    room = 140 << 30
    said = apart(LARGEST.format(limits=LIMITS, room=room, steps=STEPS), NUMBA_ENABLE_CUDASIM="1").splitlines()
    assert len(said) == len(LIMITS)
    for limit, size, asked in (map(int, line.split()) for line in said):
        assert size <= min(limit, room)
        assert min(limit, room) - size < STEPS[-1] or (size == 0 and limit < STEPS[-1])
        assert asked < 300


MOST = """
from sennit.reference.memory import device

FREE, TOTAL = 1000 << 20, 1200 << 20

class Context:
    def get_memory_info(self):
        return FREE, TOTAL

device._select = lambda number: Context()
device._try = lambda size: object() if size <= FREE - (5 << 20) else None
shape, held = device.most(512)
print(shape.bytes, shape.lines, held.total, held.held, held.driver, held.refused, held.unseen)
"""


def test_what_of_a_device_is_not_held_is_said() -> None:
    """Nearly all that is free is taken; driver, refused and held make up the whole, and all but held is unseen."""
    size, lines, total, held, driver, refused, unseen = map(int, apart(MOST, NUMBA_ENABLE_CUDASIM="1").split())
    assert (lines, total, held) == (512, 1200 << 20, size)
    assert driver + refused + held == total
    assert unseen >= total - held
    assert (1000 - 5) << 20 >= held > (1000 - 5 - 4) << 20


def test_a_prover_on_a_simulated_device_is_accepted_by_a_verifier_in_another_process() -> None:
    """The whole way: fill, both sweeps, openings and a ping."""
    code = """
from random import Random
from sennit.reference.memory import game
from sennit.reference.memory.shape import Shape
from sennit.reference.memory.verifier import Rules, Verifier
from unit.memory.machines import origin
with game.prover(device="cuda") as channel:
    verifier = Verifier(channel, origin(), Shape(3, 8), Rules(openings=5, draw=Random(1)))
    verifier.fill(200)
    print(*(each.verdict for each in (verifier.sweep("segment"), verifier.sweep("scattered"), verifier.ping(4))))
"""
    assert apart(code, NUMBA_ENABLE_CUDASIM="1").split() == ["accepted"] * 3


COPIES = """
from sennit.reference.memory.device import copies
print(*(f"{name}:{volume}:{len(times)}" for name, volume, times in copies(1 << 14, 2)))
"""


def test_copies_are_timed_to_the_device_from_it_and_on_it() -> None:
    """A copy on the device reads and writes; each is timed as often as asked for, after one that is not."""
    said = apart(COPIES, NUMBA_ENABLE_CUDASIM="1").split()
    assert said == ["host_to_device:16384:2", "device_to_host:16384:2", "device_copy:32768:2", "device_read:16384:2"]


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
