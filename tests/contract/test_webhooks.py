"""Both providers' webhooks, sent by the sandbox to the real server: taken once, believed only with their signature."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from joserfc import jwk, jwt

from dashboard.desk import Desk
from dashboard.domain.models import HolderType
from dashboard.sandbox.plaid.webhooks import sign as sign_plaid
from dashboard.sandbox.plaid.webhooks import signing_key
from dashboard.sandbox.stripe.webhooks import deliver
from dashboard.sandbox.stripe.webhooks import sign as sign_stripe
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from dashboard.store.linking.hosted import Waiting
from dashboard.store.mandates.acceptances import Acceptance
from tests.contract.hooked_desk import HookedDesk, beside, desk, sandbox, until
from tests.empty_desks import settings_for
from tests.pages.test_pages import link
from tests.sandboxes import Sandbox
from tests.unit.test_signatures import bend

__all__ = ["beside", "desk", "sandbox"]  # fixtures


def test_a_payment_is_in_the_table_seconds_after_stripe_knew(desk: HookedDesk, beside: Desk, sandbox: Sandbox) -> None:
    woken: list[bool] = []
    waiting = threading.Thread(target=lambda: woken.append(beside.sync.wait(60)))
    waiting.start()
    customer, account = sandbox.link()
    made = sandbox.debit(customer, account)
    waiting.join(30)
    assert woken == [True], "the wait of a minute was cut short"
    until(lambda: desk.rows("SELECT 1 FROM webhook_event WHERE kind = 'payment_intent.processing'"))
    beside.sync.run()
    ((intent,),) = desk.rows("SELECT intent_id FROM payment WHERE intent_id = ?", made.id)
    assert intent == made.id
    assert beside.store.webhooks.open("stripe") == {}, "what was told has been read"


@pytest.fixture
def paid(sandbox: Sandbox) -> str:
    """A PaymentIntent that is processing."""
    return str(sandbox.debit(*sandbox.link()).id)


def test_an_event_that_comes_again_is_the_same_event(
    desk: HookedDesk, beside: Desk, sandbox: Sandbox, paid: str
) -> None:
    events = sandbox.client.v1.events.list({"limit": 10, "type": "payment_intent.processing"}).data
    event = next(one for one in events if one.data.object["id"] == paid)
    kept = "SELECT count(*), max(done_at) FROM webhook_event WHERE id = ?"
    until(lambda: desk.rows(kept, event.id)[0][0])
    beside.sync.run()
    before = desk.rows(kept, event.id)
    for _ in range(3):
        assert deliver(f"{desk.url}/webhooks/stripe", json.dumps(event.to_dict()).encode(), desk.secret)
    assert desk.rows(kept, event.id) == before
    assert event.id not in beside.store.webhooks.open("stripe")


def test_an_event_is_a_hint_and_never_data(desk: HookedDesk, beside: Desk, sandbox: Sandbox, paid: str) -> None:
    """Even with a right signature: what an event claims of an object is not kept, the object is read at Stripe."""
    intent = sandbox.client.v1.payment_intents.retrieve(paid)
    claimed = {**intent.to_dict(), "status": "succeeded", "amount": 99_999_900}
    body = json.dumps(
        {
            "id": "evt_madeup000000000000000001",
            "object": "event",
            "type": "payment_intent.succeeded",
            "created": int(time.time()),
            "livemode": False,
            "data": {"object": claimed},
        }
    ).encode()
    assert desk.post("stripe", body, sign_stripe(desk.secret, body, int(time.time()))) == 200
    beside.sync.run()
    ((amount, state),) = desk.rows("SELECT amount, state FROM payment WHERE intent_id = ?", intent.id)
    assert amount == intent.amount and state not in {"succeeded", "paid_out"}
    assert beside.store.webhooks.open("stripe"), "what Stripe does not list is looked for longer"
    beside.store.webhooks.finish("stripe", {"evt_madeup000000000000000001"}, beside.clock.real())


BODY = b'{"id": "evt_1", "type": "charge.updated", "livemode": false}'


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(lambda desk: (BODY, sign_stripe("whsec_other", BODY, int(time.time()))), id="of another key"),
        pytest.param(lambda desk: (BODY, sign_stripe(desk.secret, BODY, int(time.time()) - 301)), id="old"),
        pytest.param(lambda desk: (BODY, sign_stripe(desk.secret, BODY, int(time.time()) + 900)), id="dated ahead"),
        pytest.param(lambda desk: (BODY + b" ", sign_stripe(desk.secret, BODY, int(time.time()))), id="tampered"),
        pytest.param(lambda desk: (BODY, ""), id="unsigned"),
    ],
)
def test_what_stripe_did_not_sign_changes_nothing(
    desk: HookedDesk, forge: Callable[[HookedDesk], tuple[bytes, str]]
) -> None:
    assert desk.post("stripe", *forge(desk)) == 400
    assert desk.rows("SELECT count(*) FROM webhook_event WHERE id = 'evt_1'") == [(0,)]


def test_a_live_event_is_not_taken_by_a_desk_of_the_sandbox(desk: HookedDesk) -> None:
    body = BODY.replace(b"false", b"true")
    assert desk.post("stripe", body, sign_stripe(desk.secret, body, int(time.time()))) == 400


@pytest.fixture(scope="module")
def item(desk: HookedDesk, beside: Desk, sandbox: Sandbox) -> str:
    """A linked bank, by Plaid's name of it."""
    actor = demo_actor()
    customer = beside.customers.add(actor, "Wanda Webhook", "wanda@example.com", "W-1", HolderType.INDIVIDUAL)
    link(beside, actor, sandbox, customer)
    ((plaid_item_id,),) = desk.rows("SELECT plaid_item_id FROM item WHERE customer_id = ?", customer.id)
    return str(plaid_item_id)


