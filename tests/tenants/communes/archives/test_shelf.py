"""Archives lie in a folder or in S3, whole or not at all, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tenants.communes.archives.shelf import UNFINISHED, making, shelf, workshop


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def place(
    request: pytest.FixtureRequest, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """ARCHIVE_DIR, as a folder or as a prefix in a bucket."""
    settings.DATA_DIR = tmp_path / "data"
    if request.param == "folder":
        settings.ARCHIVE_DIR = str(tmp_path / "archives")
        yield request.param
        return
    address = request.getfixturevalue("s3_address")
    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    settings.AWS_S3_ENDPOINT_URL, settings.AWS_S3_REGION_NAME = address, "us-east-1"
    settings.ARCHIVE_DIR = "s3://shelf/a/b"
    client = boto3.client("s3", endpoint_url=address)
    client.create_bucket(Bucket="shelf")
    yield request.param
    bucket = boto3.resource("s3", endpoint_url=address).Bucket("shelf")
    bucket.objects.all().delete()
    bucket.delete()
    client.close()


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
