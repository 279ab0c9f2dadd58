"""Answers one message while the bot owns the conversation: signals, engine, effects, policy.

Everything happens in the caller's transaction, so a reply and its effects commit together.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from channels.registry import Registry
from crm import queries, service
from crm.care.queries import sum_orders
from crm.models import PUBLIC, Author, Conversation, Episode, Message, MessageState, Owner
from crm.threads.queries import find_origin
from gateway import aftercare, agenda, linking, wording
from gateway.applying import Applied, apply_effects
from gateway.compose import compose
from gateway.dialogue import Dialogue, EngineError, EngineInput, EngineReply
from gateway.effects import Effect, NoteFailure, OpenHandoff, parse_effects
from gateway.facts import gather_facts
from gateway.interpret import ForCustomer, ForEngine, Resumed, interpret
from gateway.language import SERVED, load_other_languages
from gateway.mood import Feeling, feel
from gateway.phrasing import Mood, Part, load_phrasebook
from gateway.promises import note_what_was_said
from gateway.public.acknowledging import acknowledge
from gateway.public.risk import weigh_in_public
from gateway.speaking import Turn, words_of
from gateway.start_links import follow
from gateway.voice import listen, make_voice
from handoff import service as handoffs
from handoff.brief import build_brief
from handoff.policy import Action, Decision, HandoffReason, Policy, PolicyContext, decide
from handoff.queue import find_last_outcome
from handoff.signals import Detector, Signal, SignalName, judge_conversation
from kit.clock import utc_now
from kit.crash import crash_point
from kit.database import notify
from kit.log import find_place, get_logger

_log = get_logger(__name__)


class Answerer:
    """Turns one message into replies, effects and perhaps a handoff."""

    def __init__(
        self,
        engine: Dialogue,
        policy: Policy,
        *,
        public_url: str,
        idle: timedelta,
        sign_link: Callable[[UUID], str] | None = None,
        channels: Registry | None = None,
        detector: Detector | None = None,
    ) -> None:
        self._engine = engine
        self._policy = policy
        self._public_url = public_url
        self._idle = idle
        self._sign_link = sign_link
        self._channels = channels
        self._detector = detector or Detector()
        self._book = load_phrasebook()
        load_other_languages()  # a broken file must stop the start

    async def answer(
        self,
        session: AsyncSession,
        conversation: Conversation,
        message: Message,
        *,
        words: str | None = None,
    ) -> None:
        """Answer the message; the caller holds the lease and commits.

        `words` are those of several messages that are answered together, the last of them here.
        Errors: EngineError when the engine gave no turn; nothing has been said then.
        """
        resumed = await follow(session, conversation, message)
        turn = await self._begin(session, conversation, message, words=words, resumed=resumed)
        signals = turn.signals
        message.signals = [signal.as_dict() for signal in signals]
        if conversation.audience == PUBLIC:
            await self._answer_in_public(turn)
            return
        if conversation.owner is not Owner.BOT:  # the link brought a person along
            await _tell_resumed(turn)
            return
        decision = await self._decide(turn, signals)
        brief: dict[str, str] = {}
        if decision.action is Action.HAND_OVER:
            await _lead_in(turn)
        if decision.action is not Action.HAND_OVER and turn.voice.language not in SERVED:
            await self._pass_on_foreign(turn)
            return
        if decision.action is not Action.HAND_OVER:
            applied = await self._ask(turn)
            asked_for = applied.handoff
            brief = asked_for.brief if asked_for else {}
            signals = (*signals, *applied.signals)
            message.signals = [signal.as_dict() for signal in signals]
            decision = await self._decide(turn, signals, asked_for.reason if asked_for else None)
        await self._follow(turn, decision, brief)
        turn.settle(MessageState.ANSWERED)
        await notify(session, "message", str(conversation.id))

    async def give_up(
        self, session: AsyncSession, conversation: Conversation, message: Message
    ) -> None:
        """Set the message aside for good, tell the customer the truth and bring a person."""
        turn = await self._begin(session, conversation, message)
        turn.settle(MessageState.DEAD)
        await turn.say(Author.SYSTEM, wording.GIVEN_UP)
        decision = await self._decide(turn, (), HandoffReason.BOT_FAILED)
        await self._open(turn, decision, {"given_up": "no answer came"})

    async def pass_by(
        self, session: AsyncSession, conversation: Conversation, message: Message
    ) -> None:
        """Leave the message to the person who has the conversation, but follow where it leads."""
        resumed = await follow(session, conversation, message)
        turn = await self._begin(session, conversation, message, resumed=resumed)
        if conversation.audience == PUBLIC:
            await acknowledge(turn, self._channels, priority=0)
        await _tell_resumed(turn)

    async def _answer_in_public(self, turn: Turn) -> None:
        """Acknowledge, lead to a private chat, and bring a person when the policy says so."""
        decision = await self._decide(turn, turn.signals)
        await acknowledge(turn, self._channels, priority=decision.priority)
        if decision.action is Action.HAND_OVER:
            await self._open(turn, decision, {})
        turn.settle(MessageState.ANSWERED)
        await notify(turn.session, "message", str(turn.conversation.id))

    async def _begin(
        self,
        session: AsyncSession,
        conversation: Conversation,
        message: Message,
        *,
        words: str | None = None,
        resumed: Resumed | None = None,
    ) -> Turn:
        if resumed is not None:
            words = resumed.words
        episode, fresh = await service.enter_episode(
            session, conversation, now=utc_now(), idle=self._idle
        )
        message.episode_id = episode.id
        said = words or words_of(message)
        heard = await listen(session, conversation, episode.id)
        voice = make_voice(conversation, heard, words=said, answering=agenda.is_in_form(episode))
        signals = self._detector.detect(said, language=voice.language)
        feeling = feel(said, signals, Feeling(Mood(episode.mood), episode.mood_lasts))
        episode.mood, episode.mood_lasts = feeling.mood.value, feeling.lasts
        if conversation.audience == PUBLIC or (resumed and resumed.said_in_public):
            signals = weigh_in_public(signals, feeling.mood)
        if conversation.audience != PUBLIC:  # there the bot answers nothing that could fail
            signals = (*signals, *judge_conversation(gather_facts(said, signals, heard, episode)))
        return Turn(
            session,
            conversation,
            message,
            episode,
            fresh,
            self._book,
            replace(voice, mood=feeling.mood),
            signals=tuple(signals),
            words=words,
            resumed=resumed,
        )

    async def _decide(
        self, turn: Turn, signals: Sequence[Signal], reason: HandoffReason | None = None
    ) -> Decision:
        """Have the policy decide; what is at stake is looked up only when it may matter."""
        failures = turn.episode.failures
        at_stake = 0
        if signals or failures or reason:
            at_stake = await queries.sum_open_orders(turn.session, turn.conversation.customer_id)
        worth = 0
        if any(signal.name is SignalName.LEAVING for signal in signals):
            worth = await sum_orders(turn.session, turn.conversation.customer_id)
        return decide(signals, PolicyContext(failures, reason, at_stake, worth), self._policy)

    async def _ask(self, turn: Turn) -> Applied:
        """Have the message answered; return what actions asked for and the policy must weigh."""
        meaning = await _interpret(turn)
        if isinstance(meaning, ForCustomer):
            if meaning.parts:
                await turn.say(Author.BOT, *meaning.parts, buttons=meaning.buttons)
            return Applied(meaning.handoff)
        effects: tuple[Effect, ...] = ()
        heard = await self._hear(turn, meaning)
        await _lead_in(turn)
        for reply, lead in heard:
            effects += await self._tell(turn, reply, lead)
        return await apply_effects(
            turn.session,
            effects,
            conversation=turn.conversation,
            message=turn.message,
            episode=turn.episode,
            name=turn.voice.name,
        )

    async def _hear(self, turn: Turn, meaning: ForEngine) -> list[tuple[EngineReply, Part | None]]:
        """Return each reply that is due and what leads to it, before any of them is said.

        An engine that fails in between leaves nothing said, and the waiting request where it was.
        """
        episode = turn.episode
        before = episode.waiting, episode.last_turn_at
        try:
            asked = await agenda.plan(self._engine, episode, meaning, language=turn.voice.language)
            reply = await self._run_engine(turn, asked, turn.message.id)
            later = agenda.take_later(episode)
            if later is None or any(isinstance(one, OpenHandoff) for one in _effects_of(reply)):
                return [(reply, None)]
            again = await self._run_engine(
                turn, ForEngine(text=later), uuid5(turn.message.id, "later")
            )
        except EngineError:
            episode.waiting, episode.last_turn_at = before
            raise
        return [(reply, None), (again, Part("also_asked", {"words": later}))]

    async def _tell(self, turn: Turn, reply: EngineReply, lead: Part | None) -> tuple[Effect, ...]:
        """Say what the engine says; return what its actions want done."""
        effects = _effects_of(reply)
        replies = compose(
            reply,
            book=turn.book,
            voice=turn.voice,
            in_reply_to=turn.message.id,
            public_url=self._public_url,
            disclose=turn.fresh and lead is None and turn.resumed is None,
            lead=lead,
            sign=self._sign_link,
        )
        for new in replies:
            await turn.send(new)
        if not replies and not effects:
            await turn.say(Author.BOT, wording.EMPTY_REPLY)
            return (NoteFailure("empty_reply"),)
        await note_what_was_said(turn, replies, effects)
        return effects

    async def _run_engine(self, turn: Turn, meaning: ForEngine, message_id: UUID) -> EngineReply:
        opening = await _opening_slots(turn.session, turn.episode) if turn.fresh else {}
        manner = {
            "customer_id": str(turn.conversation.customer_id),  # another one after a merge
            "language": turn.voice.language,
            "mood": turn.voice.mood.value,
        }
        reply = await self._engine.handle(
            EngineInput(
                episode_id=turn.episode.id,
                message_id=message_id,
                text=meaning.text,
                intent=meaning.intent,
                entities=meaning.entities,
                slots={**opening, **manner},
                language=turn.voice.language,
            )
        )
        crash_point("turn.after_engine")
        # Only now has the engine the episode's opening slots, and only an engine turn can idle.
        turn.episode.last_turn_at = utc_now()
        agenda.note_form(turn.episode, reply)
        if message_id == turn.message.id:
            turn.message.intent, turn.message.confidence = reply.intent, reply.confidence
        return reply

    async def _pass_on_foreign(self, turn: Turn) -> None:
        """Say in the customer's language that we do not speak it, and bring a person who may."""
        other = load_other_languages()[turn.voice.language]
        await turn.say(Author.SYSTEM, Part(quote=other.say))
        decision = await self._decide(turn, turn.signals, HandoffReason.LANGUAGE)
        await self._open(turn, decision, {"language": other.name})
        turn.settle(MessageState.ANSWERED)
        await notify(turn.session, "message", str(turn.conversation.id))

    async def _follow(self, turn: Turn, decision: Decision, brief: dict[str, str]) -> None:
        """Do what the policy decided: nothing, one offer of a person, or the handoff itself."""
        if decision.action is Action.HAND_OVER and decision.reason is not None:
            agenda.drop_later(turn.episode)
            await turn.say(Author.SYSTEM, *wording.acknowledge_handoff(decision.reason))
            await self._open(turn, decision, brief)
        elif decision.action is Action.OFFER and not turn.episode.person_offered:
            turn.episode.person_offered = True
            await turn.say(Author.BOT, wording.OFFER, buttons=(wording.PERSON_BUTTON,))

    async def _open(self, turn: Turn, decision: Decision, brief: dict[str, str]) -> None:
        built = {**await _brief(turn, decision), **await _tell_origin(turn)}
        await handoffs.open_handoff(
            turn.session,
            conversation=turn.conversation,
            episode_id=turn.episode.id,
            decision=decision,
            brief={**built, **brief},
            now=utc_now(),
        )


