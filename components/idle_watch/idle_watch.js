// Hides the page when nobody has touched it for a while, and tells Python until Python draws something else.
//
// The hiding does not wait for the server: a tablet that lost its network must not go on showing somebody's data.
// While Plaid Link or its bank's window is open (components/plaid_link says so on <html>), nobody is idle.

const CHECK_MS = 1000;
const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "scroll", "input"];
const watches = new WeakMap(); // parentElement -> watch

const isLinkOpen = () => document.documentElement.dataset.achDeskLink === "open";
const root = () => document.querySelector("[data-testid=stApp]") ?? document.body;

function check(watch) {
  if (isLinkOpen()) { watch.touched = Date.now(); return; }
  if (Date.now() - watch.touched < watch.args.data.after_ms) return;
  root().style.visibility = "hidden";
  watch.hidden = true;
  watch.args.setStateValue("idle", `${watch.args.data.token}:${Date.now()}`); // again each second: the network may be down
}

function begin(watch) {
  watch.touch = () => { if (!watch.hidden) watch.touched = Date.now(); };
  watch.look = () => check(watch);
  TOUCHES.forEach((name) => document.addEventListener(name, watch.touch, { capture: true, passive: true }));
  document.addEventListener("visibilitychange", watch.look); // a background tab's timer sleeps for up to a minute
  watch.timer = setInterval(watch.look, CHECK_MS);
}

function end(watch) {
  clearInterval(watch.timer);
  TOUCHES.forEach((name) => document.removeEventListener(name, watch.touch, { capture: true }));
  document.removeEventListener("visibilitychange", watch.look);
  if (watch.hidden) root().style.visibility = "";
}

export default function (args) {
  const { parentElement } = args;
  let watch = watches.get(parentElement);
  if (!watch) {
    watch = { touched: Date.now(), hidden: false };
    watches.set(parentElement, watch);
    watch.args = args;
    begin(watch);
  }
  watch.args = args;
  return () => { end(watch); watches.delete(parentElement); };
}
