"""The report in a real browser: found by filters, read by keyboard, on any width, and never on the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from browser.conftest import Reader
from browser.small_ledger import HOSTILE

if TYPE_CHECKING:
    from selenium.webdriver.remote.webelement import WebElement

# Keys as WebDriver numbers them.
TAB, ENTER, END, HOME, LEFT, RIGHT, SPACE = "\ue004", "\ue007", "\ue010", "\ue011", "\ue012", "\ue014", " "
PARTS = ("claims", "braid", "assumptions", "divergences", "warnings", "TWOPHASE-1", "TWOPHASE-3", "GATE-1", "GATE-4")
ALL = ["GATE-1", "GATE-2", "GATE-4", "GATE-10", "TWOPHASE-1", "TWOPHASE-2", "TWOPHASE-3"]


def one(reader: Reader, selector: str) -> WebElement:
    return reader.browser.find_element("css selector", selector)


def rows(reader: Reader) -> list[str]:
    return sorted(reader.texts(".ledger .id"), key=ALL.index)


def state(reader: Reader, player: str) -> list[str]:
    return reader.texts(f"{player} .cell .value")


def test_every_claim_is_in_the_table() -> None:
    """The list this file checks against names each claim once."""
    assert len(set(ALL)) == len(ALL) == 7


def test_the_table_shows_all_until_an_answer_is_chosen(reader: Reader) -> None:
    """Choosing answers leaves the claims that have one of them; choosing them again shows all."""
    assert rows(reader) == ALL
    one(reader, '[data-answer="HOLDS"]').click()
    assert rows(reader) == ["TWOPHASE-1", "TWOPHASE-2"]
    one(reader, '[data-answer="SEEN"]').click()
    assert rows(reader) == ["TWOPHASE-1", "TWOPHASE-2", "TWOPHASE-3"]
    assert reader.texts("#found") == ["3 of 7 claims"]
    one(reader, '[data-answer="HOLDS"]').click()
    one(reader, '[data-answer="SEEN"]').click()
    assert rows(reader) == ALL


@pytest.mark.parametrize(
    ("field", "typed", "expected"),
    [
        ("by-suite", "gates", ["GATE-1", "GATE-2", "GATE-4", "GATE-10"]),
        ("by-assumption", "never-late", ["TWOPHASE-2"]),
        ("by-assumption", "none at all", [c for c in ALL if c != "TWOPHASE-2"]),
        ("by-words", "MANAGER committed", ["TWOPHASE-2"]),
        ("by-words", "no such words", []),
    ],
)
def test_filters_leave_what_fits(reader: Reader, field: str, typed: str, expected: list[str]) -> None:
    """Protocol, assumption and words each narrow the table, and clearing widens it again."""
    one(reader, f"#{field}").send_keys(typed)
    assert rows(reader) == expected
    assert bool(reader.texts("#none")) == (not expected)
    one(reader, "#clear").click()
    assert rows(reader) == ALL


def test_a_claim_opens_from_the_table_and_closes_again(reader: Reader) -> None:
    """A claim has an address; what it says is on its page, and the way back leads to its row."""
    one(reader, '[data-claim="TWOPHASE-2"] a').send_keys(ENTER)
    assert reader.browser.current_url.endswith("#TWOPHASE-2")
    assert reader.texts("h2.statement") == ["No manager has committed while another has aborted."]
    assert reader.texts(".verdict") == ["✓\nHOLDS\nShown for manager = 2 only: all 56 reachable states."]
    assert reader.texts("#TWOPHASE-2 .attack h4")[0].startswith("Without unanimous it is false after 3 steps.")
    assert reader.texts("#TWOPHASE-2 .links li a") == ["TWOPHASE-1", "never-late"]
    one(reader, "#TWOPHASE-2 .back").send_keys(ENTER)
    assert rows(reader) == ALL
    assert reader.run("return document.activeElement.textContent") == "TWOPHASE-2"


def test_what_is_not_shown_says_so_and_why(reader: Reader) -> None:
    """BOUNDED and UNKNOWN begin with the words `Not shown`, and the page says that HOLDS was expected."""
    reader.open("GATE-1")
    (said,) = reader.texts(".verdict")
    assert said.startswith("≤\nBOUNDED\nNot shown for car = 4: stopped at depth 20")
    assert reader.texts("#GATE-1 .flag") == ["Undetermined: HOLDS was expected."]
    reader.open("GATE-2")
    (said,) = reader.texts(".verdict")
    assert said.startswith("?\nUNKNOWN\nNot shown for car = 4: the solver gave up <script>")


def test_arrow_keys_step_through_a_run(reader: Reader) -> None:
    """A key is a step; what it changed is marked, and the last state says that the claim is false there."""
    reader.open("TWOPHASE-2")
    player = one(reader, "#TWOPHASE-2 .player")
    first = state(reader, "#TWOPHASE-2")
    assert "committed" not in first
    for number in (1, 2, 3):
        player.send_keys(RIGHT)
        assert reader.texts("#TWOPHASE-2 .where")[0].startswith(f"step {number} of 3: ")
        assert reader.texts("#TWOPHASE-2 [aria-current] .number") == [str(number)]
        assert reader.texts("#TWOPHASE-2 .changed")
    assert reader.texts("#TWOPHASE-2 .ending") == ["In this state the claim is false."]
    assert {"committed", "aborted"} <= set(state(reader, "#TWOPHASE-2"))
    player.send_keys(RIGHT)
    assert reader.texts("#TWOPHASE-2 .where")[0].startswith("step 3 of 3")
    player.send_keys(LEFT)
    assert reader.texts("#TWOPHASE-2 .where")[0].startswith("step 2 of 3")
    player.send_keys(HOME)
    assert state(reader, "#TWOPHASE-2") == first
    player.send_keys(END)
    assert reader.texts("#TWOPHASE-2 .where")[0].startswith("step 3 of 3")


def test_space_plays_a_run_to_its_end(reader: Reader) -> None:
    """Space starts it, space stops it, and at the end it stops by itself."""
    from selenium.webdriver.support.wait import WebDriverWait

    reader.open("TWOPHASE-2")
    player = one(reader, "#TWOPHASE-2 .player")
    player.send_keys(SPACE)
    play = one(reader, "#TWOPHASE-2 .play")
    assert play.get_attribute("aria-label") == "Pause"
    player.send_keys(SPACE)
    assert play.get_attribute("aria-label") == "Play"
    player.send_keys(SPACE)
    WebDriverWait(reader.browser, 20).until(lambda _: reader.texts("#TWOPHASE-2 .ending"))
    assert play.get_attribute("aria-label") == "Play"


def test_actors_have_lanes(reader: Reader) -> None:
    """Every step's dot is in the lane of who moves: the names come from the specification."""
    reader.open("TWOPHASE-2")
    names = reader.run("return [...document.querySelectorAll('#TWOPHASE-2 .actors text')].map(t => t.textContent)")
    who = reader.texts("#TWOPHASE-2 .who")
    assert isinstance(names, list)
    assert sorted(names) == ["coordinator", "manager 0", "manager 1"]
    dots = reader.run("return [...document.querySelectorAll('#TWOPHASE-2 .dot')].map(d => +d.getAttribute('cx'))")
    assert dots == [names.index(by.partition(" → ")[0]) * 22 + 11 for by in who]


