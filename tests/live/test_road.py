"""The whole road, live: Telegram in, engine, knowledge base, CRM, desk, Telegram out."""

import time
from itertools import count

import httpx
import psycopg
import pytest

from gateway.phrasing import load_phrasebook
from tests.fakes.telegram_api.remote import RemoteTelegram
from tests.live.employee import Employee
from tests.live.product import WEBHOOK_SECRET, Product

pytestmark = [pytest.mark.live, pytest.mark.engine]

_chats = count(7001)
WORDS = load_phrasebook()


@pytest.fixture
def chat(telegram: RemoteTelegram) -> int:
    number = next(_chats)
    telegram.open_chat(number)
    return number


@pytest.fixture
def ask(telegram: RemoteTelegram, chat: int):
    """Write in the chat; return the first `count` messages that come back."""

    def write(words: str, *, replies: int = 1, containing: str = ""):
        mark = telegram.mark()
        telegram.say(chat, words)
        return telegram.wait_for(
            chat=chat, after=mark, count=replies, containing=containing, timeout=20
        )

    return write


def rows(product: Product, query: str, *values):
    with psycopg.connect(product.database_url) as connection:
        return connection.execute(query, values).fetchall()


def post_update(product: Product, content: bytes, secret: str | None = WEBHOOK_SECRET):
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
    return httpx.post(f"{product.url}/telegram/webhook", content=content, headers=headers)


def test_a_question_gets_a_cited_answer_and_feedback_is_stored(product, telegram, chat, ask):
    (answer,) = ask("how long do I have to return something?")
    assert "30 days" in answer.text
    assert answer.text.startswith(WORDS.say("disclosure"))
    (link,) = answer.links
    assert link.startswith(f"{product.url}/help/")
    page = httpx.get(link, follow_redirects=True)
    assert page.status_code == 200
    assert "Version 1" in page.text

    mark = telegram.mark()
    telegram.press(chat, answer.message_id, "That helped")
    telegram.wait_for(chat=chat, after=mark)
    stored = rows(
        product,
        "SELECT f.helped, f.version FROM article_feedback f JOIN messages m ON m.id = f.message_id "
        "JOIN conversations c ON c.id = m.conversation_id WHERE c.address = %s",
        str(chat),
    )
    assert stored == [(True, 1)]


def test_a_strange_address_is_not_found_rather_than_an_error(product):
    assert httpx.get(f"{product.url}/help/%00").status_code == 404


def test_what_it_does_not_know_it_says_and_offers_a_person(ask):
    (answer,) = ask("asdf qwe zxcv?")
    assert "I do not know" in answer.text
    assert [button["text"] for button in answer.buttons] == ["Talk to a person"]


def test_an_order_is_tracked_through_the_form(ask):
    (question,) = ask("where is my parcel?")
    assert "Which order is it?" in question.text
    (second,) = ask("ll10042")
    assert "e-mail" in second.text
    (answer,) = ask("ines.marlow@example.org")
    assert "LL-10042" in answer.text
    assert "Nordwind Parcel" in answer.text


def test_a_wrong_email_learns_nothing(ask):
    ask("track order LL-10042", containing="e-mail")
    (known,) = ask("nobody@example.org", containing="could not find")
    ask("stop", containing="top")
    ask("track order LL-99999", containing="e-mail")
    (unknown,) = ask("nobody@example.org", containing="could not find")
    refusal = WORDS.say("order_no_match")
    assert refusal in known.text
    assert refusal in unknown.text
    told = (known.text + unknown.text).replace("looks like LL-10042", "")
    assert "LL-10042" not in told
    assert "Nordwind" not in told


def test_a_person_is_reached_inside_a_form_and_answers_in_telegram(product, telegram, chat, ask):
    ask("where is my order")
    (passed_on,) = ask("I want a human")
    assert "person from our team" in passed_on.text

    employee = Employee(product)
    case = employee.find_case(chat)
    employee.claim(case)
    mark = telegram.mark()
    employee.reply(case, "Hello, this is Mara. I refunded your shipping <costs> & sent a new lamp.")
    (reply,) = telegram.wait_for(chat=chat, after=mark, timeout=10)
    assert reply.text.endswith("I refunded your shipping <costs> & sent a new lamp.")

    telegram.say(chat, "thank you! how long does delivery take?")
    telegram.wait_delivered()
    time.sleep(1.0)
    assert len(telegram.messages(chat, after=mark)) == 1, "the bot spoke while a person had it"

    mark = telegram.mark()
    employee.return_to_bot(case, "Shipping costs refunded, new lamp sent.")
    (back,) = telegram.wait_for(chat=chat, after=mark, timeout=10)
    assert "Shipping costs refunded" in back.text
    (answer,) = ask("what did you decide about my case?", containing="refunded")
    assert "Shipping costs refunded, new lamp sent." in answer.text
    (again,) = ask("how long does delivery take?")
    assert again.links


