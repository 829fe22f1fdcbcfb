// Link's modal and hosted page: draws the pane that the server names, and sends back what the customer did.
"use strict";
const CHANNEL = "plaid-link-sandbox";
const card = document.getElementById("link");
const hosted = location.pathname.startsWith("/link/hosted/") ? location.pathname.split("/").pop() : null;
const link = { opener: null, session: null, view: null, popup: null, poll: 0, turn: 0, ended: false, leaving: false };

async function call(path, body) {
  const response = await fetch(`/link/api/${path}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

function tell(message) {
  if (link.opener) window.parent.postMessage({ channel: CHANNEL, ...message }, link.opener);
}

// el("p", {class: "x"}, "text", child): text is always text, never markup.
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node[name] = value;
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

const heading = (text) => el("h1", { id: "title", tabindex: "-1" }, text);
const button = (text, testid, onclick, kind = "plain") =>
  el("button", { type: "button", class: kind, "data-testid": testid, onclick }, text);
const submit = (text, testid = "continue") => el("button", { type: "submit", class: "primary", "data-testid": testid }, text);
const actions = (...buttons) => el("div", { class: "actions" }, ...buttons);
const picture = (bank, large) =>
  el("img", { class: large ? "logo large" : "logo", src: `data:image/png;base64,${bank.logo}`, alt: "" });
const problem = (view) => view.error &&
  el("div", { class: "alert", role: "alert", "data-testid": "link-error" },
    view.error.display_message || view.error.error_message || "Something went wrong.");

function form(read, ...children) {
  const node = el("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); read(node); } }, ...children);
  return node;
}

function field(id, label, type, more = {}) {
  return el("div", {}, el("label", { for: id }, label),
    el("input", { id, name: id, type, "data-testid": id, autocapitalize: "none", spellcheck: "false", ...more }));
}

function option(kind, name, value, title, detail, checked) {
  return el("label", { class: "option" }, el("input", { type: kind, name, value, checked, "data-testid": `option-${value}` }),
    el("span", {}, el("strong", {}, title), detail ? el("span", {}, detail) : null));
}

const panes = {
  consent(view) {
    const words = view.update
      ? ["Your connection needs a fresh sign-in", `${view.client_name} keeps the connection that it has; nothing new is shared.`]
      : [`${view.client_name} would like to connect your bank account`, "You choose the bank and the account on the next screens."];
    return [heading(words[0]), el("p", {}, words[1]),
      el("ul", { class: "facts" },
        el("li", {}, el("strong", {}, "Only what is needed"), "Account and routing number, name and balance."),
        el("li", {}, el("strong", {}, "Your password stays here"), `${view.client_name} never sees it.`),
        el("li", {}, el("strong", {}, "Yours to end"), "You can take this permission back at any time.")),
      actions(button("Continue", "continue", () => act("consent"), "primary"))];
  },
  institutions(view) {
    const list = el("ul", { class: "banks", "data-testid": "institution-list", "aria-label": "Banks" });
    const status = el("p", { role: "status", "data-testid": "institution-status" });
    drawBanks(list, status, view);
    let timer = 0;
    const search = field("search", "Search for your bank", "search", {
      autocomplete: "off", placeholder: "Bank name", value: view.query || "",
      oninput: (event) => {
        clearTimeout(timer);
        const query = event.target.value;
        timer = setTimeout(async () => {
          const turn = (link.turn += 1);
          const answer = await send({ action: "search", query });
          if (answer && turn === link.turn && answer.view.pane === "institutions") drawBanks(list, status, answer.view);
        }, 180);
      },
    });
    return [heading("Select your bank"), search, status, list];
  },
  credentials(view) {
    return [picture(view.institution, true), heading(`Sign in to ${view.institution.name}`), problem(view),
      form((node) => act("credentials", Object.fromEntries(new FormData(node))),
        field("username", "Username", "text", { autocomplete: "off" }),
        field("password", "Password", "password", { autocomplete: "off" }),
        view.pin ? field("pin", "PIN", "password", { autocomplete: "off" }) : null,
        actions(submit("Continue")))];
  },
  device(view) {
    return [heading("How should the code come?"), el("p", {}, `${view.institution.name} wants to know that it is you.`), problem(view),
      form((node) => act("device", { device: new FormData(node).get("device") }),
        el("fieldset", {}, el("legend", {}, "Send the code to"),
          ...view.devices.map((each, place) => option("radio", "device", each.id, each.label, "", place === 0))),
        actions(submit("Continue")))];
  },
  code(view) {
    return [heading("Enter the code"), el("p", {}, "We have sent a code to your device. In the sandbox it is 1234."), problem(view),
      form((node) => act("mfa", { answers: [new FormData(node).get("code")] }),
        field("code", "Code", "text", { inputmode: "numeric", autocomplete: "one-time-code" }), actions(submit("Continue")))];
  },
  questions(view) {
    return [heading("Security questions"), problem(view),
      form((node) => act("mfa", { answers: new FormData(node).getAll("answer") }),
        ...view.prompts.map((text, place) => el("div", {}, el("label", { for: `answer-${place}` }, text),
          el("input", { id: `answer-${place}`, "data-testid": `answer-${place}`, name: "answer", type: "text", autocomplete: "off" }))),
        actions(submit("Continue")))];
  },
  selections(view) {
    return [heading("Please confirm"), problem(view),
      form((node) => act("mfa", { answers: view.prompts.map((_, place) => new FormData(node).get(`selection-${place}`) || "") }),
        ...view.prompts.map((text, place) => el("fieldset", {}, el("legend", {}, text),
          ...view.options[place].map((each) => option("radio", `selection-${place}`, each, each, "", false)))),
        actions(submit("Continue")))];
  },
  oauth(view) {
    const said = el("p", { role: "status", "data-testid": "oauth-status" });
    const away = view.can_redirect ? button("Continue in this tab", "oauth-redirect", () => { window.top.location.href = `${view.url}?redirect=1`; }) : null;
    if (away) away.hidden = true;
    return [picture(view.institution, true), heading(`Continue at ${view.institution.name}`),
      el("p", {}, `A window of ${view.institution.name} opens, where you sign in and allow the connection. Then you come back here.`), said,
      actions(button("Continue", "continue", () => openBank(view, said, away), "primary"), away)];
  },
  accounts(view) {
    const kind = view.several ? "checkbox" : "radio";
    const go = submit("Continue");
    go.disabled = true;
    const node = form((it) => act("accounts", { account_ids: new FormData(it).getAll("account") }),
      el("fieldset", {}, el("legend", {}, view.several ? "Select the accounts to share" : "Select one account"),
        ...view.accounts.map((each) => option(kind, "account", each.id, each.name, `${each.subtype} ···· ${each.mask || ""}`, false))),
      actions(go));
    node.onchange = () => { go.disabled = !node.querySelector("input:checked"); };
    return [heading("Select account"), problem(view), node];
  },
  error(view) {
    return [el("div", { class: "badge bad", "aria-hidden": "true" }, "!"), heading("That did not work"), problem(view),
      actions(button("Try again", "retry", () => act("retry"), "primary"),
        view.update ? null : button("Choose another bank", "another-bank", () => act("back")),
        button("Exit", "exit", () => act("exit")))];
  },
  success(view) {
    const lines = (view.accounts || []).map((each) => el("p", {}, `${each.name} ···· ${each.mask || ""}`));
    return [el("div", { class: "badge", "aria-hidden": "true" }, "✓"), heading("Success"),
      el("p", {}, `Your account at ${view.institution.name} is connected to ${view.client_name}.`), ...lines,
      actions(button("Finish", "finish", () => act("finish"), "primary"))];
  },
};

function drawBanks(list, status, view) {
  const row = (bank) => el("li", { class: bank.highlighted ? "hint" : null },
    el("button", { type: "button", "data-testid": `institution-${bank.id}`, onclick: () => act("choose", { institution_id: bank.id }) },
      picture(bank), el("span", {}, el("span", { class: "name" }, bank.name), el("span", { class: "site" }, bank.site)),
      bank.highlighted ? el("span", { class: "mark" }, "Suggested") : null));
  list.replaceChildren(...view.institutions.map(row));
  status.textContent = view.institutions.length ? "" : "No bank has this name. Check the spelling, or try a part of it.";
  status.hidden = Boolean(view.institutions.length);
}

function draw() {
  const { view } = link;
  if (!view) return;
  const backable = !["consent", "institutions", "success"].includes(view.pane) && !view.update;
  const note = view.classic
    ? "Sandbox: user_good / pass_good, or plaid_test / plaid_good"
    : "Sandbox: user_good / pass_good";
  const pane = el("section", { class: ["error", "success"].includes(view.pane) ? "pane center" : "pane", "data-testid": `pane-${view.pane}` },
    ...panes[view.pane](view).filter(Boolean));
  card.dataset.pane = view.pane;
  card.replaceChildren(
    el("header", {},
      backable ? el("button", { type: "button", "aria-label": "Back", "data-testid": "back", onclick: () => act("back") }, "‹") : el("span", { class: "gap" }),
      el("span", { class: "brand" }, "LINK · SANDBOX"),
      el("button", { type: "button", "aria-label": "Close", "data-testid": "close", onclick: leave }, "×")),
    pane, el("footer", {}, note));
  card.hidden = false;
  (pane.querySelector("input[type=text], input[type=search]") || pane.querySelector("h1")).focus();
}

function last(good, title, text, redirect) {
  link.ended = true;
  if (redirect) {
    location.replace(redirect);
    return;
  }
  card.dataset.pane = "done";
  card.replaceChildren(el("section", { class: "pane center", "data-testid": "pane-done" },
    el("div", { class: good ? "badge" : "badge bad", "aria-hidden": "true" }, good ? "✓" : "!"), heading(title), el("p", {}, text)));
  card.hidden = false;
}

function lost() {
  card.replaceChildren(el("section", { class: "pane center", "data-testid": "pane-lost" },
    el("div", { class: "badge bad", "aria-hidden": "true" }, "!"), heading("No connection"),
    el("p", { role: "alert" }, "Link could not be reached. Check the network and try again."),
    actions(button("Try again", "retry", () => (link.view ? draw() : start()), "primary"))));
  card.hidden = false;
}

function take(answer) {
  link.session = answer.session;
  for (const event of answer.events) tell({ type: "event", name: event.name, metadata: event.metadata });
  const { end } = answer;
  if (!end) return false;
  stopWatching();
  const error = end.error && (end.error.display_message || end.error.error_message);
  if (hosted && end.kind === "success") last(true, "Success", "Your account is connected. You can close this page.", end.redirect);
  else if (hosted) last(false, error ? "This link cannot be used" : "Nothing was connected", error || "You can close this page.", end.redirect);
  else {
    card.hidden = true;
    card.replaceChildren();
    Object.assign(link, { session: null, view: null });
    if (end.kind === "success") tell({ type: "success", public_token: end.public_token, metadata: end.metadata });
    else tell({ type: "exit", error: end.error, metadata: end.metadata });
  }
  return true;
}

async function send(body) {
  try {
    const answer = await call("act", { session: link.session, ...body });
    return take(answer) ? null : answer;
  } catch {
    lost();
    return null;
  }
}

async function act(action, facts = {}) {
  if (card.classList.contains("busy")) {
    if (action === "exit") link.leaving = true; // who leaves while a call is under way leaves when it has come back
    return;
  }
  card.classList.add("busy");
  link.turn += 1;
  if (action !== "oauth_poll") stopWatching();
  const answer = await send({ action, ...facts });
  card.classList.remove("busy");
  if (!answer) return;
  link.view = answer.view;
  draw();
  leaveIfAsked();
}

// The opener may force the exit while a call is under way; it is carried out when that has come back.
function leaveIfAsked() {
  if (link.leaving && link.session && !card.classList.contains("busy")) {
    link.leaving = false;
    act("exit");
  }
}

async function start() {
  card.classList.remove("busy");
  stopWatching();
  try {
    const answer = await call("start", hosted ? { hosted_id: hosted } : link.settings);
    if (take(answer)) return;
    link.view = answer.view;
    draw();
    leaveIfAsked();
  } catch {
    lost();
  }
}

function openBank(view, said, away) {
  stopWatching();
  link.popup = window.open(view.url, "plaid-link-bank", "popup,width=480,height=720");
  if (!link.popup) {
    said.textContent = "The browser blocked the bank's window. Allow pop-ups for this page, then press Continue again.";
    if (away) away.hidden = false;
    send({ action: "oauth_blocked" });
    return;
  }
  said.textContent = `Waiting for ${view.institution.name}. Nothing to see? Press Continue to open its window again.`;
  send({ action: "oauth_opened" });
  link.poll = setInterval(watchBank, 700);
}

async function watchBank() {
  if (card.classList.contains("busy") || link.view?.pane !== "oauth") return;
  const closed = Boolean(link.popup?.closed);
  if (closed) clearInterval(link.poll);
  const answer = await send({ action: "oauth_poll", closed });
  if (!answer) return;
  if (answer.view.pane !== "oauth") {
    stopWatching();
    link.view = answer.view;
    draw();
  } else if (closed) {
    const said = document.querySelector("[data-testid=oauth-status]");
    if (said) said.textContent = "The bank's window was closed before you allowed the connection. Press Continue to open it again.";
  }
}

function stopWatching() {
  clearInterval(link.poll);
  if (link.popup && !link.popup.closed) link.popup.close();
  link.popup = null;
}

function leave() {
  if (!link.view || link.ended) return;
  if (link.view.pane === "success") { act("exit"); return; }
  if (card.querySelector(".cover")) return;
  const before = document.activeElement;
  const stay = () => { cover.remove(); before?.focus(); };
  const cover = el("div", { class: "cover", role: "alertdialog", "aria-labelledby": "leave-title", "data-testid": "leave" },
    el("div", {}, el("h1", { id: "leave-title" }, "Leave without connecting?"), el("p", {}, "What you have entered is not kept."),
      actions(button("Yes, exit", "leave-yes", () => act("exit"), "primary"), button("No, continue", "leave-no", stay))));
  card.append(cover);
  cover.querySelector("button").focus();
}

window.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const cover = card.querySelector(".cover");
    if (cover) cover.querySelector("[data-testid=leave-no]").click();
    else leave();
  } else if (event.key === "Tab") {
    const root = card.querySelector(".cover") || card;
    const stops = [...root.querySelectorAll("button, input, a[href]")].filter((each) => !each.disabled && each.offsetParent);
    const [first, end] = [stops[0], stops[stops.length - 1]];
    if (event.shiftKey && document.activeElement === first) { event.preventDefault(); end.focus(); }
    else if (!event.shiftKey && document.activeElement === end) { event.preventDefault(); first.focus(); }
  }
});

window.addEventListener("message", async (event) => {
  if (event.origin === location.origin && event.source === link.popup && event.data?.channel === "plaid-link-bank") {
    watchBank();
    return;
  }
  const message = event.data;
  if (hosted || event.source !== window.parent || message?.channel !== CHANNEL) return;
  if (link.opener && event.origin !== link.opener) return;
  if (message.type === "configure" && !link.opener) {
    link.opener = event.origin;
    const institutions = message.classic ? (await call("institutions", {})).institutions : [];
    tell({ type: "loaded", institutions });
  } else if (message.type === "open") {
    link.settings = message.settings;
    link.leaving = false;
    start();
  } else if (message.type === "exit") {
    link.leaving = Boolean(message.force);
    if (message.force) leaveIfAsked();
    else leave();
  }
});

if (hosted) {
  document.body.classList.add("page");
  start();
} else if (window.parent !== window) {
  window.parent.postMessage({ channel: CHANNEL, type: "ready" }, "*"); // says nothing: the opener's origin is not known yet
}
