"""A service and a control table that hold the same world of rules, and a clock that can jump."""

import contextlib
import http.server
import json
import re
import socket
import threading

from crossfade_router.router import steady
from examples import document, rules

_LEASE = re.compile(r"/v1/groups/shop/clients/([^/]+)/lease")
_CLIENT = re.compile(r"/v1/groups/shop/clients/([^/]+)")
_PATIENCE = 30  # seconds that a test waits for what must come


class Clock:
    """Real time, and what a test adds to it."""

    def __init__(self):
        self._added = 0.0

    def __call__(self):
        return steady() + self._added

    def jump(self, seconds):
        self._added += seconds


class World:
    """The rules as they are stored, and the clients that are known."""

    def __init__(self):
        self.changed = threading.Condition()
        self.rules = rules(1)
        self.clients = {}  # by id, as last told to the service
        self.shadow_reads = []

    def store(self, *versions):
        """New rules; of several nobody sees any but the last."""
        with self.changed:
            self.rules = versions[-1]
            self.changed.notify_all()

    def acknowledged(self, client):
        return self.clients.get(client, {}).get("acknowledged", -1)

    def until(self, condition, what):
        """Waits for something that the service is told."""
        with self.changed:
            assert self.changed.wait_for(condition, _PATIENCE), f"never seen: {what}"

    def until_acknowledged(self, version, *clients):
        self.until(
            lambda: all(self.acknowledged(client) >= version for client in clients),
            f"version {version} acknowledged by {clients}",
        )


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        size = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(size))
        lease = _LEASE.fullmatch(self.path)
        if self._refused():
            return
        if lease:
            self._lease(lease.group(1), body)
        elif self.path == "/v1/groups/shop/shadow-reads":
            with self._world.changed:
                self._world.shadow_reads.append(body)
                self._world.changed.notify_all()
            self._answer(200, {})
        else:
            self._answer(404, {"title": "Not found", "detail": "no such group"})

    def do_DELETE(self):
        if self._refused():
            return
        with self._world.changed:
            self._world.clients.pop(_CLIENT.fullmatch(self.path).group(1), None)
            self._world.changed.notify_all()
        self._answer(204, None)

    @property
    def _world(self):
        return self.server.fake.world

    def _refused(self):
        fake = self.server.fake
        fake.headers.append(dict(self.headers))
        if fake.hanging:
            fake.released.wait(_PATIENCE)
        if fake.refusal is not None:
            self._answer(*fake.refusal)
        return fake.refusal is not None

    def _lease(self, client, body):
        world = self._world
        with world.changed:
            world.clients[client] = body
            world.changed.notify_all()
            world.changed.wait_for(
                lambda: world.rules.version > body["known"], body["wait_ms"] / 1000
            )
            answer = {"rules": document(world.rules), "lease_ms": body["lease_ms"]}
        self._answer(200, {**answer, **self.server.fake.instead})

    def _answer(self, status, body):
        text = b"" if body is None else json.dumps(body).encode()
        with contextlib.suppress(OSError):
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    def log_message(self, *_):
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address, fake):
        self.fake = fake
        self.connections = []
        super().__init__(address, _Handler)

    def get_request(self):
        connection, address = super().get_request()
        self.connections.append(connection)
        return connection, address

    def handle_error(self, *_):
        pass


class FakeService:
    """Answers as the service does, unless told otherwise."""

    def __init__(self):
        self.world = World()
        self.headers = []  # of every request
        self.refusal = None  # (status, body) for every request
        self.instead = {}  # members of a lease's answer
        self.hanging = False
        self.released = threading.Event()
        self._server = None
        self._port = 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self.stop()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._port}"

    def connections(self):
        """How many were opened since the start."""
        return len(self._server.connections)

    def start(self):
        """Where it was before."""
        self._server = _Server(("127.0.0.1", self._port), self)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        """Every connection ends, whatever is under way."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        for connection in self._server.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server = None


class FakeTable:
    """The three calls of a boto3 client that the package makes, over the world of a service."""

    def __init__(self, world):
        self.world = world
        self.records = {}  # attributes by client
        self.down = False
        self.calls = []

    def get_item(self, TableName, Key, ConsistentRead):
        self._called("get_item", TableName)
        assert Key == {"pk": {"S": "group/shop"}, "sk": {"S": "state"}} and ConsistentRead
        with self.world.changed:
            state = {"v": 1, "rules": document(self.world.rules), "phase": "ramping"}
        return {"Item": {**Key, "doc": {"S": json.dumps(state)}, "rev": {"N": "1"}}}

    def update_item(self, TableName, Key, **request):
        self._called("update_item", TableName)
        names, values = request["ExpressionAttributeNames"], request["ExpressionAttributeValues"]
        pairs = re.findall(r"(#\w) = (:\w)", request["UpdateExpression"])
        with self.world.changed:
            client = Key["sk"]["S"].split("/", 1)[1]
            self.records[client] = {names[name]: values[value] for name, value in pairs}
            self.world.changed.notify_all()

    def delete_item(self, TableName, Key):
        self._called("delete_item", TableName)
        with self.world.changed:
            self.records.pop(Key["sk"]["S"].split("/", 1)[1], None)

    def acknowledged(self, client):
        record = self.records.get(client)
        return -1 if record is None else int(record["acked"]["N"])

    def _called(self, name, table):
        assert table == "control"
        self.calls.append(name)
        if self.down:
            raise RuntimeError("no network")
