"""The stock bot's actions, as one writes them for the SDK's own server: `python -m rasa_sdk`.

It searches the same FAISS index, built once from the same articles and vectors, with the texts kept
in memory. It does less than our own search: no full text, no calibration, no check for changes.
"""

# ruff: noqa: ARG002  the SDK calls every method with the same arguments

import asyncio
import os
from pathlib import Path
from typing import Any

import psycopg
from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from kit.clock import utc_now
from kit.database import Database, as_libpq_url
from knowledge_base import repository
from knowledge_base.answers import ANYBODY
from knowledge_base.encoder import OnnxEncoder
from knowledge_base.index import Snapshot, build
from knowledge_base.models import Article, ArticleVersion, Passage

DATABASE_URL = os.environ["STOCK_ARTICLES_URL"]
GOOD_ENOUGH = 0.35


class Articles:
    """The index, and what it points to."""

    def __init__(self) -> None:
        self.encoder = OnnxEncoder.load(Path(os.environ["ENCODER_DIR"]))
        dimension = self.encoder.encode(["warm up"]).shape[1]
        entries, self.passages = asyncio.run(_load())
        self.index: Snapshot = build(entries, encoder=self.encoder.identity, dimension=dimension)

    def find(self, question: str) -> tuple[str, str, str, int] | None:
        """Return text, title, slug and version of the best passage."""
        vector = self.encoder.encode([question])
        allowed = self.index.allowed(utc_now(), ANYBODY)
        (at, cosine), *_ = self.index.nearest(vector, allowed=allowed)
        if cosine < GOOD_ENOUGH:
            return None
        places = self.index.quotable[self.index.entries[at].article_id]
        cosines = self.index.matrix[places] @ vector.reshape(-1)
        best = self.index.entries[places[int(cosines.argmax())]]
        return self.passages[best.passage_id]


async def _load() -> tuple[Any, dict[int, tuple[str, str, str, int]]]:
    database = Database(DATABASE_URL, pool_size=2)
    async with database.session() as session:
        entries = await repository.list_entries(session, None)
        columns = (Passage.id, Passage.text, ArticleVersion.title, Article.slug)
        rows = await session.execute(
            select(*columns, ArticleVersion.number)
            .join(ArticleVersion, ArticleVersion.id == Passage.version_id)
            .join(Article, Article.id == ArticleVersion.article_id)
        )
        passages = {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}
    await database.close()
    return entries, passages


ARTICLES = Articles()
ORDERS = psycopg.connect(as_libpq_url(DATABASE_URL), autocommit=True)


def find_order(number: str) -> tuple[Any, ...] | None:
    """Return number, e-mail, status and carrier."""
    wanted = number.strip("# ").upper().replace(" ", "-")
    query = "SELECT number, email, status, carrier FROM orders WHERE number = %s"
    return ORDERS.execute(query, (wanted,)).fetchone()


class AnswerQuestion(Action):
    def name(self) -> str:
        return "action_answer_question"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        found = ARTICLES.find(tracker.latest_message.get("text") or "")
        if found is None:
            dispatcher.utter_message(text="I am sorry, I do not know that.")
            return []
        text, title, slug, version = found
        dispatcher.utter_message(
            text=f"{text}\n\nSource: {title} (version {version})",
            buttons=[{"title": "That helped", "payload": "/helped"}],
            json_message={"slug": slug, "version": version},
        )
        return []


class ValidateTrackOrderForm(FormValidationAction):
    def name(self) -> str:
        return "validate_track_order_form"

    async def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        if find_order(str(value)) is None:
            dispatcher.utter_message(text="I cannot find that order.")
            return {"order_number": None}
        return {"order_number": value}

    async def validate_order_email(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        order = find_order(str(tracker.get_slot("order_number")))
        if order is None or order[1] != str(value).lower():
            dispatcher.utter_message(text="The number and the address do not go together.")
            return {"order_email": None}
        return {"order_email": value}


class TrackOrder(Action):
    def name(self) -> str:
        return "action_track_order"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        order = find_order(str(tracker.get_slot("order_number")))
        if order is None:
            dispatcher.utter_message(text="I cannot find that order.")
        else:
            dispatcher.utter_message(text=f"Order {order[0]} is {order[2]}, sent with {order[3]}.")
        return [SlotSet("order_number", None), SlotSet("order_email", None)]


class _Say(Action):
    """What the benchmark's customers never ask for, but the domain names."""

    called = ""

    def name(self) -> str:
        return self.called

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        dispatcher.utter_message(text="All right, a person will help you with that.")
        return []


class HandOver(_Say):
    called = "action_hand_over"


class TellOutcome(_Say):
    called = "action_tell_outcome"


class RecordFeedback(_Say):
    called = "action_record_feedback"


class SubmitComplaint(_Say):
    called = "action_submit_complaint"


class AskComplaintOrder(_Say):
    called = "action_ask_complaint_form_complaint_order"


class ValidateComplaintForm(FormValidationAction):
    def name(self) -> str:
        return "validate_complaint_form"
