"""Every setting by its name: what it is, its default, and whether it is a secret. README's table is made from this."""

from __future__ import annotations

from dataclasses import dataclass

STRIPE_HOST = "https://api.stripe.com"
LINK_SCRIPT = "https://cdn.plaid.com/link/v2/stable/link-initialize.js"


@dataclass(frozen=True)
class Key:
    """One setting as documentation shows it; `default` is None where it must be set by whoever needs it."""

    name: str
    what: str
    default: str | None = ""
    secret: bool = False


KEYS: tuple[Key, ...] = (
    Key("PLAID_CLIENT_ID", "Plaid's id of your team (Dashboard > Developers > Keys)", None),
    Key("PLAID_SECRET", "Plaid's secret for that environment", None, secret=True),
    Key("PLAID_ENV", "`sandbox` or `production`; in the classic generation also `tartan`", "sandbox"),
    Key("PLAID_PUBLIC_KEY", "Plaid's public key; the classic generation opens Link with it"),
    Key("PLAID_LINK_GENERATION", "`current`, or `classic` for the flow of the original guide (2015-17)", "current"),
    Key("PLAID_BASE_URL", "another Plaid-compatible server", "by PLAID_ENV"),
    Key("PLAID_LINK_URL", "the Link script", LINK_SCRIPT),
    Key("PLAID_CLIENT_NAME", "your business's name in Link and in the authorization, up to 30 characters", "ACH Desk"),
    Key(
        "PLAID_PRODUCTS",
        "`auth`; with `identity` (who holds an account) and `transactions` where Plaid enabled them",
        "auth",
    ),
    Key(
        "PLAID_RISK",
        "what is asked before a debit: `balance`, or `signal` for the ruleset in your Plaid Dashboard (Signal > Rules)",
        "balance",
    ),
    Key("PLAID_RULESET", "with `signal`: the key of that ruleset", "Plaid's default ruleset"),
    Key(
        "PLAID_INSTITUTION_ID",
        "`yes` opens Link at a bank by Plaid's id; a closed beta that Plaid turns on for you. `no`: by routing number",
        "no",
    ),
    Key("PLAID_LINK_CUSTOMIZATION", "a Link customization from Plaid's Dashboard"),
    Key(
        "PLAID_REDIRECT_URI",
        "where an OAuth bank returns the browser to: the desk's own address; https, no query or fragment",
    ),
    Key("STRIPE_SECRET_KEY", "Stripe's secret key, `sk_test_…` or `sk_live_…`, or a restricted one", None, secret=True),
    Key("STRIPE_API_BASE", "another Stripe-compatible server", STRIPE_HOST),
    Key("STRIPE_STATEMENT_DESCRIPTOR", "up to 22 characters; the first 16 appear on the bank statement", "ACH DESK"),
    Key("STRIPE_READS_PER_SECOND", "requests per second to one endpoint in a sync; Stripe allows 25", "20"),
    Key("STRIPE_READS_PER_SECOND_TOTAL", "requests per second to all endpoints", "80 % of the account's limit"),
    Key("ACH_DESK_DB", "the database file", "ach-desk.db"),
    Key("ACH_DESK_KEY", "one or more Fernet keys, comma-separated, newest first", None, secret=True),
    Key("ACH_DESK_TIMEZONE", "the business's time zone; every day and time on the pages is in it", "America/New_York"),
    Key("ACH_DESK_CONTACT_PHONE", "the business's telephone number, where authorizations say how to revoke them"),
    Key("ACH_DESK_CONTACT_EMAIL", "its e-mail address, for the same"),
    Key("ACH_DESK_CONTACT_ADDRESS", "its postal address on one line, for the same"),
    Key(
        "ACH_DESK_SMTP_HOST",
        "the mail server for copies of authorizations and for notices to customers and staff",
    ),
    Key("ACH_DESK_SMTP_PORT", "its port", "587"),
    Key("ACH_DESK_SMTP_USER", "the desk's login there"),
    Key("ACH_DESK_SMTP_PASSWORD", "and its password", secret=True),
    Key("ACH_DESK_SMTP_FROM", "the address that the mails come from"),
    Key(
        "ACH_DESK_SMTP_TLS", "`starttls`, `tls` (from the first byte, port 465), or `none` on this machine", "starttls"
    ),
    Key("ACH_DESK_NOTICE_MAIL", "who gets notices by mail: addresses, comma-separated"),
    Key("ACH_DESK_NOTICE_CHAT", "what gets notices: `slack`, `teams`, `discord`, or `json` for anything else", "slack"),
    Key("ACH_DESK_NOTICE_CHAT_URL", "the address of its incoming webhook", secret=True),
    Key("ACH_DESK_NOTICE_CHAT_NAMES", "`yes` names customers in the chat", "no"),
    Key("ACH_DESK_NOTICE_HOUR", "from when on business days the morning's summary is sent, 0 to 23, or `never`", "8"),
    Key(
        "ACH_DESK_REPORT_DAY",
        "the business day of each month, 1 to 15, on which the report of the month before is mailed; or `never`",
        "never",
    ),
    Key(
        "ACH_DESK_REPORTS",
        "which reports that mail carries, with commas: `month`, `returns`, `refunds`, `disputes`, `payouts`, `fees`,"
        " `unmatched`",
        "month",
    ),
    Key("ACH_DESK_NOTICE_ALL_QUIET", "`yes` says once a week that nothing waits, where nothing does", "no"),
    Key("ACH_DESK_SANDBOX_URL", "the built-in sandbox's address; `make demo` sets it"),
    Key("ACH_DESK_OIDC_CLIENT_ID", "sign-in: the desk's client id at your OpenID provider"),
    Key("ACH_DESK_OIDC_CLIENT_SECRET", "sign-in: its client secret", secret=True),
    Key("ACH_DESK_OIDC_METADATA_URL", "sign-in: the provider's `…/.well-known/openid-configuration`"),
    Key("ACH_DESK_OIDC_COOKIE_SECRET", "sign-in: at least 32 random characters that sign the cookie", secret=True),
    Key("ACH_DESK_OIDC_REDIRECT_URI", "sign-in: the desk's own address with the path `/oauth2callback`"),
    Key("ACH_DESK_OIDC_SCOPE", "sign-in: the scopes to request, for example also `groups`", "openid email profile"),
    Key("ACH_DESK_OIDC_GROUPS_CLAIM", "sign-in: the claim that lists a person's groups", "groups"),
    Key(
        "ACH_DESK_OIDC_ADDRESS_CLAIM",
        "sign-in: the claim that names a person; `preferred_username` or `upn` only where people cannot choose it",
        "email",
    ),
    Key(
        "ACH_DESK_OIDC_EMAIL_VERIFIED",
        "sign-in: `required`, or `assumed` where the provider sends no `email_verified` (Entra ID)",
        "required",
    ),
    Key("ACH_DESK_ROLE_OPS", "who is ops: e-mail addresses and `group:name`s, comma-separated"),
    Key("ACH_DESK_ROLE_FINANCE", "who is finance, in the same form"),
    Key("ACH_DESK_ROLE_ADMIN", "who is admin, in the same form"),
    Key("ACH_DESK_ROLE_AUDITOR", "who is auditor, in the same form"),
    Key("ACH_DESK_DEBIT_ROLES", "which roles may debit: some of ops, finance, admin, auditor", "finance"),
    Key(
        "ACH_DESK_DEBIT_PROOF_CENTS",
        "a debit, refund or write-off above this requires a fresh sign-in or a PIN; cents",
        "100000",
    ),
    Key("ACH_DESK_DEBIT_MAX_CENTS", "a debit above this is refused for everybody; cents", "99999999"),
    Key(
        "ACH_DESK_DEBIT_SEND_MINUTES",
        "how long an order to debit is tried before it has to be confirmed again; minutes, 1 to 60",
        "10",
    ),
    Key(
        "ACH_DESK_DEBIT_SAME_DAYS",
        "a debit of the same account with the same amount or invoice within so many days is asked about; 0 never asks",
        "45",
    ),
    Key(
        "ACH_DESK_BATCH_REFERENCE_DAYS",
        "a row of a batch is refused where its customer was debited under the same reference within so many days",
        "45",
    ),
    Key(
        "ACH_DESK_LIMIT_CUSTOMER_DAY_CENTS",
        "the most that is debited from one customer in 24 hours; ordered debits count from the moment they are ordered",
    ),
    Key("ACH_DESK_LIMIT_CUSTOMER_MONTH_CENTS", "the same in 30 days; cents"),
    Key("ACH_DESK_LIMIT_MAKER_DAY_CENTS", "the most that one person debits in a day; cents"),
    Key("ACH_DESK_LIMIT_DESK_DAY_CENTS", "the most that the whole desk debits in a business day; cents"),
    Key(
        "ACH_DESK_APPROVE_ABOVE_CENTS",
        "a debit waits for a second person where it, or the customer's debits of 24 hours, are above this; cents",
    ),
    Key("ACH_DESK_APPROVE_ROLES", "which roles may approve: some of ops, finance, admin, auditor", "admin, finance"),
    Key("ACH_DESK_APPROVE_DAY_CENTS", "the most that one person approves in 24 hours; cents"),
    Key("ACH_DESK_REFUND_PARTIAL", "`yes` refunds parts of payments, once Stripe has taken one of your account", "no"),
    Key("ACH_DESK_REFUND_APPROVE_ABOVE_CENTS", "a second person approves where more will have been refunded; cents"),
    Key("ACH_DESK_APPROVE_DAYS", "business days after which what waits for approval expires, 1 to 30", "3"),
    Key(
        "ACH_DESK_MATCH_CERTAIN",
        "`yes` matches payouts whose trace number is in a bank line by itself when a statement is imported",
        "no",
    ),
    Key(
        "ACH_DESK_TRUSTED_PROXIES", "reverse proxies whose `X-Forwarded-For` and `-Proto` are trusted, comma-separated"
    ),
    Key("STRIPE_WEBHOOK_SECRET", "turns on `/webhooks/stripe`: its signing secret, `whsec_…`", secret=True),
    Key("ACH_DESK_PLAID_WEBHOOK_URL", "turns on `/webhooks/plaid`: the desk's own address with that path"),
    Key("ACH_DESK_BACKUP_FOLDER", "the folder in which `serve` makes backups automatically"),
    Key("ACH_DESK_BACKUP_HOURS", "hours between backups", "24"),
    Key("ACH_DESK_BACKUP_KEEP", "how many of the newest backups are always kept", "14"),
    Key("ACH_DESK_BACKUP_DAYS", "days after which older backups are deleted", "30"),
    Key("ACH_DESK_BACKUP_SEALED", "`yes` encrypts each whole file with ACH_DESK_KEY", "yes"),
)
