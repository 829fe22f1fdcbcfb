// One payment beside the table: where its money is, what happened when, what to do, and every id.

import { el } from "./grid.js";

const facts = (kind, pairs) => el("dl", { class: kind }, ...pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
const part = (title, ...content) => (content.length ? [el("h3", {}, title), ...content] : []);

export function drawPanel(panel, told, { close, open, filter }) {
  const button = (name, act) => el("button", { type: "button", onclick: act }, name);
  panel.setAttribute("aria-label", told.title);
  panel.replaceChildren(...[
    el("header", {}, el("h2", {}, told.title), el("button", { type: "button", class: "close", "aria-label": "Close", onclick: close }, "✕")),
    el("p", { class: "who" }, told.who),
    el("p", { class: "dim" }, told.about),
    told.next && el("p", { class: "next" }, el("b", {}, "What to do: "), told.next),
    told.reason && el("p", {}, told.reason),
    told.who_acts && el("p", {}, told.who_acts),
    told.spoken && el("p", {}, el("b", {}, "Say to the customer: "), `“${told.spoken}”`),
    el("p", { class: "acts" },
      button("Open its own page", () => open("payment", { payment: told.id })),
      told.customer && button("All of this customer", () => filter({ customer: told.customer })),
      told.payout && button("Its payout", () => open("payouts", { payout: told.payout }))),
    ...part("Timeline", el("ol", { class: "steps" }, ...told.timeline.map(([when, what, isDone]) =>
      el("li", { class: isDone ? "done" : "ahead" }, el("b", {}, when), isDone ? "" : ", expected", el("br"), what)))),
    ...part("Money", facts("money", told.money)),
    ...part("Mandate", el("p", {}, told.mandate)),
    ...part("Ids", facts("ids", Object.entries(told.ids))),
    ...Object.entries(told.links).map(([name, url]) =>
      el("p", {}, el("a", { href: url, target: "_blank", rel: "noreferrer" }, `${name} in Stripe's Dashboard`))),
  ].filter(Boolean));
}
