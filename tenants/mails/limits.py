"""How often somebody may cause mails to one address. The address's owner is the one who is protected."""

from __future__ import annotations

from tenants.communes.limits import Limit, is_exceeded
from tenants.mails.queries import recipient_key

# an application counts twice: its receipt, and its result if it is decided at once
MAILS_STARTED = Limit("mails.started-for-recipient", times=6, seconds=24 * 3600)


def is_written_to_too_often(address: str, mails: int = 1) -> bool:
    """Count mails that a stranger is about to cause to an address, and say whether they are too many for today.

    Mails behind which a person of the administration stands (a question, a decision, an invitation) are not counted.
    """
    counted = [is_exceeded(MAILS_STARTED, recipient_key(address)) for _mail in range(mails)]
    return counted[-1]
