"""What a new commune's look begins with."""

from __future__ import annotations

from tenants.communes.starters import StarterBrief, register_starter
from themes.actions import change_brand
from themes.models import Brand
from themes.presets import DEMO_BRANDS, suggested_brand
from themes.tokens import BrandTokens


def seed() -> None:
    """Nothing is the same in all communes but that there is a brand at all."""
    Brand.objects.get_or_create(pk=1, defaults=BrandTokens().to_dict())


def prepare(brief: StarterBrief) -> None:
    """The ordered tokens; the known look of a demonstration town; else a look proposed from the name."""
    slug = brief.commune.slug
    if brief.brand:
        tokens = BrandTokens.from_dict({**suggested_brand(slug).to_dict(), **_own_weight(brief.brand)})
    else:
        tokens = DEMO_BRANDS.get(slug) or suggested_brand(slug)
    change_brand(actor=None, tokens=tokens)


def _own_weight(ordered: dict[str, object]) -> dict[str, object]:
    """Where a typeface was ordered, its own weight and tracking apply unless they were ordered too."""
    return {"head_weight": 0, "head_tracking": None, **ordered} if "typeface" in ordered else dict(ordered)


def register() -> None:
    """Enter this room among the starters."""
    register_starter("themes", order=20, seed=seed, prepare=prepare)
