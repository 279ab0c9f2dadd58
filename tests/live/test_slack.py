"""The whole road through Slack, live: strict Slack, engine, knowledge base, desk, and back."""

import time
from itertools import count

import httpx
import psycopg
import pytest

from gateway.phrasing import load_phrasebook
from tests.fakes.slack_api import RemoteSlack, sign
from tests.fakes.slack_api.fake import SIGNING_SECRET, TEAM
from tests.live.employee import Employee
from tests.live.product import Product
from tests.live.slack import CLICKS, EVENTS

pytestmark = [pytest.mark.live, pytest.mark.engine]

_people = count(1)
WORDS = load_phrasebook()


@pytest.fixture(scope="module")
def connected(product: Product, slack: RemoteSlack) -> RemoteSlack:
    """Slack sends its events to the running product from now on."""
    slack.subscribe(f"{product.url}{EVENTS}", interactivity=f"{product.url}{CLICKS}")
    return slack


@pytest.fixture
def person(connected: RemoteSlack) -> str:
    user = f"ULIVE{next(_people):03}"
    connected.do("describe_person", user=user, real_name="Ines Marlow", locale="en-GB")
    return user


@pytest.fixture
def ask(connected: RemoteSlack, person: str):
    """Write to the app; return the first `count` messages that come back."""

    def write(words: str, *, replies: int = 1, containing: str = ""):
        mark = connected.mark()
        connected.dm(person, words)
        return connected.wait_for(
            user=person, after=mark, count=replies, containing=containing, timeout=30
        )

    return write


def rows(product: Product, query: str, *values):
    with psycopg.connect(product.database_url) as connection:
        return connection.execute(query, values).fetchall()


def conversation_of(product: Product, person: str) -> tuple[str, str]:
    """Return id and address of the person's conversation with the app."""
    query = (
        "SELECT id::text, address FROM conversations WHERE channel = 'slack' AND address LIKE %s"
    )
    ((conversation, address),) = rows(product, query, f"%D{person[1:]}%")
    return conversation, address


def test_a_question_gets_a_cited_answer_and_a_click_is_feedback(product, connected, person, ask):
    (answer,) = ask("how long do I have to return something?")
    assert "30 days" in answer.text
    assert answer.text.startswith(WORDS.say("disclosure"))
    assert answer.fallback
    links = [link for link in answer.links if link.startswith(f"{product.url}/help/")]
    assert httpx.get(links[0], follow_redirects=True).status_code == 200

    mark = connected.mark()
    connected.press(answer.channel, answer.ts, "That helped", user=person)
    connected.wait_for(user=person, after=mark, timeout=30)
    conversation, _ = conversation_of(product, person)
    query = (
        "SELECT f.helped FROM article_feedback f JOIN messages m ON m.id = f.message_id "
        "WHERE m.conversation_id::text = %s"
    )
    assert rows(product, query, conversation) == [(True,)]


def test_an_order_is_tracked_though_slack_dresses_the_email_up(ask):
    ask("where is my parcel?", containing="Which order is it?")
    ask("ll10042", containing="e-mail")
    (answer,) = ask("ines.marlow@example.org")
    assert "LL-10042" in answer.text
    assert "Nordwind Parcel" in answer.text


def test_a_person_takes_over_answers_in_slack_and_gives_back(product, connected, person, ask):
    ask("I want a human", containing="person from our team")
    _, address = conversation_of(product, person)
    employee = Employee(product)
    case = employee.find_case(address)
    employee.claim(case)
    mark = connected.mark()
    employee.reply(case, "Hello, this is Mara. Your <new> lamp & shade are on the way, <!channel>.")
    (reply,) = connected.wait_for(user=person, after=mark, timeout=30)
    assert "Your <new> lamp & shade are on the way, <!channel>." in reply.text
    assert reply.pings == []
    mark = connected.mark()
    employee.return_to_bot(case, "New lamp sent.")
    (back,) = connected.wait_for(user=person, after=mark, timeout=30)
    assert "New lamp sent." in back.text


def test_what_comes_twice_or_from_ourselves_is_answered_once(connected, product, person):
    mark = connected.mark()
    done = connected.dm(person, "how can I pay?")
    (answer,) = connected.wait_for(user=person, after=mark, timeout=30)
    assert answer.links
    for _ in range(3):
        connected.do("redeliver", event_id=done.event_ids[0])
    connected.edit(done.channel, done.ts, "how can I pay for a lamp?")
    connected.dm(person, "thank you")
    connected.wait_for(user=person, after=mark, count=2, timeout=30)
    connected.wait_delivered(timeout=30)
    conversation, _ = conversation_of(product, person)
    query = "SELECT count(*) FROM messages WHERE conversation_id::text = %s AND direction = 'in'"
    assert rows(product, query, conversation) == [(2,)]
    assert len(connected.messages(user=person, after=mark)) == 2


def test_a_mention_in_a_channel_is_answered_once_in_its_thread(connected, person):
    connected.do("channel", channel="C0LIVE")
    mark = connected.mark()
    said = connected.say("C0LIVE", person, "my lamp came broken", mention=True)
    (answer,) = connected.wait_for(channel="C0LIVE", after=mark, timeout=30)
    assert answer.thread_ts == said.ts
    connected.wait_delivered(timeout=30)
    assert len(connected.messages("C0LIVE", after=mark)) == 1


def test_another_bot_in_the_channel_is_not_spoken_with(connected, product):
    connected.do("channel", channel="C0BOTS")
    connected.do("other_bot", channel="C0BOTS", text="how can I pay?")
    connected.wait_delivered(timeout=30)
    query = "SELECT count(*) FROM conversations WHERE address LIKE %s"
    assert rows(product, query, "%/C0BOTS/%") == [(0,)]
    assert connected.messages("C0BOTS") == []


def test_the_app_home_is_there_when_it_is_opened(connected, person, ask):
    ask("hello")
    connected.open_home(person)
    view = connected.do("wait_home", user=person, timeout=30)
    assert view["blocks"]


@pytest.mark.parametrize(
    ("stamp", "secret"), [(0, "wrong"), (-301, SIGNING_SECRET), (330, SIGNING_SECRET)]
)
def test_a_forged_or_old_request_changes_nothing(connected, product, stamp, secret):
    body = b'{"type": "event_callback", "team_id": "%s", "event_id": "Ev1"}' % TEAM.encode()
    at = int(time.time()) + stamp
    headers = {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": sign(secret, body, at)}
    answer = httpx.post(f"{product.url}{EVENTS}", content=body, headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("headers", [{}, {"X-Slack-Request-Timestamp": "abc"}])
def test_a_request_without_a_signature_or_time_is_refused(connected, product, headers):
    answer = httpx.post(f"{product.url}{EVENTS}", content=b"{}", headers=headers)
    assert 400 <= answer.status_code < 500


def test_nothing_was_lost_and_no_secret_is_in_the_log(connected, product):
    connected.wait_delivered(timeout=30)
    assert connected.state()["lost"] == []
    log = product.app.log.read_text()
    assert SIGNING_SECRET not in log
    assert connected.state()["token"] not in log
