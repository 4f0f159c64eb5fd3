"""The platform's own processes (web, internal, …) on a test's database, started as an operator starts them."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tests.servers.running import free_port, running, wait_until
from tests.settings import ROOT

LEFT_OUT = ("DJANGO_", "CELERY_", "AWS_", "CADDY_", "PROMETHEUS_")


def platform_environ(*, data: Path, database_url: str, **more: str) -> dict[str, str]:
    """The environment of processes that share this test's database, keys and roles."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
    return own | {
        "COMMUNE_ROLE_PREFIX": settings.COMMUNE_ROLE_PREFIX,
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "tests.servers.settings",
        "LOG_LEVEL": "WARNING",
        "METRICS_DIR": str(data / "metrics"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
        "RATHAUSPLATZ_DATA": str(data),
        "ROLE_PREFIX": settings.ROLE_PREFIX,
        "SECRET_KEY": settings.SECRET_KEY,
        **more,
    }


@contextmanager
def program(name: str, *command: str, environ: dict[str, str], host: str, path: str = "/healthz") -> Iterator[int]:
    """`rathausplatz <command> --port N` running and answering on N; its output is in the data directory."""
    port = free_port()
    log = Path(environ["RATHAUSPLATZ_DATA"]) / f"{name}.log"
    arguments = [sys.executable, str(ROOT / "manage.py"), *command, "--port", str(port)]
    with running(arguments, log=log, environ=environ, cwd=ROOT) as child:

        def is_up() -> bool:
            assert child.poll() is None, f"{command} ended with {child.returncode}:\n{log.read_text()[-3000:]}"
            return ask(port, path, host=host)[0] == 200

        wait_until(is_up, what=f"{command} answers; see {log}")
        yield port


def ask(port: int, path: str, *, host: str = "localhost") -> tuple[int, str, dict[str, str]]:
    """GET from a port of this machine: status (0: no answer), text and headers. Redirects are not followed."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host})
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=20) as answer:
            return answer.status, answer.read().decode(errors="replace"), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(errors="replace"), dict(error.headers)
    except OSError:
        return 0, "", {}


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Not followed."""
