"""Error messages that quote a token: what is kept and shown of them holds none."""

from __future__ import annotations

import pytest
import responses

from dashboard.domain.errors import ProviderRejected
from dashboard.domain.models import Secret
from dashboard.gateways.plaid import Plaid
from dashboard.gateways.plaid_classic import PlaidClassic
from dashboard.gateways.plaid_http import make_session
from dashboard.gateways.redaction import redact
from dashboard.gateways.stripe import Stripe
from dashboard.messages.problems import explain
from dashboard.settings import Settings, load_settings

UUID = "5c224a01-8314-4491-a06f-39e193d5cddc"
ACCESS, PUBLIC = f"access-sandbox-{UUID}", f"public-sandbox-{UUID}"
BANK, KEY, CLASSIC = "btok_1PqKjL2eZvKYlo2C", "sk_test_51HxAbCdEf", "ab" * 32


@pytest.mark.parametrize("secret", [ACCESS, PUBLIC, BANK, KEY, CLASSIC, "whsec_abcdef123", f"link-production-{UUID}"])
def test_a_quoted_secret_is_taken_out(secret: str) -> None:
    assert redact(f"No such token: '{secret}'.") == "No such token: '***'."


@pytest.mark.parametrize(
    "words",
    [
        "No such customer: 'cus_OzVBxqd6rFz4tS'.",
        "The bank account ba_1MzVBxqd6rFz4tS is not verified.",
        "the public-facing name of the link-token is wrong; access is refused",
        "request req_4Yb4ooE0cG9dTt",
    ],
)
def test_what_support_asks_for_is_kept(words: str) -> None:
    assert redact(words) == words


def test_stripes_words_about_a_spent_token_do_not_repeat_it(settings: Settings) -> None:
    said = f"You cannot use a Stripe token more than once: {BANK}. Your key is {KEY}."
    with responses.RequestsMock() as http, pytest.raises(ProviderRejected) as caught:
        error = {"type": "invalid_request_error", "code": "token_already_used", "message": said}
        http.post("https://api.stripe.com/v1/customers/cus_1/sources", status=400, json={"error": error})
        Stripe(settings, retries=0).attach_source("cus_1", Secret(BANK), metadata={}, key="k")
    kept = f"{caught.value.sentences()} {vars(caught.value)} {explain(caught.value)}"
    assert "more than once" in kept
    assert BANK not in kept and KEY not in kept


def test_plaids_words_about_a_token_do_not_repeat_it(settings: Settings, environ: dict[str, str]) -> None:
    with responses.RequestsMock() as http, make_session() as session:
        error = {"error_type": "INVALID_INPUT", "error_code": "INVALID_ACCESS_TOKEN", "error_message": f"bad {ACCESS}"}
        http.post("https://sandbox.plaid.com/accounts/get", status=400, json=error)
        with pytest.raises(ProviderRejected) as caught:
            Plaid(settings, session).accounts(Secret(ACCESS))
        more = {
            "PLAID_LINK_GENERATION": "classic",
            "PLAID_PUBLIC_KEY": "k",
            "PLAID_BASE_URL": "http://127.0.0.1:9",
            "PLAID_ENV": "tartan",
        }
        refused = {"code": 1106, "message": "bad public_token", "resolve": f"Send another one than {CLASSIC}."}
        http.post("http://127.0.0.1:9/exchange_token", status=401, json=refused)
        with pytest.raises(ProviderRejected) as old:
            PlaidClassic(load_settings({**environ, **more}, None), session).exchange(Secret(CLASSIC))
    for raised in (caught.value, old.value):
        kept = f"{raised.sentences()} {vars(raised)} {explain(raised)}"
        assert "***" in kept
        assert ACCESS not in kept and CLASSIC not in kept
