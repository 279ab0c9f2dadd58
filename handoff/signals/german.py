"""The words that raise a signal in German. Used by the detector beside the English lexicons.

Written with umlauts, folded as messages are. Words that mean something harmless in English
("brand", "gift", "tot") stand only in phrases: no message is known to be German here.
"""

from handoff.signals.base import Lexicon, SignalName
from handoff.signals.words import fold_umlauts

VERSION = "german-1"

_HIS = "mein|meine|meinem|meinen|meiner|unser|unsere|unserem|unseren"
_RELATIVE = (
    "mann|frau|mutter|vater|mama|papa|sohn|tochter|kind|bruder|schwester|oma|opa|großmutter|"
    "großvater|tante|onkel|lebensgefährte|lebensgefährtin|ehemann|ehefrau|eltern"
)
_PERSON = (
    "menschen|mensch|mitarbeiter|mitarbeiterin|mitarbeitern|kollegen|kollegin|kundenberater|"
    "berater|beraterin|vorgesetzten|chef|chefin|ansprechpartner|person|jemandem|jemanden"
)
_A = (
    "ein|eine|nem|nen|einem|einen|einer|deinem|deinen|"
    "deiner|ihrem|ihren|ihrer|eurem|euren|dem|den|der"
)
_REAL = "echten|echter|echte|echtem|richtigen|richtiger|richtige|lebenden|wirklichen"
_BOT = "bot|roboter|maschine|computer|chatbot|automaten|ki"
_SHOP = "euch|ihnen|lumen|dem laden|diesem laden"

_SAFETY = {
    "bringe|bring .. mich um": 0.98,
    "mich .. umbringen|umzubringen|töten": 0.98,
    "mir .. das leben nehmen|zu": 0.98,
    "mir was|etwas antun|anzutun": 0.98,
    "selbstmord|suizid|selbstmordgedanken|suizidgedanken|suizidal": 0.98,
    "will|möchte|wollte|würde .. sterben": 0.9,
    "will|möchte|mag .. nicht mehr leben": 0.98,
    "lebensmüde": 0.95,
    "wäre|wär lieber? tot": 0.95,
    "keinen sinn mehr .. leben|weiterzuleben": 0.9,
    "kann nicht mehr weiter": 0.6,
    "ritze|verletze mich": 0.9,
    "stromschlag|stromschläge|stromstoß|elektroschock": 0.95,
    "eine|einen gewischt": 0.7,
    "funken|funkte|funkenflug": 0.7,
    "in brand geraten|gesetzt|gegangen": 0.95,
    "brandgefahr|brandgeruch|brandfleck|brandflecken|brandgefährlich": 0.85,
    "brennt|brannte|abgebrannt|abgefackelt|angekokelt|verbrannt|verschmort|kokelt": 0.65,
    "feuer gefangen|fing|fängt": 0.95,
    "fing|fängt feuer": 0.95,
    "flammen": 0.55,
    "riecht|roch|stinkt|stank .. verbrannt|verschmort|verbranntem|angebrannt|rauch|gas": 0.9,
    "raucht|rauchte|qualmt|qualmte|qualm": 0.75,
    "explodiert|explodierte|explosion": 0.85,
    "kurzschluss|kurzgeschlossen": 0.75,
    "geschmolzen|schmilzt|schmort|schmorte|durchgeschmort": 0.7,
    "überhitzt|glühend heiß": 0.65,
    "zu heiß zum anfassen": 0.7,
    "blanke|blankes|blanker|offene|offenes|freiliegende kabel|draht|drähte|litze": 0.8,
    "verletzt|verletzung|krankenhaus|notarzt|krankenwagen|notaufnahme|blutet|bewusstlos": 0.75,
    "verschluckt|erstickt": 0.75,
    "lebensgefährlich|lebensgefahr": 0.9,
    "gefährlich": 0.55,
    "notfall": 0.5,
    "finger|hand|arm verbrannt|verbrüht": 0.8,
    "umgekippt|gefallen|gestürzt|runtergefallen .. kind|baby|kopf|fuß|sohn|tochter": 0.75,
}

