"""Believable orders of a shop, with every DynamoDB type in them; about 600 bytes each.

Everything follows from the order's number and revision, so any process can make the same order.
"""

import hashlib
import random

KEY = ("customerId:S", "orderId:N")
FIRST_ORDER = 7_300_000_000_000_000_000  # far above 2^53: a double cannot hold these

STATES = ["placed", "paid", "packed", "shipped", "delivered", "returned"]
TITLES = [
    "Teekanne „Blau“",
    "Lampe Ø 30",
    "椅子",
    "Croissant ×6",
    "Wool socks",
    "Füller 🖋",
    "Kühltasche",
]
NAMES = ["Jürgen Weiß", "Zoë O'Neill", "李小龙", "Ana María", "Søren Kjær", "Олена", "Bob"]
CITIES = ["Köln", "São Paulo", "東京", "Reykjavík", "Łódź", "Springfield"]
TAGS = ["gift", "priority", "fragile", "b2b", "größe-xl", "new customer"]


def customer(number):
    return f"C-{number:06}"


def order_id(number):
    return str(FIRST_ORDER + number)


def key(customer_id, number):
    return {"customerId": {"S": customer_id}, "orderId": {"N": order_id(number)}}


def _line(chance):
    return {
        "M": {
            "sku": {"S": f"SKU-{chance.randrange(10**6):06}"},
            "title": {"S": chance.choice(TITLES)},
            "qty": {"N": str(chance.randint(1, 5))},
            "price": {"N": f"{chance.randrange(100, 90000) / 100:.2f}"},
            "vat.rate": {"N": chance.choice(["0.19", "0.07", "0"])},
        }
    }


def _ship_to(chance):
    return {
        "M": {
            "name": {"S": chance.choice(NAMES)},
            "street": {"S": f"Rua {chance.randint(1, 200)}, 3º"},
            "city": {"S": chance.choice(CITIES)},
            "note": chance.choice([{"S": ""}, {"NULL": True}, {"S": "ring twice"}]),
        }
    }


def order(customer_id, number, revision):
    """The item of an order; another revision has other values under the same key."""
    chance = random.Random(f"{number}/{revision}")
    digest = hashlib.sha256(f"{number}/{revision}".encode()).digest()
    sizes = {str(chance.randint(30, 50)), "41.5"}
    return {
        **key(customer_id, number),
        "rev": {"S": revision},
        "status": {"S": chance.choice(STATES)},
        "placedAt": {"S": f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T08:30:00Z"},
        "total": {"N": f"{chance.randrange(100, 10**7) / 100:.2f}"},
        "lines": {"L": [_line(chance) for _ in range(chance.randint(2, 3))]},
        "shipTo": _ship_to(chance),
        "tags": {"SS": chance.sample(TAGS, chance.randint(1, 3))},
        "sizes": {"NS": sorted(sizes)},
        "thumbs": {"BS": [digest[:6], digest[6:12]]},
        "signature": {"B": digest},
        "gift": {"BOOL": chance.random() < 0.2},
        "coupon": {"NULL": True},
        "history": {"L": []},
        "extras": {"M": {}},
        "comment": {"S": ""},
        "ledger": {"N": str(chance.randrange(10**37, 10**38))},
        "weight": {"N": f"{chance.random():.12f}"},
        "$ref": {"S": f"{number}%2E{revision}"},
    }
