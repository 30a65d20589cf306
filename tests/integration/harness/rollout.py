"""A group of links, its service and a fleet, as the tests of the rollout use them."""

import json
import sys
import time
import urllib.request
import uuid

import pytest

from harness.engines import ROOT
from harness.fleet import Fleet, World

sys.path.insert(0, str(ROOT / "deploy/clients/python"))

DONE, FAILED, UNMET, UNDONE, COMPLETING, REFUSED = 0, 1, 2, 3, 4, 5
SURE = ("--override", "clean_hours")


class Rollout:
    """One group: its pairs, its service, the verbs of an operator."""

    def __init__(
        self, stores, engines, pairs, make_service, subjects=60, of_links=None, **settings
    ):
        self.stores, self.pairs = stores, pairs
        self.group = f"g{uuid.uuid4().hex[:10]}"
        self.control_table = f"control-{self.group}"
        links = [
            pair.link(group=self.group, subject={"attribute": "pk"}, **of_links or {})
            for pair in pairs
        ]
        # After a kill a delete waits until what the process had sent can no longer land.
        life = {"attempt_timeout": "2s", "request_life": "4s"}
        extra = {"control": {"table": self.control_table}, "dynamodb": life}
        if settings:
            extra["groups"] = [{"name": self.group, **settings}]
        self.service = make_service(*links, extra=extra)
        self.subjects = tuple(f"user-{number:04}" for number in range(subjects))
        self.world = World(
            engines.dynamodb_endpoint,
            engines.mongodb_uri,
            stores.credentials["AWS_ACCESS_KEY_ID"],
            tuple((pair.table, pair.namespace) for pair in pairs),
            self.group,
            f"http://127.0.0.1:{self.service.admin_port}",
            self.control_table,
            self.subjects,
        )

    def begin(self):
        self.world.fill(self.stores.dynamodb)
        done = self.service.cli("init")
        assert done.returncode == 0, done.stderr
        self.service.start()
        self.wait("synced")
        self.wait_for_phase("proving")
        return self

    def wait(self, until, timeout=60):
        for pair in self.pairs:
            self.service.wait(pair.name, until, timeout)

    def fleet(self, **options):
        options = {"workers": 2, "rate": 120, "mode": "refuse", "lease": 6.0, **options}
        return Fleet(self.world, **options)

    # ---- the operator

    def say(self, *verb, expect=DONE, reason="test", timeout=120):
        """One verb of the command line; returns what it answered as JSON."""
        done = self.service.cli(*verb, "--reason", reason, "--json", timeout=timeout)
        assert done.returncode == expect, (verb, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def ramp(self, *options, **expectations):
        return self.say("rollout", "ramp", *options, *SURE, **expectations)

    def state(self):
        """What the control table holds, read by a client of our own."""
        reply = self.stores.dynamodb.get_item(
            TableName=self.control_table,
            Key={"pk": {"S": f"group/{self.group}"}, "sk": {"S": "state"}},
            ConsistentRead=True,
        )
        return json.loads(reply["Item"]["doc"]["S"])

    def rules(self):
        from crossfade_router import RuleSet

        return RuleSet.from_json(self.state()["rules"])

    def on_mongodb(self):
        rules = self.rules()
        return {one for one in self.subjects if rules.decide(one).side == "mongodb"}

    def wait_for_phase(self, phase, within=30):
        self.wait_for(lambda state: state["phase"] == phase, within)

    def wait_for(self, condition, within=30):
        deadline = time.monotonic() + within
        while not condition(state := self.state()):
            assert time.monotonic() < deadline, state
            time.sleep(0.05)
        return state

    def until_well(self, within=60):
        """Until nothing troubles a link any more."""
        deadline = time.monotonic() + within
        while True:
            links = json.loads(self.service.http(f"/v1/groups/{self.group}")[1])["links"]
            if not any(link["trouble"] for link in links):
                return
            assert time.monotonic() < deadline, links
            time.sleep(0.1)

    def versions(self):
        """The numbers of all versions of the rules that were ever stored."""
        reply = self.stores.dynamodb.query(
            TableName=self.control_table,
            KeyConditionExpression="pk = :p AND begins_with(sk, :s)",
            ExpressionAttributeValues={
                ":p": {"S": f"group/{self.group}"},
                ":s": {"S": "rules/"},
            },
        )
        return [int(one["sk"]["S"].split("/")[1]) for one in reply["Items"]]

    def lease(self, client, mode="refuse", acknowledged=0, known=0):
        """What the router client sends, by hand; returns the rules."""
        body = {"mode": mode, "lease_ms": 2000, "acknowledged": acknowledged, "known": known,
                "wait_ms": 0}
        request = urllib.request.Request(
            f"{self.world.service_url}/v1/groups/{self.group}/clients/{client}/lease",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.loads(reply.read())["rules"]

    # ---- what must hold

    def assert_whole(self, fleet):
        """At rest: both sides equal, and every acknowledged write is on both."""
        fleet.pause()
        self.wait("drained", 120)
        faults = fleet.check()
        assert not faults, faults[:20]
        for pair in self.pairs:
            pair.assert_equal()
        fleet.resume()

    def assert_only_moved_were_refused(self, fleet, before, after):
        refused = {subject for subject, _ in fleet.new_fences()}
        assert refused <= before ^ after, refused - (before ^ after)


@pytest.fixture
def make_rollout(stores, engines, make_pair, make_service):
    """make_rollout(links=1, subjects=60, of_links={...}, **settings of the group) -> a Rollout, proving."""

    def make(links=1, **options):
        pairs = [make_pair() for _ in range(links)]
        return Rollout(stores, engines, pairs, make_service, **options).begin()

    return make



