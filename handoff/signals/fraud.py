"""Words of fraud, theft and accounts in the wrong hands."""

from handoff.signals.base import Lexicon, SignalName

LEXICON = Lexicon(
    signal=SignalName.FRAUD,
    version="words-1",
    phrases={
        "fraud|fraudulent|fraudster|fraudsters": 0.8,
        "scam|scammed|scammer|scammers|scamming|swindled|swindle": 0.65,
        "phishing|phished": 0.8,
        "identity theft": 0.95,
        "stole|stolen|steal|stealing .. card|identity|money|account|details|password|data": 0.85,
        "stolen": 0.5,
        "hacked|hack|hacking|hacker|hackers": 0.75,
        "account .. been|was|is|got compromised|hijacked|taken": 0.9,
        "compromised": 0.5,
        "unauthorised|unauthorized": 0.75,
        "somebody|someone|anybody else|has|is|was|used|logged|ordered .. my card|"
        "account|name|login": 0.8,
        "somebody|someone else? .. ordered|logged|bought|changed": 0.7,
        "did|do|have not|never .. order|ordered|place|placed|make|made|recognise|"
        "recognize .. this|that|it|these": 0.4,
        "didnt|dont|havent|never order|ordered|place|placed|make|made|buy|bought "
        "this|that|any|it|these": 0.55,
        "dont|didnt|not recognise|recognize .. charge|order|payment|transaction|login|device": 0.85,
        "charge|charges|payment|order|transaction|login i|we never|dont|didnt|did|"
        "do not? recognise|recognize|make|made|place|placed|authorise|authorize": 0.85,
        "card .. was|been|got used|charged .. without": 0.85,
        "chargeback": 0.7,
        "fake website|shop|site|email|mail|invoice|message": 0.7,
        "suspicious login|email|mail|charge|activity|message|link|payment": 0.7,
    },
    unless=("hack for|to|idea|ideas", "life hack", "ikea hack", "stolen my heart|the show"),
    negatable=False,
)