def test_the_timeline_shows_it_all_to_staff_only(product, chat, ask):
    ask("how can I pay?")
    ((customer,),) = rows(
        product, "SELECT customer_id FROM conversations WHERE address = %s", str(chat)
    )
    path = f"/api/customers/{customer}/timeline"
    assert httpx.get(f"{product.url}{path}").status_code == 401
    timeline = Employee(product).http.get(path).json()
    question, answer = timeline["entries"]
    assert (question["direction"], question["body"]) == ("in", "how can I pay?")
    assert question["intent"] == "ask_question"
    assert 0 < question["confidence"] <= 1
    assert (answer["author"], answer["state"]) == ("bot", "sent")
    assert answer["citations"][0]["version"] == 1


def test_the_web_chat_goes_the_same_road(product):
    with httpx.Client(base_url=product.url, headers={"Origin": product.url}) as browser:
        token = browser.post("/web/session").json()["token"]
        browser.headers["Authorization"] = f"Bearer {token}"
        message = {"client_id": "3f0e6f2e-8a52-4d7c-9a53-0d7f1e0d8a11", "text": "how can I pay?"}
        assert browser.post("/web/messages", json=message).status_code == 202
        assert browser.post("/web/messages", json=message).json()["duplicate"]
        deadline = time.monotonic() + 10
        while len(shown := browser.get("/web/messages?after=0").json()["messages"]) < 2:
            assert time.monotonic() < deadline, "no answer came"
            time.sleep(0.05)
        assert [one["author"] for one in shown] == ["customer", "bot"]
        assert shown[1]["links"]


def test_typed_intents_and_restarts_are_only_words(product, chat, ask):
    for words in ('/track_order{"order_number":"LL-10042"}', "  /restart", "\n/session_start"):
        ask(words)
    intents = rows(
        product,
        "SELECT m.intent FROM messages m JOIN conversations c ON c.id = m.conversation_id "
        "WHERE c.address = %s AND m.direction = 'in' ORDER BY m.seq",
        str(chat),
    )
    assert "restart" not in {intent for (intent,) in intents}
    assert "session_start" not in {intent for (intent,) in intents}


@pytest.mark.parametrize("secret", [None, "", "wrong"])
def test_a_forged_update_gets_401_and_no_row(product, secret):
    before = rows(product, "SELECT count(*) FROM messages")
    update = b'{"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 9}}}'
    assert post_update(product, update, secret).status_code == 401
    assert rows(product, "SELECT count(*) FROM messages") == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b'{"update_id": "x"}',
        b'{"update_id": 5, "chat_boost": {}}',
        b'{"update_id": 6, "message": {"message_id": "NaN"}}',
        b"\xff\xfe",
        b"[" * 100_000,
        b"x" * 1_200_000,
    ],
)
def test_broken_updates_are_never_a_server_error(product, content):
    assert post_update(product, content).status_code in {200, 400, 413}


@pytest.mark.parametrize(
    "words", ["a\x00b where is it", "\u202e\u202etfel ot thgir", "🪔" * 2000, "x" * 4096, "/"]
)
def test_strange_words_are_stored_and_answered(telegram, chat, ask, words):
    ask(words)
    (after,) = ask("how long do I have to return something?", containing="30 days")
    assert after.chat_id == chat


def test_a_photo_is_kept_and_gets_honest_words(telegram, chat):
    telegram.photo(chat)
    (answer,) = telegram.wait_for(chat=chat, timeout=30)
    assert "I keep it with our conversation" in answer.text
    assert "cannot look at pictures" in answer.text


def test_the_apps_log_holds_no_words_of_customers(product, ask):
    ask("my secret garden is at Elm Street 4711, and how can I pay?")
    for log in (product.app.log, product.engine.log):
        text = log.read_text()
        assert "Elm Street" not in text
        assert "ines.marlow" not in text
        assert WEBHOOK_SECRET not in text
