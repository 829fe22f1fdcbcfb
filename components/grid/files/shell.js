// All of the workspace: filter line, figures and views, the table, the panel beside it, the line of what is picked.

import { Address, makeFilterLine } from "./filters.js";
import { el, mount } from "./grid.js";
import { go, shownPage } from "./pages.js";
import { drawPanel } from "./panel.js";
import { Picks, Source, ask } from "./source.js";

const LOOK_MS = 4_000; // how soon a change is seen in rows that are looked at
const STEP_MS = 2_000;
const REST_MS = 250; // a panel that follows the keys is asked for where they rest: each look is kept in the trail
const number = (count) => count.toLocaleString("en");

export async function start(root, host) {
  const { data } = host.args, page = location.pathname;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(await (await fetch(new URL(`${data.files}grid.css`, document.baseURI))).text());
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const address = new Address(data);
  // A link within the app opens the page before the browser's address says what it asks for; Python knows it.
  let state = address.read(location.search || `?${new URLSearchParams(data.asked ?? {})}`), sums = null, picked = null, told = "", timers = {}, ran = {}, changedAt = 0, isLeft = false, pressed = host.args.data.pressed?.at ?? 0;
  const picks = new Picks();
  const source = new Source(data.path, (said, isFirst) => news(said, isFirst));
  // At once, and where it is asked for again and again, no more often than that.
  const soon = (name, ms, act) => {
    const run = () => { ran[name] = Date.now(); act(); }, wait = (ran[name] ?? 0) + ms - Date.now();
    clearTimeout(timers[name]);
    if (wait > 0) timers[name] = setTimeout(run, wait); else run();
  };
  const later = (name, ms, act) => { clearTimeout(timers[name]); timers[name] = setTimeout(act, ms); };
  const quiet = (error) => { if (error.name !== "AbortError") { said.textContent = error.message; said.classList.add("wrong"); } };
  const tell = (name, value) => host.args.setStateValue(name, value);
  const filters = makeFilterLine(data, address, (filter) => {
    if (address.isSame(filter, state.filter)) return;
    show({ filter }, Date.now() - changedAt > STEP_MS, false); // what is typed in one go is one step for Back
    changedAt = Date.now();
  }, (filter) => { if (!address.isSame(filter, state.filter)) grid.prepare(ordered({ filter })); });
  const [figures, views] = ["Figures", "Views"].map((name) => el("span", { class: "group", role: "group", "aria-label": name }));
  const warning = el("span", { class: "warning", role: "note" }), chips = el("div", { class: "chips" }, figures, views);
  const box = el("div", { class: "gridbox" }), empty = el("div", { class: "empty", hidden: true });
  const panel = el("aside", { class: "panel", hidden: true, tabindex: "-1" });
  const main = el("div", { class: "main" }, el("div", { class: "left" }, box, empty), panel);
  const said = el("span", { class: "said", role: "status", "aria-live": "polite" });
  const newer = el("button", { type: "button", hidden: true, onclick: () => show({ place: 0 }, false) });
  const clear = el("button", { type: "button", hidden: true, onclick: () => { picks.clear(); grid.paint(); pickedOther(); } }, "Clear (Esc)");
  const sure = el("dialog", { class: "sure", "aria-label": "Export what is picked" });
  sure.addEventListener("keydown", (event) => event.stopPropagation()); // Escape closes it, and clears nothing
  const exports = el("button", { type: "button", hidden: true, onclick: () => offerExport().catch(quiet) }, "Export …");
  const shownColumns = el("div", { class: "sheet up" }), columns = el("details", { class: "menu", ontoggle: () => drawColumns() }, el("summary", {}, "Columns"), shownColumns);
  const keys = el("span", { class: "keys" }, "/ search · ↑↓ move · Space pick · Ctrl+A all · Enter open · Esc back · Ctrl+C copy");
  const section = el("section", { class: "pg", "aria-label": data.title }, filters.line, chips, main,
    sure, el("div", { class: "bar" }, said, newer, exports, clear, warning, keys, columns));
  root.querySelector(".pg-waits")?.remove();
  root.append(section);
  const grid = mount(box, root, {
    columns: data.columns, source, picks, keep: data.keep, label: data.title, firstUp: data.up,
    onOpen: (row, isKey) => (data.opens ? idOf(row) && leave(data.opens[0], { [data.opens[1]]: idOf(row) }) : open(idOf(row), isKey)),
    onPick: () => pickedOther(),
    onSort: (sort, desc) => show({ sort, desc }),
    onNear: (sort, desc) => grid.prepare(ordered({ sort, desc })),
    onMove: (error, words) => {
      if (error) quiet(error);
      else if (words) { told = words; say(); }
      else later("place", 300, () => { if (location.pathname === page) address.write(Object.assign(state, { place: grid.top() }), false); });
    },
  });

  // ---- the list. A change of filter or order is a step for Back; where one has scrolled to is none.
  function show(change, isStep = true, isElsewhere = true) { // what is typed is not written over while one types
    state = { ...state, place: 0, ...change, filter: address.clean(change.filter ?? state.filter) };
    begin(true); // asks for the rows; the rest is drawn while they come
    if (isElsewhere && change.filter) filters.show(state.filter);
    address.write(state, isStep);
  }
  const ordered = ({ filter = state.filter, sort = state.sort, desc = state.desc }) => ({ filter: { ...filter, ...data.fixed }, sort, desc });
  function begin(isOther) {
    source.begin(ordered({}));
    const rows = grid.begin(state.place);
    picks.clear(); picked = sums = null; told = "";
    said.classList.remove("wrong"); newer.hidden = true;
    section.setAttribute("aria-busy", "true");
    drawViews(); say();
    rows.then(() => { section.removeAttribute("aria-busy"); return addUp(); }).catch(quiet);
    if (isOther) later("tell", 300, () => tell("filter", shown()));
  }
  const shown = () => ({ ...state.filter, sort: state.sort, order: state.desc ? "" : "up" });
  function news({ total, newer: count }, isFirst) {
    grid.setTotal(total);
    newer.textContent = `${number(count)} new: show`; newer.hidden = !count;
    if (said.classList.contains("wrong")) { said.classList.remove("wrong"); say(); } // the server answers again
    if (isFirst) empty.hidden = total > 0;
    if (count && !total) show({}, false); // the first ones have come
  }
  async function addUp() { // after the rows, so that the two do not share the processor
    const { abort } = source;
    const found = await ask(`${data.path}/sums`, { ...source.order }, abort.signal);
    if (abort === source.abort) { sums = found; drawFigures(); say(); }
  }
  function say() {
    const count = picks.count(source.total);
    clear.hidden = !count; exports.hidden = !count || !data.exports; keys.hidden = count > 0;
    if (count) said.textContent = `Picked: ${picked ? picked.sums : `${number(count)} …`}`;
    else if (sums) said.textContent = `${sums.words}. Shown: ${sums.shown}.${sums.hidden ? ` Hidden: ${sums.hidden}.` : ""} ${data.reading}`;
    else said.textContent = "…";
    if (told) said.textContent = `${told} ${said.textContent}`; // sums that come late do not take away what was said
  }
  function pickedOther() {
    picked = null; told = "";
    if (picks.count(source.total)) soon("picked", 80, async () => {
      const asked = JSON.stringify(picks);
      const found = await ask(`${data.path}/picked`, { ...source.order, ranges: picks.asked }, source.abort.signal);
      if (JSON.stringify(picks) === asked) { picked = found; say(); }
    });
    say();
  }

  // What an export will do is said before it is ordered; the page shows how far it is, and the file.
  async function offerExport() {
    const asked = { ...source.order, ranges: picks.asked };
    const { words } = await ask(`${data.path}/export`, asked);
    const order = (form) => async () => {
      sure.close();
      try { await ask(`${data.path}/export`, { ...asked, form }); } catch (error) { quiet(error); return; }
      const query = new URLSearchParams(location.search);
      query.set("look", "Export");
      go(shownPage(), query);
    };
    const button = (name, onclick) => el("button", { type: "button", onclick }, name);
    sure.replaceChildren(el("p", {}, words), el("div", { class: "acts" }, button("Create a CSV file", order("csv")),
      button("Create an Excel file", order("xlsx")), button("Cancel", () => sure.close())));
    sure.showModal();
  }

  // ---- what stands above and below the table
  const chip = (name, figure, filter, title) => el("button", { type: "button", class: "chip", title,
    "aria-pressed": String(address.isSame(filter, state.filter)), onclick: () => show({ filter, ...(filter.sort && { sort: filter.sort, desc: filter.order !== "up" }) }) }, name, figure && el("b", {}, figure));
  function drawFigures() {
    figures.replaceChildren(...sums.figures.map(([name, words]) =>
      chip(`${name.replace(", 30 days", " 30 d")} `, words.split(", ").slice(1).join(", "), data.figures[name] ?? {}, `${name}: ${words}`)));
  }
  function drawViews() {
    if (sums) drawFigures();
    views.replaceChildren(...Object.entries(data.views).map(([name, filter]) => chip(name, "", filter)));
    empty.replaceChildren(...(Object.keys(state.filter).length
      ? [el("b", {}, data.none), " Remove a part of it, or press Everything."]
      : [el("b", {}, data.empty[0]), ` ${data.empty[1]}`]));
  }
  function drawColumns() {
    shownColumns.replaceChildren(...grid.columns().map((one) => el("label", {},
      el("input", { type: "checkbox", checked: !one.hidden, onchange: (event) => grid.hide(one.name, !event.target.checked) }), ` ${one.title}`)));
  }

  // ---- the panel
  const idOf = (row) => source.row(row)?.[data.columns.findIndex((one) => one.name === data.id)];
  function open(id, isKey) {
    if (!id) return;
    state.open = id;
    soon("panel", REST_MS / 2, () => fetchPanel(id, isKey));
    address.write(state, panel.hidden);
  }
  // The other page knows the way back to this list as it is: filter, order and place.
  function leave(to, query) {
    Object.values(timers).forEach(clearTimeout);
    address.write(Object.assign(state, { place: grid.top() }), false);
    isLeft = true;
    const from = new URLSearchParams(location.search);
    for (const name of ["open", "from"]) from.delete(name);
    go(to, { ...query, from: `${shownPage()}?${from}` });
  }
  async function fetchPanel(id, isFocused) {
    try {
      const told = await ask(`${data.path}/one`, { id });
      if (state.open !== id) return;
      drawPanel(panel, told, { close, open: leave, filter: (filter) => show({ filter }) });
    } catch (error) {
      if (state.open !== id) return;
      panel.replaceChildren(el("p", {}, error.message), el("button", { type: "button", onclick: close }, "Close"));
    }
    panel.hidden = false; // with what it shows: to make room for it lays out the table
    if (isFocused) panel.focus();
  }
  function close() {
    panel.hidden = true; state.open = null;
    address.write(state, false);
    grid.focus();
  }
  function step(by) {
    const row = Math.max(0, Math.min(source.total - 1, grid.active() + by));
    grid.go(row);
    source.load(row, row + 1).then(() => {
      if (!idOf(row)) return;
      state.open = idOf(row);
      later("panel", REST_MS, () => { address.write(state, false); fetchPanel(state.open, root.activeElement === panel); });
    }).catch(quiet);
  }
  const isField = (one) => ["INPUT", "SELECT", "TEXTAREA"].includes(one?.tagName) && one.type !== "checkbox";
  section.addEventListener("keydown", (event) => {
    const at = event.composedPath()[0];
    if (event.key === "Escape" && state.open) close();
    else if (event.key === "Escape" && picks.count(source.total)) { picks.clear(); grid.paint(); pickedOther(); }
    else if (event.key === "Escape" && isField(at)) grid.focus();
    else if (event.key === "/" && !isField(at)) { filters.search.focus(); filters.search.select(); }
    else if (event.key === "ArrowDown" && at === filters.search) grid.focus();
    else if (["j", "k"].includes(event.key) && !panel.hidden && !isField(at) && !event.ctrlKey && !event.metaKey) step(event.key === "j" ? 1 : -1);
    else return;
    event.preventDefault();
  });
  const away = (event) => { // a press beside an open menu closes it
    if (!event.composedPath().includes(filters.line)) filters.close();
    if (!event.composedPath().includes(columns)) columns.open = false;
  };
  const slash = (event) => { if (event.key === "/" && document.activeElement === document.body) { filters.search.focus(); event.preventDefault(); } };
  const back = () => {
    if (isLeft || location.pathname !== page) return; // another page opens
    const before = state;
    state = address.read();
    filters.show(state.filter);
    if (!address.isSame(before.filter, state.filter) || before.sort !== state.sort || before.desc !== state.desc) begin(true);
    if (state.open && state.open !== before.open) fetchPanel(state.open, false); else if (!state.open) panel.hidden = true;
  };
  // The table takes what is left of the window; what stands above it may come later.
  const fit = () => {
    section.classList.toggle("whole", host.args.data.whole);
    const above = root.host.getBoundingClientRect().top + (document.querySelector("[data-testid=stMain]")?.scrollTop ?? 0);
    section.style.setProperty("--above", `${Math.max(0, Math.round(above))}px`);
  };
  const moved = new ResizeObserver(fit);
  moved.observe(document.querySelector("[data-testid=stMainBlockContainer]") ?? document.body);
  const ended = new AbortController(), { signal } = ended;
  for (const [name, act] of Object.entries({ resize: fit, popstate: back })) window.addEventListener(name, act, { signal });
  for (const [name, act] of Object.entries({ pointerdown: away, keydown: slash })) document.addEventListener(name, act, { signal, capture: true });
  const looking = setInterval(() => {
    if (!document.hidden && host.args.data.whole && source.mark !== null && !section.hasAttribute("aria-busy")) grid.look().catch(quiet);
  }, LOOK_MS);
  function draw() { // what Python says anew
    Object.assign(data, host.args.data);
    warning.textContent = warning.title = data.warning; warning.hidden = !data.warning;
    drawViews(); say(); fit();
    if ((data.pressed?.at ?? 0) > pressed) { pressed = data.pressed.at; go(shownPage(), data.pressed.query); }
  }
  fit(); draw(); filters.show(state.filter); begin(false);
  if (state.open && !data.opens) fetchPanel(state.open, false);
  return {
    update: draw,
    destroy() {
      for (const one of [source.abort, ended]) one.abort();
      grid.destroy(); moved.disconnect(); clearInterval(looking); Object.values(timers).forEach(clearTimeout);
    },
  };
}
