// What Streamlit has no setting for. The page is drawn anew all the time, so it is looked after at every change.

const PINS = 'input[type="password"]'; // every hidden field of this app takes a PIN
const NAVIGATION = '[data-testid="stSidebarNavItems"]';
const TABLE = '[data-testid="stDataFrame"]';
const MAIN = '[data-testid="stMain"]';
const watches = new WeakMap(); // parentElement -> { observer, data }
let screen = null; // the page's title and its question

const set = (element, name, value) => { if (element.getAttribute(name) !== value) element.setAttribute(name, value); };

function prepare({ language }) {
  set(document.documentElement, "lang", language);
  set(document.documentElement, "data-ach-desk-document", language); // it is looked after from now on
  for (const part of document.querySelectorAll('[class*="st-key-lang-"]')) {
    set(part, "lang", part.className.match(/st-key-lang-([a-z]+)-/)[1]);
  }
  for (const field of document.querySelectorAll(PINS)) {
    set(field, "inputmode", "numeric");
    set(field, "pattern", "[0-9]*"); // iOS before 12.2
  }
  // Streamlit puts each section of the navigation into a <div> between <ul> and <li>: no list to a screen reader.
  for (const navigation of document.querySelectorAll(NAVIGATION)) {
    const sections = [...navigation.children].filter((one) => one.tagName === "DIV");
    if (sections.length) set(navigation, "role", "presentation");
    for (const section of sections) set(section, "role", "list");
  }
  rise();
}

// Streamlit leaves a page scrolled as it was, so what comes next would begin in its middle: a question on top, and
// whose it is, would not be seen.
function rise() {
  const main = document.querySelector(MAIN);
  const [title, question] = ["h1", "h2"].map((name) => main?.querySelector(name)?.textContent ?? "");
  if (!title && !question) return;
  const before = screen;
  screen = { title: title || before?.title, question: question || before?.question };
  if (before && (screen.title !== before.title || screen.question !== before.question)) main.scrollTo(0, 0);
}

// A table's row is picked by Shift and Space, which nobody guesses: Enter does it too, where rows can be picked. There
// the first column is that of the marks, so no cell has its number.
function pick(event) {
  const table = event.target instanceof HTMLCanvasElement && event.target.closest(TABLE);
  if (event.key !== "Enter" || event.shiftKey || !table || table.querySelector('[id^="glide-cell-0-"]')) return;
  event.preventDefault();
  event.stopPropagation();
  event.target.dispatchEvent(
    new KeyboardEvent("keydown", { key: " ", code: "Space", keyCode: 32, shiftKey: true, bubbles: true, cancelable: true }));
}

export default function ({ parentElement, data }) {
  let watch = watches.get(parentElement);
  if (!watch) {
    watch = { data };
    watch.observer = new MutationObserver(() => prepare(watch.data));
    watch.observer.observe(document.body, { childList: true, subtree: true });
    document.addEventListener("keydown", pick, { capture: true });
    watches.set(parentElement, watch);
  }
  watch.data = data;
  prepare(data);
  return () => {
    watch.observer.disconnect();
    document.removeEventListener("keydown", pick, { capture: true });
    watches.delete(parentElement);
  };
}
