"""The challenge: what is accepted, what is rejected and why, and provers that hang, lie or talk nonsense."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import struct
import threading
import time
from pathlib import Path
from random import Random

import msgspec
import pytest

from sennit.errors import Misuse
from sennit.reference.memory import game
from sennit.reference.memory.cheaters.sources import Nothing
from sennit.reference.memory.cheaters.split import Split
from sennit.reference.memory.prover import Honest, Prover
from sennit.reference.memory.shape import Shape, Sweep
from sennit.reference.memory.threads import Threads
from sennit.reference.memory.verifier import Round, Rules, Verifier
from sennit.reference.memory.wire import MOST, Broken, Channel, Lines, Ready, Root, answered, asked
from unit.memory.beside import SMALL, against, drawn
from unit.memory.machines import origin

SWEEPS: list[Sweep] = ["segment", "scattered"]


@pytest.mark.parametrize("mode", SWEEPS)
@pytest.mark.parametrize("shape", [Shape(1, 8), Shape(7, 16), Shape(70, 8)], ids=str)
def test_an_honest_prover_is_accepted_again_and_again(shape: Shape, mode: Sweep) -> None:
    """Sweeps and pings, with every leaf opened."""
    with against(Honest(), shape, rules=drawn(1, openings=1000)) as verifier:
        for _ in range(3):
            swept = verifier.sweep(mode)
            assert swept.accepted
            assert swept.checked == shape.leaves
        assert all(verifier.ping(5).accepted for _ in range(5))


@pytest.mark.parametrize("mode", SWEEPS)
@pytest.mark.parametrize("other", [origin(3), origin(2, device=9), origin(2, epoch=9)], ids=str)
def test_labels_of_another_origin_are_wrong(other: object, mode: Sweep) -> None:
    """Another cost, device or epoch: each opened leaf is wrong, and each ping."""
    with against(Honest(), at=origin(2)) as verifier:
        verifier.origin = other  # type: ignore[assignment]  # what the verifier asked for in another fill
        assert verifier.sweep(mode).verdict == "wrong"
        assert verifier.sweep(mode).wrong == 12
        assert verifier.ping(4).wrong == 4


def test_a_leaf_of_another_tree_is_wrong() -> None:
    """A leaf that is right, under a root that does not commit to it, is not accepted."""

    class Swaps(Honest):
        def show(self, leaf: int) -> tuple[bytes, bytes]:
            shown, path = super().show(leaf)
            return shown, path[::-1]

    class Short(Honest):
        def show(self, leaf: int) -> tuple[bytes, bytes]:
            shown, path = super().show(leaf)
            return shown, path[32:]

    for prover in (Swaps(), Short()):
        with against(prover) as verifier:
            assert verifier.sweep("segment").wrong == 12


def test_an_answer_after_the_deadline_is_late_however_right_it_is() -> None:
    """By the verifier's clock."""
    with against(Honest(), rules=drawn(1, deadline=1e-9)) as verifier:
        swept = verifier.sweep("segment")
    assert (swept.verdict, swept.wrong) == ("late", 0)
    assert swept.seconds > 1e-9


def test_an_answer_that_is_late_and_wrong_is_wrong() -> None:
    """And neither is accepted."""
    assert Round(2.0, 1.0, 1, 3).verdict == "wrong"
    assert Round(2.0, 1.0, 0, 3).verdict == "late"
    assert Round(2.0, None, 0, 3).verdict == "accepted"
    assert not Round(2.0, 1.0, 0, 3).accepted


def test_the_verifiers_draws_are_not_foreseen_unless_a_test_seeds_them() -> None:
    """Keys, leaves and labels come from the system's entropy."""
    assert isinstance(Rules().draw, random.SystemRandom)


def test_verifier_and_prover_are_two_processes_and_the_memory_goes_with_the_prover() -> None:
    """Over loopback; when the block ends, no child of this process is left."""
    before = _children()
    with game.prover() as channel:
        verifier = Verifier(channel, origin(2), SMALL, drawn(3))
        verifier.fill(60)
        assert verifier.sweep("scattered").accepted
        assert verifier.ping(3).accepted
        assert len(_children() - before) == 1
    assert _children() <= before


def _children() -> set[str]:
    """The processes that this one has begun, those of other tests among them."""
    found: set[str] = set()
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        with contextlib.suppress(OSError):
            found.update((task / "children").read_text().split())
    return found


def test_a_prover_that_cannot_have_the_memory_says_so() -> None:
    """In its own line; its process ends."""
    with game.prover() as channel:
        verifier = Verifier(channel, origin(), Shape.of(1 << 45), drawn(1))
        with pytest.raises(Broken, match="bytes of memory are asked for"):
            verifier.fill(60)


