"""The customer's account: getting into it again, and closing it for good."""

from actions import effects
from actions.journeys.contact import ADDRESS, email_step, tell_address
from actions.journeys.model import Ending, Journey, Option, Reading, Scene, Step
from actions.journeys.readers import NO, YES, notice_story, read_text, read_yes_no
from actions.journeys.requests import file_request
from actions.journeys.steps import choice, confirmation
from actions.journeys.words import says_no
from actions.speech import NO as NO_BUTTON
from actions.speech import YES as YES_BUTTON
from actions.speech import Button, Phrase

PASSWORD, MAIL, LOCKED, PHONE, MISUSED = "password", "mail", "locked", "phone", "misused"
# A first message this long already tells why they leave.
STORY_WORDS = 9
NOT_TOLD = "not told"
_SHORT = 3
_WORKS = {"helped": YES, "not_helped": NO}
_TROUBLES = (
    Option(
        PASSWORD,
        "option_password",
        words=("password", "forgot", "passwort", "kennwort", "vergessen"),
    ),
    Option(
        MAIL,
        "option_no_mail",
        words=(
            *("never arriv", "not arriv", "doesn't come", "does not come", "no mail"),
            *("no email", "keine mail", "keine e-mail", "keine email", "kommt nicht"),
            *("kommt keine", "nicht angekommen"),
        ),
    ),
    Option(
        LOCKED,
        "option_locked",
        words=("locked", "blocked", "gesperrt", "blockiert", "too many", "zu oft", "zu viele"),
    ),
    Option(
        PHONE,
        "option_lost_codes",
        words=(
            *("two-step", "two step", "authenticator", "lost my phone", "new phone"),
            *("code", "anmeldecode", "neues handy", "handy verloren", "handy weg", "zweifaktor"),
        ),
    ),
    Option(
        MISUSED,
        "option_misused",
        words=(
            *("hacked", "somebody", "someone", "stolen", "gehackt", "jemand", "fremde"),
            *("missbrauch", "war ich nicht", "not me", "did not make"),
        ),
    ),
)


def _tried(scene: Scene) -> bool:
    """Lost codes need a person anyway; for the rest there is something to try first."""
    return scene.values.get("trouble") in {PASSWORD, MAIL, LOCKED}


def _read_whether_it_works(scene: Scene) -> Reading:
    """Take "it works now" and "still not" like a yes and a no."""
    return _WORKS.get(scene.heard.intent) or read_yes_no(scene)


def _gate_access(scene: Scene) -> Ending | None:
    if scene.values.get("trouble") == MISUSED:
        return Ending(effects=(effects.open_handoff("fraud", what_happened=scene.heard.text),))
    if scene.values.get("works") == YES:
        return Ending((Phrase("access_works"),))
    return None


def _ask_for_help(scene: Scene) -> Ending:
    details = {"trouble": scene.values.get("trouble"), ADDRESS: scene.values.get(ADDRESS)}
    return file_request(scene, "account_access", "access_done", details=details)


ACCOUNT_ACCESS = Journey(
    form="account_access_form",
    intents=frozenset({"account_access"}),
    steps=(
        choice("trouble", "ask_access_trouble", *_TROUBLES),
        Step(
            slot="works",
            ask=lambda scene: (
                Phrase(f"access_try_{scene.values.get('trouble')}"),
                Phrase("ask_access_works", paragraph=True),
            ),
            read=_read_whether_it_works,
            answered_by=frozenset(_WORKS),
            buttons=(YES_BUTTON, NO_BUTTON),
            needed=_tried,
            of=("trouble",),
            wrong="say_yes_or_no",
        ),
        email_step("ask_account_email", needed=lambda s: s.values.get("works") != YES),
    ),
    gate=_gate_access,
    complete=_ask_for_help,
)


def _read_reason(scene: Scene) -> Reading:
    """Take any words; a plain no means that they would rather not say."""
    heard = scene.heard
    short = len(heard.text.split()) <= _SHORT
    if heard.intent == "deny" or (short and says_no(heard.text)):
        return NOT_TOLD
    return read_text(least_words=1)(scene)


def _say_goodbye(scene: Scene) -> Ending:
    """Open the request and tell the policy, which decides whether a person speaks to them."""
    reason = scene.values.get("reason", NOT_TOLD)
    details = {"reason": reason, ADDRESS: scene.values.get(ADDRESS)}
    ending = file_request(scene, "close_account", "close_done", details=details)
    return Ending(ending.parts, effects=(*ending.effects, effects.report_leaving(reason)))


CLOSE_ACCOUNT = Journey(
    form="close_account_form",
    intents=frozenset({"close_account"}),
    steps=(
        Step(
            slot="reason",
            ask=lambda _scene: (Phrase("ask_close_reason"),),
            read=_read_reason,
            notice=notice_story(STORY_WORDS),
            buttons=(
                Button("/deny", key="button_no_reason"),
                Button("/stop_messages", key="button_stop_messages"),
            ),
            free_text=True,
        ),
        email_step("ask_account_email"),
        confirmation("ask_confirm_close", tell_address),
    ),
    complete=_say_goodbye,
    akin=frozenset({"complain", "insult", "payment_problem", "track_order", "refund_status"}),
)
