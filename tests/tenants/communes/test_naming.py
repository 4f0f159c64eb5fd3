"""Names as they are shown and said."""

from __future__ import annotations

import pytest

from tenants.communes.naming import display_name, spoken_name


@pytest.mark.parametrize(
    ("official", "shown", "said"),
    [
        ("Gera, Stadt", "Gera", "Stadt Gera"),
        ("Abtswind, M", "Abtswind", "Markt Abtswind"),
        ("Hoyerswerda / Wojerecy, Stadt", "Hoyerswerda / Wojerecy", "Stadt Hoyerswerda / Wojerecy"),
        ("Göda / Hodźij", "Göda / Hodźij", "Göda / Hodźij"),
        ("Schleiden, Tor zur Eifel", "Schleiden", "Schleiden"),
        ("Dachau, GKSt", "Dachau", "Große Kreisstadt Dachau"),
    ],
)
def test_a_name_is_shown_short_and_said_with_what_the_commune_is(official: str, shown: str, said: str) -> None:
    assert (display_name(official), spoken_name(official)) == (shown, said)
