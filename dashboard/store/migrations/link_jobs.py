"""Link attempts become jobs: what an earlier version kept of them in their own columns moves to the tables of jobs."""

from __future__ import annotations

STEP = """CASE coalesce(resume_state, state) WHEN 'exchanged' THEN 'tokenize' WHEN 'tokenized' THEN 'customer'
  WHEN 'customer' THEN 'attach' WHEN 'attached' THEN 'authorize'
  ELSE CASE WHEN kind = 'relink' THEN 'check' WHEN item_id IS NOT NULL AND kind = 'link' THEN 'tokenize'
    ELSE 'exchange' END END"""
OPEN = "state IN ('choosing', 'received', 'exchanged', 'tokenized', 'customer', 'attached')"
GONE = (
    *("question", "exchange_started_at", "exchange_checked_at", "attach_key", "attach_started_at"),
    *("mandate_key", "mandate_body", "mandate_started_at", "resume_state", "lease_owner", "lease_until"),
)
STATES = (
    "'opened', 'choosing', 'received', 'exchanged', 'tokenized', 'customer', 'attached', 'authorized', 'exited',"
    " 'failed', 'unknown'"
)

LINKS = (
    "ALTER TABLE link_attempt ADD COLUMN resumable INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE customer ADD COLUMN stripe_maker TEXT",
    # What is open is due and looked into before it acts, for another process has ordered it; or it asks a person.
    f"""INSERT INTO job (id, kind, subject, step, state, question, ordered_by, ordered_from, ordered_at, ordered_in,
        next_at, problem, updated_at)
      SELECT 'job_' || substr(id, 6), 'link', id, {STEP}, CASE WHEN question IS NULL THEN 'waiting' ELSE 'asking' END,
        question, operator, operator_address, created_at, '', CASE WHEN question IS NULL THEN 0 END, problem, updated_at
      FROM link_attempt WHERE {OPEN}""",
    f"""INSERT INTO job (id, kind, subject, step, state, ordered_by, ordered_from, ordered_at, ordered_in, problem,
        ended_at, updated_at)
      SELECT 'job_' || substr(id, 6), 'link', id, {STEP}, 'failed', operator, operator_address, created_at, '',
        problem, updated_at, updated_at
      FROM link_attempt WHERE state IN ('failed', 'unknown')""",
    # A call that had begun may have had its effect.
    """INSERT INTO job_try (job_id, number, step, key, sent_at, outcome)
      SELECT 'job_' || substr(id, 6), 1, 'exchange', 'try_' || substr(id, 6), exchange_started_at, 'sent'
      FROM link_attempt WHERE state = 'received' AND kind = 'link' AND exchange_started_at IS NOT NULL""",
    """INSERT INTO job_try (job_id, number, step, key, sent_at, outcome)
      SELECT 'job_' || substr(id, 6), 1, 'attach', coalesce(attach_key, ''), attach_started_at, 'sent'
      FROM link_attempt WHERE state = 'customer' AND attach_started_at IS NOT NULL""",
    """INSERT INTO job_try (job_id, number, step, key, sent_at, outcome)
      SELECT 'job_' || substr(id, 6), 1, 'authorize', mandate_key, mandate_started_at, 'sent'
      FROM link_attempt WHERE state = 'attached' AND mandate_key IS NOT NULL AND mandate_started_at IS NOT NULL""",
    """INSERT INTO job_call (job_id, step, key, body, made_at)
      SELECT 'job_' || substr(id, 6), 'authorize', mandate_key, mandate_body, mandate_started_at
      FROM link_attempt WHERE state = 'attached' AND mandate_key IS NOT NULL AND mandate_body IS NOT NULL
        AND mandate_started_at IS NOT NULL""",
    # One attempt of a customer goes on making the Stripe customer that was asked for.
    """UPDATE customer SET stripe_maker = (SELECT 'job_' || substr(a.id, 6) FROM link_attempt a
        WHERE a.customer_id = customer.id AND a.state = 'tokenized' ORDER BY a.created_at, a.id LIMIT 1)
      WHERE stripe_started_at IS NOT NULL AND stripe_customer_id IS NULL AND stripe_body IS NOT NULL""",
    """INSERT INTO job_try (job_id, number, step, key, sent_at, outcome)
      SELECT stripe_maker, 1, 'customer', stripe_key, stripe_started_at, 'sent'
      FROM customer WHERE stripe_maker IS NOT NULL""",
    """INSERT INTO job_call (job_id, step, key, body, made_at)
      SELECT stripe_maker, 'customer', stripe_key, stripe_body, stripe_started_at
      FROM customer WHERE stripe_maker IS NOT NULL""",
    "UPDATE link_attempt SET resumable = 1 WHERE state = 'failed' AND resume_state IS NOT NULL",
    f"UPDATE link_attempt SET problem = NULL WHERE {OPEN}",
    *(f"ALTER TABLE link_attempt DROP COLUMN {column}" for column in GONE),
    "ALTER TABLE customer DROP COLUMN stripe_key",
    "ALTER TABLE customer DROP COLUMN stripe_body",
    # The rules that a column's CHECK would hold; the table has too many references to be made anew.
    f"""CREATE TRIGGER link_attempt_starts BEFORE INSERT ON link_attempt WHEN NEW.state NOT IN ({STATES}) BEGIN
      SELECT RAISE(ABORT, 'a link attempt has no such state');
    END""",
    f"""CREATE TRIGGER link_attempt_moves BEFORE UPDATE OF state ON link_attempt WHEN NEW.state NOT IN ({STATES}) BEGIN
      SELECT RAISE(ABORT, 'a link attempt has no such state');
    END""",
    """CREATE TRIGGER link_attempt_stays_ended BEFORE UPDATE OF state ON link_attempt
      WHEN (OLD.state IN ('authorized', 'unknown') AND NEW.state <> OLD.state)
        OR (OLD.state = 'exited' AND NEW.state NOT IN ('exited', 'received', 'failed')) BEGIN
      SELECT RAISE(ABORT, 'a link attempt that has ended stays ended');
    END""",
)
