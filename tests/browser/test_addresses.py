"""Every address that the documents name opens its page, for each role, also as the first page of a visit.

What everybody needs of a page is measured on the same walk: to load each page once more would take minutes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

import pytest
from playwright.sync_api import Page, expect

from dashboard.domain.models import Role
from dashboard.staff.access import ALLOWED
from tests.asgi import run_apart
from tests.browser.desk import PATIENCE, ROOT, settle
from tests.browser.everybody import see_everybody_can_use, see_focus, see_rest, watch
from tests.browser.identity import GuardedDesk, guarded, hidden, listed, sections, sign_in
from tests.fake_browser_tab import Tab, money_and_tables

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "deploy").rglob("*"))]
OAUTH = "onboard?oauth_state_id=00000000-0000-0000-0000-000000000000"
HEADINGS = {"payment": "No payment is selected.", "onboard": "Onboard"}  # where a page is not headed by its title


def documented() -> set[str]:
    """The addresses of pages that README, docs and the deploy files name."""
    text = "\n".join(path.read_text(errors="replace") for path in DOCUMENTS if path.is_file())
    named = set(re.findall(r"^\| [^|]+\(`(\w+)`\) \|", text, re.MULTILINE))
    return named | (
        set(re.findall(r"(?:example\.com|127\.0\.0\.1(?::\d+)?|localhost(?::\d+)?)/(\w+)", text)) & {*sections()}
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedDesk]:
    with guarded(tmp_path_factory.mktemp("addresses")) as started:
        started.link("Lena Linked")
        yield started


def test_the_documents_name_every_page() -> None:
    assert documented() == {*sections(), "me"}


def is_first_to_see(role: Role, path: str) -> bool:
    """Whether no other role before this one sees the same of this page."""
    _, permission = sections().get(path, ("", ""))
    seen = {one: not permission or permission in {each.name for each in ALLOWED[one]} for one in Role}
    return next(one for one in Role if seen[one] == seen[role]) is role


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_its_pages_and_no_other_and_everybody_can_use_them(
    page: Page, desk: GuardedDesk, role: Role
) -> None:
    """By title and in the page's language, by keyboard, in either theme, and without being pushed about."""
    allowed = {permission.name for permission in ALLOWED[role]}
    pages = sections()
    theirs = [stem for stem, (_, permission) in pages.items() if permission in allowed]
    assert len(theirs) < len(pages), "no role sees everything"
    sign_in(page, desk, role.value)
    expect(page.get_by_test_id("stSidebarUserContent")).to_contain_text(role.value)
    assert listed(page) == {stem for stem in theirs if stem not in hidden()} | {"me"}
    watch(page.context)
    refused = sorted(stem for stem in documented() if stem != "me" and pages[stem][1] not in allowed)
    # What is refused looks the same but for the title: one is drawn, and of each is read what comes.
    again = {stem for stem in documented() if not is_first_to_see(role, stem)} | {*refused[1:]}
    see_the_same(desk.url, {str(one.get("name")): str(one.get("value")) for one in page.context.cookies()}, role, again)
    for stem in [*sorted(documented() - again), OAUTH]:
        first = page.context.new_page()
        first.goto(f"{desk.url}/{stem}")
        expect(first.get_by_role("button", name="Sign out")).to_be_attached(timeout=PATIENCE)
        settle(first)
        path = stem.partition("?")[0]
        title, permission = pages.get(path, ("Your sign-in", ""))
        if permission and permission not in allowed:
            see_refused(first, title)
        else:
            see_page(first, HEADINGS.get(path, title), (role, stem))
            assert first.url.removeprefix(f"{desk.url}/").startswith(path)
        expect(first).to_have_title(f"{title} · ACH Desk", timeout=PATIENCE)
        if stem != OAUTH:
            see_everybody_can_use(first, stem)
            see_rest(first, stem)
            see_focus(first, stem)
        first.close()


def see_the_same(url: str, cookies: Mapping[str, str], role: Role, stems: Collection[str]) -> None:
    """Pages that a role before this one saw in a browser, or was refused: what comes over the websocket of this one.

    To draw each of them again took 90 s of processor time, half of this file's.
    """

    async def walk() -> None:
        for stem in sorted(stems):
            async with Tab(url, cookies=dict(cookies)) as tab:
                await tab.visit(stem)
            title, permission = sections().get(stem, ("Your sign-in", ""))
            said = tab.texts()
            if permission and permission not in {one.name for one in ALLOWED[role]}:
                assert "Not available for your role" in said and f"You may not see {title}." in said, (role, stem)
                assert not money_and_tables(tab), (role, stem)
            else:
                assert HEADINGS.get(stem, title) in said, (role, stem)
                assert not said_wrong(said) and not tab.troubles(), (role, stem)

    run_apart(walk())


def see_refused(page: Page, title: str) -> None:
    """The page that a role may not see: nothing of it, and nothing to press."""
    shown = page.get_by_test_id("stMain")
    expect(shown).to_contain_text("Not available for your role", timeout=PATIENCE)
    expect(shown).to_contain_text(f"You may not see {title}.")
    expect(shown.locator("button, input, [role=gridcell]")).to_have_count(0)


def see_page(page: Page, heading: str, where: object) -> None:
    """The page that was asked for, which stumbles over nothing that the role may not."""
    shown = page.get_by_test_id("stMain")
    expect(shown).to_contain_text(heading, timeout=PATIENCE)
    assert not said_wrong(shown.inner_text()), where


def said_wrong(said: str) -> list[str]:
    """What no page says that opens as it should."""
    return [words for words in ("may not", "nobody foresaw", "Page not found") if words in said]


def test_the_bare_address_leads_to_the_first_page_and_keeps_what_it_says(page: Page, desk: GuardedDesk) -> None:
    sign_in(page, desk, "finance")
    page.goto(f"{desk.url}/?note=kept")
    page.wait_for_url("**/inbox?note=kept", timeout=PATIENCE)
