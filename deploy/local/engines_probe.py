"""What engines.sh cannot say in shell: a free port, and whether an engine is ready.

engines_probe.py free-port
engines_probe.py wait-dynamodb PORT
engines_probe.py initiate-mongodb PORT      (a one-member replica set, waits for its primary)
"""

import socket
import sys
import time
import urllib.error
import urllib.request

PATIENCE_SECONDS = 60
ALREADY_INITIALIZED = 23


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until_true(condition):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"no answer within {PATIENCE_SECONDS} s")
        time.sleep(0.05)


def answers_http(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2)
    except urllib.error.HTTPError:
        return True  # DynamoDB refuses a GET, but it is there.
    except OSError:
        return False
    return True


def initiate_mongodb(port):
    import pymongo
    from pymongo.errors import OperationFailure, PyMongoError

    client = pymongo.MongoClient(
        "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=500
    )

    def initiated():
        member = {"_id": 0, "host": f"127.0.0.1:{port}"}
        try:
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": [member]})
        except OperationFailure as error:
            return error.code == ALREADY_INITIALIZED
        except PyMongoError:
            return False
        return True

    def writable():
        try:
            return client.admin.command("isMaster")["ismaster"]
        except PyMongoError:
            return False

    until_true(initiated)
    until_true(writable)


def main(command, port=None):
    if command == "free-port":
        print(free_port())
    elif command == "wait-dynamodb":
        until_true(lambda: answers_http(int(port)))
    elif command == "initiate-mongodb":
        initiate_mongodb(int(port))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
