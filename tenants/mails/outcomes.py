"""What a try to send a mail came to, in words for the staff."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from tenants.mails.contents import ContentUnreadable
from tenants.mails.smtp import AnswerMissing

PERMANENT = 500
# RFC 5321 § 4.2.3: no such mailbox; relaying refused (RFC 3463, 5.7.x) says something of us and nothing of the address
UNKNOWN_MAILBOX = (550, 551, 553)
NOT_THE_ADDRESS = "5.7."


class End(StrEnum):
    """How a try ended."""

    SENT = "sent"
    LATER = "later"
    UNREACHED = "unreached"
    UNANSWERED = "unanswered"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`bounced`: the address does not exist."""

    end: End
    words: str = ""
    bounced: bool = False


SENT = Outcome(End.SENT)


def outcome_of(error: Exception) -> Outcome:
    """What an error means for the mail. A refusal for good (5xx) of recipient or mail is the end; the rest can wait."""
    match error:
        case AnswerMissing():
            return Outcome(End.UNANSWERED, _("Der Mailserver hat nicht gesagt, ob er die Nachricht angenommen hat."))
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()))
            return _answered(code, text, is_address=True)
        case smtplib.SMTPDataError():
            return _answered(error.smtp_code, error.smtp_error)
        case smtplib.SMTPResponseException():  # of the sender, the sign-in, the greeting: for the operator to mend
            return Outcome(End.LATER, _said(error.smtp_code, error.smtp_error))
        case smtplib.SMTPException() | OSError():
            words = _("Der Mailserver ist nicht zu erreichen (%(error)s).") % {"error": str(error)[:200]}
            return Outcome(End.UNREACHED, words)
        case ContentUnreadable():
            words = _("Die Nachricht wurde in einer anderen Installation geschrieben und ist hier nicht lesbar.")
            return Outcome(End.REFUSED, words)
        case UnicodeError() | ValueError():
            words = _("Aus der Adresse oder dem Inhalt lässt sich keine Nachricht machen (%(error)s).")
            return Outcome(End.REFUSED, words % {"error": type(error).__name__})
        case _:
            return Outcome(End.LATER, f"{type(error).__name__}: {error}"[:500])


def _answered(code: int, text: bytes | str, *, is_address: bool = False) -> Outcome:
    words = _said(code, text)
    if code < PERMANENT:
        return Outcome(End.LATER, words)
    return Outcome(End.REFUSED, words, bounced=is_address and code in UNKNOWN_MAILBOX and NOT_THE_ADDRESS not in words)


def _said(code: int, text: bytes | str) -> str:
    said = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    return _("Der Mailserver lehnt ab: %(code)s %(said)s") % {"code": code, "said": " ".join(said.split())[:300]}
