"""An order that comes when its commune is deleted makes nothing, least of all in a cell that commits by itself."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tenants.communes.actions import CommuneOrder, request_commune
from tenants.communes.lifecycle.removal import complete_removal, delete_commune
from tenants.communes.models import Commune, ProvisioningRun
from tenants.communes.provisioning.clone import schema_exists
from tenants.communes.provisioning.steps import provision_commune
from tenants.communes.provisioning.tasks import PICKED_UP_WITHIN, provision_waiting

pytestmark = pytest.mark.commits


@pytest.mark.parametrize("completed", [False, True], ids=["being deleted", "deleted"])
def test_a_late_order_makes_nothing_for_a_deleted_commune(east: str, completed: bool) -> None:
    order = CommuneOrder(official_name="Spätdorf", slug="spaetdorf", cell=east)
    run = request_commune(order=order, actor=None)
    ProvisioningRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - PICKED_UP_WITHIN * 2)
    delete_commune(commune=run.commune, typed_name="Spätdorf", actor=None, reason="-")
    try:
        if completed:
            complete_removal(commune_id=run.commune_id)
        run.refresh_from_db()
        before = (run.state, run.error, run.attempts)
        assert provision_commune(run_id=run.pk).pk == run.pk
        assert provision_waiting() == 0
        run.refresh_from_db()
        assert (run.state, run.error, run.attempts) == before
        assert not schema_exists("spaetdorf", cell=east)
    finally:
        Commune.objects.filter(pk=run.commune_id).delete()
