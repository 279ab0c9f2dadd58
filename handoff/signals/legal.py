"""Words of somebody who threatens with the law or a regulator."""

from handoff.signals.base import Lexicon, SignalName

LEXICON = Lexicon(
    signal=SignalName.LEGAL_THREAT,
    version="words-1",
    phrases={
        "my|our|a|his|her|the? lawyer|lawyers|solicitor|solicitors|attorney|barrister": 0.7,
        "lawyer|lawyers|solicitor|solicitors|attorney|attorneys": 0.6,
        "legal action|proceedings|steps|advice|counsel|letter|claim|team|consequences": 0.8,
        "take|taking|taken .. legal": 0.7,
        "take|taking|see|seeing you|lumen .. to|in court": 0.95,
        "see you in court": 0.95,
        "go|going|went to court": 0.8,
        "small claims": 0.85,
        "sue|suing you|them|lumen|your|the|for|over|this|if": 0.9,
        "will|ill|going|gonna|to|could|can|must sue|litigate": 0.85,
        "file|filing|filed|lodge|start|starting a? lawsuit|suit|litigation": 0.9,
        "lawsuit": 0.75,
        "class action": 0.9,
        "consumer protection|rights|ombudsman|tribunal|watchdog|council|court|authority": 0.55,
        "trading standards": 0.8,
        "ombudsman": 0.75,
        "court order|case|claim|summons|papers": 0.8,
        "cease and desist": 0.9,
        "report|reporting|reported you|lumen|this .. to|with .. regulator|"
        "authorities|ombudsman": 0.8,
        "data protection authority|commissioner|complaint": 0.8,
        "breach of contract": 0.8,
        "against the law": 0.6,
        "illegal|unlawful": 0.45,
        "press|pressing charges": 0.7,
    },
    unless=(
        "tennis court",
        "food court",
        "the|a|an? lawyer|attorney|barrister bookcase|bookcases|lamp|lamps|desk|style|table",
        "what|which|know|about .. consumer rights",
    ),
)
