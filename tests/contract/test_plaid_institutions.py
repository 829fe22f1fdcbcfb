"""The banks by the official client: pages, search, one by id, logos, routing numbers."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from plaid.model.institutions_get_by_id_request import InstitutionsGetByIdRequest
from plaid.model.institutions_get_by_id_request_options import InstitutionsGetByIdRequestOptions
from plaid.model.institutions_get_request import InstitutionsGetRequest
from plaid.model.institutions_get_request_options import InstitutionsGetRequestOptions
from plaid.model.institutions_search_request import InstitutionsSearchRequest

from dashboard.sandbox.plaid.institutions import checked, highlighted
from tests.contract.plaid_client import AUTH, US, PlaidClient, refusal
from tests.sandboxes import Sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> PlaidClient:
    return PlaidClient(sandbox)


def page(client: PlaidClient, count: int, offset: int, **options: Any) -> Any:
    more = {"options": InstitutionsGetRequestOptions(**options)} if options else {}
    return client.api.institutions_get(InstitutionsGetRequest(count=count, offset=offset, country_codes=[US], **more))


def test_there_are_at_least_forty_in_pages_that_add_up(client: PlaidClient) -> None:
    total = page(client, 1, 0)["total"]
    assert total >= 40
    seen: list[str] = []
    while len(seen) < total:
        found = page(client, 17, len(seen))["institutions"]
        assert found
        seen += [each["institution_id"] for each in found]
    assert len(set(seen)) == total
    assert list(page(client, 17, total)["institutions"]) == []


def test_the_ones_that_plaids_documentation_names_are_there(client: PlaidClient) -> None:
    found = {each["institution_id"]: each for each in page(client, 500, 0)["institutions"]}
    assert found["ins_109508"]["name"] == "First Platypus Bank"
    assert found["ins_109508"]["oauth"] is False
    assert found["ins_127287"]["oauth"] is True
    assert [found[id]["name"] for id in ("ins_56", "ins_13", "ins_127990")] == ["Chase", "PNC", "U.S. Bank"]
    assert str(found["ins_56"]["connection_availability"]) == "SUPPORTED"


def test_every_routing_number_is_one(client: PlaidClient) -> None:
    numbers = [number for each in page(client, 500, 0)["institutions"] for number in each["routing_numbers"]]
    assert len(numbers) > 60
    assert [number for number in numbers if not checked(number)] == []
    assert not checked("021000022")


def test_logos_are_png_of_the_documented_size(client: PlaidClient) -> None:
    for each in page(client, 500, 0, include_optional_metadata=True)["institutions"]:
        png = base64.b64decode(each["logo"])
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (152, 152)
        assert len(each["primary_color"]) == 7
    assert "logo" not in page(client, 1, 0)["institutions"][0]


def test_filters_leave_what_fits(client: PlaidClient) -> None:
    assert "ins_10" not in [each["institution_id"] for each in page(client, 500, 0, products=[AUTH])["institutions"]]
    assert all(each["oauth"] for each in page(client, 500, 0, oauth=True)["institutions"])
    (chase,) = page(client, 500, 0, routing_numbers=["021000021"])["institutions"]
    assert chase["institution_id"] == "ins_56"


def test_the_search_goes_by_words(client: PlaidClient) -> None:
    request = InstitutionsSearchRequest(query="platypus", products=[AUTH], country_codes=[US])
    found = [each["institution_id"] for each in client.api.institutions_search(request)["institutions"]]
    assert set(found) == {"ins_109508", "ins_127287"}
    request = InstitutionsSearchRequest(query="bank", products=[AUTH], country_codes=[US])
    assert len(client.api.institutions_search(request)["institutions"]) == 10


def test_one_is_found_by_id_with_its_health(client: PlaidClient) -> None:
    options = InstitutionsGetByIdRequestOptions(include_status=True, include_auth_metadata=True)
    request = InstitutionsGetByIdRequest(institution_id="ins_109508", country_codes=[US], options=options)
    found = client.api.institutions_get_by_id(request)["institution"]
    assert found["status"]["item_logins"]["status"] == "HEALTHY"
    assert found["auth_metadata"]["supported_methods"]["instant_auth"] is True
    request = InstitutionsGetByIdRequest(institution_id="ins_0", country_codes=[US])
    error = refusal(client.api.institutions_get_by_id, request)[1]
    assert (error["error_code"], error["error_message"]) == ("INVALID_INSTITUTION", "invalid institution_id provided")


@pytest.mark.parametrize(("count", "offset"), [(0, 0), (501, 0), (1, -1)])
def test_a_page_out_of_bounds_is_refused(client: PlaidClient, count: int, offset: int) -> None:
    body = {"count": count, "offset": offset, "country_codes": ["US"]}
    assert client.raw("/institutions/get", body)[1]["error_code"] == "INVALID_FIELD"


def test_a_routing_number_that_names_no_single_bank_highlights_none() -> None:
    found = highlighted("021000021")
    assert found is not None
    assert found.name == "Chase"
    assert highlighted("000000000") is None
    assert highlighted(None) is None
