"""A small part of Markdown as HTML: headings, paragraphs, lists, code, emphasis. All else stays the text that it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

from sennit.run.words import plain

_INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*")
_LOWEST = 6  # the deepest heading of HTML


def html(text: str) -> Markup:
    """The text as HTML, with every character of it escaped. Headings start at level 3, below those of the page."""
    return Markup("\n").join(_block(kind, lines) for kind, lines in _blocks(text))


def with_code(text: str) -> Markup:
    """One line of text, with what stands between backticks as code and everything escaped."""
    parts = plain(text).split("`")
    if len(parts) % 2 == 0:
        return escape(plain(text))
    return Markup("").join(Markup("<code>{}</code>").format(p) if i % 2 else escape(p) for i, p in enumerate(parts))


def breakable(path: str) -> Markup:
    """A path that a line may end in after a slash or a dot."""
    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[/.])", plain(path)))


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Runs of lines of one kind: `code`, `item`, `row`, `text`, or the number of signs of a heading."""
    kind, held = "", list[str]()
    code = False
    for raw in [*text.splitlines(), ""]:
        line = raw.rstrip()
        fence = line.startswith("```")
        if fence or code:
            if fence and held:
                yield kind, held
                kind, held = "", []
            code = code != fence
            if code and not fence:
                kind = "code"
                held.append(line)
            continue
        heading = re.match(r"(#{1,6}) +(.+)", line)
        if heading or not line.strip():
            if held:
                yield kind, held
                kind, held = "", []
            if heading:
                yield heading[1], [heading[2]]
            continue
        if item := re.match(r"[-*] +(.+)", line):
            this, line = "item", item[1]
        elif line.startswith("|"):
            this = "row"
        elif kind == "item" and raw.startswith(" "):
            held[-1] += f" {line.strip()}"
            continue
        else:
            this = "text"
        if held and this != kind:
            yield kind, held
            held = []
        kind = this
        held.append(line)
    if held:
        yield kind, held


def _block(kind: str, lines: list[str]) -> Markup:
    match kind:
        case "code":
            return Markup("<pre><code>{}</code></pre>").format("\n".join(plain_code(line) for line in lines))
        case "item":
            return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(_line(x)) for x in lines))
        case "row":
            return _table(lines)
        case "text":
            return Markup("<p>{}</p>").format(_line(" ".join(lines)))
    level = min(_LOWEST, len(kind) + 2)
    return Markup(f"<h{level}>{{}}</h{level}>").format(_line(lines[0]))


def plain_code(line: str) -> str:
    """A line of code with its spaces kept and control characters as escapes."""
    return "".join(c if c.isprintable() else plain(c) or " " for c in line)


def _table(lines: list[str]) -> Markup:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    rows = [row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(Markup(f"<{tag}>{{}}</{tag}>").format(_line(cell)) for cell in row)
        )
        for row, tag in zip(rows, ["th", *["td"] * len(rows)], strict=False)
    )
    return Markup('<div class="scroll" tabindex="0"><table>{}</table></div>').format(body)


def _line(text: str) -> Markup:
    found, end = Markup(""), 0
    text = plain(text)
    for match in _INLINE.finditer(text):
        tag, inner = next(
            (t, g) for t, g in zip(("code", "strong", "em"), match.groups(), strict=True) if g is not None
        )
        found += escape(text[end : match.start()]) + Markup(f"<{tag}>{{}}</{tag}>").format(inner)
        end = match.end()
    return found + escape(text[end:])
