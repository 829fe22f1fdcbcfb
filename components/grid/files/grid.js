// A grid of rows of one height: only those in view are in the page, every cell is a cell of an ARIA grid.
// Row -1 is the head: the arrows reach it, Enter sorts, Alt and arrows move a column, Alt and Shift make it wider.

import { asCell } from "./source.js";

export const el = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made[name] = value;
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((one) => one != null && one !== false));
  return made;
};

const MOST_PX = 15_000_000; // Firefox stops at 17.9 million pixels; beyond that a pixel stands for more than a row's
const NARROWEST = 44;
const REST_MS = 40; // a drag is fetched for where it begins and where it rests

export function mount(box, root, { columns, source, picks, keep, label, firstUp, onOpen, onPick, onSort, onNear, onMove }) {
  const kept = JSON.parse(localStorage.getItem(keep) ?? "{}");
  const byName = new Map(columns.map((one, at) => [one.name, { ...one, at }]));
  const order = [...(kept.order ?? []).filter((name) => byName.has(name))];
  for (const name of byName.keys()) if (!order.includes(name)) order.push(name);
  const hidden = new Set(kept.hidden ?? []);
  const widths = Object.fromEntries(columns.map((one) => [one.name, kept.widths?.[one.name] ?? one.width]));
  const height = matchMedia("(pointer: coarse)").matches ? 40 : 24;
  let shown = [], total = 0, active = { row: 0, col: 0 }, anchor = 0, frame = 0, settle = 0, last = 0, flung = 0, room = 0, y = 0, near = "";
  const pool = [];
  const grid = el("div", { role: "grid", tabindex: "0", class: "og", "aria-label": label, "aria-multiselectable": "true" });
  const head = el("div", { role: "row", class: "og-head", "aria-rowindex": "1", onpointerleave: () => { near = ""; } }); // the head that the pointer is on
  const port = el("div", { role: "rowgroup", class: "og-port" }), bed = el("div", { role: "presentation", class: "og-bed" }, port);
  grid.append(el("div", { role: "rowgroup", class: "og-top" }, head), bed);
  box.replaceChildren(grid);
  const sheet = new CSSStyleSheet(); // widths stand in one place, so that a drag touches no cell
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const save = () => localStorage.setItem(keep, JSON.stringify({ order, hidden: [...hidden], widths }));
  const widthOf = (list) => list.reduce((sum, one) => sum + widths[one.name], 0);
  function lay() {
    const tracks = shown.map((one) => `${widths[one.name]}px`).join(" ");
    sheet.replaceSync(`.og-head, .og-row { grid-template-columns: ${tracks}; width: ${widthOf(shown)}px; } .og-row { height: ${height}px; line-height: ${height - 1}px; }`);
  }
  function arrange() {
    shown = order.filter((name) => !hidden.has(name)).map((name) => byName.get(name));
    grid.setAttribute("aria-colcount", shown.length);
    active.col = Math.min(active.col, shown.length - 1);
    for (const { node } of pool.splice(0)) node.remove();
    lay(); drawHead(); paint();
  }
  const move = (name, to) => { order.splice(order.indexOf(name), 1); order.splice(to, 0, name); save(); arrange(); };
  const widen = (name, by) => { widths[name] = Math.max(NARROWEST, widths[name] + by); save(); lay(); };
  const sortBy = ({ sort }, act = onSort) => { if (sort) act(sort, sort === source.sort ? !source.desc : !firstUp.includes(sort)); };
  function drawHead() {
    head.replaceChildren(...shown.map((one, place) => {
      const cell = el("div", { role: "columnheader", class: `og-th ${one.name}${one.number ? " number" : ""}`, id: `og-h-${one.name}`, draggable: "true",
        "aria-colindex": place + 1, title: one.sort ? "Click to sort, drag to move" : "Drag to move" }, one.title);
      cell.onclick = (event) => { if (event.target === cell) { active = { row: -1, col: place }; sortBy(one); } };
      cell.onpointerenter = () => { if (near !== one.name) sortBy(one, onNear); near = one.name; };
      cell.ondragstart = (event) => event.dataTransfer.setData("text/plain", one.name);
      cell.ondragover = (event) => event.preventDefault();
      cell.ondrop = (event) => {
        const moved = event.dataTransfer.getData("text/plain");
        if (byName.has(moved)) { event.preventDefault(); move(moved, order.indexOf(one.name)); }
      };
      const edge = el("span", { class: "og-edge", "aria-hidden": "true", draggable: "false" });
      edge.onpointerdown = (event) => {
        event.preventDefault(); event.stopPropagation();
        cell.draggable = false; edge.setPointerCapture(event.pointerId);
        let x = event.clientX;
        edge.onpointermove = (moved) => { widen(one.name, moved.clientX - x); x = moved.clientX; };
        edge.onpointerup = edge.onpointercancel = () => { edge.onpointermove = null; cell.draggable = true; };
      };
      cell.append(edge);
      return cell;
    }));
    tellSort(); mark();
  }
  const tellSort = () => shown.forEach(({ sort }, place) => {
    if (sort) head.children[place].setAttribute("aria-sort", sort !== source.sort ? "none" : source.desc ? "descending" : "ascending");
  });
  const roomFor = () => (room ||= grid.clientHeight - head.offsetHeight); // this and `y` are kept: to ask for them lays out what has changed
  const inView = () => Math.max(1, Math.floor(roomFor() / height)), bedHeight = () => Math.min(total * height, MOST_PX);
  const isScaled = () => total * height > MOST_PX;
  const reach = () => Math.max(1, bedHeight() - roomFor());
  const top = () => (isScaled() ? (y / reach()) * (total - inView()) : y / height);
  function scrollTo(row) {
    const to = Math.max(0, Math.min(reach(), isScaled() ? (row / (total - inView())) * reach() : row * height));
    if (to !== y) { grid.scrollTop = to; y = grid.scrollTop; }
  }
  function make() {
    const cells = shown.map((one, place) => el("div", { role: "gridcell", class: `og-td ${one.name}${one.number ? " number" : ""}`, "aria-colindex": place + 1 }, ""));
    const node = el("div", { role: "row", class: "og-row" }, ...cells);
    port.append(node);
    return { node, cells, at: -1, row: undefined };
  }
  function fill(slot, at, row) {
    Object.assign(slot, { at, row });
    const { node, cells } = slot, [state, hits] = row ? row.slice(-2) : ["", ""];
    node.setAttribute("aria-rowindex", at + 2);
    node.dataset.state = state;
    node.className = `og-row${row === undefined ? " waits" : row === null ? " gone" : ""}`;
    const hit = new Set(hits ? hits.split(" ") : []);
    shown.forEach((one, place) => {
      const text = row ? row[one.at] : row === null && place === 0 ? "No longer there" : "";
      if (cells[place].firstChild.data !== text) { cells[place].firstChild.data = text; cells[place].title = text.length > 18 ? text : ""; }
      cells[place].classList.toggle("hit", hit.has(one.name));
    });
  }
  // The active cell's id is another one at each move, or a screen reader hears nothing.
  function mark() {
    grid.querySelectorAll(".on").forEach((one) => { one.classList.remove("on"); if (one.id.startsWith("og-c")) one.removeAttribute("id"); });
    const slot = pool.find((one) => one.at === active.row);
    const cell = active.row < 0 ? head.children[active.col] : slot?.cells[active.col];
    if (!cell) { grid.removeAttribute("aria-activedescendant"); return; }
    cell.classList.add("on"); if (active.row >= 0) cell.id = `og-c-${active.row}-${active.col}`;
    grid.setAttribute("aria-activedescendant", cell.id);
  }
  function paint() {
    frame = 0;
    const first = Math.max(0, Math.min(Math.floor(top()), total - 1)), count = Math.max(0, Math.min(total - first, inView() + 2));
    if (count) fetchFor(first, first + count); // before what is drawn meanwhile
    if (source.mark === null) return; // a list begins: the rows that are shown stay until others come
    while (pool.length < count) pool.push(make());
    for (const { node } of pool.splice(count)) node.remove();
    port.style.transform = `translateY(${isScaled() ? y : first * height}px)`;
    pool.forEach((slot, place) => {
      const at = first + place;
      const row = source.row(at);
      if (slot.at !== at || slot.row !== row) fill(slot, at, row);
      const picked = String(picks.has(at));
      if (slot.node.getAttribute("aria-selected") !== picked) slot.node.setAttribute("aria-selected", picked);
    });
    mark();
  }
  function fetchFor(first, stop) {
    clearTimeout(settle);
    const isMissing = Array.from({ length: stop - first }, (_, place) => source.row(first + place)).includes(undefined);
    const isFlung = Math.abs(first - last) > 3 * inView(), isMoved = first !== last;
    const load = (from, to, active) => source.load(from, to, active).then((some) => { if (some.length) now(); }).catch(quiet);
    last = first;
    const rested = performance.now() - flung;
    if (isFlung) flung += rested;
    // Its neighbors; where nobody moved, to read them is nobody's doing and keeps no visit open.
    if (!isMissing) settle = setTimeout(() => load(Math.max(0, first - 60), Math.min(total, stop + 60), isMoved), 200);
    else if (isFlung && rested < 5 * REST_MS) settle = setTimeout(() => load(first, stop), REST_MS);
    else load(first, stop);
  }
  const quiet = (error) => { if (error.name !== "AbortError") onMove(error); };
  const now = () => { cancelAnimationFrame(frame); paint(); }; // rows are painted in the frame in which they come
  const queue = () => { frame ||= requestAnimationFrame(paint); };
  grid.addEventListener("scroll", () => { y = grid.scrollTop; queue(); onMove(); }, { passive: true });
  const sized = new ResizeObserver(() => { room = 0; queue(); }); sized.observe(grid);
  function go(row, col = active.col, extend = false) {
    row = Math.max(-1, Math.min(total - 1, row)); col = Math.max(0, Math.min(shown.length - 1, col));
    active = { row, col };
    if (row >= 0 && extend) { picks.only(anchor, row); onPick(); } else if (row >= 0) anchor = row;
    if (row >= 0 && row < Math.ceil(top())) scrollTo(row); else if (row > top() + inView() - 1) scrollTo(row - inView() + 1);
    const x = widthOf(shown.slice(0, col)), width = widths[shown[col].name];
    if (x < grid.scrollLeft) grid.scrollLeft = x;
    else if (x + width > grid.scrollLeft + grid.clientWidth) grid.scrollLeft = x + width - grid.clientWidth;
    now(); onMove();
  }
  const MOST_COPIED = 5_000;
  async function copy() {
    const chosen = picks.count(total) ? (picks.all ? [[0, total - 1]] : picks.ranges) : [[active.row, active.row]];
    const places = chosen.flatMap(([low, high]) => Array.from({ length: Math.min(high - low + 1, MOST_COPIED) }, (_, n) => low + n)).slice(0, MOST_COPIED);
    for (const [low, high] of chosen) await source.load(low, Math.min(high + 1, low + MOST_COPIED));
    const lines = places.map((at) => source.row(at)).filter(Boolean).map((row) => shown.map((one) => asCell(row[one.at])).join("\t"));
    await source.noteCopy(lines.length);
    await navigator.clipboard.writeText([shown.map((one) => one.title).join("\t"), ...lines].join("\n"));
    onMove(null, `${lines.length.toLocaleString("en")} rows copied as a table.`);
  }
  function onHead(event, one) {
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") sortBy(one);
    else if (side && event.altKey && event.shiftKey) widen(one.name, 16 * side);
    else if (side && event.altKey) {
      const to = order.indexOf(shown[active.col + side]?.name);
      if (to >= 0) { active.col += side; move(one.name, to); }
    } else return false;
    return true;
  }
  grid.addEventListener("keydown", (event) => {
    const { row, col } = active, ctrl = event.ctrlKey || event.metaKey, page = Math.max(1, inView() - 1);
    const moves = {
      ArrowDown: [row + 1], ArrowUp: [row - 1], ArrowRight: [row, col + 1], ArrowLeft: [row, col - 1],
      PageDown: [row + page], PageUp: [Math.max(0, row - page)], Home: ctrl ? [0, 0] : [row, 0],
      End: ctrl ? [total - 1, shown.length - 1] : [row, shown.length - 1],
    };
    if (row < 0 && onHead(event, shown[col])) { /* done */ }
    else if (event.altKey) return;
    else if (moves[event.key]) {
      if (event.key.startsWith("Page")) scrollTo(Math.max(0, Math.min(total - inView(), Math.round(top()) + (event.key === "PageDown" ? page : -page))));
      go(moves[event.key][0], moves[event.key][1] ?? col, event.shiftKey && row >= 0);
    }
    else if (event.key === " " && row >= 0) { picks.toggle(row, total); anchor = row; onPick(); now(); }
    else if (event.key === "Enter" && row >= 0) onOpen(row, true);
    else if (ctrl && event.key === "a") { picks.clear(); picks.all = true; onPick(); now(); }
    else if (ctrl && event.key === "c" && !getSelection()?.toString()) copy().catch(quiet);
    else return;
    event.preventDefault();
  });
  port.addEventListener("click", (event) => {
    const slot = pool.find(({ node }) => node === event.target.closest?.(".og-row"));
    if (!slot) return;
    const { at: row } = slot, col = Math.max(0, slot.cells.indexOf(event.target.closest(".og-td")));
    if (event.shiftKey) { picks.only(anchor, row); getSelection()?.removeAllRanges(); } else anchor = row;
    if (event.ctrlKey || event.metaKey) picks.toggle(row, total);
    active = { row, col };
    now(); onMove();
    if (event.shiftKey || event.ctrlKey || event.metaKey) onPick(); else onOpen(row, false);
  });
  arrange();
  return {
    // A new list: the rows that are shown stay until others come, so that nothing flickers.
    async begin(place = 0) {
      const rows = source.load(place, place + inView() + 2); // what else changes is drawn while they come
      if (active.row >= 0) active.row = place; // else the keys stand in the head, and stay there
      anchor = place; tellSort(); mark();
      await rows;
      bed.style.height = `${bedHeight()}px`;
      scrollTo(place); now();
    },
    setTotal(count) { total = count; bed.style.height = `${bedHeight()}px`; grid.setAttribute("aria-rowcount", count + 1); queue(); },
    look: () => source.look(Math.floor(top()), Math.floor(top()) + inView() + 2).then((some) => { if (some) now(); }),
    prepare: (order) => source.prepare(order, inView() + 2),
    go, paint: now, focus: () => grid.focus({ preventScroll: true }), top: () => Math.floor(top()),
    active: () => active.row, columns: () => order.map((name) => ({ ...byName.get(name), hidden: hidden.has(name) })),
    hide(name, is) { if (is && shown.length === 1) return; hidden[is ? "add" : "delete"](name); save(); arrange(); },
    destroy() { sized.disconnect(); clearTimeout(settle); cancelAnimationFrame(frame); },
  };
}