def asked(desk: HookedDesk, item: str) -> int:
    """How often Plaid was asked about this connection."""
    found = desk.rows("SELECT asked FROM item_health h JOIN item i ON i.id = h.item_id WHERE plaid_item_id = ?", item)
    return int(found[0][0]) if found else 0


def next_turn(desk: HookedDesk, item: str) -> int:
    """When Plaid is asked about it next."""
    found = desk.rows("SELECT next_at FROM item_health h JOIN item i ON i.id = h.item_id WHERE plaid_item_id = ?", item)
    return int(found[0][0])


def fire(desk: HookedDesk, beside: Desk, sandbox: Sandbox, item: str, code: str) -> None:
    """Have Plaid send a webhook of this Item."""
    ((id,),) = desk.rows("SELECT id FROM item WHERE plaid_item_id = ?", item)
    token = beside.store.items.access_token(str(id)).reveal()
    plaid = sandbox.keys["plaid"]
    headers = {"PLAID-CLIENT-ID": plaid["client_id"], "PLAID-SECRET": plaid["secret"]}
    for path, body in (
        ("/item/webhook/update", {"access_token": token, "webhook": f"{desk.url}/webhooks/plaid"}),
        ("/sandbox/item/fire_webhook", {"access_token": token, "webhook_code": code}),
    ):
        requests.post(f"{sandbox.url}{path}", json=body, headers=headers, timeout=30).raise_for_status()


@pytest.mark.parametrize(
    "code", ["ERROR", "LOGIN_REPAIRED", "PENDING_DISCONNECT", "USER_PERMISSION_REVOKED", "DEFAULT_UPDATE"]
)
def test_what_plaid_says_of_a_connection_has_it_asked_now(
    desk: HookedDesk, beside: Desk, sandbox: Sandbox, item: str, code: str
) -> None:
    until(lambda: asked(desk, item) > 0)  # the server's own first look at a new connection
    before = asked(desk, item)
    fire(desk, beside, sandbox, item, code)
    until(lambda: asked(desk, item) > before, 30)
    kept = desk.rows("SELECT kind, done_at FROM webhook_event WHERE kind LIKE ?", f"%.{code}")
    assert any(kind.split(".")[1] == code and done for kind, done in kept)


