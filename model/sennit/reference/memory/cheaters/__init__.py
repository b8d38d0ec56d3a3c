"""Cheaters beside the honest prover: each is a real program that hides memory, and is accepted where nothing stops it.

    sennit memory run --prover NAME --hide SHARE

What stops a cheater is named by the plan's inequality or the rule of the verifier without which it is accepted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sennit.errors import Misuse, did_you_mean
from sennit.reference.memory.cheaters.sources import (
    Compressed,
    Disk,
    Elsewhere,
    EveryKth,
    Nothing,
    Recompute,
    ShortState,
)
from sennit.reference.memory.cheaters.split import Split
from sennit.reference.memory.cheaters.tricks import (
    Foresees,
    OneFill,
    Relay,
    Replay,
    SelfTimed,
    TimeShare,
)
from sennit.reference.memory.plan import OPENINGS, SOUNDNESS
from sennit.reference.memory.prover import Prover
from sennit.reference.memory.shape import LINE, Shape

Options = Mapping[str, float]


@dataclass(frozen=True)
class Cheat:
    """A cheater: what it does, how much it hides, what catches it, and how it is made."""

    about: str
    hides: str
    caught_by: str
    make: Callable[[Options], Prover]


CHEATS: Final[dict[str, Cheat]] = {
    "recompute": Cheat(
        "makes hidden labels anew, fused with the tags",
        "the share",
        SOUNDNESS,
        lambda of: Split(Recompute(), of["hide"]),
    ),
    "every-kth": Cheat(
        "keeps every k-th label and makes the others anew",
        "1 - 1/k, for k the nearest to the share",
        SOUNDNESS,
        lambda of: Split(EveryKth(max(1, round(1 / (1 - of["hide"])))), 1.0),
    ),
    "short-state": Cheat(
        "keeps half of each label, which is no state to go on from",
        "half",
        SOUNDNESS,
        lambda of: Split(ShortState(), 1.0),
    ),
    "compressed": Cheat(
        "keeps all labels compressed, which saves nothing",
        "nothing, and a little less",
        SOUNDNESS,
        lambda of: Split(Compressed(), 1.0),
    ),
    "host": Cheat(
        "hides on a host whose lines come over a link",
        "the share",
        SOUNDNESS,
        lambda of: Split(Elsewhere(of.get("rate", 0), in_place=False), of["hide"]),
    ),
    "in-place": Cheat(
        "hides on a host that digests its share where it lies, and sends lines where it cannot",
        "the share",
        SOUNDNESS + "; a segment sweep does not catch it where the host's memory is as fast",
        lambda of: Split(Elsewhere(of.get("rate", 0), in_place=True), of["hide"]),
    ),
    "disk": Cheat("hides in a file", "the share", SOUNDNESS, lambda of: Split(Disk(), of["hide"])),
    "partial": Cheat(
        "has not got its hidden share at all", "the share", OPENINGS, lambda of: Split(Nothing(), of["hide"])
    ),
    "relay": Cheat(
        "holds nothing and asks another prover", "all", "D - t0 below the delay", lambda of: Relay(of["delay"])
    ),
    "foresees": Cheat(
        "answers before it is asked, with a key that a clock in seconds gave away",
        "all",
        "a key that nobody foresees",
        lambda of: Foresees(int(of.get("second", 0))),
    ),
    "replay": Cheat(
        "answers as it did before, and has let all go",
        "all, from the second challenge on",
        "a fresh key",
        lambda of: Replay(),
    ),
    "one-fill": Cheat(
        "answers for a second device from its first",
        "a whole device",
        "labels that name the device",
        lambda of: OneFill(),
    ),
    "time-share": Cheat(
        "uses the memory for itself until a challenge is announced",
        "all, between challenges",
        "hidden <= sum of B_i * (notice + D)",
        lambda of: TimeShare(),
    ),
    "self-timed": Cheat(
        "holds nothing, and says that it took no time", "all", "the verifier's own clock", lambda of: SelfTimed()
    ),
}

# What takes a second machine or a device to play; a plan counts each as a source.
MODELS: Final[dict[str, str]] = {
    "managed": "oversubscribed managed memory is the host over the bus: `host_to_device`",
    "pinned": "pinned host memory that kernels read over the bus: `host_to_device`",
    "peer": "a second device that digests in place: all are challenged in one window, or its rate is `in_place`",
}


def cheater(name: str, device: str, options: Options) -> Prover:
    """The cheater of this name. Raises Misuse where there is none, or it plays on another device only."""
    if name not in CHEATS:
        raise Misuse(f"no prover is called {name!r}{did_you_mean(name, ('honest', *CHEATS))}")
    if device != "cpu":
        raise Misuse(f"the cheater {name} plays on the processor only: take --device cpu")
    return CHEATS[name].make(options)


def options(name: str, hide: float) -> dict[str, float]:
    """What a cheater is told by the command line. Raises Misuse where no prover has this name."""
    if name != "honest" and name not in CHEATS:
        raise Misuse(f"no prover is called {name!r}{did_you_mean(name, ('honest', *CHEATS))}; --prover list names them")
    return {"hide": hide, "delay": 0.01}


def hidden(name: str, of: Options, shape: Shape) -> int:
    """The bytes of a memory that this prover does not hold when it is challenged; honest ones hold all."""
    match name:
        case "recompute" | "host" | "in-place" | "disk" | "partial":
            return math.ceil(of["hide"] * shape.lines) * shape.segments * LINE
        case "every-kth":
            return (shape.count - -(-shape.count // max(1, round(1 / (1 - of["hide"]))))) * LINE
        case "short-state":
            return shape.bytes // 2
        case "relay" | "foresees" | "time-share" | "self-timed":
            return shape.bytes
    return 0


def about() -> dict[str, str]:
    """A line about each cheater, and about those that are models only."""
    played = {
        name: f"{cheat.about}; hides {cheat.hides}; caught by: {cheat.caught_by}" for name, cheat in CHEATS.items()
    }
    return {**played, **{name: f"(a model) {line}" for name, line in MODELS.items()}}
