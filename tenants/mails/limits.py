"""How often somebody may cause mails to one address. The address's owner is the one who is protected."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tenants.communes.limits import Limit, give_back, is_exceeded
from tenants.mails.queries import recipient_key

# an application counts twice: its receipt, and its result if it is decided at once
MAILS_STARTED = Limit("mails.started-for-recipient", times=6, seconds=24 * 3600)


@contextmanager
def is_written_to_too_often(address: str, mails: int = 1) -> Iterator[bool]:
    """Count mails that a stranger is about to cause to an address, and say whether they are too many for today.

    What the context raises out of caused none, so it is not counted: whoever tries again because the database was away
    keeps their receipt. Mails behind which a person of the administration stands (a question, a decision, an
    invitation) are not counted.
    """
    key = recipient_key(address)
    granted = sum(not is_exceeded(MAILS_STARTED, key) for _mail in range(mails))
    try:
        yield granted < mails
    except BaseException:
        for _mail in range(granted):
            give_back(MAILS_STARTED, key)
        raise
