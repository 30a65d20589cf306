"""How long a change takes to the other side, as clients of their own see it; memory and idle CPU.

    lag.py [--rate 200] [--seconds 40] [--idle-seconds 60] [--json FILE]

Each direction gets fresh engines (DynamoDB Local slows down as stream records pile up) and a fresh
service. Forward: everything that is written to the table is awaited in the collection by a change
stream; then the service is left idle, its CPU time is taken, and the first change after that is
timed. Backward: the rate is kept by writers, and probes ask DynamoDB for the keys they wrote
themselves. The service reaches DynamoDB through a proxy that counts its GetRecords.
"""

import argparse
import contextlib
import dataclasses
import json
import pathlib
import time

import surroundings  # noqa: F401  (finds the harness)
from counting_proxy import CountingProxy
from harness import engines as engines_module
from harness import service as service_module
from harness import stores
from harness.compare import compare
from make_table import KEY
from observers import Probes, Watcher, lags
from surroundings import note, percentile
from writers import DynamoSide, MongoSide, write_at

TABLE = "Lag"
COLLECTION = "bench.lag"
TARGET = {"table": TABLE, "collection": COLLECTION}
PROBES_PER_SECOND = 12
# Ten milliseconds less than a second: what the proxy itself may shift two calls against each other.
READ_WINDOW = 0.99


@dataclasses.dataclass
class Bench:
    engines: object
    service: object
    proxy: object


@contextlib.contextmanager
def service_in_step(authority):
    """Fresh engines and a service whose one link is in step."""
    with contextlib.ExitStack() as stack:
        engines, folder = stack.enter_context(engines_module.private())
        stores.create_table(stores.dynamodb_client(engines.dynamodb_endpoint), TABLE, key=KEY)
        proxy = stack.enter_context(CountingProxy(engines.dynamodb_endpoint))
        through = dataclasses.replace(engines, dynamodb_endpoint=proxy.url)
        link = {"name": "lag", "authority": authority, **TARGET}
        service = service_module.Service(through, pathlib.Path(folder) / "service", [link])
        stack.callback(service.stop)
        service.start()
        service.wait("lag", "synced")
        yield Bench(engines, service, proxy)


def warm_up(make_side):
    """Both engines compile and cache at their first calls; nobody's first seconds are measured."""
    write_at(make_side, 200, 10, "warm")


def summary(found, missing, rate):
    if missing or not found:
        raise SystemExit(f"{missing} changes were not seen on the other side, {len(found)} were")
    return {
        "changes_per_second": round(rate, 1),
        "seen": len(found),
        "p50_ms": round(percentile(found, 50), 1),
        "p99_ms": round(percentile(found, 99), 1),
        "max_ms": round(max(found), 1),
    }


def reads_between(bench, begin, end):
    """GetRecords of the service: the mean rate, and the most within a second. One shard here."""
    times = [t for t in bench.proxy.times().get("GetRecords", []) if begin <= t <= end]
    most, first = 0, 0
    for last, moment in enumerate(times):
        while moment - times[first] >= READ_WINDOW:
            first += 1
        most = max(most, last - first + 1)
    return {"per_second": round(len(times) / (end - begin), 2), "most_in_a_second": most}


def finish(bench, told):
    """What both directions end with: equal stores, and the most memory the service ever had."""
    bench.service.wait("lag", "drained", timeout=120)
    dynamodb = stores.dynamodb_client(bench.engines.dynamodb_endpoint)
    mongo = stores.mongo_client(bench.engines.mongodb_uri)
    database, name = COLLECTION.split(".")
    result = compare(dynamodb, TABLE, mongo[database][name])
    if not result.equal:
        raise SystemExit(f"the two sides differ at the end: {result}")
    return {**told, "peak_rss_mb": round(bench.service.memory_mb(peak=True), 1)}


def forward(rate, seconds, idle_seconds, idle_rounds):
    with service_in_step("dynamodb") as bench:

        def make_side():
            return DynamoSide(bench.engines.dynamodb_endpoint, TABLE)

        warm_up(make_side)
        with Watcher(bench.engines.mongodb_uri, COLLECTION) as watcher:
            begin = time.monotonic()
            changes, reached = write_at(make_side, rate, seconds, "w")
            end = time.monotonic()
            time.sleep(3)
            found, passing, missing = lags(changes, watcher.finish())
        told = {
            **summary(found, missing, reached),
            "made_and_deleted_between_reads": passing,
            "get_records": reads_between(bench, begin, end),
        }
        note(f"forward: {json.dumps(told)}")
        rounds = [idle(bench, make_side(), idle_seconds, n) for n in range(idle_rounds)]
        told["after_idle_ms"] = [round(lag, 1) for lag, _ in rounds]
        told["idle_cpu_percent"] = [round(percent, 2) for _, percent in rounds]
        return finish(bench, told)


def idle(bench, side, seconds, number):
    """(lag of the first change after idle seconds, CPU percent of one core while idle)"""
    measured = min(30, seconds)
    time.sleep(seconds - measured)
    used = bench.service.cpu_seconds()
    time.sleep(measured)
    percent = (bench.service.cpu_seconds() - used) / measured * 100
    with Watcher(bench.engines.mongodb_uri, COLLECTION) as watcher:
        name = f"idle{number}"
        side.insert(name, 1)
        change = [name, 1, "put", time.monotonic()]
        time.sleep(5)
        found, _, missing = lags([change], watcher.finish())
    if missing:
        raise SystemExit("the first change after the idle time was not seen within 5 s")
    note(f"after {seconds} idle seconds: {found[0]:.0f} ms; CPU while idle {percent:.2f} %")
    return found[0], percent


def backward(rate, seconds):
    with service_in_step("mongodb") as bench:

        def make_side():
            return MongoSide(bench.engines.mongodb_uri, COLLECTION)

        warm_up(make_side)
        probes = Probes(bench.engines, TARGET, PROBES_PER_SECOND)
        _, reached = write_at(make_side, rate - PROBES_PER_SECOND, seconds, "w")
        found, missing = probes.finish()
        told = summary(found, missing, reached + len(found) / seconds)
        note(f"backward: {json.dumps(told)}")
        return finish(bench, told)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=int, default=200, help="changes a second")
    parser.add_argument("--seconds", type=int, default=40, help="of writing, each way")
    parser.add_argument("--idle-seconds", type=int, default=60)
    parser.add_argument("--idle-rounds", type=int, default=2)
    parser.add_argument("--only", choices=("forward", "backward"))
    parser.add_argument("--json", help="also write the result there")
    given = parser.parse_args()
    result = {"rate": given.rate, "seconds": given.seconds, "idle_seconds": given.idle_seconds}
    if given.only != "backward":
        result["forward"] = forward(
            given.rate, given.seconds, given.idle_seconds, given.idle_rounds
        )
    if given.only != "forward":
        result["backward"] = backward(given.rate, given.seconds)
    text = json.dumps(result, indent=2)
    if given.json:
        pathlib.Path(given.json).write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
