"""Whether the bytes under a signature can be taken apart in one way only: two readings of one text, side by side.

A signature is for bytes. Who signs a text has signed every block, payload and link, that the text can be read as, so
that a second reading is a block with a good signature that nobody made. Both Systems read a text of any length at all,
a character at a time, twice over: each reading says for itself where the payload ends. Nothing but the readings' places
is kept, so there are finitely many states and none for the length of the payload: what is never reached is in no text.
"""

from __future__ import annotations

from sennit import Array, Bool, Enum, Expr, Index, Int, Size, Switch, System, ite, rule, true

HEX, LETTER, STANDARD, URL, PAD, DOT, OTHER = "0-9a-f", "g-zA-Z", "+/", "-_", "=", ".", "other"
CHARACTERS = (HEX, LETTER, STANDARD, URL, PAD, DOT, OTHER)


class Joining(System):
    """A payload and then the link to a parent, the signature of that parent as text; a genesis has no link.

    Payloads stand in standard base64, whose text says its bytes (the theorems beside the claims), or bare.
    """

    reading = Index(2)
    link = Size(86)  # characters of a signature: 86 in base64, 88 with padding, 128 in hexadecimal digits
    pads = Size(0)  # so many of them are `=`, at the end
    hexadecimal = Switch(on=False)  # signatures are spelled in hexadecimal digits; else in base64 for URLs
    encoded = Switch(on=True)  # payloads stand in base64; else as they are
    exact = Switch(on=True)  # a link is a whole signature; else any text that is not empty
    same = Switch(on=True)  # all blocks are of one version; else the second reading takes the payload as it stands
    dotted = Switch(on=False)  # a dot stands between payload and link, also where there is no link

    part = Array(reading, Enum("payload", "link"), init="payload")
    group = Array(reading, Int(0, 3), init=0)  # characters of the last four, in a payload in base64
    padded = Array(reading, Bool(), init=False)  # the payload has come to its padding
    linked = Array(reading, Int(0, lambda s: s.link), init=0)  # characters of the link
    differ = Bool(init=False)  # the readings are of different blocks
    done = Bool(init=False)  # the text has ended, and both readings are of a whole block

    @rule(by="reader", c=Enum(*CHARACTERS), first=Bool(), second=Bool())
    def read(self, c: Expr, first: Expr, second: Expr) -> None:
        """One more character; each reading may take it for the first behind the payload."""
        self.require(~self.done)
        starts = (first, second)
        payload = [self.part[r] == "payload" for r in self.reading]
        for r in self.reading:
            going = ite(payload[r], self._continues_payload(r, c), self._continues_link(r, c))
            self.require(ite(starts[r], payload[r] & self._begins(r, c), going))
        self.differ = self.differ | (first != second) | self._read_otherwise(payload[1] & ~second)
        for r in self.reading:
            inside = payload[r] & ~starts[r]
            if self._is_encoded(r):
                self.group[r] = ite(inside, (self.group[r] + 1) % 4, self.group[r])
                self.padded[r] = self.padded[r] | (inside & (c == PAD))
            if self.exact:
                begun = ite(starts[r], 0 if self.dotted else 1, 0)
                self.linked[r] = ite(payload[r], begun, self.linked[r] + 1)
            self.part[r] = ite(starts[r], "link", self.part[r])

    @rule(by="reader")
    def end(self) -> None:
        """The text ends where both readings may."""
        self.require(~self.done)
        for r in self.reading:
            self.require(self._may_end(r))
        self.done = True

    def _is_encoded(self, r: int) -> bool:
        return self.encoded and (self.same or r == 0)

    def _read_otherwise(self, inside: Expr) -> Expr:
        """The two versions decode a payload that is not empty to different bytes, longer ones where it stands bare."""
        return inside if self._is_encoded(0) != self._is_encoded(1) else ~true()

    def _begins(self, r: int, c: Expr) -> Expr:
        """The payload is whole, and the character can be the first behind it."""
        if self.dotted:
            return self._is_whole(r) & (c == DOT)
        return self._is_whole(r) & (self._fits(self.linked[r], c) if self.exact else true())

    def _is_whole(self, r: int) -> Expr:
        return self.group[r] == 0

    def _continues_payload(self, r: int, c: Expr) -> Expr:
        if not self._is_encoded(r):
            return true()
        return ite(c == PAD, self.group[r] >= 2, c.one_of(HEX, LETTER, STANDARD) & ~self.padded[r])

    def _continues_link(self, r: int, c: Expr) -> Expr:
        return (self.linked[r] < self.link) & self._fits(self.linked[r], c) if self.exact else true()

    def _fits(self, before: Expr, c: Expr) -> Expr:
        """The character can stand in the link behind so many."""
        spelled = c == HEX if self.hexadecimal else c.one_of(HEX, LETTER, URL)
        return ite(before < self.link - self.pads, spelled, c == PAD)

    def _may_end(self, r: int) -> Expr:
        link = self.part[r] == "link"
        if not self.exact:
            return link if self.dotted else link | self._is_whole(r)
        if self.dotted:
            return link & ((self.linked[r] == 0) | (self.linked[r] == self.link))
        return ite(link, self.linked[r] == self.link, self._is_whole(r))


