"""Communes, hosts, cells, how all are made, upgraded, moved and archived, and what the operator did. In `public`."""

from tenants.communes.models.archives import Archive, ArchiveIntent
from tenants.communes.models.audit import AuditEntry
from tenants.communes.models.cells import Cell, Move
from tenants.communes.models.commune import Commune, CommuneKind, CommuneState
from tenants.communes.models.counts import Count
from tenants.communes.models.domains import ANSWERING_STATES, Domain, DomainProof, DomainState
from tenants.communes.models.exports import ReadableExport
from tenants.communes.models.provisioning import ProvisioningRun, SpareSchema
from tenants.communes.models.rollouts import Release, Rollout, RolloutItem

__all__ = [
    "ANSWERING_STATES",
    "Archive",
    "ArchiveIntent",
    "AuditEntry",
    "Cell",
    "Commune",
    "CommuneKind",
    "CommuneState",
    "Count",
    "Domain",
    "DomainProof",
    "DomainState",
    "Move",
    "ProvisioningRun",
    "ReadableExport",
    "Release",
    "Rollout",
    "RolloutItem",
    "SpareSchema",
]
