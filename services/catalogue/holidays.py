"""Public holidays by Land, computed: § 2 of the Länder's holiday laws (Sachsen: SächsSFG § 1; Thüringen: ThürFGtG § 2).

Holidays that hold in parts of a Land only are left out; a place enters them as special days.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

ALL = frozenset(f"{number:02d}" for number in range(1, 17))
# the first two digits of the Regionalschlüssel
SH, HH, NI, HB, NW, HE, RP, BW, BY, SL, BE, BB, MV, SN, ST, TH = (f"{number:02d}" for number in range(1, 17))


def easter(year: int) -> date:
    """Easter Sunday by Gauss's rule for the Gregorian calendar (Meeus, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    moon = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * moon) // 451
    month, day = divmod(h + moon - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _after_easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days=days)


def _repentance(year: int) -> date:
    """The Wednesday before 23 November."""
    last = date(year, 11, 22)
    return last - timedelta(days=(last.weekday() - 2) % 7)


HOLIDAYS: tuple[tuple[object, Callable[[int], date], frozenset[str]], ...] = (
    (_("Neujahr"), _fixed(1, 1), ALL),
    (_("Heilige Drei Könige"), _fixed(1, 6), frozenset({BW, BY, ST})),
    (_("Internationaler Frauentag"), _fixed(3, 8), frozenset({BE, MV})),
    (_("Karfreitag"), _after_easter(-2), ALL),
    (_("Ostersonntag"), _after_easter(0), ALL),
    (_("Ostermontag"), _after_easter(1), ALL),
    (_("Tag der Arbeit"), _fixed(5, 1), ALL),
    (_("Christi Himmelfahrt"), _after_easter(39), ALL),
    (_("Pfingstsonntag"), _after_easter(49), ALL),
    (_("Pfingstmontag"), _after_easter(50), ALL),
    (_("Fronleichnam"), _after_easter(60), frozenset({BW, BY, HE, NW, RP, SL})),
    (_("Mariä Himmelfahrt"), _fixed(8, 15), frozenset({SL})),
    (_("Weltkindertag"), _fixed(9, 20), frozenset({TH})),
    (_("Tag der Deutschen Einheit"), _fixed(10, 3), ALL),
    (_("Reformationstag"), _fixed(10, 31), frozenset({BB, HB, HH, MV, NI, SH, SN, ST, TH})),
    (_("Allerheiligen"), _fixed(11, 1), frozenset({BW, BY, NW, RP, SL})),
    (_("Buß- und Bettag"), _repentance, frozenset({SN})),
    (_("1. Weihnachtstag"), _fixed(12, 25), ALL),
    (_("2. Weihnachtstag"), _fixed(12, 26), ALL),
)


@lru_cache(maxsize=256)
def holidays(year: int, land: str = "") -> dict[date, object]:
    """The public holidays of a year with their (lazy) names: of one Land, or those that hold everywhere."""
    return {day(year): name for name, day, where in HOLIDAYS if where == ALL or land in where}


def is_holiday(day: date, land: str = "") -> bool:
    """Whether offices are closed on `day` by law."""
    return day in holidays(day.year, land)
