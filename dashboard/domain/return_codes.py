"""What a code means: ACH return codes and Stripe's failure, decline and block codes, each with who acts and how.

Sources: Nacha's return reason codes; Stripe, decline and network codes. Only insufficient or uncollected funds may be
presented again, at most twice (Nacha: reinitiation). A code that is not here is shown as it came.
"""

from __future__ import annotations

from dataclasses import dataclass

UNAUTHORIZED, ADMINISTRATIVE, OTHER = "unauthorized", "administrative", "other"
MOST_REPRESENTMENTS = 2  # Nacha: an entry returned R01 or R09 may be sent again at most twice


@dataclass(frozen=True)
class CodeMeaning:
    """One code: what it means, who acts, what to do, and how Nacha counts it."""

    code: str
    title: str
    meaning: str
    who: str
    action: str
    group: str = OTHER
    representable: bool = False


_AGAIN = "Debit again when there is enough money, at most twice"
OTHER_ACCOUNT = "Ask the customer for another account, and link it"
TALK = "Do not debit again: talk to the customer and get a new authorization"
ASK_STRIPE = "Ask Stripe's support, with the ids of the payment"
CORRECT = "Link the account again, so that its numbers are right"

# code | title | meaning | who acts | action | group (u, a, o) | may be presented again (y)
_RETURNS = f"""
R01|Insufficient funds|There was not enough money in the account.|customer|{_AGAIN}|o|y
R02|Account closed|The account was open before and is closed now.|customer|{OTHER_ACCOUNT}|a|
R03|No such account|The account number matches no account, or another name.|customer|{CORRECT}|a|
R04|Invalid account number|The account number is not valid at this bank.|customer|{CORRECT}|a|
R05|Unauthorized debit to a consumer account|A business entry was sent to a consumer who did not authorize it.|us|{TALK}|u|
R06|Returned at our bank's request|Our bank (ODFI) requested the entry back.|us|{ASK_STRIPE}|o|
R07|Authorization revoked|The customer has revoked the authorization.|us|{TALK}|u|
R08|Payment stopped|The customer stopped this one payment at the bank.|customer|Ask why; debit again only once they sign anew|o|
R09|Uncollected funds|The balance is there, but not yet available.|customer|{_AGAIN}|o|y
R10|Customer says it is not authorized|The customer told the bank that they do not recognize or did not authorize the debit.|us|{TALK}|u|
R11|Not as authorized|The debit differs from what was agreed: amount, date or form.|us|Correct it and send it again within 60 days|u|
R12|Account sold to another bank|The account now belongs to another bank.|customer|{CORRECT}|o|
R13|Bank cannot receive ACH|The routing number does not accept ACH entries.|customer|{OTHER_ACCOUNT}|o|
R14|Representative payee died or cannot act|The person who acts for the holder no longer can.|customer|Stop debiting, and contact the family|o|
R15|Holder died|The account's holder, or the beneficiary, has died.|customer|Stop debiting, and contact the family|o|
R16|Account frozen|The bank or the law blocks access.|customer|{OTHER_ACCOUNT}|o|
R17|Record edit or suspicious entry|The bank could not process the entry, or suspects fraud.|us|{ASK_STRIPE}|o|
R18|Improper effective date|The entry's date was not usable.|stripe|{ASK_STRIPE}|o|
R19|Amount field error|The entry's amount was not usable.|stripe|{ASK_STRIPE}|o|
R20|Not a transaction account|This kind of account may not be debited.|customer|{OTHER_ACCOUNT}|o|
R21|Invalid company identification|Our identification was not accepted.|stripe|{ASK_STRIPE}|o|
R22|Invalid individual id|The customer's id was not accepted.|stripe|{ASK_STRIPE}|o|
R23|Credit refused by the receiver|The customer refused a credit.|customer|Ask the customer how to repay|o|
R24|Duplicate entry|The bank considers it a second copy.|us|Look for the first one before doing anything|o|
R25|Addenda error|A part of the entry was malformed.|stripe|{ASK_STRIPE}|o|
R26|Mandatory field error|A part of the entry was missing.|stripe|{ASK_STRIPE}|o|
R27|Trace number error|The entry could not be traced.|stripe|{ASK_STRIPE}|o|
R28|Routing number check digit error|The routing number is wrong.|customer|{CORRECT}|o|
R29|Company says it is not authorized|A company told its bank that it did not allow the debit.|us|{TALK}|u|
R30|Bank not in check truncation program|The bank does not accept truncated checks.|stripe|{ASK_STRIPE}|o|
R31|Return permitted by our bank|A late business return that our bank (ODFI) allowed.|us|{TALK}|o|
R32|Bank does not settle|The bank could not settle the entry.|bank|Debit again later, or ask for another account|o|
R33|Return of a destroyed-check entry|The bank returned an entry made from a check.|bank|{ASK_STRIPE}|o|
R34|Bank's participation limited|A supervisor limits the bank's ACH.|bank|{OTHER_ACCOUNT}|o|
R35|Improper debit|Debits are not allowed for this kind of entry or account.|customer|{OTHER_ACCOUNT}|o|
R36|Improper credit|Credits are not allowed for this kind of entry.|stripe|{ASK_STRIPE}|o|
R37|Source document presented|The original check was paid as well.|us|Refund the second payment|o|
R38|Stop payment on the source document|The original check was stopped.|customer|Ask the customer|o|
R39|Improper source document|The original document may not be used.|us|Ask the customer for another payment|o|
R40|Returned by a government agency|An agency returned an enrollment.|bank|{ASK_STRIPE}|o|
R50|State law affecting checks|The bank's state does not allow it.|bank|{OTHER_ACCOUNT}|o|
R51|Item ineligible or improper|An entry made from a check was not allowed.|us|{TALK}|u|
R52|Stop payment on an item|An entry made from a check was stopped.|customer|Ask the customer|o|
R53|Item and entry both presented|Check and entry were both paid.|us|Refund the second payment|o|
R61|Misrouted return|The return went to the wrong bank.|bank|{ASK_STRIPE}|o|
R62|Return of an erroneous reversal|A reversal was made in error.|bank|{ASK_STRIPE}|o|
R67|Duplicate return|The bank returned it twice.|bank|{ASK_STRIPE}|o|
R68|Untimely return|The return came too late.|bank|{ASK_STRIPE}|o|
R69|Field errors in a return|The return was malformed.|bank|{ASK_STRIPE}|o|
R70|Permissible return not accepted|Our bank (ODFI) did not accept the return.|bank|{ASK_STRIPE}|o|
R71|Misrouted dishonored return|A dispute between banks.|bank|{ASK_STRIPE}|o|
R72|Untimely dishonored return|A dispute between banks.|bank|{ASK_STRIPE}|o|
R73|Timely original return|A dispute between banks.|bank|{ASK_STRIPE}|o|
R74|Corrected return|A dispute between banks.|bank|{ASK_STRIPE}|o|
R75|Original return not a duplicate|A dispute between banks.|bank|{ASK_STRIPE}|o|
R76|No errors found|A dispute between banks.|bank|{ASK_STRIPE}|o|
R77|Dishonored return not accepted|A dispute between banks.|bank|{ASK_STRIPE}|o|
R80|International coding error|An international entry was malformed.|stripe|{ASK_STRIPE}|o|
R81|Not in the international program|The bank does not accept international entries.|bank|{ASK_STRIPE}|o|
R82|Invalid foreign bank|The foreign bank is unknown.|bank|{ASK_STRIPE}|o|
R83|Foreign bank cannot settle|The foreign bank could not settle.|bank|{ASK_STRIPE}|o|
R84|Not processed by the gateway|The gateway did not process it.|bank|{ASK_STRIPE}|o|
R85|Incorrectly coded outbound entry|The entry was coded as domestic.|stripe|{ASK_STRIPE}|o|
"""
_STRIPES = f"""
insufficient_funds|Insufficient funds|There was not enough money in the account (R01, R09).|customer|{_AGAIN}|o|y
account_closed|Account closed|The account is closed (R02).|customer|{OTHER_ACCOUNT}|a|
bank_account_closed|Account closed|The account is closed (R02).|customer|{OTHER_ACCOUNT}|a|
no_account|No such account|The bank knows no such account (R03).|customer|{CORRECT}|a|
bank_account_invalid_details|Wrong account details|Account and routing number do not match (R03, R04).|customer|{CORRECT}|a|
invalid_account_number|Invalid account number|The account number is not valid (R04).|customer|{CORRECT}|a|
account_number_invalid|Invalid account number|The account number is not valid.|customer|{CORRECT}|a|
routing_number_invalid|Invalid routing number|The routing number is not valid.|customer|{CORRECT}|o|
incorrect_account_details|Wrong account details|The bank returned it late: the details do not match.|customer|{CORRECT}|a|
incorrect_account_holder_name|Wrong holder name|The holder's name does not match.|customer|{CORRECT}|o|
incorrect_account_holder_type|Wrong holder type|Individual or company does not match.|us|{CORRECT}|o|
debit_not_authorized|Not authorized|The customer told the bank that they did not authorize it (R05, R07, R10, R11, R29).|us|{TALK}|u|
customer_initiated|Disputed by the customer|The customer disputed the debit at their bank.|us|{TALK}|u|
bank_account_frozen|Account frozen|The bank or the law blocks access (R16).|customer|{OTHER_ACCOUNT}|o|
account_frozen|Account frozen|The bank or the law blocks access (R16).|customer|{OTHER_ACCOUNT}|o|
bank_account_restricted|Account restricted|This account may not be debited (R20).|customer|{OTHER_ACCOUNT}|o|
bank_account_unusable|Account blocked|Stripe blocks it after earlier returns.|us|Ask Stripe's support to unblock it, or link another|o|
bank_account_unverified|Account not verified|The account was not verified as the customer's.|us|{CORRECT}|o|
bank_account_verification_failed|Verification failed|The account could not be verified.|customer|{CORRECT}|o|
bank_account_declined|Declined by the bank|The bank declines debits from this account.|customer|{OTHER_ACCOUNT}|o|
bank_account_exists|Already attached|The customer already has this bank account.|us|Use the existing account|o|
bank_account_bad_routing_numbers|Invalid routing number|The routing number is not valid.|customer|{CORRECT}|o|
bank_ownership_changed|Bank sold|The account moved to another bank.|customer|{CORRECT}|o|
bank_cannot_process|Bank cannot process|The bank returned it late without a usable reason.|bank|Ask the customer for another account|o|
recipient_deceased|Holder died|The account's holder has died (R15).|customer|Stop debiting, and contact the family|o|
payment_intent_mandate_invalid|No valid mandate|The authorization is missing or was revoked.|us|Get a new authorization: link again|o|
setup_intent_mandate_invalid|No valid mandate|The authorization is missing or was revoked.|us|Get a new authorization: link again|o|
payment_method_bank_account_blocked|Account blocked|Stripe blocks it after earlier returns.|us|Ask Stripe's support to unblock it|o|
payment_method_bank_account_already_verified|Already verified|There is nothing to verify.|us|Nothing|o|
payment_method_currency_mismatch|Wrong currency|The account does not take US dollars.|customer|{OTHER_ACCOUNT}|o|
payment_method_microdeposit_failed|Micro-deposits failed|The small test deposits did not arrive.|customer|{CORRECT}|o|
payment_method_microdeposit_processing_error|Micro-deposits failed|Sending the small test deposits failed.|stripe|{CORRECT}|o|
payment_method_microdeposit_verification_amounts_invalid|Wrong amounts|The deposit amounts do not match.|customer|{CORRECT}|o|
payment_method_microdeposit_verification_amounts_mismatch|Wrong amounts|The amounts do not match.|customer|{CORRECT}|o|
payment_method_microdeposit_verification_attempts_exceeded|Too many attempts|Verification was tried too often.|us|{CORRECT}|o|
payment_method_microdeposit_verification_descriptor_code_mismatch|Wrong code|The code does not match.|customer|{CORRECT}|o|
payment_method_microdeposit_verification_timeout|Too late|Verification was not finished in time.|customer|{CORRECT}|o|
payment_method_invalid_parameter_testmode|Not in test mode|This test account cannot be used this way.|us|{CORRECT}|o|
tokenized_account_number_deactivated|Number withdrawn|The customer ended the number at their bank (R04).|customer|{CORRECT}|a|
charge_exceeds_source_limit|Weekly limit|Stripe's limit for this account or week is reached.|us|Debit less, or next week; ask Stripe for more|o|
charge_exceeds_transaction_limit|Too much at once|Stripe's limit for one debit is reached.|us|Debit less; ask Stripe for more|o|
payment_intent_payment_attempt_failed|Failed|The debit failed without a more specific reason.|us|{ASK_STRIPE}|o|
highest_risk_level|Blocked as risky|Stripe Radar blocked it.|us|Look at the payment in Stripe's Dashboard|o|
blocked|Blocked as risky|Stripe Radar blocked it.|us|Look at the payment in Stripe's Dashboard|o|
fraudulent|Suspected fraud|Stripe or the bank suspects fraud.|us|{TALK}|o|
generic_decline|Declined|The bank gives no reason.|customer|Ask the customer to call their bank|o|
processing_error|Processing error|Something failed on the way.|stripe|Debit again; if it fails again, ask Stripe|o|
refer_to_customer|Ask the customer|The bank says: ask your customer.|customer|Ask the customer|o|
invalid_currency|Wrong currency|The account does not take US dollars.|customer|{OTHER_ACCOUNT}|o|
duplicate|Canceled as a duplicate|It was canceled because there were two of it.|us|Nothing|o|
requested_by_customer|Canceled on request|The customer asked for it.|us|Nothing|o|
abandoned|Abandoned|Nobody finished it.|us|Nothing|o|
expired|Expired|Nobody finished it in time.|us|Nothing|o|
automatic|Canceled by Stripe|Stripe canceled it automatically because nobody finished it.|us|Nothing|o|
failed_invoice|Canceled with its invoice|The invoice behind it failed.|us|Look at the invoice in Stripe's Dashboard|o|
void_invoice|Canceled with its invoice|The invoice behind it was voided.|us|Nothing|o|
"""
_GROUPS = {"u": UNAUTHORIZED, "a": ADMINISTRATIVE, "o": OTHER}


