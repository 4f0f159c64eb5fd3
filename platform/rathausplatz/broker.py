"""Messages through files, safely: what kombu's own transport lacks for work that must not stand still.

- A message appears whole, by renaming: a worker that looked while it was being written would end.
- A message in hand stays a file, in a folder that its worker holds locked, until it is acknowledged. When the lock is
  gone, its worker is, and the others give the message back to its queue.
- It has an event loop, as other brokers have. Without one, Celery's children wait in one pipe under one lock, and
  whoever is killed there takes the lock along: the rest would wait for ever.
- A folder that was removed is made again; what can't be written or read now is tried again later.
"""

# mypy: disable-error-code="no-untyped-call"
# (kombu has no types)

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty
from time import monotonic, monotonic_ns
from typing import Any

import structlog
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

from rathausplatz.locked_folders import LockedFolder, abandoned_folders
from rathausplatz.whole_files import write_whole

log = structlog.get_logger(__name__)
IN_HAND = "in-hand"
# seconds between two looks for messages of workers that are gone
LOOK_AFTER = 2.0
# seconds between two words about a folder that is out of reach
COMPLAIN_AFTER = 60.0
_NAME = re.compile(r"\A[^.]+\.(?P<queue>.+)\.msg\Z")


class Channel(filesystem.Channel):
    """One worker's or sender's way into the folder."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._own: LockedFolder | None = None
        # delivery tag → the file of a message in hand
        self._held: dict[str, Path] = {}
        self._looked = 0.0

    @property
    def folder(self) -> Path:
        """Where the queues are; made again when somebody has removed it."""
        folder = Path(self.data_folder_out)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # as kombu has it
        _place(self.folder, queue, payload)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        self._give_back_of_the_gone()
        for path in _messages(self.folder, queue):
            if (taken := self._take(path)) is not None:
                return taken
        raise Empty

    def _take(self, path: Path) -> Any:
        """The message, now in hand; None when another was quicker or it can't be had now."""
        held = self._own_folder() / path.name
        try:
            os.rename(path, held)
        except FileNotFoundError:
            # another worker was quicker
            return None
        message = _read(held)
        if message is None:
            return None
        self._held[str(message["properties"]["delivery_tag"])] = held
        return message

    def _own_folder(self) -> Path:
        if self._own is None or not self._own.path.exists():
            # new, or removed by somebody with the rest
            self._own = LockedFolder.make(self.folder / IN_HAND, f"{os.getpid()}-{uuid.uuid4().hex[:8]}")
        return self._own.path

    def _give_back_of_the_gone(self) -> None:
        """Put what workers had in hand that are gone back into its queues, marked as delivered before."""
        if monotonic() - self._looked < LOOK_AFTER:
            return
        self._looked = monotonic()
        for abandoned in abandoned_folders(self.folder / IN_HAND):
            for path in sorted(abandoned.glob("*.msg")):
                self._give_back(path)
            shutil.rmtree(abandoned)

    def _give_back(self, path: Path) -> None:
        name, message = _NAME.match(path.name), _read(path)
        if name is None or message is None:
            return
        message["properties"].setdefault("delivery_info", {})["redelivered"] = True
        _place(self.folder, name["queue"], message)
        path.unlink(missing_ok=True)

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        super().basic_ack(delivery_tag, multiple)
        self._let_go(delivery_tag)

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:
        super().basic_reject(delivery_tag, requeue=requeue)
        self._let_go(delivery_tag)

    def _restore_at_beginning(self, message: Any) -> None:
        """What a killed child had goes back, and counts as delivered once more."""
        message.delivery_info["redelivered"] = True
        super()._restore_at_beginning(message)

    def _restore(self, message: Any) -> None:
        super()._restore(message)
        self._let_go(message.delivery_tag)

    def _let_go(self, delivery_tag: str) -> None:
        held = self._held.pop(str(delivery_tag), None)
        if held is not None:
            held.unlink(missing_ok=True)

    def close(self) -> None:
        """What is still in hand goes back; it waits for the look of another where it can't be written now."""
        super().close()
        if self._own is not None:
            self._own.let_go(keep=bool(self._held))
            self._own = None

    def _size(self, queue: str) -> int:
        return sum(1 for _path in _messages(self.folder, queue))

    def _lookup(self, exchange: str, routing_key: str, default: Any = None) -> list[str]:
        """The queues of a key. Our exchanges have one each, of the key's name: no table is needed to know it."""
        return list(super()._lookup(exchange, routing_key, default)) or [routing_key]

    def get_table(self, exchange: str) -> list[Any]:
        """The bindings of an exchange; none where the file can't be read or holds none, as after a crash."""
        try:
            found = loads(self._exchange_file(exchange).read_text())
            return [filesystem.exchange_queue_t(*entry) for entry in found]
        except (OSError, ValueError, TypeError):
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        bindings = self.get_table(exchange)
        if binding in bindings:
            return
        file = self._exchange_file(exchange)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, dumps([binding, *bindings]))
        except OSError as error:
            # nothing is lost by it: messages find their queue by its name
            log.warning("broker.binding_not_written", queue=queue, reason=error.strerror)

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *_: Any, **__: Any) -> None:
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        left = [each for each in self.get_table(exchange) if each != binding]
        with suppress(OSError):
            write_whole(self._exchange_file(exchange), dumps(left))


def _place(folder: Path, queue: str, payload: Any) -> None:
    name = f"{monotonic_ns() // 1_000_000:015d}_{uuid.uuid4()}"
    unfinished = folder / f"{name}.unfinished"
    try:
        unfinished.write_text(dumps(payload))
        os.replace(unfinished, folder / f"{name}.{queue}.msg")
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def _messages(folder: Path, queue: str) -> Iterator[Path]:
    """The files of a queue, the oldest first."""
    for name in sorted(os.listdir(folder)):
        if name.partition(".")[2] == f"{queue}.msg":
            yield folder / name


def _read(path: Path) -> Any:
    """The message in a file; None when there is none: a damaged one is set aside, it would come back for ever."""
    try:
        message = loads(path.read_text())
        message["properties"]["delivery_tag"]
    except OSError:
        return None
    except (ValueError, KeyError, TypeError):
        log.error("broker.message_damaged", file=path.name)
        path.rename(path.with_suffix(".damaged"))
        return None
    return message


class Transport(filesystem.Transport):
    """`filesystem://` with our channel, in the worker's event loop."""

    Channel = Channel
    implements = filesystem.Transport.implements.extend(asynchronous=True)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._complained = float("-inf")

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:
        """Look for messages as often as a waiting worker would."""
        loop.call_repeatedly(self.polling_interval, self._look)

    def _look(self) -> None:
        try:
            while True:
                self.cycle.get(self._deliver, timeout=0)  # type: ignore[union-attr]
        except Empty:
            return
        except OSError as error:
            # a full or broken disk: what waits is found at the next look that succeeds
            if monotonic() - self._complained > COMPLAIN_AFTER:
                self._complained = monotonic()
                log.error("broker.folder_out_of_reach", reason=error.strerror)


def register() -> None:
    """Answer to `filesystem://` from now on."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:{Transport.__name__}"
