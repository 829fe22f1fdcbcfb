"""Where a crash run lives: one sandbox for all runs, and a database, a customer and a key of each run's own."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from dashboard.desk import Desk, open_desk
from dashboard.domain.models import Actor, Balance, HolderType
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from tests.empty_desks import settings_for

ROOT = Path(__file__).resolve().parents[2]


class CrashSandbox:
    """The sandbox, in a process that nobody kills."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.state = folder / "sandbox.db"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dashboard.sandbox", "--port", "0", "--state", str(self.state)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.ready: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.kept_lists: dict[str, list[dict[str, Any]]] = {}

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        plaid = self.ready["plaid"]
        headers = {"PLAID-CLIENT-ID": plaid["client_id"], "PLAID-SECRET": plaid["secret"]}
        answer = requests.post(f"{self.ready['url']}{path}", json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return dict(answer.json())

    def stripe(self, path: str, **params: Any) -> list[dict[str, Any]]:
        key = self.ready["stripe"]["secret_key"]
        answer = requests.get(f"{self.ready['url']}/v1/{path}", params=params, auth=(key, ""), timeout=30)
        answer.raise_for_status()
        return list(answer.json()["data"])

    def order(self, body: dict[str, Any]) -> None:
        """A PaymentIntent that no desk has ordered."""
        fields = {**body, "confirm": "true", "allowed_payment_method_types[0]": "us_bank_account"}
        key = self.ready["stripe"]["secret_key"]
        requests.post(
            f"{self.ready['url']}/v1/payment_intents", data=fields, auth=(key, ""), timeout=30
        ).raise_for_status()

    def list_all(self, resource: str) -> list[dict[str, Any]]:
        """Every object of a list, newest first."""
        found = self.stripe(resource, limit=100)
        while len(found) % 100 == 0 and found:
            more = self.stripe(resource, limit=100, starting_after=found[-1]["id"])
            if not more:
                break
            found += more
        return found

    def keep_lists(self, resources: Iterable[str]) -> None:
        """List these now, for looking at what a dead sync had read: what is made later is in no window of it."""
        self.kept_lists = {
            resource: [{"id": one["id"], "created": one["created"]} for one in self.list_all(resource)]
            for resource in resources
        }

    def plaid_items(self) -> list[dict[str, Any]]:
        """Every Item that Plaid has, oldest first, without tokens."""
        return list(self.post("/_sandbox/plaid", {})["items"])

    def is_spent(self, public_token: str) -> bool:
        """Whether the sandbox has exchanged this public token."""
        with sqlite3.connect(f"file:{self.state}?mode=ro", uri=True) as state:
            row = state.execute(
                "SELECT doc FROM documents WHERE kind = 'plaid.public' AND id = ?", [public_token]
            ).fetchone()
        state.close()
        return bool(row and json.loads(row[0]).get("spent"))

    def lives(self, access_token: str) -> bool:
        """Whether an access token still opens its connection."""
        plaid = self.ready["plaid"]
        headers = {"PLAID-CLIENT-ID": plaid["client_id"], "PLAID-SECRET": plaid["secret"]}
        body = {"access_token": access_token}
        return requests.post(f"{self.ready['url']}/item/get", json=body, headers=headers, timeout=30).ok

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()


@dataclass
class CrashFixture:
    """One run's own files; what a flow has to remember between its children is in `notes`, as plain values."""

    sandbox: CrashSandbox
    folder: Path
    generation: str = "current"
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        return demo_actor("192.0.2.1")

    @property
    def db(self) -> Path:
        return self.folder / f"desk-{self.generation}.db"

    def environ(self) -> dict[str, str]:
        kept = {**os.environ, "PLAID_LINK_GENERATION": self.generation}
        return {**settings_for(self.sandbox.ready, kept, self.folder), **self.notes.get("environ", {})}

    def change(self, *statements: str) -> None:
        """Do to the database what the desk never would, for proving that it is seen."""
        with closing(sqlite3.connect(self.db, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    def open(self) -> Desk:
        return open_desk(load_settings(self.environ(), None), worker=InlineWorker())

    def copy(self, name: str) -> CrashFixture:
        """The same beginning, for one more run."""
        folder = self.folder.parent / name
        shutil.copytree(self.folder, folder)
        return CrashFixture(self.sandbox, folder, self.generation, dict(self.notes))

    def add_customer(self, desk: Desk) -> str:
        slug = uuid.uuid4().hex[:12]
        return desk.customers.add(self.actor, f"Crash {slug}", f"{slug}@example.com", slug, HolderType.INDIVIDUAL).id

    def make_outcome(
        self, desk: Desk, customer_id: str, bank: str = "ins_109508", products: tuple[str, ...] = ("auth",)
    ) -> dict[str, Any]:
        """An attempt and what its Link would report; `bank` is of the current generation."""
        opening = desk.linking.open(self.actor, customer_id)
        if self.generation == "classic":
            made = self.sandbox.post("/_sandbox/classic/public_token", {"institution": "chase"})
            account = {"id": made["account_id"], "name": "Checking", "type": "depository", "subtype": "checking"}
            metadata: dict[str, Any] = {
                "institution": {"name": "Chase", "type": "chase"},
                "account_id": made["account_id"],
                "accounts": [account],
            }
        else:
            made = self.sandbox.post(
                "/sandbox/public_token/create", {"institution_id": bank, "initial_products": list(products)}
            )
            metadata = {"institution": {"name": "The Bank", "institution_id": bank}, "accounts": []}
        outcome = {
            "id": f"crash-{uuid.uuid4().hex[:16]}",
            "kind": "success",
            "public_token": made["public_token"],
            "metadata": metadata,
        }
        return {"attempt": opening.attempt_id, "outcome": outcome}

    def finish_on_phone(self, url: str) -> str:
        """Go through Link on the hosted page as a customer does; the public token that Plaid then keeps."""
        answer = self.sandbox.post("/link/api/start", {"hosted_id": url.rsplit("/", 1)[1]})
        key = answer["session"]
        for action in (
            {"action": "consent"},
            {"action": "choose", "institution_id": "ins_109508"},
            {"action": "credentials", "username": "user_good", "password": "pass_good"},
        ):
            answer = self.sandbox.post("/link/api/act", {"session": key, **action})
        account = next(one for one in answer["view"]["accounts"] if one["subtype"] == "checking")
        self.sandbox.post("/link/api/act", {"session": key, "action": "accounts", "account_ids": [account["id"]]})
        with sqlite3.connect(f"file:{self.sandbox.state}?mode=ro", uri=True) as state:
            rows = state.execute("SELECT doc FROM documents WHERE kind = 'plaid.link_session'").fetchall()
        state.close()
        session = next(one for one in (json.loads(row[0]) for row in rows) if one["key"] == key)
        return str(session["result"]["public_token"])

    def balance(self, desk: Desk) -> Balance:
        return Balance(1_000_000, 1_000_000, "usd", desk.clock.now())
