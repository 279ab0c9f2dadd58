"""Words of somebody who wants a binding promise, a payment or an exception from the bot."""

from handoff.signals.base import Lexicon, SignalName

_SURELY = "guarantee|promise|assure|swear|vow"

LEXICON = Lexicon(
    signal=SignalName.PROMISE,
    version="words-1",
    phrases={
        f"can|could|do|will|please|to you? {_SURELY} me|that|it|this|us": 0.75,
        f"< {_SURELY} me|that|us": 0.75,
        "give me|us your word": 0.85,
        "have|need your word": 0.8,
        "is that a promise": 0.8,
        "in writing": 0.5,
        "written confirmation|guarantee|promise": 0.65,
        "confirm .. in writing": 0.75,
        "binding date|promise|commitment|confirmation": 0.75,
        "compensation|compensate|reimburse|reimbursement": 0.55,
        "goodwill": 0.7,
        "make an exception": 0.8,
        "waive": 0.65,
        "pay|paying for my|our|the damage|damages|time|day|trouble|floor|carpet|cleaning": 0.65,
        "off|voucher|discount|money for .. my|the trouble|inconvenience|delay|wait|waiting": 0.7,
        "make up for": 0.6,
        "rely|count on it|that|you": 0.4,
    },
    unless=("compensation of? co2", "do you compensate co2|emissions"),
    negatable=False,
)
