"""python-socketio (Debian's python3-socketio), unmodified: another implementation of the same protocol."""
import json
import os
import queue
import traceback
import urllib.request

import socketio

BASE = os.environ["BASE_URL"]
PATIENCE_S = 20
EVENTS = "connect_error initial-code code-update cursor user-joined new-message room-state".split()


def http(method, path, token=None, body=None):
    request = urllib.request.Request(BASE + path, method=method, data=json.dumps(body or {}).encode() if method != "GET" else None)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        text = answer.read().decode()
        return json.loads(text) if "json" in answer.headers["Content-Type"] else text


def guest(name):
    return http("POST", "/auth/v1/signup", body={"data": {"name": name}})["access_token"]


class Client:
    """A client that keeps every event in a queue of its name."""

    def __init__(self, token, transports):
        self.heard = {event: queue.Queue() for event in EVENTS}
        self.io = socketio.Client(reconnection=False)
        for event, events in self.heard.items():
            self.io.on(event, lambda *args, events=events: events.put(args[0] if args else None))
        self.io.connect(BASE, auth={"token": token} if token else None, transports=transports, wait_timeout=PATIENCE_S)

    def hear(self, event):
        return self.heard[event].get(timeout=PATIENCE_S)

    def ask(self, event, payload):
        return self.io.call(event, payload, timeout=PATIENCE_S)


def insertion(text):
    start = {"startLineNumber": 1, "startColumn": 1, "endLineNumber": 1, "endColumn": 1}
    return {"range": start, "rangeOffset": 0, "rangeLength": 0, "text": text}


def two_people(transports):
    ada, ben = guest("Ada"), guest("Ben")
    room = http("POST", "/rooms", ada, {"language": "python"})["room_id"]
    http("POST", f"/rooms/{room}/join", ben)
    a, b = Client(ada, transports), Client(ben, transports)
    try:
        assert a.io.transport() == transports[-1]
        for client in (a, b):
            assert client.ask("join", {"room_id": room})["ok"]
        code = a.hear("initial-code")["code"]
        assert a.ask("code_change", {"changes": [insertion("# grüß 👋\n")], "code": "# grüß 👋\n" + code})["ok"]
        assert b.hear("code-update")["changes"][0]["text"] == "# grüß 👋\n"
        assert http("GET", f"/rooms/{room}/code", ada) == "# grüß 👋\n" + code
        # More packets than a payload may hold for this client: the rest has to come with the next poll.
        for _ in range(100):
            a.io.emit("code_change", {"changes": [insertion("x")]})
        letters = 0
        while letters < 100:
            letters += sum(len(change["text"]) for change in b.hear("code-update")["changes"])
        assert letters == 100
    finally:
        a.io.disconnect()
        b.io.disconnect()


def refused(token):
    try:
        Client(token, ["websocket"])
    except socketio.exceptions.ConnectionError:
        return
    raise AssertionError("the connection was accepted")


tests = {
    "two people over websocket": lambda: two_people(["websocket"]),
    "two people over polling": lambda: two_people(["polling"]),
    "two people over polling, then websocket": lambda: two_people(["polling", "websocket"]),
    "no token is refused": lambda: refused(None),
    "a bad token is refused": lambda: refused("a.b.c"),
}
failed = 0
for name, body in tests.items():
    try:
        body()
        print("ok      " + name, flush=True)
    except Exception:
        failed += 1
        print("FAILED  " + name + "\n" + traceback.format_exc(), flush=True)
print(f"{len(tests) - failed} passed, {failed} failed", flush=True)
os._exit(1 if failed else 0)  # the library's threads would keep the process alive
