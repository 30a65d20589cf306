"""The whole client between a fake service and a fake control table."""

import contextlib
import threading
import time

import pytest

from conftest import soon
from crossfade_router import (
    Closed,
    Fenced,
    LateWrite,
    Mode,
    NoLease,
    Router,
    Side,
    Unavailable,
)
from examples import ON_MONGODB, document, fence, rules

LEASE = 5.0
CLIENT = "worker-1"


@pytest.fixture
def make_router(service, table, clock):
    """make_router(**options of Router) -> a Router that is started, and closed at the end."""
    with contextlib.ExitStack() as stack:

        def make(start=True, **options):
            given = {"client_id": CLIENT, "lease": LEASE, "write_time": 0.5, "clock": clock}
            given.update({"control": (table, "control"), **options})
            router = Router("shop", service.url, **given)
            stack.callback(router.close, 0)
            return router.start() if start else router

        yield make


@pytest.fixture
def router(make_router):
    return make_router()


@pytest.fixture
def nobody(service, table):
    """nobody() takes the service and the table away."""

    def away():
        service.stop()
        table.down = True

    return away


def write(router, subject="A"):
    with router.write(subject) as side:
        return side


def version_is(router, version):
    soon(lambda: router.status().version >= version, f"version {version}")


# ---- with the service


def test_writes_and_reads_follow_the_rules(service, make_router):
    service.world.store(rules(4, ON_MONGODB))
    router = make_router()
    assert write(router) is Side.MONGODB and router.read("A") is Side.MONGODB
    assert write(router, "B") is Side.DYNAMODB
    assert write(router, None) is Side.DYNAMODB


def test_the_client_is_known_with_its_promise_before_it_writes(service, make_router):
    make_router(mode="continue")
    known = service.world.clients[CLIENT]
    assert (known["mode"], known["lease_ms"]) == ("continue", 5000)


def test_new_rules_come_without_being_asked_for(service, router):
    service.world.store(rules(2, ON_MONGODB))
    service.world.until_acknowledged(2, CLIENT)
    assert write(router) is Side.MONGODB


def test_a_fence_is_acknowledged_when_the_writes_under_way_have_ended(service, router):
    with router.write("A") as side:
        service.world.store(fence(2))
        version_is(router, 2)
        with pytest.raises(Fenced) as refused:
            write(router)
        assert refused.value.retry_after > 0
        assert write(router, "B") is Side.DYNAMODB
        assert router.read("A") is side is Side.DYNAMODB
        assert service.world.acknowledged(CLIENT) == 1
    service.world.until_acknowledged(2, CLIENT)
    service.world.store(rules(3, ON_MONGODB))
    version_is(router, 3)
    assert write(router) is Side.MONGODB


def test_a_client_that_missed_the_fence_still_waits_for_its_writes(service, router):
    with router.write("A"):
        service.world.store(fence(2), rules(3, ON_MONGODB))
        version_is(router, 3)
        assert write(router) is Side.MONGODB
        assert service.world.acknowledged(CLIENT) == 1
    service.world.until_acknowledged(3, CLIENT)


def test_a_write_that_fails_has_ended_too(service, router):
    with pytest.raises(KeyError):
        with router.write("A"):
            service.world.store(fence(2))
            version_is(router, 2)
            raise KeyError("of the application")
    service.world.until_acknowledged(2, CLIENT)


def test_a_service_that_restarts_is_not_noticed(service, router):
    service.stop()
    write(router)
    service.start()
    service.world.clients.clear()
    service.world.until_acknowledged(1, CLIENT)
    soon(lambda: router.status().source == "service", "the service again")
    assert router.status().trouble == {}


def test_one_connection_serves_every_renewal(service, router):
    for version in range(2, 6):
        service.world.store(rules(version))
        service.world.until_acknowledged(version, CLIENT)
    assert service.connections() == 1
    assert router.status().trouble == {} and router.status().source == "service"


def test_the_token_goes_with_every_request(service, make_router):
    make_router(token="secret").close()
    assert {one.get("Authorization") for one in service.headers} == {"Bearer secret"}


# ---- with the control table


def test_the_table_stands_in_for_the_service(service, table, router):
    service.stop()
    soon(lambda: router.status().source == "table", "rules from the table")
    record = table.records[CLIENT]
    assert record["mode"] == {"S": "refuse"} and record["lease_ms"] == {"N": "5000"}
    assert abs(int(record["seen_ms"]["N"]) / 1000 - time.time()) < 60
    service.world.store(rules(2, ON_MONGODB))
    version_is(router, 2)
    assert write(router) is Side.MONGODB
    soon(lambda: table.acknowledged(CLIENT) == 2, "the acknowledgement in the table")