class Fields(System):
    """Any number of byte strings, one after another, each behind its length."""

    reading = Index(2)
    base = Size(2)  # values of a digit: 10 for decimal lengths, 256 for lengths in bytes
    digits = Size(2)  # the most digits of a length
    fixed = Switch(on=True)  # a length has all its digits; else as many as its writer likes
    separated = Switch(on=False)  # a character that is no digit stands behind a length

    part = Array(reading, Enum("length", "bytes"), init="length")
    seen = Array(reading, Int(0, lambda s: s.digits), init=0)  # digits of the length that is being read
    left = Array(reading, Int(0, lambda s: s.base**s.digits - 1), init=0)  # the length so far; then bytes to come
    differ = Bool(init=False)
    done = Bool(init=False)

    @rule(by="reader", c=Int(0, lambda s: s.base), first=Bool(), second=Bool())
    def read(self, c: Expr, first: Expr, second: Expr) -> None:
        """One more character, a digit or, as the highest, another; each reading may take it for a length's last."""
        self.require(~self.done)
        ends = (first, second)
        for r in self.reading:
            length, digit = self.part[r] == "length", c < self.base
            self.require(ite(length, self._continues(r, digit, ends[r]), ~ends[r]))
            value = ite(digit, self.base * self.left[r] + c, self.left[r])
            left = ite(length, value, self.left[r] - 1)
            over = ite(length, ends[r], left == 0)
            self.seen[r] = ite(length & digit & ~ends[r], self.seen[r] + 1, 0)
            self.part[r] = ite(length & ~ends[r], "length", ite(left == 0, "length", "bytes"))
            self.left[r] = ite(over & (left == 0), 0, left)
        self.differ = self.differ | ~self._in_step()

    @rule(by="reader")
    def end(self) -> None:
        """The text ends where both readings may."""
        self.require(~self.done)
        for r in self.reading:
            self.require(self.part[r] == "length", self.seen[r] == 0)
        self.done = True

    def _continues(self, r: int, digit: Expr, ends: Expr) -> Expr:
        """In a length: the character can follow, as the one that ends it or not."""
        if self.separated:
            whole = self.seen[r] == self.digits if self.fixed else self.seen[r] >= 1
            return ite(ends, ~digit & whole, digit & (self.seen[r] < self.digits))
        last = self.seen[r] + 1 == self.digits
        return digit & (self.seen[r] < self.digits) & ((ends == last) if self.fixed else ends | ~last)

    def _in_step(self) -> Expr:
        pairs = [(a[0], a[1]) for a in (self.part, self.seen, self.left)]
        return (pairs[0][0] == pairs[0][1]) & (pairs[1][0] == pairs[1][1]) & (pairs[2][0] == pairs[2][1])
