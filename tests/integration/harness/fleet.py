"""A fleet of application workers that write through the router all the time, each with its own ledger.

    with Fleet(world, workers=4, rate=300) as fleet:
        ...                      # verbs of an operator
        fleet.pause()            # every write under way has ended
        faults = fleet.check()   # the ledgers against both stores, by clients of our own
        fleet.resume()

Every worker is a process with a router client of its own. Of each subject a worker writes

- items that it alone writes: inserts, updates, replaces, deletes; the ledger knows what must be there,
- a counter that all workers add to, on whichever side serves the subject: the sum of what was
  acknowledged must be there in the end, so two sides that both took writes would show.

A write whose outcome is unknown (the store went away) may be there or not, until the next one of its key.
"""

import collections
import dataclasses
import multiprocessing
import random
import sys
import time

import botocore.exceptions
import pymongo.errors

from harness import stores
from harness.engines import ROOT

CLIENT = ROOT / "deploy/clients/python"
COUNTER = "counter"
ITEMS_EACH = 3  # keys that one worker owns of one subject
RETRY_AFTER = 0.02
STORE_ERRORS = (
    botocore.exceptions.BotoCoreError,
    botocore.exceptions.ClientError,
    pymongo.errors.PyMongoError,
)
MAJORITY = pymongo.WriteConcern("majority")

spawn = multiprocessing.get_context("spawn")


@dataclasses.dataclass(frozen=True)
class World:
    """Where a fleet writes; picklable."""

    dynamodb_endpoint: str
    mongodb_uri: str
    access_key: str
    tables: tuple  # of the group's links, with their collections: (table, namespace)
    group: str
    service_url: str
    control_table: str
    subjects: tuple

    def dynamodb(self):
        return stores.dynamodb_client(self.dynamodb_endpoint, self.access_key)

    def mongo(self):
        return stores.mongo_client(self.mongodb_uri)

    def fill(self, dynamodb=None):
        """The counters, which every worker adds to."""
        dynamodb = dynamodb or self.dynamodb()
        for table, _ in self.tables:
            items = [_key(subject, COUNTER) | {"n": {"N": "0"}} for subject in self.subjects]
            stores.batch_put(dynamodb, table, items)


def _key(subject, sk):
    return {"pk": {"S": subject}, "sk": {"S": sk}}


def _id(subject, sk):
    return {"_id": {"pk": subject, "sk": sk}}


class _Sides:
    """The stores as a worker uses them: one write each, never repeated by itself."""

    def __init__(self, world):
        self._dynamodb = world.dynamodb()
        uri = world.mongodb_uri
        self._mongo = pymongo.MongoClient(
            uri, retryWrites=False, serverSelectionTimeoutMS=500, socketTimeoutMS=3000
        )

    def _collection(self, namespace):
        database, name = namespace.split(".", 1)
        return self._mongo[database].get_collection(name, write_concern=MAJORITY)

    def put(self, side, place, subject, sk, text):
        if side == "dynamodb":
            item = _key(subject, sk) | {"text": {"S": text}}
            self._dynamodb.put_item(TableName=place[0], Item=item)
        else:
            document = {**_id(subject, sk), "pk": subject, "sk": sk, "text": text}
            self._collection(place[1]).replace_one(_id(subject, sk), document, upsert=True)

    def update(self, side, place, subject, sk, text):
        if side == "dynamodb":
            self._dynamodb.update_item(
                TableName=place[0],
                Key=_key(subject, sk),
                UpdateExpression="SET #t = :t",
                ExpressionAttributeNames={"#t": "text"},
                ExpressionAttributeValues={":t": {"S": text}},
            )
        else:
            self._collection(place[1]).update_one(_id(subject, sk), {"$set": {"text": text}})

    def delete(self, side, place, subject, sk, _=None):
        if side == "dynamodb":
            self._dynamodb.delete_item(TableName=place[0], Key=_key(subject, sk))
        else:
            self._collection(place[1]).delete_one(_id(subject, sk))

    def add(self, side, place, subject, sk, _=None):
        if side == "dynamodb":
            self._dynamodb.update_item(
                TableName=place[0],
                Key=_key(subject, sk),
                UpdateExpression="ADD #n :one",
                ExpressionAttributeNames={"#n": "n"},
                ExpressionAttributeValues={":one": {"N": "1"}},
            )
        else:
            done = self._collection(place[1]).update_one(_id(subject, sk), {"$inc": {"n": 1}})
            assert done.matched_count == 1, f"no counter of {subject} on MongoDB"


