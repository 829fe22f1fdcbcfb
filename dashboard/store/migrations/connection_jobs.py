"""Connections' operations as durable jobs: what an earlier version left open goes on, what it ended stays ended."""

from __future__ import annotations

# A change of an access token keeps how far it has come. What was sent is looked for; what was not is looked at first
# too, since `ordered_in` names no process.
ROTATIONS = (
    """INSERT INTO job (id, kind, subject, step, state, ordered_by, ordered_from, ordered_at, ordered_in, next_at,
        problem, ended_at, updated_at)
      SELECT 'job_token_' || id, 'token_rotation', id,
        CASE state WHEN 'sent' THEN 'check' WHEN 'lost' THEN 'check' ELSE 'send' END,
        CASE WHEN state IN ('wanted', 'sent') THEN 'waiting' WHEN state = 'done' THEN 'done' ELSE 'failed' END,
        wanted_by, address, wanted_at, '', CASE WHEN state IN ('wanted', 'sent') THEN 0 END,
        CASE WHEN state <> 'done' THEN problem END,
        CASE WHEN state NOT IN ('wanted', 'sent') THEN coalesce(ended_at, wanted_at) END,
        coalesce(ended_at, wanted_at)
      FROM token_rotation""",
    """CREATE TABLE token_rotation_now (
      id TEXT PRIMARY KEY REFERENCES item(id),
      state TEXT NOT NULL CHECK (state IN ('wanted', 'sent', 'done', 'refused', 'lost'))
    ) STRICT""",
    "INSERT INTO token_rotation_now (id, state) SELECT id, state FROM token_rotation",
    "DROP TABLE token_rotation",
    "ALTER TABLE token_rotation_now RENAME TO token_rotation",
    # The same connection's token is changed again another year: by a new order, and in no other way.
    """CREATE TRIGGER token_rotation_stays_ended BEFORE UPDATE ON token_rotation
      WHEN OLD.state IN ('done', 'refused', 'lost') AND NEW.state NOT IN (OLD.state, 'wanted') BEGIN
      SELECT RAISE(ABORT, 'a change of a token that has ended stays ended');
    END""",
)

# A removal keeps why and how far it has come; it goes on at the provider that does not know of it yet.
REMOVALS = (
    """INSERT INTO job (id, kind, subject, step, state, ordered_by, ordered_from, ordered_at, ordered_in, next_at,
        problem, ended_at, updated_at)
      SELECT 'job_removal_' || id, 'removal', id, CASE WHEN plaid_at IS NULL THEN 'plaid' ELSE 'stripe' END,
        CASE WHEN done_at IS NULL THEN 'waiting' ELSE 'done' END, operator, operator_address, started_at, '',
        CASE WHEN done_at IS NULL THEN 0 END, CASE WHEN done_at IS NULL THEN problem END, done_at,
        coalesce(done_at, plaid_at, started_at)
      FROM item_removal""",
    """CREATE TABLE item_removal_now (
      id TEXT PRIMARY KEY REFERENCES item(id),
      why TEXT NOT NULL CHECK (why IN ('removed', 'replaced', 'erased')),
      replaced_by TEXT REFERENCES bank_account(id),
      plaid_at INTEGER,
      done_at INTEGER,
      CHECK (done_at IS NULL OR plaid_at IS NOT NULL)
    ) STRICT""",
    """INSERT INTO item_removal_now (id, why, replaced_by, plaid_at, done_at)
      SELECT id, why, replaced_by, coalesce(plaid_at, done_at), done_at FROM item_removal""",
    "DROP TABLE item_removal",
    "ALTER TABLE item_removal_now RENAME TO item_removal",
    """CREATE TRIGGER item_removal_stays_done BEFORE UPDATE ON item_removal
      WHEN (OLD.plaid_at IS NOT NULL AND NEW.plaid_at IS NULL) OR (OLD.done_at IS NOT NULL AND NEW.done_at IS NULL)
      BEGIN SELECT RAISE(ABORT, 'a removal that is done stays done');
    END""",
)

# An erasure keeps its pseudonym and its stage. From where it was ordered was not kept before, only by whom.
ERASURES = (
    """INSERT INTO job (id, kind, subject, step, state, ordered_by, ordered_from, ordered_at, ordered_in, next_at,
        problem, ended_at, updated_at)
      SELECT 'job_erasure_' || id, 'erasure', id, CASE stage WHEN 'ordered' THEN 'end' ELSE 'scrub' END,
        CASE stage WHEN 'done' THEN 'done' ELSE 'waiting' END, asked_by,
        coalesce((SELECT a.address FROM audit a WHERE a.action = 'customer.erasure_ordered' AND a.subject = erasure.id
          ORDER BY a.seq DESC LIMIT 1), ''),
        asked_at, '', CASE WHEN stage <> 'done' THEN 0 END, CASE WHEN stage <> 'done' THEN problem END,
        CASE stage WHEN 'done' THEN coalesce(done_at, asked_at) END, coalesce(done_at, wiped_at, asked_at)
      FROM erasure""",
    """CREATE TABLE erasure_now (
      id TEXT PRIMARY KEY REFERENCES customer(id),
      pseudonym TEXT NOT NULL UNIQUE,
      stage TEXT NOT NULL CHECK (stage IN ('ordered', 'wiped', 'done')),
      wiped_at INTEGER,
      done_at INTEGER,
      CHECK ((stage = 'ordered') = (wiped_at IS NULL)),
      CHECK ((stage = 'done') = (done_at IS NOT NULL))
    ) STRICT""",
    """INSERT INTO erasure_now (id, pseudonym, stage, wiped_at, done_at)
      SELECT id, pseudonym, stage, CASE WHEN stage <> 'ordered' THEN coalesce(wiped_at, done_at, asked_at) END,
        CASE stage WHEN 'done' THEN coalesce(done_at, asked_at) END
      FROM erasure""",
    "DROP TABLE erasure",
    "ALTER TABLE erasure_now RENAME TO erasure",
    """CREATE TRIGGER erasure_goes_on BEFORE UPDATE ON erasure
      WHEN (OLD.stage = 'done' AND NEW.stage <> 'done') OR (OLD.stage = 'wiped' AND NEW.stage = 'ordered') BEGIN
      SELECT RAISE(ABORT, 'an erasure is not taken back');
    END""",
)

# A restore that could not read the file it replaced: new debits wait until an administrator has looked.
RESTORES = (
    """CREATE TABLE restore_review (
      id TEXT PRIMARY KEY,
      restored_at INTEGER NOT NULL,
      backup_at INTEGER NOT NULL,
      why TEXT NOT NULL CHECK (why IN ('missing', 'unreadable', 'incomplete')),
      reviewed_by TEXT,
      reviewed_at INTEGER,
      CHECK ((reviewed_by IS NULL) = (reviewed_at IS NULL))
    ) STRICT""",
    """CREATE TRIGGER restore_review_stays BEFORE UPDATE ON restore_review WHEN OLD.reviewed_at IS NOT NULL BEGIN
      SELECT RAISE(ABORT, 'who has looked into a restore stays');
    END""",
)