_LEGAL = {
    "anwalt|anwalts|anwälte|anwältin|rechtsanwalt|rechtsanwältin|rechtsbeistand": 0.7,
    "rechtliche|juristische|gerichtliche schritte|mittel|maßnahmen|folgen|konsequenzen": 0.9,
    "rechtsweg": 0.85,
    "rechtsschutz|rechtsschutzversicherung": 0.75,
    "verklage|verklagen|verklag": 0.9,
    "vor gericht": 0.85,
    "sehen uns vor gericht": 0.95,
    "klage ein|einreichen|erheben|eingereicht": 0.9,
    "anzeige erstatten|erstatte|erstattet|stellen": 0.85,
    "zur polizei": 0.75,
    "strafanzeige": 0.9,
    "verbraucherzentrale|verbraucherschutz|verbraucherschützer|schlichtungsstelle": 0.75,
    "datenschutzbehörde|datenschutzbeauftragten|aufsichtsbehörde": 0.75,
    "abmahnung|abmahnen": 0.7,
    "mahnbescheid|einstweilige": 0.8,
    "letzte frist": 0.6,
    "illegal|rechtswidrig|gesetzeswidrig|sittenwidrig": 0.5,
}

_FRAUD = {
    "betrug|betrugsfall|betrugsversuch": 0.65,
    "betrogen|abgezockt|abzocke": 0.5,
    "gehackt|gehackter": 0.75,
    "phishing": 0.8,
    "gestohlene|gestohlenen|geklaute|geklauten karte|kreditkarte|daten|identität": 0.9,
    "karte|kreditkarte .. gestohlen|geklaut|missbraucht": 0.9,
    "identitätsdiebstahl|kreditkartenbetrug|datenklau": 0.95,
    "missbraucht|missbrauch|missbräuchlich": 0.6,
    "jemand|fremder|fremde|unbekannter .. mit|auf|in meiner|meinem|meinen|meine karte|kreditkarte|"
    "konto|namen|account|daten": 0.85,
    "nicht von mir bestellt|gekauft|bezahlt|autorisiert|veranlasst": 0.8,
    "habe|hab|hatte ich? das|die|den|dies nie|nicht|niemals bestellt|gekauft|veranlasst": 0.65,
    "habe|hab|hatte ich nie|niemals .. bestellt|gekauft|veranlasst": 0.65,
    "nie etwas|was bei euch|ihnen bestellt|gekauft": 0.65,
    "unbekannte|fremde|unberechtigte abbuchung|abbuchungen|buchung|zahlung|anmeldung": 0.8,
    "kenne .. abbuchung|buchung|zahlung .. nicht": 0.7,
    "fakeshop|gefälschte|gefälschter shop|seite|mail|email|rechnung": 0.7,
}

_PRESS = {
    "journalist|journalistin|redakteur|redakteurin|reporter": 0.85,
    "an|zur|in die? presse|zeitung|öffentlichkeit|medien|fernsehen": 0.8,
    "presseanfrage|pressestelle|pressekontakt|pressesprecher|pressemitteilung": 0.9,
    "verbrauchermagazin|verbrauchersendung": 0.8,
    "stellungnahme .. artikel|beitrag|bericht|sendung|zeitung": 0.8,
    "recherchiere|recherchieren|schreibe|schreiben .. artikel|bericht|beitrag über|für": 0.8,
}

_REPUTATION = {
    "schlechte|negative|miese|vernichtende|ehrliche bewertung|rezension|bewertungen|kritik": 0.65,
    "ein|1|null stern|sterne .. bewertung|google|überall": 0.6,
    "poste|posten|stelle|stellen|teile|teilen|veröffentliche|veröffentlichen .. auf|in|bei "
    "instagram|facebook|tiktok|twitter|youtube|reddit|netz|internet|social": 0.8,
    "geht|gehen viral": 0.85,
    "allen|jedem erzählen|sagen|abraten|weitersagen": 0.55,
    "erzähle|sage|rate .. allen|jedem": 0.55,
    "warne|warnen .. alle|andere|jeden|leute|freunde": 0.7,
    "meine|meinen|meiner follower|followern|abonnenten|reichweite": 0.85,
    "shitstorm|boykott|boykottieren|boykottiert": 0.85,
    "öffentlich machen": 0.8,
}

