"""Files in S3: each commune under its own prefix, tried against a real one that checks signatures (Ceph)."""

from __future__ import annotations

from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.exceptions import ClientError
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile

from tenants.communes.scope import commune_scope
from tenants.communes.storage import CommuneS3Storage
from tests.servers.running import wait_until

pytestmark = pytest.mark.xdist_group("s3")


def content_of(s3_storage: CommuneS3Storage, name: str) -> bytes:
    with s3_storage.open(name) as file:
        return file.read()


def test_a_file_lies_under_the_communes_prefix_and_its_name_does_not_say_so(
    s3_storage: CommuneS3Storage, bucket: Any, gera: Any
) -> None:
    with commune_scope(gera):
        name = s3_storage.save("documents/a.pdf", ContentFile(b"Gera"))
        assert name == "documents/a.pdf"
        assert content_of(s3_storage, name) == b"Gera"
    assert [item.key for item in bucket.objects.all()] == ["gera/documents/a.pdf"]


def test_the_same_name_is_another_file_in_another_commune(
    s3_storage: CommuneS3Storage, bucket: Any, gera: Any, wurzen: Any
) -> None:
    for commune in (gera, wurzen):
        with commune_scope(commune):
            assert s3_storage.save("a.txt", ContentFile(commune.slug.encode())) == "a.txt"
    for commune in (gera, wurzen):
        with commune_scope(commune):
            assert content_of(s3_storage, "a.txt") == commune.slug.encode()
            assert s3_storage.listdir("") == ([], ["a.txt"])
    assert sorted(item.key for item in bucket.objects.all()) == ["gera/a.txt", "wurzen/a.txt"]


def test_a_commune_neither_sees_nor_deletes_anothers_file(
    s3_storage: CommuneS3Storage, bucket: Any, gera: Any, wurzen: Any
) -> None:
    with commune_scope(gera):
        s3_storage.save("a.txt", ContentFile(b"Gera"))
    with commune_scope(wurzen):
        assert not s3_storage.exists("a.txt")
        with pytest.raises(FileNotFoundError):
            s3_storage.open("a.txt")
        s3_storage.delete("a.txt")
    assert [item.key for item in bucket.objects.all()] == ["gera/a.txt"]


@pytest.mark.parametrize("name", ["../wurzen/a.txt", "a/../../wurzen/a.txt", "/../wurzen/a.txt"])
def test_a_name_cannot_leave_the_prefix(s3_storage: CommuneS3Storage, gera: Any, name: str) -> None:
    with commune_scope(gera), pytest.raises(SuspiciousOperation):
        s3_storage.open(name)


def test_a_second_file_of_a_name_does_not_overwrite_the_first(s3_storage: CommuneS3Storage, gera: Any) -> None:
    with commune_scope(gera):
        first = s3_storage.save("a.txt", ContentFile(b"1"))
        second = s3_storage.save("a.txt", ContentFile(b"2"))
        assert first != second
        assert (content_of(s3_storage, first), content_of(s3_storage, second)) == (b"1", b"2")


def test_an_address_is_signed_names_the_communes_object_and_works(
    s3_storage: CommuneS3Storage, bucket: Any, gera: Any
) -> None:
    with commune_scope(gera):
        address = s3_storage.url(s3_storage.save("a.txt", ContentFile(b"Gera")))
    assert urlsplit(address).path == f"/{bucket.name}/gera/a.txt"
    assert "X-Amz-Signature=" in address
    with urlopen(address) as answer:
        assert answer.read() == b"Gera"


def test_all_files_of_one_commune_go_in_pages_and_no_other_s(
    s3_storage: CommuneS3Storage, bucket: Any, gera: Any, wurzen: Any
) -> None:
    for number in range(1005):
        bucket.put_object(Key=f"gera/many/{number:04}.txt", Body=b"x")
    for key in ("gera_2/a.txt", "wurzen/a.txt"):
        bucket.put_object(Key=key, Body=b"x")
    with commune_scope(gera):
        assert len(list(s3_storage.paths())) == 1005
        assert next(s3_storage.paths()) == "many/0000.txt"
        s3_storage.clear()
        assert list(s3_storage.paths()) == []
        s3_storage.clear()
    assert sorted(item.key for item in bucket.objects.all()) == ["gera_2/a.txt", "wurzen/a.txt"]


def test_files_are_never_cleared_outside_of_a_commune(s3_storage: CommuneS3Storage, bucket: Any) -> None:
    with pytest.raises(RuntimeError, match="one commune at a time"):
        s3_storage.clear()