async def _tell_origin(turn: Turn) -> dict[str, str]:
    """Return what the brief says of where it began, when that was in public."""
    origin = await find_origin(turn.session, turn.conversation.id)
    if origin is None:
        return {}
    told = {"public": f"{origin.words} ({origin.channel}, {origin.place})"}
    return told if words_of(turn.message) else {"ask": origin.words, **told}


async def _interpret(turn: Turn) -> ForEngine | ForCustomer:
    if turn.resumed is None:
        meaning = await interpret(turn.session, turn.message, words=turn.words)
        if isinstance(meaning, ForEngine) and meaning.intent == linking.INTENT:
            return ForCustomer(await linking.give_code(turn.session, turn.message))
        if isinstance(meaning, ForEngine) and meaning.intent in aftercare.INTENTS:
            return await aftercare.take(turn.session, turn.message, meaning)
        return meaning
    if turn.resumed.words is None:
        return ForCustomer(_introduce(turn, turn.resumed.parts))
    return ForEngine(text=turn.resumed.words)


async def _tell_resumed(turn: Turn) -> None:
    """Say what a link leads to where a person answers, who is not interrupted by the bot."""
    if turn.resumed is not None and turn.resumed.parts:
        await turn.say(Author.SYSTEM, *turn.resumed.parts)
    turn.settle(MessageState.WITH_HUMAN)
    await notify(turn.session, "message", str(turn.conversation.id))


