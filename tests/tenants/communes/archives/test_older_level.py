"""An archive of an older level comes back through the structure it was made with, and is migrated forward."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoMigrate

from tenants.accounts.models import User
from tenants.communes.archives.actions import export_commune
from tenants.communes.archives.container import ArchiveReader
from tenants.communes.archives.importing import import_commune
from tenants.communes.models import Commune, CommuneState
from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA, read_catalogue
from tenants.communes.rollouts.standing import applied_in
from tenants.communes.scope import PUBLIC_SCHEMA, commune_scope, owner_scope
from tests.tenants.communes.archives.test_proof import scratch_schemas
from tests.tenants.communes.archives.test_round_trip import contents


def test_an_older_archive_is_restored_and_migrated(make_commune: Callable[..., Commune], tmp_path: Path) -> None:
    old = make_commune()
    with commune_scope(old.ref()):
        User.objects.create_user("erste@ort.example", "geheim geheim 1", name="Erste Person")
    with owner_scope(old.schema_name):
        call_command(DjangoMigrate(), "accounts", "0001_initial", verbosity=0, interactive=False)
    behind = applied_in(TEMPLATE_SCHEMA) - applied_in(old.schema_name)
    assert ("accounts", "0002_user_invited_at") in behind
    path = tmp_path / "old.zip"
    export_commune(commune=old, to=path)
    with ArchiveReader(path) as reader:
        users = next(table for table in reader.manifest.tables if table.name == "accounts_user")
        assert "invited_at" not in users.columns

    Commune.objects.filter(pk=old.pk).update(official_name="Anderswo")
    run = import_commune(path=path, slug=f"{old.slug}-neu")
    new = Commune.objects.get(pk=run.commune_id)
    assert new.state == CommuneState.LIVE
    assert applied_in(new.schema_name) == applied_in(TEMPLATE_SCHEMA)
    assert scratch_schemas() == []
    before, after = contents(old.schema_name), contents(new.schema_name)
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed == {"accounts_user", "django_migrations", "wagtailcore_site"}
    with commune_scope(new.ref()):
        person = User.objects.get(email="erste@ort.example")
        assert (person.name, person.invited_at) == ("Erste Person", None)
    with owner_scope(PUBLIC_SCHEMA):
        columns = read_catalogue(new.schema_name).columns
        assert columns.keys() == read_catalogue(TEMPLATE_SCHEMA).columns.keys()
