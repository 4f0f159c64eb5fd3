"""What editors upload: pictures whose header promises no more pixels than we unpack, and files a scanner has seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm
from wagtail.images.models import SourceImageIOError

from cms.renditions import one_at_a_time
from tenants.communes.confinement.budget import MEBIBYTE, Budget, Refused
from tenants.communes.confinement.faults import ConfinementError, TooBusy
from tenants.communes.confinement.running import confined
from tenants.communes.scanning import UploadUnwanted, scan_upload
from themes.examining import pictures

FORMATS = ["PNG", "JPEG", "GIF", "WEBP", "AVIF"]
LONGEST_SIDE = 16_000
LARGEST_DOCUMENT = 10 * MEBIBYTE


class PictureField(WagtailImageField):
    """Wagtail's field, which looks at the header in a confined child before anything here opens the file."""

    def to_python(self, data: Any) -> Any:
        """The file. Raises ValidationError with a sentence for the editor."""
        if isinstance(data, UploadedFile):
            _examine(data)
            _scan(data)
        return _opened(super().to_python, data)


class PictureForm(BaseImageForm):
    """The form of all pictures: single, many at once, chosen in a page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            given = self.fields["file"]
            self.fields["file"] = PictureField(label=given.label, required=given.required, widget=given.widget)


class FileForm(BaseDocumentForm):
    """The form of all other files."""

    def clean_file(self) -> Any:
        """The file. Raises ValidationError for what is too large or what the scanner does not like."""
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            if (file.size or 0) > LARGEST_DOCUMENT:
                raise ValidationError(_("Die Datei ist zu groß. Erlaubt sind höchstens 10 MB."))
            _scan(file)
        return file


def _examine(file: UploadedFile) -> None:
    most = settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS
    budget = Budget(bytes_in=settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE, seconds=4, memory=128 * MEBIBYTE)
    file.seek(0)
    content = file.read(budget.bytes_in + 1)
    file.seek(0)
    limits = {"formats": FORMATS, "most_side": LONGEST_SIDE, "most_pixels": most, "unpack": False}
    try:
        confined(pictures.examine, content, budget, **limits)
    except Refused as refusal:
        sentences = {
            "no-image": _("Diese Datei ist kein Bild. Laden Sie ein PNG, JPEG, GIF, WebP oder AVIF hoch."),
            "too-many-pixels": _("Das Bild hat zu viele Bildpunkte. Erlaubt sind höchstens %(most)d Millionen.")
            % {"most": most // 1_000_000},
        }
        raise ValidationError(sentences[refusal.code], code=refusal.code) from None
    except ConfinementError as error:
        raise ValidationError(str(error), code=error.code) from None


def _opened(read: Callable[[Any], Any], data: Any) -> Any:
    """What Wagtail reads, which unpacks the whole picture once, to see whether it can be."""
    try:
        return one_at_a_time(read)(data)
    except SourceImageIOError:
        raise ValidationError(str(TooBusy()), code=TooBusy.code) from None


def _scan(file: UploadedFile) -> None:
    try:
        scan_upload(file)
    except UploadUnwanted as refusal:
        raise ValidationError(str(refusal), code="unwanted") from None
