"""Link's stand-in in a real browser: a plain page of another origin loads the script and talks to the handler."""

from __future__ import annotations

import http.server
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, FrameLocator, Page, Route, expect

from dashboard.sandbox.server import Running
from dashboard.sandbox.state import State
from tests.browser.desk import open_context

pytestmark = pytest.mark.browser
CHROMIUM = os.environ.get("ACH_DESK_CHROMIUM") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE = """<!doctype html><html lang="en"><title>Desk</title><body><h1>Desk</h1><button id="open">Link a bank</button>
<script src="/page.js"></script></body></html>"""
SCRIPT = """
window.log = [];
const seen = document.body.dataset; // what a test waits for: the page's policy forbids evaluated waits
window.make = (config) => {
  window.handler = Plaid.create({ ...config,
    onLoad: () => { seen.loaded = "yes"; },
    onEvent: (name, metadata) => {
      log.push({ kind: "event", name, metadata });
      seen.events = `${seen.events || ""} ${name}`;
    },
    onSuccess: (token, metadata) => { log.push({ kind: "success", token, metadata }); seen.success = "yes"; },
    onExit: (error, metadata) => { log.push({ kind: "exit", error, metadata }); seen.exit = "yes"; },
  });
};
window.load = (src) => new Promise((resolve, reject) => {
  const script = Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject });
  document.head.append(script);
});
document.getElementById("open").onclick = () => handler.open();
"""


class Desk(http.server.BaseHTTPRequestHandler):
    """The page that embeds Link, under the strictest policy that Link has to bear."""

    link = ""

    def do_GET(self) -> None:
        body, kind = (SCRIPT, "text/javascript") if self.path == "/page.js" else (PAGE, "text/html")
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header(
            "Content-Security-Policy",
            f"default-src 'self'; script-src 'self' blob: {self.link}; frame-src {self.link}; connect-src 'self'",
        )
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Stage:
    """A page with Link's script loaded, and what its callbacks were told."""

    def __init__(self, page: Page, sandbox: Running, home: str) -> None:
        self.page, self.sandbox, self.home = page, sandbox, home
        self.keys = sandbox.keys["plaid"]

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        headers = {"PLAID-CLIENT-ID": self.keys["client_id"], "PLAID-SECRET": self.keys["secret"]}
        answer = requests.post(self.sandbox.url + path, json=body, headers=headers, timeout=20)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def token(self, **more: Any) -> str:
        body = {"client_name": "Acme", "language": "en", "country_codes": ["US"], "user": {"client_user_id": "c-1"}}
        if "access_token" not in more:
            body["products"] = ["auth"]
        return str(self.post("/link/token/create", **{**body, **more})["link_token"])

    def create(self, **config: Any) -> None:
        self.page.goto(self.home)
        self.page.evaluate("src => load(src)", self.sandbox.keys["link_script"])
        self.page.evaluate("config => make(config)", config)
        self.page.locator("body[data-loaded]").wait_for()

    def open(self, **config: Any) -> FrameLocator:
        self.create(**config)
        self.page.get_by_role("button", name="Link a bank").click()
        return self.frame()

    def frame(self) -> FrameLocator:
        return self.page.frame_locator("iframe[title='Plaid Link']")

    def outcome(self, kind: str) -> dict[str, Any]:
        self.page.locator(f"body[data-{kind}]").wait_for()
        return next(each for each in self.page.evaluate("log") if each["kind"] == kind)

    def names(self) -> list[str]:
        return [each["name"] for each in self.page.evaluate("log") if each["kind"] == "event"]


def go(link: FrameLocator, pane: str | None = None) -> None:
    """Press Continue, of this pane where the one before it has the same button."""
    place = link.get_by_test_id(f"pane-{pane}") if pane else link
    place.get_by_role("button", name="Continue").click()


def sign_in(link: FrameLocator, username: str = "user_good", password: str = "pass_good") -> None:
    link.get_by_label("Username").fill(username)
    link.get_by_label("Password").fill(password)
    go(link)


