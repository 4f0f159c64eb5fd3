"""Communes' own host names: who is asked about them, and how long they may take."""

from __future__ import annotations

from rathausplatz.settings.base import env

# "127.0.0.1:5353"; the machine's own resolver when empty
DNS_RESOLVER = env.str("DNS_RESOLVER", default="")
DOMAINS_HTTP_PORT = env.int("DOMAINS_HTTP_PORT", default=80)
# only where communes live in a closed network: else a name could lead the checks into ours
DOMAINS_MAY_BE_INTERNAL = env.bool("DOMAINS_MAY_BE_INTERNAL", default=False)
DOMAINS_RESERVED = env.list("DOMAINS_RESERVED", default=[])
DOMAINS_MOST_PER_COMMUNE = env.int("DOMAINS_MOST_PER_COMMUNE", default=10)
DOMAINS_PENDING_DAYS = env.int("DOMAINS_PENDING_DAYS", default=14)
DOMAINS_FAILING_DAYS = env.int("DOMAINS_FAILING_DAYS", default=30)
# shown to communes whose bare domain can have no alias
PLATFORM_ADDRESSES = env.list("PLATFORM_ADDRESSES", default=[])
