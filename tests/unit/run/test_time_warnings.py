"""A suite about a System in which time can stand still says so, beside its answers and under --json."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sennit import Bool, Claim, Clock, Expr, System, always, implies, rule, sometimes
from sennit.run.asking import Ask, Here, run
from sennit.run.caveats import Caveat
from sennit.run.suite import suite_of
from sennit_properties import train_gate


class Lamp(System):
    """It goes on within a second, and off at once."""

    lit = Bool(init=False)
    dark = Clock()

    @rule(by="lamp")
    def go_on(self) -> None:
        """On."""
        self.require(~self.lit, self.dark <= 1)
        self.lit = True

    @rule(by="lamp")
    def go_off(self) -> None:
        """Off."""
        self.require(self.lit)
        self.lit = False


class Dimmer(System):
    """It goes on once it was dark for any time at all."""

    lit = Bool(init=False)
    dark = Clock()

    @rule(by="lamp")
    def go_on(self) -> None:
        """On."""
        self.require(~self.lit, self.dark > 0)
        self.lit = True

    @rule(by="lamp")
    def go_off(self) -> None:
        """Off."""
        self.require(self.lit)
        self.lit = False
        self.dark = 0


@always(Lamp)
def early(lamp: Lamp) -> Expr:
    """Light comes within a second or not at all."""
    return implies(lamp.dark <= 1, lamp.lit | (lamp.dark <= 2))


@sometimes(Lamp)
def shines(lamp: Lamp) -> Expr:
    """There is light."""
    return lamp.lit


@sometimes(Dimmer)
def glows(lamp: Dimmer) -> Expr:
    """There is light here, too."""
    return lamp.lit


def about_time(claims: Sequence[Claim]) -> list[Caveat]:
    """What the survey of these claims says of time."""
    suite = replace(suite_of(list(claims), "Lamp"), whole=False)
    report = run([suite], Ask(seconds=10.0, survey=True), Here(suite))
    return [caveat for group in report.groups for caveat in group.survey.caveats if caveat.name == "zeno"]


def test_a_loop_in_no_time_is_a_warning() -> None:
    """With the rules that make it, at the System."""
    (found,) = about_time([early, shines])
    assert found.subject == "Lamp"
    assert found.sure
    assert found.text == "go_on, go_off can be repeated for ever in no time"
    assert found.where.startswith(__file__)


def test_what_was_not_shown_is_said_to_be_that() -> None:
    """Ever less time a round: there is no loop, and no clock that holds it up."""
    (found,) = about_time([glows])
    assert not found.sure
    assert "that time goes on was not shown: no clock holds up the cycle of go_on, go_off" in found.text


def test_where_time_goes_on_nothing_is_said() -> None:
    """The train gate."""
    assert about_time([train_gate.safe]) == []


def test_a_warning_is_data_as_well() -> None:
    """Under its name, for machines."""
    (found,) = about_time([early, shines])
    assert found.to_data()["name"] == "zeno"
    assert found.to_data()["sure"] is True
