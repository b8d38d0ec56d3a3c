"use strict";
// What the page does without a server: shows one part at a time, filters the table, steps through runs.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  const views = all(".view");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  // -- which part is shown: the fragment of the address says it, so that a claim has an address of its own --
  let place = 0; // how far the table was scrolled when a claim was opened
  let shown = null;

  function named() {
    let name = location.hash.slice(1);
    try { name = decodeURIComponent(name); } catch { name = ""; }
    return views.find((view) => view.id === name) || views[0];
  }

  function show() {
    if (location.hash === "#main") { one("#main").focus(); return; }
    const view = named();
    if (view === shown) return;
    if (shown && shown.id === "claims") place = scrollY;
    const came = shown;
    shown = view;
    for (const other of views) other.hidden = other !== view;
    document.body.classList.toggle("reading", view.classList.contains("claim-page"));
    for (const tab of all(".tabs a")) {
      const here = tab.hash === "#" + view.id || (tab.hash === "#claims" && view.classList.contains("claim-page"));
      if (here) tab.setAttribute("aria-current", "page"); else tab.removeAttribute("aria-current");
    }
    document.title = view.classList.contains("claim-page") ? `${view.id} · Sennit` : "Sennit: what has been shown";
    if (came === null) return;
    for (const stop of stops) stop();
    if (view.id === "claims" && came.classList.contains("claim-page")) {
      scrollTo(0, place);
      const link = one(`.row[data-claim="${CSS.escape(came.id)}"] a`);
      if (link) link.focus({ preventScroll: true });
    } else {
      scrollTo(0, 0);
      if (view.tabIndex === -1 && view.id) view.focus({ preventScroll: true });
    }
  }
  const stops = [];

  // -- the table --
  const rows = all(".ledger .row");
  const wanted = new Set();
  const bySuite = one("#by-suite"), byAssumption = one("#by-assumption"), byWords = one("#by-words");

  function fits(row) {
    const assumes = row.dataset.assumes.split(" ").filter(Boolean);
    const assumption = byAssumption.value;
    const text = row.textContent.toLowerCase();
    return (!wanted.size || row.dataset.answers.split(" ").some((answer) => wanted.has(answer)))
      && (!bySuite.value || row.parentNode.dataset.suite === bySuite.value)
      && (!assumption || (assumption === "-" ? !assumes.length : assumes.includes(assumption.slice(1))))
      && byWords.value.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  }

  function filter() {
    let count = 0;
    for (const row of rows) {
      row.hidden = !fits(row);
      count += row.hidden ? 0 : 1;
    }
    for (const group of all(".ledger tbody")) group.hidden = !all(".row", group).some((row) => !row.hidden);
    const claims = rows.length === 1 ? "1 claim" : `${rows.length.toLocaleString("en")} claims`;
    one("#found").textContent = count === rows.length ? claims : `${count.toLocaleString("en")} of ${claims}`;
    one("#none").hidden = count > 0;
    one(".ledger").hidden = count === 0;
  }

  function clear() {
    wanted.clear();
    for (const button of all("[data-answer]")) button.setAttribute("aria-pressed", "false");
    bySuite.value = byAssumption.value = byWords.value = "";
    filter();
    byWords.focus();
  }

  for (const button of all("[data-answer]")) {
    button.addEventListener("click", () => {
      const answer = button.dataset.answer;
      if (!wanted.delete(answer)) wanted.add(answer);
      button.setAttribute("aria-pressed", String(wanted.has(answer)));
      filter();
    });
  }
  for (const field of [bySuite, byAssumption, byWords]) field.addEventListener("input", filter);
  for (const button of all("#clear, #clear-too")) button.addEventListener("click", clear);
  for (const row of rows) {
    row.addEventListener("click", (event) => {
      if (!event.target.closest("a") && !String(getSelection())) location.hash = row.dataset.claim;
    });
  }
  one(".filters").hidden = false;

  // -- the braid: the strands of the claim that is pointed at --
  function light(id) {
    const near = new Set([id]);
    for (const strand of all(".strand")) {
      const touches = strand.dataset.lemma === id || strand.dataset.claim === id;
      strand.classList.toggle("lit", touches);
      if (touches) near.add(strand.dataset.lemma).add(strand.dataset.claim);
    }
    for (const item of all(".strands [data-claim]:not(path)")) item.classList.toggle("near", near.has(item.dataset.claim));
    one(".strands").classList.toggle("some", id !== null);
  }
  for (const item of all(".names li[data-claim], .node")) {
    item.addEventListener("mouseenter", () => light(item.dataset.claim));
    item.addEventListener("mouseleave", () => light(null));
    item.addEventListener("focusin", () => light(item.dataset.claim));
    item.addEventListener("focusout", () => light(null));
  }

  // -- runs --
  function player(box) {
    const run = JSON.parse(one("script", box).textContent);
    const cells = all("[data-cell]", box).sort((a, b) => a.dataset.cell - b.dataset.cell);
    const steps = all("[data-step]", box);
    const where = one(".where", box), play = one(".play", box), ending = one(".ending", box);
    const states = [run.start];
    for (const move of run.moves) {
      const next = [...states.at(-1)];
      for (const [cell, value] of move.changes) next[cell] = value;
      states.push(next);
    }
    const last = run.moves.length;
    let now = 0, timer = 0;

    function go(step) {
      now = Math.max(0, Math.min(last, step));
      const changed = new Set(now ? run.moves[now - 1].changes.map(([cell]) => cell) : []);
      cells.forEach((cell, number) => {
        one(".value", cell).textContent = states[now][number];
        cell.classList.toggle("changed", changed.has(number));
        if (changed.has(number)) cell.title = `was ${states[now - 1][number]}`; else cell.removeAttribute("title");
      });
      for (const step of steps) {
        const here = Number(step.dataset.step) === now;
        step.classList.toggle("ahead", Number(step.dataset.step) > now);
        if (here) step.setAttribute("aria-current", "step"); else step.removeAttribute("aria-current");
      }
      const list = one(".steps", box), here = steps[now];
      const top = here.offsetTop - list.offsetTop;
      if (top < list.scrollTop || top + here.offsetHeight > list.scrollTop + list.clientHeight) {
        list.scrollTo({ top: top - list.clientHeight / 2, behavior: still ? "auto" : "smooth" });
      }
      where.textContent = `step ${now} of ${last}` + (now ? `: ${run.moves[now - 1].text}` : "");
      ending.hidden = now < last;
    }
    function stop() {
      clearInterval(timer);
      timer = 0;
      play.textContent = "▶";
      play.setAttribute("aria-label", "Play");
    }
    function toggle() {
      if (timer) { stop(); return; }
      if (now === last) go(0);
      play.textContent = "❚❚";
      play.setAttribute("aria-label", "Pause");
      timer = setInterval(() => { go(now + 1); if (now === last) stop(); }, 900);
    }
    const does = {
      first: () => { stop(); go(0); }, back: () => { stop(); go(now - 1); }, play: toggle,
      on: () => { stop(); go(now + 1); }, last: () => { stop(); go(last); },
    };
    const keys = {
      ArrowRight: "on", ArrowDown: "on", ArrowLeft: "back", ArrowUp: "back", Home: "first", End: "last", " ": "play",
    };
    box.addEventListener("keydown", (event) => {
      const what = keys[event.key];
      if (!what || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === " " && event.target.closest("button")) return; // the button answers by itself
      event.preventDefault();
      does[what]();
    });
    for (const button of all("[data-go]", box)) button.addEventListener("click", () => does[button.dataset.go]());
    for (const step of steps) step.addEventListener("click", () => { stop(); go(Number(step.dataset.step)); });
    one(".controls", box).hidden = one(".state", box).hidden = false;
    box.classList.add("live");
    stops.push(stop);
    go(0);
  }
  for (const box of all(".player")) player(box);

  // -- citing --
  for (const button of all(".copy")) {
    const text = one("pre", button.parentNode);
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
      } catch { // no clipboard for pages from disk: what is selected, the reader can copy
        getSelection().selectAllChildren(text);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 1600);
    });
  }

  document.documentElement.classList.add("scripted"); // so that opening a part does not scroll past the head of the page
  addEventListener("hashchange", show);
  show();
})();
