"use strict";
// What every page's rows are drawn with. Whatever comes from the data reaches the page through textContent: no markup is
// ever made from it.
const drawn = (() => {
  const VIEW = 700;

  // A text that was cut is {t: the text, ...}.
  const plain = (piece) => (typeof piece === "string" ? piece : piece.t);

  function make(tag, name, text) {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  // [from, to, class] of everything to mark in a text: evidence first, then hits of the search outside it.
  function marksIn(text, evidence, query) {
    const marks = evidence.map(([from, to]) => [from, to, ""]);
    const lower = query ? text.toLowerCase() : "";
    if (lower.length === text.length) {
      for (let i = lower.indexOf(query); i >= 0 && query; i = lower.indexOf(query, i + 1)) {
        const to = i + query.length;
        if (!marks.some(([a, b]) => i < b && to > a)) marks.push([i, to, "hit"]);
        if (marks.length > 200) break;
      }
    }
    return marks.sort((one, two) => one[0] - two[0]);
  }

  function fill(node, text, marks, from, to) {
    let done = from;
    for (const [a, b, name] of marks) {
      if (b <= from || a >= to) continue;
      node.append(text.slice(done, Math.max(a, from)));
      node.append(make("mark", name, text.slice(Math.max(a, from), Math.min(b, to))));
      done = Math.min(b, to);
    }
    node.append(text.slice(done, to));
  }

  // The part of a long text to show at first: its beginning, or the surroundings of its first mark.
  function windowOf(text, marks) {
    if (text.length <= VIEW + 200) return [0, text.length];
    const first = marks.length ? marks[0][0] : 0;
    let from = first > VIEW - 100 ? first - 160 : 0;
    let to = Math.min(text.length, from + VIEW);
    if (from && text.charCodeAt(from) >> 10 === 0x37) from -= 1;
    if (to < text.length && text.charCodeAt(to) >> 10 === 0x37) to -= 1;
    return [from, to];
  }

  return { plain, make, marksIn, fill, windowOf };
})();
