"""The accounts of a test user (Plaid's Sandbox set), and how the current API and the classic one show them.

Balances are dollars as floats, since that is Plaid's wire format; nothing here adds them up.
"""

from __future__ import annotations

from typing import Any

from dashboard.sandbox import ids

Row = tuple[str, str, str | None, str, str, float | None, float, float | None]
STANDARD: tuple[Row, ...] = (  # name, mask, official name, type, subtype, available, current, limit
    ("Plaid Checking", "0000", "Plaid Gold Standard 0% Interest Checking", "depository", "checking", 100, 110, None),
    ("Plaid Saving", "1111", "Plaid Silver Standard 0.1% Interest Saving", "depository", "savings", 200, 210, None),
    ("Plaid CD", "2222", "Plaid Bronze Standard 0.2% Interest CD", "depository", "cd", None, 1000, None),
    ("Plaid Credit Card", "3333", "Plaid Diamond 12.5% APR Interest Credit Card", "credit", "credit card",
     None, 410, 2000),
    ("Plaid Money Market", "4444", "Plaid Platinum Standard 1.85% Interest Money Market", "depository", "money market",
     43200, 43200, None),
    ("Plaid IRA", "5555", None, "investment", "ira", None, 320.76, None),
    ("Plaid 401k", "6666", None, "investment", "401k", None, 23631.9805, None),
    ("Plaid Student Loan", "7777", None, "loan", "student", None, 65262, None),
    ("Plaid Mortgage", "8888", None, "loan", "mortgage", None, 56302.06, None),
    ("Plaid HSA", "9001", "Plaid Cares Health Savings Account", "depository", "hsa", 6009, 6009, None),
    ("Plaid Cash Management", "9002", "Plaid Growth Cash Management", "depository", "cash management",
     12060, 12060, None),
)  # fmt: skip
DEBITABLE = ("checking", "savings", "cash management")
ROUTING, WIRE = "011401533", "021000021"  # Plaid: the numbers of its Sandbox accounts
HOLDER = "Alberta Bobbeth Charleson"
OWNER = {
    "names": [HOLDER],
    "phone_numbers": [
        {"data": "1112223333", "primary": False, "type": "home"},
        {"data": "1112224444", "primary": False, "type": "work"},
        {"data": "1112225555", "primary": False, "type": "mobile"},
    ],
    "emails": [
        {"data": "accountholder0@example.com", "primary": True, "type": "primary"},
        {"data": "accountholder1@example.com", "primary": False, "type": "secondary"},
    ],
    "addresses": [
        {
            "data": {
                "city": "Malakoff",
                "country": "US",
                "postal_code": "14236",
                "region": "NY",
                "street": "2992 Cameron Road",
            },
            "primary": True,
        },
        {
            "data": {
                "city": "San Matias",
                "country": "US",
                "postal_code": "93405-2255",
                "region": "CA",
                "street": "2493 Leisure Lane",
            },
            "primary": False,
        },
    ],
}


NOBODY: dict[str, list[Any]] = {"names": [], "phone_numbers": [], "emails": [], "addresses": []}


def make_accounts(custom: tuple[dict[str, Any], ...] | None = None) -> list[dict[str, Any]]:
    """New accounts with ids of their own: the standard set, or those of a `user_custom`."""
    if custom is None:
        return [_make(*row) for row in STANDARD]
    made = []
    for place, config in enumerate(custom):
        meta: dict[str, Any] = dict(config.get("meta") or {})
        balance = float(config.get("starting_balance") or 0)
        account = _make(
            str(meta.get("name") or f"Plaid {config.get('subtype', 'Account')}".title()),
            str(meta.get("mask") or f"{place:04}"),
            meta.get("official_name"),
            str(config.get("type") or "depository"),
            str(config.get("subtype") or "checking"),
            config.get("force_available_balance", balance),
            balance,
            meta.get("limit"),
        )
        if config.get("identity"):
            account["owners"] = [{**NOBODY, **dict(config["identity"])}]
        made.append(account)
    return made


def _make(
    name: str,
    mask: str,
    official: str | None,
    type: str,
    subtype: str,
    available: float | None,
    current: float,
    limit: float | None,
) -> dict[str, Any]:
    return {
        "account_id": ids.plaid_id(),
        "name": name,
        "mask": mask,
        "official_name": official,
        "type": type,
        "subtype": subtype,
        "available": available,
        "current": current,
        "limit": limit,
    }


def render_account(account: dict[str, Any], item: dict[str, Any], *, updated: str | None = None) -> dict[str, Any]:
    """Plaid's AccountBase; `updated` is the ISO time of a live balance."""
    balances = {
        "available": account["available"],
        "current": account["current"],
        "limit": account["limit"],
        "iso_currency_code": "USD",
        "unofficial_currency_code": None,
    }
    if updated:
        balances["last_updated_datetime"] = updated
    body = {key: account[key] for key in ("account_id", "mask", "name", "official_name", "type", "subtype")}
    body["balances"] = balances
    body["holder_category"] = "personal"
    if item["tokenized"] and account["type"] == "depository":
        body["persistent_account_id"] = account["persistent_account_id"]
    return body


def render_number(account: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """Plaid's NumbersACH of an account that can be debited."""
    return {
        "account_id": account["account_id"],
        "account": f"111122223333{account['mask'][-4:]}",
        "routing": ROUTING,
        "wire_routing": WIRE,
        "is_tokenized_account_number": item["tokenized"],
        "can_transfer_in": True,
        "can_transfer_out": True,
    }


def render_for_link(account: dict[str, Any]) -> dict[str, Any]:
    """An account as Link's `metadata.accounts` has it."""
    return {
        "id": account["account_id"],
        "name": account["name"],
        "mask": account["mask"],
        "type": account["type"],
        "subtype": account["subtype"],
        "verification_status": None,
        "class_type": None,
    }


def render_classic(account: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """The legacy account, without `numbers`, which only `/auth` had."""
    return {
        "_id": account["account_id"],
        "_item": item["item_id"],
        "_user": item["user"],
        "balance": {"available": account["available"], "current": account["current"]},
        "institution_type": item["type"],
        "meta": {"name": account["name"], "number": account["mask"]},
        "type": account["type"],
        "subtype": account["subtype"],
    }


def is_debitable(account: dict[str, Any]) -> bool:
    """Whether Auth has numbers for it: checking, savings and cash management."""
    return account["type"] == "depository" and account["subtype"] in DEBITABLE


def allowed(account: dict[str, Any], filters: dict[str, Any] | None) -> bool:
    """Whether `account_filters` let Link show it; no filters let everything through."""
    if not filters:
        return True
    chosen = filters.get(account["type"])
    if not isinstance(chosen, dict):
        return False
    subtypes = chosen.get("account_subtypes") or ["all"]
    return "all" in subtypes or account["subtype"] in subtypes
