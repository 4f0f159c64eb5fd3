"""An archive is input from outside: what it claims has a maximum before it is read, and what it holds is asked."""

from __future__ import annotations

import hashlib
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from services.documents import seal_keys
from services.documents.sealing import verify_bytes
from services.documents.smoke import RegisterBrokenError
from tenants.communes.archives import container
from tenants.communes.archives.actions import export_commune
from tenants.communes.archives.container import ArchiveReader
from tenants.communes.archives.format import ArchiveError
from tenants.communes.archives.importing import ROWS, import_commune
from tenants.communes.archives.proof import prove
from tenants.communes.models import Commune, CommuneState, ProvisioningRun
from tenants.communes.provisioning.clone import schema_exists
from tenants.communes.scope import commune_scope
from tests.factories.communes import provision
from tests.services.documents.letters_for_tests import issue_permit
from tests.tenants.communes.archives.forging import SEAL, digest, forge
from tests.tenants.communes.archives.test_round_trip import put_file
from tests.tenants.communes.lifecycle.test_command import say

pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO name=.*sRGB2014.icc:pytest.PytestUnraisableExceptionWarning"
)
REGISTER = "tables/documents_issueddocument.copy"


@pytest.fixture(scope="module")
def archive(own_database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a town with one sealed document; the town itself has another name by now."""
    commune = provision("Altdorf, Stadt", slug="altdorf", ars="990010010020")
    put_file(commune, "a/b.txt", b"hello")
    with commune_scope(commune.ref()):
        issue_permit()
    path = tmp_path_factory.mktemp("archive") / "altdorf.zip"
    export_commune(commune=Commune.objects.get(pk=commune.pk), to=path)
    Commune.objects.filter(pk=commune.pk).update(ars="", official_name="Neudorf", slug="neudorf")
    return path


@pytest.fixture
def nothing_made(archive: Path) -> Any:
    before = Commune.objects.count(), ProvisioningRun.objects.count()
    yield
    assert (Commune.objects.count(), ProvisioningRun.objects.count()) == before


def with_another_digest(source: Path, target: Path) -> Path:
    """Well sealed, and the register names another file than the one that was issued."""
    with zipfile.ZipFile(source) as opened:
        register = opened.read(REGISTER)
        (old,) = {digest(opened.read(n)).encode() for n in opened.namelist() if n.endswith(".pdf")}
    changed = register.replace(old, digest(b"another file").encode())
    assert changed != register

    def admit(content: dict[str, Any]) -> None:
        table = next(one for one in content["tables"] if f"tables/{one['name']}.copy" == REGISTER)
        table |= {"sha256": digest(changed)}

    return forge(source, target, manifest=admit, parts=lambda found: found.update({REGISTER: changed}))


def test_a_forged_register_is_no_proof_and_comes_in_nowhere_and_the_good_file_does(
    archive: Path, tmp_path: Path, make_commune: Callable[..., Commune]
) -> None:
    forged = with_another_digest(archive, tmp_path / "forged.zip")
    with ArchiveReader(forged) as reader, pytest.raises(RegisterBrokenError, match="not what the register says"):
        prove(reader, make_commune().ref())
    with pytest.raises(RegisterBrokenError):
        import_commune(path=forged, slug="altdorf-neu")
    refused = Commune.objects.get(slug="altdorf-neu")
    assert refused.state == CommuneState.BROKEN
    assert not schema_exists(refused.schema_name)
    run = import_commune(path=archive, slug="altdorf-neu")
    assert (run.commune_id, run.state) == (refused.pk, ProvisioningRun.State.DONE)
    found = Commune.objects.get(pk=refused.pk)
    assert found.state == CommuneState.LIVE
    # once more is once: it is the run of the good file now
    assert import_commune(path=archive, slug="altdorf-neu").pk == run.pk


def test_another_file_never_takes_the_place_of_rows_that_are_in(
    archive: Path, tmp_path: Path, make_commune: Callable[..., Commune]
) -> None:
    def later(content: dict[str, Any]) -> None:
        content["created_at"] = "2027-01-01T00:00:00+00:00"

    def renamed(content: dict[str, Any]) -> None:
        content["commune"] |= {"ars": "990010010021", "official_name": "Oberdorf", "slug": "oberdorf"}

    path = forge(archive, tmp_path / "one.zip", manifest=renamed)
    run = import_commune(path=path)
    ProvisioningRun.objects.filter(pk=run.pk).update(state="failed", finished_steps=[ROWS])
    Commune.objects.filter(pk=run.commune_id).update(state=CommuneState.BROKEN)
    other = forge(path, tmp_path / "two.zip", manifest=later)
    with pytest.raises(ArchiveError, match=r"was not completed.*commune delete oberdorf"):
        import_commune(path=other)
    assert import_commune(path=path).state == ProvisioningRun.State.DONE


def test_a_wrong_part_is_found_before_anything_is_made(archive: Path, tmp_path: Path, nothing_made: None) -> None:
    path = forge(archive, tmp_path / "x.zip", parts=lambda found: found.update({"files/a/b.txt": b"hellO"}))
    with pytest.raises(ArchiveError, match=r"files/a/b.txt is not what"):
        import_commune(path=path)


@pytest.mark.parametrize("content", [b"%PDF-1.7" * 200, b"x" * 1000, "Straße;Nr\r\n".encode() * 100])
def test_another_kind_of_file_is_called_so(tmp_path: Path, content: bytes, own_database: str) -> None:
    (tmp_path / "notes.txt").write_bytes(content)
    with pytest.raises(CommandError, match="a file of another kind"):
        say("import", str(tmp_path / "notes.txt"))


def test_the_readable_export_is_called_by_its_name(
    make_commune: Callable[..., Commune], tmp_path: Path, archive_dir: Path
) -> None:
    commune = make_commune()
    say("export", commune.slug, "--readable", "--to", str(tmp_path / "town.zip"))
    with pytest.raises(CommandError, match="a readable export is none"):
        say("import", str(tmp_path / "town.zip"))


def sealed(path: Path, body: bytes) -> Path:
    path.write_bytes(body + f"sha256:{hashlib.sha256(body).hexdigest()}".encode())
    return path


def with_end(source: Path, target: Path, **changes: int) -> Path:
    """The same file with other numbers in the record at its end, sealed again."""
    body = bytearray(source.read_bytes()[:-SEAL])
    fields = ["begin", "disk", "start", "here", "parts", "length", "offset", "comment"]
    end = dict(zip(fields, struct.unpack("<4s4H2LH", body[-22:]), strict=True)) | changes
    body[-22:] = struct.pack("<4s4H2LH", *end.values())
    return sealed(target, bytes(body))


def test_the_list_of_parts_has_a_maximum_before_it_is_read(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for changes in ({"length": container.MOST_DIRECTORY_BYTES + 1}, {"parts": 0xFFFF}, {"length": 0xFFFFFFFF}):
        with pytest.raises(ArchiveError, match=r"more parts|list of parts"):
            ArchiveReader(with_end(archive, tmp_path / "x.zip", **changes))
    monkeypatch.setattr(container, "MOST_PARTS", 10)
    with pytest.raises(ArchiveError, match="more parts than an archive may have"):
        ArchiveReader(archive)


def test_a_large_list_in_a_record_of_its_own_is_counted_too(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = archive.read_bytes()[:-SEAL]
    begin, disk, start, here, parts, length, offset, comment = struct.unpack("<4s4H2LH", body[-22:])
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, here, parts, length, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(body) - 22, 1)
    end = struct.pack("<4s4H2LH", begin, disk, start, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, comment)
    path = sealed(tmp_path / "large.zip", body[:-22] + large + locator + end)
    ArchiveReader(path).close()
    monkeypatch.setattr(container, "MOST_PARTS", 10)
    with pytest.raises(ArchiveError, match="more parts than an archive may have"):
        ArchiveReader(path)


def change_brand(content: dict[str, Any]) -> None:
    content["commune"]["brand"] = {"x": "y" * 300_000}


def change_name(content: dict[str, Any]) -> None:
    content["commune"]["name"] = "x" * 501


def change_path(content: dict[str, Any]) -> None:
    content["files"][0]["path"] = "a/" + "ä" * 200


def change_depth(content: dict[str, Any]) -> None:
    content["files"][0]["path"] = "/".join(["abcdefgh"] * 110)


def change_sequence(content: dict[str, Any]) -> None:
    content["sequences"][0]["value"] = 10**30


def change_count(content: dict[str, Any]) -> None:
    content["tables"][0]["rows"] = 10**30


def change_level(content: dict[str, Any]) -> None:
    content["created_at"] = "9" * 1_000_000


def change_nesting(content: dict[str, Any]) -> None:
    inner: Any = []
    for _level in range(400):
        inner = [inner]
    content["commune"]["tags"] = inner


@pytest.mark.parametrize(
    "change",
    [
        change_brand,
        change_name,
        change_path,
        change_depth,
        change_sequence,
        change_count,
        change_level,
        change_nesting,
    ],
)
def test_what_the_manifest_says_has_a_maximum(
    archive: Path, tmp_path: Path, nothing_made: None, change: Callable[[dict[str, Any]], None]
) -> None:
    with pytest.raises(ArchiveError, match="manifest") as refused:
        import_commune(path=forge(archive, tmp_path / "x.zip", manifest=change), slug="ganz-neu")
    assert len(str(refused.value)) < 2500


def test_what_was_checked_is_what_is_read(archive: Path, tmp_path: Path) -> None:
    """Another file under the name, a moment after the check, changes nothing."""
    path = tmp_path / "town.zip"
    path.write_bytes(archive.read_bytes())
    with ArchiveReader(path) as reader:
        path.unlink()
        path.write_bytes(b"something else")
        reader.check_all()


def test_the_seal_of_another_installation_is_whole_and_the_operator_is_told_whose_it_is(
    archive: Path, tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def renamed(content: dict[str, Any]) -> None:
        content["commune"] |= {"ars": "990010010022", "official_name": "Unterdorf", "slug": "unterdorf"}

    path = forge(archive, tmp_path / "town.zip", manifest=renamed)
    # another installation: its own data, its own seal
    settings.DATA_DIR = tmp_path / "elsewhere"
    settings.MEDIA_ROOT = str(tmp_path / "elsewhere" / "media")
    say("import", str(path))
    told = capsys.readouterr().err
    assert "DOCUMENT_SEAL_FORMER_CERTIFICATES" in told
    (kept,) = (tmp_path / "elsewhere" / "seals_of_imports").glob("*.pem")
    assert str(kept) in told
    with zipfile.ZipFile(path) as opened:
        pdf = next(opened.read(name) for name in opened.namelist() if name.endswith(".pdf"))
    seal = verify_bytes(pdf)
    assert (seal.intact, seal.trusted, seal.reason) == (True, False, "foreign")
    folder = seal_keys.development_folder()
    settings.DOCUMENT_SEAL_KEY, settings.DOCUMENT_SEAL_CERTIFICATE = str(folder / "seal.key"), str(folder / "seal.pem")
    settings.DOCUMENT_SEAL_FORMER_CERTIFICATES = str(kept)
    assert verify_bytes(pdf).valid