@dataclasses.dataclass
class Ledger:
    """What one worker knows. Places are (table index, subject, sk)."""

    items: dict = dataclasses.field(default_factory=dict)  # place -> set of texts, None: absent
    added: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    maybe_added: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    written: int = 0
    unknown: int = 0
    sides: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    refused: int = 0
    fences: list = dataclasses.field(default_factory=list)  # (subject, seconds)
    fault: str = ""


@dataclasses.dataclass(frozen=True)
class Difference:
    """A place that does not show what was acknowledged."""

    place: tuple
    sentence: str
    allowed: set | None = None  # of an item: the texts it may have, None: absent
    missing: int = 0  # of a counter


class _Worker:
    """One process: writes, and repeats what was refused until it is taken."""

    def __init__(self, world, number, rate, seed, options):
        sys.path.insert(0, str(CLIENT))
        import crossfade_router

        self._refusals = (crossfade_router.Fenced, crossfade_router.NoLease)
        self._late = crossfade_router.LateWrite
        self._world = world
        self._number = number
        self._rate = rate
        self._random = random.Random(f"{seed}/{number}")
        self._sides = _Sides(world)
        self._ledger = Ledger()
        self._waiting = collections.OrderedDict()  # subject -> (since, operation) refused
        self._router = crossfade_router.Router(
            group=world.group,
            client_id=f"worker-{number}",
            service_url=world.service_url,
            control=(world.dynamodb(), world.control_table),
            **options,
        )

    def run(self, commands, answers):
        self._router.start()
        paused = False
        due = time.monotonic()
        while True:
            if commands.poll(0.05 if paused else 0):
                command = commands.recv()
                if command == "stop":
                    break
                paused = command == "pause"
                if paused:
                    self._take_what_waits()
                answers.send(self._ledger)
                due = time.monotonic()
                continue
            if paused:
                continue
            self._step()
            due = max(due + 1 / self._rate, time.monotonic() - 0.5)
            time.sleep(max(0.0, due - time.monotonic()))
        self._router.close()
        answers.send(self._ledger)

    def _take_what_waits(self, within=10):
        """So that a pause leaves no refused write behind, unless its fence stays that long."""
        deadline = time.monotonic() + within
        while self._waiting and time.monotonic() < deadline:
            subject, (since, operation, _) = next(iter(self._waiting.items()))
            self._waiting.move_to_end(subject)
            self._try(operation, since)
            time.sleep(0.005)

    def _step(self):
        waiting = next(iter(self._waiting.items()), None)
        if waiting and time.monotonic() >= waiting[1][2]:
            subject, (since, operation, _) = waiting
            self._waiting.move_to_end(subject)
            self._try(operation, since)
        else:
            self._try(self._choose(), None)

    def _choose(self):
        subject = self._random.choice(self._world.subjects)
        table = self._random.randrange(len(self._world.tables))
        if self._random.random() < 0.25:
            return "add", (table, subject, COUNTER), None
        sk = f"w{self._number}-{self._random.randrange(ITEMS_EACH)}"
        place = (table, subject, sk)
        there = None not in self._ledger.items.get(place, {None})
        name = self._random.choice(["put", "update", "update", "delete"]) if there else "put"
        return name, place, f"{self._number}/{self._ledger.written}/{self._random.random()}"

    def _try(self, operation, since):
        name, place, text = operation
        subject = place[1]
        if since is None and subject in self._waiting:
            return  # one refused write of a subject is enough to wait for
        try:
            with self._router.write(subject) as side:
                taken = self._perform(name, side, place, text)
        except self._refusals:
            self._ledger.refused += 1
            now = time.monotonic()
            self._waiting[subject] = (since or now, operation, now + RETRY_AFTER)
            return
        except self._late:
            taken = False
        self._note(taken, name, place, text)
        if since is not None:
            del self._waiting[subject]
            self._ledger.fences.append((subject, time.monotonic() - since))

    def _perform(self, name, side, place, text):
        """Whether the store has acknowledged it."""
        table, subject, sk = place
        where = self._world.tables[table]
        try:
            getattr(self._sides, name)(side, where, subject, sk, text)
        except STORE_ERRORS:
            return False
        self._ledger.sides[str(side)] += 1
        return True

    def _note(self, taken, name, place, text):
        ledger = self._ledger
        written = None if name == "delete" else text
        ledger.written += taken
        ledger.unknown += not taken
        if name == "add":
            (ledger.added if taken else ledger.maybe_added)[place] += 1
        elif taken:
            ledger.items[place] = {written}
        else:
            ledger.items.setdefault(place, {None}).add(written)


