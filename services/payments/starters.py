"""What a new commune starts with: its name as recipient, and in a demo an account that leads nowhere."""

from __future__ import annotations

import zlib

from schwifty import IBAN

from services.payments.girocode import MAX_NAME
from services.payments.models import PaymentSettings
from tenants.communes.naming import spoken_name
from tenants.communes.starters import StarterBrief, register_starter

DEMO_BANK_CODE = "99999999"  # not assigned to any bank: the IBAN is well-formed, a transfer cannot arrive


def demo_iban(slug: str) -> str:
    """A well-formed IBAN of no bank, the same for the same commune."""
    return str(IBAN.generate("DE", bank_code=DEMO_BANK_CODE, account_code=f"{zlib.crc32(slug.encode()):010d}"))


def seed() -> None:
    PaymentSettings.objects.get_or_create(pk=1)


def prepare(brief: StarterBrief) -> None:
    values: dict[str, object] = {"recipient": spoken_name(brief.commune.official_name)[:MAX_NAME]}
    if brief.demo:
        values |= {
            "iban": demo_iban(brief.commune.slug),
            "bank_name": "Demobank (nicht überweisen)",
            "is_demo": True,
        }
    PaymentSettings.objects.filter(pk=1).update(**values)


def register() -> None:
    register_starter("payments", order=60, seed=seed, prepare=prepare)
