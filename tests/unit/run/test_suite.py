"""Which questions a name stands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sennit import FAILS, HOLDS, Bool, Expr, Index, Int, Misuse, Size, Switch, System, always, rule, sometimes, theorem
from sennit.run.suite import Suite, load, parse_settings, parts, shipped, suite_of


class Tank(System):
    """A tank that is filled litre by litre."""

    tap = Index(2)
    capacity = Size(3)
    watched = Switch(on=True)
    litres = Int(0, capacity, init=0)

    @rule(by="tap {t}", t=tap)
    def pour(self, t: Expr) -> None:
        if self.watched:
            self.require(self.litres < self.capacity)
        self.litres += 1


@always(Tank)
def whole(tank: Tank) -> Expr:
    """There is never less than nothing in it."""
    return tank.litres >= 0


@always(Tank, rests_on=("watched",), using=(whole,), at=({"capacity": 2}, {"capacity": 5}))
def below(tank: Tank) -> Expr:
    """It never overflows."""
    return tank.litres <= tank.capacity


@sometimes(Tank)
def full(tank: Tank) -> Expr:
    """It gets full."""
    return tank.litres == tank.capacity


@theorem(x=Int(0))
def natural(x: Expr) -> Expr:
    """A natural number is not negative."""
    return x >= 0


def titles(suite: Suite) -> list[str]:
    return [asked.title for asked in suite.asked]


def test_a_claim_comes_after_what_it_leans_on_and_before_its_attacks() -> None:
    """Gate and lemma first, at the sizes of the claim; the switch is dropped once, at the last size."""
    assert titles(suite_of([below], "tank")) == [
        "Tank.in_range[tap=2, capacity=2]",
        "Tank.whole[tap=2, capacity=2]",
        "Tank.below[tap=2, capacity=2]",
        "Tank.in_range[tap=2, capacity=5]",
        "Tank.whole[tap=2, capacity=5]",
        "Tank.below[tap=2, capacity=5]",
        "Tank.below[tap=2, capacity=5, watched=off]",
    ]


def test_what_rests_on_a_switch_is_expected_to_fail_without_it() -> None:
    """The expectation is FAILS, wherever the switch is off; and the dropped one knows whose it is."""
    dropped = suite_of([below], "tank").asked[-1]
    assert (dropped.expect, dropped.without, dropped.of) == (FAILS, "watched", "Tank.below[capacity=5]")
    asked = suite_of([below], "tank", at=[{"watched": False}]).asked[-1]
    assert (asked.expect, asked.without) == (FAILS, "")


def test_sizes_that_are_asked_for_replace_those_that_claims_list() -> None:
    """Claims on Systems without these sizes are left out, and said to be."""
    suite = suite_of([below, full, natural], "tank", at=[{"capacity": 4}])
    assert [t for t in titles(suite) if "below" in t or "full" in t] == [
        "Tank.below[tap=2, capacity=4]",
        "Tank.below[tap=2, capacity=4, watched=off]",
        "Tank.full[tap=2, capacity=4]",
    ]
    assert suite.left_out == (natural.id,)


def test_a_size_that_nothing_has_is_misuse() -> None:
    """The nearest name is offered."""
    with pytest.raises(Misuse, match=r"size or switch 'capcity' \(did you mean 'capacity'"):
        suite_of([below, full], "tank", at=[{"capcity": 4}])


def test_two_claims_of_one_name_are_misuse() -> None:
    """Otherwise the verdicts of one would be taken for those of the other."""

    def twice() -> object:
        @always(Tank)
        def full(tank: Tank) -> Expr:
            """It is never full."""
            return tank.litres < tank.capacity

        return full

    other = twice()
    with pytest.raises(Misuse, match=r"two claims are called Tank\.full"):
        suite_of([full, other], "tank")  # type: ignore[list-item]  # a Claim, said to be an object above


def test_a_question_is_found_by_its_id_even_where_only_a_proof_leans_on_it() -> None:
    """What the attack's proof could lean on is not asked, and still there to be asked."""
    suite = suite_of([below], "tank")
    assert suite.find("Tank.below[capacity=5]").expect is HOLDS
    found = suite.find("Tank.in_range[capacity=5, watched=off]")
    assert found.expect is None
    assert found.question.id == "Tank.in_range[capacity=5, watched=off]"
    with pytest.raises(Misuse, match=r"no question 'Tank\.other'"):
        suite.find("Tank.other")


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_suite_can_be_loaded(name: str) -> None:
    """Each has questions, and each question's id finds it again."""
    suite = load(name)
    assert suite.asked
    assert all(suite.find(asked.id) is asked for asked in suite.asked)


