"""Profiles: what a measurement writes is what a plan reads, and nothing else is read."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sennit.errors import Misuse
from sennit.reference.memory.measure import measure
from sennit.reference.memory.profile import (
    NEEDED,
    Profile,
    check_machine,
    jitter,
    of_times,
    read_profile,
    text_of,
    this_machine,
)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    """A profile of this machine, of two MiB, ten times each."""
    return measure("cpu", 2 << 20, 64, 10, tmp_path_factory.mktemp("disk"), lambda text: None)


def test_a_measurement_has_every_figure_with_its_spread_and_how_it_was_got(measured: Profile, tmp_path: Path) -> None:
    """Written and read again it is the same."""
    assert set(NEEDED) <= set(measured.figures)
    assert {"read", "write", "in_place", "disk", "link", "round_trip", "labels:1", "labels:16"} <= set(measured.figures)
    assert all(figure.how and figure.count > 0 for figure in measured.figures.values())
    assert measured.versions.keys() >= {"python", "numba", "system"}
    file = tmp_path / "here.json"
    file.write_text(text_of(measured))
    assert read_profile(file) == measured
    check_machine(measured, "cpu")


def test_the_bound_on_labels_is_above_what_was_measured(measured: Profile) -> None:
    """No fill is faster than the fastest conceivable one."""
    assert measured.figure("labels").low < measured.figure("labels:most").low


def test_quantiles_of_a_rate_are_those_of_its_times() -> None:
    """The worst time gives the lowest rate; a quantile is one of the values."""
    times = [n / 1000 for n in range(1, 1001)]
    seconds, rate = of_times(times, "a test"), of_times(times, "a test", volume=1000)
    assert (seconds.low, seconds.median, seconds.p90, seconds.p99, seconds.p999) == (0.001, 0.5, 0.9, 0.99, 0.999)
    assert rate.low == 1000 / 0.001
    assert rate.p999 == 1000 / 0.999


def test_jitter_goes_on_as_the_last_decade_went_and_is_no_less_than_the_worst_seen() -> None:
    """From 90 to 99 % is one decade, from 99 % to a millionth are four more."""
    spread = of_times([1.0] * 90 + [1.1] * 9 + [1.2], "a test")
    assert (spread.p90, spread.p99) == (1.0, 1.1)
    assert jitter(spread, 1e-6) == pytest.approx(0.5)
    assert jitter(of_times([1.0] * 99 + [9.0], "a test"), 1e-6) == pytest.approx(8.0)


def test_of_a_thousand_times_the_rare_and_long_ones_count_as_they_grow() -> None:
    """From 99 to 99.9 % it grew by 2 s, and from there to a millionth are three more decades."""
    heavy = of_times([1.0] * 991 + [3.0] * 9, "a test")
    assert (heavy.p99, heavy.p999) == (1.0, 3.0)
    assert jitter(heavy, 1e-6) == pytest.approx(8.0)


BREAKS: dict[str, tuple[Callable[[Any], object], str]] = {
    "no figure": (lambda data: data["figures"].pop("labels"), "no figure 'labels'"),
    "negative": (lambda data: data["figures"]["labels"].update(median=-1.0), "no positive number"),
    "nought": (lambda data: data["figures"]["disk"].update(low=0), "no positive number"),
    "quantiles": (lambda data: data["figures"]["overhead"].update(p90=1e-9), "not in order"),
    "text": (lambda data: data["figures"]["labels"].update(median="fast"), "is no profile"),
    "more": (lambda data: data.update(colour="red"), "is no profile"),
    "form": (lambda data: data.update(form="sennit memory profile 2"), "has the form"),
    "unit": (lambda data: data["figures"]["labels"].update(unit="GB/s"), "is no profile"),
    "size": (lambda data: data.update(size=-5), "positive numbers"),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_profile_with_a_figure_missing_or_impossible_is_refused(measured: Profile, what: str, tmp_path: Path) -> None:
    """In a line that names it."""
    change, says = BREAKS[what]
    data = json.loads(text_of(measured))
    change(data)
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(data))
    with pytest.raises(Misuse, match=says) as refused:
        read_profile(file)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"form": NaN}', "\x00\xff"])
def test_what_is_no_profile_is_refused(text: str, tmp_path: Path) -> None:
    """Empty, other JSON, no JSON."""
    file = tmp_path / "none.json"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(Misuse, match="is no profile"):
        read_profile(file)


def test_a_profile_of_another_machine_is_refused(measured: Profile) -> None:
    """Both machines are named."""
    with pytest.raises(Misuse, match="of another machine"):
        check_machine(measured, "NVIDIA H200")
    assert this_machine() == measured.machine


def test_too_few_repetitions_are_refused(tmp_path: Path) -> None:
    """Without a spread there is no jitter."""
    with pytest.raises(Misuse, match="at least 10"):
        measure("cpu", 1 << 20, 64, 9, tmp_path, lambda text: None)


def test_sennit_and_its_help_load_neither_numba_nor_numpy() -> None:
    """Only running a memory command does."""
    code = (
        "import sys\nfrom sennit.cli.main import main\n"
        "try: main(['memory', '--help'])\nexcept SystemExit: pass\n"
        "print(*sorted({'numba', 'numpy', 'msgspec'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == ""
