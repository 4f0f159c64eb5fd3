"""What a commune offers, who is responsible, and where people go."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How an errand is done; the same words as in a definition."""

    INSTANT = "instant", _("sofort")
    ONLINE = "online", _("online")
    APPOINTMENT = "appointment", _("Termin")
    OFFICE = "office", _("vor Ort")


class Weekday(models.IntegerChoices):
    """Days as `date.weekday()` counts them."""

    MONDAY = 0, _("Montag")
    TUESDAY = 1, _("Dienstag")
    WEDNESDAY = 2, _("Mittwoch")
    THURSDAY = 3, _("Donnerstag")
    FRIDAY = 4, _("Freitag")
    SATURDAY = 5, _("Samstag")
    SUNDAY = 6, _("Sonntag")


class Place(models.Model):
    """Where people go. Exactly one place at most is the main one: the town hall."""

    name = models.CharField(_("Name"), max_length=80)
    street = models.CharField(_("Straße und Hausnummer"), max_length=120, blank=True)
    postcode = models.CharField(_("Postleitzahl"), max_length=5, blank=True)
    city = models.CharField(_("Ort"), max_length=80, blank=True)
    phone = models.CharField(_("Telefon"), max_length=40, blank=True)
    email = models.EmailField(_("E-Mail-Adresse"), blank=True)
    land = models.CharField(_("Land (amtlicher Schlüssel)"), max_length=2, blank=True)
    is_main = models.BooleanField(_("Hauptstandort"), default=False)

    class Meta:
        verbose_name = _("Standort")
        verbose_name_plural = _("Standorte")
        ordering = ["-is_main", "name"]
        constraints = [
            models.UniqueConstraint(fields=["is_main"], condition=Q(is_main=True), name="catalogue_one_main_place"),
            models.UniqueConstraint(fields=["name"], name="catalogue_place_name"),
            models.CheckConstraint(
                condition=Q(postcode="") | Q(postcode__regex=r"^[0-9]{5}$"), name="catalogue_place_postcode"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """One span of a weekday. The database refuses spans of a place that overlap (migration 0001)."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="opening_hours", verbose_name=_("Standort"))
    weekday = models.PositiveSmallIntegerField(_("Wochentag"), choices=Weekday, validators=[MaxValueValidator(6)])
    opens = models.TimeField(_("von"))
    closes = models.TimeField(_("bis"))

    class Meta:
        verbose_name = _("Öffnungszeit")
        verbose_name_plural = _("Öffnungszeiten")
        ordering = ["place", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="catalogue_opens_before_closes"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="catalogue_weekday_known"),
        ]

    def __str__(self) -> str:
        return f"{Weekday(self.weekday).label} {self.opens:%H:%M}–{self.closes:%H:%M}"


class SpecialDay(models.Model):
    """A date that is not like its weekday: closed, or open at other hours. Holidays are known without a row."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="special_days", verbose_name=_("Standort"))
    date = models.DateField(_("Tag"))
    opens = models.TimeField(_("von"), null=True, blank=True)
    closes = models.TimeField(_("bis"), null=True, blank=True)
    reason = models.CharField(_("Anlass"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("Besonderer Tag")
        verbose_name_plural = _("Besondere Tage")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["place", "date"], name="catalogue_one_special_day"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__isnull=False, closes__gt=F("opens")),
                name="catalogue_special_day_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%d.%m.%Y} {self.reason}".strip()


class Unit(models.Model):
    """An office that is responsible for something."""

    name = models.CharField(_("Name"), max_length=120, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("gehört zu")
    )
    place = models.ForeignKey(Place, models.SET_NULL, null=True, blank=True, verbose_name=_("Standort"))
    address = models.CharField(_("Anschrift"), max_length=200, blank=True)
    phone = models.CharField(_("Telefon"), max_length=40, blank=True)
    email = models.EmailField(_("E-Mail-Adresse"), blank=True)

    class Meta:
        verbose_name = _("Zuständige Stelle")
        verbose_name_plural = _("Zuständige Stellen")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")), name="catalogue_unit_not_its_own_parent"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """A part of the commune that people know by name. Zones of one service live in its settings."""

    name = models.CharField(_("Name"), max_length=80, unique=True)
    position = models.PositiveIntegerField(_("Reihenfolge"), default=0)

    class Meta:
        verbose_name = _("Gebiet")
        verbose_name_plural = _("Gebiete")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Offering(models.Model):
    """A service as it is offered here: an adopted definition, or one of the commune's own (`definition_key` "").

    `overrides` holds what the commune says in its own words, by language and text module:
    {"de": {"teaser": "…", "cost": {"value": "…", "note": "…"}}}. An own service keeps all its texts there, and names
    its `channel` and `category` itself.
    """

    definition_key = models.CharField(_("Stammtext"), max_length=60, blank=True)
    definition_version = models.PositiveIntegerField(_("Version"), null=True, blank=True)
    slug = models.SlugField(_("Adresse"), max_length=100, unique=True)
    channel = models.CharField(_("Weg"), max_length=12, choices=Channel, blank=True)
    category = models.CharField(_("Bereich"), max_length=60, blank=True)
    overrides = models.JSONField(_("eigene Texte"), default=dict, blank=True)
    fee_cents = models.PositiveIntegerField(_("eigene Gebühr in Cent"), null=True, blank=True)
    settings = models.JSONField(_("Einstellungen"), default=dict, blank=True)
    unit = models.ForeignKey(
        Unit, models.SET_NULL, null=True, blank=True, related_name="offerings", verbose_name=_("zuständige Stelle")
    )
    published = models.BooleanField(_("veröffentlicht"), default=False)
    position = models.PositiveIntegerField(_("Rang unter den häufigsten"), default=500)
    updated_at = models.DateTimeField(_("geändert"), auto_now=True)

    class Meta:
        verbose_name = _("Leistung vor Ort")
        verbose_name_plural = _("Leistungen vor Ort")
        ordering = ["position", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["definition_key"], condition=~Q(definition_key=""), name="catalogue_adopted_once"
            ),
            models.CheckConstraint(
                condition=Q(definition_key="", definition_version__isnull=True, channel__in=Channel.values)
                | (~Q(definition_key="") & Q(definition_version__isnull=False, channel="")),
                name="catalogue_adopted_or_own",
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class OfferingChange(models.Model):
    """Who changed what about an offering, and when."""

    offering = models.ForeignKey(Offering, models.CASCADE, related_name="changes", verbose_name=_("Leistung"))
    verb = models.CharField(_("Handlung"), max_length=40)
    actor = models.CharField(_("von"), max_length=254)
    detail = models.JSONField(_("Einzelheiten"), default=dict)
    at = models.DateTimeField(_("am"), auto_now_add=True)

    class Meta:
        verbose_name = _("Änderung")
        verbose_name_plural = _("Änderungen")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%d.%m.%Y}"


class SearchMiss(models.Model):
    """Words that found nothing: what is missing in the catalogue or among its keywords."""

    words = models.CharField(_("gesucht"), max_length=60)
    language = models.CharField(_("Sprache"), max_length=5)
    count = models.PositiveIntegerField(_("wie oft"), default=1)
    last_at = models.DateTimeField(_("zuletzt"), auto_now=True)

    class Meta:
        verbose_name = _("Suche ohne Treffer")
        verbose_name_plural = _("Suchen ohne Treffer")
        ordering = ["-count", "words"]
        constraints = [models.UniqueConstraint(fields=["words", "language"], name="catalogue_miss_once")]

    def __str__(self) -> str:
        return self.words
