"""The brand's own addresses: stylesheet, sign, uploaded logo, crest and typeface. All named by their
content.
"""

from __future__ import annotations

import mimetypes

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tenants.accounts.access import public
from tenants.communes.scope import current_commune
from themes.models import Brand
from themes.queries import brand_for_current_commune
from themes.stylesheet import fingerprint

FOREVER = "public, max-age=31536000, immutable"
SHORT = "public, max-age=60"
FILES = {"logo": "logo", "crest": "crest_file", "woff2": "font"}


@public
@require_safe
def stylesheet(request: HttpRequest, mark: str) -> HttpResponse:
    """The current stylesheet. An old address still answers with it, but is not kept for long."""
    brand = brand_for_current_commune()
    fresh = request.path == brand.stylesheet_url
    return _answer(brand.stylesheet, "text/css; charset=utf-8", fresh=fresh)


@public
@require_safe
def sign(request: HttpRequest, mark: str) -> HttpResponse:
    """The crest's sign as a file, for browser tabs."""
    brand = brand_for_current_commune()
    return _answer(brand.crest_file, "image/svg+xml", fresh=request.path == brand.icon_url)


@public
@require_safe
def uploaded(request: HttpRequest, mark: str, kind: str) -> HttpResponse:
    """A file the commune uploaded. It can't act: no scripts, no frames, its type is fixed."""
    brand = Brand.objects.filter(pk=1).first() if current_commune() else None
    stored = getattr(brand, FILES[kind], None)
    if not stored:
        raise Http404
    try:
        with stored.open("rb") as file:
            content = file.read()
    except OSError:
        raise Http404 from None
    media_type = "font/woff2" if kind == "woff2" else mimetypes.guess_type(stored.name)[0]
    response = _answer(content, media_type or "application/octet-stream", fresh=fingerprint(stored.name) == mark)
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


def _answer(content: str | bytes, media_type: str, *, fresh: bool) -> HttpResponse:
    headers = {"Cache-Control": FOREVER if fresh else SHORT, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=media_type, headers=headers)
