"""The real RabbitMQ: a node of its own, with a port mapper of its own (epmd), beside any that already runs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.testing.packages import find_or_install
from tests.servers.running import ROOT, Server, free_port, give, running, unprivileged, wait_for_port

SHIPPED = ROOT / "infra" / "deploy" / "rabbitmq" / "rabbitmq.conf"
OURS = """
listeners.tcp.1 = 127.0.0.1:{port}
log.console = true
log.file = false
disk_free_limit.absolute = 50MB
"""


@contextmanager
def rabbitmq() -> Iterator[str]:
    """A running RabbitMQ with the configuration that we ship; yields its URL. Takes about six seconds to start."""
    with rabbitmq_server() as server:
        yield server.url


@contextmanager
def rabbitmq_server() -> Iterator[Server]:
    """The same, with its process."""
    port, user = free_port(), unprivileged()
    with tempfile.TemporaryDirectory(prefix="rp-rabbitmq-") as name:
        folder = Path(name)
        # of two values, RabbitMQ takes the later
        (folder / "rabbitmq.conf").write_text(SHIPPED.read_text() + OURS.format(port=port))
        (folder / "enabled_plugins").write_text("[].\n")
        give(folder, user)
        environ = _environment(folder)
        mapper = [str(find_or_install("epmd")), "-address", "127.0.0.1", "-port", environ["ERL_EPMD_PORT"]]
        log = folder / "said.log"
        with (
            running(mapper, log=folder / "epmd.log", environ=environ, user=user, cwd=folder),
            running(
                [str(find_or_install("rabbitmq-server"))], log=log, environ=environ, user=user, cwd=folder
            ) as child,
        ):
            wait_for_port(child, port, log)
            yield Server(f"amqp://guest:guest@127.0.0.1:{port}//", child)


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "ERL_EPMD_PORT": str(free_port()),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": "rathausplatz@localhost",
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
    }
