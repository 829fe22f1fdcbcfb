"""What stands in the customer's copy of an authorization, printed or mailed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from dashboard.domain.formatting import stamp
from dashboard.mandates import Authorization
from dashboard.mandates.wording import say_how_to_revoke
from dashboard.messages.customer_screens import WORDS


@dataclass(frozen=True)
class Copy:
    """The copy in the language in which the customer read it: its head, its text, facts by name, how to revoke."""

    title: str
    business: str
    text: str
    facts: tuple[tuple[str, str], ...]
    keep: str

    def as_text(self) -> str:
        """The copy as plain lines, for a mail."""
        facts = "\n".join(f"{name}: {value}" if name else value for name, value in self.facts)
        return "\n\n".join([self.title, self.business, self.text, facts, self.keep]) + "\n"


def copy_of(authorization: Authorization, zone: tzinfo, *, mailed: bool = False) -> Copy:
    """The copy; times in this zone. A mailed one leaves out the customer's device, which only the proof needs."""
    mandate, account = authorization.mandate, authorization.account
    words = WORDS[authorization.language]
    how = words.copy_online if authorization.is_online else words.copy_offline.format(operator=mandate.operator)
    facts, revoked = mandate.evidence, authorization.revocation
    device = [str(facts[name]) for name in ("user_agent", "ip_address", "screen") if facts.get(name)]
    numbers = [mandate.stripe_mandate_id, mandate.setup_intent_id, mandate.link_session_id, mandate.text_version]
    rows = (
        (words.copy_customer, authorization.customer.name),
        (words.bank_label, account.institution_name),
        (words.account_label, f"{account.name} ••{account.mask}" if account.mask else account.name),
        (words.copy_given, stamp(mandate.accepted_at, zone)),
        (words.copy_how, how),
        ("", " · ".join(device) if authorization.is_online and not mailed else ""),
        (words.copy_numbers, " · ".join(number for number in numbers if number)),
        (words.copy_revoked, stamp(revoked.revoked_at, zone) if revoked else ""),
    )
    return Copy(
        title=words.copy_title,
        business=authorization.business_name,
        text=mandate.text,
        facts=tuple((name, value) for name, value in rows if value),
        keep=words.copy_keep.format(
            business=authorization.business_name, how=say_how_to_revoke(authorization.contact, words)
        ),
    )