def plaid_body(item: str, code: str = "ERROR") -> bytes:
    said = {"webhook_type": "ITEM", "webhook_code": code, "item_id": item, "environment": "sandbox", "error": None}
    return json.dumps(said).encode()


def test_a_replay_of_plaids_webhook_does_nothing_again(
    desk: HookedDesk, beside: Desk, sandbox: Sandbox, item: str
) -> None:
    body = plaid_body(item)
    token = sign_plaid(sandbox.state, body)
    before = asked(desk, item)
    assert desk.post("plaid", body, token) == 200
    until(lambda: asked(desk, item) > before, 30)
    until(lambda: next_turn(desk, item) > time.time() + 600)
    assert desk.post("plaid", body, token) == 200, "Plaid must not go on repeating it"
    assert next_turn(desk, item) > time.time() + 600


def test_what_plaid_did_not_sign_changes_nothing(desk: HookedDesk, beside: Desk, sandbox: Sandbox, item: str) -> None:
    body = plaid_body(item)
    good = sign_plaid(sandbox.state, body)
    header, claims, signature = good.split(".")
    kid = signing_key(sandbox.state).as_dict(private=False)["kid"]
    digest = jwt.decode(good, signing_key(sandbox.state), algorithms=["ES256"]).claims["request_body_sha256"]
    now = sandbox.state.clock.timestamp()

    def token(at: int, key: jwk.ECKey) -> str:
        return jwt.encode({"alg": "ES256", "kid": kid}, {"iat": at, "request_body_sha256": digest}, key)

    forged = [
        (body + b" ", good),
        (body, f"{header}.{claims}.{signature[::-1]}"),
        (body, token(now - 400, signing_key(sandbox.state))),
        (body, token(now, jwk.ECKey.generate_key("P-256"))),
        (body, ""),
    ]
    count = "SELECT count(*) FROM webhook_event WHERE provider = 'plaid' AND kind = 'ITEM.ERROR'"  # as `body` says
    before, turn = desk.rows(count), next_turn(desk, item)
    assert [desk.post("plaid", *one) for one in forged] == [400] * len(forged)
    assert (desk.rows(count), next_turn(desk, item)) == (before, turn)


def test_a_connection_that_the_desk_does_not_know_is_no_reason_to_repeat(desk: HookedDesk, sandbox: Sandbox) -> None:
    body, kept = plaid_body("somebody-elses-item"), "SELECT id, kind FROM webhook_event"
    before = desk.rows(kept)
    assert desk.post("plaid", body, sign_plaid(sandbox.state, body)) == 200
    # The sandbox may send one of its own meanwhile, for what another test of this file has done.
    assert "ITEM.ERROR" in {kind for id, kind in set(desk.rows(kept)) - set(before)}


def test_the_end_of_a_link_on_a_phone_is_asked_for_at_once(desk: HookedDesk, beside: Desk, sandbox: Sandbox) -> None:
    actor = demo_actor()
    customer = beside.customers.add(actor, "Hana Hosted", "hana@example.com", "W-2", HolderType.INDIVIDUAL)
    accepted = Acceptance(
        how="offline",
        text="I agree.",
        version="2026-11",
        language="en",
        business_name="Acme",
        accepted_at=datetime.now(UTC),
        operator=actor.name,
        operator_address="",
        facts={},
    )
    attempt = beside.hosted.open(actor, customer.id, accepted)
    beside.hosted.ask_due()
    work = beside.store.attempts.work(attempt)
    assert work is not None and work.link_token is not None
    assert beside.plaid.read_link_token(work.link_token).results == ()
    said = {
        "webhook_type": "LINK",
        "webhook_code": "SESSION_FINISHED",
        "status": "EXITED",
        "link_session_id": "session",
        "link_token": work.link_token.reveal(),
        "public_tokens": [],
        "environment": "sandbox",
    }
    with beside.store.transaction():  # as if its next turn were far away
        beside.store.database.handle.execute("UPDATE link_hosted SET next_at = next_at + 86400")
    body = json.dumps(said).encode()
    assert desk.post("plaid", body, sign_plaid(sandbox.state, body)) == 200
    kept = beside.store.hosted.get(attempt)
    assert kept is not None and kept.state is Waiting.WAITING
    asked = kept.asked
    until(lambda: (now := beside.store.hosted.get(attempt)) is not None and now.asked > asked)


