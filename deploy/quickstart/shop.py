"""The shop of the quickstart: its table and collection, its customers, and who serves them."""

import dataclasses
import time

import orders
import probe
from harness import engines as engines_module
from harness import stores as stores_module
from report import Progress, bar

CUSTOMERS = 3000
COHORT = 10  # every tenth customer is served by MongoDB
PROBES = {"forward": orders.customer(900_001), "backward": orders.customer(900_000)}
TYPES = {"tags": "SS", "sizes": "NS", "thumbs": "BS", "ledger": "N"}


def owner(customer):
    """The side that writes a customer's orders: the rule of the configuration, said once more."""
    return "mongodb" if int(customer[2:]) % COHORT == 0 else "dynamodb"


def owned_orders(items):
    """(customer, number) of every order of the table at the start; those of the probes come last."""
    owned = [
        (orders.customer(number % CUSTOMERS), number) for number in range(items - 2 * probe.KEYS)
    ]
    for customer in PROBES.values():
        owned += [(customer, len(owned) + place) for place in range(probe.KEYS)]
    return owned


@dataclasses.dataclass
class Shop:
    """What the run is about."""

    engines: engines_module.Engines
    both: stores_module.Stores
    table: str
    namespace: str
    items: int

    @property
    def collection(self):
        return self.both.collection(self.namespace)

    def link(self):
        cohort = [orders.customer(number) for number in range(0, CUSTOMERS, COHORT)]
        return {
            "name": self.table.lower(),
            "table": self.table,
            "collection": self.namespace,
            "subject": {"attribute": "customerId"},
            "authority": {"mongodb": {"allow": cohort + [PROBES["backward"]]}},
            "types": TYPES,
        }

    def create(self):
        stores_module.create_table(
            self.both.dynamodb,
            self.table,
            key=orders.KEY,
            lsi=[stores_module.index("ByTotal", "customerId:S", "total:N")],
            gsi=[stores_module.index("ByStatus", "status:S", "placedAt:S")],
        )

    def fill(self):
        owned = owned_orders(self.items)
        began = time.monotonic()
        progress = Progress("table")
        for start in range(0, len(owned), 2000):
            part = [orders.order(*one, "first") for one in owned[start : start + 2000]]
            stores_module.batch_put(self.both.dynamodb, self.table, part)
            progress.show(bar(start / len(owned)))
        seconds = time.monotonic() - began
        what = f"{self.table}: hash + sort key, one LSI, one GSI; {len(owned):,} orders"
        progress.end(f"{what}, written in {seconds:.1f} s")

    def drop(self):
        self.both.dynamodb.delete_table(TableName=self.table)
        self.collection.drop()