def test_a_system_or_a_claim_of_a_shipped_suite_names_its_part() -> None:
    """`Lock` is all claims of Lock; `Lock.mutex` one, with its lemma and its attack; `lock::mutex` the same."""
    assert titles(load("Lock")) == titles(load("lock"))
    assert titles(load("Lock.mutex[client=2]")) == [
        "Lock.in_one_place[client=2]",
        "Lock.mutex[client=2]",
        "Lock.mutex[client=2, guarded=off]",
    ]
    assert titles(load("lock::mutex")) == titles(load("Lock.mutex"))


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("lok", "did you mean 'lock'"),
        ("Lock.mutx", "did you mean 'Lock.mutex'"),
        ("lock::mutx", "did you mean 'mutex'"),
        ("nothing.py", "nothing.py: no such file"),
        ("some/folder", "no such file"),
        ("Lock.mutex[client]", "'client' is no size or switch"),
        ("calls.graphml", "no such file"),
    ],
)
def test_a_name_that_stands_for_nothing_is_misuse(target: str, message: str) -> None:
    """The message names what is near, or what is missing."""
    with pytest.raises(Misuse, match=message):
        load(target)


def test_a_target_has_a_base_a_selection_and_settings() -> None:
    """The settings stand after whichever comes last."""
    assert parts("mine.py::Gate.alone[car=3, looks=off]") == ("mine.py", "Gate.alone", {"car": 3, "looks": False})
    assert parts("Gate.alone[car=3]") == ("Gate.alone", "", {"car": 3})
    assert parts("lock") == ("lock", "", {})


