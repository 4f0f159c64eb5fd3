"""Where the seal's key comes from, and that a development key never serves in production."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.documents import seal_keys
from services.documents.checks import every_letter_has_a_template, the_seal_is_fit_for_production
from services.documents.seal_keys import SealKeyUnusable, current_seal, make_development_key
from services.documents.sealing import seal_pdf, verify_bytes
from services.documents.warmth import warm_up
from tests.services.documents.test_pdf import draw, permit_context


@pytest.fixture
def own_key(tmp_path: Path, settings: Any) -> Path:
    """A key and certificate as a municipality would configure them."""
    key = ec.generate_private_key(ec.SECP384R1())
    name = seal_keys._name("Siegel der Stadt Gera")
    name = type(name)([*name][1:])  # without the organisation, which carries the development mark
    certificate = seal_keys._certificate(name, name, key.public_key(), key, is_ca=False)
    (tmp_path / "own.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "own.key").write_bytes(private)
    settings.DOCUMENT_SEAL_KEY = str(tmp_path / "own.key")
    settings.DOCUMENT_SEAL_CERTIFICATE = str(tmp_path / "own.pem")
    return tmp_path


def ids() -> list[str | None]:
    return [message.id for message in the_seal_is_fit_for_production(None)]


def test_the_development_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "seal"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make_development_key, [folder] * 8))
    key = folder / "seal.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.parent.iterdir()] == ["seal"]
    before = key.read_bytes()
    make_development_key(folder)
    assert key.read_bytes() == before


def test_the_development_seal_says_what_it_is() -> None:
    assert current_seal().is_development
    assert "ohne Rechtswirkung" in current_seal().subject


def test_the_deployment_check_refuses_the_development_key() -> None:
    assert ids() == ["documents.E001"]


def test_the_deployment_check_accepts_a_key_of_ones_own(own_key: Path) -> None:
    assert ids() == []
    assert not current_seal().is_development


def test_a_key_may_be_given_as_text(own_key: Path, settings: Any) -> None:
    settings.DOCUMENT_SEAL_KEY = (own_key / "own.key").read_text().replace("\n", "\\n")
    settings.DOCUMENT_SEAL_CERTIFICATE = (own_key / "own.pem").read_text()
    assert "Siegel der Stadt Gera" in current_seal().subject


def test_half_a_configuration_is_refused_with_both_names(own_key: Path, settings: Any) -> None:
    settings.DOCUMENT_SEAL_CERTIFICATE = ""
    with pytest.raises(SealKeyUnusable, match=r"DOCUMENT_SEAL_KEY and DOCUMENT_SEAL_CERTIFICATE"):
        current_seal()
    assert ids() == ["documents.E002"]


def test_a_missing_file_is_refused(settings: Any) -> None:
    settings.DOCUMENT_SEAL_KEY = settings.DOCUMENT_SEAL_CERTIFICATE = "/nowhere/seal.pem"
    assert ids() == ["documents.E002"]


def test_documents_sealed_before_a_change_of_keys_stay_valid(own_key: Path, settings: Any) -> None:
    old = seal_pdf(draw("parking_permit", permit_context()), name="Stadt Gera")
    settings.DOCUMENT_SEAL_KEY = settings.DOCUMENT_SEAL_CERTIFICATE = ""
    assert verify_bytes(old).reason == "foreign"
    settings.DOCUMENT_SEAL_KEY = str(seal_keys.development_folder() / "seal.key")
    settings.DOCUMENT_SEAL_CERTIFICATE = str(seal_keys.development_folder() / "seal.pem")
    settings.DOCUMENT_SEAL_FORMER_CERTIFICATES = str(own_key / "own.pem")
    assert verify_bytes(old).valid


def test_every_registered_letter_has_its_template() -> None:
    assert every_letter_has_a_template(None) == []


def test_warming_up_can_be_done_twice() -> None:
    warm_up()
    warm_up()
