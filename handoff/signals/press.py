"""Words of journalists, and of customers who mean to bring them in."""

from handoff.signals.base import Lexicon, SignalName

LEXICON = Lexicon(
    signal=SignalName.PRESS,
    version="words-1",
    phrases={
        "journalist|journalists|reporter|reporters": 0.85,
        "call|contact|go|going|tell|write|writing|inform|email .. the|to press|"
        "newspaper|newspapers|paper|papers|media|news|tv|television|bbc": 0.85,
        "press inquiry|enquiry|office|officer|contact|statement|request|team|deadline": 0.85,
        "media inquiry|enquiry|request|contact|outlet": 0.85,
        "request|asking|ask for? .. comment|statement|interview": 0.6,
        "i|we write|work|report for|on .. newspaper|magazine|radio|tv|paper|press|news": 0.8,
        "writing|publishing|running an? article|story|piece .. about|on you|your|"
        "lumen|the|faulty|dangerous": 0.75,
        "news channel|outlet|desk|station|programme|program": 0.7,
        "consumer programme|magazine|show|column|columnist": 0.8,
    },
    unless=(
        "i|to|you|and|must press the|this|button|on|down|it|any",
        "magazine rack|racks|holder|holders|basket|table",
        "newspaper rack|holder|basket|print|prints",
        "tv stand|unit|bench|table|lamp|cabinet|board",
        "saw|read|seen .. magazine|newspaper|article",
    ),
)
