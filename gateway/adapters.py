"""What actions read through: implements actions.ports on the CRM and the knowledge base."""

from dataclasses import asdict
from uuid import UUID

from actions import ports
from crm import queries
from crm.care import queries as care
from crm.care import schemas
from insights.content import offers
from kit.clock import utc_now
from kit.database import Database
from knowledge_base.answering import KnowledgeBase
from knowledge_base.answers import Citation, Reader


class CrmReader:
    """Reads customers and orders in short sessions of its own; never writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_context(self, episode_id: str) -> ports.CustomerContext | None:
        """Return who is behind the episode."""
        async with self._database.session() as session:
            found = await queries.find_customer_context(session, UUID(episode_id))
        if found is None:
            return None
        return ports.CustomerContext(
            customer_id=str(found.customer_id),
            conversation_id=str(found.conversation_id),
            display_name=found.display_name,
            email=found.email,
        )

    async def find_order(self, number: str) -> ports.OrderView | None:
        """Return the order with exactly this number, whoever's it is."""
        async with self._database.session() as session:
            order = await queries.find_order(session, number)
        if order is None:
            return None
        return ports.OrderView(**{**asdict(order), "customer_id": str(order.customer_id)})

    async def find_orders_of(self, customer_id: str) -> tuple[ports.OrderView, ...]:
        """Return the customer's own orders, newest first."""
        async with self._database.session() as session:
            orders = await queries.list_orders(session, UUID(customer_id))
        return tuple(ports.OrderView(**{**asdict(o), "customer_id": customer_id}) for o in orders)


class CareAdapter:
    """Reads requests, refunds, loyalty, products and incidents in short sessions of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_refunds(self, order_number: str) -> tuple[schemas.RefundView, ...]:
        """Return the refunds of an order, newest first."""
        async with self._database.session() as session:
            return await care.list_refunds(session, order_number)

    async def find_requests(self, customer_id: str) -> tuple[schemas.RequestView, ...]:
        """Return the customer's open requests, newest first."""
        async with self._database.session() as session:
            return await care.list_requests(session, UUID(customer_id), only_open=True)

    async def find_loyalty(self, customer_id: str) -> schemas.LoyaltyView | None:
        """Return the customer's membership in the Thread Club."""
        async with self._database.session() as session:
            return await care.find_loyalty(session, UUID(customer_id))

    async def find_products(self, words: tuple[str, ...]) -> tuple[schemas.ProductView, ...]:
        """Return the products whose names hold the most of these words, at most five."""
        async with self._database.session() as session:
            return await care.find_products(session, words)

    async def find_incidents(self) -> tuple[schemas.IncidentView, ...]:
        """Return what does not work on our side at the moment."""
        async with self._database.session() as session:
            return await care.list_open_incidents(session)

    async def find_profile(self, customer_id: str) -> schemas.ProfileSummary:
        """Return everything we hold about the customer, in short."""
        async with self._database.session() as session:
            return await care.summarise_profile(session, UUID(customer_id))


class KnowledgeAdapter:
    """Asks the knowledge base and adds where each article can be read."""

    def __init__(self, knowledge: KnowledgeBase, public_url: str) -> None:
        self._knowledge = knowledge
        self._public_url = public_url

    async def ask(self, question: str, *, language: str = "en") -> ports.Answer:
        """Return the best answer, or one whose verdict is unknown."""
        answer = await self._knowledge.ask(question, reader=Reader(language))
        return ports.Answer(
            verdict=answer.verdict.value,
            quote=answer.quote,
            citation=self._cite(answer.citation) if answer.citation else None,
            alternatives=tuple(self._cite(citation) for citation in answer.alternatives),
            probability=answer.probability,
            highlight=answer.highlight,
            pictures=tuple(
                (each.shows, f"{self._public_url}{each.path}") for each in answer.pictures
            ),
        )

    def _cite(self, citation: Citation) -> ports.Citation:
        url = f"{self._public_url}/help/{citation.slug}"
        return ports.Citation(**asdict(citation), url=url)


class OfferAdapter:
    """Chooses further content for a customer, in short sessions of its own."""

    def __init__(self, database: Database, public_url: str, *, holdout_share: float) -> None:
        self._database = database
        self._public_url = public_url
        self._holdout_share = holdout_share

    async def find_offer(self, customer_id: str, *, language: str) -> ports.OfferView | None:
        """Return what to offer in advice that was asked for, or None."""
        async with self._database.session() as session:
            choice = await offers.find(
                session,
                UUID(customer_id),
                offers.Place.ADVICE,
                utc_now(),
                holdout_share=self._holdout_share,
                language=language,
            )
        if choice.offer is None:
            return None
        about = {key: value for key, value in asdict(choice.offer).items() if key != "reason"}
        citation = ports.Citation(
            **{**about, "article_id": str(choice.offer.article_id)},
            url=f"{self._public_url}/help/{choice.offer.slug}",
        )
        return ports.OfferView(citation, choice.offer.reason, choice.holdout)
