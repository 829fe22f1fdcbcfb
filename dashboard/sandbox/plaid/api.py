"""The paths of Plaid's half, and what serves each."""

from __future__ import annotations

from starlette.routing import Route

from dashboard.sandbox.plaid import controls, directory, link_tokens, reads, signal, transactions, webhooks
from dashboard.sandbox.plaid.classic import classic_routes
from dashboard.sandbox.plaid.link.pages import link_routes
from dashboard.sandbox.plaid.wire import Handler, endpoint
from dashboard.sandbox.state import State

HANDLERS: dict[str, Handler] = {
    "/link/token/create": link_tokens.create_link_token,
    "/link/token/get": link_tokens.read_link_token,
    "/item/public_token/exchange": reads.exchange,
    "/item/get": reads.get_item,
    "/item/remove": reads.remove_item,
    "/item/access_token/invalidate": reads.rotate_access_token,
    "/item/webhook/update": reads.update_webhook,
    "/accounts/get": reads.get_accounts,
    "/accounts/balance/get": reads.get_balance,
    "/auth/get": reads.get_auth,
    "/identity/get": reads.get_identity,
    "/transactions/sync": transactions.sync,
    "/signal/evaluate": signal.evaluate,
    "/signal/decision/report": signal.report_decision,
    "/signal/return/report": signal.report_return,
    "/processor/stripe/bank_account_token/create": reads.make_stripe_token,
    "/processor/token/create": reads.make_processor_token,
    "/institutions/get": directory.list_institutions,
    "/institutions/search": directory.find_institutions,
    "/institutions/get_by_id": directory.get_institution,
    "/sandbox/public_token/create": controls.create_public_token,
    "/sandbox/item/reset_login": controls.reset_login,
    "/sandbox/item/fire_webhook": webhooks.fire,
    "/webhook_verification_key/get": webhooks.get_key,
}


def routes(state: State) -> list[Route]:
    """Every path: the current API by POST, the classic one, Link's pages, the controls."""
    current = [endpoint(state, path, handler) for path, handler in HANDLERS.items()]
    return [*current, *classic_routes(state), *link_routes(state), *controls.control_routes(state)]
