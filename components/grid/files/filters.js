// The filter line: fields that make a filter, as a list describes them; and the address, which has the same words.

import { el } from "./grid.js";

const AMOUNT = /^\$?\s*(\d{1,3}(?:,\d{3})+|\d{1,12})?(?:\.(\d{1,2}))?$/;
const HOW_MONEY = "Write dollars and cents with a point, such as 12.50 or 1,250.00.";
const REST_MS = 150, NEAR_MS = 50; // after the last key the table changes, and before that is asked for what it will show

// Everything that a table shows stands in the address: filter, order, place and the open row.
export class Address {
  constructor({ fields, sort }) {
    this.parts = fields.flatMap((one) => [one.name, one.from, one.to, one.period].filter(Boolean));
    this.sort = sort;
  }
  clean(filter) { return Object.fromEntries(this.parts.filter((name) => filter[name]).map((name) => [name, String(filter[name])])); }
  isSame(one, other) { return JSON.stringify(this.clean(one)) === JSON.stringify(this.clean(other)); }
  read(search = location.search) {
    const query = new URLSearchParams(search);
    return {
      filter: this.clean(Object.fromEntries(query)), sort: query.get("sort") || this.sort, desc: query.get("order") !== "up",
      place: Math.max(0, Number.parseInt(query.get("place") ?? "0", 10) || 0), open: query.get("open"),
    };
  }
  write({ filter, sort, desc, place, open }, isStep) {
    const query = new URLSearchParams(location.search);
    for (const name of [...this.parts, "sort", "order", "place", "open"]) query.delete(name);
    const said = { ...this.clean(filter), sort: sort === this.sort ? "" : sort, order: desc ? "" : "up", place: place || "", open: open ?? "" };
    for (const [name, value] of Object.entries(said)) if (value) query.set(name, value);
    const words = query.toString(), address = `${location.pathname}${words ? `?${words}` : ""}`;
    if (address !== location.pathname + location.search) history[isStep ? "pushState" : "replaceState"]({}, "", address);
  }
}

const cents = (text) => {
  const found = text.trim() && AMOUNT.exec(text.trim());
  if (!found || (!found[1] && !found[2])) return "";
  return String(Number((found[1] ?? "0").replaceAll(",", "")) * 100 + Number((found[2] ?? "").padEnd(2, "0")));
};
const dollars = (said) => (said ? `${said.slice(0, -2) || "0"}.${said.slice(-2).padStart(2, "0")}` : "");
const input = (type, label, more = {}) => el("input", { type, "aria-label": label, autocomplete: "off", ...more });
const select = (label, options) => el("select", { "aria-label": label }, ...options.map(([value, word]) => el("option", { value }, word)));
const menu = (name, ...content) => el("details", { class: `menu ${name.toLowerCase()}` }, el("summary", {}, name), el("div", { class: "sheet" }, ...content));
const one = (node, name) => ({ node, read: () => ({ [name]: node.value.trim() }), show: (filter) => { node.value = filter[name] ?? ""; }, isSet: () => Boolean(node.value.trim()) });

