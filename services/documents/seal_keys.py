"""The seal's key and certificate.

Production names them in the settings DOCUMENT_SEAL_KEY and DOCUMENT_SEAL_CERTIFICATE (each a path or PEM
text); optional are DOCUMENT_SEAL_CHAIN (certificates up to the root), DOCUMENT_SEAL_PASSPHRASE and, after a
change of keys, DOCUMENT_SEAL_FORMER_CERTIFICATES (those of older documents). Without them the installation
makes a development authority and key once under DATA_DIR/seal; its certificate says so in its subject,
the verify page shows it, and `check --deploy` refuses it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

DEVELOPMENT_MARK = "Entwicklungssiegel"
_OPTIONAL = ("CHAIN", "PASSPHRASE", "FORMER_CERTIFICATES")
_LIFETIME = timedelta(days=3650)


class SealKeyUnusable(RuntimeError):
    """The configured key or certificate cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Seal:
    """What is needed to sign, and by which certificates our own seals are recognised.

    Recognition goes by the certificate itself, not by its issuer: a public authority seals for many.
    """

    signer: SimpleSigner
    certificates: tuple[asn1_x509.Certificate, ...]
    subject: str
    not_after: datetime
    is_development: bool


def current_seal() -> Seal:
    """The installation's seal, read once per process. Raises SealKeyUnusable."""
    key, certificate = _setting("DOCUMENT_SEAL_KEY"), _setting("DOCUMENT_SEAL_CERTIFICATE")
    if bool(key) != bool(certificate):
        raise SealKeyUnusable("DOCUMENT_SEAL_KEY and DOCUMENT_SEAL_CERTIFICATE belong together; one is missing.")
    if key:
        return _load(key, certificate, *(_setting(f"DOCUMENT_SEAL_{name}") for name in _OPTIONAL))
    folder = development_folder()
    make_development_key(folder)
    return _load(str(folder / "seal.key"), str(folder / "seal.pem"), str(folder / "authority.pem"))


def development_folder() -> Path:
    return Path(settings.DATA_DIR) / "seal"


def make_development_key(folder: Path) -> None:
    """Make authority, key and certificate once. Safe if several processes start together: the first wins."""
    if (folder / "seal.key").exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=".seal-", dir=folder.parent))  # mkdtemp: 0700
    try:
        _write_development_files(workshop)
        workshop.rename(folder)
    except OSError:
        if not (folder / "seal.key").exists():
            raise
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _write_development_files(folder: Path) -> None:
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = _name(f"Rathausplatz {DEVELOPMENT_MARK} – Zertifizierungsstelle")
    authority = _certificate(authority_name, authority_name, authority_key.public_key(), authority_key, is_ca=True)
    subject = _name(f"{DEVELOPMENT_MARK} – ohne Rechtswirkung")
    certificate = _certificate(subject, authority_name, key.public_key(), authority_key, is_ca=False)
    (folder / "authority.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    (folder / "seal.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(folder / "seal.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(private)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"Rathausplatz ({DEVELOPMENT_MARK})"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    signing_key: ec.EllipticCurvePrivateKey,
    *,
    is_ca: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=not is_ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )
    authority_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=0 if is_ca else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(authority_id, critical=False)
        .sign(signing_key, hashes.SHA256())
    )


@lru_cache(maxsize=8)
def _load(key: str, certificate: str, chain: str = "", passphrase: str = "", former: str = "") -> Seal:
    try:
        signing_key = load_private_key_from_pemder_data(
            _pem(key), passphrase=passphrase.encode() if passphrase else None
        )
        own, *between = load_certs_from_pemder_data(_pem(certificate))
        others = [*between, *(load_certs_from_pemder_data(_pem(chain)) if chain else ())]
        older = tuple(load_certs_from_pemder_data(_pem(former))) if former else ()
    except (OSError, ValueError, TypeError) as error:
        raise SealKeyUnusable(f"The document seal cannot be loaded: {error}") from error
    store = SimpleCertificateStore.from_certs([own, *others])  # type: ignore[no-untyped-call]
    return Seal(
        signer=SimpleSigner(signing_cert=own, signing_key=signing_key, cert_registry=store, embed_roots=True),
        certificates=(own, *older),
        subject=own.subject.human_friendly,
        not_after=own.not_valid_after,
        is_development=DEVELOPMENT_MARK in own.subject.human_friendly,
    )


def _pem(path_or_text: str) -> bytes:
    if "-----BEGIN" in path_or_text:
        return path_or_text.replace("\\n", "\n").encode()
    return Path(path_or_text).read_bytes()


def _setting(name: str) -> str:
    return str(getattr(settings, name, "") or "")
