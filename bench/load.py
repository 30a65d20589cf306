"""Full load of one table: the service beside baseline_load.py, in alternating rounds.

    load.py [--items 100000] [--rounds 3] [--json FILE]

Fresh engines, one table, and for each round a fresh collection and a fresh data_dir. Time is from
the start of the process to its end (baseline) or to the answer of `crossfade wait --until copied`;
CPU time and resident memory are the kernel's figures for the process at that moment. Every copy is
counted in MongoDB.

DynamoDB Local looks at the rest of a segment for each page, so small segments are cheaper to read.
What that alone does is told by two more figures: readers who throw the pages away, and the
baseline, both with the segments of the service.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import surroundings
from harness import engines as engines_module
from harness import service as service_module
from harness import stores
from make_table import average_size, make
from raw_dynamo import RawDynamo

TABLE = "Orders"
DATABASE = "bench"
THREADS = 4
SEGMENTS = 64  # the service's default


def run_baseline(engines, namespace, *options):
    command = [
        sys.executable,
        str(pathlib.Path(__file__).with_name("baseline_load.py")),
        *("--endpoint", engines.dynamodb_endpoint, "--uri", engines.mongodb_uri),
        *("--table", TABLE, "--collection", namespace),
        *options,
    ]
    environment = {**os.environ, **stores.CREDENTIALS}
    done = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True, text=True)
    return json.loads(done.stdout)


def run_service(engines, namespace, items, folder):
    link = {"name": "load", "table": TABLE, "collection": namespace, "authority": "dynamodb"}
    service = service_module.Service(engines, folder, [link])
    started = time.monotonic()
    service.start()
    try:
        service.wait("load", "copied", timeout=600)
        seconds, cpu = time.monotonic() - started, service.cpu_seconds()
        memory = service.memory_mb(peak=True)
    finally:
        service.stop()
    return {
        "items": items,
        "seconds": round(seconds, 3),
        "items_per_second": round(items / seconds, 1),
        "cpu_us_per_item": round(cpu * 1e6 / items, 1),
        "rss_mb": round(memory, 1),
    }


def _scan_segment(endpoint, segment):
    dynamodb, start = RawDynamo(endpoint), {}
    while start is not None:
        request = {"TableName": TABLE, "Segment": segment, "TotalSegments": SEGMENTS, **start}
        page = dynamodb.call("Scan", request)
        last = json.loads(page).get("LastEvaluatedKey")
        start = {"ExclusiveStartKey": last} if last else None
    dynamodb.close()


def scan_speed(engines, items):
    """Items a second that the engine gives to clients that throw them away; also warms it up."""
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        endpoints = [engines.dynamodb_endpoint] * SEGMENTS
        list(pool.map(_scan_segment, endpoints, range(SEGMENTS)))
    return items / (time.monotonic() - started)


class Rounds:
    """Alternating runs of both on one pair of engines."""

    def __init__(self, engines, folder, items):
        self._engines = engines
        self._folder = pathlib.Path(folder)
        self._items = items
        self._mongo = stores.mongo_client(engines.mongodb_uri)
        self._number = 0

    def run(self, name):
        self._number += 1
        for database in (DATABASE, "crossfade"):
            self._mongo.drop_database(database)
        namespace = f"{DATABASE}.orders{self._number}"
        if name == "crossfade":
            folder = self._folder / f"round{self._number}"
            result = run_service(self._engines, namespace, self._items, folder)
        else:
            options = [] if name == "baseline" else ["--segments", str(SEGMENTS)]
            result = run_baseline(self._engines, namespace, *options)
        self._check(namespace, name)
        surroundings.note(f"{name}: {json.dumps(result)}")
        return result

    def _check(self, namespace, name):
        collection = self._mongo[DATABASE][namespace.split(".")[1]]
        found = collection.count_documents({})
        if found != self._items:
            raise SystemExit(f"{name} copied {found} of {self._items} items")


def median(results, figure):
    return statistics.median(result[figure] for result in results)


def measure(items, rounds, seed):
    with engines_module.private() as (engines, folder):
        seconds = make(engines.dynamodb_endpoint, TABLE, items, seed)
        surroundings.note(f"table of {items} items made in {seconds:.0f} s")
        ceiling = scan_speed(engines, items)
        one = Rounds(engines, folder, items)
        runs = {"baseline": [], "crossfade": []}
        for number in range(rounds):
            order = ("baseline", "crossfade") if number % 2 == 0 else ("crossfade", "baseline")
            for name in order:
                runs[name].append(one.run(name))
        segmented = one.run("baseline in small segments")
    figures = ("items_per_second", "cpu_us_per_item", "rss_mb")
    told = {name: {f: median(results, f) for f in figures} for name, results in runs.items()}
    ratio = told["crossfade"]["items_per_second"] / told["baseline"]["items_per_second"]
    return {
        "items": items,
        "item_bytes": round(average_size(items, seed)),
        "rounds": rounds,
        "scan_ceiling_items_per_second": round(ceiling),
        "baseline_in_small_segments": segmented,
        **told,
        "ratio": round(ratio, 2),
        "peak_rss_mb": max(result["rss_mb"] for result in runs["crossfade"]),
        "runs": runs,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", help="also write the result there")
    given = parser.parse_args()
    result = measure(given.items, given.rounds, given.seed)
    text = json.dumps(result, indent=2)
    if given.json:
        pathlib.Path(given.json).write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
