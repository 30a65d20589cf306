"""The rollout demo once product and engines are there: fill, run, move users there and back, compare.

    main.py --folder D [--subjects N] [--rate N] [--workers N] [--rest S] [--quick] [--apart]

Exit code 0 only if every acknowledged write is on both sides after every step, and no write of a user
who did not move was ever refused.
"""

import argparse
import json
import pathlib
import signal
import sys
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))
sys.path.insert(0, str(ROOT / "deploy/quickstart"))
sys.path.insert(0, str(ROOT / "deploy/clients/python"))

from crossfade_router import RuleSet
from harness import engines as engines_module
from harness import service as service_module
from harness import stores as stores_module
from harness.fleet import Fleet, World
from report import percentile, say

GROUP = "shop"
TABLES = ("Orders", "Carts")


def subject(number):
    return f"user-{number:05}"


class Shop:
    """Two tables whose users move together.

    `apart`: with databases of its own and an account of its own of DynamoDB, on engines that others
    use too; else they are those of a user of Crossfade who has just begun.
    """

    def __init__(self, engines, folder, subjects, apart=False):
        self.both = stores_module.Stores.of(engines)
        database, extra = "shop", {}
        if apart:
            self.both = self.both.apart(engines)
            database = f"shop_{uuid.uuid4().hex[:10]}"
            extra = {"mongodb": {"state_database": f"{database}_state"}}
        self._databases = [database, f"{database}_state"] if apart else []
        self._links = [(table, f"{database}.{table.lower()}") for table in TABLES]
        links = [
            {"name": table.lower(), "table": table, "collection": namespace,
             "group": GROUP, "subject": {"attribute": "pk"}}
            for table, namespace in self._links
        ]
        account = self.both.credentials
        self.service = service_module.Service(engines, folder, links, extra, account)
        self.names = [link["name"] for link in links]
        self.world = World(
            engines.dynamodb_endpoint,
            engines.mongodb_uri,
            self.both.credentials["AWS_ACCESS_KEY_ID"],
            tuple(self._links),
            GROUP,
            f"http://127.0.0.1:{self.service.admin_port}",
            "crossfade-control",
            tuple(subject(number) for number in range(subjects)),
        )

    def begin(self):
        for table, _ in self._links:
            stores_module.create_table(self.both.dynamodb, table)
        self.world.fill(self.both.dynamodb)
        done = self.service.cli("init")
        if done.returncode:
            raise service_module.ServiceError(done.stderr)
        self.service.start()
        self.wait("synced")

    def end(self):
        self.service.stop()
        for database in self._databases:
            self.both.mongo.drop_database(database)

    def wait(self, until):
        for name in self.names:
            self.service.wait(name, until)

    def rules(self):
        status, text = self.service.http(f"/v1/groups/{GROUP}/rules")
        if status != 200:
            raise service_module.ServiceError(f"no rules: {text}")
        told = json.loads(text)
        return RuleSet.from_json(told.get("rules", told))

    def on_dynamodb(self):
        rules = self.rules()
        return [one for one in self.world.subjects if rules.decide(one).side == "dynamodb"]


class Operator:
    """Says the verbs, and looks at everything after each."""

    def __init__(self, shop, fleet, rest):
        self._shop = shop
        self._fleet = fleet
        self._rest = rest
        self._refused = 0
        self.faults = []
        self.fences = []

    def say(self, *verb):
        """One verb while the fleet writes; then the fleet rests and all is compared."""
        before = self._shop.rules()
        began = time.monotonic()
        done = self._shop.service.cli(*verb, "--reason", "demo", "--json")
        seconds = time.monotonic() - began
        if done.returncode:
            raise service_module.ServiceError(f"{' '.join(verb)}: {done.stdout}{done.stderr}")
        time.sleep(self._rest / 2)
        self._fleet.pause()
        self._shop.wait("drained")
        self._tell(verb, seconds, before, self._shop.rules())
        self._tell_steps(json.loads(done.stdout))
        self._fleet.resume()
        time.sleep(self._rest)

    @staticmethod
    def _tell_steps(told):
        """What the hand-off consisted of, without what took no time to speak of."""
        took = [one for one in told.get("took", []) if one["ms"] >= 10]
        if took:
            say("", ", ".join(f"{one['step']} {one['ms']} ms" for one in took))

    def _tell(self, verb, seconds, before, after):
        fences = self._fleet.new_fences()
        moved = {
            one for one in self._shop.world.subjects
            if before.decide(one).side != after.decide(one).side
        }
        wrongly = {one for one, _ in fences} - moved
        differences = self._fleet.check()
        refused = self._fleet.refused - self._refused
        self._refused = self._fleet.refused
        times = [1000 * length for _, length in fences]
        self.fences += times
        fence = f"{percentile(times, 0.5):.0f} / {max(times):.0f} ms" if times else "-"
        on_mongodb = sum(after.decide(one).side == "mongodb" for one in self._shop.world.subjects)
        say(
            " ".join(verb),
            f"{seconds:5.2f} s   {len(moved):>5} users moved, {on_mongodb:>5} on MongoDB   "
            f"fence p50/max {fence}   refused {refused} (all taken later)   "
            f"differences {len(differences)}",
        )
        self.faults += differences
        self.faults += [f"{one} did not move and was refused" for one in sorted(wrongly)]


def steps(quick, shop):
    """The operator's script, each step when the one before is done."""
    ramp = ("rollout", "ramp")
    yield (*ramp, "--to", "1", "--override", "clean_hours")
    if not quick:
        yield (*ramp, "--to", "10", "--override", "clean_hours")
    yield (*ramp, "--to", "50", "--override", "clean_hours")
    first, second = shop.on_dynamodb()[:2]
    yield (*ramp, "--allow", first, "--allow", second, "--override", "clean_hours")
    yield (*ramp, "--deny", subject(3))
    yield (*ramp, "--to", "100", "--unlist", subject(3), "--override", "clean_hours")
    yield ("rollback",)
    yield (*ramp, "--to", "100", "--override", "clean_hours")
    yield ("complete",)


def perform(shop, given):
    options = {"workers": given.workers, "rate": given.rate, "mode": "refuse", "lease": 10.0}
    with Fleet(shop.world, **options) as fleet:
        fleet.pause()
        fleet.resume()
        time.sleep(given.rest)
        operator = Operator(shop, fleet, given.rest)
        for verb in steps(given.quick, shop):
            operator.say(*verb)
        say("writes", f"{fleet.written:,} acknowledged, {fleet.refused:,} refused and repeated")
    fences = operator.fences or [0]
    say("fence", f"p50 {percentile(fences, 0.5):.0f} ms, max {max(fences):.0f} ms over all steps")
    return operator.faults


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", required=True)
    parser.add_argument("--subjects", type=int)
    parser.add_argument("--rate", type=int, default=300)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--rest", type=float, default=2.0, help="seconds between two steps")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--apart", action="store_true", help="on engines that others use too")
    given = parser.parse_args()
    given.subjects = given.subjects or (400 if given.quick else 2000)
    return given


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    given = parse()
    with engines_module.shared() as engines:
        shop = Shop(engines, pathlib.Path(given.folder), given.subjects, given.apart)
        try:
            shop.begin()
            say("users", f"{given.subjects:,}, {given.workers} workers, {given.rate} writes/s")
            faults = perform(shop, given)
        except (service_module.ServiceError, RuntimeError) as error:
            sys.exit(f"\nFailed: {error}")
        finally:
            shop.end()
    for line in faults[:20]:
        say("", line)
    print(f"\nFailed: {len(faults)} faults" if faults else
          "\nEvery acknowledged write is on both sides, after every step.")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
