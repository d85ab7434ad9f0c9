"use strict";
(() => {
  const { plain, make, fill, windowOf } = drawn;
  const data = JSON.parse(document.getElementById("rows-data").textContent);
  const PAGE = 25;
  const at = (id) => document.getElementById(id);
  const number = new Intl.NumberFormat("en-GB");
  const state = { list: firstList(), reason: "", task: "", query: "", shown: PAGE };
  const rowsById = new Map();
  for (const [list, rows] of Object.entries(data.lists)) {
    for (const row of rows) if (row.id && !rowsById.has(row.id)) rowsById.set(row.id, { list, row });
  }

  function firstList() {
    return Object.keys(data.lists).find((name) => data.lists[name].length) || "kept";
  }

  const label = (slug) => (Object.hasOwn(data.labels, slug) ? data.labels[slug] : slug);
  const taskOf = (row, depth) => (row.task || []).slice(0, depth).join(" / ");

  function searchText(row) {
    if (row.search === undefined) {
      const texts = [...row.fields, ...(row.more || [])].map(([, piece]) => plain(piece));
      const facts = (row.story || []).concat(row.evidence || []).map(([, value]) => value);
      for (const turn of row.turns || []) texts.push(plain(turn.text), ...(turn.notes || []).map(([, value]) => value));
      for (const [, value] of row.cast || []) texts.push(value);
      const rest = [row.id, row.item, row.reason, row.reason && label(row.reason), row.check, taskOf(row)];
      row.search = [...texts, ...facts, ...rest].filter(Boolean).join("\n").toLowerCase();
    }
    return row.search;
  }

  function matches(row) {
    if (state.reason && row.reason !== state.reason) return false;
    if (state.task && !`${taskOf(row)} / `.startsWith(`${state.task} / `)) return false;
    return !state.query || searchText(row).includes(state.query);
  }

  function textNode(piece, list) {
    const box = make("div", "text");
    box.dir = "auto";
    const cut = typeof piece === "string" ? { t: piece } : piece;
    const text = cut.t;
    if (!text.trim()) {
      const words = text ? `only white space (${text.length})` : "empty";
      box.append(make("span", "nothing", words));
      return box;
    }
    const marks = drawn.marksIn(text, cut.marks || [], state.query);
    const [from, to] = windowOf(text, marks);
    const whole = (text.length + (cut.before || 0) + (cut.after || 0)).toLocaleString("en-GB");
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
        const where = data.files[list];
        box.append(make("div", "fine", `Cut here: ${number.format(text.length)} of ${whole} characters. ${where} has all.`));
      }
    };
    draw(from, to);
    return box;
  }

  function fieldNode([name, piece], list, first) {
    const field = make("div", first ? "field first" : "field");
    const title = make("div", "name", name);
    title.dir = "auto";
    field.append(title, textNode(piece, list));
    return field;
  }

  function factsNode(facts) {
    const list = make("dl", "facts");
    for (const [name, value] of facts) {
      const line = make("div");
      const [dt, dd] = [make("dt", "", name), make("dd", "", value)];
      dt.dir = dd.dir = "auto";
      line.append(dt, dd);
      list.append(line);
    }
    return list;
  }

  function matchNodes(id, n, list) {
    const found = rowsById.get(id);
    const fields = found ? found.row.fields : Object.hasOwn(data.matched, id) ? data.matched[id] : null;
    const known = found && found.row.n !== undefined ? found.row.n : n;
    const place = known === undefined ? "" : ` candidate ${number.format(known)}`;
    const title = make("div", "name", `matches${place || " this row"}${found ? ` (${found.list})` : ""}`);
    if (!fields) return [title, make("div", "mono", id)];
    return [title, ...fields.slice(0, 3).map((field) => fieldNode(field, list, false))];
  }

  // Why the row is where it is: the measurement beside its bar, the rule, the row that it repeats.
  function proofNode(row, list) {
    const facts = row.value ? [["value", row.value]] : [];
    if (row.bar) facts.push(["bar", row.bar]);
    facts.push(...(row.evidence || []));
    if (!facts.length && !row.matched) return null;
    const box = make("div", "proof");
    const line = make("div");
    line.dir = "auto";
    facts.forEach(([name, value], i) => {
      if (i) line.append(" · ");
      line.append(make("span", "name", `${name} `), value);
    });
    if (facts.length) box.append(line);
    if (row.matched) box.append(...matchNodes(row.matched, row.matched_n, list));
    return box;
  }

  function detailsNode(row, list) {
    const facts = [...(row.story || [])];
    if (row.item) facts.push(["item", row.item]);
    if (row.id) facts.push(["id", row.id]);
    if (!facts.length && !row.more) return null;
    const details = make("details");
    details.append(make("summary", "", "Details"));
    details.addEventListener("toggle", () => {
      if (!details.open || details.children.length > 1) return;
      for (const field of row.more || []) details.append(fieldNode(field, list, false));
      details.append(factsNode(facts));
      if (row.id) details.append(make("div", "mono", `corpusmith explain RUN_FOLDER ${row.id}`));
    });
    return details;
  }

  function rowNode(row, list) {
    const node = make("li", "row");
    const head = make("div", "row-head");
    if (row.reason) {
      const verdict = make("span", "verdict");
      verdict.append(make("i", `dot f-${list}`), label(row.reason));
      head.append(verdict);
    }
    if (row.check) head.append(make("span", "mono", row.check));
    if (row.n !== undefined) head.append(make("span", "num", `candidate ${number.format(row.n)}`));
    if (row.task) head.append(make("span", "task", taskOf(row)));
    const source = (row.story || []).find(([name]) => name === "source");
    if (source) head.append(make("span", "mono", source[1]));
    for (const part of head.children) part.dir = "auto";
    node.append(head);
    if (row.fields.length === 1) node.classList.add("lone");
    if (row.turns) node.append(talkNode(row, list));
    row.fields.forEach((field, i) => node.append(fieldNode(field, list, i === 0 && row.fields.length > 1)));
    node.append(...[proofNode(row, list), detailsNode(row, list)].filter(Boolean));
    return node;
  }

  // A dialogue: bubbles with what is known of each turn below it, and of the whole in the margin.
  function turnNode(turn, list) {
    const node = make("li", `turn side-${turn.side}${turn.hit ? " hit" : ""}`);
    const bubble = make("div", "bubble");
    const who = make("span", "who", turn.who);
    who.dir = "auto";
    bubble.append(who, textNode(turn.text, list));
    if (turn.before !== undefined) {
      const before = make("details", "before");
      before.append(make("summary", "", "before style"), textNode(turn.before, list));
      bubble.append(before);
    }
    node.append(bubble);
    if (turn.notes) {
      const notes = make("div", "turn-notes");
      for (const [name, value] of turn.notes) {
        const note = make("span", "note-of");
        note.dir = "auto";
        note.append(make("i", "", name), ` ${value}`);
        notes.append(note);
      }
      node.append(notes);
    }
    return node;
  }

  function talkNode(row, list) {
    const box = make("div", "talk");
    const turns = make("ol", "turns");
    turns.append(...row.turns.map((turn) => turnNode(turn, list)));
    const margin = make("aside", "margin");
    margin.append(factsNode(row.cast || []));
    box.append(turns, margin);
    return box;
  }

  function options(select, all, counts, chosen, say) {
    select.replaceChildren();
    const entries = [...counts.entries()].slice(0, 400);
    if (chosen && !counts.has(chosen)) entries.push([chosen, 0]);
    select.append(new Option(all, ""));
    for (const [value, n] of entries) select.append(new Option(`${say(value)} (${number.format(n)})`, value, false, value === chosen));
  }

  function drawControls() {
    const rows = data.lists[state.list];
    const reasons = new Map();
    const tasks = new Map();
    for (const row of rows) {
      if (row.reason) reasons.set(row.reason, (reasons.get(row.reason) || 0) + 1);
      for (let depth = 1; depth <= (row.task || []).length; depth += 1) {
        const task = taskOf(row, depth);
        tasks.set(task, (tasks.get(task) || 0) + 1);
      }
    }
    const often = new Map([...reasons].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
    const sorted = new Map([...tasks].sort((a, b) => (a[0] < b[0] ? -1 : 1)));
    options(at("reason"), "All reasons", often, state.reason, label);
    options(at("task"), "All tasks", sorted, state.task, (task) => task);
    at("reason-box").hidden = !reasons.size && !state.reason;
    at("task-box").hidden = !tasks.size && !state.task;
    at("clear").hidden = !state.query && !state.reason && !state.task;
    for (const tab of document.querySelectorAll("[data-list]")) {
      if (tab.dataset.list === state.list) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
  }

  function drawRows() {
    const rows = data.lists[state.list];
    const found = rows.filter(matches);
    const shown = found.slice(0, state.shown);
    const total = data.totals[state.list];
    at("list").replaceChildren(...shown.map((row) => rowNode(row, state.list)));
    if (!found.length) {
      const why = rows.length ? "No row here matches." : total ? `No rows on this page. See ${data.files[state.list]}.` : data.none[state.list];
      at("list").append(make("li", "empty", why));
    }
    const held = rows.length < total ? ` The page holds ${number.format(rows.length)} of ${number.format(total)}; ${data.files[state.list]} has all.` : "";
    const count = `${number.format(found.length)} ${found.length === 1 ? "row" : "rows"}.`;
    const seen = shown.length < found.length ? `Showing ${number.format(shown.length)} of ${count}` : count;
    at("status").textContent = found.length ? seen + held : held.trim();
    at("more").hidden = shown.length >= found.length;
  }

  function draw() {
    state.shown = PAGE;
    drawControls();
    drawRows();
  }

  // "#rows/dropped?reason=empty_output" names a list and a filter, so that every bar and node can link to its rows.
  function address() {
    const query = new URLSearchParams();
    if (state.reason) query.set("reason", state.reason);
    if (state.task) query.set("task", state.task);
    return `#rows/${state.list}${String(query) && `?${query}`}`;
  }

  // Take list and filter from an address; true where that changed anything.
  function follow(hash) {
    const found = /^#rows\/(\w+)(?:\?(.*))?$/.exec(hash);
    if (!found || !Object.hasOwn(data.lists, found[1])) return false;
    const query = new URLSearchParams(found[2] || "");
    const [reason, task] = [query.get("reason") || "", query.get("task") || ""];
    if (state.list === found[1] && state.reason === reason && state.task === task) return false;
    Object.assign(state, { list: found[1], reason, task, query: "" });
    at("query").value = "";
    draw();
    return true;
  }

  function choose(change) {
    Object.assign(state, change);
    draw();
    location.replace(address());
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
  let timer = 0;
  function search() {
    clearTimeout(timer);
    state.query = at("query").value.trim().toLowerCase();
    draw();
  }
  at("query").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 80);
  });
  at("tools").addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  at("reason").addEventListener("change", (event) => choose({ reason: event.target.value }));
  at("task").addEventListener("change", (event) => choose({ task: event.target.value }));
  at("clear").addEventListener("click", () => {
    clearTimeout(timer);
    at("query").value = "";
    choose({ query: "", reason: "", task: "" });
  });
  at("more").addEventListener("click", () => {
    state.shown += PAGE * 4;
    drawRows();
  });
  draw();
  if (location.hash.startsWith("#rows/")) {
    follow(location.hash);
    at("rows").scrollIntoView();
  }
})();
