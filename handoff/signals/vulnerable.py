"""Words of a customer in circumstances that ask for special care."""

from handoff.signals.base import Lexicon, SignalName

_RELATIVE = (
    "husband|wife|partner|mother|father|mum|mom|dad|son|daughter|child|brother|sister|parent"
)

LEXICON = Lexicon(
    signal=SignalName.VULNERABLE,
    version="words-1",
    phrases={
        f"my|our late? {_RELATIVE} .. died|dies|passed|deceased|dead|dying": 0.95,
        "passed away": 0.75,
        "bereaved|bereavement|widow|widowed|widower|funeral": 0.8,
        "cancer|chemotherapy|chemo|dementia|alzheimers|terminally": 0.75,
        "in|from|to|leaving hospital|hospice": 0.5,
        "disabled|disability|wheelchair|blind|deaf": 0.55,
        "mental health|illness|breakdown": 0.8,
        "depressed|depression|anxiety|panic attack|attacks": 0.55,
        "pensioner|carer|care home": 0.5,
        "cant|cannot afford|pay": 0.5,
        "lost my|our job|home|house|baby": 0.75,
        "homeless|bankrupt|bankruptcy|insolvent|debt|debts|evicted": 0.6,
        "no money left|for food|rent": 0.8,
        "domestic violence|abuse": 0.95,
        "abusive partner|husband|wife|ex|relationship": 0.95,
        "im|am so|very? scared|afraid|desperate": 0.6,
        "desperate|desperately": 0.35,
    },
    unless=(
        "blind|blinds cord|fitting|fabric|roller|roman|venetian",
        "roller|roman|venetian|window|cordless|a|the|this blind|blinds",
        "wheelchair accessible|access|friendly",
        "donate|donation|charity .. cancer",
    ),
    negatable=False,
)
