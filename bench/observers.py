"""Clients of their own that see changes arrive on the other side.

Forward: a change stream on the collection, in a process of its own; it sees every change and costs
the server next to nothing. Backward: DynamoDB has nothing of the kind that is quick, so probes write
a change themselves and ask for that key until it is there; few enough to leave the engine in peace.
"""

import concurrent.futures
import json
import subprocess
import sys
import threading
import time

import surroundings  # noqa: F401  (finds the harness)
from harness import stores
from writers import DynamoSide, MongoSide

# ---- forward: all changes


def _watch(uri, namespace):
    """Prints [key, number or null for a delete, seen at] for each event until its input ends."""
    database, name = namespace.split(".", 1)
    collection = stores.mongo_client(uri)[database][name]
    wanted = {
        "documentKey": 1,
        "operationType": 1,
        "fullDocument.seq": 1,
        "updateDescription.updatedFields.seq": 1,
    }
    with collection.watch([{"$project": wanted}], max_await_time_ms=200) as stream:
        print("ready", flush=True)
        over = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
        seen = []
        while not over.is_set():
            event = stream.try_next()
            if event is not None:
                seen.append([*_change_of(event), time.monotonic()])
        print(json.dumps(seen), flush=True)


def _change_of(event):
    key = event["documentKey"]["_id"]["pk"]
    if event["operationType"] == "delete":
        return key, None
    after = event.get("fullDocument") or event["updateDescription"]["updatedFields"]
    return key, after.get("seq", -1)


class Watcher:
    """with Watcher(uri, namespace) as watcher: ...; watcher.finish() -> the events"""

    def __init__(self, uri, namespace):
        self._command = [sys.executable, __file__, uri, namespace]

    def __enter__(self):
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, text=True)
        if self._process.stdout.readline().strip() != "ready":
            raise SystemExit("the change stream of the observer did not open")
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()

    def finish(self):
        events, _ = self._process.communicate()
        return json.loads(events)


def lags(changes, events):
    """(milliseconds from acknowledged to seen of every change that was seen, changes of keys that
    were made and deleted between two reads and so never show, how many changes are missing).

    A change counts as seen with the first event of its key that shows it or a later one."""
    by_key = {}
    for key, number, moment in events:
        by_key.setdefault(key, []).append((number, moment))
    deleted = {key for key, _, kind, _ in changes if kind == "delete"}
    found, passing, missing = [], 0, 0
    for key, number, kind, acknowledged in changes:
        moment = _first_sight(by_key.get(key, ()), number, kind)
        if moment is not None:
            found.append((moment - acknowledged) * 1000)
        elif key in deleted and key not in by_key:
            passing += 1
        else:
            missing += 1
    return found, passing, missing


def _first_sight(events, number, kind):
    for seen, moment in events:
        if seen is None or (kind == "put" and seen >= number):
            return moment
    return None


# ---- backward: probes


class Probe:
    """Inserts, updates twice and deletes keys of its own, and asks after each until it is seen."""

    def __init__(self, engines, target, prefix, rate, over):
        self._mongo = MongoSide(engines.mongodb_uri, target["collection"])
        self._dynamo = DynamoSide(engines.dynamodb_endpoint, target["table"])
        self._prefix = prefix
        self._interval = 1 / rate
        self._over = over
        self._number = 0
        self.lags = []
        self.missing = 0

    def run(self):
        due = time.monotonic()
        while not self._over.is_set():
            due = max(due + self._interval, time.monotonic())
            if self._over.wait(due - time.monotonic()):
                return
            self._step()

    def _step(self):
        self._number += 1
        name, step = f"{self._prefix}-{self._number // 4}", self._number % 4
        if step == 0:
            self._mongo.insert(name, self._number)
        elif step in (1, 2) and self._number > 3:
            self._mongo.update(name, self._number)
        elif step == 3 and self._number > 3:
            self._mongo.delete(name)
        else:
            return
        self._ask(name, None if step == 3 else self._number)

    def _ask(self, name, number, patience=10):
        acknowledged = time.monotonic()
        while True:
            found = self._dynamo.number(name)
            moment = time.monotonic()
            if found == number:
                self.lags.append((moment - acknowledged) * 1000)
                return
            if moment - acknowledged > patience:
                self.missing += 1
                return
            time.sleep(0.004)


class Probes:
    """Several probes at once, in this process; finish() -> (lags in ms, how many never seen)."""

    def __init__(self, engines, target, rate, threads=3):
        self._over = threading.Event()
        self._probes = [
            Probe(engines, target, f"p{number}", rate / threads, self._over)
            for number in range(threads)
        ]
        self._pool = concurrent.futures.ThreadPoolExecutor(threads)
        self._running = [self._pool.submit(probe.run) for probe in self._probes]

    def finish(self):
        self._over.set()
        for running in self._running:
            running.result()
        self._pool.shutdown()
        found = [lag for probe in self._probes for lag in probe.lags]
        return found, sum(probe.missing for probe in self._probes)


if __name__ == "__main__":
    _watch(*sys.argv[1:])
