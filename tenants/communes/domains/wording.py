"""What is wrong with a host name, in a sentence for the person who must act."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.communes.models import Domain

# the code is stored in `Domain.problem`; what was seen stands behind a colon
PROBLEMS: dict[str, Promise] = {
    "not_asked": _("Noch nicht geprüft ist, ob der Name zur Plattform führt."),
    "txt_missing": _("Der TXT-Eintrag ist im DNS noch nicht zu finden."),
    "txt_other": _("Im DNS steht ein anderer TXT-Eintrag. Vergleichen Sie den Wert Zeichen für Zeichen."),
    "dns_silent": _("Das DNS antwortet nicht. Wir fragen wieder."),
    "no_address": _("Der Name hat im DNS keine Adresse. Richten Sie ihn auf die Plattform."),
    "internal_address": _("Der Name führt in ein internes Netz (%(seen)s)."),
    "no_connection": _("Unter %(seen)s nimmt kein Webserver an."),
    "too_slow": _("Der Webserver unter %(seen)s antwortet zu langsam."),
    "too_large": _("Der Webserver unter %(seen)s schickt etwas anderes als den Nachweis."),
    "no_web_server": _("Unter %(seen)s antwortet etwas, das kein Webserver ist."),
    "http_status": _("Der Webserver antwortet mit dem Fehler %(seen)s statt mit dem Nachweis."),
    "redirect": _("Der Webserver leitet weiter (%(seen)s), statt zu antworten. Nehmen Sie den Pfad davon aus."),
    "other_answer": _("Unter dem Namen antwortet ein anderer Webserver, nicht die Plattform."),
    "own_answer": _("Der Name führt schon zur Plattform. Dann zählt als Nachweis nur der Eintrag im DNS."),
    "taken": _("Eine andere Kommune hat nachgewiesen, dass ihr der Name gehört."),
    "expired": _("Die Frist für den Nachweis ist abgelaufen. Fügen Sie den Namen neu hinzu."),
    "never_led_here": _("Der Name hat nie zur Plattform geführt. Fügen Sie ihn neu hinzu."),
    "failed_too_long": _("Der Name war zu lange gestört."),
}


def in_words(problem: str) -> str:
    """A stored problem as a sentence, "" when there is none; what is no code of ours as it stands."""
    code, _colon, seen = problem.partition(":")
    text = PROBLEMS.get(code)
    return str(text) % {"seen": seen} if text is not None else problem


def problem_in_words(domain: Domain) -> str:
    """What is wrong with a host name, "" when nothing is."""
    return in_words(domain.problem)
