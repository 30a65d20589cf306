"""The writing and probing processes, as seen from the run."""

import collections
import multiprocessing
import time

import probe
import workload
from shop import PROBES, owned_orders, owner

RATE = 100  # writes a second on each side

spawn = multiprocessing.get_context("spawn")


class Applications:
    """The writing and probing processes of both sides."""

    def __init__(self, shop, writes):
        self._shop = shop
        self._writes = writes
        self._answers = spawn.Queue()
        self._stop = spawn.Event()
        self._processes = []
        self.done = {}  # side -> Counter of writes by kind
        self.lags = {}  # direction -> seconds
        owned = collections.defaultdict(list)
        for one in owned_orders(shop.items)[: -2 * probe.KEYS]:
            owned[owner(one[0])].append(one)
        self._owned = owned

    def _start(self, target, *arguments):
        process = spawn.Process(target=target, args=(*arguments, self._answers), daemon=True)
        process.start()
        self._processes.append(process)

    def start_writer(self, side):
        shop = self._shop
        address, name, first = {
            "dynamodb": (shop.engines.dynamodb_endpoint, shop.table, 10**6),
            "mongodb": (shop.engines.mongodb_uri, shop.namespace, 2 * 10**6),
        }[side]
        self._start(workload.run, side, address, name, self._owned[side], first, self._writes, RATE)

    def start_probes(self):
        shop = self._shop
        for direction, customer in PROBES.items():
            owned = [
                one for one in owned_orders(shop.items)[-2 * probe.KEYS :] if one[0] == customer
            ]
            self._start(
                probe.run, direction, shop.engines, shop.table, shop.namespace, owned, self._stop
            )

    def writing(self):
        """Whether a writer still writes; a process that died is an error."""
        self._collect()
        for process in self._processes:
            if process.exitcode:
                raise RuntimeError("an application ended before its time")
        return len(self.done) < 2

    def _collect(self):
        while not self._answers.empty():
            name, told, *_ = self._answers.get()
            if name in ("dynamodb", "mongodb"):
                self.done[name] = collections.Counter(told)
            else:
                self.lags[name] = told

    def finish_probes(self):
        self._stop.set()
        while len(self.lags) < 2:
            self.writing()
            time.sleep(0.05)
        for process in self._processes:
            process.join()

    def writes(self):
        """Writes per side, probes counted."""
        return collections.Counter(
            dynamodb=self.done["dynamodb"].total() + len(self.lags["forward"]),
            mongodb=self.done["mongodb"].total() + len(self.lags["backward"]),
        )

    def deletes(self):
        return {side: done["delete"] for side, done in self.done.items()}