@pytest.mark.parametrize("text", ["client", "client=", "=3", "client=x", "client=3,client=4", "client=1.5", "a b=3"])
def test_settings_that_are_none_are_misuse(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(Misuse):
        parse_settings(text)


# -- files of one's own -----------------------------------------------------------------------------------------------

BELL = '''
from sennit import Bool, Expr, System, always, rule, theorem, Int

class Bell(System):
    """A bell that rings once."""
    rung = Bool(init=False)

    @rule(by="ringer")
    def ring(self) -> None:
        self.require(~self.rung)
        self.rung = True

@always(Bell)
def sane(bell: Bell) -> Expr:
    """It has been rung or not."""
    return bell.rung | ~bell.rung

@theorem(x=Int(0))
def natural(x: Expr) -> Expr:
    """A natural number is not negative."""
    return x >= 0
'''


def test_a_file_of_ones_own_is_a_suite(tmp_path: Path) -> None:
    """Its claims in the order in which they are written; a theorem belongs to the file."""
    file = tmp_path / "bell.py"
    file.write_text(BELL)
    assert titles(load(str(file))) == ["Bell.sane", "bell.natural"]
    assert titles(load(f"{file}::sane")) == ["Bell.sane"]
    assert titles(load(f"{file}::Bell.in_range")) == ["Bell.in_range"]
    assert load(load(str(file)).target).asked[0].question.digest == load(str(file)).asked[0].question.digest


def test_claims_that_a_file_imports_are_not_its_own(tmp_path: Path) -> None:
    """Only those of the file are asked; what it imports is another suite's."""
    file = tmp_path / "mine.py"
    file.write_text(BELL + "\nfrom sennit_properties.lock import mutex\n")
    assert titles(load(str(file))) == ["Bell.sane", "mine.natural"]


def test_claims_that_a_function_makes_belong_to_the_file_that_names_them(tmp_path: Path) -> None:
    """A claim for each of several Systems can be made in a loop of names."""
    file = tmp_path / "made.py"
    file.write_text(
        BELL.replace("@always", "def made():\n  @always")
        .replace("def sane", "  def sane")
        .replace('    """It has', '      """It has')
        .replace("    return bell.rung |", "      return bell.rung |")
        + "  # made below\n"
    )
    text = file.read_text().replace("@theorem", "  return sane\n\nown = made()\n\n@theorem")
    file.write_text(text)
    assert titles(load(str(file))) == ["Bell.sane", "made.natural"]


def test_files_of_one_name_and_their_imports_do_not_meet(tmp_path: Path) -> None:
    """Two projects may both have a model/bell.py."""
    for name, init in (("one", "False"), ("two", "True")):
        root = tmp_path / name
        (root / "model").mkdir(parents=True)
        (root / "properties").mkdir()
        (root / "pyproject.toml").write_text("")
        (root / "model" / "bell.py").write_text(BELL.split("@always")[0].replace("init=False", f"init={init}"))
        claims = "from bell import Bell\nfrom sennit import Expr, always\n\n@always" + BELL.split("@always")[1]
        (root / "properties" / "claims.py").write_text(claims.split("@theorem")[0])
    one, two = (load(str(tmp_path / name / "properties" / "claims.py")).asked[0].question for name in ("one", "two"))
    assert [q.machine.variables[0].start for q in (one, two)] == [False, True]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "has no claims: write one"),
        ("def f(:", r"wrong\.py:1: this is no Python"),
        ("x = 1\ny = 1 / 0\n", r"wrong\.py:2: ZeroDivisionError: division by zero"),
        ("import no_such_thing", r"wrong\.py:1: ModuleNotFoundError"),
        ("import sys\nsys.exit(3)", r"wrong\.py:2: it calls exit\(\)"),
        ("def f(): return f()\nf()", r"wrong\.py:1: recursion without end"),
        (BELL.replace("~self.rung", "not self.rung"), r"wrong\.py:10: Bell\.ring: .* has no truth value"),
        (
            BELL + "\n@always(Bell)\ndef sane(b: Bell) -> Expr:\n    'Again.'\n    return b.rung\n",
            "a second sane hides",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    """File and line of the user's own code, and no traceback."""
    file = tmp_path / "wrong.py"
    file.write_text(text)
    with pytest.raises(Misuse, match=message) as caught:
        load(str(file))
    assert "\n" not in str(caught.value)


def test_bytes_and_folders_are_no_suites(tmp_path: Path) -> None:
    """A binary file, a folder and a text file each have their own message."""
    (tmp_path / "bytes.py").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "notes.txt").write_text("notes")
    for target, message in (("bytes.py", "no Python"), ("", "is a folder"), ("notes.txt", "neither a .py file")):
        with pytest.raises(Misuse, match=message):
            load(str(tmp_path / target) + ("/" if not target else ""))


def test_what_a_file_prints_does_not_mix_with_the_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It goes to stderr, so that --json stays one document."""
    file = tmp_path / "loud.py"
    file.write_text(BELL + "\nprint('read')\n")
    load(str(file))
    assert capsys.readouterr() == ("", "read\n")


def test_loading_leaves_no_trace_in_the_interpreter(tmp_path: Path) -> None:
    """Neither the search path nor the modules change, so a second load sees the file as it is then."""
    import sys

    file = tmp_path / "bell.py"
    (tmp_path / "beside.py").write_text("START = False\n")
    file.write_text("from beside import START\n" + BELL.replace("init=False", "init=START"))
    before = list(sys.path)
    first = load(str(file)).asked[0].question
    (tmp_path / "beside.py").write_text("START = True  # longer\n")
    second = load(str(file)).asked[0].question
    assert (first.machine.variables[0].start, second.machine.variables[0].start) == (False, True)
    assert sys.path == before
    assert not [name for name in sys.modules if name.startswith("sennit_file_") or name == "beside"]


class Tube(System):
    """A System without sizes."""

    open = Bool(init=True)

    @rule(by="hand")
    def shut(self) -> None:
        self.open = False


def test_sizes_of_one_system_do_not_touch_another() -> None:
    """With `capacity`, claims on Tube are left out; with nothing, both are asked."""

    @always(Tube)
    def sane(tube: Tube) -> Expr:
        """It is open or shut."""
        return tube.open | ~tube.open

    assert suite_of([full, sane], "both", at=[{"capacity": 2}]).left_out == ("Tube.sane",)
    assert len(suite_of([full, sane], "both").asked) == 3