def test_the_braid_lights_the_strands_of_a_claim(reader: Reader) -> None:
    """One strand runs from the lemma to what leans on it; focus on either shows it, and a link opens the claim."""
    reader.open("braid")
    ends = "return [...document.querySelectorAll('path.strand')].map(p => [p.dataset.lemma, p.dataset.claim])"
    assert reader.run(ends) == [["TWOPHASE-1", "TWOPHASE-2"]]
    link = one(reader, '.names [data-claim="TWOPHASE-1"] a')
    reader.run("document.querySelector('.names [data-claim=\"TWOPHASE-1\"] a').focus()")
    near = reader.run("return [...document.querySelectorAll('.names .near')].map(n => n.dataset.claim)")
    assert near == ["TWOPHASE-1", "TWOPHASE-2"]
    link.send_keys(ENTER)
    assert reader.texts("h2.statement") == ["The coordinator has told exactly what it decided."]


def test_text_of_a_ledger_never_becomes_markup(reader: Reader) -> None:
    """A statement with a script in it is shown as it is written, on its page and in the list of divergences."""
    reader.open("GATE-1")
    assert reader.texts("h2.statement") == [HOSTILE]
    assert reader.browser.title == "GATE-1 · Sennit"
    assert reader.run("return document.querySelectorAll('img, b').length") == 0
    reader.open("divergences")
    assert HOSTILE in reader.texts("#divergences li")[0]
    assert reader.complaints() == []


