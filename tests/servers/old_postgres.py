"""A real TCP server that greets like a PostgreSQL of another age (protocol 3.0, messages of the start-up phase)."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SSL_REQUEST, GSS_REQUEST = 80877103, 80877104


def message(kind: bytes, body: bytes) -> bytes:
    """One message of the protocol: type, length with itself, body."""
    return kind + struct.pack("!I", len(body) + 4) + body


def parameter(name: str, value: str) -> bytes:
    """ParameterStatus."""
    return message(b"S", name.encode() + b"\0" + value.encode() + b"\0")


class Greeting(socketserver.StreamRequestHandler):
    """Refuses encryption, lets everybody in, says its version, and waits for the goodbye."""

    server: OldPostgres

    def handle(self) -> None:
        while self._read_startup() in (SSL_REQUEST, GSS_REQUEST):
            self.wfile.write(b"N")
        self.wfile.write(
            message(b"R", struct.pack("!I", 0))
            + parameter("server_version", self.server.version)
            + parameter("server_encoding", "UTF8")
            + parameter("client_encoding", "UTF8")
            + parameter("integer_datetimes", "on")
            + parameter("standard_conforming_strings", "on")
            + message(b"K", struct.pack("!II", 1, 1))
            + message(b"Z", b"I")
        )
        self.rfile.read()

    def _read_startup(self) -> int:
        header = self.rfile.read(8)
        if len(header) < 8:
            return 0
        length, code = struct.unpack("!II", header)
        self.rfile.read(length - 8)
        return int(code)


class OldPostgres(socketserver.ThreadingTCPServer):
    """Claims to be `version`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, version: str) -> None:
        self.version = version
        super().__init__(("127.0.0.1", 0), Greeting)


@contextmanager
def old_postgres(version: str = "13.14") -> Iterator[str]:
    """The connection URL of a running server that claims to be `version`."""
    with OldPostgres(version) as server:
        thread: Any = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"postgresql://somebody:secret@127.0.0.1:{server.server_address[1]}/town"
        finally:
            server.shutdown()
            thread.join()
