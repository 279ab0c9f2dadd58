"""All wiring: builds the parts of an app process from settings; starts and stops them."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from actions.executor import RunAction, build_executor
from actions.ports import Ports
from channels.ports import Surroundings
from channels.registry import Registry
from channels.web.sessions import forget_expired
from crm.files.queries import list_waiting
from crm.files.service import forget_uploads
from crm.linking.codes import forget_codes
from crm.linking.merging import gather_strays
from crm.linking.proofs import TOPIC as LINK_TOPIC
from crm.models import Author, Message
from crm.queries import lock_conversation
from crm.service import append_outbound, find_open_episode
from crm.threads.service import TOPIC as THREAD_TOPIC
from crm.threads.service import forget_links
from gateway import wording
from gateway.adapters import CareAdapter, CrmReader, KnowledgeAdapter, OfferAdapter
from gateway.aftercare import build_following_up
from gateway.answer import Answerer
from gateway.backlog import find_deliveries_due, find_turns_due
from gateway.channels import Channels
from gateway.compose import compose_own
from gateway.delivery import Deliverer, DeliveryRules
from gateway.dialogue import DialogueEngine
from gateway.fetching import Fetcher
from gateway.files import KeptFiles
from gateway.help_centre import HelpCentre
from gateway.intake import Intake
from gateway.joining import Joiner
from gateway.opening import build_opening
from gateway.own_data import CrmOwnData
from gateway.phrasing import load_phrasebook
from gateway.pools import ChannelPools
from gateway.promises import build_promise_watch
from gateway.public.errands import Errands
from gateway.receipts import CrmReceipts
from gateway.signing import Signer
from gateway.transcript import CrmTranscript
from gateway.turn import TurnTaker
from gateway.typing_sign import TypingSign
from gateway.voice import find_voice
from gateway.workers import Workers
from gateway.workforce import build_assigning, build_watch, keep_team
from handoff import service as handoffs
from handoff.policy import HandoffReason, decide_for
from handoff.policy_file import load_policy
from handoff.signals import Detector, Heads
from kit.clock import utc_now
from kit.database import Database
from kit.listener import Listener
from kit.periodic import Periodic
from kit.settings import Settings
from knowledge_base.answering import KnowledgeBase
from knowledge_base.calibration import Calibration
from knowledge_base.encoder import Encoder, OnnxEncoder, RememberingEncoder
from knowledge_base.export import earlier_folder
from knowledge_base.mending import Upkeep
from knowledge_base.releasing import publish_due

FETCHERS = 2
HOUSEKEEPING_EVERY_S = 3600.0
UPKEEP_EVERY_S = 60.0
SCHEDULE_EVERY_S = 0.5


@dataclass
class Runtime:
    """The running parts of one app process."""

    settings: Settings
    database: Database
    listener: Listener
    encoder: Encoder
    knowledge: KnowledgeBase
    engine: DialogueEngine
    intake: Intake
    turns: Workers
    threads: Workers
    joining: Workers
    deliveries: ChannelPools
    fetching: ChannelPools
    channels: Channels
    help_centre: HelpCentre
    run_action: RunAction
    housekeeping: Periodic
    upkeep: Upkeep
    tending: Periodic
    scheduler: Periodic
    watch: Periodic
    following_up: Periodic
    promises: Periodic
    assigning: Workers
    signer: Signer
    knowledge_loaded: bool = False

    async def start(self) -> None:
        """Start listening first, so that nothing that happens from now on is missed."""
        await self.listener.start()
        await self.signer.load(self.database)
        await keep_team(self.database, self.settings)
        await self.upkeep.start()
        self.knowledge_loaded = True
        self.turns.start()
        self.threads.start()
        self.joining.start()
        self.deliveries.start()
        self.fetching.start()
        self.housekeeping.start()
        self.tending.start()
        self.scheduler.start()
        self.watch.start()
        self.following_up.start()
        self.promises.start()
        self.assigning.start()
        await self.channels.start()

    async def stop(self) -> None:
        """Stop in the opposite order, all of it, whatever one part's end raises.

        Unfinished turns roll back and are taken up again later.
        """
        async with AsyncExitStack() as stack:  # ends what was pushed last first
            stack.push_async_callback(self.database.close)
            stack.push_async_callback(self.engine.close)
            stack.push_async_callback(self.listener.stop)
            stack.push_async_callback(self.knowledge.index.stop)
            stack.push_async_callback(self.tending.stop)
            stack.push_async_callback(self.housekeeping.stop)
            stack.push_async_callback(self.scheduler.stop)
            stack.push_async_callback(self.watch.stop)
            stack.push_async_callback(self.following_up.stop)
            stack.push_async_callback(self.promises.stop)
            stack.push_async_callback(self.assigning.stop)
            stack.push_async_callback(self.fetching.stop)
            stack.push_async_callback(self.deliveries.stop)
            stack.push_async_callback(self.joining.stop)
            stack.push_async_callback(self.turns.stop)
            stack.push_async_callback(self.threads.stop)
            stack.push_async_callback(self.channels.stop)


def build_runtime(settings: Settings) -> Runtime:
    """Wire everything; opens no connection yet."""
    database = Database(
        settings.database_url.get_secret_value(), pool_size=settings.database_pool_size
    )
    listener = Listener(database.url, database=database)
    engine = DialogueEngine(
        settings.engines,
        secret=settings.engine_secret.get_secret_value(),
        timeout_s=settings.engine_timeout_s,
    )
    intake = Intake(database, max_backlog=settings.max_backlog)
    encoder = RememberingEncoder.load(settings.encoder_dir)
    knowledge = KnowledgeBase(database, encoder, Calibration.load())
    before = earlier_folder(settings.encoder_dir)
    earlier = OnnxEncoder.load(before) if before.is_dir() else None
    upkeep = Upkeep(knowledge, wanted=encoder, earlier=earlier)
    signer = Signer()
    help_centre = HelpCentre(database, knowledge, signer, settings.base_url)
    channels = Channels(
        Surroundings(
            settings,
            database,
            listener,
            accept=intake.accept,
            accept_always=intake.accept_always,
            transcript=CrmTranscript(database, listener),
            find_draft=help_centre.find_draft,
            files=KeptFiles(database),
            own_data=CrmOwnData(database),
            receipts=CrmReceipts(database, bring_person),
            opening=build_opening(settings, database),
        )
    )
    detector = Detector(Heads.load(), encoder)
    turns = _build_turns(
        settings, database, engine, signer=signer, channels=channels.registry, detector=detector
    )
    errands = Errands(database, channels.registry)
    threads = Workers("threads", handle=errands.handle, find_due=errands.find_due, count=1)
    deliveries = _build_deliveries(settings, database, channels.registry)
    listener.subscribe("turn", turns.hint)
    listener.subscribe(THREAD_TOPIC, threads.hint)
    joiner = Joiner(database)
    joining = Workers("joining", handle=joiner.handle, find_due=joiner.find_due, count=1)
    listener.subscribe(LINK_TOPIC, joining.hint)
    assigning = build_assigning(database)
    listener.subscribe("queue", assigning.hint)
    deliveries.subscribe(listener)
    fetching = _build_fetching(settings, database, channels.registry)
    fetching.subscribe(listener)
    listener.subscribe("kb", lambda key: knowledge.refresh(key or None))
    listener.subscribe("synonyms", knowledge.refresh_words)
    listener.subscribe("reconnected", lambda _key: knowledge.refresh())
    crm = CrmReader(database)
    run_action = build_executor(
        Ports(
            KnowledgeAdapter(knowledge, settings.base_url),
            customers=crm,
            orders=crm,
            care=CareAdapter(database),
            offers=OfferAdapter(
                database, settings.base_url, holdout_share=settings.content_holdout
            ),
        )
    )
    return Runtime(
        settings=settings,
        database=database,
        listener=listener,
        encoder=encoder,
        knowledge=knowledge,
        engine=engine,
        intake=intake,
        turns=turns,
        threads=threads,
        joining=joining,
        deliveries=deliveries,
        fetching=fetching,
        channels=channels,
        help_centre=help_centre,
        run_action=run_action,
        housekeeping=build_housekeeping(database),
        upkeep=upkeep,
        tending=Periodic("kb.upkeep", upkeep.run, every_s=UPKEEP_EVERY_S),
        scheduler=build_scheduler(database, encoder),
        watch=build_watch(database),
        following_up=build_following_up(database),
        promises=build_promise_watch(
            database, load_policy(), warning_minutes=settings.promise_warning_minutes
        ),
        assigning=assigning,
        signer=signer,
    )


def _build_turns(
    settings: Settings,
    database: Database,
    engine: DialogueEngine,
    *,
    signer: Signer,
    channels: Registry,
    detector: Detector,
) -> Workers:
    taker = TurnTaker(
        database,
        Answerer(
            engine,
            load_policy(),
            public_url=settings.base_url,
            idle=timedelta(minutes=settings.episode_idle_minutes),
            sign_link=signer.name_message,
            channels=channels,
            detector=detector,
        ),
        max_attempts=settings.max_attempts,
        retry_base_s=settings.retry_base_s,
        retry_cap_s=settings.retry_cap_s,
        coalesce_s=settings.turn_coalesce_s,
        typing=TypingSign(channels),
    )

    async def find_due() -> list[UUID]:
        async with database.session() as session:
            return await find_turns_due(session)

    return Workers("turns", handle=taker.handle, find_due=find_due, count=settings.workers)


def _build_deliveries(settings: Settings, database: Database, channels: Registry) -> ChannelPools:
    rules = DeliveryRules(
        max_attempts=settings.max_attempts,
        give_up_after=timedelta(hours=settings.delivery_hours),
        retry_base_s=settings.retry_base_s,
        retry_cap_s=settings.retry_cap_s,
        ambiguous=settings.ambiguous_sends,
    )
    deliverer = Deliverer(database, channels, bring_person, rules)
    return ChannelPools(
        "deliveries",
        database,
        channels,
        handle=deliverer.handle,
        find_due=find_deliveries_due,
        topic="delivery",
        count=settings.workers,
    )


def _build_fetching(settings: Settings, database: Database, channels: Registry) -> ChannelPools:
    fetcher = Fetcher(
        database,
        channels,
        retry_base_s=settings.retry_base_s,
        retry_cap_s=settings.retry_cap_s,
    )
    return ChannelPools(
        "files",
        database,
        channels,
        handle=fetcher.handle,
        find_due=list_waiting,
        topic="file",
        count=FETCHERS,
    )


def build_housekeeping(database: Database) -> Periodic:
    """Return the job that tidies away what nobody can use any more."""

    async def tidy() -> None:
        async with database.session() as session:
            await forget_expired(session)
            await forget_uploads(session, now=utc_now())
            await forget_codes(session, now=utc_now())
            await gather_strays(session)
            await forget_links(session, now=utc_now())
            await session.commit()

    return Periodic("housekeeping", tidy, every_s=HOUSEKEEPING_EVERY_S)


def build_scheduler(database: Database, encoder: Encoder) -> Periodic:
    """Return the job that publishes what is planned, when its time has come."""

    async def publish_planned() -> None:
        async with database.session() as session:
            await publish_due(session, now=utc_now(), encoder=encoder)
            await session.commit()

    return Periodic("schedule", publish_planned, every_s=SCHEDULE_EVERY_S)


async def bring_person(session: AsyncSession, message: Message) -> None:
    """Open a handoff for a reply that was, or may be, not delivered, and say so once."""
    leased = await lock_conversation(session, message.conversation_id)
    episode = await find_open_episode(session, leased.id)
    _, opened = await handoffs.open_handoff(
        session,
        conversation=leased,
        episode_id=episode.id if episode else None,
        decision=decide_for(HandoffReason.UNDELIVERABLE, load_policy()),
        brief={"undelivered": str(message.id)},
        now=utc_now(),
    )
    if opened:
        episode_id = episode.id if episode else None
        told = compose_own(
            Author.SYSTEM,
            (wording.GIVEN_UP,),
            book=load_phrasebook(),
            voice=await find_voice(session, leased, episode_id),
        )
        await append_outbound(session, leased, episode_id, told)