_CHURN = {
    "nie|niemals wieder .. bestellen|kaufen|einkaufen|bestelle|kaufe": 0.85,
    f"nie|niemals wieder .. bei {_SHOP}": 0.85,
    "bestelle|kaufe|bestell|kauf .. nie|niemals|nicht|nichts wieder|mehr": 0.8,
    "das war .. letzte|letztes|letzter bestellung|mal|einkauf": 0.7,
    "kunden|kundin|kunde verloren": 0.9,
    "kunde|kundin .. die|den|längste zeit": 0.8,
    "nicht mehr|länger ihr|euer|eure|ihre kunde|kundin": 0.75,
    "konto|kundenkonto|account|mitgliedschaft löschen|schließen|kündigen|auflösen": 0.7,
    "kündige|lösche|schließt|löscht .. konto|kundenkonto|account|mitgliedschaft": 0.7,
    "zur|zu konkurrenz": 0.85,
    "woanders|anderswo kaufen|kaufe|bestellen|bestelle|einkaufen": 0.75,
    "fertig mit euch|ihnen": 0.8,
}

_ANGER = {
    "stinksauer|stocksauer|fuchsteufelswild": 0.85,
    "wütend|sauer|wut": 0.55,
    "so|richtig|total|extrem|echt|mega|unfassbar sauer|wütend|verärgert|enttäuscht|genervt": 0.65,
    "unverschämt|unverschämtheit|frechheit|dreist|dreistigkeit": 0.65,
    "bodenlose frechheit|unverschämtheit": 0.85,
    "unterirdisch|katastrophal|inakzeptabel|skandalös|unterste": 0.55,
    "absolut|total|völlig|komplett|echt inakzeptabel|unmöglich|lächerlich|unfähig|daneben": 0.75,
    "schlechtester|schlechteste|schlechtesten|mieseste|miesester .. laden|service|shop|firma": 0.7,
    "schnauze|nase voll": 0.8,
    "reicht .. jetzt|langsam|endgültig": 0.6,
    "jetzt|langsam reichts|reicht": 0.6,
    "zum kotzen": 0.8,
    "kotzt mich an": 0.85,
    "saftladen|mistladen|drecksladen|scheißladen|sauladen": 0.75,
    "scheiße|scheiß|scheiss|beschissen|verdammt|verdammte|verdammter|verflucht": 0.6,
    "arschloch|arschlöcher|idioten|vollidioten|deppen|penner|verbrecher|betrüger|lügner": 0.65,
    "verarscht|verarschen|veräppelt|verarsche": 0.65,
    "was fällt|erlauben ihnen|euch|sie": 0.7,
    "was soll .. scheiß|mist|quatsch": 0.75,
    "platzt .. kragen": 0.85,
    "hasse|hass euch|diesen|dieses|den|das": 0.65,
    "drittes|viertes|fünftes|zehntes|dritten|vierten|fünften|zehnten mal": 0.4,
    "nutzlos|unbrauchbar": 0.4,
}

_HUMAN = {
    f"mit {_A}? {_REAL}? {_PERSON} .. sprechen|reden|telefonieren|schreiben|verbinden": 0.95,
    f"sprechen|reden|verbinden|verbinde|verbindet .. mit {_A}? {_REAL}? {_PERSON}": 0.95,
    f"{_REAL} {_PERSON}": 0.7,
    f"will|möchte|brauche|brauch|hätte|gib|geben|hol|holen|bitte .. {_A} {_REAL}? "
    "menschen|mensch|mitarbeiter|mitarbeiterin|kundenberater|ansprechpartner|vorgesetzten": 0.85,
    f"keinen|kein|nicht mit .. {_BOT} .. reden|sprechen|schreiben": 0.95,
    f"nicht mit {_A}? {_BOT}": 0.8,
    f"keinen|kein {_BOT}": 0.7,
    "menschen|mensch|mitarbeiter bitte": 0.8,
    "menschliche|persönliche hilfe|beratung": 0.65,
    f"statt {_A}? {_BOT}": 0.75,
    "ruft|rufen|ruf sie|mich|mir|uns .. an|zurück": 0.85,
    "rückruf|zurückrufen|zurückgerufen|rückrufen": 0.75,
    "kann|könnte|kannst|können .. jemand|wer .. anrufen|zurückrufen|melden": 0.85,
    "jemand|jemanden|jemandem .. vom|von|aus|im support|kundendienst|kundenservice|team": 0.75,
    "mit dem|ihrem|eurem? kundendienst|kundenservice|support .. sprechen|verbinden|reden": 0.9,
    "chef|vorgesetzten|geschäftsführer .. sprechen": 0.9,
    "< menschen|mensch|mitarbeiter|kundenberater|kundendienst|berater bitte|jetzt|sofort? >": 0.95,
    f"< {_A} {_REAL}? menschen|mensch|mitarbeiter bitte|jetzt|sofort? >": 0.95,
    "< bitte {_A}? menschen|mensch|mitarbeiter >": 0.95,
}

