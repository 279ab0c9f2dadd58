"""A platform in thirty lines: asks one question over the API channel, prints what comes back.

    python api_client.py http://127.0.0.1:8000 $API_CHANNEL_SECRET 9100 "Where is my parcel?"

The product runs with API_CHANNEL_WEBHOOK=http://127.0.0.1:9100/. Python's own library is enough.
"""

import hashlib
import hmac
import json
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import Request, urlopen

PRODUCT, SECRET, PORT, QUESTION = sys.argv[1:]
SIGNED = ("Carehouse-Timestamp", "Idempotency-Key", "Carehouse-Signature")


def sign(at: str, path: str, key: str, body: bytes) -> str:
    signed = f"{at}\nPOST\n{path}\n{key}\n".encode() + body
    return "v1=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        at, key, given = (self.headers.get(name, "") for name in SIGNED)
        genuine = hmac.compare_digest(sign(at, self.path, key, body), given)
        self.send_response(200 if genuine and abs(time.time() - int(at)) < 300 else 401)
        self.end_headers()
        if genuine:
            sys.stdout.write(json.loads(body)["text"] + "\n")


server = HTTPServer(("127.0.0.1", int(PORT)), Webhook)
event = {"conversation": "demo", "customer": {"id": "demo", "name": "Demo"}, "text": QUESTION}
key, body, path = str(uuid.uuid4()), json.dumps(event).encode(), "/api/channel/events"
at = str(int(time.time()))
headers = dict(zip(SIGNED, (at, key, sign(at, path, key, body)), strict=True))
headers["Content-Type"] = "application/json"
urlopen(Request(PRODUCT + path, body, headers))
server.handle_request()
