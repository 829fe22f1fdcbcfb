"""Evidence for a bank, from a payment, a case and a month; and the bank's request with its clock."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.cases import Case
from dashboard.domain.models import Actor
from tests.pages.conftest import show, text_of
from tests.pages.test_cases_page import case, press

__all__ = ["case"]


def labels_of(app: AppTest) -> list[str]:
    return [str(one.proto.label) for one in app.get("download_button")]


@pytest.fixture
def asked(app: AppTest, case: Case) -> AppTest:
    """Its page, after the bank's letter was recorded."""
    app.query_params["case"] = case.id
    show(app, "cases")
    return press(app, "Start the clock")


def test_a_payment_says_what_was_never_recorded_and_offers_the_pack(app: AppTest, case: Case) -> None:
    app.query_params["payment"] = case.payment_id
    said = text_of(show(app, "payment"))
    assert "The words of the authorization: it was not made at this desk." in said
    assert "Who ordered the debit" in said
    assert labels_of(app) == ["Make the evidence pack"]


def test_the_banks_request_starts_a_clock_that_the_inbox_shows(app: AppTest, asked: AppTest, case: Case) -> None:
    assert "The bank asks for proof" in text_of(asked)
    said = text_of(show(app, "inbox"))
    assert "Proof that a bank asks for (1)" in said and "in 10 business days" in said
    press(app, "Make the evidence")
    assert case.id in app.query_params["case"]
    press(app, "The bank was answered")
    assert "Proof that a bank asks for" not in text_of(show(app, "inbox"))


def test_a_pack_that_was_made_is_listed_with_its_digest_and_can_be_had_again(
    app: AppTest,
    desk: Desk,
    actor: Actor,
    case: Case,
) -> None:
    pack = desk.evidence.make(actor, case.payment_id)
    app.query_params["payment"] = case.payment_id
    assert pack.sha256 in text_of(show(app, "payment"))
    assert "The same again" in labels_of(app)
