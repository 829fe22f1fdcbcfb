"""What an OpenID identity says: whose address it is, which groups they are in, and so which roles they have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dashboard.domain.addresses import fold_address, name_odd_letters
from dashboard.domain.models import Role
from dashboard.settings import Settings

GROUP = "group:"
CLAIM_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,80}")
NAMES_SHOWN = 40
OURS = frozenset({"is_logged_in", "provider", "tokens"})  # what Streamlit adds to the claims


@dataclass(frozen=True)
class Members:
    """Who has one role: addresses in lower case, and names of groups."""

    addresses: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RoleRules:
    """Who has which role, and which claims say who somebody is.

    `assume_verified` takes an e-mail address whose `email_verified` the provider does not send (Entra ID).
    """

    members: Mapping[Role, Members] = field(default_factory=dict)
    groups_claim: str = "groups"
    address_claim: str = "email"
    assume_verified: bool = False

    def roles_of(self, claims: Mapping[str, object]) -> frozenset[Role]:
        """The roles of an identity, by its address or by a group."""
        address, groups = self.address_of(claims), set(self.groups_of(claims))
        return frozenset(
            role for role, members in self.members.items() if address in members.addresses or members.groups & groups
        )

    def address_of(self, claims: Mapping[str, object]) -> str:
        """The address of an identity in lower case; empty where it is not known to be theirs."""
        said = claims.get(self.address_claim)
        folded = fold_address(said) if isinstance(said, str) else ""
        return folded if not folded.startswith(GROUP) and self._is_verified(claims) else ""

    def groups_of(self, claims: Mapping[str, object]) -> Iterator[str]:
        """The groups that the provider names: a list, or one as a text; Keycloak's leading slash is left out."""
        said = claims.get(self.groups_claim)
        for group in [said] if isinstance(said, str) else said if isinstance(said, list | tuple) else []:
            if isinstance(group, str) and group.removeprefix("/"):
                yield group.removeprefix("/")

    def name_of(self, claims: Mapping[str, object]) -> str:
        """What the audit trail calls this person: nobody is named by an address that is not known to be theirs."""
        subject, issuer = claims.get("sub"), claims.get("iss")
        return self.address_of(claims) or (f"subject {subject} of {issuer}" if subject else "")

    def explain(self, claims: Mapping[str, object]) -> str:
        """Why an identity's address counts for nothing, and which claims came: their names, never what they say."""
        names = sorted(name for name in claims if CLAIM_NAME.fullmatch(name) and name not in OURS)
        shown = ", ".join(names[:NAMES_SHOWN]) + (f" and {len(names) - NAMES_SHOWN} more" * (len(names) > NAMES_SHOWN))
        return f"{self._why_no_address(claims)} Your provider sent these claims: {shown or 'none'}.".strip()

    def _is_verified(self, claims: Mapping[str, object]) -> bool:
        """`email_verified` speaks of `email` only; another claim was chosen by whoever runs the desk."""
        if self.address_claim != "email":
            return True
        said = claims.get("email_verified")
        if said is None:
            return self.assume_verified
        return said is True or (isinstance(said, str) and said.lower() == "true")

    def _why_no_address(self, claims: Mapping[str, object]) -> str:
        said = claims.get(self.address_claim)
        if not isinstance(said, str) or not said:
            return f"The claim {self.address_claim} has no address."
        if odd := name_odd_letters(said):
            return f"The address holds {', '.join(odd)}, and addresses are compared in plain ASCII letters."
        if not self._is_verified(claims):
            if claims.get("email_verified") is None:
                return "The provider does not say that the address is verified (no claim email_verified)."
            return "The provider says that the address is not verified."
        return ""


def read_rules(
    members: Mapping[Role, str],
    groups_claim: str = "groups",
    address_claim: str = "email",
    *,
    assume_verified: bool = False,
) -> RoleRules:
    """Rules from settings: comma-separated e-mail addresses and `group:name`s per role."""
    return RoleRules(
        {role: read_members(text) for role, text in members.items()}, groups_claim, address_claim, assume_verified
    )


def read_members(text: str) -> Members:
    """One role's members. The prefix `group:` is known in any case; groups compare exactly."""
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    groups = [entry for entry in entries if entry[: len(GROUP)].lower() == GROUP]
    addresses = {fold_address(entry) for entry in entries if entry not in groups} - {""}
    names = {entry[len(GROUP) :].strip().removeprefix("/") for entry in groups} - {""}
    return Members(frozenset(addresses), frozenset(names))


def rules_of(settings: Settings) -> RoleRules:
    """Who has which role by the settings; nobody has one where no sign-in is configured."""
    if settings.open_id is None:
        return read_rules({})
    open_id = settings.open_id
    return read_rules(
        open_id.members, open_id.groups_claim, open_id.address_claim, assume_verified=open_id.assume_verified
    )