def _parse(table: str) -> dict[str, CodeMeaning]:
    found = {}
    for line in table.strip().splitlines():
        code, title, meaning, who, action, group, again = line.split("|")
        found[code] = CodeMeaning(code, title, meaning, who, action, _GROUPS[group], again == "y")
    return found


RETURN_CODES = _parse(_RETURNS)
STRIPE_CODES = _parse(_STRIPES)
CODES = RETURN_CODES | STRIPE_CODES
# With one of these and without a balance transaction, Stripe refused the debit before the bank network saw it.
NOT_SENT = frozenset(
    {
        *("payment_method_bank_account_blocked", "bank_account_unusable", "bank_account_unverified"),
        *("payment_intent_mandate_invalid", "charge_exceeds_source_limit", "charge_exceeds_transaction_limit"),
        *("highest_risk_level", "blocked", "fraudulent"),
    }
)


def explain(code: str | None) -> CodeMeaning | None:
    """What a code means; None without a code; an unknown one comes back as it came, with what can be said of it."""
    if not code:
        return None
    known = CODES.get(code) or CODES.get(code.upper())
    if known:
        return known
    return CodeMeaning(code, code, "This code is not in our list.", "us", ASK_STRIPE)


# Stripe's own code where the bank's is not known: the return that it most often stands for (Stripe: ACH failures).
_RETURNED_AS = {
    "insufficient_funds": "R01",
    "account_closed": "R02",
    "bank_account_closed": "R02",
    "no_account": "R03",
    "bank_account_invalid_details": "R03",
    "incorrect_account_details": "R03",
    "invalid_account_number": "R04",
    "account_number_invalid": "R04",
    "tokenized_account_number_deactivated": "R04",
    "debit_not_authorized": "R10",
    "customer_initiated": "R10",
    "recipient_deceased": "R15",
    "bank_account_frozen": "R16",
    "account_frozen": "R16",
    "bank_account_restricted": "R20",
}


