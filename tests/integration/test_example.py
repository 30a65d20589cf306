"""deploy/crossfade.example.yaml runs as it stands, and the command line tells what it does."""
import json

import pytest

from harness import stores as stores_module
from harness.compare import compare
from harness.engines import ROOT
from harness.service import free_port

TABLES = {"Orders": "shop.orders", "Carts": "shop.carts"}
STATE = "crossfade_example"
STAYS, MOVED = "user-8", "user-7"

pytestmark = pytest.mark.xdist_group("example")  # its names are those of the file


@pytest.fixture
def service(engines, stores, make_service):
    """The example on its own tables; only port, folder and state database are replaced."""
    service = make_service(
        environment={
            "CROSSFADE_DYNAMODB_ENDPOINT": engines.dynamodb_endpoint,
            "CROSSFADE_MONGODB_URI": engines.mongodb_uri,
        }
    )
    text = (ROOT / "deploy/crossfade.example.yaml").read_text()
    for shown, wanted in {
        "listen: 127.0.0.1:8642": f"listen: 127.0.0.1:{service.admin_port}",
        "data_dir: /var/lib/crossfade": f"data_dir: {service.folder}/data",
        "state_database: crossfade": f"state_database: {STATE}",
    }.items():
        assert text.count(shown) == 1
        text = text.replace(shown, wanted)
    service.config.write_text(text)
    dry = service.cli("init", "--dry-run")
    assert dry.returncode == 0 and "would be created, as by" in dry.stdout, dry.stderr
    done = service.cli("init")
    assert done.returncode == 0, done.stderr
    yield service
    service.stop()
    stores.mongo.drop_database(STATE)


@pytest.fixture
def shop(stores):
    """The tables of the example with a few items."""
    for table in TABLES:
        stores_module.create_table(stores.dynamodb, table)
        for user in (STAYS, MOVED):
            for number in range(10):
                put(stores, table, user, number, "loaded")
    yield stores
    for table, namespace in TABLES.items():
        stores.dynamodb.delete_table(TableName=table)
        stores.collection(namespace).drop()


def put(stores, table, user, number, text):
    item = {"pk": {"S": user}, "sk": {"S": f"{number:03}"}, "text": {"S": text}}
    stores.dynamodb.put_item(TableName=table, Item=item)


def test_the_example_runs(service, shop):
    check = service.cli("check")
    assert check.returncode == 0, check.stdout + check.stderr
    service.start()
    for link in ("orders", "carts"):
        service.wait(link, "synced")

    put(shop, "Orders", "user-1", 1, "forward")
    shop.collection("shop.carts").update_one(
        {"pk": MOVED, "sk": "003"}, {"$set": {"text": "backward"}}
    )
    for link in ("orders", "carts"):
        service.wait(link, "drained")

    assert shop.collection("shop.orders").find_one({"pk": "user-1"})["text"] == "forward"
    key = {"pk": {"S": MOVED}, "sk": {"S": "003"}}
    cart = shop.dynamodb.get_item(TableName="Carts", Key=key, ConsistentRead=True)["Item"]
    assert cart["text"] == {"S": "backward"}
    for table, namespace in TABLES.items():
        result = compare(shop.dynamodb, table, shop.collection(namespace))
        assert result.equal, str(result)


def test_the_command_line_tells_what_the_service_does(service, shop):
    service.start()
    done = service.cli("wait", "--link", "orders", "--until", "synced", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"link": "orders", "until": "synced", "reached": True}

    text = service.cli("status").stdout
    assert "orders: synced  (Orders <-> shop.orders)" in text
    assert "100 %  20 items" in text
    link = json.loads(service.http("/v1/links/orders")[1])
    assert link == service.status("orders") | {
        name: link[name] for name in ("forward", "backward", "log_bytes")
    }

    assert service.cli("wait", "--link", "none", "--until", "synced").returncode == 1
    done = service.cli("wait", "--link", "carts", "--until", "drained", "--timeout", "0s", "--json")
    assert done.returncode == 3
    assert "carts" in json.loads(done.stdout)["error"]

    status, page = service.http("/metrics")
    assert status == 200
    assert 'crossfade_load_items_total{link="orders"} 20\n' in page
    assert service.http("/healthz")[0] == 200
    assert service.stop() == 0
    assert service.http("/healthz")[0] is None


def test_violations_are_listed(service, shop):
    """The sides of the carts are split by user: a write on the wrong one is shown and undone."""
    service.start()
    service.wait("carts", "synced")
    shop.collection("shop.carts").update_one(
        {"pk": STAYS, "sk": "001"}, {"$set": {"text": "wrong side"}}
    )
    service.wait("carts", "drained")
    done = service.cli("violations", "list", "--link", "carts", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (violation,) = json.loads(done.stdout)["violations"]
    assert "wrong side" in json.dumps(violation)
    assert service.cli("violations", "list").stdout.endswith("1 shown\n")
    assert json.loads(service.cli("deadletters", "list", "--json").stdout)["deadletters"] == []
    assert shop.collection("shop.carts").find_one({"pk": STAYS, "sk": "001"})["text"] == "loaded"