def reach_sign_in(link: FrameLocator, bank: str = "First Platypus Bank") -> None:
    go(link)
    link.get_by_label("Search for your bank").fill(bank)
    link.get_by_role("button", name=bank).first.click()


def choose_account(link: FrameLocator, name: str = "Plaid Checking") -> None:
    link.get_by_label(name).check()
    go(link)
    link.get_by_role("button", name="Finish").click()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(State(tmp_path_factory.mktemp("link") / "sandbox.db"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def home(sandbox: Running) -> Iterator[str]:
    desk = type("DeskHere", (Desk,), {"link": sandbox.url})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), desk)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def stage(browser: Browser, sandbox: Running, home: str) -> Iterator[Stage]:
    context = open_context(browser)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield Stage(page, sandbox, home)
    context.close()
    assert troubles == []


def test_a_customer_links_a_bank_and_the_page_gets_a_public_token_that_exchanges(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link)
    sign_in(link)
    choose_account(link)
    success = stage.outcome("success")
    assert success["token"].startswith("public-sandbox-")
    metadata = success["metadata"]
    assert metadata["institution"] == {"name": "First Platypus Bank", "institution_id": "ins_109508"}
    (account,) = metadata["accounts"]
    assert {name: account[name] for name in ("name", "mask", "type", "subtype")} == {
        "name": "Plaid Checking",
        "mask": "0000",
        "type": "depository",
        "subtype": "checking",
    }
    exchanged = stage.post("/item/public_token/exchange", public_token=success["token"])
    found = stage.post("/accounts/get", access_token=exchanged["access_token"])["accounts"]
    assert [each["account_id"] for each in found] == [account["id"]]
    names = stage.names()
    assert names[0] == "OPEN"
    assert names[-1] == "HANDOFF"
    assert {"TRANSITION_VIEW", "SELECT_INSTITUTION", "SUBMIT_CREDENTIALS"} <= set(names)


def test_the_public_token_is_in_no_address(stage: Stage) -> None:
    seen: list[str] = []
    stage.page.on("request", lambda request: seen.append(request.url))
    token = stage.token()
    link = stage.open(token=token)
    reach_sign_in(link)
    sign_in(link)
    choose_account(link)
    public_token = stage.outcome("success")["token"]
    assert seen
    assert not [url for url in seen if public_token in url or token in url]


def test_a_wrong_password_says_so_and_lets_the_customer_try_again(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link)
    sign_in(link, password="wrong")
    expect(link.get_by_role("alert")).to_contain_text("credentials were not correct")
    sign_in(link)
    choose_account(link)
    assert stage.outcome("success")["metadata"]["accounts"][0]["mask"] == "0000"


def test_a_locked_account_ends_in_an_exit_with_its_error_and_status(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link)
    sign_in(link, password="error_ITEM_LOCKED")
    expect(link.get_by_role("alert")).to_contain_text("has been locked")
    expect(link.get_by_role("button", name="Try again")).to_be_visible()
    link.get_by_role("button", name="Exit").click()
    left = stage.outcome("exit")
    assert left["error"]["error_code"] == "ITEM_LOCKED"
    assert left["metadata"]["status"] == "requires_credentials"
    assert left["metadata"]["institution"]["institution_id"] == "ins_109508"
    assert left["metadata"]["link_session_id"]
    assert left["metadata"]["request_id"]


def test_a_code_that_is_wrong_is_asked_for_again(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link)
    sign_in(link, password="mfa_device")
    go(link, "device")
    link.get_by_label("Code").fill("9999")
    go(link)
    expect(link.get_by_role("alert")).to_contain_text("MFA responses were not correct")
    link.get_by_label("Code").fill("1234")
    go(link)
    choose_account(link)
    assert stage.outcome("success")


