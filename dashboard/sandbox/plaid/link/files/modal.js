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
  el("div", { class: "alert", role: "alert", "data-testid": "link-error" }, sayError(view.error));

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
    const client = view.client_name;
    const kind = view.update ? "update" : "consent";
    const fact = (name) => el("li", {}, el("strong", {}, say(`${name}Title`)), say(`${name}Text`, { client }));
    return [heading(say(`${kind}Title`, { client })), el("p", {}, say(`${kind}Text`, { client })),
      el("ul", { class: "facts" }, fact("need"), fact("password"), fact("end")),
      actions(button(say("continue"), "continue", () => act("consent"), "primary"))];
  },
  institutions(view) {
    const list = el("ul", { class: "banks", "data-testid": "institution-list", "aria-label": say("banks") });
    const status = el("p", { role: "status", "data-testid": "institution-status" });
    drawBanks(list, status, view);
    let timer = 0;
    const search = field("search", say("searchBank"), "search", {
      autocomplete: "off", placeholder: say("bankName"), value: view.query || "",
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
    return [heading(say("selectBank")), search, status, list];
  },
  credentials(view) {
    return [picture(view.institution, true), heading(say("signIn", { bank: view.institution.name })), problem(view),
      form((node) => act("credentials", Object.fromEntries(new FormData(node))),
        field("username", say("username"), "text", { autocomplete: "off" }),
        field("password", say("password"), "password", { autocomplete: "off" }),
        view.pin ? field("pin", say("pin"), "password", { autocomplete: "off" }) : null,
        actions(submit(say("continue"))))];
  },
  device(view) {
    return [heading(say("deviceTitle")), el("p", {}, say("deviceText", { bank: view.institution.name })), problem(view),
      form((node) => act("device", { device: new FormData(node).get("device") }),
        el("fieldset", {}, el("legend", {}, say("sendTo")),
          ...view.devices.map((each, place) => option("radio", "device", each.id, each.label, "", place === 0))),
        actions(submit(say("continue"))))];
  },
  code(view) {
    return [heading(say("codeTitle")), el("p", {}, say("codeText")), problem(view),
      form((node) => act("mfa", { answers: [new FormData(node).get("code")] }),
        field("code", say("code"), "text", { inputmode: "numeric", autocomplete: "one-time-code" }), actions(submit(say("continue"))))];
  },
  questions(view) {
    return [heading(say("questions")), problem(view),
      form((node) => act("mfa", { answers: new FormData(node).getAll("answer") }),
        ...view.prompts.map((text, place) => el("div", {}, el("label", { for: `answer-${place}` }, text),
          el("input", { id: `answer-${place}`, "data-testid": `answer-${place}`, name: "answer", type: "text", autocomplete: "off" }))),
        actions(submit(say("continue"))))];
  },
  selections(view) {
    return [heading(say("confirm")), problem(view),
      form((node) => act("mfa", { answers: view.prompts.map((_, place) => new FormData(node).get(`selection-${place}`) || "") }),
        ...view.prompts.map((text, place) => el("fieldset", {}, el("legend", {}, text),
          ...view.options[place].map((each) => option("radio", `selection-${place}`, each, each, "", false)))),
        actions(submit(say("continue"))))];
  },
  oauth(view) {
    const said = el("p", { role: "status", "data-testid": "oauth-status" });
    const away = view.can_redirect ? button(say("oauthHere"), "oauth-redirect", () => { window.top.location.href = `${view.url}?redirect=1`; }) : null;
    if (away) away.hidden = true;
    return [picture(view.institution, true), heading(say("oauthTitle", { bank: view.institution.name })),
      el("p", {}, say("oauthText", { bank: view.institution.name })), said,
      actions(button(say("continue"), "continue", () => openBank(view, said, away), "primary"), away)];
  },
  accounts(view) {
    const kind = view.several ? "checkbox" : "radio";
    const go = submit(say("continue"));
    go.disabled = true;
    const node = form((it) => act("accounts", { account_ids: new FormData(it).getAll("account") }),
      el("fieldset", {}, el("legend", {}, say(view.several ? "accountSeveral" : "accountOne")),
        ...view.accounts.map((each) => option(kind, "account", each.id, each.name, `${WORDS[spoken][each.subtype] || each.subtype} ···· ${each.mask || ""}`, false))),
      actions(go));
    node.onchange = () => { go.disabled = !node.querySelector("input:checked"); };
    return [heading(say("accountTitle")), problem(view), node];
  },
  error(view) {
    return [el("div", { class: "badge bad", "aria-hidden": "true" }, "!"), heading(say("failed")), problem(view),
      actions(button(say("retry"), "retry", () => act("retry"), "primary"),
        view.update ? null : button(say("anotherBank"), "another-bank", () => act("back")),
        button(say("exit"), "exit", () => act("exit")))];
  },
  success(view) {
    const lines = (view.accounts || []).map((each) => el("p", {}, `${each.name} ···· ${each.mask || ""}`));
    return [el("div", { class: "badge", "aria-hidden": "true" }, "✓"), heading(say("success")),
      el("p", {}, say("connected", { bank: view.institution.name, client: view.client_name })), ...lines,
      actions(button(say("finish"), "finish", () => act("finish"), "primary"))];
  },
};

function drawBanks(list, status, view) {
  const row = (bank) => el("li", { class: bank.highlighted ? "hint" : null },
    el("button", { type: "button", "data-testid": `institution-${bank.id}`, onclick: () => act("choose", { institution_id: bank.id }) },
      picture(bank), el("span", {}, el("span", { class: "name" }, bank.name), el("span", { class: "site" }, bank.site)),
      bank.highlighted ? el("span", { class: "mark" }, say("suggested")) : null));
  list.replaceChildren(...view.institutions.map(row));
  status.textContent = view.institutions.length ? "" : say("noBank");
  status.hidden = Boolean(view.institutions.length);
}

function draw() {
  const { view } = link;
  if (!view) return;
  const backable = !["consent", "institutions", "success"].includes(view.pane) && !view.update;
  const note = say(view.classic ? "noteClassic" : "note");
  const pane = el("section", { class: ["error", "success"].includes(view.pane) ? "pane center" : "pane", "data-testid": `pane-${view.pane}` },
    ...panes[view.pane](view).filter(Boolean));
  card.dataset.pane = view.pane;
  card.replaceChildren(
    el("header", {},
      backable ? el("button", { type: "button", "aria-label": say("back"), "data-testid": "back", onclick: () => act("back") }, "‹") : el("span", { class: "gap" }),
      el("span", { class: "brand" }, "LINK · SANDBOX"),
      el("button", { type: "button", "aria-label": say("close"), "data-testid": "close", onclick: leave }, "×")),
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
    el("div", { class: "badge bad", "aria-hidden": "true" }, "!"), heading(say("lostTitle")),
    el("p", { role: "alert" }, say("lostText")),
    actions(button(say("retry"), "retry", () => (link.view ? draw() : start()), "primary"))));
  card.hidden = false;
}

function take(answer) {
  link.session = answer.session;
  speak(answer.view.language);
  for (const event of answer.events) tell({ type: "event", name: event.name, metadata: event.metadata });
  const { end } = answer;
  if (!end) return false;
  stopWatching();
  const error = sayError(end.error);
  if (hosted && end.kind === "success") last(true, say("success"), say("done"), end.redirect);
  else if (hosted) last(false, say(error ? "unusable" : "nothing"), error || say("closePage"), end.redirect);
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
    said.textContent = say("oauthBlocked");
    if (away) away.hidden = false;
    send({ action: "oauth_blocked" });
    return;
  }
  said.textContent = say("oauthWaiting", { bank: view.institution.name });
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
    if (said) said.textContent = say("oauthClosed");
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
    el("div", {}, el("h1", { id: "leave-title" }, say("leaveTitle")), el("p", {}, say("leaveText")),
      actions(button(say("leaveYes"), "leave-yes", () => act("exit"), "primary"), button(say("leaveNo"), "leave-no", stay))));
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