def test_a_prover_that_cannot_start_says_so() -> None:
    """The last line of its errors."""
    with pytest.raises(Misuse, match="no prover is called 'nobody'"), game.prover("nobody"):
        pass


def test_a_device_that_is_not_there_is_said_in_one_line() -> None:
    """Whether numba-cuda is missing or the device is."""
    with game.prover(device="cuda") as channel, pytest.raises(Broken, match=r"no CUDA device|numba-cuda is not inst"):
        Verifier(channel, origin(), SMALL, drawn(1)).fill(60)


ANSWERS = {
    "nothing": (b"", "it sent no whole message within"),
    "half a length": (b"\x05\x00", "it sent no whole message within"),
    "half a message": (struct.pack("<I", 5) + b"ab", "it sent no whole message within"),
    "too long a message": (struct.pack("<I", MOST + 1), "are the most"),
    "no message": (struct.pack("<I", 4) + b"\xff\xfe\x00\x01", "what is no message"),
    "no kind": (struct.pack("<I", 1) + b"\x80", "what is no message"),
    "another kind": (None, "it sent Lines where Root was due"),
    "wrong types": (
        struct.pack("<I", len(bad := msgspec.msgpack.encode({"type": "Root", "root": 5, "seconds": 0.0}))) + bad,
        "what is no message",
    ),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_a_prover_that_hangs_or_talks_nonsense_is_given_up_in_one_line(what: str) -> None:
    """Within the verifier's patience, whatever has come by then."""
    data, says = ANSWERS[what]
    here, there = socket.socketpair()
    if data is None:
        Channel(there).send(Lines(b"lines"))
    else:
        there.sendall(data)
    verifier = Verifier(Channel(here), origin(), SMALL, Rules(patience=0.2))
    began = time.monotonic()
    with pytest.raises(Broken, match=says) as broken:
        verifier.sweep("segment")
    assert time.monotonic() - began < 20
    assert "\n" not in str(broken.value)
    here.close()
    there.close()


def test_a_prover_that_goes_away_is_given_up() -> None:
    """As soon as the connection ends, not after the patience."""
    here, there = socket.socketpair()
    there.close()
    with pytest.raises(Broken, match="ended"):
        Verifier(Channel(here), origin(), SMALL, Rules(patience=60)).ping(1)
    here.close()


def test_a_prover_that_drips_is_given_up_after_the_patience_in_all() -> None:
    """Each byte does not begin the patience anew."""
    here, there = socket.socketpair()
    over = threading.Event()

    def drip() -> None:
        there.sendall(struct.pack("<I", 1000))
        while not over.wait(0.02):
            with contextlib.suppress(OSError):
                there.sendall(b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    began = time.monotonic()
    with pytest.raises(Broken, match="no whole message"):
        Channel(here).receive(0.3)
    assert time.monotonic() - began < 10
    over.set()
    dripping.join()
    here.close()
    there.close()


def test_too_few_leaves_are_no_answer() -> None:
    """A prover that shows fewer leaves than were asked for is given up."""

    class Hides(Honest):
        def show(self, leaf: int) -> tuple[bytes, bytes]:
            raise Broken("I would rather not")

    with against(Hides()) as verifier, pytest.raises(Broken, match="rather not"):
        verifier.sweep("segment")


def test_messages_survive_the_wire() -> None:
    """What is sent is what is read; a message of the other direction is none."""
    here, there = socket.socketpair()
    Channel(here).send(Root(bytes(32), 0.5))
    assert answered(Channel(there).receive(5), Root) == Root(bytes(32), 0.5)
    Channel(here).send(Ready(1.0))
    with pytest.raises(Broken, match="no message"):
        asked(Channel(there).receive(5))
    here.close()
    there.close()


def test_seeded_draws_repeat() -> None:
    """So that a test's challenges are the same each time."""
    assert Random(5).randbytes(32) == Random(5).randbytes(32)


def test_a_verifier_with_a_memory_of_its_own_sees_every_wrong_leaf() -> None:
    """It compares roots: the honest one passes with all leaves looked at, and who lacks a part never does."""
    provers: list[tuple[Prover, int]] = [(Honest(), 0), (Split(Nothing(), 0.1), SMALL.leaves)]
    for prover, wrong in provers:
        own = Threads(SMALL)
        own.fill(origin(2))
        with against(prover) as verifier:
            verifier.own = own
            for mode in SWEEPS:
                found = verifier.sweep(mode)
                assert (found.wrong, found.checked) == (wrong, SMALL.leaves)
        own.close()
