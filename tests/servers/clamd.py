"""A scanner that speaks ClamAV's INSTREAM, checks what it is sent, and can hang or answer nonsense."""

from __future__ import annotations

import socket
import struct
import threading
from types import TracebackType

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """Use as a context manager; `address` is a value for UPLOAD_SCANNER, `seen` holds the contents in order.

    `says` replaces its answer; with `hangs` it reads and never answers. What is no INSTREAM is kept in `faults`.
    """

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.faults: list[str] = []
        self.says: bytes | None = None
        self.hangs = False
        self.asked = threading.Event()
        self._ended = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"clamd://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Clamd:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                line, _address = self._socket.accept()
            except OSError:
                return
            with line:
                self.asked.set()
                self._answer(line)

    def _answer(self, line: socket.socket) -> None:
        with line.makefile("rb") as stream:
            command = stream.read(10)
            if command != b"zINSTREAM\0":
                self.faults.append(f"no INSTREAM: {command!r}")
                return
            content = b""
            while length := struct.unpack(">I", stream.read(4))[0]:
                content += stream.read(length)
        self.seen.append(content)
        if self.hangs:
            self._ended.wait()
            return
        verdict = b"Eicar-Signature FOUND" if EICAR in content else b"OK"
        line.sendall(self.says if self.says is not None else b"stream: " + verdict + b"\0")
