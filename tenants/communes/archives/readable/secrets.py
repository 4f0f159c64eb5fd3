"""What must not leave with a readable export: passwords, keys, links that open something, sessions.

A column whose name sounds like one is left out without being asked; rooms add what does not sound like it.
"""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Field

from tenants.communes.registry import Registry

# "app_label.model" leaves out a table, "app_label.model.column" a column; the entry says why
left_out: Registry[str] = Registry("what readable exports leave out")
SOUNDS_SECRET = re.compile(r"password|passwd|token|secret|salt|session|private|recovery|credential|_hash$|^hash$|^key$")

for _name, _reason in (
    ("sessions.session", "who is signed in right now"),
    ("mfa.authenticator", "secrets of second factors"),
    ("account.emailconfirmation", "links that confirm an address"),
    ("contenttypes.contenttype", "technical"),
    ("auth.permission", "technical"),
    ("wagtailsearch.indexentry", "an index, made from the other tables"),
    ("wagtailcore.referenceindex", "an index, made from the other tables"),
):
    left_out.register(_name, _reason)


def is_left_out(model: Any) -> bool:
    """Whether a whole table stays here."""
    return model._meta.label_lower in left_out


def columns_to_show(model: Any) -> list[Field[Any, Any]]:
    """The columns of a table that may leave."""
    return [
        column
        for column in model._meta.concrete_fields
        if not SOUNDS_SECRET.search(column.column) and f"{model._meta.label_lower}.{column.column}" not in left_out
    ]
