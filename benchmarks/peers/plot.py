"""Distinct states a second as bars, a group a system, on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure


def plot(rates: Sequence[tuple[str, str, float]], file: Path) -> None:
    """Writes an SVG, whole, of (system, engine, states a second)."""
    systems = list(dict.fromkeys(system for system, _, _ in rates))
    engines = list(dict.fromkeys(engine for _, engine, _ in rates))
    height = 0.8 / max(1, len(engines))
    figure = Figure(figsize=(9, 1.2 + 0.16 * len(systems) * len(engines)), layout="constrained")
    axes = figure.subplots()
    for number, engine in enumerate(engines):
        of = {system: rate for system, by, rate in rates if by == engine}
        places = [at + (number - (len(engines) - 1) / 2) * height for at, system in enumerate(systems) if system in of]
        axes.barh(places, [of[system] for system in systems if system in of], height, label=engine)
    axes.set_xscale("log")
    axes.set_yticks(range(len(systems)), systems)
    axes.invert_yaxis()
    axes.set_xlabel("distinct states a second")
    figure.legend(loc="outside upper center", ncols=min(3, len(engines)), fontsize="small")
    axes.grid(axis="x", alpha=0.3)
    part = file.with_suffix(".part")
    with mpl.rc_context({"svg.hashsalt": "sennit"}):  # the same numbers make the same file
        figure.savefig(part, format="svg", metadata={"Date": None})
    part.replace(file)
