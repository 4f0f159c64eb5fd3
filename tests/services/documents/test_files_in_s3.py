"""A document's file may lie in S3 as well as on disk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from services.documents.models import IssuedDocument
from services.documents.queries import file_response
from tenants.communes.storage import CommuneS3Storage
from tests.services.documents.letters_for_tests import issue_permit


@pytest.fixture
def bucket(monkeypatch: Any) -> Iterator[Any]:
    """A bucket on a server of this test's own, used for the files of documents."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    place = {"endpoint_url": f"http://{host}:{port}", "region_name": "us-east-1"}
    client = boto3.client("s3", **place)
    client.create_bucket(Bucket="documents")
    storage = CommuneS3Storage(bucket_name="documents", **place)
    monkeypatch.setattr(IssuedDocument._meta.get_field("file"), "storage", storage)
    yield boto3.resource("s3", **place).Bucket("documents")
    storage.connection.meta.client.close()
    client.close()
    server.stop()


def test_a_document_is_issued_to_s3_and_read_back(bucket: Any, in_gera: Any) -> None:
    document = issue_permit()
    assert file_response(document).content.startswith(b"%PDF-1.7")
    (stored,) = bucket.objects.all()
    assert (stored.key, stored.size) == (f"gera/{document.file.name}", document.size)