def _run_worker(world, number, rate, seed, options, commands, answers):
    try:
        _Worker(world, number, rate, seed, options).run(commands, answers)
    except Exception as fault:  # told to the process that owns the fleet
        answers.send(Ledger(fault=f"worker {number}: {type(fault).__name__}: {fault}"))
        raise


class Fleet:
    """The workers as the operator's side sees them."""

    def __init__(self, world, workers=4, rate=300, seed=1, **options):
        self._world = world
        self._pipes = []
        self._processes = []
        for number in range(workers):
            ours, theirs = spawn.Pipe()
            arguments = (world, number, rate / workers, seed, options, theirs, theirs)
            process = spawn.Process(target=_run_worker, args=arguments, daemon=True)
            self._pipes.append(ours)
            self._processes.append(process)
        self.ledgers = []
        self._told = collections.Counter()

    def __enter__(self):
        for process in self._processes:
            process.start()
        return self

    def __exit__(self, *_):
        for pipe, process in zip(self._pipes, self._processes):
            if process.is_alive():
                try:
                    pipe.send("stop")
                except OSError:
                    pass
        for process in self._processes:
            process.join(20)
            if process.is_alive():
                process.kill()

    def _all(self, command):
        for pipe in self._pipes:
            pipe.send(command)
        ledgers = []
        for pipe in self._pipes:
            if not pipe.poll(60):
                raise RuntimeError("a worker of the fleet does not answer")
            ledgers.append(pipe.recv())
        for ledger in ledgers:
            if ledger.fault:
                raise RuntimeError(ledger.fault)
        self.ledgers = ledgers
        return ledgers

    def pause(self):
        """Every worker has ended its write and begins no other."""
        return self._all("pause")

    def resume(self):
        return self._all("resume")

    @property
    def written(self):
        return sum(ledger.written for ledger in self.ledgers)

    @property
    def refused(self):
        return sum(ledger.refused for ledger in self.ledgers)

    def new_fences(self):
        """(subject, seconds) of every refused write that was taken since the last call."""
        new = []
        for number, ledger in enumerate(self.ledgers):
            new += ledger.fences[self._told[number] :]
            self._told[number] = len(ledger.fences)
        return new

    def check(self):
        """What the ledgers say against what stands in the stores; both at rest. Sentences."""
        return [
            f"{side}: {one.sentence}"
            for side in ("dynamodb", "mongodb")
            for one in self.differences(side)
        ]

    def differences(self, side):
        found = self._read_dynamodb() if side == "dynamodb" else self._read_mongodb()
        return [*self._counters_that_differ(found), *self._items_that_differ(found)]

    def _counters_that_differ(self, found):
        added = sum((ledger.added for ledger in self.ledgers), collections.Counter())
        maybe = sum((ledger.maybe_added for ledger in self.ledgers), collections.Counter())
        for place in added | maybe:
            value = found.get(place, {}).get("n", 0)
            if not added[place] <= value <= added[place] + maybe[place]:
                told = f"counter {place}: {value}, acknowledged {added[place]} (+{maybe[place]})"
                yield Difference(place, told, missing=added[place] - value)

    def _items_that_differ(self, found):
        for ledger in self.ledgers:
            for place, allowed in ledger.items.items():
                text = found[place].get("text") if place in found else None
                if text not in allowed:
                    yield Difference(place, f"{place}: {text!r}, acknowledged {allowed}", allowed)

    def _read_dynamodb(self):
        found = {}
        client = self._world.dynamodb()
        for number, (table, _) in enumerate(self._world.tables):
            for item in stores.read_items(client, table):
                place = (number, item["pk"]["S"], item["sk"]["S"])
                found[place] = {"text": item.get("text", {}).get("S")}
                if "n" in item:
                    found[place]["n"] = int(item["n"]["N"])
        return found

    def _read_mongodb(self):
        found = {}
        client = self._world.mongo()
        for number, (_, namespace) in enumerate(self._world.tables):
            database, name = namespace.split(".", 1)
            for document in client[database][name].find():
                found[(number, document["pk"], document["sk"])] = document
        return found