def test_a_new_link_asks_plaid_for_webhooks(desk: HookedDesk, beside: Desk, sandbox: Sandbox) -> None:
    def asked() -> list[str]:
        seen = [json.loads(row[0]) for row in sandbox.state._db.execute("SELECT doc FROM documents").fetchall()]
        links = [one["request"] for one in seen if isinstance(one.get("request"), dict)]
        return [str(one.get("webhook")) for one in links if "client_name" in one]

    before, actor = asked(), demo_actor()
    customer = beside.customers.add(actor, "Nelly Newlink", "nelly@example.com", "N-1", HolderType.INDIVIDUAL)
    beside.linking.open(actor, customer.id)
    own = f"{desk.url}/webhooks/plaid"
    assert (asked().count(own), len(asked())) == (before.count(own) + 1, len(before) + 1)


def test_a_body_without_end_is_not_read_to_its_end(desk: HookedDesk) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(10_000):
            yield b"x" * 65_536

    try:
        answer = requests.post(f"{desk.url}/webhooks/stripe", endless(), timeout=30)
        assert answer.status_code == 413
    except requests.ConnectionError:
        pass  # the desk hung up, which says the same
    assert desk.post("stripe", b"x" * (600 << 10), "") == 413


def test_the_log_says_that_a_webhook_was_refused_and_not_what_it_said(desk: HookedDesk, item: str) -> None:
    assert desk.post("plaid", plaid_body(item), "") == 400
    said = (desk.home / "dashboard.log").read_text()
    assert "A webhook was refused" in said
    assert item not in said and desk.secret not in said


def test_a_desk_that_takes_none_has_no_such_address(sandbox: Sandbox, tmp_path: Path) -> None:
    from dashboard.web.webhook_routes import make_routes

    ready = {"url": sandbox.url, "link_script": f"{sandbox.url}/link.js", **sandbox.keys}
    plain = load_settings(settings_for(ready, {}, tmp_path), None)
    assert make_routes(plain) == []
    classic = settings_for(ready, {"PLAID_LINK_GENERATION": "classic"}, tmp_path)
    assert make_routes(load_settings({**classic, "ACH_DESK_PLAID_WEBHOOK_URL": "https://x/webhooks/plaid"}, None)) == []


def test_headers_that_are_no_proof_are_refused_as_that(desk: HookedDesk) -> None:
    """Nothing that a stranger writes there is an error of ours."""
    for proof in ("t=1²,v1=é", "t=,v1=", "a.b.c", "é" * 10, "=" * 5_000, "t=" + "9" * 5_000 + ",v1=a"):
        for provider in ("stripe", "plaid"):
            assert desk.post(provider, BODY, proof.encode("latin-1").decode("latin-1")) == 400, (provider, proof[:20])


def test_a_replay_with_the_other_signature_that_fits_is_a_replay(
    desk: HookedDesk, beside: Desk, sandbox: Sandbox, item: str
) -> None:
    body = plaid_body(item, "LOGIN_REPAIRED")
    token = sign_plaid(sandbox.state, body)
    assert desk.post("plaid", body, token) == 200
    count = "SELECT count(*) FROM webhook_event WHERE kind LIKE '%.LOGIN_REPAIRED'"
    rows = desk.rows(count)
    assert desk.post("plaid", body, bend(token)) == 200
    assert desk.rows(count) == rows