// What a kind of field draws, reads and shows; `refresh` says what is chosen, where the field itself does not.
const KINDS = {
  search: ({ name, label, placeholder }) => one(input("search", label, { placeholder, class: "wide" }), name),
  text({ name, label, placeholder, options, line }) {
    const found = one(input("text", label, { placeholder, class: line && "some", list: options && `pg-${name}` }), name);
    return { ...found, after: options && el("datalist", { id: `pg-${name}` }, ...options.map((value) => el("option", { value }))) };
  },
  choice: ({ name, label, options }) => one(select(label, options), name),
  check({ name, label }) {
    const box = input("checkbox", label, { "aria-label": null });
    return { node: el("label", {}, box, ` ${label}`), isWhole: true, isSet: () => box.checked,
      read: () => ({ [name]: box.checked ? "1" : "" }), show: (filter) => { box.checked = filter[name] === "1"; } };
  },
  many({ name, label, options }) {
    const boxes = options.map(([value, word]) => [value, word, el("input", { type: "checkbox", value })]);
    const node = menu(label, ...boxes.map(([, word, box]) => el("label", {}, box, ` ${word}`))), chosen = () => boxes.filter(([, , box]) => box.checked);
    return {
      node, read: () => ({ [name]: chosen().map(([value]) => value).join(",") }),
      show(filter) { const said = (filter[name] ?? "").split(","); for (const [value, , box] of boxes) box.checked = said.includes(value); },
      refresh() {
        const found = chosen();
        node.firstChild.textContent = found.length === 1 ? found[0][1] : found.length ? `${label}: ${found.length}` : label;
        node.classList.toggle("set", found.length > 0);
      },
    };
  },
  days({ name, from, to, period, label, options, periods }) { // a period moves with today; days that are written end it
    const which = options && select(label, options), low = input("date", "From this day"), high = input("date", "Up to this day");
    const when = periods && select("Period", [["", "Days"], ...periods]), days = el("span", { class: "pair" }, low, "–", high);
    when?.addEventListener("input", () => { if (when.value) low.value = high.value = ""; });
    return {
      node: el("span", { class: "pair" }, which, when, days),
      read: () => ({ ...(which && { [name]: low.value || high.value || when?.value ? which.value : "" }), [from]: low.value, [to]: high.value,
        ...(when && { [period]: low.value || high.value ? "" : when.value }) }),
      show(filter) {
        if (which) which.value = filter[name] ?? "";
        low.value = filter[from] ?? ""; high.value = filter[to] ?? "";
        if (when) when.value = filter[period] ?? "";
      },
      refresh() { if (when && (low.value || high.value)) when.value = ""; },
    };
  },
  money({ from, to, label }) {
    const [low, high] = [["from", from], ["up to", to]].map(([word, part]) =>
      [part, input("text", `${label} ${word}`, { inputmode: "decimal", class: "money", title: HOW_MONEY, placeholder: `$ ${word.replace("up ", "")}` })]);
    return {
      node: el("span", { class: "pair" }, low[1], "–", high[1]),
      read: () => Object.fromEntries([low, high].map(([part, node]) => [part, cents(node.value)])),
      show(filter) { for (const [part, node] of [low, high]) node.value = dollars(filter[part]); },
      refresh() { for (const [, node] of [low, high]) node.setAttribute("aria-invalid", String(Boolean(node.value.trim()) && !cents(node.value))); },
    };
  },
};

export function makeFilterLine(data, address, onFilter, onNear) {
  const fields = data.fields.map((told) => ({ ...told, ...KINDS[told.kind](told) }));
  const isLine = (field) => field.line || ["search", "many", "days", "money"].includes(field.kind), rest = fields.filter((field) => !isLine(field));
  const more = rest.length > 0 && menu("More", ...rest.flatMap((field) => [field.after,
    field.isWhole ? field.node : el("label", { class: "row" }, el("span", {}, field.label), field.node)]).filter(Boolean));
  const pairs = fields.filter((field) => field.node.className === "pair");
  const line = el("form", { class: "filters", role: "search", "aria-label": data.title, onsubmit: (event) => event.preventDefault() },
    ...fields.filter((field) => isLine(field) && !pairs.includes(field)).map((field) => field.node),
    pairs.length > 0 && el("span", { class: "pairs" }, ...pairs.map((field) => field.node)), more);
  const read = () => address.clean(Object.assign({}, ...fields.map((field) => field.read())));
  const label = () => {
    for (const field of fields) field.refresh?.();
    const filled = rest.filter((field) => field.isSet()).length;
    if (more) { more.firstChild.textContent = filled ? `More: ${filled}` : "More"; more.classList.toggle("set", filled > 0); }
  };
  let typed = 0, near = 0;
  const still = () => { clearTimeout(typed); clearTimeout(near); };
  const changed = () => { still(); onFilter(read()); label(); };
  line.addEventListener("input", (event) => { // what is typed is asked for before the table changes under it
    still();
    const isTyped = !event.target.matches("[type=checkbox], select");
    typed = setTimeout(changed, isTyped ? REST_MS : 0);
    if (isTyped) near = setTimeout(() => onNear(read()), NEAR_MS);
  });
  line.addEventListener("change", changed);
  line.addEventListener("toggle", (event) => {
    if (event.target.open) for (const other of line.querySelectorAll("details[open]")) if (other !== event.target) other.open = false;
  }, true);
  line.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && line.querySelector("details[open]");
    if (open) { open.open = false; open.firstChild.focus(); event.stopPropagation(); }
  });
  return {
    line, search: line.querySelector("input:not([type=checkbox])"),
    show(filter) { still(); for (const field of fields) field.show(filter); label(); },
    close() { for (const open of line.querySelectorAll("details[open]")) open.open = false; },
  };
}
