"""Which addresses a commune answers for: streets of one name are in many towns, and towns share postcodes.

An address counts as ours when its postcode is one of ours and its town is called like us. What looks foreign is not
refused for that: a person looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from tenants.communes.scope import require_commune

from .areas import folded
from .models import Place

# what says little about which town it is
_SAYS_NOTHING = frozenset({"bad", "stadt", "gemeinde", "markt", "flecken", "hansestadt", "landeshauptstadt"})


def is_within_reach(settings: Mapping[str, Any], postcode: str, town: str) -> bool:
    """Whether an address with this postcode and town belongs to the current commune. One query.

    `postcodes` of an offering's settings count; without them those of the commune's places. Where none is known, no
    address is ours.
    """
    places = list(Place.objects.values_list("postcode", "city"))
    ours = settings.get("postcodes") or [known for known, _city in places if known]
    if postcode.strip() not in {str(known) for known in ours}:
        return False
    return names_town(town, {require_commune().name, *(city for _postcode, city in places)})


def names_town(written: str, names: Collection[str]) -> bool:
    """Whether somebody means one of these towns: „Gera-Untermhaus“ is Gera, „Frankfurt“ is Frankfurt am Main."""
    words = set(_words(written))
    return any(words.intersection(_first_that_tells(name)) for name in names)


def _first_that_tells(name: str) -> list[str]:
    words = _words(name)
    return [word for word in words if word not in _SAYS_NOTHING][:1] or words[:1]


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", folded(text)) if word]
