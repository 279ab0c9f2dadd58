"""Any clear wording of the wish to talk to a person."""

from handoff.signals.base import Lexicon, SignalName

_PERSON = (
    "human|person|someone|somebody|agent|employee|operator|representative|rep|manager|supervisor|"
    "advisor|adviser|colleague|people|specialist"
)
_SURE_PERSON = (
    "human|humans|person|people|agent|agents|employee|operator|representative|rep|manager|"
    "supervisor|advisor|adviser|specialist"
)
_TALK = (
    "talk|talking|speak|speaking|chat|chatting|connect|connected|connecting|transfer|transferred|"
    "switch|switched|escalate|forward|put|pass|handed|hand"
)

LEXICON = Lexicon(
    signal=SignalName.WANTS_HUMAN,
    version="words-1",
    phrases={
        f"{_TALK} me? through|over|directly? to|with|through a|an|some|your|the|another|any? "
        "real|actual|live|living|proper|human|customer|support? support|service|"
        f"care? {_PERSON}": 0.95,
        "want|wanna|need|prefer|get|give|like|demand|require|rather|have me|to|us? "
        "a|an|some|your|the|another? "
        f"real|actual|live|living|proper|human|support|service? {_SURE_PERSON}": 0.85,
        f"real|actual|living|flesh|live {_PERSON}": 0.7,
        f"is there an?|any|some? real|actual|human? {_PERSON} .. talk|help|speak|"
        "available|there|i": 0.85,
        f"can|could|may|let i|me|we .. {_TALK} .. {_SURE_PERSON}": 0.95,
        f"can|could .. {_SURE_PERSON} .. help|call|contact|look|answer|take": 0.8,
        "someone|somebody human|real": 0.85,
        "dont|not want|wanna to? talk|speak|chat|type to|with a|this|some? bot|"
        "robot|machine|computer|chatbot|ai": 0.95,
        "not|no another? bot|robot|machine|chatbot|computer": 0.7,
        "no more bot|bots|robots|machines": 0.85,
        "instead of a|this? bot|robot|machine|chatbot": 0.8,
        "stop|enough .. bot|robot|chatbot|machine": 0.6,
        "call|phone|ring me back?": 0.65,
        "call me back": 0.8,
        "speak|talk to you|customer on the? phone": 0.6,
        "speak|talk to|with customer service|support|care|services": 0.8,
        f"< {_SURE_PERSON} please|now? >": 0.95,
        f"< a|an|another {_SURE_PERSON} please|now? >": 0.95,
        "< human|live|real|actual|customer agent|person|being|support|help|"
        "operator|service please|now? >": 0.95,
        f"{_SURE_PERSON} please|pls|now": 0.8,
    },
    unless=(
        "are|is you|this|it a|an? real|actual? human|person|bot|someone",
        "human|real hair|size|sized|rights|error|wood|leather|candle",
        "per|for|one|two|three|four|six|1|2|3|4|6 .. person|people",
        "switch|switched|connect|connected .. lamp|light|bulb|bulbs|socket|wifi|bluetooth",
        "want|need|like a|an agent|person|people who|for whom",
        "delivery|the|a|another person|people|agent who|said|told|delivered|left|came",
        "estate agent|cleaning agent",
        "want|need a|an cleaning agent",
    ),
)
