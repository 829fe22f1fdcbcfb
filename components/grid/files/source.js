// Where rows come from: blocks of a list by place, asked of the desk's own route, and the places that are picked.

const BLOCK = 20; // those that are missing side by side are one question: a screen is two or three, some 3 KB
const MOST_ASKED = 10, MOST_BLOCKS = 400; // of blocks in one question, and that are kept
const FRESH_MS = 2_000; // as long as what was asked for ahead may begin a list
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
    Object.assign(this, order, { abort: new AbortController(), mark: null, looked: null, blocks: new Map(), waiting: new Map() });
  }
  get order() { return { filter: this.filter, sort: this.sort, desc: this.desc, mark: this.mark }; }
  row(at) { return this.blocks.get(Math.floor(at / BLOCK))?.[at % BLOCK]; }
  load(first, stop, active) {
    const wanted = new Set(), end = Math.ceil(stop / BLOCK), isHere = (one) => this.blocks.has(one) || this.waiting.has(one);
    for (let number = Math.floor(first / BLOCK); number < end; number += 1) {
      let after = number;
      while (after < end && after - number < MOST_ASKED && !isHere(after)) after += 1;
      if (after > number) this.fetch(number, after, active);
      if (this.waiting.has(number)) wanted.add(this.waiting.get(number));
    }
    return Promise.all(wanted);
  }
  fetch(number, end, active) {
    const { waiting } = this, numbers = Array.from({ length: end - number }, (_, one) => number + one); // a list that begins meanwhile has its own
    const read = this.read(number, end, undefined, active).finally(() => numbers.forEach((one) => waiting.delete(one)));
    for (const one of numbers) waiting.set(one, read);
  }
  async read(number, end, since, active = true) {
    const { abort } = this, body = { ...this.order, start: number * BLOCK, size: (end - number) * BLOCK };
    const ahead = this.prepared(body);
    if (ahead) this.ahead = null; // it begins one list
    const said = await (ahead?.said ?? ask(`${this.path}/rows`, { ...body, since }, abort.signal, active));
    if (abort !== this.abort) return null;
    const isFirst = this.mark === null;
    Object.assign(this, { mark: said.mark, total: said.total });
    for (let one = number; said.rows && one < end; one += 1) {
      this.blocks.delete(one); this.blocks.set(one, said.rows.slice((one - number) * BLOCK, (one - number + 1) * BLOCK));
      if (this.blocks.size > MOST_BLOCKS) this.blocks.delete(this.blocks.keys().next().value);
    }
    this.onNews(said, isFirst);
    return said;
  }
  // The first rows of a list that somebody is about to begin are asked for ahead: the pointer is on a head, or one still types.
  prepared(body) { return this.ahead?.name === JSON.stringify(body) && Date.now() - this.ahead.at < FRESH_MS ? this.ahead : null; }
  prepare(order, stop) {
    const abort = new AbortController(), body = { ...order, mark: null, start: 0, size: Math.ceil(stop / BLOCK) * BLOCK };
    if (this.prepared(body)) return;
    this.ahead?.abort.abort();
    const ahead = this.ahead = { name: JSON.stringify(body), at: Date.now(), abort, said: ask(`${this.path}/rows`, body, abort.signal) };
    ahead.said.catch(() => { if (this.ahead === ahead) this.ahead = null; });
  }
  // What is copied leaves the desk as an export does, and stands in the trail as one.
  noteCopy(count) { return ask(`${this.path}/copied`, { ...this.order, count }, this.abort.signal); }
  // Looks whether these rows have changed, which keeps no visit open; true where they may have.
  async look(first, stop) {
    const number = Math.floor(first / BLOCK), end = Math.ceil(stop / BLOCK), name = `${number} ${end}`;
    const said = await this.read(number, end, this.looked?.name === name ? this.looked.now : undefined, false);
    if (said) this.looked = { name, now: said.now };
    return Boolean(said?.rows);
  }
}