def return_code(network_code: str | None, reason: str | None) -> str | None:
    """The ACH return code of a payment that came back: the bank's own, else what Stripe's code stands for.

    None where the payment never reached the bank, or nobody said why it came back.
    """
    for code in (network_code, reason):
        if code and code.upper() in RETURN_CODES:
            return code.upper()
    return _RETURNED_AS.get(reason) if reason else None


def reason_texts(reason: str | None, network_code: str | None) -> list[str]:
    """What a payment that came back is searched by: the code, its title, the return code; nothing without a reason."""
    meaning = explain(reason)
    if meaning is None:
        return []
    return list(dict.fromkeys(filter(None, (reason, meaning.title, return_code(network_code, reason)))))


def as_markdown() -> str:
    """The dictionary as two tables, for the documents."""
    head = "| code | what it is | what it means | who acts | what to do | Nacha's group | again? |\n|---|---|---|---|---|---|---|"
    parts = []
    for title, codes in (("ACH return codes", RETURN_CODES), ("Stripe's codes", STRIPE_CODES)):
        rows = [
            f"| `{one.code}` | {one.title} | {one.meaning} | {one.who} | {one.action} | {one.group} |"
            f" {'yes' if one.representable else 'no'} |"
            for one in codes.values()
        ]
        parts.append("\n".join([f"## {title}", "", head, *rows]))
    return "\n\n".join(parts) + "\n"
