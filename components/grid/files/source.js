// Where rows come from: blocks of a list by place, asked of the desk's own route, and the places that are picked.

const BLOCK = 50; // a screen touches two of them, some 6 KB
const MOST_BLOCKS = 160;
export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export async function ask(what, body, signal, active = true) {
  const answer = await fetch(new URL(`/grid/${what}`, document.baseURI), {
    method: "POST", credentials: "same-origin", signal,
    headers: { "content-type": "application/json" }, body: JSON.stringify({ zone, active, ...body }),
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(said.what ?? "The table could not be read. Reload the page."), { status: answer.status });
  return said;
}

// A cell of a table that is copied, as `dashboard/domain/csv_lines.py` writes it: a spreadsheet must neither take what a
// customer calls themselves for a formula, nor undo quotes around one, nor see more cells in it than one.
export const asCell = (text) => {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /["\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

// Ranges of places in the list as it is sorted and filtered, so that rows that were never loaded can be picked too.
export class Picks {
  constructor() { this.clear(); }
  clear() { this.ranges = []; this.all = false; }
  has(at) { return this.all || this.ranges.some(([low, high]) => low <= at && at <= high); }
  only(a, b) { this.all = false; this.ranges = [[Math.min(a, b), Math.max(a, b)]]; }
  add(low, high) {
    const apart = [];
    for (const one of this.ranges) {
      if (one[1] < low - 1 || one[0] > high + 1) apart.push(one);
      else [low, high] = [Math.min(low, one[0]), Math.max(high, one[1])];
    }
    this.ranges = [...apart, [low, high]].sort((x, y) => x[0] - y[0]);
  }
  toggle(at, total) {
    if (this.all) { this.all = false; this.ranges = [[0, total - 1]]; }
    if (!this.has(at)) { this.add(at, at); return; }
    this.ranges = this.ranges.flatMap(([low, high]) =>
      at < low || at > high ? [[low, high]] : [[low, at - 1], [at + 1, high]].filter(([x, y]) => x <= y));
  }
  count(total) { return this.all ? total : this.ranges.reduce((sum, [low, high]) => sum + high - low + 1, 0); }
  get asked() { return this.all ? null : this.ranges; }
}

// One list at a time. A row that was not asked for yet is undefined, one that is gone is null.
export class Source {
  constructor(path, onNews) {
    Object.assign(this, { path, onNews, filter: {}, sort: "", desc: true, total: 0 });
    this.begin();
  }
  begin(order = {}) {
    this.abort?.abort();
    Object.assign(this, order, { abort: new AbortController(), mark: null, blocks: new Map(), waiting: new Map() });
  }
  get order() { return { filter: this.filter, sort: this.sort, desc: this.desc, mark: this.mark }; }
  row(at) { return this.blocks.get(Math.floor(at / BLOCK))?.rows[at % BLOCK]; }
  load(first, stop, active) {
    const numbers = [];
    for (let number = Math.floor(first / BLOCK); number * BLOCK < stop; number += 1) numbers.push(number);
    return Promise.all(numbers.filter((one) => !this.blocks.has(one)).map((one) => this.fetch(one, active)));
  }
  fetch(number, active) {
    if (!this.waiting.has(number)) {
      const { waiting } = this; // a list that begins meanwhile has its own
      waiting.set(number, this.read(number, undefined, active).finally(() => waiting.delete(number)));
    }
    return this.waiting.get(number);
  }
  async read(number, since, active = true) {
    const { abort } = this;
    const said = await ask(`${this.path}/rows`, { ...this.order, start: number * BLOCK, size: BLOCK, since }, abort.signal, active);
    if (abort !== this.abort) return false;
    const isFirst = this.mark === null;
    Object.assign(this, { mark: said.mark, total: said.total });
    if (said.rows) {
      this.blocks.delete(number); this.blocks.set(number, { rows: said.rows, now: said.now });
      if (this.blocks.size > MOST_BLOCKS) this.blocks.delete(this.blocks.keys().next().value);
    }
    this.onNews(said, isFirst);
    return Boolean(said.rows);
  }
  // What is copied leaves the desk as an export does, and stands in the trail as one.
  noteCopy(count) { return ask(`${this.path}/copied`, { ...this.order, count }, this.abort.signal); }
  // Looks whether these rows have changed, which keeps no visit open; true where one has.
  async look(first, stop) {
    const seen = [...this.blocks].filter(([number]) => number * BLOCK < stop && (number + 1) * BLOCK > first);
    const found = await Promise.all(seen.map(([number, { now }]) => this.read(number, now, false)));
    return found.some(Boolean);
  }
}
