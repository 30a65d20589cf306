#!/usr/bin/env python3
"""Writes vectors.json, which every router must pass, from the Python package.

python3 deploy/clients/rebuild_vectors.py            writes it beside this script
python3 deploy/clients/rebuild_vectors.py --check    exit code 1 if it is not what would be written
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "python"))

from crossfade_router.rules import RuleSet, bucket_of  # noqa: E402
from crossfade_router.xxh64 import xxh64  # noqa: E402

TARGET = HERE / "vectors.json"
ABOUT = (
    "Decisions of Crossfade's routing rule. For each set: 'rules' as they are served, and for each "
    "subject (null: a key without one) its bucket (XXH64 with seed 0 over salt, NUL, subject in "
    "UTF-8, modulo 10000), the side that owns its writes and whether they are fenced. A list in 'next' "
    "may be the difference from that in 'rule'. 'hashes' are XXH64 values of texts in UTF-8, in "
    "hexadecimal. Written by rebuild_vectors.py."
)

PERCENTAGES = (0, 0.004, 0.005, 0.01, 0.015, 1, 1.005, 10, 33.33, 50, 99.99, 99.995, 100)
SALTS = ("", "s", "shop-4f", "salz-\u00e4\U0001f9c2", "nul\0nul", "0123456789abcdef" * 4)
EDGE_BUCKETS = (0, 1, 2, 99, 100, 3332, 3333, 9998, 9999)
PLAIN = (
    "user-1",
    "user-2",
    "USER-1",
    "42",
    "0042",
    "customer#00000017",
    "a@example.org",
    " ",
    "a ",
)
ODD = (
    "",
    "\0",
    "user\x001",
    "user-1\0",
    "line\nbreak",
    "\u00e9",
    "e\u0301",
    "\u1e9b\u0323",
    "\u0130i",
    "\ufb01",
    "\ufeffbom",
    "\u200buser-1",
    "\u65e5\u672c\u8a9e",
    "\u0645\u0633\u062a\u062e\u062f\u0645",
    "\ud7ff\ue000\uffff",
    "\U00010000",
    "\U0001d11e",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\U0010ffff",
)
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789" * 30
SIZES = (3, 4, 5, 7, 8, 9, 23, 24, 31, 32, 33, 56, 63, 64, 65, 1000)
LONG = (*(LETTERS[:size] for size in SIZES), "\u00fc\u20ac\U0001f600" * 700)


def subject_in(salt, bucket):
    """The first of e0, e1, ... that falls into a bucket."""
    number = 0
    while bucket_of(salt, f"e{number}") != bucket:
        number += 1
    return f"e{number}"


def edges(salt):
    return tuple(subject_in(salt, bucket) for bucket in EDGE_BUCKETS)


def rule(percent=0, allow=(), deny=()):
    return {"percent": percent, "allow": sorted(allow), "deny": sorted(deny)}


def rules(salt, now, after=None):
    document = {"v": 1, "group": "vectors", "version": 7, "epoch": 3, "salt": salt, "rule": now}
    return document if after is None else {**document, "next": after}


def by_percentage():
    at_the_edge = edges("shop-4f")
    for percent in PERCENTAGES:
        yield rules("shop-4f", rule(percent)), (None, "", *at_the_edge, *PLAIN)


def by_salt():
    for salt in SALTS:
        yield rules(salt, rule(33.33)), (None, *PLAIN, *ODD, *LONG)


def by_list():
    listed = rule(10, allow=("user-1", "", "\u00e9", "both"), deny=("both", "user-2", "\U0001d11e"))
    everybody = rule(100, deny=("user-1", "user\x001", ""))
    asked = (None, "both", *PLAIN, *ODD)
    yield rules("shop-4f", listed), asked
    yield rules("shop-4f", everybody), asked


def fenced():
    asked = (None, *edges("shop-4f"), *PLAIN, *ODD)
    listed = rule(10, allow=("user-1", "\u00e9"), deny=("user-2", "e\u0301"))
    for now, after in (
        (rule(0), rule(0.01)),
        (rule(0.01), rule(0)),
        (rule(1), rule(33.33)),
        (rule(99.99), rule(100)),
        (rule(100), rule(0)),
        (rule(10), rule(10.004)),
        (listed, rule(10, allow=("user-1", "user-2"), deny=("\u00e9",))),
        (listed, rule(50, allow=("user-1", "\u00e9"), deny=("user-2", "e\u0301"))),
        (listed, {**rule(10, deny=("user-2",)), "allow": {"add": [""], "remove": ["\u00e9"]}}),
        (listed, {**rule(10, allow=("user-1",)), "deny": {"add": ["42", "user-1"], "remove": []}}),
    ):
        yield rules("shop-4f", now, after), asked


def case(parsed, subject):
    side, is_fenced = parsed.decide(subject)
    bucket = None if subject is None else bucket_of(parsed.rule.salt, subject)
    return {"subject": subject, "bucket": bucket, "side": str(side), "fenced": is_fenced}


def vectors():
    hashed = ("", "a", "abc", *LONG, *ODD)
    sets = [*by_percentage(), *by_salt(), *by_list(), *fenced()]
    return {
        "v": 1,
        "about": ABOUT,
        "hashes": [{"text": text, "xxh64": f"{xxh64(text.encode()):016x}"} for text in hashed],
        "sets": [
            {"rules": one, "cases": [case(RuleSet.from_json(one), subject) for subject in asked]}
            for one, asked in sets
        ],
    }


def lines(values):
    return ",\n".join(json.dumps(value) for value in values)


def text_of(found):
    """One case a line."""
    sets = ",\n".join(
        f'{{"rules":{json.dumps(one["rules"])},"cases":[\n{lines(one["cases"])}]}}'
        for one in found["sets"]
    )
    head = f'{{"v":{found["v"]},"about":{json.dumps(found["about"])}'
    return f'{head},\n"hashes":[\n{lines(found["hashes"])}],\n"sets":[\n{sets}]}}\n'


def main():
    text = text_of(vectors())
    if sys.argv[1:] == ["--check"]:
        current = TARGET.read_text(encoding="ascii") if TARGET.exists() else ""
        if current != text:
            sys.exit("vectors.json is not what rebuild_vectors.py writes.")
    else:
        TARGET.write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