def test_questions_and_selections_are_asked(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link)
    sign_in(link, password="mfa_questions_2_1")
    for answer in ("answer_0_0", "answer_1_0"):
        link.get_by_label(f"round {int(answer[7]) + 1}").fill(answer)
        go(link)
    link.get_by_test_id("pane-accounts").wait_for()
    link.get_by_role("button", name="Back").click()
    link.get_by_role("button", name="Tartan Bank").click()
    sign_in(link, password="mfa_selections")
    link.get_by_label("Yes").check()
    go(link)
    choose_account(link)
    assert stage.outcome("success")["metadata"]["institution"]["institution_id"] == "ins_109511"


def test_closing_half_way_asks_first_and_then_exits_without_an_error(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link)
    expect(link.get_by_label("Username")).to_be_focused()
    link.get_by_label("Username").press("Escape")
    link.get_by_role("button", name="No, continue").click()
    link.get_by_role("button", name="Close").click()
    link.get_by_role("button", name="Yes, exit").click()
    left = stage.outcome("exit")
    assert left["error"] is None
    assert left["metadata"]["status"] == "requires_credentials"
    assert stage.names()[-1] == "EXIT"
    expect(stage.page.get_by_role("button", name="Link a bank")).to_be_focused()


def test_an_unknown_link_token_exits_at_once(stage: Stage) -> None:
    stage.open(token="link-sandbox-00000000-0000-0000-0000-000000000000")
    left = stage.outcome("exit")
    assert left["error"]["error_type"] == "INVALID_INPUT"
    assert left["error"]["error_code"] == "INVALID_LINK_TOKEN"


def test_a_bank_with_oauth_opens_its_own_window(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link, "Platypus OAuth Bank")
    with stage.page.expect_popup() as opened:
        go(link, "oauth")
    opened.value.get_by_role("button", name="Allow").click()
    choose_account(link)
    assert stage.outcome("success")["metadata"]["institution"]["institution_id"] == "ins_127287"
    assert {"OPEN_OAUTH", "CLOSE_OAUTH"} <= set(stage.names())


def test_a_denial_at_the_bank_is_told(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link, "Platypus OAuth Bank")
    with stage.page.expect_popup() as opened:
        go(link, "oauth")
    opened.value.get_by_role("button", name="Deny").click()
    expect(link.get_by_role("alert")).to_contain_text("did not grant")
    link.get_by_role("button", name="Exit").click()
    left = stage.outcome("exit")
    assert left["error"]["error_code"] == "ACCESS_NOT_GRANTED"
    assert left["metadata"]["status"] == "requires_oauth"


def test_a_blocked_pop_up_is_noticed(stage: Stage) -> None:
    stage.page.add_init_script("window.open = () => null")
    link = stage.open(token=stage.token())
    reach_sign_in(link, "Platypus OAuth Bank")
    go(link, "oauth")
    expect(link.get_by_test_id("oauth-status")).to_contain_text("blocked")
    stage.page.locator("body[data-events~=FAIL_OAUTH]").wait_for()


def test_the_bank_can_be_reached_by_redirect_and_link_resumes(stage: Stage) -> None:
    token = stage.token(redirect_uri=f"{stage.home}/back")
    stage.page.add_init_script("window.open = () => null")
    link = stage.open(token=token)
    reach_sign_in(link, "Platypus OAuth Bank")
    go(link, "oauth")
    link.get_by_role("button", name="Continue in this tab").click()
    stage.page.get_by_role("button", name="Allow").click()
    stage.page.wait_for_url("**/back?oauth_state_id=*")
    stage.page.evaluate("src => load(src)", stage.sandbox.keys["link_script"])
    stage.page.evaluate("config => make(config)", {"token": token, "receivedRedirectUri": stage.page.url})
    stage.page.evaluate("handler.open()")
    choose_account(stage.frame())
    assert stage.outcome("success")["metadata"]["institution"]["institution_id"] == "ins_127287"


def test_several_accounts_may_be_taken_where_the_customization_says_so(stage: Stage) -> None:
    link = stage.open(token=stage.token(link_customization_name="multi"))
    reach_sign_in(link)
    sign_in(link)
    link.get_by_label("Plaid Checking").check()
    link.get_by_label("Plaid Saving").check()
    go(link)
    link.get_by_role("button", name="Finish").click()
    assert [each["mask"] for each in stage.outcome("success")["metadata"]["accounts"]] == ["0000", "1111"]


