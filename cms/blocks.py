"""What editors build pages from. Every block has a template and works without a request to anyone else."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import (
    CharBlock,
    ChoiceBlock,
    EmailBlock,
    ListBlock,
    PageChooserBlock,
    RichTextBlock,
    StreamBlock,
    StructBlock,
    StructBlockValidationError,
    TextBlock,
    URLBlock,
)
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

TEXT_FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link", "hr"]
CELL_FEATURES = ["bold", "italic", "link", "document-link"]


class HeadingBlock(StructBlock):
    """A heading with an anchor of its own."""

    text = CharBlock(label=_("Überschrift"), max_length=160)
    level = ChoiceBlock(label=_("Ebene"), choices=[("2", _("Abschnitt")), ("3", _("Unterabschnitt"))], default="2")

    class Meta:
        label = _("Überschrift")
        icon = "title"
        template = "cms/blocks/heading.html"
        form_classname = "struct-block"


class PictureBlock(StructBlock):
    """A picture whose content is described in words, or marked as decoration."""

    image = ImageBlock(label=_("Bild"))
    caption = CharBlock(label=_("Bildunterschrift"), required=False, max_length=250)
    credit = CharBlock(label=_("Urheber"), required=False, max_length=120)

    class Meta:
        label = _("Bild")
        icon = "image"
        template = "cms/blocks/picture.html"


class QuoteBlock(StructBlock):
    """Somebody's words."""

    text = TextBlock(label=_("Zitat"), rows=3)
    source = CharBlock(label=_("Wer sagt das?"), required=False, max_length=160)

    class Meta:
        label = _("Zitat")
        icon = "openquote"
        template = "cms/blocks/quote.html"


class CalloutBlock(StructBlock):
    """Something to be noticed."""

    kind = ChoiceBlock(
        label=_("Art"),
        choices=[("info", _("Hinweis")), ("ok", _("Gute Nachricht")), ("warn", _("Achtung"))],
        default="info",
    )
    title = CharBlock(label=_("Titel"), required=False, max_length=120)
    text = RichTextBlock(label=_("Text"), features=CELL_FEATURES)

    class Meta:
        label = _("Hinweis")
        icon = "info-circle"
        template = "cms/blocks/callout.html"


class StepBlock(StructBlock):
    """One step of a sequence."""

    title = CharBlock(label=_("Schritt"), max_length=120)
    text = TextBlock(label=_("Erklärung"), required=False, rows=2)


class QuestionBlock(StructBlock):
    """A question that opens to its answer."""

    question = CharBlock(label=_("Frage"), max_length=200)
    answer = RichTextBlock(label=_("Antwort"), features=TEXT_FEATURES)


class DownloadBlock(StructBlock):
    """A file with a name people understand."""

    document = DocumentChooserBlock(label=_("Dokument"))
    label = CharBlock(label=_("Beschriftung"), required=False, max_length=160)


class LinkBlock(StructBlock):
    """A link to a page of the portal or to an address elsewhere, not both."""

    label = CharBlock(label=_("Beschriftung"), max_length=160)
    page = PageChooserBlock(label=_("Seite"), required=False)
    address = URLBlock(label=_("Adresse"), required=False)
    note = CharBlock(label=_("Erklärung"), required=False, max_length=200)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if bool(cleaned["page"]) == bool(cleaned["address"]):
            message = ValidationError(_("Wählen Sie eine Seite oder geben Sie eine Adresse ein."))
            raise StructBlockValidationError(block_errors={"page": message, "address": message})
        return cleaned


class LinkListBlock(StructBlock):
    """Links below a common heading."""

    title = CharBlock(label=_("Titel"), required=False, max_length=120)
    links = ListBlock(LinkBlock(label=_("Link")), label=_("Links"), min_num=1)

    class Meta:
        label = _("Linkliste")
        icon = "link"
        template = "cms/blocks/links.html"


class ContactBlock(StructBlock):
    """A person or an office to turn to."""

    name = CharBlock(label=_("Name oder Stelle"), max_length=160)
    role = CharBlock(label=_("Aufgabe"), required=False, max_length=160)
    phone = CharBlock(label=_("Telefon"), required=False, max_length=40)
    email = EmailBlock(label=_("E-Mail-Adresse"), required=False)
    room = CharBlock(label=_("Adresse und Zimmer"), required=False, max_length=200)

    class Meta:
        label = _("Kontakt")
        icon = "user"
        template = "cms/blocks/contact.html"


class MapBlock(StructBlock):
    """A drawn sketch of where something is. It loads nothing; the description says the same in words."""

    place = CharBlock(label=_("Ort"), max_length=160)
    alternative = TextBlock(label=_("Beschreibung des Weges"), rows=2)

    class Meta:
        label = _("Lageskizze")
        icon = "site"
        template = "cms/blocks/map.html"


class VideoLinkBlock(StructBlock):
    """A link to a film. Nothing is embedded, so nobody learns who looked at this page."""

    title = CharBlock(label=_("Titel"), max_length=160)
    address = URLBlock(label=_("Adresse des Videos"))
    provider = CharBlock(label=_("Anbieter"), max_length=80, help_text=_("Zum Beispiel: Mediathek des Landes"))
    duration = CharBlock(label=_("Dauer"), required=False, max_length=30)

    class Meta:
        label = _("Video (Link)")
        icon = "media"
        template = "cms/blocks/video.html"


class ContentBlocks(StreamBlock):
    """All blocks of a content page."""

    heading = HeadingBlock()
    text = RichTextBlock(
        label=_("Text"), icon="pilcrow", features=["h3", "h4", *TEXT_FEATURES], template="cms/blocks/text.html"
    )
    picture = PictureBlock()
    quote = QuoteBlock()
    callout = CalloutBlock()
    steps = ListBlock(
        StepBlock(label=_("Schritt")), label=_("Schritte"), icon="list-ol", template="cms/blocks/steps.html"
    )
    accordion = ListBlock(
        QuestionBlock(label=_("Frage und Antwort")),
        label=_("Fragen und Antworten"),
        icon="help",
        template="cms/blocks/accordion.html",
    )
    table = TypedTableBlock(
        [
            ("text", CharBlock(label=_("Text"), required=False)),
            ("rich", RichTextBlock(label=_("Text mit Links"), features=CELL_FEATURES, required=False)),
        ],
        label=_("Tabelle"),
        icon="table",
        template="cms/blocks/table.html",
    )
    downloads = ListBlock(
        DownloadBlock(label=_("Datei")),
        label=_("Dateien zum Herunterladen"),
        icon="download",
        template="cms/blocks/downloads.html",
    )
    links = LinkListBlock()
    contact = ContactBlock()
    map = MapBlock()
    video = VideoLinkBlock()