def refused(request: Request | str) -> int:
    """The status with which a request is refused."""
    with pytest.raises(HTTPError) as answer:
        urlopen(request)
    answer.value.close()
    return answer.value.code


@pytest.fixture
def secret_of_wurzen(s3_storage: CommuneS3Storage, wurzen: Any) -> str:
    """A file of Wurzen, and the address under which Wurzen itself reads it."""
    with commune_scope(wurzen):
        address = s3_storage.url(s3_storage.save("a.txt", ContentFile(b"Wurzen")))
    with urlopen(address) as answer:
        assert answer.read() == b"Wurzen"
    return address


def test_an_address_of_one_commune_cannot_be_turned_into_one_of_another(
    s3_storage: CommuneS3Storage, gera: Any, secret_of_wurzen: str
) -> None:
    with commune_scope(gera):
        address = s3_storage.url(s3_storage.save("a.txt", ContentFile(b"Gera")))
    tampered = address.replace("/gera/a.txt", "/wurzen/a.txt")
    own_signature = urlsplit(secret_of_wurzen).query
    assert urlsplit(tampered).path == urlsplit(secret_of_wurzen).path
    assert urlsplit(tampered).query != own_signature
    assert refused(tampered) == 403
    assert refused(address.replace("/gera/a.txt", "/gera/../wurzen/a.txt")) == 403
    assert refused(address.replace("/gera/a.txt", "/gera/%2e%2e/wurzen/a.txt")) == 403


def test_an_address_to_read_allows_nothing_else(secret_of_wurzen: str, bucket: Any) -> None:
    assert refused(Request(secret_of_wurzen, method="DELETE")) == 403
    assert refused(Request(secret_of_wurzen, data=b"Gera", method="PUT")) == 403
    assert [item.key for item in bucket.objects.all()] == ["wurzen/a.txt"]


def test_nobody_reads_or_lists_without_a_signature(secret_of_wurzen: str, bucket: Any, object_store: Any) -> None:
    assert refused(secret_of_wurzen.split("?")[0]) == 403
    assert refused(f"{object_store.endpoint}/{bucket.name}?list-type=2") == 403


def test_a_wrong_secret_is_refused(secret_of_wurzen: str, bucket: Any, object_store: Any) -> None:
    client = boto3.client("s3", **(object_store.sign_in() | {"aws_secret_access_key": "a-guess"}))
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        client.get_object(Bucket=bucket.name, Key="wurzen/a.txt")
    client.close()


def test_an_address_expires_and_its_end_cannot_be_moved(s3_storage: CommuneS3Storage, gera: Any) -> None:
    with commune_scope(gera):
        name = s3_storage.save("a.txt", ContentFile(b"Gera"))
        address = s3_storage.url(name, expire=1)
    wait_until(lambda: status_of(address) == 403, what="the address has expired")
    assert refused(address.replace("X-Amz-Expires=1&", "X-Amz-Expires=3600&")) == 403


def status_of(address: str) -> int:
    """How the server answers."""
    try:
        with urlopen(address) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code


def test_a_commune_lists_and_deletes_within_its_prefix_only(
    s3_storage: CommuneS3Storage, bucket: Any, gera: Any, secret_of_wurzen: str
) -> None:
    with commune_scope(gera):
        s3_storage.save("wurzen/a.txt", ContentFile(b"Gera"))
        assert s3_storage.listdir("") == (["wurzen"], [])
        s3_storage.delete("wurzen/a.txt")
        for name in ("../wurzen/a.txt", "/../wurzen/a.txt"):
            with pytest.raises(SuspiciousOperation):
                s3_storage.delete(name)
            with pytest.raises(SuspiciousOperation):
                s3_storage.listdir(name)
    assert [item.key for item in bucket.objects.all()] == ["wurzen/a.txt"]


def test_what_is_erased_leaves_no_version_behind(object_store: Any, versioned_bucket: Any, gera: Any) -> None:
    storage = CommuneS3Storage(
        bucket_name=versioned_bucket.name, endpoint_url=object_store.endpoint, region_name=object_store.region
    )
    with commune_scope(gera):
        for name in ("exports/a.zip", "exports/a.zip.other"):
            storage.save(name, ContentFile(b"1"))
        storage.delete("exports/a.zip")
        assert len(list(versioned_bucket.object_versions.all())) == 3
        storage.erase("exports/a.zip")
        storage.erase("exports/a.zip")
    storage.connection.meta.client.close()
    assert [version.object_key for version in versioned_bucket.object_versions.all()] == ["gera/exports/a.zip.other"]
