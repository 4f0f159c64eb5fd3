"""Looking at a host name from outside: is the proof there, and does the name lead to us?

Both look at the network and hold no transaction or lock. What they find is a `Finding`; the actions decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from tenants.communes.domains.fetch import FetchError, Page, fetch
from tenants.communes.domains.lookup import DnsSilentError, proof_texts
from tenants.communes.domains.wellknown import is_our_answer, proof_path
from tenants.communes.models import Domain, DomainProof

# nothing was learnt: a resolver that is down must not take a commune's address away
UNKNOWN = frozenset({"dns_silent"})


@dataclass(frozen=True, slots=True)
class Finding:
    """`problem` "" means: as it should be. Else a code of `wording.PROBLEMS`, with what was seen behind a colon."""

    problem: str = ""

    @property
    def is_good(self) -> bool:
        return not self.problem

    @property
    def is_certain(self) -> bool:
        """False when the question had no answer, so that nothing may follow from it."""
        return self.problem.partition(":")[0] not in UNKNOWN


GOOD = Finding()
NOT_ASKED = Finding("not_asked")


@dataclass(frozen=True, slots=True)
class Examination:
    """Both questions, asked at about the same time."""

    proof: Finding
    way: Finding

    @property
    def problem(self) -> str:
        """The first thing that somebody must mend, "" when there is none."""
        return self.proof.problem or self.way.problem

    @property
    def is_certain(self) -> bool:
        return self.proof.is_certain and self.way.is_certain


def examine(domain: Domain) -> Examination:
    """Ask DNS and web server of a host name. Takes up to some twenty seconds where nobody answers."""
    way = find_way(domain)
    return Examination(find_proof(domain), way)


def find_proof(domain: Domain) -> Finding:
    """Whether what the commune was told to publish is there.

    By HTTP only a file on the commune's own server counts for a claim. Our own answer shows that the name leads to us,
    not to whom it belongs: else the first to claim a forgotten name would have proven it. Once proven, our answer keeps
    the proof alive.
    """
    if domain.proof == DomainProof.DNS:
        return _find_text(domain)
    if domain.proof == DomainProof.HTTP:
        return _find_file(domain)
    return GOOD


def _find_text(domain: Domain) -> Finding:
    try:
        texts = proof_texts(domain.domain)
    except DnsSilentError:
        return Finding("dns_silent")
    if domain.token in (text.strip() for text in texts):
        return GOOD
    return Finding("txt_other" if texts else "txt_missing")


def _find_file(domain: Domain) -> Finding:
    page = _read(domain)
    if isinstance(page, Finding):
        return page
    if is_our_answer(page.body, domain.domain, domain.token):
        return GOOD if domain.verified_at is not None else Finding("own_answer")
    return GOOD if page.body.strip() == domain.token.encode() else Finding("other_answer")


def find_way(domain: Domain) -> Finding:
    """Whether the name leads to this platform: our own answer is read under it."""
    if domain.proof == DomainProof.OURS:
        return GOOD
    page = _read(domain)
    if isinstance(page, Finding):
        return page
    return GOOD if is_our_answer(page.body, domain.domain, domain.token) else Finding("other_answer")


def _read(domain: Domain) -> Page | Finding:
    try:
        page = fetch(domain.domain, proof_path(domain.token))
    except FetchError as error:
        return Finding(error.problem)
    if 300 <= page.status < 400:
        return Finding(f"redirect:{_host_in(page.location)}"[:300])
    return page if page.status == 200 else Finding(f"http_status:{page.status}")


def _host_in(location: str) -> str:
    """The host that a stranger's server sends us to; "" where what it says is no address."""
    try:
        return urlsplit(location).hostname or ""
    except ValueError:
        return ""
