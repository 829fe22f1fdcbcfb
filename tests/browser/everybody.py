"""What everybody needs of a page, measured where a test stands: contrast, names, language, title, rest, focus."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.desk import PATIENCE, settle

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
MOST_SHIFT = 0.1  # web.dev/cls: "good"; here the sum of a whole load
# Streamlit's own faults that the desk cannot mend: the rule, what the element's own HTML holds, and why.
KNOWN: tuple[tuple[str, str, str], ...] = ()
WATCH_SHIFT = """(() => {
  window.shifts = [];
  new PerformanceObserver((list) => list.getEntries().forEach((one) => {
    const moved = one.sources.map((source) => source.node?.textContent?.slice(0, 40));
    if (!one.hadRecentInput) window.shifts.push([one.value, moved]);
  })).observe({type: "layout-shift", buffered: true});
})()"""
RUN_AXE = """async (only) => {
  const said = await axe.run(document, {resultTypes: ["violations"], ...(only ? {runOnly: only} : {})});
  return said.violations.filter((one) => ["serious", "critical"].includes(one.impact)).flatMap((one) =>
    one.nodes.map((node) => ({rule: one.id, html: node.html, why: node.failureSummary, at: node.target.join(" ")})));
}"""
STAND_STILL = """() => {
  const still = document.createElement("style");
  still.textContent = `* { transition: none !important; animation-duration: 0s !important }
    [data-stale=true] { opacity: 1 !important }`;
  document.head.append(still);
}"""
# What can be reached by keyboard and does not change at all when it is, or whose ring is too dim (WCAG 1.4.11: 3:1).
FIND_HIDDEN_FOCUS = """() => {
  document.activeElement?.blur();
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((one) => one / 255)
      .map((one) => one <= .04045 ? one / 12.92 : ((one + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b + .05;
  };
  const ground = light(getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor);
  const family = (one, left = 6) => one && left ? [one, ...family(one.parentElement, left - 1)] : [];
  const look = (one) => family(one).map((each) => { const style = getComputedStyle(each);
    return [style.outline, style.boxShadow, style.borderColor, style.backgroundColor].join("|"); }).join("\\n");
  const hidden = [];
  const reached = "a[href], button, input, textarea, select, summary, [tabindex]";
  for (const one of document.querySelectorAll(`[data-testid=stApp] :is(${reached})`)) {
    if (one.tabIndex < 0 || one.disabled || one.type === "file") continue;
    if (!one.checkVisibility({visibilityProperty: true})) continue;
    const before = look(one);
    one.focus();
    if (document.activeElement !== one) continue;
    const style = getComputedStyle(one), values = [light(style.outlineColor), ground].sort((a, b) => a - b);
    const dim = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 && values[1] / values[0] < 3;
    if (look(one) === before || dim) hidden.push(one.outerHTML.slice(0, 160));
    one.blur();
  }
  return hidden;
}"""


def watch(context: BrowserContext) -> None:
    """Have each page of this browser measure how much it is pushed about."""
    context.add_init_script(WATCH_SHIFT)


def is_known(found: dict[str, str]) -> bool:
    return any(found["rule"] == rule and part in found["html"] for rule, part, _ in KNOWN)


def find_faults(page: Page, *, both: bool = True) -> list[dict[str, str]]:
    """What axe-core calls serious or critical, in the light theme and, where there are `both`, contrast in the dark."""
    page.evaluate(AXE)
    page.evaluate(STAND_STILL)
    # What a run has not drawn anew yet is dimmed until then, and another theme begins a run: STAND_STILL leaves it as
    # it will be.
    expect(page.locator("[data-stale=true]")).to_have_count(0, timeout=PATIENCE)
    found: list[dict[str, str]] = page.evaluate(RUN_AXE, None)
    if both:
        with in_the_dark(page):
            found += page.evaluate(RUN_AXE, ["color-contrast"])
    return [one for one in found if not is_known(one)]


@contextmanager
def in_the_dark(page: Page) -> Iterator[None]:
    """The page in its dark theme, and back in the light one; it follows the browser without another load."""
    page.evaluate(STAND_STILL)  # a color on its way from one theme to the other is in neither
    background = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    light = page.evaluate(background)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"(light) => {background} !== light", arg=light, timeout=PATIENCE)
    yield
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"(light) => {background} === light", arg=light, timeout=PATIENCE)


def see_everybody_can_use(page: Page, where: str, *, title: str | None = None, language: str = "en") -> None:
    """This page as it stands, in the light and in the dark theme."""
    settle(page)
    if title is not None:
        expect(page).to_have_title(title, timeout=PATIENCE)
    expect(page.locator("html")).to_have_attribute("data-ach-desk-document", language, timeout=PATIENCE)
    expect(page.locator("html")).to_have_attribute("lang", language)
    faults = find_faults(page)
    assert not faults, (where, faults)


def see_focus(page: Page, where: str) -> None:
    """Every element that the keyboard reaches shows it, in both themes."""
    page.keyboard.press("Tab")  # a browser shows the focus of whoever goes by keyboard, not of a mouse
    page.evaluate(STAND_STILL)
    hidden = page.evaluate(FIND_HIDDEN_FOCUS)
    assert not hidden, (where, hidden)
    with in_the_dark(page):
        hidden = page.evaluate(FIND_HIDDEN_FOCUS)
        assert not hidden, (where, "dark", hidden)


def see_rest(page: Page, where: str) -> None:
    """The load of this page has pushed little about; for a page that nothing was done on yet."""
    shifts: list[Any] = page.evaluate("window.shifts")
    assert sum(value for value, _ in shifts) < MOST_SHIFT, (where, shifts)
