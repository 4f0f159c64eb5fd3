"""What can be done with service definitions: load packages, and thereby publish them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from .faults import PackageError
from .models import ServiceDefinition
from .reading import PACKAGES, Package, read_packages


def load_packages(*, folder: Path = PACKAGES) -> list[tuple[str, int]]:
    """Publish every package in `folder` that is not published yet; returns (key, version) of all packages.

    All or nothing, and it may be run any number of times. Raises PackageError when a package is faulty, or
    when it differs from what has been published under the same version.
    """
    return publish_packages(packages=read_packages(folder))


def load_shipped_packages() -> None:
    """Publish the packages of this release. Raises PackageError; may be run any number of times."""
    load_packages()


@transaction.atomic
def publish_packages(*, packages: Sequence[Package]) -> list[tuple[str, int]]:
    """Publish checked packages. Raises PackageError for changed content under a published version."""
    published = {
        (row.key, row.version): row.checksum
        for row in ServiceDefinition.objects.only("key", "version", "checksum").filter(
            key__in={package.key for package in packages}, published_at__isnull=False
        )
    }
    faults = [_changed(package) for package in packages if _differs(package, published)]
    if faults:
        raise PackageError(faults)
    new = [package for package in packages if (package.key, package.version) not in published]
    now = timezone.now()
    ServiceDefinition.objects.bulk_create(
        (
            ServiceDefinition(
                key=package.key,
                version=package.version,
                leika_key=package.leika_key,
                content=package.content,
                checksum=package.checksum,
                published_at=now,
            )
            for package in new
        ),
        ignore_conflicts=True,  # another process may be loading the same packages
    )
    return [(package.key, package.version) for package in packages]


def _differs(package: Package, published: dict[tuple[str, int], str]) -> bool:
    known = published.get((package.key, package.version))
    return known is not None and known != package.checksum


def _changed(package: Package) -> str:
    return (
        f"{package.key}: Version {package.version} ist veröffentlicht und darf sich nicht mehr ändern. "
        f"Setzen Sie in {package.key}/definition.yaml „version: {package.version + 1}“, "
        "oder nehmen Sie die Änderung zurück."
    )
