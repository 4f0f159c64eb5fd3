"""PostgreSQL 15 to 18. DATABASE_URL is set by the command line when the embedded server is used.

Its login decides what a process can do at most: web and workers log in as one that owns nothing, the owner's worker and
the command line as one that may become the owner (tenants.communes.roles).
"""

from __future__ import annotations

from rathausplatz.settings.base import env

DATABASE_URL = env.str("DATABASE_URL", default="postgresql://localhost/rathausplatz")
# for LISTEN, which PgBouncer's transaction mode can't carry
DATABASE_DIRECT_URL = env.str("DATABASE_DIRECT_URL", default=DATABASE_URL)


def connection_settings(url: str) -> dict[str, object]:
    """Django's settings of one database from a libpq URL, Unix sockets included."""
    import psycopg.conninfo

    from tenants.communes.backend.waiting import CONNECT_SECONDS, KEEPALIVE

    parts = psycopg.conninfo.conninfo_to_dict(url)
    options = {k: v for k, v in parts.items() if k not in {"user", "password", "host", "port", "dbname"}}
    return {
        "ENGINE": "tenants.communes.backend",
        "NAME": parts.get("dbname", "rathausplatz"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": 600,
        # PgBouncer in transaction mode can carry neither
        "DISABLE_SERVER_SIDE_CURSORS": True,
        # one statement a call, its parameters bound by the server
        "OPTIONS": {"connect_timeout": CONNECT_SECONDS}
        | KEEPALIVE
        | options
        | {"prepare_threshold": None, "server_side_binding": True},
    }


# roles belong to the whole server: installations that share one need prefixes of their own
ROLE_PREFIX = env.str("ROLE_PREFIX", default="rp_")
COMMUNE_ROLE_PREFIX = env.str("COMMUNE_ROLE_PREFIX", default=ROLE_PREFIX)
# a connection that has touched more schemas than this is renewed between two requests or tasks
SCHEMAS_A_CONNECTION = env.int("SCHEMAS_A_CONNECTION", default=100)
# schemas cloned ahead of time; an ordered commune takes one by name
SPARE_SCHEMAS = env.int("SPARE_SCHEMAS", default=2)
# further PostgreSQL servers with communes of their own: "east=postgresql://… west=postgresql://…"
CELLS = dict(entry.split("=", 1) for entry in env.str("CELL_URLS", default="").split())
# cells that take no new commune; "main" may be among them
CELLS_CLOSED = env.list("CELLS_CLOSED", default=[])
DATABASES = {"default": connection_settings(DATABASE_URL)} | {
    f"cell_{name}": connection_settings(url) for name, url in CELLS.items()
}
# ours answers always; django-tenants insists on seeing its own
DATABASE_ROUTERS = ("tenants.communes.cells.CellRouter", "django_tenants.routers.TenantSyncRouter")