async def _lead_in(turn: Turn) -> None:
    """Say what leads to the answer of a request that a start link brought along."""
    if turn.resumed is not None and turn.resumed.parts:
        await turn.say(Author.BOT, *_introduce(turn, turn.resumed.parts))


def _introduce(turn: Turn, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return (wording.DISCLOSURE, *parts) if turn.fresh else parts


def _effects_of(reply: EngineReply) -> tuple[Effect, ...]:
    return tuple(effect for said in reply.messages for effect in parse_effects(said.custom))


async def _brief(turn: Turn, decision: Decision) -> dict[str, str]:
    """Return the case's brief, or an empty one: that a person comes must not hang on its words."""
    try:
        async with turn.session.begin_nested():
            return await build_brief(turn.session, turn.conversation, turn.episode.id, decision)
    except Exception as error:
        _log.error("turn.no_brief", message=str(turn.message.id), where=find_place(error))
        return {}


async def _opening_slots(session: AsyncSession, episode: Episode) -> dict[str, str | None]:
    """Return what the engine must know at the start of an episode."""
    context = await queries.find_customer_context(session, episode.id)
    outcome = episode.human_outcome or await find_last_outcome(session, episode.conversation_id)
    return {
        "customer_id": str(context.customer_id) if context else None,
        "customer_name": context.display_name if context else None,
        "customer_email": context.email if context else None,
        "relationship_stage": context.stage if context else "acquisition",
        "last_order_number": context.last_order_number if context else None,
        "human_outcome": outcome,
    }
