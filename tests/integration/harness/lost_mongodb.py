"""A rollout on engines of its own, whose mongod is killed by SIGKILL and brought back as it was."""

import functools
import os
import pathlib
import signal
import subprocess
import time

import pytest

from conftest import Pair
from harness import stores as stores_module
from harness.rollout import Rollout

UNPLANNED = ("rollback", "--unplanned", "--override", "mongodb_gone")


class Mongod:
    """The mongod of a private pair of engines."""

    def __init__(self, folder):
        self._pid = int((pathlib.Path(folder) / "mongodb.pid").read_text().split()[0])
        words = pathlib.Path(f"/proc/{self._pid}/cmdline").read_bytes().split(b"\0")
        self._command = [word.decode() for word in words if word]
        self._again = None

    def kill(self):
        os.kill(self._pid, signal.SIGKILL)

    def start(self):
        quiet = subprocess.DEVNULL
        self._again = subprocess.Popen(self._command, stdin=quiet, stdout=quiet, stderr=quiet)

    def stop(self):
        if self._again:
            self._again.kill()
            self._again.wait()


def until_writable(mongo, within=30):
    """Its port answers before it is elected."""
    deadline = time.monotonic() + within
    while not mongo.admin.command("hello").get("isWritablePrimary"):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def make_private_rollout(private_engines, make_service):
    """make_private_rollout(make_pair=Pair, **options of Rollout) -> (Rollout, proving; its Mongod)."""
    engines, folder = private_engines
    made = []

    def make(make_pair=Pair, **options):
        both = stores_module.Stores.of(engines)
        stores_module.create_table(both.dynamodb, "orders")
        pair = make_pair(both, "orders", "orders", "shop.orders")
        service = functools.partial(make_service, on=engines, environment=both.credentials)
        rollout = Rollout(both, engines, [pair], service, **options)
        made.extend([rollout.service, Mongod(folder)])
        return rollout.begin(), made[1]

    yield make
    for one in made:
        one.stop()
