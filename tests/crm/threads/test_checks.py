"""What is never said in public: any talk of compensation, in English and German, and personal data.

Every sentence is our own; the ones that may be said are near misses of those that may not.
"""

import pytest

from crm.threads.checks import Fault, find_fault

COMPENSATION = [
    "We will refund the lamp today.",
    "Your REFUND is on its way!",
    "It has been re-funded already.",
    "A re\u200bfund will follow.",
    "You will get your m*oney b*ack.",
    "r e f u n d granted, have a look.",
    "We would like to offer you a voucher.",
    "Here is a 10 % off code for your trouble.",
    "Enjoy 15 percent off your next order.",
    "There is a discount waiting for you.",
    "We have credited your account.",
    "We can credit you for the delay.",
    "As a goodwill gesture we will do something.",
    "A small gesture from us is coming.",
    "We will compensate you for this.",
    "Full compensation, of course!",
    "I can reimburse the postage.",
    "Take 20 EUR off and we are even.",
    "That is €20 for you.",
    "Would £5 help?",
    "We will send you twenty euros.",
    "A gift card should be with you tomorrow.",
    "Have a free lamp on the house.",
    "The next one is on us.",
    "We will replace it for free.",
    "Replacing it costs nothing: free of charge.",
    "The repair comes at no cost.",
    "We have waived the fee.",
    "Let us make it up to you.",
    "We will pay you back.",
    "You will have your money by Friday.",
    "Store credit has been added.",
    "We are happy to cover the cost of the electrician.",
    "You get it half price.",
    "There are 500 bonus threads for you.",
    "Please take this coupon.",
    "We agreed a price reduction.",
    "Cashback is possible.",
    "Wir erstatten Ihnen die Lampe.",
    "Die Erstattung ist unterwegs.",
    "Die Rückerstattung ist schon veranlasst.",
    "Die Rueckerstattung läuft.",
    "Sie bekommen Ihr Geld zurück.",
    "Wir zahlen Ihnen das zurück, die Rückzahlung läuft.",
    "Wir möchten Ihnen einen Gutschein schenken.",
    "Als Entschädigung haben wir etwas für Sie.",
    "Wir entschädigen Sie gern.",
    "Aus Kulanz tauschen wir die Lampe.",
    "Wir sind da kulant.",
    "Sie erhalten eine Gutschrift.",
    "Wir schreiben Ihnen den Betrag gut.",
    "Der Betrag wurde gutgeschrieben.",
    "Es gibt 10 % Rabatt.",
    "Ein Preisnachlass ist möglich.",
    "Mit einem Nachlaß wäre es gut?",
    "Das machen wir wieder gut.",
    "Wir würden das gern wiedergutmachen.",
    "Der Ersatz ist gratis.",
    "Sie bekommen sie kostenlos.",
    "Das gibt es umsonst.",
    "Wir leisten Schadensersatz.",
    "Wir kommen Ihnen gern entgegen.",
    "Wir übernehmen die Kosten.",
    "Die Kosten dafür übernehmen wir selbst.",
    "Als kleines Geschenk von uns.",
    "Das geht aufs Haus.",
    "Sie bekommen 200 Punkte extra.",
    "Wir legen 25 Euro drauf.",
    "Zum halben Preis?",
]
HARMLESS = [
    "I am sorry to read this, let us talk about it in private.",
    "Thank you for telling us; a colleague is looking at it.",
    "Please feel free to write to us at any time.",
    "We have free delivery within the EU.",
    "Returns are possible within 30 days, and free returns are the rule.",
    "Are you free on Monday afternoon?",
    "You are free to choose the shade yourself.",
    "The paint is lead-free.",
    "We make our lamps in a small workshop.",
    "Your patience means a lot to us.",
    "The dispatch centre is closed on 24.12.2026.",
    "We open again on 2026-12-27 10:00.",
    "There are 2 points we would like to clear up with you.",
    "The shade is 100 % linen.",
    "You can count on us.",
    "We have found out what went wrong with the parcel.",
    "A new lamp is on its way.",
    "Shipping damages are rare, and we are sorry about this one.",
    "Es tut uns leid, das zu lesen.",
    "Bitte schreiben Sie uns privat, dort können wir helfen.",
    "Wir bitten um Entschuldigung für das Hin und Her.",
    "Der Versand dauert drei Tage.",
    "Eine Geschenkverpackung ist möglich.",
    "Danke für Ihre Geduld.",
    "Die Lampe ist wieder gut lieferbar.",
    "Unser Kollege meldet sich bei Ihnen.",
    "Schreiben Sie gern an help@lumenandloom.example.",
]
PERSONAL = [
    ("Your order LL-10042 is on its way.", "order number"),
    ("Order ll 10042 has left us.", "order number"),
    ("We have written to ada@example.org.", "e-mail address"),
    ("Is +49 30 1234567 still your number?", "telephone number"),
    ("We called 0170 1234567 twice.", "telephone number"),
    ("The IBAN DE89 3704 0044 0532 0130 00 was wrong.", "bank account"),
    ("We charged 4111 1111 1111 1111 by mistake.", "card number"),
    ("It went to 12 Candle Street instead.", "address"),
    ("Es ging an die Lampenstraße 5.", "address"),
    ("Es ging an den Alten Weg 12 b.", "address"),
    ("Wir liefern nach 10115 Berlin.", "address"),
    ("Your post code SW1A 1AA is served.", "address"),
]


@pytest.mark.parametrize("text", COMPENSATION)
def test_compensation_is_never_mentioned_in_public(text):
    found = find_fault(text)
    assert found is not None
    assert found.fault is Fault.COMPENSATION
    assert found.words in found.sentence


@pytest.mark.parametrize("text", HARMLESS)
def test_what_may_be_said_is_not_refused(text):
    assert find_fault(text) is None


@pytest.mark.parametrize(("text", "kind"), PERSONAL)
def test_personal_data_is_refused_by_its_kind_and_not_repeated(text, kind):
    found = find_fault(text)
    assert found is not None
    assert (found.fault, found.words) == (Fault.PERSONAL, kind)


def test_the_customers_surname_is_not_said_where_others_read_along():
    found = find_fault("Dear Mrs Lovelace, we are sorry.", names=("Ada Lovelace",))
    assert found is not None
    assert found.fault is Fault.PERSONAL


@pytest.mark.parametrize("name", ["Ada Lovelace", "Wick", "Will Li", "Will"])
def test_first_names_and_common_words_are_no_surnames(name):
    assert find_fault("Hello Ada, we will see to it; I am Wick.", names=(name,)) is None
