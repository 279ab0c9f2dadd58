"""Words of somebody about to tell the public."""

from handoff.signals.base import Lexicon, SignalName

LEXICON = Lexicon(
    signal=SignalName.PUBLIC_REPUTATION,
    version="words-1",
    phrases={
        "go|going|went|gone viral": 0.85,
        "post|posting|posted|share|sharing|shared|put|tell|tweet|tweeting .. on|to "
        ".. twitter|facebook|instagram|tiktok|reddit|youtube|linkedin|x|socials|"
        "internet|online": 0.75,
        "on|all|over .. social media": 0.7,
        "my|our .. followers|subscribers": 0.85,
        "tell|telling everyone|everybody|all|the|my .. friends|know|about|world|how|internet": 0.55,
        "everyone|everybody will know|hear": 0.7,
        "bad|negative|terrible|one|1|honest|scathing|damning star? review|reviews": 0.65,
        "trustpilot": 0.65,
        "leave|leaving|write|writing|post|posting|left|wrote .. review|reviews": 0.5,
        "name and shame": 0.9,
        "expose|exposing you|your|this|them|lumen": 0.75,
        "warn|warning everyone|everybody|people|others|friends": 0.75,
        "public shaming|outcry|apology": 0.75,
        "boycott|boycotting": 0.85,
        "petition": 0.6,
        "influencer|blogger|youtuber|tiktoker|streamer": 0.5,
    },
    unless=(
        "good|great|nice|positive|lovely|five|5|kind|happy .. review",
        "where|how|can|could|may do|can|i .. leave|write|post .. review",
        "read|reading|saw|seen .. review|reviews|trustpilot|instagram",
        "saw .. on|posted instagram|tiktok|pinterest|facebook",
    ),
)
