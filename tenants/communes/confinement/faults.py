"""Why content of a stranger was not parsed to the end; `str(error)` is a sentence for the person who sent it."""

from __future__ import annotations

from django.utils.translation import gettext as _


class ConfinementError(Exception):
    """The content could not be examined. `code` names the reason."""

    code = ""


class TooLarge(ConfinementError):
    """It has more bytes than are read."""

    code = "too-large"

    def __init__(self, most: int) -> None:
        super().__init__(_("Die Datei ist zu groß. Erlaubt sind höchstens %(size)s kB.") % {"size": most // 1000})


class TooCostly(ConfinementError):
    """It needed more time or memory than it may."""

    code = "too-costly"

    def __init__(self) -> None:
        super().__init__(_("Diese Datei ist zu aufwendig gebaut. Bitte speichern Sie sie einfacher und kleiner."))


class Unreadable(ConfinementError):
    """The parser gave up, or fell over."""

    code = "unreadable"

    def __init__(self) -> None:
        super().__init__(_("Diese Datei lässt sich nicht lesen. Vermutlich ist sie beschädigt."))


class TooBusy(ConfinementError):
    """Too many files are being examined; nothing was tried."""

    code = "too-busy"

    def __init__(self) -> None:
        super().__init__(
            _("Gerade werden zu viele Dateien geprüft. Bitte versuchen Sie es in einer Minute noch einmal.")
        )
