"""The server: answers requests one after the other in one event loop, so nothing needs a lock."""

import asyncio
import collections
import json
import sys
import threading
import traceback
import uuid

from . import commands, item_operations, signature, stream_operations, table_operations
from .control import Control
from .errors import CORAL, ApiError, validation
from .faults import Faults
from .stream_operations import ReadLog
from .wire import Reply, read_request
from .world import Settings, World

_TABLES = {**item_operations.OPERATIONS, **table_operations.OPERATIONS}
_TARGETS = {
    **{f"DynamoDB_20120810.{name}": (name, *entry) for name, entry in _TABLES.items()},
    **{
        f"DynamoDBStreams_20120810.{name}": (name, *entry)
        for name, entry in stream_operations.OPERATIONS.items()
    },
}
_MAX_BODY = 16 << 20


class Statistics:
    def __init__(self):
        self._operations = {}

    def of(self, operation):
        fresh = {
            "calls": 0,
            "ok": 0,
            "errors": collections.Counter(),
            "faults": collections.Counter(),
        }
        return self._operations.setdefault(operation, fresh)

    def summary(self):
        return self._operations

    def clear(self):
        self._operations = {}


class Server:
    """Lives in one event loop; `start` listens, `stop` closes every connection."""

    def __init__(self, settings=None):
        self.world = World(settings)
        self.faults = Faults()
        self.statistics = Statistics()
        self.reads = ReadLog()
        self.late = 0  # writes that were cut off and are still to be applied
        self._connections = set()

    async def start(self, host, port):
        self._listener = await asyncio.start_server(self._serve, host, port, limit=1 << 20)
        return self._listener.sockets[0].getsockname()[1]

    async def stop(self):
        self._listener.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self._connections.add(task)
        try:
            while (request := await read_request(reader)) is not None:
                if not await self._respond(request, writer) or not request.keeps_alive:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            writer.close()

    async def _respond(self, request, writer):
        """Writes the answer; False if the connection must be closed."""
        if request.path == "/_control":
            reply, fault = self._control(request), None
        else:
            reply, fault = await self._answer(request)
        if reply is None:
            return False
        text = reply.render(uuid.uuid4(), self.world.now(), request.keeps_alive)
        if fault is not None and fault.kind == "truncate":
            text = text[: -len(reply.body) // 2]
        writer.write(text)
        await writer.drain()
        return fault is None or fault.kind != "truncate"

    def _control(self, request):
        try:
            return Reply(200, {"result": commands.run(self, json.loads(request.body))})
        except ApiError as error:
            return Reply(400, error.body())

    async def _answer(self, request):
        """Returns the reply (None: close the connection) and the fault that befell the call."""
        name, function, allowed = _TARGETS.get(
            request.headers.get("x-amz-target", ""), (None, None, None)
        )
        if name is None:
            return (
                Reply(400, ApiError("UnknownOperationException", "", namespace=CORAL).body()),
                None,
            )
        seen = self.statistics.of(name)
        seen["calls"] += 1
        fault = self.faults.take(name, request.body)
        if fault is not None:
            seen["faults"][fault.kind] += 1

        def carry_out():
            return self._carry_out(name, function, allowed, request, fault)

        return await self._with_fault(fault, carry_out), fault

    async def _with_fault(self, fault, carry_out):
        kind = fault.kind if fault is not None else ""
        if kind == "drop":
            return None
        if kind == "apply_late":
            self._apply_later(fault.seconds, carry_out)
            return None
        if kind == "delay_before":
            await asyncio.sleep(fault.seconds)
        reply = carry_out()
        if kind == "delay":
            await asyncio.sleep(fault.seconds)
        elif kind == "wrong_crc":
            reply.crc ^= 1
        return None if kind == "lose_reply" else reply

    def _apply_later(self, seconds, carry_out):
        def apply():
            self.late -= 1
            carry_out()

        self.late += 1
        asyncio.get_running_loop().call_later(seconds, apply)

    def _carry_out(self, name, function, allowed, request, fault):
        seen = self.statistics.of(name)
        try:
            signature.check(request, self.world.settings, self.world.now())
            error = fault and fault.error(name)
            if error:
                raise error
            reply = Reply(
                200,
                function(self.world, self._parsed(request, allowed), **self._extras(name, fault)),
            )
            seen["ok"] += 1
            return reply
        except ApiError as error:
            seen["errors"][error.code] += 1
            return Reply(error.status, error.body())
        except Exception:  # a fault of this fake or a call too odd for it: said aloud, never hidden
            seen["errors"]["InternalFailure"] += 1
            text = traceback.format_exc()
            print(text, file=sys.stderr)
            return Reply(500, ApiError("InternalFailure", text, 500, CORAL).body())

    def _extras(self, name, fault):
        if name == "GetRecords":
            return {"reads": self.reads}
        return {"refused": fault.items} if fault is not None and fault.kind == "unprocessed" else {}

    @staticmethod
    def _parsed(request, allowed):
        if len(request.body) > _MAX_BODY:
            raise ApiError("RequestEntityTooLargeException", "", 413, namespace=CORAL)
        try:
            content = json.loads(request.body)
        except ValueError:
            raise ApiError("SerializationException", "", namespace=CORAL) from None
        unknown = ", ".join(sorted(set(content) - allowed))
        if unknown:
            raise validation(f"The fake does not know these parameters: {unknown}")
        return content


class FakeDynamo:
    """A fake in a thread of its own:  with FakeDynamo(shards=2) as fake: fake.url, fake.control"""

    def __init__(self, port=0, **settings):
        self._port = port
        self._settings = Settings(**settings)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self):
        self._thread.start()
        self._ready.wait()
        self.control = Control(self.url)
        return self

    def __exit__(self, *_):
        self.control.close()
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    async def _run(self):
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = Server(self._settings)
        port = await server.start("127.0.0.1", self._port)
        self.url = f"http://127.0.0.1:{port}"
        self._ready.set()
        await self._over.wait()
        await server.stop()