def test_a_fence_is_acknowledged_in_the_table(service, table, router):
    service.stop()
    with router.write("A"):
        service.world.store(fence(2))
        version_is(router, 2)
        soon(lambda: table.acknowledged(CLIENT) == 1, "the record in the table")
    soon(lambda: table.acknowledged(CLIENT) == 2, "the acknowledgement in the table")


def test_the_table_is_enough_to_start(service, table, make_router):
    service.stop()
    router = make_router()
    assert write(router) is Side.DYNAMODB
    assert table.calls[:2] == ["update_item", "get_item"]


def test_a_service_that_hangs_is_left_for_the_table(service, router):
    service.hanging = True
    soon(lambda: router.status().source == "table", "rules from the table")
    write(router)


@pytest.mark.parametrize(
    "refusal",
    [
        (500, {"title": "Internal error"}),
        (404, {"title": "Not found", "detail": 'There is no group "shop".'}),
        (401, {"title": "Unauthorized"}),
        (200, {}),
        (200, {"rules": {"v": 2}, "lease_ms": 5000}),
        (200, {"rules": document(rules(9, group="other")), "lease_ms": 5000}),
        (200, {"rules": document(rules(9))}),
        (200, []),
    ],
)
def test_an_answer_that_cannot_be_used_is_none(service, refusal, router):
    service.refusal = refusal
    soon(lambda: router.status().source == "table", "rules from the table")
    assert "service" in router.status().trouble
    assert router.status().version == 1


def test_a_service_that_is_behind_is_not_believed(service, make_router):
    service.world.store(rules(5, ON_MONGODB))
    router = make_router()
    service.instead = {"rules": document(rules(4))}
    soon(lambda: router.status().source == "table", "rules from the table")
    assert "older" in router.status().trouble["service"]
    assert write(router) is Side.MONGODB


def test_without_both_a_start_fails_and_says_why(service, nobody, make_router):
    nobody()
    router = make_router(start=False)
    with pytest.raises(Unavailable) as failed:
        router.start(timeout=2)
    assert service.url in str(failed.value) and "no network" in str(failed.value)
    with pytest.raises(Closed):
        write(router)
    with pytest.raises(NoLease):
        router.read("A")


def test_without_a_table_the_service_is_all_there_is(service, make_router, clock):
    router = make_router(control=None)
    service.stop()
    clock.jump(LEASE)
    with pytest.raises(NoLease):
        write(router)
    service.start()
    soon(lambda: router.status().lease_left > LEASE / 2, "a lease again")
    write(router)


# ---- with neither


def test_who_refuses_stops_when_the_lease_has_ended_and_goes_on_when_one_is_back(
    service, table, nobody, router, clock
):
    nobody()
    write(router)
    clock.jump(LEASE)
    with pytest.raises(NoLease) as refused:
        write(router)
    assert refused.value.retry_after > 0
    assert router.read("A") is Side.DYNAMODB
    service.world.store(rules(3, ON_MONGODB))
    table.down = False
    version_is(router, 3)
    assert write(router) is Side.MONGODB


def test_who_continues_goes_on_by_the_last_rules(service, nobody, make_router, clock):
    router = make_router(mode=Mode.CONTINUE)
    nobody()
    clock.jump(100 * LEASE)
    with router.write("A") as side:
        assert side is Side.DYNAMODB
        service.world.store(fence(2))
        service.start()
        version_is(router, 2)
        assert service.world.acknowledged(CLIENT) < 2
    service.world.until_acknowledged(2, CLIENT)
    with pytest.raises(Fenced):
        write(router)


def test_a_write_that_outlives_its_lease_is_late(nobody, router, clock):
    nobody()
    with pytest.raises(LateWrite):
        with router.write("A"):
            clock.jump(LEASE)
    assert router.status().in_flight == 0


def test_what_the_application_raises_is_not_hidden_by_a_late_end(nobody, router, clock):
    nobody()
    with pytest.raises(KeyError):
        with router.write("A"):
            clock.jump(LEASE)
            raise KeyError


def test_a_write_has_its_time_before_the_lease_ends(router):
    assert 0.5 <= router.write_deadline() - time.monotonic() <= LEASE


def test_who_continues_has_no_deadline(make_router):
    assert make_router(mode="continue").write_deadline() == float("inf")


# ---- the end


def test_a_closed_router_is_forgotten_and_writes_no_more(service, router):
    assert router.close() is True
    assert service.world.clients == {}
    with pytest.raises(Closed):
        write(router)
    assert router.close() is False


