"""What a page says of the draft that it was made from, so that nothing else is sent by its button."""

from __future__ import annotations

import json

from django.utils.crypto import salted_hmac

from .models import Draft


def key_of(token: str) -> str:
    """A name for the draft with this token that opens nothing: 16 hexadecimal digits."""
    return salted_hmac("forms.draft-key", token, algorithm="sha256").hexdigest()[:16]


def stamp_of(draft: Draft) -> str:
    """32 hexadecimal digits that change with the draft and with everything that was answered in it."""
    said = json.dumps([draft.token, draft.definition_key, draft.definition_version, draft.answers], sort_keys=True)
    return salted_hmac("forms.draft-stamp", said, algorithm="sha256").hexdigest()[:32]
