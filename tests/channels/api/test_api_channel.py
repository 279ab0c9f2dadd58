"""What platforms may tell us and get from us: signed, named, repeated safely."""

import ast
import asyncio
import json
import re
import socket
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import Response

from channels.api.channel import ApiChannel
from channels.api.install import UnsafeWebhookError, install, require_safe
from channels.api.router import MAX_BODY, MAX_FILE
from channels.api.signing import (
    KEY,
    SIGNATURE,
    TIMESTAMP,
    WeakKeyError,
    read_secrets,
    sign,
    write_headers,
)
from channels.base import (
    BusyError,
    CustomerGoneError,
    EventKind,
    OutboundMessage,
    RefusedMessageError,
    RetryLaterError,
)
from channels.ports import Surroundings
from kit.clock import utc_now
from kit.settings import Settings
from tests.channels.api.conftest import OLD_SECRET, SECRET, Connected

EVENTS = "/api/channel/events"
GOOD = json.dumps({"conversation": "c", "customer": {"id": "a"}, "text": "hello"}).encode()


async def test_a_message_brings_who_wrote_it_and_when(connected: Connected):
    at = utc_now() - timedelta(minutes=1)
    customer = {"id": "ada", "name": "Ada", "handle": "@ada", "locale": "de-DE"}
    answer = await connected.tell(text="Hello", customer=customer, sent_at=at.isoformat())
    assert answer.status_code == 202
    [event] = connected.accept.events
    assert (event.sender.account, event.sender.display_name) == ("ada", "Ada")
    assert (event.sender.handle, event.sender.locale) == ("@ada", "de-DE")
    assert event.sent_at == at


async def test_an_edit_and_a_deletion_name_the_message_by_the_platforms_name(connected: Connected):
    await connected.tell("k1", text="I paid 10", message="m1")
    await connected.tell("k2", type="edit", text="I paid 100", message="m1")
    await connected.tell("k3", type="delete", message="m1")
    said, edit, deletion = connected.accept.events
    assert (edit.kind, edit.edits, edit.text) == (EventKind.EDIT, said.key, "I paid 100")
    assert (deletion.kind, deletion.edits) == (EventKind.DELETE, said.key)


async def test_a_file_is_uploaded_first_and_named_by_the_event(connected: Connected):
    path = "/api/channel/files?customer=ada&name=lamp.png"
    answer = await connected.post(path, b"bytes", headers={"Content-Type": "image/png"})
    assert answer.status_code == 201
    reference = answer.json()["reference"]
    assert connected.files.kept == [(b"bytes", "api", "ada", "lamp.png")]
    await connected.tell(files=[{"reference": reference, "kind": "photo"}])
    [event] = connected.accept.events
    assert (event.kind, event.media) == (EventKind.MEDIA, "photo")
    assert event.attachments[0].reference == reference


async def test_a_receipt_is_passed_on(connected: Connected):
    body = json.dumps({"conversation": "c", "message_id": "m", "status": "read"}).encode()
    answer = await connected.post("/api/channel/receipts", body)
    assert (answer.status_code, answer.json()) == (202, {"changed": True})
    assert connected.receipts.noted == [("c", "m", "read")]


async def test_a_full_house_asks_for_patience(connected: Connected):
    connected.accept.failures = [BusyError("full", retry_after=15)]
    answer = await connected.tell(text="hello")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "15")


async def test_the_secret_before_is_good_until_it_is_taken_away(connected: Connected):
    assert (await connected.post(EVENTS, GOOD, secret=OLD_SECRET)).status_code == 202


def _stamped(at: Any, *, secret: str = SECRET, path: str = EVENTS) -> dict[str, str]:
    number = int(at) if str(at).lstrip("-").isdigit() else 0
    return {TIMESTAMP: str(at), SIGNATURE: sign(secret, number, "POST", path, GOOD, key="k1")}


@pytest.mark.parametrize(
    "headers",
    [
        _stamped(int(time.time()), secret="x" * 40),
        _stamped(int(time.time()), path="/api/channel/receipts"),
        {TIMESTAMP: "abc"},
        {TIMESTAMP: ""},
        {TIMESTAMP: "-1"},
        {TIMESTAMP: "9" * 50},
        {SIGNATURE: ""},
        {SIGNATURE: "v1="},
        {SIGNATURE: "v2=00"},
    ],
)
async def test_a_forged_request_is_refused(connected: Connected, headers: dict[str, str]):
    assert (await connected.post(EVENTS, GOOD, headers=headers)).status_code == 401
    assert connected.accept.calls == 0


