"""Until when a bank may still send a debit back, by what kind of reason.

Sources: Nacha, return time frames: most codes within two banking days of the settlement, of which Stripe tells four
business days after the debit was sent at the latest; a consumer's debit that was not authorized within 60 days, a
company's (R29) within two banking days (Stripe: ACH Direct Debit, disputed payments).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dashboard.domain.business_days import EASTERN, SETTLEMENT_DAYS, add_business_days, submission_day

RETURNABLE = timedelta(days=60)  # Nacha: how long a consumer's bank may return a debit as unauthorized
COMPANY_DAYS = 2  # banking days in which a company's bank may


@dataclass(frozen=True)
class ReturnWindows:
    """The last days: `most_on` of every reason but the customer's own word, `unauthorized_at` of that."""

    most_on: date
    unauthorized_at: datetime


def find_return_windows(created: datetime, settled: datetime | None, *, of_company: bool) -> ReturnWindows:
    """The windows of a debit by when it was made, when its money was ours, and whose account it is.

    Where the second is not known yet (None), the last day on which it may be counts.
    """
    most_on = add_business_days(submission_day(created), SETTLEMENT_DAYS)
    if settled is None:  # the same moment on the day by which it is known, both days Eastern ones, as the network's are
        settled = created + (most_on - created.astimezone(EASTERN).date())
    if not of_company:
        return ReturnWindows(most_on, settled + RETURNABLE)
    day = settled.astimezone(EASTERN).date()
    return ReturnWindows(most_on, settled + (add_business_days(day, COMPANY_DAYS) - day))
