"""What can be done to a brand."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from tenants.accounts.access import require
from tenants.communes.closed import keep_look
from tenants.communes.invalidation import invalidate_pages
from themes.models import Brand, BrandChange
from themes.palette import palette_for
from themes.tokens import BrandTokens
from themes.uploads import CheckedFile, check_font, check_image


def change_brand(
    *,
    actor: Any,
    tokens: BrandTokens,
    logo: UploadedFile | None = None,
    crest: UploadedFile | None = None,
    font: UploadedFile | None = None,
) -> Brand:
    """Give the current commune these tokens; a file that is None stays as it was.

    `actor` needs `themes.change_brand`; None is the system (provisioning, command line). All or nothing: a
    file that
    fails its check raises BrandError before anything is written. May run twice: the same values change
    nothing but
    the history. Every cached page is dropped on commit.
    """
    if actor is not None:
        require(actor, "themes.change_brand")
    checked = {
        "logo": check_image("logo", logo) if logo else None,
        "crest_file": check_image("crest", crest) if crest else None,
        "font": check_font("font", font) if font else None,
    }
    with transaction.atomic(savepoint=False):
        brand = _store(tokens, checked)
        BrandChange.objects.create(
            actor=getattr(actor, "email", ""),
            tokens=tokens.to_dict(),
            corrections=[asdict(correction) for correction in palette_for(tokens).corrections],
        )
        invalidate_pages()
        if actor is not None:
            keep_look(tokens.to_dict())
    return brand


def remove_brand_file(*, actor: Any, kind: str) -> Brand:
    """Take the uploaded `logo`, `crest_file` or `font` away; nothing happens where there is none."""
    require(actor, "themes.change_brand")
    with transaction.atomic():
        brand = Brand.objects.select_for_update().get(pk=1)
        stored = {"logo": brand.logo, "crest_file": brand.crest_file, "font": brand.font}[kind]
        setattr(brand, kind, "")
        brand.save()
        BrandChange.objects.create(actor=actor.email, tokens=brand.tokens.to_dict() | {"removed": kind})
        invalidate_pages()
        if name := stored.name:
            transaction.on_commit(lambda: stored.storage.delete(name), robust=True)
    return brand


def _store(tokens: BrandTokens, files: dict[str, CheckedFile | None]) -> Brand:
    brand = Brand.objects.select_for_update().filter(pk=1).first() or Brand(pk=1)
    for name, value in tokens.to_dict().items():
        setattr(brand, name, value)
    for name, file in files.items():
        if file is not None:
            getattr(brand, name).save(file.name, file.as_file(), save=False)
    # what the table's constraints say, PostgreSQL says when it is stored
    brand.full_clean(validate_constraints=False)
    brand.save()
    return brand
