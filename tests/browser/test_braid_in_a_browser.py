"""A braid's picture in a real browser: words stay inside, links pass no other block, both colour schemes are read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.conftest import Reader
from sennit.show.braid.svg import svg
from unit.show.long_talk import drawn, drawn_damaged, talk

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

OUTSIDE = """
const page = document.documentElement.getBoundingClientRect();
return [...document.querySelectorAll('text, path, .mark')].filter(e => {
  const b = e.getBoundingClientRect();
  return b.right > page.right || b.left < page.left || b.bottom > page.bottom || b.top < page.top;
}).map(e => e.textContent || e.outerHTML);
"""
OVERLAPS = """
const found = [];
for (const row of document.querySelectorAll('g[data-block]')) {
  const texts = [...row.querySelectorAll('text')].map(e => e.getBoundingClientRect());
  const mark = row.querySelector('.mark').getBoundingClientRect();
  for (let i = 0; i < texts.length; i++) {
    const left = i ? texts[i - 1].right : mark.right;
    if (texts[i].width && texts[i].left < left) found.push(row.dataset.block + ': ' + row.textContent);
  }
}
return found;
"""
ON_BLOCKS = """
const marks = [...document.querySelectorAll('g[data-block] > g')].map(g => {
  const at = g.transform.baseVal[0].matrix;
  return [g.parentNode.dataset.block, at.e, at.f];
});
const row = marks[1][2] - marks[0][2], found = new Set();
for (const path of document.querySelectorAll('path[data-child]')) {
  const length = path.getTotalLength(), {child, parent} = path.dataset;
  for (let at = 0; at <= length; at += 3) {
    const p = path.getPointAtLength(at);
    const [block, x, y] = marks[Math.max(0, Math.round(p.y / row))];
    const own = block === child || block === parent;
    if (!own && Math.hypot(p.x - x, p.y - y) < 7) found.add(`${parent} to ${child} on ${block}`);
  }
}
return [...found];
"""


@pytest.mark.parametrize("blocks", [6, 60, 200])
def test_words_stay_inside_and_links_pass_no_other_block(browser: Chrome, tmp_path: Path, blocks: int) -> None:
    """A sound braid and a damaged one; the browser's own fonts decide how wide words are."""
    for name, graph in (("sound", drawn(talk(blocks))), ("damaged", drawn_damaged(talk(blocks)))):
        path = tmp_path / f"{name}.svg"
        path.write_text(svg(graph), "utf-8")
        reader = Reader(browser, path.as_uri())
        reader.open(width=1400)
        assert len(reader.browser.find_elements("css selector", "g[data-block]")) == len(graph.nodes)
        assert reader.run(OUTSIDE) == []
        assert reader.run(OVERLAPS) == []
        assert reader.run(ON_BLOCKS) == []
        assert reader.complaints() == []


def test_broken_links_are_red_on_light_and_on_dark(browser: Chrome, tmp_path: Path) -> None:
    """What is broken differs from what is not, and the paper from the ink, in both."""
    path = tmp_path / "damaged.svg"
    path.write_text(svg(drawn_damaged(talk(12))), "utf-8")
    reader = Reader(browser, path.as_uri())
    papers = []
    for dark in (False, True):
        reader.open(dark=dark)
        broken, sound, paper, ink = (
            [int(part) for part in str(colour)[4:-1].split(",")]
            for colour in (
                reader.run(f"return getComputedStyle(document.querySelector('{selector}')).{what}")
                for selector, what in (
                    (".link.broken[data-child]", "stroke"),
                    (".link[data-child]:not(.broken)", "stroke"),
                    (".paper", "fill"),
                    (".words", "fill"),
                )
            )
        )
        assert broken[0] > 180 > 130 > broken[1]
        assert max(sound) - min(sound) < 40
        assert abs(sum(paper) - sum(ink)) > 450
        papers.append(sum(paper))
    assert papers[0] > 600 > 100 > papers[1]


def test_the_picture_asks_for_nothing(browser: Chrome, tmp_path: Path) -> None:
    """It is one file, with no script, font or picture beside it."""
    path = tmp_path / "talk.svg"
    path.write_text(svg(drawn(talk(6))), "utf-8")
    reader = Reader(browser, path.as_uri())
    reader.requests()
    reader.open()
    assert {url for url in reader.requests() if url != "about:blank"} == {path.as_uri()}
