"""Words of danger to life: a product that burns or shocks, somebody who may harm themselves.

Favours recall: a person who looks once too often is the cheap mistake.
"""

from handoff.signals.base import Lexicon, SignalName

_SELF_HARM = {
    "kill|killing|harm|harming|hurt|hurting|cut|cutting myself": 0.98,
    "end|ending my life": 0.98,
    "end|ending it all": 0.9,
    "take|taking my own? life": 0.98,
    "suicide|suicidal": 0.98,
    "want|wanna|wish|like|going|ready to? die": 0.95,
    "want|wanna|like .. be dead": 0.95,
    "wish i was|were dead|gone": 0.9,
    "better off dead": 0.95,
    "better off without me": 0.95,
    "dont|not want|wanna to? live|exist|wake": 0.95,
    "dont|not want|wanna to? be .. alive|here anymore": 0.95,
    "no reason|point .. living|live": 0.9,
    "cant|cannot go on": 0.6,
    "dont|not see .. a? way out": 0.55,
    "self harm|harming": 0.95,
    "overdose|overdosed": 0.85,
}

_DANGER = {
    "spark|sparks|sparked|sparking": 0.7,
    "caught|catch|catches|catching fire": 0.85,
    "on fire": 0.8,
    "fire|flames|flame": 0.55,
    "started|starts|began|begins to? burn|burning|smoking|smoke|smoulder": 0.8,
    "burn|burns|burned|burnt my|her|his|our|their|a|the|me|through": 0.75,
    "burning smell|plastic|rubber": 0.85,
    "smell|smells|smelled|smelling|smelt of|like? .. burning|burnt|smoke|gas": 0.85,
    "smoke|smoking|smoulder|smouldering|smoldering": 0.55,
    "electric|electrical|electrocuted|electrocute shock": 0.9,
    "electrocuted|electrocute|electrocution": 0.95,
    "got|get|gave|gives|giving|had .. shock|shocks": 0.7,
    "exploded|explodes|exploding|explosion": 0.85,
    "blew up": 0.7,
    "short circuit|circuited": 0.75,
    "melted|melting|melts": 0.6,
    "overheat|overheats|overheated|overheating": 0.6,
    "too hot to touch": 0.65,
    "bare|exposed|live wire|wires|wiring": 0.75,
    "injured|injury|injuries|hospital|ambulance|bleeding|choked|choking|unconscious": 0.75,
    "swallowed": 0.75,
    "fell .. on .. child|baby|son|daughter|foot|head|me|him|her": 0.75,
    "collapsed": 0.5,
    "dangerous|unsafe|hazard|hazardous": 0.55,
    "in danger": 0.8,
    "emergency": 0.5,
}

_FIGURATIVE = (
    "fire sale|place|pit|escape|retardant|resistant|proof|rating|safety|truck|works|engine|door",
    "fire retardancy|resistance|blanket|tv|stick|red|orange",
    "flame effect|lamp|lamps|bulb|bulbs|retardant|resistant|orange|red",
    "spark|sparks|sparked joy|interest|curiosity|conversation|conversations",
    "smoke grey|gray|glass|colour|color|blue|detector|detectors|alarm|alarms|free",
    "smoke coloured|colored",
    "burnt|burned orange|umber|sienna",
    "melted my heart",
    "sales|shop|order|service|website|site|app|page|account collapsed",
    "collapsed sofa|chair|table|state|size",
    "emergency light|lights|lighting|lamp|lamps|contact|exit",
    "hospital corners|bed|bedding|grade",
    "melts into|in",
    "got|had a shock when|at|seeing .. price|bill|total",
)

LEXICON = Lexicon(
    signal=SignalName.SAFETY,
    version="words-1",
    phrases=_SELF_HARM | _DANGER,
    unless=_FIGURATIVE,
    negatable=False,
)
