// The filter line: fields that make a filter, the same words as in the address; and the address itself.

import { el } from "./grid.js";

export const PARTS = ["text", "status", "dated", "created_from", "created_to", "amount_min", "amount_max", "bank", "failure_code",
  "payout", "customer", "rail", "overdue"];
const AMOUNT = /^\$?\s*(\d{1,3}(?:,\d{3})+|\d{1,12})?(?:\.(\d{1,2}))?$/;
const HOW_MONEY = "Write dollars and cents with a point, such as 12.50 or 1,250.00.";

export const clean = (filter) => Object.fromEntries(PARTS.filter((name) => filter[name]).map((name) => [name, String(filter[name])]));
export const isSame = (one, other) => JSON.stringify(clean(one)) === JSON.stringify(clean(other));

// Everything that the table shows stands in the address: filter, order, place and the open payment.
export function readAddress() {
  const query = new URLSearchParams(location.search);
  return {
    filter: clean(Object.fromEntries(query)), sort: query.get("sort") || "created", desc: query.get("order") !== "up",
    place: Math.max(0, Number.parseInt(query.get("place") ?? "0", 10) || 0), open: query.get("open"),
  };
}
export function writeAddress({ filter, sort, desc, place, open }, isStep) {
  const query = new URLSearchParams(location.search);
  for (const name of [...PARTS, "sort", "order", "place", "open"]) query.delete(name);
  const said = { ...clean(filter), sort: sort === "created" ? "" : sort, order: desc ? "" : "up", place: place || "", open: open ?? "" };
  for (const [name, value] of Object.entries(said)) if (value) query.set(name, value);
  const words = query.toString(), address = `${location.pathname}${words ? `?${words}` : ""}`;
  if (address !== location.pathname + location.search) history[isStep ? "pushState" : "replaceState"]({}, "", address);
}

const cents = (text) => {
  const found = text.trim() && AMOUNT.exec(text.trim());
  if (!found || (!found[1] && !found[2])) return "";
  return String(Number((found[1] ?? "0").replaceAll(",", "")) * 100 + Number((found[2] ?? "").padEnd(2, "0")));
};
const dollars = (said) => (said ? `${said.slice(0, -2) || "0"}.${said.slice(-2).padStart(2, "0")}` : "");

export function makeFilterLine(data, onFilter) {
  const field = (type, label, more = {}) => el("input", { type, "aria-label": label, autocomplete: "off", ...more });
  const choice = (label, options, more = {}) => el("select", { "aria-label": label, ...more },
    ...options.map(([value, word]) => el("option", { value }, word)));
  const search = field("search", "Search", { placeholder: "Name, reference, bank, reason, amount, id", class: "wide" });
  const dated = choice("Which date", data.dates.map(([value, word]) => [value, word[0].toUpperCase() + word.slice(1)]));
  const from = field("date", "From this day"), to = field("date", "Up to this day");
  const money = { inputmode: "decimal", class: "money", title: HOW_MONEY };
  const low = field("text", "Amount from", { ...money, placeholder: "$ from" }), high = field("text", "Amount up to", { ...money, placeholder: "$ to" });
  const boxes = data.states.map(([value, word]) => [value, word, el("input", { type: "checkbox", value })]);
  const menu = (name, ...content) => el("details", { class: `menu ${name.toLowerCase()}` }, el("summary", {}, name), el("div", { class: "sheet" }, ...content));
  const states = menu("Status", ...boxes.map(([, word, box]) => el("label", {}, box, ` ${word}`)));
  const rows = {
    bank: field("text", "Bank", { list: "pg-banks", placeholder: "All" }), failure_code: field("text", "Reason code", { placeholder: "insufficient_funds" }),
    payout: field("text", "Payout", { placeholder: "po_…" }), customer: field("text", "Customer's id", { placeholder: "cus_…" }),
    rail: choice("Rail", [["", "Both"], ...data.rails]),
  };
  const overdue = el("input", { type: "checkbox" });
  const banks = el("datalist", { id: "pg-banks" }, ...data.banks.map((value) => el("option", { value })));
  const more = menu("More", banks, ...Object.values(rows).map((one) => el("label", { class: "row" }, el("span", {}, one.getAttribute("aria-label")), one)),
    el("label", {}, overdue, " Overdue only"));
  const line = el("form", { class: "filters", role: "search", "aria-label": "Payments", onsubmit: (event) => event.preventDefault() },
    search, states, el("span", { class: "pairs" }, dated, from, "–", to, low, "–", high), more);
  const read = () => clean({
    text: search.value.trim(), status: boxes.filter(([, , box]) => box.checked).map(([value]) => value).join(","),
    dated: from.value || to.value ? dated.value : "", created_from: from.value, created_to: to.value,
    amount_min: cents(low.value), amount_max: cents(high.value), overdue: overdue.checked ? "1" : "",
    ...Object.fromEntries(Object.entries(rows).map(([name, one]) => [name, one.value.trim()])),
  });
  const label = () => {
    const chosen = boxes.filter(([, , box]) => box.checked);
    states.firstChild.textContent = chosen.length === 1 ? chosen[0][1] : chosen.length ? `Status: ${chosen.length}` : "Status";
    states.classList.toggle("set", chosen.length > 0);
    const filled = [...Object.values(rows).filter((one) => one.value.trim()), ...(overdue.checked ? [overdue] : [])].length;
    more.firstChild.textContent = filled ? `More: ${filled}` : "More";
    more.classList.toggle("set", filled > 0);
    for (const one of [low, high]) one.setAttribute("aria-invalid", String(Boolean(one.value.trim()) && !cents(one.value)));
  };
  let typed = 0;
  const changed = () => { clearTimeout(typed); label(); onFilter(read()); };
  line.addEventListener("input", (event) => {
    clearTimeout(typed);
    typed = setTimeout(changed, event.target.matches("[type=checkbox], select") ? 0 : 200);
  });
  line.addEventListener("change", changed);
  line.addEventListener("toggle", (event) => {
    if (event.target.open) for (const one of line.querySelectorAll("details[open]")) if (one !== event.target) one.open = false;
  }, true);
  line.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && line.querySelector("details[open]");
    if (open) { open.open = false; open.firstChild.focus(); event.stopPropagation(); }
  });
  return {
    line, search,
    show(filter) {
      clearTimeout(typed);
      search.value = filter.text ?? ""; dated.value = filter.dated ?? ""; from.value = filter.created_from ?? ""; to.value = filter.created_to ?? "";
      low.value = dollars(filter.amount_min); high.value = dollars(filter.amount_max); overdue.checked = filter.overdue === "1";
      const chosen = (filter.status ?? "").split(",");
      for (const [value, , box] of boxes) box.checked = chosen.includes(value);
      for (const [name, one] of Object.entries(rows)) one.value = filter[name] ?? "";
      label();
    },
    close() { for (const one of line.querySelectorAll("details[open]")) one.open = false; },
  };
}
