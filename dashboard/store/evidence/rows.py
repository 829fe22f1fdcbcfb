"""Evidence packs as they were made, sealed, and the requests of banks that wait for one."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import date, datetime

from dashboard.domain.evidence import BankRequest, Pack
from dashboard.domain.models import Secret
from dashboard.store.audit_verification import TrailEnd
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED
from dashboard.store.sql import Row, from_epoch, insert, maybe_from_epoch, select, select_one, to_epoch

_PACK = "SELECT id, subject, as_of, made_by, sha256, size FROM evidence_pack"
_REQUEST = (
    "SELECT r.*, k.payment_id, k.amount, k.currency, m.customer FROM bank_request r"
    " JOIN payment_case k ON k.id = r.case_id LEFT JOIN payment m ON m.id = k.payment_id"
)


class EvidenceTable:
    """The tables `evidence_pack` and `bank_request`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def add(self, pack: Pack, facts_digest: str, end: TrailEnd, content: bytes) -> None:
        """Keep a pack. Raises IntegrityError where one of the same facts is kept."""
        sealed = self._vault.seal(Secret(b64encode(content).decode()))
        values = {"facts_digest": facts_digest, "audit_seq": end.seq, "audit_digest": end.digest, "sealed": sealed}
        with self._database.transaction() as db:
            insert(db, "evidence_pack", {**vars(pack), "as_of": to_epoch(pack.as_of), **values})

    def find(self, subject: str, facts_digest: str) -> Pack | None:
        """The pack of exactly these facts; None where they are others than ever before."""
        row = select_one(
            self._database.handle, f"{_PACK} WHERE subject = ? AND facts_digest = ?", [subject, facts_digest]
        )
        return _pack(row) if row else None

    def get(self, id: str) -> Pack | None:
        """One pack by our id."""
        row = select_one(self._database.handle, f"{_PACK} WHERE id = ?", [id])
        return _pack(row) if row else None

    def of(self, subject: str) -> list[Pack]:
        """The packs of a payment or a month, newest first."""
        query = f"{_PACK} WHERE subject = ? ORDER BY as_of DESC, {ADDED} DESC"
        return [_pack(row) for row in select(self._database.handle, query, [subject])]

    def content(self, id: str) -> bytes:
        """The file of a pack, byte for byte. Raises UnreadableSecret."""
        row = select_one(self._database.handle, "SELECT sealed FROM evidence_pack WHERE id = ?", [id])
        return b64decode(self._vault.open(row["sealed"]).reveal()) if row else b""

    def returned(self, begins_at: int, ends_at: int) -> list[str]:
        """The payments that a bank sent back or took back in a span of time, in the order in which that happened."""
        query = (
            "SELECT payment_id FROM payment_case WHERE kind IN ('return', 'late_return', 'dispute')"
            f" AND happened_at >= ? AND happened_at < ? ORDER BY happened_at, {ADDED}"
        )
        return [row["payment_id"] for row in select(self._database.handle, query, [begins_at, ends_at])]

    # Requests of banks.

    def request(self, case_id: str) -> BankRequest | None:
        """The request that is recorded on a case."""
        row = select_one(self._database.handle, f"{_REQUEST} WHERE r.case_id = ?", [case_id])
        return _request(row) if row else None

    def add_request(self, request: BankRequest) -> bool:
        """Record one; False where the case has one already."""
        values = {
            "case_id": request.case_id,
            "asked_on": request.asked_on.isoformat(),
            "due_on": request.due_on.isoformat(),
            "recorded_by": request.recorded_by,
            "recorded_at": to_epoch(request.recorded_at),
        }
        with self._database.transaction() as db:
            return insert(db, "bank_request", values, ignore=True)

    def answer(self, case_id: str, person: str, at: datetime) -> bool:
        """Keep that it was answered; False where it was before."""
        query = "UPDATE bank_request SET answered_by = ?, answered_at = ? WHERE case_id = ? AND answered_at IS NULL"
        with self._database.transaction() as db:
            return bool(db.execute(query, [person, to_epoch(at), case_id]).rowcount)

    def open_requests(self) -> list[BankRequest]:
        """Those that nobody has answered, the soonest due first."""
        query = f"{_REQUEST} WHERE r.answered_at IS NULL ORDER BY r.due_on, r.{ADDED}"
        return [_request(row) for row in select(self._database.handle, query, [])]


def _pack(row: Row) -> Pack:
    return Pack(**{**row, "as_of": from_epoch(row["as_of"])})


def _request(row: Row) -> BankRequest:
    return BankRequest(
        case_id=row["case_id"],
        asked_on=date.fromisoformat(row["asked_on"]),
        due_on=date.fromisoformat(row["due_on"]),
        recorded_by=row["recorded_by"],
        recorded_at=from_epoch(row["recorded_at"]),
        answered_by=row["answered_by"],
        answered_at=maybe_from_epoch(row["answered_at"]),
        payment_id=row["payment_id"],
        customer=row["customer"] or "",
        amount=row["amount"],
        currency=row["currency"],
    )
