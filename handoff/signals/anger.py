"""Words of strong anger, and shouting."""

import re

from handoff.signals.base import Lexicon, SignalName

LEXICON = Lexicon(
    signal=SignalName.STRONG_ANGER,
    version="words-1",
    phrases={
        "furious|livid|outraged|enraged|fuming|seething": 0.85,
        "absolutely|totally|completely|utterly|bloody|fucking useless|ridiculous|"
        "unacceptable|disgusting|disgraceful|terrible|awful|pathetic|appalling": 0.85,
        "disgusting|disgrace|disgraceful|outrageous|outrage|appalling|shameful": 0.65,
        "unacceptable|ridiculous|pathetic": 0.5,
        "worst .. ever|shop|service|company|experience|customer|support": 0.7,
        "worst": 0.35,
        "sick and tired": 0.8,
        "sick|tired|fed of|up .. you|your|this|with|of": 0.6,
        "fed up": 0.6,
        "angry|mad|pissed": 0.55,
        "so|very|really|extremely|incredibly angry|mad|upset|annoyed|frustrated|disappointed": 0.6,
        "hate|hating you|your|this|lumen|dealing": 0.65,
        "how dare you": 0.9,
        "what the hell|fuck|heck": 0.75,
        "wtf": 0.65,
        "fuck|fucking|fucked": 0.7,
        "shit|shitty|bullshit|crap|crappy|arse|asshole|bastards|idiots|morons|damn": 0.6,
        "is|are|what a joke": 0.6,
        "liars|lying|lied|thieves|crooks|incompetent|clowns": 0.65,
        "stop wasting my time": 0.75,
        "waste|wasting .. of? my|our time": 0.55,
        "third|fourth|fifth|tenth|hundredth time": 0.45,
        "useless": 0.4,
        "rubbish|garbage|trash service|company|shop|support|bot|answer|product|quality": 0.6,
    },
    unless=(
        "mad about",
        "the lamp|lamps is|was|were lying",
        "lying on|in|around|flat|down|under|there",
        "rubbish|garbage|trash bin|bins|bag|bags|can",
        "worst case",
        "third|fourth|fifth time i|we .. order|buy|happy|lucky",
    ),
)

_CAPITALS = re.compile(r"\b[A-Z]{3,}\b")
_ANY_WORD = re.compile(r"\b[^\W\d_]{3,}\b")
_FEWEST_WORDS = 4
_SHARE = 0.7


def is_shouted(text: str) -> bool:
    """Return whether most words of a sentence-long text are written in capitals."""
    longer = _ANY_WORD.findall(text[:2000])
    shouted = _CAPITALS.findall(text[:2000])
    return len(longer) >= _FEWEST_WORDS and len(shouted) >= _SHARE * len(longer)