def test_account_filters_hide_what_they_do_not_name(stage: Stage) -> None:
    filters = {"depository": {"account_subtypes": ["checking", "savings"]}}
    link = stage.open(token=stage.token(account_filters=filters))
    reach_sign_in(link)
    sign_in(link)
    expect(link.get_by_role("radio")).to_have_count(2)
    expect(link.get_by_text("Plaid Credit Card")).to_have_count(0)


def test_a_routing_number_highlights_its_bank(stage: Stage) -> None:
    link = stage.open(token=stage.token(institution_data={"routing_number": "011401533"}))
    go(link)
    first = link.get_by_test_id("institution-list").get_by_role("button").first
    expect(first).to_contain_text("First Platypus Bank")
    expect(first).to_contain_text("Suggested")


def test_update_mode_mends_the_item_and_leaves_its_access_token(stage: Stage) -> None:
    public = stage.post("/sandbox/public_token/create", institution_id="ins_109508", initial_products=["auth"])
    access = stage.post("/item/public_token/exchange", public_token=public["public_token"])["access_token"]
    stage.post("/sandbox/item/reset_login", access_token=access)
    link = stage.open(token=stage.token(access_token=access))
    go(link)
    sign_in(link)
    link.get_by_role("button", name="Finish").click()
    stage.outcome("success")
    assert stage.post("/item/get", access_token=access)["item"]["error"] is None
    assert len(stage.post("/accounts/get", access_token=access)["accounts"]) == 11


def classic(stage: Stage, **more: Any) -> dict[str, Any]:
    return {"key": stage.keys["public_key"], "env": "tartan", "product": "auth", "clientName": "Acme", **more}


def exchange(stage: Stage, **form: str) -> dict[str, Any]:
    keys = {name: stage.keys[name] for name in ("client_id", "secret")}
    answer = requests.post(f"{stage.sandbox.url}/exchange_token", data={**keys, **form}, timeout=20)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_classic_handler_lists_institutions_and_opens_one_by_type(stage: Stage) -> None:
    stage.create(**classic(stage))
    institutions = stage.page.evaluate("handler.institutions")
    assert {"name": "Chase", "type": "chase", "auth": True, "connect": True} in institutions
    assert [each["type"] for each in institutions if not each["auth"]] == ["amex"]
    stage.page.evaluate("handler.open('chase')")
    link = stage.frame()
    go(link)
    expect(link.get_by_role("heading", name="Sign in to Chase")).to_be_visible()
    sign_in(link, "plaid_test", "plaid_good")
    choose_account(link)
    success = stage.outcome("success")
    assert success["metadata"]["institution"] == {"name": "Chase", "type": "chase"}
    both = exchange(stage, public_token=success["token"], account_id=success["metadata"]["account_id"])
    assert set(both) == {"access_token", "stripe_bank_account_token"}


def test_the_guides_test_key_gives_the_guides_test_token(stage: Stage) -> None:
    link = stage.open(**classic(stage, key="test_key"))
    reach_sign_in(link, "Chase")
    sign_in(link, "plaid_test", "plaid_good")
    choose_account(link)
    assert stage.outcome("success")["token"] == "test,chase,connected"


def test_the_hosted_page_needs_no_callbacks_and_its_result_is_read_by_the_server(stage: Stage) -> None:
    body = {
        "client_name": "Acme",
        "language": "en",
        "country_codes": ["US"],
        "user": {"client_user_id": "c-1"},
        "products": ["auth"],
        "hosted_link": {},
    }
    made = stage.post("/link/token/create", **body)
    stage.page.goto(made["hosted_link_url"])
    page: Any = stage.page
    reach_sign_in(page)
    sign_in(page)
    page.get_by_label("Plaid Saving").check()
    go(page)
    expect(page.get_by_role("heading", name="Success")).to_be_visible()
    (session,) = stage.post("/link/token/get", link_token=made["link_token"])["link_sessions"]
    (result,) = session["results"]["item_add_results"]
    assert result["accounts"][0]["mask"] == "1111"
    assert stage.post("/item/public_token/exchange", public_token=result["public_token"])["item_id"]
    page.goto(made["hosted_link_url"])
    expect(page.get_by_role("heading", name="This link cannot be used")).to_be_visible()


