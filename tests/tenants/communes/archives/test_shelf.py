"""Archives lie in a folder or in S3, whole or not at all, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tenants.communes.archives.format import ArchiveError
from tenants.communes.archives.shelf import UNFINISHED, making, shelf, workshop

pytestmark = pytest.mark.xdist_group("s3")


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> str:
    """ARCHIVE_DIR, as a folder or as a prefix in a bucket."""
    settings.DATA_DIR = tmp_path / "data"
    settings.ARCHIVE_DIR = str(tmp_path / "archives")
    if request.param == "s3":
        store, bucket = request.getfixturevalue("object_store"), request.getfixturevalue("bucket")
        settings.AWS_S3_ENDPOINT_URL, settings.AWS_S3_REGION_NAME = store.endpoint, store.region
        settings.ARCHIVE_DIR = f"s3://{bucket.name}/a/b"
    return str(request.param)


@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning")
def test_what_is_put_is_found_fetched_and_deleted(place: str) -> None:
    with making() as (stream, path):
        stream.write(b"archive")
        stream.flush()
        shelf().put("gera/1-nightly.zip", path)
    assert not any(workshop().glob(f"*{UNFINISHED}"))
    assert shelf().exists("gera/1-nightly.zip")
    assert shelf().names("gera/") == ["gera/1-nightly.zip"]
    assert shelf().names("ger/") == []
    with shelf().fetched("gera/1-nightly.zip") as found:
        assert found.read_bytes() == b"archive"
    shelf().delete("gera/1-nightly.zip")
    shelf().delete("gera/1-nightly.zip")
    assert not shelf().exists("gera/1-nightly.zip")
    with pytest.raises(FileNotFoundError), shelf().fetched("gera/1-nightly.zip"):
        pass


@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning")
def test_what_is_deleted_leaves_no_version_behind(object_store: Any, versioned_bucket: Any, settings: Any) -> None:
    settings.AWS_S3_ENDPOINT_URL, settings.AWS_S3_REGION_NAME = object_store.endpoint, object_store.region
    settings.ARCHIVE_DIR = f"s3://{versioned_bucket.name}/a"
    for key in ("a/gera/1.zip", "a/gera/1.zip", "a/gera/1.zip.other"):
        versioned_bucket.put_object(Key=key, Body=b"archive")
    shelf().delete("gera/1.zip")
    assert [version.object_key for version in versioned_bucket.object_versions.all()] == ["a/gera/1.zip.other"]


@pytest.mark.parametrize("place", ["s3://bucket", "s3://bucket/"])
def test_a_whole_bucket_is_no_shelf(settings: Any, place: str) -> None:
    settings.ARCHIVE_DIR = place
    with pytest.raises(ArchiveError, match="a prefix of their own"):
        shelf()


def test_an_archive_is_readable_by_its_owner_only(settings: Any, tmp_path: Path) -> None:
    settings.ARCHIVE_DIR = str(tmp_path / "archives")
    with making() as (stream, path):
        stream.write(b"archive")
        shelf().put("gera/1.zip", path)
    assert (tmp_path / "archives" / "gera" / "1.zip").stat().st_mode & 0o077 == 0
    assert (tmp_path / "archives" / "gera").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["../x.zip", "a/../../x.zip", "/etc/x.zip"])
def test_a_name_can_not_leave_the_shelf(settings: Any, tmp_path: Path, name: str) -> None:
    settings.ARCHIVE_DIR = str(tmp_path / "archives")
    with pytest.raises(ValueError, match="leaves the shelf"):
        shelf().exists(name)
