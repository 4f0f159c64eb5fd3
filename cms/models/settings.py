"""Settings that editors change: contact data and links at the foot of every page."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.blocks import StreamBlock
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import StreamField

from cms.blocks import LinkBlock


@register_setting(icon="mail", order=100)
class ContactSettings(BaseGenericSetting):
    """Who runs the portal. Imprint, privacy and accessibility pages and the foot of every page take it from here."""

    authority = models.CharField(_("Behörde"), max_length=160, blank=True, help_text=_("Zum Beispiel: Stadtverwaltung"))
    street = models.CharField(_("Straße und Hausnummer"), max_length=160, blank=True)
    postcode = models.CharField(_("Postleitzahl"), max_length=5, blank=True)
    city = models.CharField(_("Ort"), max_length=120, blank=True)
    phone = models.CharField(_("Telefon"), max_length=40, blank=True)
    email = models.EmailField(_("E-Mail-Adresse"), blank=True)
    represented_by = models.CharField(_("Vertreten durch"), max_length=200, blank=True)
    supervision = models.CharField(_("Aufsichtsbehörde"), max_length=200, blank=True)
    vat_id = models.CharField(_("Umsatzsteuer-Identifikationsnummer"), max_length=20, blank=True)
    editor_in_charge = models.CharField(_("Verantwortlich für den Inhalt"), max_length=200, blank=True)
    privacy_officer = models.CharField(_("Datenschutzbeauftragte Person"), max_length=200, blank=True)
    privacy_email = models.EmailField(_("E-Mail-Adresse für den Datenschutz"), blank=True)
    accessibility_email = models.EmailField(_("E-Mail-Adresse für gemeldete Barrieren"), blank=True)
    enforcement_body = models.TextField(_("Durchsetzungsstelle"), blank=True)

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("authority"),
                FieldPanel("street"),
                FieldRowPanel([FieldPanel("postcode"), FieldPanel("city")]),
                FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]),
            ],
            _("Anschrift"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("represented_by"),
                FieldPanel("supervision"),
                FieldPanel("vat_id"),
                FieldPanel("editor_in_charge"),
            ],
            _("Impressum"),
        ),
        MultiFieldPanel([FieldPanel("privacy_officer"), FieldPanel("privacy_email")], _("Datenschutz")),
        MultiFieldPanel([FieldPanel("accessibility_email"), FieldPanel("enforcement_body")], _("Barrierefreiheit")),
    ]

    class Meta:
        verbose_name = _("Kontaktdaten")
        verbose_name_plural = _("Kontaktdaten")

    @property
    def address(self) -> str:
        """Street and town on two lines, without what is missing."""
        return "\n".join(line for line in (self.street, f"{self.postcode} {self.city}".strip()) if line)


@register_setting(icon="link", order=110)
class FooterSettings(BaseGenericSetting):
    """Further links at the foot of every page."""

    links = StreamField(StreamBlock([("link", LinkBlock())], required=False), blank=True, verbose_name=_("Links"))

    panels = [FieldPanel("links")]

    class Meta:
        verbose_name = _("Fußzeile")
        verbose_name_plural = _("Fußzeile")
