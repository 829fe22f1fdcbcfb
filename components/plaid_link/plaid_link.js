// Opens Plaid Link from a button and hands its outcome to Python until Python says it has it.
//
// Why a state value and not a trigger: a trigger is lost when the websocket is down or a run is interrupted, and an
// outcome holds a public token that exists once. So the outcome is kept in sessionStorage (a reload survives), sent
// every two seconds, and forgotten only when Python answers with its id in `data.seen`.

const RESEND_MS = 2000;
const OPEN_MS = 20000; // Link's own frame takes a few seconds; after this the page says that it did not appear
const MOST_EVENTS = 200; // for support; a session has a few dozen
const scripts = new Map(); // script URL -> Promise<Plaid>; this module lives as long as the tab
const mounts = new WeakMap(); // parentElement -> mount; Streamlit calls again on every change of data

function loadScript(url) {
  if (!scripts.has(url)) {
    scripts.set(url, new Promise((resolve, reject) => {
      if (window.Plaid) { resolve(window.Plaid); return; }
      const script = Object.assign(document.createElement("script"), { src: url, async: true });
      const fail = (why) => { scripts.delete(url); script.remove(); reject(new Error(why)); };
      script.onload = () => (window.Plaid ? resolve(window.Plaid) : fail("the script did not define Plaid"));
      script.onerror = () => fail("the script could not be loaded");
      document.head.append(script);
    }));
  }
  return scripts.get(url);
}

// crypto.randomUUID exists on https and localhost only; a tablet in the office may use neither.
function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const storageKey = (attempt) => `ach-desk-outcome:${attempt}`;

function keep(attempt, outcome) {
  try { sessionStorage.setItem(storageKey(attempt), JSON.stringify(outcome)); } catch { /* private mode: resending still works */ }
}

function recall(attempt) {
  try { return JSON.parse(sessionStorage.getItem(storageKey(attempt))); } catch { return null; }
}

function forget(attempt) {
  try { sessionStorage.removeItem(storageKey(attempt)); } catch { /* private mode */ }
}

// A bank that takes the whole tab away sends it back to an address that names no attempt: this tab remembers it.
const AWAY = "ach-desk-away";

function remember(attempt) {
  try { if (attempt) sessionStorage.setItem(AWAY, attempt); else sessionStorage.removeItem(AWAY); } catch { /* private mode */ }
}

function say(mount, text, tone = "") {
  mount.status.textContent = text;
  mount.status.dataset.tone = tone;
}

function send(mount) {
  mount.args.setStateValue("outcome", mount.outcome);
}

function report(mount, outcome) {
  const session = outcome.metadata?.link_session_id;
  remember(null);
  mount.outcome = { id: `${session || "local"}:${outcome.kind}:${randomId().slice(0, 12)}`, attempt: mount.attempt, events: mount.events, ...outcome };
  keep(mount.attempt, mount.outcome);
  deliver(mount);
}

function deliver(mount) {
  clearInterval(mount.timer);
  mount.timer = setInterval(() => send(mount), RESEND_MS);
  mount.buttons().forEach((button) => { button.disabled = true; });
  if (mount.outcome.kind === "success") say(mount, mount.words.saving);
  send(mount);
}

function acknowledged(mount) {
  clearInterval(mount.timer);
  forget(mount.outcome.attempt);
  mount.outcome = null;
  mount.args.setStateValue("outcome", null); // it held a public token
}

// Link opens a bank's own page with window.open; a blocked pop-up returns null, and the customer sees nothing happen.
function watchPopups(mount) {
  const original = window.open;
  window.open = function (...parameters) {
    const opened = original.apply(window, parameters);
    if (!opened) blocked(mount);
    return opened;
  };
  return () => { window.open = original; };
}

function blocked(mount) {
  mount.popupBlocked = true;
  say(mount, mount.words.popup_blocked, "warning");
}

function note(mount, name, detail) {
  if (mount.events.length < MOST_EVENTS) mount.events.push({ name, ...detail });
  if (name === "OPEN") { clearTimeout(mount.waiting); say(mount, ""); }
  if (name === "FAIL_OAUTH" && !detail?.error_code) blocked(mount); // with a code, the bank or the customer said no
}

