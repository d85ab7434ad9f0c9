"use strict";
(() => {
  const { plain, make, fill, windowOf } = drawn;
  const data = JSON.parse(document.getElementById("rows-data").textContent);
  const PAGE = 20;
  const at = (id) => document.getElementById(id);
  const number = new Intl.NumberFormat("en-GB");
  const lists = Object.keys(data.lists);
  const state = { list: lists.find((name) => data.lists[name].rows.length) || lists[0], pattern: "", query: "", shown: PAGE };

  const named = (id) => (Object.hasOwn(data.patterns, id) ? data.patterns[id] : id);

  function searchText(row) {
    if (row.search === undefined) {
      row.search = [...row.fields.map(([, piece]) => plain(piece)), row.id, row.note || ""].join("\n").toLowerCase();
    }
    return row.search;
  }

  function matches(row) {
    if (state.pattern && !(row.patterns || []).includes(state.pattern)) return false;
    return !state.query || searchText(row).includes(state.query);
  }

  function textNode(piece) {
    const box = make("div", "text");
    box.dir = "auto";
    const cut = typeof piece === "string" ? { t: piece } : piece;
    const text = cut.t;
    if (!text.trim()) {
      box.append(make("span", "nothing", text ? `only white space (${text.length})` : "empty"));
      return box;
    }
    const marks = drawn.marksIn(text, cut.marks || [], state.query);
    const draw = (start, end) => {
      const words = make("bdi");
      fill(words, text, marks, start, end);
      box.replaceChildren(start || cut.before ? "… " : "", words);
      if (end < text.length || cut.after) box.append(" …");
      if (start || end < text.length) {
        const button = make("button", "link", `Show all ${number.format(text.length)} characters`);
        button.type = "button";
        button.addEventListener("click", () => draw(0, text.length));
        box.append(" ", button);
      } else if (cut.before || cut.after) {
        const whole = number.format(text.length + (cut.before || 0) + (cut.after || 0));
        box.append(make("div", "fine", `Cut here: ${number.format(text.length)} of ${whole} characters.`));
      }
    };
    draw(...windowOf(text, marks));
    return box;
  }

  function rowNode(row) {
    const node = make("li", "row");
    const head = make("div", "row-head");
    head.append(make("span", "num", `row ${number.format(row.n)}`));
    if (row.id) head.append(make("span", "mono", row.id.slice(0, 12)));
    if (row.note) head.append(make("span", "verdict", row.note));
    node.append(head);
    row.fields.forEach(([name, piece], place) => {
      const field = make("div", place ? "field" : "field first");
      const title = make("div", "name", name);
      title.dir = "auto";
      field.append(title, textNode(piece));
      node.append(field);
    });
    if (row.patterns) {
      const chips = make("div", "chips");
      for (const id of row.patterns) {
        const chip = make("a", "", named(id));
        chip.dir = "auto";
        chip.href = `#rows/${state.list}?${new URLSearchParams({ pattern: id })}`;
        chips.append(chip);
      }
      node.append(chips);
    }
    return node;
  }

  function drawControls() {
    const counts = new Map();
    for (const row of data.lists[state.list].rows) {
      for (const id of row.patterns || []) counts.set(id, (counts.get(id) || 0) + 1);
    }
    if (state.pattern && !counts.has(state.pattern)) counts.set(state.pattern, 0);
    const select = at("pattern");
    select.replaceChildren(new Option("All patterns", ""));
    for (const [id, n] of [...counts].sort((a, b) => b[1] - a[1])) {
      select.append(new Option(`${named(id)} (${number.format(n)})`, id, false, id === state.pattern));
    }
    at("pattern-box").hidden = !counts.size;
    at("clear").hidden = !state.query && !state.pattern;
    for (const tab of document.querySelectorAll("[data-list]")) {
      if (tab.dataset.list === state.list) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
  }

  function drawRows() {
    const list = data.lists[state.list];
    const found = list.rows.filter(matches);
    const shown = found.slice(0, state.shown);
    at("list").replaceChildren(...shown.map(rowNode));
    if (!found.length) at("list").append(make("li", "empty", list.rows.length ? "No row here matches." : list.none));
    const held = list.rows.length < list.total ? ` The page holds ${number.format(list.rows.length)} of ${number.format(list.total)}; ${list.file} has all.` : "";
    const count = `${number.format(found.length)} ${found.length === 1 ? "row" : "rows"}.`;
    at("status").textContent = found.length ? (shown.length < found.length ? `Showing ${number.format(shown.length)} of ${count}` : count) + held : "";
    at("more").hidden = shown.length >= found.length;
  }

  function draw() {
    state.shown = PAGE;
    drawControls();
    drawRows();
  }

  // "#rows/flagged?pattern=edge-0123456789" names a list and a pattern, so that every pattern can link to its rows.
  function follow(hash) {
    const found = /^#rows\/(\w+)(?:\?(.*))?$/.exec(hash);
    if (!found || !Object.hasOwn(data.lists, found[1])) return false;
    Object.assign(state, { list: found[1], pattern: new URLSearchParams(found[2] || "").get("pattern") || "", query: "" });
    at("query").value = "";
    draw();
    return true;
  }

  function choose(change) {
    Object.assign(state, change);
    draw();
    const query = state.pattern ? `?${new URLSearchParams({ pattern: state.pattern })}` : "";
    location.replace(`#rows/${state.list}${query}`);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#rows/']");
    if (!link) return;
    follow(link.getAttribute("href"));
    if (!at("rows").contains(link)) at("rows").scrollIntoView();
  });
  addEventListener("hashchange", () => {
    if (follow(location.hash)) at("rows").scrollIntoView();
  });
  at("query").addEventListener("input", () => {
    state.query = at("query").value.trim().toLowerCase();
    draw();
  });
  at("tools").addEventListener("submit", (event) => event.preventDefault());
  at("pattern").addEventListener("change", (event) => choose({ pattern: event.target.value }));
  at("clear").addEventListener("click", () => {
    at("query").value = "";
    choose({ query: "", pattern: "" });
  });
  at("more").addEventListener("click", () => {
    state.shown += PAGE * 4;
    drawRows();
  });

  function drawPatterns() {
    if (!at("kind")) return;
    const [query, kind] = [at("pattern-query").value.trim().toLowerCase(), at("kind").value];
    let shown = 0;
    const all = document.querySelectorAll("details.pattern");
    for (const one of all) {
      const words = one.querySelector(".wording").textContent.toLowerCase();
      one.hidden = (kind && one.dataset.kind !== kind) || (query && !words.includes(query));
      shown += !one.hidden;
    }
    at("pattern-status").textContent = shown < all.length ? `${number.format(shown)} of ${number.format(all.length)} patterns.` : "";
  }
  if (at("kind")) {
    at("pattern-query").addEventListener("input", drawPatterns);
    at("kind").addEventListener("change", drawPatterns);
    at("pattern-tools").addEventListener("submit", (event) => event.preventDefault());
  }

  draw();
  if (location.hash.startsWith("#rows/")) {
    follow(location.hash);
    at("rows").scrollIntoView();
  }
})();
