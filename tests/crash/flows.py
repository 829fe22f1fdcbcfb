"""The flows that are killed: how each begins, what is killed, how it resumes, and what must be true afterwards.

A new flow joins by one line in FLOWS.
"""

from __future__ import annotations

from tests.crash import approvals, batches, connections, customers, debits, keys, notices, syncing
from tests.crash.flow import Flow, begin
from tests.crash.linking import (
    act_link,
    act_phone,
    check_link,
    linked,
    prepare_link,
    prepare_phone,
    resume_link,
    resume_phone,
)

FLOWS: dict[str, Flow] = {
    flow.name: flow
    for flow in (
        Flow("linking-current", begin(prepare_link), act_link, resume_link, check_link, kinds=("link",)),
        Flow("linking-classic", begin(prepare_link), act_link, resume_link, check_link, "classic", kinds=("link",)),
        Flow("linking-phone", begin(prepare_phone), act_phone, resume_phone, check_link, kinds=("link",)),
        Flow(
            "relink",
            begin(connections.prepare_relink),
            connections.act_relink,
            connections.resume_relink,
            connections.check_relink,
            kinds=("link",),
        ),
        Flow(
            "replacement",
            begin(connections.prepare_replacement),
            connections.act_replacement,
            connections.resume_replacement,
            connections.check_replacement,
            kinds=("link", "removal"),
        ),
        Flow(
            "removal",
            begin(linked),
            connections.act_removal,
            connections.resume_removal,
            connections.check_removal,
            kinds=("removal",),
        ),
        Flow(
            "merge-and-edit",
            begin(customers.prepare_merge),
            customers.act_merge,
            customers.resume_merge,
            customers.check_merge,
            kinds=("customer_update",),
        ),
        Flow("debit", begin(linked), debits.act_debit, debits.resume_debit, debits.check_debit, kinds=("debit",)),
        Flow(
            "schedule",
            begin(debits.prepare_schedule),
            debits.act_schedule,
            debits.act_schedule,
            debits.check_schedule,
            kinds=("debit",),
        ),
        Flow(
            "approval",
            begin(approvals.prepare_approval),
            approvals.act_approval,
            approvals.resume_approval,
            approvals.check_approval,
            kinds=("debit",),
        ),
        Flow(
            "batch",
            begin(batches.prepare_batch),
            batches.act_batch,
            batches.act_batch,
            batches.check_batch,
            kinds=("batch", "batch_cover", "debit"),
        ),
        Flow(
            "refund",
            begin(approvals.prepare_refund),
            approvals.act_refund,
            approvals.act_refund,
            approvals.check_refund,
            kinds=("refund",),
        ),
        Flow(
            "write-off",
            begin(approvals.prepare_write_off),
            approvals.act_write_off,
            approvals.act_write_off,
            approvals.check_write_off,
            shared=True,
            kinds=("write_off",),
        ),
        Flow(
            "risk",
            begin(debits.prepare_risk),
            debits.act_risk,
            debits.resume_risk,
            debits.check_risk,
            kinds=("debit", "risk_report"),
        ),
        Flow(
            "stray-intent",
            begin(debits.prepare_stray),
            debits.act_stray,
            debits.act_stray,
            debits.check_stray,
            kinds=("stray_intent",),
        ),
        Flow(
            "copy-mail",
            begin(customers.prepare_copy_mail),
            customers.act_copy_mail,
            customers.act_copy_mail,
            customers.check_copy_mail,
            kinds=("copy_mail",),
        ),
        Flow(
            "debit-notice",
            begin(customers.prepare_debit_notice),
            customers.act_debit_notice,
            customers.act_debit_notice,
            customers.check_debit_notice,
            kinds=("debit_notice",),
        ),
        Flow(
            "written-mandate",
            begin(customers.prepare_written),
            customers.act_written,
            customers.act_written,
            customers.check_written,
            kinds=("written_mandate",),
        ),
        Flow("notice", begin(notices.prepare), notices.act, notices.act, notices.check),
        Flow(
            "sync-backfill",
            begin(syncing.prepare_nothing),
            syncing.act_sync,
            syncing.act_sync,
            syncing.check_sync,
            stride=7,
            look=syncing.look_for_gaps,
            shared=True,
        ),
        Flow(
            "sync-events",
            begin(linked),
            syncing.act_events,
            syncing.act_sync,
            syncing.check_sync,
            look=syncing.look_for_gaps,
            before=begin(syncing.prepare_history),
        ),
        Flow(
            "key-rotation", begin(keys.prepare_keys), keys.rotate_keys, keys.rotate_keys, keys.check_keys, shared=True
        ),
        Flow(
            "erasure",
            begin(customers.prepare_erasure),
            customers.act_erasure,
            customers.resume_erasure,
            customers.check_erasure,
            kinds=("erasure",),
        ),
        Flow(
            "plaid-token-rotation",
            begin(linked),
            keys.act_tokens,
            keys.resume_tokens,
            keys.check_tokens,
            kinds=("token_rotation",),
        ),
        Flow(
            "restore",
            begin(keys.prepare_restore),
            keys.restore_backup,
            keys.restore_backup,
            keys.check_restore,
            shared=True,
        ),
    )
}
