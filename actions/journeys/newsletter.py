"""Getting the newsletter: an address, the words of the consent, and a clear yes to them."""

from actions import effects
from actions.journeys.contact import email_step, tell_address
from actions.journeys.model import Ending, Journey, Scene
from actions.journeys.steps import confirmation
from actions.speech import Phrase

# The customer says yes to exactly these words; their key is kept with the consent.
CONSENT = "newsletter_consent"


def _subscribe(scene: Scene) -> Ending:
    told = tell_address(scene)
    consent = effects.set_consent("newsletter", granted=True, wording=CONSENT, **told)
    return Ending((Phrase("newsletter_done", told),), effects=(consent,))


NEWSLETTER = Journey(
    form="newsletter_form",
    intents=frozenset({"subscribe_newsletter"}),
    steps=(email_step("ask_newsletter_email"), confirmation(CONSENT, tell_address)),
    complete=_subscribe,
)
