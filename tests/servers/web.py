"""A stranger's web server for tests: real TCP, answers what the test says, notes what it was asked."""

from __future__ import annotations

import socketserver
import threading
from types import TracebackType


def page(body: str, status: str = "200 OK", **headers: str) -> bytes:
    """A whole HTTP/1.1 answer."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body.encode())}",
        "Content-Type: text/plain",
        "Connection: close",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        lines = []
        while (line := self.rfile.readline(4096)) not in (b"\r\n", b"\n", b""):
            lines.append(line.decode().strip())
        if not lines:
            return
        owner = self.server.owner
        fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        # closing with a body unread would cut off the answer, too
        self.rfile.read(int(fields.get("content-length", 0)))
        host = fields.get("host", "")
        path = lines[0].split()[1]
        owner.asked.append((host, path))
        owner.heads.append(lines)
        parts = owner.answers.get((host, path), owner.otherwise)
        try:
            for part in parts:
                self.wfile.write(part)
                self.wfile.flush()
                if len(parts) > 1 and owner.pause.wait(owner.between):
                    return
        except OSError:
            owner.cut_off.set()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    owner: WebServer


class WebServer:
    """Use as a context manager. `answers[host, path]` holds the parts to send, with `between` seconds between them."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], list[bytes]] = {}
        self.otherwise: list[bytes] = [page("Hier gibt es nichts.", "404 Not Found")]
        self.asked: list[tuple[str, str]] = []
        self.heads: list[list[str]] = []
        self.between = 0.0
        self.pause, self.cut_off = threading.Event(), threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> WebServer:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.pause.set()
        self._server.shutdown()
        self._server.server_close()
