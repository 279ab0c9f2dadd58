"""A rating: the score out of the customer's words, a reason if they give one, thanks.

A low score brings an offer of a person at once; nobody is asked to reconsider.
"""

from actions import effects
from actions.journeys.model import Ending, Journey, Option, Reading, Scene, Step, Wrong
from actions.journeys.readers import read_text
from actions.journeys.steps import TROUBLE
from actions.journeys.words import means_another, says_no
from actions.scores import Score, parse_score
from actions.speech import PERSON, Button, Phrase

# Beside the score, this many words are a reason and need not be asked for.
REASON_WORDS = 3
NO_REASON = "none"
_SHORT = 3
_SCORING = frozenset({"give_rating", "correct_previous"})
_POINTS = tuple(Option(f"csat {n} 5", title=str(n)) for n in range(1, 6))


def _keep(score: Score) -> str:
    return f"{score.kind} {score.points} {score.scale}"


def _find_score(scene: Scene) -> Score | None:
    kind, points, scale = (scene.values.get("score") or "- - -").split()
    return Score(kind, int(points), int(scale)) if points.isdigit() else None


def _read_score(scene: Scene) -> Reading:
    pressed = scene.heard.entity("option")
    if pressed is not None:
        return pressed if any(pressed == each.value for each in _POINTS) else None
    score = parse_score(scene.heard.text)
    if score is None:
        return None
    return _keep(score) if score.is_possible else Wrong(Phrase("not_a_score"))


def _notice_score(scene: Scene) -> str | None:
    score = parse_score(scene.heard.text)
    return _keep(score) if score is not None and score.is_possible else None


def _read_reason(scene: Scene) -> Reading:
    heard = scene.heard
    short = len(heard.text.split()) <= _SHORT
    if heard.intent == "deny" or (short and says_no(heard.text)):
        return NO_REASON
    if _gives_another_score(scene):
        return None
    return read_text(least_words=1)(scene)


def _gives_another_score(scene: Scene) -> bool:
    """ "Sorry, 8 out of 10": no reason, but the score again, with few words beside it."""
    score = parse_score(scene.heard.text)
    if score is None or not score.is_possible or _keep(score) == scene.values.get("score"):
        return False
    few = len(score.rest.split()) < REASON_WORDS or means_another(scene.heard.text)
    return few and scene.heard.intent in _SCORING


def _notice_reason(scene: Scene) -> str | None:
    """The words beside the score are the reason: "a 3, slow delivery"."""
    heard = scene.heard
    if heard.intent == "correct_previous" or means_another(heard.text):
        return None  # "no, I meant 3 out of 5" gives no reason
    score = parse_score(heard.text)
    told = score.rest.split() if score is not None else []
    return heard.text if len(told) >= REASON_WORDS else None


def _thank(scene: Scene) -> Ending:
    score = _find_score(scene)
    if score is None:
        raise LookupError("no score in this scene")
    reason = scene.values.get("comment")
    comment = None if reason == NO_REASON else reason
    effect = effects.record_rating(
        score.kind, score=score.points, scale=score.scale, comment=comment
    )
    told = {"points": score.points, "scale": score.scale}
    if score.is_low:
        said = Phrase("rating_low", told)
        return Ending((said,), buttons=(PERSON,), effects=(effect,), offers="person")
    return Ending((Phrase("rating_thanks", told),), effects=(effect,))


RATING = Journey(
    form="rating_form",
    intents=frozenset({"give_rating"}),
    steps=(
        Step(
            slot="score",
            ask=lambda _scene: (Phrase("ask_score"),),
            read=_read_score,
            notice=_notice_score,
            options=lambda _scene: _POINTS,
            wrong="not_a_score",
        ),
        Step(
            slot="comment",
            ask=lambda _scene: (Phrase("ask_score_reason"),),
            read=_read_reason,
            notice=_notice_reason,
            buttons=(Button("/deny", key="button_no_reason"),),
            free_text=True,
        ),
    ),
    complete=_thank,
    akin=TROUBLE,
)
