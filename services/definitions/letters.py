"""A template loader for the letters of published definitions: `definitions/<key>/<version>/<letter>.html`.

So a letter is rendered like any template, can extend `themes/letter.html`, and a case that was decided
under version 1 keeps the letter of version 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.template import Origin, TemplateDoesNotExist
from django.template.loaders.base import Loader as BaseLoader

from .queries import DefinitionNotFound, definition

_NAME = re.compile(r"definitions/(?P<key>[a-z0-9-]+)/(?P<version>[1-9][0-9]*)/(?P<letter>[a-z0-9_-]+)\.html")


class Loader(BaseLoader):
    """Finds letters in published definitions; published content never changes, so caching is safe."""

    def get_template_sources(self, template_name: str) -> Iterator[Origin]:
        if _NAME.fullmatch(template_name):
            yield Origin(name=template_name, template_name=template_name, loader=self)

    def get_contents(self, origin: Origin) -> str:
        match = _NAME.fullmatch(str(origin.template_name))
        if match is None:
            raise TemplateDoesNotExist(origin)
        try:
            return definition(match["key"], int(match["version"])).letters[match["letter"]]
        except (DefinitionNotFound, KeyError):
            raise TemplateDoesNotExist(origin) from None