function configure(mount, data) {
  const common = {
    onLoad: () => ready(mount),
    onEvent: (name, detail) => note(mount, name, detail),
    onSuccess: (public_token, metadata) => { closed(mount); report(mount, { kind: "success", public_token, metadata }); },
    onExit: (error, metadata) => { closed(mount); left(mount, error ?? null, metadata ?? null); },
  };
  const configuration = { ...data.config, ...common };
  if (data.redirect_uri) configuration.receivedRedirectUri = data.redirect_uri;
  return configuration;
}

function left(mount, error, metadata) {
  report(mount, { kind: "exit", error, metadata, popup_blocked: Boolean(mount.popupBlocked) });
  say(mount, mount.popupBlocked ? mount.words.popup_blocked : mount.words.closed, "warning");
}

function closed(mount) {
  clearTimeout(mount.waiting);
  if (mount.isOpen) delete document.documentElement.dataset.achDeskLink;
  mount.isOpen = false;
  mount.unwatch?.();
  mount.unwatch = null;
}

function ready(mount) {
  if (mount.gone) return;
  mount.loaded = true;
  mount.buttons().forEach((button) => { button.disabled = Boolean(mount.outcome); });
  const institutions = mount.handler?.institutions;
  if (Array.isArray(institutions) && mount.args.data.wants_institutions) {
    const usable = institutions.filter((one) => one.auth === true).map(({ name, type }) => ({ name, type }));
    if (usable.length) mount.args.setStateValue("institutions", usable);
  }
  if (mount.args.data.redirect_uri && !mount.reopened) { mount.reopened = true; open(mount); }
}

function open(mount, type) {
  if (!mount.handler || mount.isOpen) return;
  mount.isOpen = true;
  document.documentElement.dataset.achDeskLink = "open"; // nobody is idle while Link or its bank's window is open
  remember(mount.attempt);
  mount.popupBlocked = false;
  mount.unwatch = watchPopups(mount);
  say(mount, mount.words.opening);
  mount.waiting = setTimeout(() => say(mount, mount.words.slow, "warning"), OPEN_MS);
  const wanted = type ?? mount.args.data.open_type;
  if (wanted) mount.handler.open(wanted); else mount.handler.open();
}

function start(mount) {
  const { data } = mount.args;
  tearDown(mount);
  Object.assign(mount, { fingerprint: fingerprintOf(data), attempt: data.attempt, words: data.words, events: [], loaded: false, gone: false });
  const kept = recall(data.attempt) ?? (mount.outcome?.attempt === data.attempt ? mount.outcome : null);
  mount.outcome = kept;
  mount.root.hidden = Boolean(data.idle || data.listing);
  if (kept) { if (kept.id === data.seen) acknowledged(mount); else deliver(mount); return; }
  if (data.idle) return; // the attempt is past Link: only an outcome left over in this tab is of interest
  const current = mount.fingerprint;
  say(mount, mount.words.loading);
  loadScript(data.script_url).then((Plaid) => {
    if (mount.gone || mount.fingerprint !== current) return;
    mount.handler = Plaid.create(configure(mount, data));
    say(mount, "");
    if (mount.handler.institutions) setTimeout(() => ready(mount), 0); // onLoad may come before create returns
  }).catch((error) => {
    if (mount.gone || mount.fingerprint !== current) return;
    say(mount, mount.words.unavailable, "error");
    report(mount, { kind: "unavailable", error: { error_code: "LINK_SCRIPT", error_message: String(error.message ?? error) }, metadata: null });
  });
}

function tearDown(mount) {
  clearInterval(mount.timer);
  closed(mount);
  mount.handler?.destroy?.();
  mount.handler = null;
}

const fingerprintOf = (data) => JSON.stringify([data.attempt, data.config, data.script_url, data.redirect_uri ?? null, Boolean(data.idle)]);

export default function (args) {
  const { parentElement, data } = args;
  let mount = mounts.get(parentElement);
  if (!mount) {
    const button = parentElement.querySelector("button.connect");
    mount = { root: parentElement.querySelector(".link"), status: parentElement.querySelector("[role=status]"), buttons: () => [button] };
    button.onclick = () => open(mount);
    mounts.set(parentElement, mount);
  }
  mount.args = args;
  parentElement.querySelector("button.connect").textContent = data.label;
  if (mount.fingerprint !== fingerprintOf(data)) start(mount);
  else if (mount.outcome && mount.outcome.id === data.seen) acknowledged(mount);
  return () => {
    mount.gone = true;
    tearDown(mount);
    mounts.delete(parentElement);
  };
}
