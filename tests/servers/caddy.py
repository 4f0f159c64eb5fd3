"""The real Caddy, with the Caddyfile that we ship."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from infra.testing.packages import find_or_install
from tests.servers.running import ROOT, free_port, running, wait_for_port, wait_until

SHIPPED = ROOT / "infra" / "deploy" / "caddy" / "Caddyfile"


@dataclass(frozen=True, slots=True)
class Caddy:
    """A running Caddy with an authority of its own. `log` is what it said."""

    http_port: int
    https_port: int
    storage: Path
    log: Path

    @property
    def root_certificate(self) -> Path:
        """The certificate of its authority."""
        return self.storage / "pki" / "authorities" / "local" / "root.crt"

    def connect(self, host: str, *, seconds: float = 20.0) -> ssl.SSLSocket:
        """A connection from 127.0.0.1, the certificate checked for `host`. Raises ssl.SSLError without a good one."""
        context = ssl.create_default_context(cafile=str(self.root_certificate))
        plain = socket.create_connection(("127.0.0.1", self.https_port), timeout=seconds)
        return context.wrap_socket(plain, server_hostname=host)

    def get(self, host: str, path: str, *more: str) -> tuple[int, str, dict[str, str]]:
        """GET over HTTPS with `more` lines in the head."""
        return self.send("GET", host, path, *more)

    def send(self, method: str, host: str, path: str, *more: str, body: bytes = b"") -> tuple[int, str, dict[str, str]]:
        """A whole request over HTTPS; status 0 when the connection ends without an answer."""
        head = "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *more])
        with self.connect(host) as secure:
            with suppress(OSError):
                secure.sendall(head.encode() + b"\r\n\r\n" + body)
            answer = b"".join(iter(lambda: secure.recv(65536), b""))
        if not answer:
            return 0, "", {}
        head, _gap, body = answer.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _colon, value in (line.partition(": ") for line in lines)}
        return int(status.split()[1]), body.decode(errors="replace"), headers


@contextmanager
def caddy(folder: Path, *, web: Sequence[int], ask: int) -> Iterator[Caddy]:
    """A running Caddy in front of the web servers on the ports `web`; certificates as the server on `ask` allows."""
    http_port, https_port = free_port(), free_port()
    folder.mkdir(parents=True, exist_ok=True)
    found = Caddy(http_port, https_port, folder / "storage", folder / "caddy.log")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CADDY_")} | {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "CADDY_ADMIN": f"127.0.0.1:{free_port()}",
        "CADDY_ASK": f"http://127.0.0.1:{ask}/ask",
        "CADDY_HTTP_PORT": str(http_port),
        "CADDY_HTTPS_PORT": str(https_port),
        "CADDY_ISSUER": "internal",
        "CADDY_PUBLIC_PORT": f":{https_port}",
        "CADDY_STORAGE": str(found.storage),
        "CADDY_WEB": " ".join(f"127.0.0.1:{port}" for port in web),
    }
    command = [str(find_or_install("caddy")), "run", "--adapter", "caddyfile", "--config", str(SHIPPED)]
    with running(command, log=found.log, environ=environ, cwd=folder) as child:
        wait_for_port(child, https_port, found.log)
        wait_until(found.root_certificate.exists, what=f"Caddy has made its authority; see {found.log}")
        yield found
