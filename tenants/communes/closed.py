"""What a portal that is not open still answers: one friendly page, and the few doors that staff need.

The page is made from the platform's copy of the commune's brand (`Commune.brand`), so that it shows the commune's look
without a question to its schema, whatever state that is in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import structlog
from django.db import DatabaseError
from django.http import HttpResponse
from django.utils import translation

from tenants.communes.models import Commune, CommuneState
from tenants.communes.registry import Registry
from tenants.communes.scope import CommuneRef, commune_scope, public_scope, require_commune
from tenants.communes.states import OPEN_STATES

log = structlog.get_logger(__name__)
# the commune, its copied brand, the path: themes answers with a page, or with a file that the page needs
ClosedSite = Callable[[CommuneRef, dict[str, Any], str], HttpResponse]
closed_site: Registry[ClosedSite] = Registry("what a closed portal shows")
# reads the look of the commune in scope, as JSON can hold it
brand_source: Registry[Callable[[], dict[str, Any]]] = Registry("where a commune's look is read")
# beginnings of paths, without a language, that stay open to who works for a suspended or leaving commune
staff_doors: Registry[str] = Registry("doors of staff in a closed portal")
STAFF_MAY_ENTER = frozenset({CommuneState.SUSPENDED.value, CommuneState.OFFBOARDING.value})
FOR_GOOD = frozenset({CommuneState.ARCHIVED.value, CommuneState.DELETED.value})
_LANGUAGE = re.compile(r"^/([a-z]{2})(?=/)")


def closed_answer(commune: CommuneRef, path: str) -> HttpResponse | None:
    """The answer of a portal that is not open, or None where staff may pass.

    503 for a portal that is closed for now, 410 for one that is gone for good.
    """
    if stays_reachable(commune.state, path):
        return None
    answer = answer_without_asking(commune, path, site="site", retry_after=3600)
    if answer.status_code != 200 and commune.state in FOR_GOOD:
        answer.status_code = 410
        del answer.headers["Retry-After"]
    return answer


def answer_without_asking(commune: CommuneRef, path: str, *, site: str, retry_after: int) -> HttpResponse:
    """What the registered `site` answers in the language of the path and the commune's look; its schema is not asked.

    Files that the page needs come with 200, the page with the seconds after which to try again.
    """
    with public_scope():
        brand = Commune.objects.filter(pk=commune.id).values_list("brand", flat=True).first() or {}
    with translation.override(language_of(path)):
        answer = closed_site.get(site)(commune, brand, path)
    if answer.status_code != 200:
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def language_of(path: str) -> str:
    """The language that a path begins with; German has no beginning of its own."""
    language = _LANGUAGE.match(path)
    return language.group(1) if language else "de"


def stays_reachable(state: str, path: str) -> bool:
    """Whether a path answers although the portal of this state is closed. In an open portal every path does."""
    if state in OPEN_STATES:
        return True
    bare = _LANGUAGE.sub("", path)
    return state in STAFF_MAY_ENTER and any(bare.startswith(door) for _name, door in staff_doors.items())


def keep_look(brand: dict[str, Any]) -> None:
    """Copy the new look of the current commune to where pages that don't ask its schema read it. Part of the caller's
    transaction.
    """
    commune = require_commune()
    with public_scope():
        Commune.objects.filter(pk=commune.id).update(brand=brand)


def copy_brand(commune: Commune) -> None:
    """Copy a commune's look to where its closed portal can read it; called when it closes. May run twice.

    A schema that can't be read is no reason not to close a portal: then the copy stays as it was.
    """
    try:
        with public_scope():
            ref = Commune.objects.prefetch_related("domains").get(pk=commune.pk).ref()
        with commune_scope(ref):
            tokens = [read() for _name, read in brand_source.items()]
    except DatabaseError as error:
        log.warning("closing.brand_not_copied", commune=commune.schema_name, error=type(error).__name__)
        return
    with public_scope():
        for copy in tokens:
            Commune.objects.filter(pk=commune.pk).update(brand=copy)
