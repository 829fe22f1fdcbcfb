"""The Setup page walks the set-up on demand, says of each check how it is and what to do, and shows no secret."""

from __future__ import annotations

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from dashboard import running
from dashboard.desk import Desk
from dashboard.domain.limits import Limit
from dashboard.domain.models import Actor, HolderType, Secret
from dashboard.store.encryption.columns import LOST_KEY
from tests.pages.conftest import show, text_of


def press(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click()
    app.run()
    assert not app.exception
    return app


def test_nothing_is_asked_before_somebody_asks_for_it(app: AppTest, desk: Desk) -> None:
    show(app, "setup")
    assert desk.store.trail.read("setup") == [] and "Plaid accepts" not in text_of(app)


def test_each_check_has_a_sign_a_word_and_a_way_out(app: AppTest, desk: Desk) -> None:
    press(show(app, "setup"), "Check this setup")
    said = text_of(app)
    for name in ("Plaid keys", "Plaid's Stripe integration", "Stripe account takes ACH", "Clock", "Last backup"):
        assert f"**{name}**" in said
    assert ":material/check_circle:" in said and "**OK**" in said and "**Warning** · **Daily job**" in said
    assert "What to do:" in said and "warning" in said
    copied = next(one.value for one in app.code if "Plaid keys" in one.value)
    settings = desk.settings
    for secret in (settings.plaid_secret, settings.stripe_secret_key, *settings.keys):
        assert secret.reveal() not in said + copied
    assert [row.action for row in desk.store.trail.read("setup")] == ["setup.checked"]


def test_limits_and_starts_with_others_are_shown(app: AppTest, desk: Desk, actor: Actor) -> None:
    changed = {"ACH_DESK_LIMIT_DESK_DAY_CENTS": ["", "500000"]}
    desk.store.trail.append(Actor.system(), "limits.changed", "limits", desk.clock.now(), **changed)
    limited = replace(desk.settings, limits={Limit.DESK_DAY: 500_000})
    running.provide(lambda: replace(desk, settings=limited, limits=type(desk.limits)(desk.store, desk.clock, limited)))
    said = text_of(show(app, "setup"))
    assert "5,000.00 for the whole desk and business day" in said and "is left" in said
    assert "Last changed by a start on" in said
    assert "Not limited: ACH" in said


def test_access_tokens_are_changed_after_a_confirmation(app: AppTest, desk: Desk, actor: Actor) -> None:
    customer = desk.customers.add(actor, "Tova Token", "tova@example.com", "T-77", HolderType.INDIVIDUAL)
    with desk.store.transaction() as db:
        db.execute(
            "INSERT INTO item (id, customer_id, generation, institution_name, state, access_token, created_at,"
            " updated_at) VALUES ('item_2', ?, 'current', 'A Bank', 'healthy', x'00', 1, 1)",
            [customer.id],
        )
    desk.store.items.replace_token("item_2", Secret("access-sandbox-unknown"), desk.clock.real())
    press(show(app, "setup"), "Change every access token")
    assert desk.plaid_tokens.status(actor).refused == 0, "not without the tick"
    next(one for one in app.checkbox if "old token stops working" in one.label).check()
    press(app, "Change every access token")
    assert desk.plaid_tokens.status(actor).refused == 1 and "refused by Plaid, unchanged" in text_of(app)


def test_a_lost_key_is_said_on_every_page(app: AppTest, desk: Desk) -> None:
    running.provide(lambda: replace(desk, reads_secrets=False))
    for page in ("payments", "onboard", "setup"):
        assert LOST_KEY.what.split(" with")[0] in text_of(show(app, page))
