"""Kill -9 anywhere: nothing is lost, no turn runs twice, order is kept, repeats are flagged.

CRASH_MESSAGES, CRASH_CONVERSATIONS and CRASH_SEED make the campaign longer (`make crash`).
"""

import os
import random
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.databases import create_database
from tests.engine_process import EngineProcess
from tests.fakes.telegram_api.fake import TOKEN
from tests.fakes.telegram_api.remote import RemoteTelegram, telegram_in_thread
from tests.live.product import AppProcess, Product
from tests.live.verdict import check_log, check_telegram, check_trackers, check_web

pytestmark = [pytest.mark.live, pytest.mark.engine, pytest.mark.crash]

MESSAGES = int(os.environ.get("CRASH_MESSAGES", "300"))
CONVERSATIONS = int(os.environ.get("CRASH_CONVERSATIONS", "20"))
SEED = int(os.environ.get("CRASH_SEED", "20"))
DUPLICATES = 0.2
PACE_S = 0.2
DRAIN_S = 60 + MESSAGES * 0.4

QUESTIONS = (
    "how long does delivery take?",
    "how long do I have to return something?",
    "how can I pay?",
    "how do I wash a wool throw?",
    "do you ship to Norway?",
    "how long is the warranty?",
    "how do I earn threads?",
    "how much does delivery cost?",
)
# These may come again and again; a question asked three times would bring a person.
SMALL_TALK = (
    "are you a robot?",
    "what can you do?",
    "how are you?",
    "thank you very much!",
    "hello there!",
)


