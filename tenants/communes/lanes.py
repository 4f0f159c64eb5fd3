"""Which lane a task takes, so that a commune with much to do makes no other commune wait.

The worker serves the lanes in turn. In `communes` each commune has only a few tasks standing at any time; what it sends
beyond them takes `bulk`. So whoever sends one task finds a short lane, however long the other is.

What stands is counted in PostgreSQL, apart from the work that sends (`tenants.communes.counters`), and the count is
allowed to be wrong: a lost message leaves it too high, so that the commune's next tasks take the longer lane until the
count ends; nothing is lost by it. Where nothing can be counted, tasks take the short lane.
"""

from __future__ import annotations

from tenants.communes.counters import give_back, take

# a commune's own work
COMMUNES = "communes"
# a commune's own work beyond what stands in `communes`
BULK = "bulk"
# the platform's rounds over all communes
PLATFORM = "celery"
# mails, everybody's: a process of its own serves them, so that a slow mail server holds up nothing else
MAILS = "mails"
# provisioning, rollouts, removals: the worker that logs in as the owner of the schemas
OWNER = "owner"
# the nightly archives and their proofs, a thousand at once: beside `owner`, so that nobody's order waits behind them
ARCHIVES = "archives"
# what a worker without the owner's login serves, and what one with it
WORKER_LANES = (COMMUNES, BULK, PLATFORM, MAILS)
OWNER_LANES = (OWNER, ARCHIVES)
# seconds that a task of the owner may take; a rollout over a whole fleet, the archive of a large commune
OWNER_TIME_LIMIT = 6 * 3600
STANDING_AT_MOST = 20
FORGOTTEN_AFTER = 3600  # seconds
DELIVERED_AT_MOST = 3


def enter_lane(schema: str) -> str:
    """The lane for one more task of a commune; counts it when that is `communes`. Never raises."""
    taken = take(_standing(schema), most=STANDING_AT_MOST, seconds=FORGOTTEN_AFTER)
    return COMMUNES if taken.granted else BULK


def leave_lane(schema: str) -> None:
    """One task of the commune that was counted in `communes` has begun. Never raises."""
    give_back(_standing(schema))


def is_delivered_too_often(task_id: str) -> bool:
    """Count one more delivery of a task whose worker died, and say whether it should be given up.

    A task that brings down its worker each time would otherwise come back for ever.
    """
    # the first delivery was no repetition
    repeated = take(f"public:lanes.deliveries:{task_id}", most=DELIVERED_AT_MOST - 1, seconds=FORGOTTEN_AFTER)
    return not repeated.granted


def _standing(schema: str) -> str:
    return f"{schema}:lanes.standing"