def test_a_router_is_forgotten_in_the_table_when_the_service_is_away(service, table, router):
    service.stop()
    soon(lambda: CLIENT in table.records, "the record in the table")
    assert router.close() is True
    assert table.records == {}


def test_a_router_that_nobody_can_forget_says_so(nobody, router):
    nobody()
    assert router.close() is False


def test_close_waits_for_the_writes_under_way(service, router):
    entered, leave = threading.Event(), threading.Event()

    def slow():
        with router.write("A"):
            entered.set()
            leave.wait(30)

    writer = threading.Thread(target=slow)
    writer.start()
    entered.wait(30)
    closed = []
    closer = threading.Thread(target=lambda: closed.append(router.close(30)))
    closer.start()
    assert CLIENT in service.world.clients
    leave.set()
    closer.join(30)
    writer.join(30)
    assert closed == [True] and service.world.clients == {}


def test_a_record_stays_while_a_write_is_under_way(service, router):
    with router.write("A"):
        assert router.close(timeout=0.1) is False
    assert CLIENT in service.world.clients


def test_a_router_is_started_once(router):
    with pytest.raises(Closed):
        router.start()


@pytest.mark.parametrize(
    "options",
    [
        {"client_id": "a b"},
        {"client_id": ""},
        {"mode": "perhaps"},
        {"lease": 0},
        {"write_time": LEASE},
        {"shadow_sample": 2},
    ],
)
def test_settings_that_cannot_be_are_refused(make_router, options):
    with pytest.raises(ValueError):
        make_router(**options)


@pytest.mark.parametrize("url", ["127.0.0.1:8642", "ftp://127.0.0.1", "http://"])
def test_an_address_that_cannot_be_is_refused(url):
    with pytest.raises(ValueError, match="address"):
        Router("shop", url)


def test_clients_have_ids_of_their_own(service):
    one, other = Router("shop", service.url), Router("shop", service.url)
    assert one.status().client != other.status().client


# ---- shadow reads


def shadow(router, dynamodb, mongodb):
    reads = {Side.DYNAMODB: lambda: dynamodb, Side.MONGODB: lambda: mongodb}
    return router.shadow("orders", "A", {"pk": {"S": "A"}}, reads)


def test_a_sampled_read_is_compared_and_reported(service, make_router):
    router = make_router(shadow_sample=1.0)
    assert shadow(router, {"pk": "A", "n": 1}, {"_id": "A", "pk": "A", "n": 1})["n"] == 1
    service.world.until(lambda: service.world.shadow_reads, "a shadow read")
    assert service.world.shadow_reads == [
        {
            "link": "orders",
            "subject": "A",
            "key": '{"pk": {"S": "A"}}',
            "equal": True,
            "difference": "",
        }
    ]


def test_a_difference_names_attributes_and_no_values(service, make_router):
    router = make_router(shadow_sample=1.0)
    shadow(router, {"pk": "A", "n": 1}, {"pk": "A", "n": "secret", "m": 2})
    service.world.until(lambda: service.world.shadow_reads, "a shadow read")
    assert service.world.shadow_reads[0]["equal"] is False
    assert service.world.shadow_reads[0]["difference"] == "m, n"


def test_a_difference_that_goes_away_is_none(service, make_router):
    router = make_router(shadow_sample=1.0)
    values = iter([{"n": 1}, {"n": 1}, {"n": 2}, {"n": 2}])
    reads = {Side.DYNAMODB: lambda: next(values), Side.MONGODB: lambda: {"n": 2}}
    router.shadow("orders", "A", {}, reads)
    service.world.until(lambda: service.world.shadow_reads, "a shadow read")
    assert service.world.shadow_reads[0]["equal"] is True


def test_reads_that_are_not_sampled_are_done_once(service, make_router):
    router = make_router(shadow_sample=0.0)
    assert shadow(router, {"n": 1}, None) == {"n": 1}
    assert router.close() is True
    assert service.world.shadow_reads == []


def test_a_read_that_fails_on_the_other_side_is_counted_and_does_no_harm(make_router):
    router = make_router(shadow_sample=1.0)
    reads = {Side.DYNAMODB: lambda: {"n": 1}, Side.MONGODB: lambda: 1 / 0}
    assert router.shadow("orders", "A", {}, reads) == {"n": 1}
    soon(lambda: router.status().shadow_reads["failed"] == 1, "the failure counted")


def test_the_side_with_authority_answers(service, make_router):
    service.world.store(rules(2, ON_MONGODB))
    assert shadow(make_router(), {"n": 1}, {"n": 2}) == {"n": 2}
