"""Host names: what people type, what the DNS has, what is shown."""

from __future__ import annotations

import ipaddress
import re

import idna
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST_NAME = 253
# names that never lead to a portal on the public internet (RFC 6761, 6762, 7686, 8375; ICANN for `internal`)
SPECIAL_ENDINGS = ("localhost", "local", "internal", "invalid", "onion", "arpa")
_PASTED = re.compile(r"^\s*(?:https?://)?([^/?#\s]+)/?\s*$", re.IGNORECASE)
_LABEL = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?<!-)$")


def host_name(text: str) -> str:
    """A typed or pasted host name as the DNS has it: lower case, umlauts as punycode (IDNA 2008, RFC 5891).

    "https://www.Göda.de/" → "www.xn--gda-sna.de". Raises ValidationError with a sentence for anything that is no host
    name of at least two labels: addresses with a path or port, IP addresses, wildcards, names with special endings.
    """
    match = _PASTED.match(text)
    try:
        name = idna.encode(match.group(1) if match else "", uts46=True).decode().rstrip(".").lower()
    except (idna.IDNAError, UnicodeError):
        name = ""
    if not _is_host_name(name):
        raise ValidationError(
            _("„%(text)s“ ist kein Domainname. Geben Sie nur den Namen ein, zum Beispiel www.gera.de."),
            code="no_host_name",
            params={"text": text.strip()[:LONGEST_NAME]},
        )
    return name


def _is_host_name(name: str) -> bool:
    labels = name.split(".")
    if len(labels) < 2 or len(name) > LONGEST_NAME or not all(_LABEL.match(label) for label in labels):
        return False
    if labels[-1].isdigit() or labels[-1] in SPECIAL_ENDINGS:
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return True
    return False


def shown_name(name: str) -> str:
    """A stored host name for people: punycode as the letters it stands for; what can't be read so stays as it is."""
    try:
        return idna.decode(name)
    except (idna.IDNAError, UnicodeError):
        return name


def validate_own_domain(name: str) -> None:
    """Refuse a host name that is the platform's or reserved by the operator. `name` comes from `host_name`.

    Subdomains of the platform are given with the slug, never claimed. Raises ValidationError.
    """
    if _is_or_is_below(name, settings.BASE_DOMAIN) or name == settings.CONSOLE_HOST:
        raise ValidationError(
            _("„%(name)s“ gehört der Plattform. Eigene Adressen liegen außerhalb von %(base)s."),
            code="platform_name",
            params={"name": shown_name(name), "base": settings.BASE_DOMAIN},
        )
    if any(_is_or_is_below(name, reserved) for reserved in settings.DOMAINS_RESERVED):
        raise ValidationError(
            _("„%(name)s“ ist für den Betreiber reserviert."), code="reserved", params={"name": shown_name(name)}
        )


def _is_or_is_below(name: str, parent: str) -> bool:
    return name == parent or name.endswith(f".{parent}")
