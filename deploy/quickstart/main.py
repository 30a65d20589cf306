"""The quickstart once product and engines are there: fill, run, write on both sides, compare, tell.

    main.py --folder D [--items N] [--writes N] [--kill SECONDS] [--suffix S] [--keep]

Exit code 0 only if both stores are equal at the end and no write of the service came back.
"""

import argparse
import collections
import dataclasses
import pathlib
import signal
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))

import evidence
from applications import Applications
from harness import engines as engines_module
from harness import service as service_module
from harness import stores as stores_module
from harness.compare import compare
from report import Progress, bar, judge, say, summarize
from shop import Shop, owned_orders, owner

OK = "Both stores are equal, and no write came back."
REGION = stores_module.REGION
ACCESS_KEY = stores_module.CREDENTIALS["AWS_ACCESS_KEY_ID"]


class Killer(threading.Thread):
    """Kills the service with SIGKILL every few seconds and starts it again."""

    def __init__(self, service, every):
        super().__init__(daemon=True)
        self._service = service
        self._every = every
        self._over = threading.Event()
        self._error = None
        self.kills = 0

    def run(self):
        try:
            while not self._over.wait(self._every):
                self._service.kill()
                self.kills += 1
                self._service.start(ready_within=60)
        except service_module.ServiceError as error:
            self._error = error

    def end(self):
        self._over.set()
        self.join()
        if self._error:
            raise self._error


class Watch:
    """Follows the service through its status while it runs (and while it is killed and comes back)."""

    def __init__(self, service, link, killer):
        self._service = service
        self._link = link
        self._killer = killer

    def status(self):
        """The link's status; None while nobody answers. An error if the service ended by itself."""
        if not self._killer and not self._service.running():
            raise service_module.ServiceError(f"the service ended\n{self._service.log_tail()}")
        try:
            status = self._service.status(self._link)
        except (service_module.ServiceError, KeyError):
            return None
        if status["phase"] == "stopped":
            raise service_module.ServiceError(f"the link stopped: {status['reason']}")
        return status

    def load(self):
        progress = Progress("full load")
        began = time.monotonic()
        while True:
            status = self.status()
            if status:
                load = status["load"]
                numbers = f"{load['items']:,} items  {load['items_per_second']:,.0f} items/s"
                if status["phase"] == "synced":
                    break
                rest = f"{load['eta_seconds']:.0f} s to go"
                progress.show(f"{bar(load['fraction'])}  {numbers}  {rest}")
            time.sleep(0.1)
        progress.end(f"{bar(1)}  {numbers}")
        say("in step", f"{time.monotonic() - began:.1f} s after the service's start")

    def writing(self, applications):
        progress = Progress("both ways")
        while applications.writing():
            status = self.status()
            if status:
                progress.show(
                    ";  ".join(
                        f"{direction} {status[direction]['applied']:,} applied, "
                        f"{status[direction]['echoes_dropped']:,} echoes dropped"
                        for direction in ("forward", "backward")
                    )
                )
            time.sleep(0.25)
        total = sum(counts.total() for counts in applications.done.values())
        progress.end(f"{total:,} writes by two applications while it ran")

    def drain(self):
        began = time.monotonic()
        self._service.wait(self._link, "drained", 120)
        say("drained", f"in {time.monotonic() - began:.1f} s")


@dataclasses.dataclass
class Outcome:
    comparison: object
    feeds: evidence.Feeds
    back: list
    quiet: int


def examine(shop, applications, since):
    """Everything a client of its own can see at the end."""
    quiet = evidence.changes_while_quiet(shop.both, shop.table, shop.collection)
    feeds = evidence.Feeds(
        evidence.read_dynamodb(shop.both, shop.table, owner),
        evidence.read_mongodb(shop.collection, since, owner),
    )
    filled = collections.Counter(owner(customer) for customer, _ in owned_orders(shop.items))
    back = evidence.came_back(feeds, filled, applications.writes(), applications.deletes())
    feeds.dynamodb -= filled
    return Outcome(compare(shop.both.dynamodb, shop.table, shop.collection), feeds, back, quiet)


def perform(shop, service, given):
    """The run from the service's start to the summary; returns the faults."""
    link = shop.link()["name"]
    applications = Applications(shop, given.writes)
    applications.start_writer("dynamodb")
    time.sleep(1)
    service.start(ready_within=None)
    killer = Killer(service, given.kill) if given.kill else None
    if killer:
        killer.start()
    watch = Watch(service, link, killer)
    watch.load()
    since = evidence.start_of_mongodb_feed(shop.both.mongo)
    applications.start_writer("mongodb")
    applications.start_probes()
    watch.writing(applications)
    applications.finish_probes()
    if killer:
        killer.end()
    watch.drain()
    status = service.status(link)
    outcome = examine(shop, applications, since)
    summarize(outcome, applications, status, killer.kills if killer else 0)
    say(
        "service",
        f"{service.memory_mb(peak=True):.0f} MB resident at most, {service.cpu_seconds():.1f} s CPU",
    )
    return judge(outcome, applications, status, killer.kills if killer else 0)


def tell_how_to_look(service, shop):
    binary = pathlib.Path(service_module.binary()).resolve()
    admin = f"http://127.0.0.1:{service.admin_port}"
    names = f"--table {shop.table} --collection {shop.namespace}"
    print(f"""
Still running. Look at it:
  {binary} status --watch --config {service.config}
  curl {admin}/v1/links
  curl {admin}/metrics
  less {service.log}
Change something in table {shop.table} or collection {shop.namespace}, and compare them again:
  export CROSSFADE_DYNAMODB_ENDPOINT='{shop.engines.dynamodb_endpoint}'
  export CROSSFADE_MONGODB_URI='{shop.engines.mongodb_uri}'
  PYTHONPATH=tests/integration /usr/bin/python3 -m harness.compare {names}
(DynamoDB Local shows the table to AWS_ACCESS_KEY_ID={ACCESS_KEY} in region {REGION} only.)
End it:
  bash deploy/quickstart.sh --stop""")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", required=True)
    parser.add_argument("--items", type=int, default=25_000)
    parser.add_argument("--writes", type=int, default=2_500, help="on each side")
    parser.add_argument("--kill", type=float, help="SIGKILL the service every so many seconds")
    parser.add_argument("--suffix", default="", help="of table and collection names")
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


def run(given, engines):
    """Returns the exit code."""
    both = stores_module.Stores.of(engines)
    shop = Shop(engines, both, "Orders" + given.suffix, "shop.orders" + given.suffix, given.items)
    folder = pathlib.Path(given.folder)
    service = service_module.Service(engines, folder / "service", [shop.link()])
    keep = False
    try:
        say("engines", f"DynamoDB {engines.dynamodb_endpoint}, MongoDB {engines.mongodb_uri}")
        shop.create()
        shop.fill()
        say("service", f"crossfade run --config {service.config}")
        faults = perform(shop, service, given)
        verdict = "Failed: " + "; ".join(faults) if faults else OK
        print(f"\n{verdict}", flush=True)
        keep = given.keep
    finally:
        if keep:
            (folder / "service.pid").write_text(service.identity() + "\n")
            tell_how_to_look(service, shop)
        else:
            service.stop()
            if given.suffix:
                shop.drop()
    return 1 if faults else 0


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    given = parse()
    with engines_module.shared() as engines:
        try:
            sys.exit(run(given, engines))
        except (service_module.ServiceError, RuntimeError) as error:
            sys.exit(f"\nFailed: {error}")


if __name__ == "__main__":
    main()
