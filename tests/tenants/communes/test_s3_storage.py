"""Files in S3: each commune under its own prefix, tried against a real HTTP server (moto).

moto does not check signatures, so nothing here says anything about access rights (docs/explanation/tenancy.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import boto3
import pytest
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from moto.server import ThreadedMotoServer

from tenants.communes.scope import commune_scope
from tenants.communes.storage import CommuneS3Storage

BUCKET = "rathausplatz"


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_address: str, monkeypatch: Any) -> Iterator[Any]:
    """A bucket of this test's own."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    client = boto3.client("s3", endpoint_url=s3_address)
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield boto3.resource("s3", endpoint_url=s3_address).Bucket(BUCKET)
    remaining = boto3.resource("s3", endpoint_url=s3_address).Bucket(BUCKET)
    remaining.objects.all().delete()
    remaining.delete()
    client.close()


@pytest.fixture
def storage(bucket: Any, s3_address: str) -> Iterator[CommuneS3Storage]:
    storage = CommuneS3Storage(bucket_name=BUCKET, endpoint_url=s3_address, region_name="eu-central-1")
    yield storage
    storage.connection.meta.client.close()


def content_of(storage: CommuneS3Storage, name: str) -> bytes:
    with storage.open(name) as file:
        return file.read()


def test_a_file_lies_under_the_communes_prefix_and_its_name_does_not_say_so(
    storage: CommuneS3Storage, bucket: Any, gera: Any
) -> None:
    with commune_scope(gera):
        name = storage.save("documents/a.pdf", ContentFile(b"Gera"))
        assert name == "documents/a.pdf"
        assert content_of(storage, name) == b"Gera"
    assert [item.key for item in bucket.objects.all()] == ["gera/documents/a.pdf"]


def test_the_same_name_is_another_file_in_another_commune(
    storage: CommuneS3Storage, bucket: Any, gera: Any, wurzen: Any
) -> None:
    for commune in (gera, wurzen):
        with commune_scope(commune):
            assert storage.save("a.txt", ContentFile(commune.slug.encode())) == "a.txt"
    for commune in (gera, wurzen):
        with commune_scope(commune):
            assert content_of(storage, "a.txt") == commune.slug.encode()
            assert storage.listdir("") == ([], ["a.txt"])
    assert sorted(item.key for item in bucket.objects.all()) == ["gera/a.txt", "wurzen/a.txt"]


def test_a_commune_neither_sees_nor_deletes_anothers_file(
    storage: CommuneS3Storage, bucket: Any, gera: Any, wurzen: Any
) -> None:
    with commune_scope(gera):
        storage.save("a.txt", ContentFile(b"Gera"))
    with commune_scope(wurzen):
        assert not storage.exists("a.txt")
        with pytest.raises(FileNotFoundError):
            storage.open("a.txt")
        storage.delete("a.txt")
    assert [item.key for item in bucket.objects.all()] == ["gera/a.txt"]


@pytest.mark.parametrize("name", ["../wurzen/a.txt", "a/../../wurzen/a.txt", "/../wurzen/a.txt"])
def test_a_name_cannot_leave_the_prefix(storage: CommuneS3Storage, gera: Any, name: str) -> None:
    with commune_scope(gera), pytest.raises(SuspiciousOperation):
        storage.open(name)


def test_a_second_file_of_a_name_does_not_overwrite_the_first(storage: CommuneS3Storage, gera: Any) -> None:
    with commune_scope(gera):
        first = storage.save("a.txt", ContentFile(b"1"))
        second = storage.save("a.txt", ContentFile(b"2"))
        assert first != second
        assert (content_of(storage, first), content_of(storage, second)) == (b"1", b"2")


def test_an_address_is_signed_names_the_communes_object_and_works(storage: CommuneS3Storage, gera: Any) -> None:
    with commune_scope(gera):
        address = storage.url(storage.save("a.txt", ContentFile(b"Gera")))
    assert urlsplit(address).path == f"/{BUCKET}/gera/a.txt"
    assert "X-Amz-Signature=" in address
    with urlopen(address) as answer:
        assert answer.read() == b"Gera"


def test_all_files_of_one_commune_go_in_pages_and_no_other_s(
    storage: CommuneS3Storage, bucket: Any, gera: Any, wurzen: Any
) -> None:
    for number in range(1005):
        bucket.put_object(Key=f"gera/many/{number:04}.txt", Body=b"x")
    for key in ("gera_2/a.txt", "wurzen/a.txt"):
        bucket.put_object(Key=key, Body=b"x")
    with commune_scope(gera):
        assert len(list(storage.paths())) == 1005
        assert next(storage.paths()) == "many/0000.txt"
        storage.clear()
        assert list(storage.paths()) == []
        storage.clear()
    assert sorted(item.key for item in bucket.objects.all()) == ["gera_2/a.txt", "wurzen/a.txt"]


def test_files_are_never_cleared_outside_of_a_commune(storage: CommuneS3Storage, bucket: Any) -> None:
    with pytest.raises(RuntimeError, match="one commune at a time"):
        storage.clear()