def test_the_handler_has_what_react_plaid_link_calls(stage: Stage) -> None:
    stage.create(token=stage.token())
    kinds = stage.page.evaluate("['open', 'exit', 'destroy', 'submit'].map(name => typeof handler[name])")
    assert kinds == ["function"] * 4
    stage.page.evaluate("handler.open(); handler.exit({ force: true })")
    stage.outcome("exit")
    expect(stage.page.locator("iframe[title='Plaid Link']")).to_be_hidden()
    stage.page.evaluate("handler.destroy()")
    expect(stage.page.locator("iframe[title='Plaid Link']")).to_have_count(0)


def test_a_handler_opens_again_after_an_exit(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    link.get_by_role("button", name="Close").click()
    link.get_by_role("button", name="Yes, exit").click()
    stage.outcome("exit")
    stage.page.get_by_role("button", name="Link a bank").click()
    expect(link.get_by_role("button", name="Continue")).to_be_visible()


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("{ onSuccess: () => {} }", "requires a token"),
        ("{ token: 'link-sandbox-x' }", "onSuccess"),
        ("{ key: 'k', env: 'moon', product: 'auth', onSuccess: () => {} }", "env"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_in_words(stage: Stage, config: str, sentence: str) -> None:
    stage.page.goto(stage.home)
    stage.page.evaluate("src => load(src)", stage.sandbox.keys["link_script"])
    said = stage.page.evaluate(f"(() => {{ try {{ Plaid.create({config}); }} catch (e) {{ return e.message; }} }})()")
    assert sentence in said


def test_a_message_of_another_window_is_not_listened_to(stage: Stage) -> None:
    stage.create(token=stage.token())
    forged = {"channel": "plaid-link-sandbox", "type": "success", "public_token": "forged", "metadata": {}}
    stage.page.evaluate("message => window.postMessage(message, '*')", forged)
    stage.page.evaluate("() => new Promise(done => setTimeout(done, 0))")
    assert stage.page.evaluate("log") == []


def test_a_bank_window_that_was_closed_can_be_opened_again(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    reach_sign_in(link, "Platypus OAuth Bank")
    with stage.page.expect_popup() as opened:
        go(link, "oauth")
    opened.value.close()
    expect(link.get_by_test_id("oauth-status")).to_contain_text("was closed")
    with stage.page.expect_popup() as again:
        go(link)
    again.value.get_by_role("button", name="Allow").click()
    choose_account(link)
    assert stage.outcome("success")


def test_every_target_in_link_is_large_enough_for_a_finger(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    for pane in ("consent", "institutions", "credentials"):
        expect(link.get_by_test_id(f"pane-{pane}")).to_be_visible()
        sizes = link.locator("button:visible, input:visible").evaluate_all(
            "all => all.map(e => e.getBoundingClientRect()).map(box => Math.min(box.width, box.height))"
        )
        assert round(min(sizes), 2) >= 44  # an opening animation leaves a millionth of a pixel
        if pane == "consent":
            go(link)
        elif pane == "institutions":
            link.get_by_role("button", name="First Platypus Bank").click()


def test_who_leaves_while_a_call_is_under_way_leaves(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    link.get_by_test_id("pane-consent").wait_for()

    def answer_late(route: Route) -> None:
        stage.page.wait_for_timeout(1500)
        route.continue_()

    stage.page.route("**/link/api/act", answer_late)
    link.get_by_test_id("pane-consent").get_by_role("button", name="Continue").click()
    link.get_by_role("button", name="Close").click()
    link.get_by_role("button", name="Yes, exit").click()
    assert stage.outcome("exit")["error"] is None
