"""Sending by SMTP with patience at the right place, and with words for an answer that never came."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends import smtp

# a server may look into a mail for long before it says yes (RFC 5321 § 4.5.3.2.6 asks for ten minutes); ours is a
# worker's whole process, and a second copy would do less harm than a lane that stands still
SECONDS_FOR_AN_ANSWER = 60


class AnswerMissing(smtplib.SMTPException):
    """The mail was handed over and nobody said whether it was taken."""


class _Patient:
    """Waits longer for the answer to a whole mail than for anything else."""

    sock: Any

    def data(self, msg: Any) -> tuple[int, bytes]:
        before = self.sock.gettimeout()
        self.sock.settimeout(SECONDS_FOR_AN_ANSWER)
        try:
            answer: tuple[int, bytes] = super().data(msg)  # type: ignore[misc]
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise AnswerMissing(str(error)) from error
        self.sock.settimeout(before)
        return answer


class _PatientSMTP(_Patient, smtplib.SMTP):
    pass


class _PatientSMTPS(_Patient, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Django's own. Raises AnswerMissing when a connection dies or stays silent after the mail was handed over."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _PatientSMTPS if self.use_ssl else _PatientSMTP
