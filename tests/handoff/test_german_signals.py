"""Signals in German: what raises one, and what must not, in either language."""

import pytest

from handoff.signals import SignalName, detect

HAND_OVER = {
    SignalName.SAFETY: 0.5,
    SignalName.LEGAL_THREAT: 0.55,
    SignalName.FRAUD: 0.55,
    SignalName.PRESS: 0.6,
    SignalName.PUBLIC_REPUTATION: 0.55,
    SignalName.CHURN: 0.55,
    SignalName.STRONG_ANGER: 0.5,
    SignalName.WANTS_HUMAN: 0.6,
    SignalName.VULNERABLE: 0.5,
}

RAISED = [
    ("die lampe hat funken gesprüht", SignalName.SAFETY),
    ("Der Stecker riecht verbrannt", SignalName.SAFETY),
    ("hab einen stromschlag bekommen", SignalName.SAFETY),
    ("sie hat feuer gefangen!!", SignalName.SAFETY),
    ("die stehlampe brennt", SignalName.SAFETY),
    ("der lampenschirm ist geschmolzen und es qualmt", SignalName.SAFETY),
    ("ich will nicht mehr leben", SignalName.SAFETY),
    ("ich bringe mich um", SignalName.SAFETY),
    ("Ich möchte einfach nur noch sterben", SignalName.SAFETY),
    ("mein anwalt meldet sich bei ihnen", SignalName.LEGAL_THREAT),
    ("dann gehe ich zur Verbraucherzentrale", SignalName.LEGAL_THREAT),
    ("ich behalte mir rechtliche schritte vor", SignalName.LEGAL_THREAT),
    ("wir sehen uns vor gericht", SignalName.LEGAL_THREAT),
    ("ich verklage euch", SignalName.LEGAL_THREAT),
    ("ich werde anzeige erstatten", SignalName.LEGAL_THREAT),
    ("mein konto wurde gehackt", SignalName.FRAUD),
    ("jemand hat mit meiner karte bezahlt", SignalName.FRAUD),
    ("das habe ich nie bestellt", SignalName.FRAUD),
    ("unbekannte abbuchung auf meinem konto", SignalName.FRAUD),
    ("ich gehe damit an die presse", SignalName.PRESS),
    ("Ich bin Journalistin und recherchiere", SignalName.PRESS),
    ("ich poste das auf instagram", SignalName.PUBLIC_REPUTATION),
    ("ihr kriegt eine miese bewertung", SignalName.PUBLIC_REPUTATION),
    ("nie wieder bestelle ich bei euch", SignalName.CHURN),
    ("ihr habt eine kundin verloren", SignalName.CHURN),
    ("ich bin stinksauer", SignalName.STRONG_ANGER),
    ("das ist eine bodenlose Frechheit", SignalName.STRONG_ANGER),
    ("ich hab die schnauze voll von dem saftladen", SignalName.STRONG_ANGER),
    ("ich moechte mit einem menschen sprechen", SignalName.WANTS_HUMAN),
    ("mitarbeiter bitte", SignalName.WANTS_HUMAN),
    ("Verbinden Sie mich mit einem Kundenberater", SignalName.WANTS_HUMAN),
    ("ich will nicht mit einem bot reden", SignalName.WANTS_HUMAN),
    ("rufen sie mich bitte zurück", SignalName.WANTS_HUMAN),
    ("mein mann ist letzte woche gestorben", SignalName.VULNERABLE),
    ("Meine Mutter ist tot", SignalName.VULNERABLE),
    ("ich sitze im rollstuhl", SignalName.VULNERABLE),
]

ORDINARY = [
    "wo ist meine bestellung LL-10042",
    "die lampe brennt nicht mehr",
    "die birne ist durchgebrannt",
    "brennt das licht die ganze nacht lange genug?",
    "bist du ein mensch?",
    "spreche ich mit einem echten menschen",
    "sitzt da ein echter mensch",
    "hat schon jemand aus dem team geantwortet",
    "meine letzte bestellung war sehr schön",
    "wie kann ich mein konto löschen?",
    "ich brauche keinen anwalt, nur eine rechnung",
    "welche kissen zum dunkelgrünen sofa",
    "sind die kerzen gefährlich",
    "a brand new lamp, a gift for my tot",
    "der teppich passt nicht, ich möchte ihn zurückgeben",
    "ich möchte die vorhänge umtauschen",
    "bitte kündigen sie den newsletter",
    "kann man die lampe dimmen?",
    "die farbe gefällt mir nicht",
    "wie lange dauert der versand nach österreich",
]


@pytest.mark.parametrize(("text", "name"), RAISED)
def test_german_words_raise_the_signal(text: str, name: SignalName):
    scores = {signal.name: signal.score for signal in detect(text)}
    assert scores.get(name, 0.0) >= HAND_OVER[name]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_bring_nobody(text: str):
    assert [s for s in detect(text) if s.score >= HAND_OVER[s.name]] == []
