"""The pictures of pages, from the disk or from S3 alike: `/media/images/…`.

Only what the database of this commune knows as a rendition is given, under the name that stands there: a path leads
nowhere else. Documents go through Wagtail's own view (`/dokumente/…`), and everything else has no address at all.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe
from wagtail.images import get_image_model

from cms.privacy import may_see_file
from tenants.accounts.access import public

# what browsers show as a picture and never as a page, by the first bytes
KINDS = (
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"ftypavif", 4, "image/avif"),
)
MOST_BYTES = 20 * 1024 * 1024
LONGEST_NAME = 255
# a rendition made anew has another number, and so another ETag
FOR_EVERYBODY, FOR_SOME = "public, max-age=604800", "private, no-store"


@public
@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """A rendition of this commune, or for the editors an original. 404 for all else, and for who may not see it."""
    found = _rendition(name) or _original(request, name)
    if found is None or not may_see_file(request, getattr(found, "image", found)):
        raise Http404
    etag = f'"{found._meta.model_name}-{found.pk}-{_version(found)}"'
    answer = get_conditional_response(request, etag=etag) or _answer(found)
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = FOR_SOME if _was_personal(request) else FOR_EVERYBODY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    # opened by itself, it is a picture and nothing that could act
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _rendition(name: str) -> Any:
    if len(name) > LONGEST_NAME or "\0" in name:
        return None
    renditions = get_image_model()._meta.get_field("renditions").related_model._default_manager
    return renditions.select_related("image__collection").filter(file=name).first()


def _original(request: HttpRequest, name: str) -> Any:
    """The uploaded file itself holds more than editors meant to publish (where it was taken, what was cut off)."""
    if len(name) > LONGEST_NAME or "\0" in name or not request.user.has_perm("wagtailadmin.access_admin"):
        return None
    return get_image_model()._default_manager.select_related("collection").filter(file=name).first()


def _version(found: Any) -> str:
    return str(getattr(found, "file_hash", "") or getattr(found, "filter_spec", ""))[:40]


def _answer(found: Any) -> HttpResponse:
    """Read here and whole: nothing is left to do outside the commune's scope, and renditions are small."""
    try:
        with found.file.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise Http404 from error
    kind = kind_of(content)
    if kind is None or len(content) > MOST_BYTES:
        raise Http404
    return HttpResponse(content, content_type=kind)


def kind_of(content: bytes) -> str | None:
    """What kind of picture these bytes are; None for what is none that we show."""
    return next((kind for begin, at, kind in KINDS if content[at : at + len(begin)] == begin), None)


def _was_personal(request: HttpRequest) -> bool:
    """Whether somebody was asked who they are: then the answer is theirs alone."""
    return bool(getattr(request.session, "accessed", False))
