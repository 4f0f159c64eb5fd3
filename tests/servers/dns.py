"""A DNS server over UDP for tests: answers from a zone that the test writes, and checks what it is asked."""

from __future__ import annotations

import socket
import threading
from types import TracebackType

import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

LONGEST_ALIAS_CHAIN = 8


class DnsServer:
    """Use as a context manager; `address` is a value for DNS_RESOLVER, `asked` holds (name, type) in order.

    `records["www.gera.example", "A"] = ["127.0.0.1"]`; names without any record don't exist (NXDOMAIN). A name in
    `silent` gets no answer, one in `broken` SERVFAIL. Malformed or unusual questions are kept in `faults`.
    """

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.silent: set[str] = set()
        self.broken: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.faults: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._stop = threading.Event()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def _serve(self) -> None:
        self._socket.settimeout(0.1)
        while not self._stop.is_set():
            try:
                packet, sender = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            answer = self._answer(packet)
            if answer is not None:
                self._socket.sendto(answer, sender)

    def _answer(self, packet: bytes) -> bytes | None:
        query = dns.message.from_wire(packet)
        question = query.question[0] if query.question else None
        fault = self._fault(query)
        if fault or question is None:
            self.faults.append(fault)
            return dns.message.make_response(query).to_wire()
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name in self.silent:
            return None
        response = dns.message.make_response(query, recursion_available=True)
        if name in self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif not self._fill(response, name, kind):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()

    def _fault(self, query: dns.message.Message) -> str:
        if query.opcode() != dns.opcode.QUERY or query.flags & dns.flags.QR:
            return f"no query: {query.to_text()}"
        if len(query.question) != 1 or query.question[0].rdclass != dns.rdataclass.IN:
            return f"not one question of the class IN: {query.to_text()}"
        if not query.flags & dns.flags.RD:
            return f"recursion is not desired: {query.to_text()}"
        return ""

    def _fill(self, response: dns.message.Message, name: str, kind: str) -> bool:
        """Add the records, aliases followed. Returns whether the name exists."""
        for _step in range(LONGEST_ALIAS_CHAIN):
            alias = self.records.get((name, "CNAME"))
            if not alias or kind == "CNAME":
                break
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{alias[0]}."))
            name = alias[0]
        values = self.records.get((name, kind), [])
        texts = [f'"{value}"' if kind == "TXT" else value for value in values]
        if texts:
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *texts))
        return any(known == name for known, _kind in self.records)

    def __enter__(self) -> DnsServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()
        assert not self.faults, self.faults
