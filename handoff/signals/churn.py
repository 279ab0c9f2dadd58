"""Words of a customer about to leave for good."""

from handoff.signals.base import Lexicon, SignalName

LEXICON = Lexicon(
    signal=SignalName.CHURN,
    version="words-1",
    phrases={
        "never .. again order|buy|buying|shop|ordering": 0.8,
        "never .. order|buy|buying|shop|shopping|use|ordering|purchase .. again": 0.85,
        "never .. order|buy|shop|purchase anything|from|here|with": 0.7,
        "wont|not be? .. buying|ordering|shopping|back|returning|buy|order|come .. "
        "again|anymore|back|here": 0.75,
        "last|final time|order|purchase i|we|ill|with|from|ever .. buy|order|shop|"
        "use|you|lumen|make": 0.7,
        "lost|losing|lose a|me|your|us as? .. customer": 0.9,
        "close|closing|delete|deleting|cancel|cancelling|deactivate|terminate|"
        "remove my|our|the account|membership|profile": 0.7,
        "cancel|cancelling|leave|leaving|quit|quitting .. thread|threads|loyalty "
        "club|programme|program|membership": 0.75,
        "cancel everything|all": 0.6,
        "switch|switching|go|going|move|moving .. to .. competitor|competitors|competition": 0.85,
        "take|taking my|our business|money|custom elsewhere": 0.9,
        "shop|buy|order|shopping|buying|go|going|move|moving elsewhere": 0.75,
        "done with you|lumen|this|your": 0.75,
        "had enough of|with you|your|lumen|this": 0.7,
        "leaving you|lumen for": 0.7,
        "unsubscribe|unsubscribing .. everything|all": 0.5,
    },
    unless=(
        "how|where|can|could|may|possible|when .. close|delete|cancel|remove|leave my|the "
        "loyalty|thread? account|membership|profile|club|programme",
        "last order .. arrived|delivered|was|is",
    ),
    negatable=False,
)