@pytest.mark.parametrize("offset", [-301, 330])
async def test_an_old_or_early_request_is_refused(connected: Connected, offset: int):
    headers = _stamped(int(time.time()) + offset)
    assert (await connected.post(EVENTS, GOOD, headers=headers)).status_code == 401
    assert connected.accept.calls == 0


@pytest.mark.parametrize("path", [EVENTS, "/api/channel/files", "/api/channel/receipts"])
@pytest.mark.parametrize(
    "missing", [{TIMESTAMP}, {SIGNATURE}, {TIMESTAMP, SIGNATURE}, {TIMESTAMP, SIGNATURE, KEY}]
)
async def test_without_its_headers_a_request_is_refused_before_it_is_read(
    connected: Connected, path: str, missing: set[str]
):
    headers = write_headers(SECRET, "POST", path, GOOD, key="k1")
    sent = {name: value for name, value in headers.items() if name not in missing}
    answer = await connected.client.post(f"{connected.url}{path}", content=GOOD, headers=sent)
    assert answer.status_code == 401
    assert connected.accept.calls == 0
    assert connected.files.kept == []
    assert connected.receipts.noted == []


async def test_a_signed_event_without_a_name_is_not_readable(connected: Connected):
    headers = write_headers(SECRET, "POST", EVENTS, GOOD)
    answer = await connected.client.post(f"{connected.url}{EVENTS}", content=GOOD, headers=headers)
    assert answer.status_code == 422
    assert connected.accept.calls == 0


async def test_what_was_recorded_is_stored_once_when_it_is_played_back(connected: Connected):
    headers = _stamped(int(time.time()))
    first = await connected.post(EVENTS, GOOD, headers=headers)
    again = await connected.post(EVENTS, GOOD, headers=headers)
    assert (first.json()["duplicate"], again.json()["duplicate"]) == (False, True)
    assert len(connected.accept.events) == 1


async def test_what_was_recorded_cannot_be_given_a_new_name(connected: Connected):
    headers = _stamped(int(time.time())) | {"Idempotency-Key": "k2"}
    assert (
        await connected.client.post(f"{connected.url}{EVENTS}", content=GOOD, headers=headers)
    ).status_code == 401
    assert connected.accept.calls == 0


async def test_the_openapi_document_names_nothing_that_it_does_not_hold(connected: Connected):
    told = (await connected.client.get(f"{connected.url}/openapi.json")).json()
    content = told["paths"][EVENTS]["post"]["requestBody"]["content"]["application/json"]
    assert content["schema"]["properties"]["customer"]["required"] == ["id"]
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(told)))
    assert named
    assert named <= set(told["components"]["schemas"])
    assert "#/$defs/" not in json.dumps(told)


async def test_the_openapi_document_tells_every_answer(connected: Connected):
    paths = (await connected.client.get(f"{connected.url}/openapi.json")).json()["paths"]
    answers = {
        path.rpartition("/")[2]: sorted(told["post"]["responses"])
        for path, told in paths.items()
        if path.startswith(EVENTS.rpartition("/")[0])
    }
    assert answers == {
        "events": ["202", "401", "413", "422", "503"],
        "files": ["201", "401", "413", "422"],
        "receipts": ["202", "401", "413", "422"],
    }
    assert "Retry-After" in paths[EVENTS]["post"]["responses"]["503"]["headers"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{broken",
        b"\xff\xfe",
        b"[" * 20_000,
        b'{"conversation": "c", "customer": {"id": "a"}}',
        b'{"conversation": "c", "customer": {"id": "a"}, "text": " "}',
        b'{"conversation": "../c", "customer": {"id": "a"}, "text": "x"}',
        b'{"conversation": "c#1", "customer": {"id": "a"}, "text": "x"}',
        b'{"conversation": "c", "customer": {"id": "a"}, "text": 5}',
        b'{"conversation": "c", "customer": {"id": "a"}, "text": "x", "type": "moved"}',
        b'{"conversation": "c", "customer": {"id": "a"}, "text": "x", "extra": 1}',
        b'{"conversation": "c", "customer": {"id": "a"}, "type": "edit", "text": "x"}',
        b'{"conversation":"c","customer":{"id":"a"},"text":"x","sent_at":"2026-01-01T00:00"}',
        json.dumps({"conversation": "c", "customer": {"id": "a"}, "text": "x" * 5000}).encode(),
    ],
)
async def test_nonsense_is_refused_with_a_reason(connected: Connected, body: bytes):
    answer = await connected.post(EVENTS, body)
    assert answer.status_code == 422
    assert answer.text
    assert connected.accept.calls == 0


