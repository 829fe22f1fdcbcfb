"""Erasures on the pages: the customer's own page asks for the reference, then stands under the pseudonym."""

from __future__ import annotations

from datetime import timedelta

from streamlit.testing.v1 import AppTest

from dashboard.connections.token_rotation import KIND
from dashboard.desk import Desk
from dashboard.domain.errors import ProviderUnreachable
from dashboard.domain.models import Actor, Customer, HolderType, Secret
from dashboard.store.connections.token_rotations import Rotation
from dashboard.store.restores import Unknown
from tests.pages.conftest import show, text_of


def add(desk: Desk, actor: Actor) -> Customer:
    return desk.customers.add(actor, "Edda Erased", "edda@example.com", "E-77", HolderType.INDIVIDUAL)


def opened(app: AppTest, customer: Customer) -> AppTest:
    app.query_params["customer"] = customer.id
    return show(app, "customers")


def test_the_reference_is_asked_for_and_the_page_then_stands_under_a_pseudonym(
    app: AppTest, desk: Desk, actor: Actor
) -> None:
    customer = add(desk, actor)
    opened(app, customer)
    field = next(one for one in app.text_input if "E-77" in one.label)
    press = next(one for one in app.button if one.label == "Erase this customer")
    field.set_value("E-78")
    press.click().run()
    assert "not the customer's reference" in text_of(app) and desk.erasures.find(actor, customer.id) is None
    next(one for one in app.text_input if "E-77" in one.label).set_value("E-77")
    next(one for one in app.button if one.label == "Erase this customer").click().run()
    assert not app.exception
    said = text_of(app)
    assert "Erased " in said and "Edda" not in said and "edda@example.com" not in said


def test_an_erasure_that_is_held_up_needs_attention(app: AppTest, desk: Desk, actor: Actor) -> None:
    customer = add(desk, actor)
    desk.customers.add_note(actor, customer.id, "hello")
    show(app, "inbox")
    assert "held up" not in text_of(app)

    class Down:
        def update_customer(self, id: str, **_: object) -> None:
            raise ProviderUnreachable("No answer.", maybe_done=True, provider="stripe", code="unreachable")

    desk.store.customers.decide(customer.id, "cus_held", desk.clock.now())
    desk.jobs.kinds["erasure"]._stripe = Down()  # type: ignore[attr-defined]  # Stripe is down
    desk.erasures.order(actor, customer.id, "E-77")
    show(app, "inbox")
    assert "Erasures that are held up (1)" in text_of(app)
    opened(app, customer)
    assert "ended" in text_of(app) and "retried automatically" in text_of(app)


def test_a_lost_access_token_is_on_the_list_with_the_way_out(app: AppTest, desk: Desk, actor: Actor) -> None:
    customer = add(desk, actor)
    with desk.store.transaction() as db:
        db.execute(
            "INSERT INTO item (id, customer_id, generation, institution_name, state, access_token, created_at,"
            " updated_at) VALUES ('item_1', ?, 'current', 'Old Bank', 'healthy', ?, 1, 1)",
            [customer.id, b""],
        )
    desk.store.items.replace_token("item_1", Secret("access-sandbox-dead"), desk.clock.now())
    with desk.store.transaction():
        order = desk.jobs.order(KIND, "item_1", actor, step="check")
        desk.store.token_rotations.set_state("item_1", Rotation.SENT)
    assert order is not None
    desk.jobs.run(order.id)
    show(app, "inbox")
    said = text_of(app)
    assert "Access tokens that were lost (1)" in said and "Old Bank" in said and "Link the bank again" in said


def test_a_restore_that_nobody_has_looked_into_is_first_on_the_list_and_stops_debits(
    app: AppTest, desk: Desk, actor: Actor
) -> None:
    show(app, "inbox")
    assert "A backup was restored" not in text_of(app)
    now = desk.clock.now()
    desk.store.restores.add(now, now - timedelta(days=1), Unknown.UNREADABLE)
    show(app, "inbox")
    said = text_of(app)
    assert "links, revocations and debits made after" in said
    assert app.subheader[0].value == "A backup was restored: no debit can be made"
    next(one for one in app.button if one.label == "I have looked").click().run()
    assert not app.exception and "A backup was restored" not in text_of(app)
    assert desk.restores.open(actor) is None
