"""What is killed: each kind of work, how a fresh piece of it is ordered, and what it must have come to afterwards."""

from __future__ import annotations

import itertools
import uuid
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from infra.bench.fleet import make_commune, order_commune
from infra.bench.releases import Releases


class Left(StrEnum):
    """What a killed process had come to, as everybody else sees it."""

    NOTHING = "nothing"
    PART = "a part"
    ALL = "all"


class Victim(Protocol):
    """A kind of work. `work` and `arguments` name it for the nursery."""

    title: str
    work: str
    arguments: dict[str, Any]

    def begin(self) -> None:
        """Order a fresh piece of work."""

    def left(self) -> Left:
        """What there is of it now."""

    def faults(self) -> list[str]:
        """What is wrong with it after the next run, a sentence each."""


def _name() -> str:
    return f"Opferdorf {uuid.uuid4().hex[:8]}"


class Provisioning:
    """An ordered commune is made."""

    title, work = "provisioning", "provision"

    def begin(self) -> None:
        self.run_id = order_commune(_name())
        self.arguments: dict[str, Any] = {"run_id": self.run_id}

    def left(self) -> Left:
        from tenants.communes.models import CommuneState, ProvisioningRun
        from tenants.communes.provisioning.clone import schema_exists

        run = ProvisioningRun.objects.select_related("commune").get(pk=self.run_id)
        if run.state == ProvisioningRun.State.DONE:
            return Left.ALL
        if schema_exists(run.commune.schema_name) or run.commune.state != CommuneState.REQUESTED:
            return Left.PART
        return Left.NOTHING

    def faults(self) -> list[str]:
        from tenants.communes.models import Commune, CommuneState, ProvisioningRun

        run = ProvisioningRun.objects.get(pk=self.run_id)
        state = Commune.objects.get(pk=run.commune_id).state
        if (run.state, state) == (ProvisioningRun.State.DONE, CommuneState.LIVE):
            return []
        return [f"the run is {run.state}, its commune {state}"]


class Rollout:
    """A release with one more column goes over the whole fleet."""

    title, work = "rollout", "migrate"
    arguments: dict[str, Any] = {"jobs": 2}

    def __init__(self, releases: Releases) -> None:
        self._releases = releases

    def begin(self) -> None:
        from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA

        self._old = self._standings()[TEMPLATE_SCHEMA]
        column = f"chaos_{uuid.uuid4().hex[:8]}"
        operation = f'        migrations.AddField("idea", "{column}", models.IntegerField(null=True)),\n'
        self._releases.add(operation)

    def left(self) -> Left:
        found = set(self._standings().values())
        if found == {self._old}:
            return Left.NOTHING
        return Left.PART if self._old in found else Left.ALL

    def faults(self) -> list[str]:
        from tenants.communes.models import Rollout as Run

        found = list(self._standings().values())
        behind, kinds = found.count(self._old), len(set(found))
        running = Run.objects.filter(state=Run.State.RUNNING).count()
        sentences = {
            f"{behind} schemas are behind": behind,
            f"schemas stand at {kinds} places": kinds > 1,
            f"{running} runs seem to be going on": running,
        }
        return [sentence for sentence, is_so in sentences.items() if is_so]

    def _standings(self) -> dict[str, str]:
        from tenants.communes.models import Commune, CommuneState
        from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA
        from tenants.communes.rollouts.standing import standings

        live = Commune.objects.filter(state=CommuneState.LIVE).values_list("schema_name", flat=True)
        return standings([TEMPLATE_SCHEMA, *live])


class Export:
    """A commune's archive is written."""

    title, work = "archive: export", "export"

    def __init__(self, schema: str, folder: Path) -> None:
        self.path = folder / "chaos.zip"
        self.arguments: dict[str, Any] = {"schema": schema, "to": str(self.path)}

    def begin(self) -> None:
        self.path.unlink(missing_ok=True)

    def left(self) -> Left:
        if self.path.exists():
            return Left.ALL
        return Left.PART if self._unfinished() else Left.NOTHING

    def faults(self) -> list[str]:
        from tenants.communes.archives.container import ArchiveReader

        with ArchiveReader(self.path) as reader:
            reader.check_all()
        return [f"{path.name} lies about" for path in self._unfinished()]

    def _unfinished(self) -> list[Path]:
        return list(self.path.parent.glob(f"{self.path.name}.*"))


class Import:
    """An archive becomes a commune again, beside the one it is of."""

    title, work = "archive: import", "bring"

    def __init__(self, archive: Path, original: str) -> None:
        self._archive, self._numbers = archive, itertools.count()
        self._rename(original)
        self._slug = ""

    def begin(self) -> None:
        if self._slug:
            self._rename(self._slug)
        self._slug = f"kopie-{uuid.uuid4().hex[:8]}"
        self.arguments: dict[str, Any] = {"path": str(self._archive), "slug": self._slug}

    def left(self) -> Left:
        from tenants.communes.models import ProvisioningRun

        run = ProvisioningRun.objects.filter(commune__slug=self._slug).first()
        if run is None:
            return Left.NOTHING
        return Left.ALL if run.state == ProvisioningRun.State.DONE else Left.PART

    def faults(self) -> list[str]:
        from tenants.communes.models import Commune, CommuneState

        found = list(Commune.objects.filter(slug=self._slug).values_list("state", flat=True))
        return [] if found == [CommuneState.LIVE] else [f"the copy is {found or 'not there'}"]

    def _rename(self, slug: str) -> None:
        """Another name in the operator's list: the archive's is taken no longer."""
        from tenants.communes.models import Commune

        Commune.objects.filter(slug=slug).update(official_name=f"Anderswo {slug} {next(self._numbers)}")


class Removal:
    """A commune that never got further is removed for good."""

    title, work = "deletion", "remove"

    def begin(self) -> None:
        from tenants.communes.lifecycle.removal import delete_commune
        from tenants.communes.models import Commune, CommuneState

        name = _name()
        make_commune(name)
        Commune.objects.filter(official_name=name).update(state=CommuneState.BROKEN)
        self._commune = Commune.objects.get(official_name=name)
        delete_commune(commune=self._commune, typed_name=name, actor=None, reason="measurement")
        self.arguments: dict[str, Any] = {"commune_id": self._commune.pk}

    def left(self) -> Left:
        from tenants.communes.models import Commune, CommuneState, Domain
        from tenants.communes.provisioning.clone import schema_exists

        if Commune.objects.get(pk=self._commune.pk).state == CommuneState.DELETED:
            return Left.ALL
        there = schema_exists(self._commune.schema_name) and Domain.objects.filter(tenant=self._commune).exists()
        return Left.NOTHING if there else Left.PART

    def faults(self) -> list[str]:
        return [] if self.left() == Left.ALL else ["the commune is not deleted"]
