"""Files that are made once are whole: what a crash or a full disk left is made again or refused with a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rathausplatz.broker import Channel, Transport
from rathausplatz.whole_files import made_once, write_whole

from tests.settings import ROOT

SHOW = "from django.conf import settings; print(settings.SECRET_KEY, settings.PUBLIC_PORT)"


def shown(data: Path) -> subprocess.CompletedProcess[str]:
    """What a new process takes its key and its port for."""
    kept = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "PUBLIC_PORT")}
    paths = {"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}", "RATHAUSPLATZ_DATA": str(data)}
    environ = kept | paths | {"DJANGO_SETTINGS_MODULE": "rathausplatz.settings"}
    return subprocess.run([sys.executable, "-c", SHOW], env=environ, cwd=ROOT, capture_output=True, text=True)


def test_an_empty_key_and_an_empty_port_are_made_again(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    (tmp_path / "demo_port").touch()
    key, port = shown(tmp_path).stdout.split()
    assert len(key) > 50
    assert (tmp_path / "secret_key").read_text() == key
    assert port == "0"


def test_a_key_that_can_be_neither_read_nor_made_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "secret_key").mkdir()
    said = shown(tmp_path).stderr
    assert said.strip().splitlines()[-1].endswith("Mend that, or set SECRET_KEY.")


def test_of_many_that_make_a_file_at_once_all_read_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda number: made_once(tmp_path / "secret", f"secret {number}"), range(40)))
    assert len(found) == 1
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_a_file_that_can_t_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    write_whole(tmp_path / "port", "8000")
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "port", "8001")
    assert (tmp_path / "port").read_text() == "8000"


@pytest.mark.parametrize("content", ["", "[", "{}", '[["celery"]]'])
def test_a_damaged_table_of_bindings_stops_no_message(tmp_path: Path, content: str) -> None:
    from kombu import Connection, Exchange, Queue

    options = {
        "data_folder_in": str(tmp_path),
        "data_folder_out": str(tmp_path),
        "control_folder": str(tmp_path / "control"),
    }
    (tmp_path / "control").mkdir()
    (tmp_path / "control" / "celery.exchange").write_text(content)
    queue = Queue("celery", Exchange("celery", type="direct"), routing_key="celery")
    with Connection("filesystem://", transport_options=options) as connection:
        assert isinstance(connection.transport, Transport)
        assert isinstance(connection.default_channel, Channel)
        with connection.Producer() as producer:
            producer.publish({"n": 1}, exchange=queue.exchange, routing_key="celery")
        received: list[object] = []
        with connection.Consumer(queue, callbacks=[lambda body, message: received.append(body) or message.ack()]):
            connection.drain_events(timeout=10)
    assert received == [{"n": 1}]
    assert not list(tmp_path.glob("*.msg"))
