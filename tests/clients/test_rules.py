"""The rules in Python; what they decide is held against C++ by the published vectors."""

import ctypes
import json
import os
import subprocess
import sys

import pytest

from conftest import ROOT
from crossfade_router import Decision, Rule, RuleSet, Side
from crossfade_router.rules import bucket_of
from crossfade_router.xxh64 import xxh64
from examples import ON_DYNAMODB, ON_MONGODB, document, fence, rules

VECTORS = json.loads((ROOT / "deploy/clients/vectors.json").read_text(encoding="utf-8"))


def test_xxh64_agrees_with_the_library():
    library = ctypes.CDLL("libxxhash.so.0")
    library.XXH64.restype = ctypes.c_uint64
    library.XXH64.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64)
    for size in [*range(200), 1000, 4096]:
        data = os.urandom(size)
        assert xxh64(data) == library.XXH64(data, size, 0), data.hex()


def test_the_vectors_are_what_the_script_writes():
    script = str(ROOT / "deploy/clients/rebuild_vectors.py")
    subprocess.run([sys.executable, "-B", script, "--check"], check=True, timeout=120)


def test_the_vectors_are_decided_so():
    count = 0
    for one in VECTORS["sets"]:
        parsed = RuleSet.from_json(one["rules"])
        for case in one["cases"]:
            expected = Decision(Side(case["side"]), case["fenced"])
            assert parsed.decide(case["subject"]) == expected, (one["rules"], case)
            count += 1
    assert count >= 500


@pytest.mark.parametrize(
    "what, found",
    [
        ("an empty subject", lambda case, _: case["subject"] == ""),
        ("no subject", lambda case, _: case["subject"] is None),
        ("a NUL", lambda case, _: "\0" in (case["subject"] or "")),
        ("an astral character", lambda case, _: max(case["subject"] or "a") > "\uffff"),
        ("a combining character", lambda case, _: "\u0301" in (case["subject"] or "")),
        ("a long subject", lambda case, _: len(case["subject"] or "") > 1000),
        ("a fence", lambda case, _: case["fenced"]),
        ("the last bucket", lambda case, _: case["bucket"] == 9999),
        ("the first bucket", lambda case, _: case["bucket"] == 0),
        *(
            (f"{percent} %", lambda _, rule, percent=percent: rule["percent"] == percent)
            for percent in (0, 0.004, 0.005, 0.01, 33.33, 99.99, 100)
        ),
    ],
)
def test_the_vectors_have(what, found):
    assert any(
        found(case, one["rules"]["rule"]) for one in VECTORS["sets"] for case in one["cases"]
    ), what


def test_deny_goes_before_allow_before_percent():
    rule = Rule(100, allow=frozenset({"a", "b"}), deny=frozenset({"b"}))
    assert [str(rule.side_of(one)) for one in ("a", "b", "c")] == ["mongodb", "dynamodb", "mongodb"]


def test_a_rule_set_is_read_as_it_is_served():
    given = RuleSet(
        "shop", 7, 3, Rule(10.5, frozenset({"u"}), frozenset(), "s"), Rule(50.0, salt="s")
    )
    assert RuleSet.from_json(json.dumps(document(given))) == given
    assert RuleSet.from_json(document(rules(4))) == rules(4)


def test_members_that_come_later_are_passed_over():
    assert RuleSet.from_json({**document(rules(4)), "colour": "red"}) == rules(4)


def test_a_list_may_be_a_difference_from_the_rule_before():
    given = document(fence(2, after=ON_DYNAMODB))
    given["next"]["allow"] = {"add": ["b"], "remove": []}
    given["next"]["deny"] = {"add": [], "remove": ["A"]}
    after = RuleSet.from_json(given).next
    assert (after.allow, after.deny) == (frozenset({"b"}), frozenset())


def test_a_state_of_the_control_table_has_rules():
    state = json.dumps({"v": 1, "rules": document(rules(4)), "phase": "ramping"})
    assert RuleSet.from_state(state) == rules(4)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"group": None},
        {"version": None},
        {"rule": []},
        {"rule": {"percent": 101, "allow": [], "deny": []}},
        {"rule": {"percent": 1, "allow": "abc", "deny": []}},
        {"rule": {"percent": 1, "allow": [7], "deny": []}},
        {"rule": {"percent": 1, "allow": []}},
    ],
)
def test_what_is_no_rule_set_is_a_value_error(change):
    with pytest.raises(ValueError):
        RuleSet.from_json({**document(rules(4)), **change})


@pytest.mark.parametrize("text", ["[]", "7", "{", '{"v":1}', '{"rules":7}'])
def test_what_is_no_state_is_a_value_error(text):
    with pytest.raises(ValueError):
        RuleSet.from_state(text)
    with pytest.raises(ValueError):
        RuleSet.from_json(text)


def test_only_subjects_that_move_are_fenced():
    fenced = fence(2, Rule(allow=frozenset({"stays"})), Rule(allow=frozenset({"stays", "comes"})))
    assert fenced.decide("comes") == Decision(Side.DYNAMODB, fenced=True)
    assert fenced.decide("stays") == Decision(Side.MONGODB)
    assert fenced.decide("other") == Decision(Side.DYNAMODB)
    assert ON_MONGODB.side_of("A") is Side.MONGODB


def test_a_side_prints_as_its_name():
    assert f"{Side.MONGODB}" == str(Side.MONGODB) == "mongodb"
    assert Side.MONGODB == "mongodb"


def test_salt_and_subject_do_not_run_into_each_other():
    assert bucket_of("a", "b") != bucket_of("ab", "")