_VULNERABLE = {
    f"{_HIS} {_RELATIVE} .. gestorben|verstorben|verstarb|starb|verloren": 0.95,
    f"{_HIS} {_RELATIVE} ist|sind|war tot": 0.95,
    f"verstorbene|verstorbenen|verstorbener|verstorbenem {_RELATIVE}": 0.95,
    f"{_HIS} verstorbene|verstorbenen|verstorbener|verstorbenem {_RELATIVE}": 0.95,
    "tod meines|meiner|unseres|unserer": 0.95,
    "todesfall|trauerfall|beerdigung|trauerfeier|witwe|witwer|verwitwet|hospiz": 0.8,
    "krebs|chemo|chemotherapie|demenz|alzheimer|palliativ|sterbenskrank|todkrank": 0.75,
    "im|ins|aus dem? krankenhaus": 0.5,
    "rollstuhl|behindert|behinderung|schwerbehindert|sehbehindert|gehörlos": 0.55,
    "bin|ist .. blind|taub": 0.55,
    "depression|depressionen|depressiv|panikattacke|panikattacken|angststörung": 0.6,
    "psychisch krank|belastet|am": 0.75,
    "arbeit|job|wohnung|baby verloren": 0.7,
    "obdachlos|insolvent|privatinsolvenz|pleite|schulden|pfändung": 0.6,
    "kein geld mehr|für": 0.7,
    "kann .. nicht leisten": 0.5,
    "häusliche|häuslicher gewalt": 0.95,
    "gewalttätiger|gewalttätigen mann|ex|partner|freund": 0.95,
    "verzweifelt|verzweifele": 0.45,
    "pflegeheim|pflegefall|rentnerin|rentner": 0.5,
}

_UNLESS: dict[SignalName, tuple[str, ...]] = {
    SignalName.SAFETY: (
        "brennt|brannte .. nicht|dauernd|dauerhaft|immer|durchgehend|hell|gut|lange|ständig",
        "raucht im haushalt",
        "wie|nicht .. gefährlich",
        "< ist|sind .. gefährlich",
        "brennt das|die licht|lampe|birne",
    ),
    SignalName.CHURN: (
        "wie|wo|kann|darf|wann .. konto|kundenkonto|account|mitgliedschaft "
        "löschen|schließen|kündigen",
        "wie|wo kündige|lösche .. konto|kundenkonto|account|mitgliedschaft",
    ),
    SignalName.WANTS_HUMAN: (
        f"bist|bin|ist|sind|sitzt|antwortet|schreibt|tippt .. {_A}? {_REAL}? {_PERSON}",
        f"spreche|rede|schreibe|chatte ich .. {_A}? {_REAL}? {_PERSON}",
        f"du|sie .. kein {_BOT}",
        f"will|möchte|muss .. über {_A}? {_PERSON}",
        "rückruf .. zugesagt|versprochen",
        "hat|hatte|habt|haben .. jemand .. vom|von|aus|im support|kundendienst|kundenservice|team",
        "für|pro eine|zwei|drei|vier|sechs|1|2|3|4|6 person|personen",
    ),
    SignalName.VULNERABLE: ("blind .. bestellt|gekauft|vertraut",),
}
# A denial ("kein Anwalt") counts against these; in the others it is part of the phrase.
_NEGATABLE = {
    SignalName.LEGAL_THREAT,
    SignalName.PRESS,
    SignalName.STRONG_ANGER,
    SignalName.WANTS_HUMAN,
}
_PHRASES = {
    SignalName.SAFETY: _SAFETY,
    SignalName.LEGAL_THREAT: _LEGAL,
    SignalName.FRAUD: _FRAUD,
    SignalName.PRESS: _PRESS,
    SignalName.PUBLIC_REPUTATION: _REPUTATION,
    SignalName.CHURN: _CHURN,
    SignalName.STRONG_ANGER: _ANGER,
    SignalName.WANTS_HUMAN: _HUMAN,
    SignalName.VULNERABLE: _VULNERABLE,
}

LEXICONS: tuple[Lexicon, ...] = tuple(
    Lexicon(
        signal=name,
        version=VERSION,
        phrases={fold_umlauts(phrase): weight for phrase, weight in phrases.items()},
        unless=tuple(map(fold_umlauts, _UNLESS.get(name, ()))),
        negatable=name in _NEGATABLE,
    )
    for name, phrases in _PHRASES.items()
)
