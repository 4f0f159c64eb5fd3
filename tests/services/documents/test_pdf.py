"""The files themselves: archivable, accessible, sealed."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from services.documents import conformance, rendering, sealing
from services.documents.codes import grouped, new_code
from services.documents.letters import letters
from services.documents.sealing import seal_pdf, verify_bytes
from tests.services.documents.letters_for_tests import decision_context, permit_context

CREST = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 4'><path fill='#912' d='M0 0h4v4z'/></svg>"
CREST_URI = "data:image/svg+xml;base64," + base64.b64encode(CREST.encode()).decode()


def draw(name: str, context: dict[str, Any], *, language: str = "de", heading: str = "Manrope") -> bytes:
    code = new_code()
    frame = rendering.Frame(
        title="Bescheid über Ihren Ausweis",
        reference="GE-7K3F-29MX",
        language=language,
        issued_at=datetime(2026, 11, 22, 14, 2, tzinfo=UTC),
        valid_until=None,
        verify_code=code,
        verify_url=f"https://gera.example/pruefen/{grouped(code)}/",
        head=rendering.Letterhead(
            issuer="Stadt Gera", tagline="Otto-Dix-Stadt", crest=CREST_URI, heading_family=heading
        ),
    )
    letter = letters.get(name)
    return rendering.render_letter(letter, content=letter.checked(context), frame=frame)


@pytest.fixture(scope="module")
def decision() -> bytes:
    return seal_pdf(draw("decision", decision_context()), name="Stadt Gera")


@pytest.fixture(scope="module")
def permit() -> bytes:
    return seal_pdf(draw("parking_permit", permit_context()), name="Stadt Gera")


@pytest.fixture(params=["decision", "permit"])
def sealed(request: Any) -> bytes:
    return request.getfixturevalue(request.param)


def fonts_of(reader: PdfReader) -> list[DictionaryObject]:
    found = []
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            kind = font.get_object()
            found += [one.get_object() for one in kind.get("/DescendantFonts", [kind])]
    return found


def test_it_says_that_it_is_pdf_a_3a_and_pdf_ua_1(sealed: bytes) -> None:
    metadata = PdfReader(BytesIO(sealed)).trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert 'pdfaid:part="3"' in metadata
    assert 'pdfaid:conformance="A"' in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert metadata.count("pdfaExtension:schemas>") == 2


def test_it_is_tagged_titled_and_has_a_language(sealed: bytes) -> None:
    reader = PdfReader(BytesIO(sealed))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/Type"] == "/StructTreeRoot"
    assert root["/Lang"] == "de"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Bescheid über Ihren Ausweis"
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"


def test_every_typeface_is_embedded_as_a_subset(sealed: bytes) -> None:
    fonts = fonts_of(PdfReader(BytesIO(sealed)))
    assert fonts
    for font in fonts:
        descriptor = font["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)
        assert font["/BaseFont"][7:8] == "+", font["/BaseFont"]


def test_the_text_of_the_notice_can_be_read_out(decision: bytes) -> None:
    reader = PdfReader(BytesIO(decision))
    text = " ".join(reader.pages[0].extract_text().split())
    for part in (
        "Stadt Gera",
        "Jördis Müller-Straßburger",
        "Sie erhalten einen Bewohnerparkausweis für die Zone B.",
        "§ 45 Absatz 1b StVO",
        "Rechtsbehelfsbelehrung",
        "innerhalb eines Monats",
        "Das erlaubt: § 46 Absatz 5 StVO.",
        "22.11.2026",
    ):
        assert part in text
    assert len(reader.pages) == 1


def test_the_permit_shows_zone_plate_and_last_day_in_large_type(permit: bytes) -> None:
    sizes: dict[str, float] = {}

    def visit(text: str, _cm: Any, tm: list[float], _font: Any, size: float) -> None:
        if text.strip():
            sizes[text.strip()] = abs(tm[3] or tm[0]) * size

    page = PdfReader(BytesIO(permit)).pages[0]
    page.extract_text(visitor_text=visit)
    assert sizes["B"] > 150
    assert sizes["G-RZ 1234"] > 28
    assert sizes["21.11.2027"] > 28


def test_a_machine_finds_the_same_facts_inside(permit: bytes) -> None:
    facts = json.loads(PdfReader(BytesIO(permit)).attachments["angaben.json"][0])
    assert facts["template"] == "parking_permit"
    assert facts["content"]["plate"] == "G-RZ 1234"
    assert facts["content"]["valid_until"] == "2027-11-21"


def test_an_english_letter_says_so(in_gera: Any) -> None:
    reader = PdfReader(BytesIO(draw("parking_permit", permit_context(), language="en")))
    assert reader.trailer["/Root"]["/Lang"] == "en"


def test_a_letter_reads_nothing_from_outside(tmp_path: Any, monkeypatch: Any) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text(CREST)
    monkeypatch.setattr(
        rendering,
        "render_to_string",
        lambda *_a: f'<html lang=de><title>x</title><img src="{secret.as_uri()}" alt=x>',
    )
    with pytest.raises(rendering.ForbiddenResource):
        draw("decision", decision_context())


def test_the_file_names_its_verify_code_for_the_verify_page(sealed: bytes) -> None:
    code = conformance.code_inside(sealed)
    assert code is not None
    assert grouped(code) in PdfReader(BytesIO(sealed)).pages[0].extract_text()


def test_the_seal_is_a_pades_signature_that_allows_no_change(sealed: bytes) -> None:
    reader = PdfReader(BytesIO(sealed))
    fields = reader.get_fields()
    assert fields is not None
    signature = fields["Siegel"]["/V"]
    assert signature["/SubFilter"] == "/ETSI.CAdES.detached"
    assert reader.trailer["/Root"]["/Perms"]["/DocMDP"].get_object()["/ByteRange"] == signature["/ByteRange"]
    assert signature["/Reference"][0].get_object()["/TransformParams"]["/P"] == 1


def test_an_intact_seal_is_recognised_and_says_that_it_is_for_development(sealed: bytes) -> None:
    seal = verify_bytes(sealed)
    assert seal.valid
    assert seal.is_development
    assert "Entwicklungssiegel" in seal.signer
    assert seal.signed_at is not None
    assert seal.reason == ""


def test_a_file_without_a_seal_says_so() -> None:
    assert verify_bytes(draw("parking_permit", permit_context())).reason == "no_seal"


def test_something_added_behind_the_seal_is_noticed(sealed: bytes) -> None:
    assert verify_bytes(sealed + b"\n%%EOF\n").reason == "changed"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"%PDF-1.7\nxref\n0 1\ntrailer<</Size 1>>\nstartxref\n9\n%%EOF"])
def test_a_file_that_is_no_pdf_is_unreadable(content: bytes) -> None:
    assert verify_bytes(content).reason == "unreadable"


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_single_changed_byte_never_passes(data: st.DataObject) -> None:
    pdf = _one_sealed_file()
    position = data.draw(st.integers(0, len(pdf) - 1))
    changed = bytearray(pdf)
    changed[position] ^= data.draw(st.integers(1, 255))
    result = verify_bytes(bytes(changed))
    # the signature's own place is the only part a seal cannot cover; its unused end is padding
    assert not result.valid or _in_signature_value(pdf, position)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_verifying_never_fails_on_rubbish(content: bytes) -> None:
    assert not verify_bytes(b"%PDF-1.7\n" + content).valid


def test_a_seal_of_another_key_is_foreign(tmp_path: Any, settings: Any, permit: bytes) -> None:
    settings.DATA_DIR = tmp_path
    assert sealing.verify_bytes(permit).reason == "foreign"


_sealed_file: list[bytes] = []


def _one_sealed_file() -> bytes:
    if not _sealed_file:
        _sealed_file.append(seal_pdf(draw("parking_permit", permit_context()), name="Stadt Gera"))
    return _sealed_file[0]


def _in_signature_value(pdf: bytes, position: int) -> bool:
    signature = PdfReader(BytesIO(pdf)).get_fields()["Siegel"]["/V"]  # type: ignore[index]
    start, length, rest, _more = signature["/ByteRange"]
    return start + length <= position < rest


def test_an_uploaded_logo_stands_on_the_letterhead(in_gera: Any) -> None:
    from django.core.files.base import ContentFile
    from PIL import Image

    from services.documents.letterheads import current_letterhead
    from themes.models import Brand
    from themes.queries import forget_brand

    picture = BytesIO()
    Image.new("RGBA", (8, 2), (160, 0, 0, 128)).save(picture, "PNG")
    brand = Brand.objects.get(pk=1)
    brand.logo.save("logo.png", ContentFile(picture.getvalue()))
    forget_brand("gera")
    head = current_letterhead()
    forget_brand("gera")
    assert head.is_wide
    assert head.crest == "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()
    assert head.issuer == "Stadt Gera"


def test_a_reason_keeps_its_paragraphs() -> None:
    written = {"text": "Das Auto steht in Jena.\n\nDort sind wir <nicht> zuständig.", "source": ""}
    html = render_to_string("documents/letters/decision_text.html", {"content": {"reasons": [written]}})
    assert "Das Auto steht in Jena.<br><br>Dort sind wir &lt;nicht&gt; zuständig." in html
