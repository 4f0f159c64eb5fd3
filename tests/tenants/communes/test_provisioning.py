"""A commune is cloned from the template: equal to it, apart from it, and made whole or completed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from tenants.communes.actions import CommuneOrder, request_commune
from tenants.communes.models import Commune, CommuneState, ProvisioningRun
from tenants.communes.provisioning.clone import TEMPLATE_SCHEMA, Catalogue, read_catalogue
from tenants.communes.provisioning.steps import provision_commune, step_names
from tenants.communes.scope import owner_scope
from tests.factories.communes import provision

pytestmark = pytest.mark.django_db


def without_schema(catalogue: Catalogue) -> Any:
    """A catalogue with its schema's name taken out of every definition."""

    def plain(text: str) -> str:
        # PostgreSQL writes the casts of a re-read CHECK elsewhere; where they stand says nothing
        return re.sub(r"::(character varying|text)(\[\])?|[()]", "", text.replace(f"{catalogue.schema}.", ""))

    constraints = {
        table: [(c.name, c.kind, plain(c.definition), c.target) for c in found]
        for table, found in catalogue.constraints.items()
    }
    return catalogue.columns, constraints, sorted(plain(index) for index in catalogue.indexes)


def test_a_clone_has_exactly_the_template_s_tables_constraints_and_indexes(gera: Any) -> None:
    with transaction.atomic():
        clone, template = (without_schema(read_catalogue(name)) for name in (gera.schema, TEMPLATE_SCHEMA))
    for made, wanted in zip(clone, template, strict=True):
        assert made == wanted


def test_a_clone_s_sequences_continue_where_the_template_s_stand(gera: Any) -> None:
    with owner_scope(gera.schema), connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {gera.schema}.django_migrations")
        highest = cursor.fetchone()[0]
        cursor.execute(f"SELECT nextval('{gera.schema}.django_migrations_id_seq')")
        assert cursor.fetchone()[0] == highest + 1


def test_a_commune_is_live_with_all_steps_done_and_an_audit_row(db: None) -> None:
    commune = provision("Hoyerswerda / Wojerecy, Stadt")
    run = commune.provisioning_runs.get()
    assert (commune.slug, commune.name) == ("hoyerswerda", "Hoyerswerda / Wojerecy")
    assert run.finished_steps == step_names()
    assert Commune.objects.get(pk=commune.pk).state == CommuneState.LIVE


def test_provisioning_twice_changes_nothing(db: None) -> None:
    commune = provision("Ellefeld")
    run = commune.provisioning_runs.get()
    again = provision_commune(run_id=run.pk)
    assert (again.state, again.attempts) == (ProvisioningRun.State.DONE, 1)


def test_an_interrupted_run_is_completed_by_the_next(db: None) -> None:
    run = request_commune(order=CommuneOrder(official_name="Göda / Hodźij"), actor=None)
    with owner_scope(TEMPLATE_SCHEMA), connection.cursor() as cursor:
        cursor.execute(f"CREATE VIEW {TEMPLATE_SCHEMA}.strange AS SELECT 1")
    with pytest.raises(RuntimeError, match="strange"):
        provision_commune(run_id=run.pk)
    run.refresh_from_db()
    assert run.state == ProvisioningRun.State.FAILED
    assert Commune.objects.get(pk=run.commune_id).state == CommuneState.BROKEN
    with owner_scope(TEMPLATE_SCHEMA), connection.cursor() as cursor:
        cursor.execute(f"DROP VIEW {TEMPLATE_SCHEMA}.strange")
    assert provision_commune(run_id=run.pk).state == ProvisioningRun.State.DONE
    assert Commune.objects.get(pk=run.commune_id).state == CommuneState.LIVE


def test_a_name_that_is_taken_is_refused_with_a_sentence(gera: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        request_commune(order=CommuneOrder(official_name="gera, stadt", slug="gera-zwei"), actor=None)
    assert "ist schon aufgenommen" in refused.value.messages[0]


def test_a_namesake_is_taken_on_by_its_regional_key(db: None) -> None:
    first = provision("Neukirchen", ars="010000000001", postcode="25927")
    with pytest.raises(ValidationError, match="geben Sie ihren Regionalschlüssel an"):
        request_commune(order=CommuneOrder(official_name="Neukirchen"), actor=None)
    second = provision("Neukirchen", ars="010000000002", postcode="34626")
    assert first.slug != second.slug
    with pytest.raises(ValidationError, match="Diese Kommune ist schon aufgenommen"):
        request_commune(order=CommuneOrder(official_name="Neukirchen", ars="010000000002"), actor=None)


def test_a_slug_that_is_taken_or_reserved_is_refused(gera: Any) -> None:
    for slug, sentence in (("gera", "schon vergeben"), ("console", "reserviert"), ("Ge ra", "Kleinbuchstaben")):
        with pytest.raises(ValidationError, match=sentence):
            request_commune(order=CommuneOrder(official_name="Neustadt", slug=slug), actor=None)
