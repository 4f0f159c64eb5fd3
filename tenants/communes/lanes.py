"""Which lane a task takes, so that a commune with much to do makes no other commune wait.

The worker serves the lanes in turn. In `communes` each commune has only a few tasks standing at any time; what it sends
beyond them takes `bulk`. So whoever sends one task finds a short lane, however long the other is.

The count is kept in the shared cache and is allowed to be wrong: a lost message leaves it too high, so that the
commune's next tasks take the longer lane until the count expires; nothing is lost by it.
"""

from __future__ import annotations

from django.core.cache import cache

from tenants.communes.scope import public_scope

# a commune's own work
COMMUNES = "communes"
# a commune's own work beyond what stands in `communes`
BULK = "bulk"
# the platform's rounds over all communes
PLATFORM = "celery"
# provisioning, rollouts, removals: the worker that logs in as the owner of the schemas
OWNER = "owner"
# the nightly archives and their proofs, a thousand at once: beside `owner`, so that nobody's order waits behind them
ARCHIVES = "archives"
# what a worker without the owner's login serves, and what one with it
WORKER_LANES = (COMMUNES, BULK, PLATFORM)
OWNER_LANES = (OWNER, ARCHIVES)
# seconds that a task of the owner may take; a rollout over a whole fleet, the archive of a large commune
OWNER_TIME_LIMIT = 6 * 3600
STANDING_AT_MOST = 20
FORGOTTEN_AFTER = 3600  # seconds
DELIVERED_AT_MOST = 3


def enter_lane(schema: str) -> str:
    """The lane for one more task of a commune; counts it when that is `communes`."""
    key = _key("standing", schema)
    with public_scope():
        cache.add(key, 0, timeout=FORGOTTEN_AFTER)
        if _change(key, 1) <= STANDING_AT_MOST:
            return COMMUNES
        _change(key, -1)
    return BULK


def leave_lane(schema: str) -> None:
    """One task of the commune that was counted in `communes` has begun."""
    with public_scope():
        if _change(_key("standing", schema), -1) < 0:
            # counted before the count expired
            cache.delete(_key("standing", schema))


def is_delivered_too_often(task_id: str) -> bool:
    """Count one more delivery of a task whose worker died, and say whether it should be given up.

    A task that brings down its worker each time would otherwise come back for ever.
    """
    key = _key("deliveries", task_id)
    with public_scope():
        cache.add(key, 1, timeout=FORGOTTEN_AFTER)
        return _change(key, 1) > DELIVERED_AT_MOST


def _key(what: str, name: str) -> str:
    return f"lanes:{what}:{name}"


def _change(key: str, by: int) -> int:
    try:
        return int(cache.incr(key, by))
    except ValueError:  # it expired between two calls
        return 0
