// Find anything, from every page, by Ctrl+K: what is found while one types, and Enter goes there.
// The dialog stands in the document's own top layer, so that no page's layout is in its way.

import { el } from "./grid.js";
import { go } from "./pages.js";
import { ask } from "./source.js";

const REST_MS = 120; // after the last key
const STYLES = ["--st-text-color", "--st-background-color", "--st-secondary-background-color", "--st-border-color", "--st-font"];
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

export async function start(root, host) {
  const { data } = host.args;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(await (await fetch(new URL(`${data.files}find.css`, document.baseURI))).text());
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const opener = el("button", { type: "button", class: "open", "aria-haspopup": "dialog", "aria-keyshortcuts": isMac ? "Meta+K" : "Control+K", onclick: () => open() },
    el("span", {}, "Find anything"), el("kbd", { "aria-hidden": "true" }, isMac ? "⌘K" : "Ctrl K"));
  root.querySelector(".find-waits")?.remove();
  root.append(opener);

  const top = el("div", { "data-find": "" }), shadow = top.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [sheet];
  const list = el("ul", { role: "listbox", id: "found", "aria-label": "Found" });
  const field = el("input", { type: "text", role: "combobox", "aria-label": "Find anything", "aria-expanded": "false", "aria-controls": "found",
    "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", placeholder: "Name, amount, invoice, id, last four, page, action" });
  const said = el("p", { role: "status", "aria-live": "polite" });
  const dialog = el("dialog", { "aria-label": "Find anything" }, field, list, said);
  shadow.append(dialog);
  document.body.append(top);

  let hits = [], active = -1, abort = null, typed = 0;
  function mark(to) {
    active = hits.length ? (to + hits.length) % hits.length : -1;
    [...list.querySelectorAll("[role=option]")].forEach((one, at) => one.setAttribute("aria-selected", String(at === active)));
    const chosen = list.querySelector("[aria-selected=true]");
    if (chosen) { field.setAttribute("aria-activedescendant", chosen.id); chosen.scrollIntoView({ block: "nearest" }); }
    else field.removeAttribute("aria-activedescendant");
  }
  const pieces = (told) => told.map(([text, isHit]) => (isHit ? el("mark", {}, text) : text));
  function draw(told) {
    ({ hits } = told);
    list.replaceChildren(...hits.map((hit, at) => el("li", { role: "option", id: `found-${at}`, "aria-selected": "false", onclick: () => choose(at), onpointermove: () => at !== active && mark(at) },
      el("span", { class: "kind" }, hit.kind), el("b", {}, ...pieces(hit.title)), el("span", { class: "about" }, ...pieces(hit.about)))));
    field.setAttribute("aria-expanded", String(hits.length > 0));
    said.textContent = told.said;
    mark(0);
  }
  async function look() {
    abort?.abort();
    abort = new AbortController();
    try { draw(await ask("find", { text: field.value }, abort.signal)); }
    catch (error) { if (error.name !== "AbortError") { draw({ hits: [], said: error.message }); } }
  }
  function open() {
    if (dialog.open) return;
    const look = getComputedStyle(opener);
    for (const name of STYLES) top.style.setProperty(name, look.getPropertyValue(name));
    field.value = "";
    dialog.showModal();
    field.focus();
    lookNow();
  }
  const lookNow = () => { clearTimeout(typed); look(); };
  function choose(at) {
    dialog.close();
    go(hits[at].page, hits[at].query);
  }
  field.addEventListener("input", () => { clearTimeout(typed); typed = setTimeout(look, REST_MS); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active - 1);
    else if (event.key === "Enter" && active >= 0) choose(active);
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // no page's keys
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => { abort?.abort(); clearTimeout(typed); draw({ hits: [], said: "" }); });
  const ended = new AbortController();
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault(); event.stopPropagation();
    if (dialog.open) dialog.close(); else open();
  }, { capture: true, signal: ended.signal });
  return { update() {}, destroy() { ended.abort(); abort?.abort(); clearTimeout(typed); top.remove(); } };
}
