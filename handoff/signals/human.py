"""Any clear wording of the wish to talk to a person."""

from handoff.signals.base import Lexicon, SignalName

_PERSON = (
    "human|person|someone|somebody|agent|employee|operator|representative|rep|manager|supervisor|"
    "advisor|adviser|colleague|people|specialist|staff"
)
_SURE_PERSON = (
    "human|humans|person|people|agent|agents|employee|operator|representative|rep|manager|"
    "supervisor|advisor|adviser|specialist"
)
_TALK = (
    "talk|speak|chat|deal|connect|connected|transfer|transferred|switch|switched|escalate|"
    "forward|put|pass|handed|hand"
)
_TALKING = "talking|speaking|chatting|dealing"
_BOT = "bot|bots|robot|robots|machine|machines|computer|chatbot|ai"
_REAL = "real|actual|live|living|proper|human"
_A = "a|an|some|your|the|another|any"

LEXICON = Lexicon(
    signal=SignalName.WANTS_HUMAN,
    version="words-1",
    phrases={
        f"{_TALK} me? through|over|directly? to|with|through {_A}? "
        f"{_REAL}|customer|support? support|service|care? {_PERSON}": 0.95,
        f"prefer|rather|like|want|consider to? {_TALKING} to|with {_A}? {_REAL}? {_PERSON}": 0.9,
        f"want|wanna|need|prefer|get|give|like|demand|require|rather|have me|to|us? {_A}? "
        f"{_REAL}|support|service? {_SURE_PERSON}": 0.85,
        f"{_REAL} {_PERSON}": 0.7,
        "someone|somebody human|real|call": 0.8,
        f"is there {_A}? {_REAL}? {_PERSON} .. talk|help|speak|available|there|i": 0.85,
        "is somebody|someone there": 0.7,
        f"can|could|may|let i|me|we .. {_TALK} .. {_SURE_PERSON}": 0.95,
        f"can|could .. {_SURE_PERSON} .. help|call|contact|look|answer|take": 0.8,
        f"have|get|let|ask {_A}? {_PERSON} .. contact|call|phone|write|answer|help me|us": 0.85,
        f"dont|not want|wanna to? talk|speak|chat|type|deal to|with a|this|some? {_BOT}": 0.95,
        f"not|no a|another|more? {_BOT}": 0.7,
        f"instead of a|this? {_BOT}": 0.8,
        f"stop|enough .. {_BOT}": 0.6,
        "call|phone|ring me|us back": 0.85,
        "call|phone|ring me please|today|tomorrow|now": 0.7,
        "speak|talk to|with you|customer on the? phone": 0.6,
        "speak|talk|chat|through|connect|transfer|put me? to|with|through customer "
        "service|support|care|services": 0.85,
        "speak|talk|chat to|with .. in charge": 0.9,
        "someone|somebody from the|your|customer team|staff|support|company|service": 0.8,
        "live chat": 0.65,
        "call centre|center": 0.7,
        f"< {_SURE_PERSON} please|now? >": 0.95,
        f"< {_A} {_SURE_PERSON} please|now? >": 0.95,
        f"< {_REAL}|customer agent|person|being|support|help|operator|service please|now? >": 0.95,
        "< support|service|customer team|staff|support|service please|now? >": 0.9,
        f"{_SURE_PERSON} please|pls|now": 0.8,
    },
    unless=(
        f"the|my|our|that chat|talk with|to {_A}? {_REAL}? {_PERSON}",
        f"am|are|is|was .. a|an? {_REAL}? human|person|someone|agent|people|bot",
        f"am|are|is i|you|this|it|wick|they {_TALKING} .. {_REAL}? human|person|someone|agent",
        f"you|youre|your|is are? not a {_BOT}",
        "human hair|size|sized|rights|error|candle",
        "live lamp|plant|plants|wood",
        "per|for|one|two|three|four|six|1|2|3|4|6 .. person|people",
        "switch|switched|connect|connected .. lamp|light|bulb|bulbs|socket|wifi|bluetooth",
        "want|need|like a|an agent|person|people who|for whom",
        "delivery|the|a|another person|people|agent who|said|told|delivered|left|came",
        "want|need a|an? estate|cleaning|bleaching agent",
        "estate|cleaning|bleaching agent",
    ),
)
