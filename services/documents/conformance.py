"""PDF/A-3a and PDF/UA-1 in one file.

WeasyPrint writes one variant's identification at a time. The finisher adds the other one to the XMP
packet: `pdfuaid:part` and, because PDF/A allows only described properties, its extension schema
(ISO 19005-3 § 6.6.2.3). It also names the verify address (dc:identifier), by which an altered copy is
recognised on the verify page. The packet stays uncompressed: readers without a PDF parser find it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from services.documents.codes import canonical

VARIANT = "pdf/a-3a"

_DESCRIPTIONS = """
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier>{identifier}</dc:identifier></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>PDF/UA version identifier</pdfaProperty:description>
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
_IDENTIFIER = re.compile(rb"<dc:identifier>[^<]{0,300}/pruefen/([0-9A-Za-z-]{16,24})/</dc:identifier>")


def finisher(verify_url: str) -> Callable[[Any, Any], None]:
    """A WeasyPrint finisher that completes the metadata."""

    def complete(_document: Any, pdf: Any) -> None:
        number = int(pdf.catalog["Metadata"].split()[0])
        packet = pdf.objects[number]
        addition = _DESCRIPTIONS.format(identifier=escape(verify_url)).encode()
        packet.stream = [b"".join(packet.stream).replace(b"</rdf:RDF>", addition + b"</rdf:RDF>", 1)]
        packet.compress = False

    return complete


def code_inside(pdf: bytes) -> str | None:
    """The verify code that a file of ours carries in its metadata, or None."""
    found = _IDENTIFIER.search(pdf)
    return canonical(found.group(1).decode("ascii")) if found else None
