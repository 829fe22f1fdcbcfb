// One row whole, beside the table: lines, what may be done, and parts with a title, as the server tells them.

import { el } from "./grid.js";

const facts = (kind) => (pairs) => el("dl", { class: kind }, ...pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
const table = (kind) => ([head, ...rows]) => el("table", { class: kind }, el("tr", {}, ...head.map((one) => el("th", { scope: "col" }, one))),
  ...rows.map((row) => el("tr", {}, ...row.map((one) => el("td", {}, one)))));
const PARTS = {
  steps: (rows) => el("ol", { class: "steps" }, ...rows.map(([when, what, isDone]) =>
    el("li", { class: isDone ? "done" : "ahead" }, el("b", {}, when), isDone ? "" : ", expected", el("br"), what))),
  money: facts("money"), ids: facts("ids"), facts: facts("facts"), text: (text) => el("p", {}, text),
  links: (pairs) => el("p", {}, ...pairs.flatMap(([name, url]) => [el("a", { href: url, target: "_blank", rel: "noreferrer" }, name), el("br")])),
  table: table(""), sums: table("number"),
};

export function drawPanel(panel, told, { close, open, filter }) {
  const acts = told.acts.map(([name, page, query]) =>
    el("button", { type: "button", onclick: () => (page ? open(page, query) : filter(query)) }, name));
  panel.setAttribute("aria-label", told.title);
  panel.replaceChildren(
    el("header", {}, el("h2", {}, told.title), el("button", { type: "button", class: "close", "aria-label": "Close", onclick: close }, "✕")),
    ...told.lines.map(([kind, strong, text]) => el("p", { class: kind }, strong && el("b", {}, `${strong}: `), text)),
    ...(acts.length ? [el("p", { class: "acts" }, ...acts)] : []),
    ...told.parts.flatMap(([title, kind, content]) => [...(title ? [el("h3", {}, title)] : []), PARTS[kind](content)]));
}
