"""The outbox: which notices wait, which message carries them, and how each channel does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from dashboard.domain.notices import Channel, ChannelState, Fact, Message, MessageState, Notice, NoticeKind, NoticeState
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, LISTED, list_of, on_repeat
from dashboard.store.sql import Row, from_epoch, insert, maybe_from_epoch, select, select_one, to_epoch, update

_NOTICE = "SELECT n.*, m.channel FROM notice n LEFT JOIN notice_message m ON m.id = n.message_id"


class OutboxTable:
    """The tables `notice`, `notice_message` and `notice_channel`. Every method joins the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, limit: int, offset: int = 0) -> list[Notice]:
        """Every notice, the last one first; without the mornings on which there was nothing."""
        query = f"{_NOTICE} WHERE n.level <> 'quiet' ORDER BY n.noted_at DESC, n.{ADDED} DESC LIMIT ? OFFSET ?"
        return [_notice(row) for row in select(self._database.handle, query, [limit, offset])]

    def find(self, kind: NoticeKind, subject: str, level: str = "") -> Notice | None:
        """The notice of a fact; None where it was not noted."""
        query = f"{_NOTICE} WHERE n.kind = ? AND n.subject = ? AND n.level = ?"
        row = select_one(self._database.handle, query, [kind.value, subject, level])
        return _notice(row) if row else None

    def waiting(self, limit: int) -> list[Notice]:
        """What is to be sent and in no message, in the order in which it was noted."""
        query = f"{_NOTICE} WHERE n.state = 'waiting' AND n.message_id IS NULL ORDER BY n.{ADDED} LIMIT ?"
        return [_notice(row) for row in select(self._database.handle, query, [limit])]

    def count_waiting(self) -> int:
        """How many are not told yet."""
        row = select_one(self._database.handle, "SELECT count(*) AS n FROM notice WHERE state = 'waiting'", [])
        return int(row["n"]) if row else 0

    def keep(self, ids: Sequence[str]) -> None:
        """These stay in the desk: there is no channel."""
        with self._database.transaction() as db:
            db.execute(f"UPDATE notice SET state = 'kept' WHERE id IN {LISTED}", [list_of(ids)])

    # Messages.

    def unfinished(self) -> Message | None:
        """The message whose outcome is not known; there is one at most."""
        query = f"SELECT id, tries, next_at FROM notice_message WHERE state = 'sending' ORDER BY {ADDED} LIMIT 1"
        row = select_one(self._database.handle, query, [])
        return Message(row["id"], row["tries"], from_epoch(row["next_at"]), in_doubt=True) if row else None

    def carried(self, message_id: str) -> list[Notice]:
        """What a message carries, in order."""
        query = f"{_NOTICE} WHERE n.message_id = ? ORDER BY n.{ADDED}"
        return [_notice(row) for row in select(self._database.handle, query, [message_id])]

    def begin(self, message_id: str, notice_ids: Sequence[str], at: datetime) -> Message:
        """Put notices into a message."""
        with self._database.transaction() as db:
            row = {"id": message_id, "state": MessageState.SENDING.value, "made_at": to_epoch(at)}
            insert(db, "notice_message", {**row, "next_at": to_epoch(at)})
            db.execute(f"UPDATE notice SET message_id = ? WHERE id IN {LISTED}", [message_id, list_of(notice_ids)])
        return Message(message_id, 0, at, in_doubt=False)

    def put_off(self, message_id: str, tries: int, next_at: datetime) -> None:
        """Whether a message went out is not known: it is sent again then."""
        with self._database.transaction() as db:
            update(db, "notice_message", message_id, {"tries": tries, "next_at": to_epoch(next_at)})

    def sent(self, message_id: str, channel: Channel, at: datetime) -> None:
        """A message went out, and all that it carries."""
        with self._database.transaction() as db:
            values = {"state": MessageState.SENT.value, "channel": channel.value, "ended_at": to_epoch(at)}
            update(db, "notice_message", message_id, values)
            query = "UPDATE notice SET state = 'sent', sent_at = ? WHERE message_id = ?"
            db.execute(query, [to_epoch(at), message_id])

    def failed(self, message_id: str, at: datetime) -> None:
        """A message surely went nowhere: what it carried waits for the next one."""
        with self._database.transaction() as db:
            update(db, "notice_message", message_id, {"state": MessageState.FAILED.value, "ended_at": to_epoch(at)})
            db.execute("UPDATE notice SET message_id = NULL WHERE message_id = ?", [message_id])

    # Channels.

    def channel(self, channel: Channel) -> ChannelState:
        """How a channel does."""
        query = "SELECT * FROM notice_channel WHERE channel = ?"
        row = select_one(self._database.handle, query, [channel.value])
        if row is None:
            return ChannelState(channel)
        return ChannelState(
            channel,
            failing_since=maybe_from_epoch(row["failing_since"]),
            tries=row["tries"],
            next_at=maybe_from_epoch(row["next_at"]),
            problem=row["problem"],
            action=row["action"],
            sent_at=maybe_from_epoch(row["sent_at"]),
        )

    def set_channel(self, state: ChannelState) -> None:
        """Keep how a channel does."""
        row = {
            "channel": state.channel.value,
            "failing_since": to_epoch(state.failing_since) if state.failing_since else None,
            "tries": state.tries,
            "next_at": to_epoch(state.next_at) if state.next_at else None,
            "problem": state.problem,
            "action": state.action,
            "sent_at": to_epoch(state.sent_at) if state.sent_at else None,
        }
        names = ", ".join(row)
        marks = ", ".join(f":{name}" for name in row)
        changes = ", ".join(f"{name} = excluded.{name}" for name in row if name != "channel")
        with self._database.transaction() as db:
            db.execute(f"INSERT INTO notice_channel ({names}) VALUES ({marks}){on_repeat('channel')} {changes}", row)


def _notice(row: Row) -> Notice:
    fact = Fact(
        NoticeKind(row["kind"]), row["subject"], from_epoch(row["happened_at"]), row["level"], json.loads(row["facts"])
    )
    channel = Channel(row["channel"]) if row["channel"] else None
    noted, sent = from_epoch(row["noted_at"]), maybe_from_epoch(row["sent_at"])
    return Notice(row["id"], fact, noted, NoticeState(row["state"]), sent, channel)
