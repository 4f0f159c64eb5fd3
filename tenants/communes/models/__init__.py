"""Communes, their hosts, how they are made, upgraded and archived, and what the operator did. Tables in `public`."""

from tenants.communes.models.archives import Archive
from tenants.communes.models.audit import AuditEntry
from tenants.communes.models.commune import Commune, CommuneKind, CommuneState
from tenants.communes.models.domains import ANSWERING_STATES, Domain, DomainProof, DomainState
from tenants.communes.models.exports import ReadableExport
from tenants.communes.models.provisioning import ProvisioningRun, SpareSchema
from tenants.communes.models.rollouts import Release, Rollout, RolloutItem

__all__ = [
    "ANSWERING_STATES",
    "Archive",
    "AuditEntry",
    "Commune",
    "CommuneKind",
    "CommuneState",
    "Domain",
    "DomainProof",
    "DomainState",
    "ProvisioningRun",
    "ReadableExport",
    "Release",
    "Rollout",
    "RolloutItem",
    "SpareSchema",
]
