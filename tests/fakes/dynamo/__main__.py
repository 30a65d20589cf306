"""python3 -m tests.fakes.dynamo [--port 0] [--set NAME=VALUE ...]: prints its URL, runs on."""

import argparse
import asyncio
import signal

from .server import Server
from .world import Settings


async def run(port, changes):
    settings = Settings()
    settings.change(changes)
    server = Server(settings)
    port = await server.start("127.0.0.1", port)
    print(f"http://127.0.0.1:{port}", flush=True)
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    await over.wait()
    await server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a field of world.Settings, for example shards=4",
    )
    arguments = parser.parse_args()
    asyncio.run(run(arguments.port, dict(pair.split("=", 1) for pair in arguments.set)))


if __name__ == "__main__":
    main()