@pytest.fixture(scope="module")
def crashing(
    postgres_url: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """A product of its own that never gives a message up, on a Telegram that repeats itself."""
    url, _ = create_database(postgres_url, migrated_template)
    with telegram_in_thread(strict=False, seed=SEED, retry_cap_s=0.5) as telegram:
        patient = {"max_attempts": 1000, "retry_base_s": 0.1, "retry_cap_s": 1}
        folder: Path = tmp_path_factory.mktemp("crash")
        product = Product(url, telegram, TOKEN, folder, **patient)
        try:
            product.start()
            product.wait_for_webhook()
            yield product
        finally:
            product.stop()


def plan_questions(chooser: random.Random, number: int) -> list[str]:
    """Return messages of which no two in a row are the same, so that answers tell them apart.

    Every real question comes once at most, small talk in between again and again.
    """
    fresh = chooser.sample(QUESTIONS, len(QUESTIONS))
    planned: list[str] = []
    while len(planned) < number:
        if fresh and chooser.random() < 0.7:
            planned.append(fresh.pop())
        elif (said := chooser.choice(SMALL_TALK)) not in planned[-1:]:
            planned.append(said)
    return planned


class WebCustomer(threading.Thread):
    """Writes questions in the web chat; repeats a request until it is acknowledged, and more."""

    def __init__(self, product: Product, questions: list[str], seed: int) -> None:
        super().__init__(daemon=True)
        self.questions = questions
        self._random = random.Random(seed)
        origin = {"Origin": product.url}
        self.http = httpx.Client(base_url=product.url, headers=origin, timeout=10)
        token = self._until_answered("/web/session", None).json()["token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def run(self) -> None:
        for question in self.questions:
            body = {"client_id": str(uuid.uuid4()), "text": question}
            self._until_answered("/web/messages", body)
            if self._random.random() < DUPLICATES:
                assert self._until_answered("/web/messages", body).json()["duplicate"]
            time.sleep(self._random.uniform(0.1, 0.6))

    def history(self) -> list[dict]:
        return self.http.get("/web/messages?after=0").json()["messages"]

    def _until_answered(self, path: str, body: dict | None) -> httpx.Response:
        deadline = time.monotonic() + DRAIN_S
        while time.monotonic() < deadline:
            try:
                answer = self.http.post(path, json=body)
                if answer.is_success:
                    return answer
                time.sleep(float(answer.headers.get("Retry-After", 0.2)))
            except httpx.TransportError:
                time.sleep(0.2)
        raise AssertionError(f"{path} was never acknowledged")


class Killer(threading.Thread):
    """Kills a process with -9 at random moments and starts it again at once."""

    def __init__(self, process: AppProcess | EngineProcess, pause: tuple[float, float]) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._pause = pause
        self._random = random.Random(SEED)
        self.enough = threading.Event()
        self.kills = 0

    def run(self) -> None:
        while not self.enough.wait(self._random.uniform(*self._pause)):
            self._process.kill()
            self._process.start()
            self.kills += 1
            if self.kills % 2 == 0:
                self._process.wait_ready()

    def stop(self) -> int:
        """Stop killing, leave the process ready; return how often it was killed."""
        self.enough.set()
        self.join(120)
        self._process.wait_ready()
        return self.kills


def wait_settled(product: Product, expected: int) -> None:
    """Wait until every message written is stored and nothing is due in either direction."""
    query = (
        "SELECT count(*) FILTER (WHERE direction = 'in'), "
        "count(*) FILTER (WHERE state IN ('pending', 'sending')) FROM messages"
    )
    deadline = time.monotonic() + DRAIN_S
    while time.monotonic() < deadline:
        with psycopg.connect(product.database_url) as connection:
            ((stored, due),) = connection.execute(query).fetchall()
        if stored >= expected and due == 0:
            return
        time.sleep(0.2)
    raise AssertionError(f"{stored} of {expected} messages stored, {due} still due")


def test_random_kills_lose_nothing_and_repeat_nothing(crashing: Product, record_property):
    chooser = random.Random(SEED)
    each = MESSAGES // CONVERSATIONS
    web_count = CONVERSATIONS // 4
    plans = {
        chat: plan_questions(chooser, each)
        for chat in range(9001, 9001 + CONVERSATIONS - web_count)
    }
    webs = [
        WebCustomer(crashing, plan_questions(chooser, each), SEED + n) for n in range(web_count)
    ]
    crashing.telegram.configure(duplicate_rate=DUPLICATES)
    killers = [Killer(crashing.app, (0.5, 6.0)), Killer(crashing.engine, (3.0, 15.0))]
    for thread in (*killers, *webs):
        thread.start()
    for n in range(each):
        for chat in plans:
            crashing.telegram.say(chat, plans[chat][n])
            time.sleep(chooser.uniform(0, 2 * PACE_S))
    for web in webs:
        web.join(DRAIN_S)
    kills = [killer.stop() for killer in killers]
    crashing.telegram.wait_delivered(timeout=DRAIN_S)
    wait_settled(crashing, each * CONVERSATIONS)
    record_property("kills", str(kills))

    assert kills[0] >= 2
    assert kills[1] >= 1
    with psycopg.connect(crashing.database_url) as connection:
        ambiguous = sum(
            check_telegram(connection, crashing.telegram, chat, plan)
            for chat, plan in plans.items()
        )
        check_log(connection)
        check_trackers(connection)
    for web in webs:
        check_web(web.history(), web.questions)
    record_property("ambiguous_sends", ambiguous)


STEPS = (
    "intake.before_commit",
    "intake.after_commit",
    "turn.leased",
    "turn.after_engine",
    "turn.before_commit",
    "turn.after_commit",
    "delivery.before_send",
    "delivery.after_send",
    "delivery.after_commit",
)


def die_at(product: Product, steps: tuple[str, ...], chat: int) -> tuple[int, int]:
    """Have one question die at each step in turn, then live; return messages received, flagged."""
    telegram: RemoteTelegram = product.telegram
    telegram.configure(duplicate_rate=0.0)
    product.app.stop()
    telegram.say(chat, QUESTIONS[0])
    for step in steps:
        product.app.start(CRASH_AT=step)
        assert product.app.wait_gone(60) == 137, f"it did not die at {step}"
    product.app.start()
    product.app.wait_ready()
    telegram.wait_for(chat=chat, timeout=30)
    telegram.wait_delivered(timeout=30)
    wait_settled(product, 1)
    with psycopg.connect(product.database_url) as connection:
        ambiguous = check_telegram(connection, telegram, chat, [QUESTIONS[0]])
        check_trackers(connection)
    return len(telegram.messages(chat)), ambiguous


def test_one_message_survives_a_death_at_every_step_boundary(crashing: Product):
    received, flagged = die_at(crashing, STEPS, 9501)
    # Died after the first send, so it was sent again: that, and only that, is flagged.
    assert (received, flagged) == (2, 1)


def test_a_death_between_turn_and_send_repeats_nothing(crashing: Product):
    assert die_at(crashing, ("turn.after_engine", "turn.after_commit"), 9502) == (1, 0)
