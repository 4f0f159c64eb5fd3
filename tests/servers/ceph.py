"""A real S3 that checks signatures: Ceph's object gateway on one monitor and one store in memory.

About a second and half a gigabyte of memory; nothing touches the disk but logs and keys. Ceph's monitor gathers changes
for a second before it tells anybody; with ten pools to make, that would be eleven seconds.
"""

from __future__ import annotations

import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.testing.packages import find_or_install
from tests.servers.running import free_port, running, wait_for_port, wait_until

CONFIGURATION = """\
[global]
fsid = {fsid}
run dir = {folder}
log file = {folder}/$name.log
admin socket = {folder}/$name.asok
pid file = {folder}/$name.pid
mon host = [v1:127.0.0.1:{monitor}]
auth cluster required = none
auth service required = none
auth client required = none
ms bind msgr2 = false
ms bind ipv6 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd crush chooseleaf type = 0
mon allow pool size one = true
osd objectstore = memstore
osd data = {folder}/osd
memstore device bytes = 268435456
mon data = {folder}/mon
mon data avail crit = 1
mon data avail warn = 2
paxos propose interval = 0.05
paxos min wait = 0.01
rgw frontends = beast endpoint=127.0.0.1:{gateway}
rgw data = {folder}/rgw
rgw dns name = 127.0.0.1
rgw enable usage log = false
"""


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """Where the gateway is, and the one account it knows."""

    endpoint: str
    access_key: str
    secret_key: str
    region: str = "eu-central-1"

    def sign_in(self) -> dict[str, str]:
        """What boto3 wants to know."""
        keys = {"aws_access_key_id": self.access_key, "aws_secret_access_key": self.secret_key}
        return {"endpoint_url": self.endpoint, "region_name": self.region, **keys}


@contextmanager
def ceph() -> Iterator[ObjectStore]:
    """A running S3; yields where it is and how to sign in."""
    with ExitStack() as stack:
        yield _start(stack)


def _start(stack: ExitStack) -> ObjectStore:
    folder, monitor, gateway = (
        Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rp-ceph-"))),
        free_port(),
        free_port(),
    )
    for part in ("mon", "osd", "rgw"):
        (folder / part).mkdir()
    conf = folder / "ceph.conf"
    fsid = str(uuid.uuid4())
    conf.write_text(CONFIGURATION.format(folder=folder, fsid=fsid, monitor=monitor, gateway=gateway))
    _start_monitor(stack, conf, fsid, monitor)
    _start_store(stack, conf)
    store = ObjectStore(f"http://127.0.0.1:{gateway}", "rathausplatz", "a-secret-of-the-tests")
    _add_account(conf, store)
    command = [str(find_or_install("radosgw")), "-c", str(conf), "-n", "client.rgw", "-f"]
    child = stack.enter_context(running(command, log=folder / "rgw.log"))
    wait_for_port(child, gateway, folder / "rgw.log")
    return store


def _start_monitor(stack: ExitStack, conf: Path, fsid: str, port: int) -> None:
    folder = conf.parent
    table = str(folder / "monmap")
    address = f"[v1:127.0.0.1:{port}]"
    _run("monmaptool", "--create", "--clobber", "--fsid", fsid, "--addv", "a", address, table)
    _run("ceph-mon", "-c", str(conf), "--mkfs", "-i", "a", "--monmap", table)
    command = [str(find_or_install("ceph-mon")), "-c", str(conf), "-i", "a", "-f"]
    child = stack.enter_context(running(command, log=folder / "mon.log"))
    wait_for_port(child, port, folder / "mon.log")


def _start_store(stack: ExitStack, conf: Path) -> None:
    name = str(uuid.uuid4())
    # the monitor listens before it answers; the same name twice is one store
    wait_until(lambda: _try("ceph", "-c", str(conf), "osd", "new", name).returncode == 0, what="the monitor answers")
    _run("ceph-osd", "-c", str(conf), "-i", "0", "--mkfs", "--osd-uuid", name)
    # asked for its configuration, the monitor makes the store forget now and then which cluster it belongs to
    command = [str(find_or_install("ceph-osd")), "-c", str(conf), "-i", "0", "--no-mon-config", "-f"]
    stack.enter_context(running(command, log=conf.parent / "osd.log"))
    wait_until(lambda: " 1 up" in _try("ceph", "-c", str(conf), "osd", "stat").stdout, what="the store is up")


def _add_account(conf: Path, store: ObjectStore) -> None:
    keys = [f"--access-key={store.access_key}", f"--secret-key={store.secret_key}"]
    named = ["--uid=rathausplatz", "--display-name=Rathausplatz"]
    _run("radosgw-admin", "-c", str(conf), "-n", "client.rgw", "user", "create", *named, *keys)


def _run(program: str, *arguments: str) -> None:
    done = _try(program, *arguments)
    assert done.returncode == 0, f"{program} {' '.join(arguments)}:\n{done.stdout[-1500:]}{done.stderr[-3000:]}"


def _try(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(find_or_install(program)), *arguments], capture_output=True, text=True, timeout=60)