@pytest.mark.parametrize("part", PARTS)
def test_no_part_complains_or_asks_for_anything(reader: Reader, part: str) -> None:
    """The console stays empty, and the only address that is asked for is the file itself."""
    reader.open(part)
    for button in reader.browser.find_elements("css selector", f"#{part} button"):
        if button.is_displayed():
            button.click()
    assert reader.complaints() == []
    asked = [url for url in reader.requests() if not url.startswith(("data:", "about:"))]
    assert {url.partition("#")[0] for url in asked} == {reader.url}


def test_the_page_may_not_use_the_network(reader: Reader) -> None:
    """What the page's policy forbids is refused by the browser before anything is sent."""
    refused = "return fetch('http://127.0.0.1:9/').then(() => 'sent', e => String(e))"
    said = reader.browser.execute_async_script(f"const done = arguments[0]; (() => {{ {refused} }})().then(done);")
    assert "Failed to fetch" in str(said)
    assert any("Content Security Policy" in line for line in reader.complaints())
    assert not any("127.0.0.1" in url for url in reader.requests())


@pytest.mark.parametrize("part", PARTS)
def test_every_part_fits_380_pixels(reader: Reader, part: str) -> None:
    """The body never scrolls sideways, nothing but what only screen readers see lies outside, no text is tiny."""
    reader.open(part, width=380)
    assert reader.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    out = "return [...document.querySelectorAll('main *')].filter(e => e.checkVisibility() && e.getBoundingClientRect()"
    wide = reader.run(f"{out}.right > innerWidth + 1 && !e.closest('svg, .said, thead')).map(e => e.className)")
    assert wide == []
    small = reader.run(
        "return [...document.querySelectorAll('main *')].filter(e => e.checkVisibility() && e.textContent.trim()"
        " && parseFloat(getComputedStyle(e).fontSize) < 11).map(e => e.className)"
    )
    assert small == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_stands_out_from_its_ground(reader: Reader, dark: bool) -> None:
    """Every colour of text has a contrast of at least 4.5 to the page, in light and in dark."""
    reader.open("claims", dark=dark)
    script = """
        const style = getComputedStyle(document.documentElement);
        const level = (name) => {
          const hex = style.getPropertyValue(name).trim().slice(1);
          const parts = [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
            .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
          return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
        };
        const names = ["ink", "soft", "faint", "accent", "holds", "never", "seen", "fails", "bounded", "unknown"];
        const paper = level("--paper");
        return names.map((name) => [name, level("--" + name)]).map(([name, ink]) =>
          [name, (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05)]).filter(([, ratio]) => !(ratio >= 4.5));
    """
    assert reader.run(script) == []


def test_everything_can_be_reached_by_the_tab_key(reader: Reader) -> None:
    """Tab goes from the link that skips the head, over the parts and the filters, to the claims in their order."""
    reached: list[str] = []
    for _ in range(18 + len(ALL)):
        reader.browser.switch_to.active_element.send_keys(TAB)
        name = reader.run("const e = document.activeElement; return e.id || e.dataset.answer || e.textContent")
        reached.append(str(name))
    assert reached[0].startswith("Skip")
    for name in ("Claims", "Braid", "HOLDS", "by-suite", "by-assumption", "by-words", "clear", *ALL):
        assert name in reached, f"{name} is not reached: {reached}"
