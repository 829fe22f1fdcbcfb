"""The sandbox's page: a connection is broken there, and *Account health* says so."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from tests.pages.conftest import show, text_of
from tests.pages.test_pages import add, link
from tests.sandboxes import Sandbox


def break_on_the_page(app: AppTest, way: str) -> None:
    show(app, "sandbox")
    next(one for one in app.selectbox if one.label == "What happens to it").select(way).run()
    next(one for one in app.button if one.label == "Let it happen").click().run()
    assert not app.exception


@pytest.mark.parametrize(
    ("way", "code"),
    [
        ("login_required", "ITEM_LOGIN_REQUIRED"),
        ("consent_expiring", "CONSENT_EXPIRES"),
        ("access_revoked", "USER_PERMISSION_REVOKED"),
        ("institution_down", "INSTITUTION_DOWN"),
        ("account_closed", "INVALID_ACCOUNT_ID"),
    ],
)
def test_what_breaks_on_the_page_is_listed_under_account_health_until_it_is_mended(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox, way: str, code: str
) -> None:
    link(desk, actor, lived_sandbox, add(desk, actor, f"Bree {way}"))
    desk.health.ask_due()
    break_on_the_page(app, way)
    (work,) = desk.health.work_list(actor)
    assert work.problem.code == code
    show(app, "health")
    assert f"Bree {way}" in text_of(app)
    assert work.problem.action in text_of(app)
    break_on_the_page(app, "mended")
    show(app, "health")
    assert "Every connection works" in text_of(app)
    noted = [row.action for row in desk.store.trail.read("sandbox")]
    assert noted == ["sandbox.connection_broken"] * 2