async def test_what_is_too_large_is_refused(connected: Connected):
    assert (await connected.post(EVENTS, b" " * (MAX_BODY + 1))).status_code == 413
    path = "/api/channel/files?customer=ada"
    assert (await connected.post(path, b" " * (MAX_FILE + 1))).status_code == 413


def compose(text: str) -> OutboundMessage:
    return OutboundMessage("0198-m", "c-1", "bot", text)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (410, CustomerGoneError),
        (400, RefusedMessageError),
        (422, RefusedMessageError),
        (401, RetryLaterError),
        (302, RetryLaterError),
        (429, RetryLaterError),
        (500, RetryLaterError),
    ],
)
async def test_what_the_webhooks_answer_means(connected: Connected, status: int, meaning: type):
    connected.platform.answers = [Response(status_code=status, headers={"Retry-After": "7"})]
    [part] = connected.channel.render(compose("Hello"))
    with pytest.raises(meaning) as raised:
        await connected.channel.send(part)
    if isinstance(raised.value, RetryLaterError):
        assert raised.value.retry_after == 7
    assert SECRET not in str(raised.value)


async def test_a_repeated_post_has_the_same_name_and_body_and_a_new_signature(
    connected: Connected,
):
    [part] = connected.channel.render(compose("Hello"))
    connected.platform.answers = [Response(status_code=503)]
    with pytest.raises(RetryLaterError):
        await connected.channel.send(part)
    for _ in range(3):
        await connected.channel.send(part)
    assert [one["text"] for one in connected.platform.posted] == ["Hello"]
    assert connected.platform.forged == 0


async def test_ten_thousand_characters_arrive_whole(connected: Connected):
    text = " ".join(f"word{n}" for n in range(5000))
    for part in connected.channel.render(compose(text)):
        await connected.channel.send(part)
    assert " ".join(one["text"] for one in connected.platform.posted) == text
    assert [one["part"] for one in connected.platform.posted] == [1, 2, 3]


@pytest.mark.parametrize(
    "webhook",
    ["http://example.org/x", "ftp://example.org", "example.org", "https://", "http://10.0.0.1/"],
)
def test_an_address_without_tls_is_refused(webhook: str):
    with pytest.raises(UnsafeWebhookError):
        require_safe(webhook, public="http://127.0.0.1:8000")


@pytest.mark.parametrize("webhook", ["http://127.0.0.1:9/", "http://[::1]/", "http://localhost/"])
def test_this_machine_without_tls_is_fine_only_while_the_product_has_none(webhook: str):
    require_safe(webhook, public="http://127.0.0.1:8000")
    with pytest.raises(UnsafeWebhookError):
        require_safe(webhook, public="https://help.example.org")


def test_tls_is_always_fine():
    require_safe("https://example.org/x", public="https://help.example.org")
    require_safe("https://example.org/x", public="http://127.0.0.1:8000")


def test_the_channel_asks_the_settings_where_customers_reach_the_product():
    settings = Settings(
        _env_file=None,
        public_url="https://help.example.org",
        api_channel_webhook="http://127.0.0.1:9100/",
        api_channel_secret=SECRET,
    )
    nothing = cast(Any, None)
    with pytest.raises(UnsafeWebhookError):
        install(Surroundings(settings, nothing, nothing, nothing, nothing))


@pytest.mark.parametrize("listed", ["", ",", "short", f"{SECRET},short"])
def test_a_weak_secret_is_refused(listed: str):
    with pytest.raises(WeakKeyError):
        read_secrets(listed)


EXAMPLE = Path(__file__).parents[3] / "examples" / "api_client.py"


def test_the_example_is_as_short_as_the_documents_say():
    described = ast.get_docstring(ast.parse(EXAMPLE.read_text()), clean=False) or ""
    written = EXAMPLE.read_text().replace(f'"""{described}"""', "").splitlines()
    assert len([line for line in written if line.strip()]) <= 30


async def test_the_example_asks_and_prints_the_answer(connected: Connected, unused_port: int):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(EXAMPLE),
        connected.url,
        SECRET,
        str(unused_port),
        "Where is my lamp?",
        stdout=asyncio.subprocess.PIPE,
    )
    [event] = await connected.accept.wait_for(1, timeout=30)
    assert event.text == "Where is my lamp?"
    channel = ApiChannel(
        connected.client, webhook=f"http://127.0.0.1:{unused_port}/", secret=SECRET
    )
    [part] = channel.render(OutboundMessage("m", event.address, "bot", "On its way."))
    await channel.send(part)
    told, _ = await asyncio.wait_for(process.communicate(), 30)
    assert told.decode() == "On its way.\n"


@pytest.fixture
def unused_port() -> int:

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
