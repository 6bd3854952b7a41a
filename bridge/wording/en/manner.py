"""EN-06 to -16 and -19: belittling, blame, excuses, leftovers of a template, promises of money."""

from bridge.wording.find import any_of, phrase
from bridge.wording.rule import Rule

SMALL = (
    r"\b(?:just an?|only an?|merely|simply an?|minor|small|slight|tiny|brief|little|common"
    r"|routine) (?:technical "
    r"|temporary |short )?(?:issue|problem|glitch|hiccup|blip|inconvenience|outage|incident|bug"
    r"|disruption|interruption"
    r"|failure)\b|\bhiccups?\b|\bglitch(?:es)?\b|\bnothing (?:serious|major)\b|\bno(?:t a)? big (?:deal"
    r"|problem)\b"
    r"|\b(?:impact|effect)s? (?:is|was|were|has been) (?:\w{1,12} )?(?:minimal|negligible|minor|small"
    r"|slight|insignificant"
    r"|limited(?! to))\b|\b(?:minimal|negligible|insignificant) (?:impact|effect)"
    r"|\b(?:a (?:very )?(?:few|small number of)|very few|a handful of) (?:users|customers)\b"
    r"|\b(?:tiny|small) (?:fraction|percentage|proportion|minority|subset) of\b"
)
CALM = (
    r"\b(?:(?:don't|do not|no need to) (?:worry|panic|be alarmed|be concerned)|rest assured"
    r"|nothing to worry about"
    r"|no (?:cause|reason|need) for (?:concern|worry|alarm))\b"
)
IF_SORRY = (
    r"\b(?:sorry|apologi[sz]e|apolog(?:y|ies))\b[^.\n]{0,40}\b(?:(?<!check )(?<!see )if"
    r"|any inconvenience (?:this|that"
    r"|it) (?:may|might))\b"
    r"|\bif (?:you|anyone|any)[^.\n]{0,40}\b(?:sorry|apologi[sz]e)\b"
    r"|\bif (?:this|it|we) (?:has |have )?(?:caused|inconvenienced|troubled"
    r"|affected)[^.\n]{0,40}\b(?:sorry|apologi[sz]e)\b"
)
SETUP = r"(?:configuration|settings?|input|data|device|browser|network|environment)"
SIDE = r"on (?:your|the customer's) (?:side|end)"
# Wrong data on the customer's side blames the customer only if it was entered there: our failure may show it.
WRONG_THERE = (
    rf"(?:incorrect|wrong|invalid) (?:\w{{1,15}} )?(?:{SETUP}|operations?|passwords?)"
    rf"(?: (?:made|entered|used)|(?<!data)) {SIDE}"
    rf"|(?:incorrect|wrong|invalid|erroneous) (?:\w{{1,15}} )?(?:{SETUP}|operations?|passwords?|use)"
    r"(?: \w{1,12}){0,2}"
    rf" by (?:you|(?:the |our |some |an? )?(?:\w{{1,12}} )?(?:customers?|users?|clients?))"
)
CUSTOMER_BLAMED = (
    rf"\b(?:user error|your (?:mistake|fault|error|misconfiguration|incorrect|own)|(?:caused by"
    rf"|because of|due to) your"
    rf"|customers? (?:mistake|error|misuse)|your {SETUP} (?:is|was|are|were) (?:wrong|incorrect|invalid"
    rf"|the cause|at fault"
    rf"|to blame)|you (?:failed|neglected|forgot) to|you (?:entered|used|set|chose|made) (?:the "
    rf"|an? )?(?:wrong|incorrect"
    rf"|invalid|mistake)|(?:error|mistake|fault|cause) (?:is |was |lies |lay )?{SIDE}|{WRONG_THERE})\b"
)
DENIED = r"(?:\b(?:not|no|nothing|neither|nor|without)|n't)(?: \w{1,12}){0,3} "
SUPPLIER = r"(?:aws|amazon|google|microsoft|azure|cloudflare|vendor|provider|supplier|carrier|third[ -]party)"
OTHERS_BLAMED = (
    rf"\b(?:{SUPPLIER}(?:'s|s')? (?:fault|mistake|error|negligence|failure to)"
    rf"|{SUPPLIER} (?:made (?:an? )?(?:\w{{1,12}} )?(?:mistake|error)|(?:is|was) (?:responsible|at fault"
    rf"|negligent)|failed to)"
    r"|(?:not|isn't|wasn't) our (?:fault|responsibility)|(?:we are|we're) not (?:responsible|liable|at fault)"
    rf"|(?:fault|responsibility) (?:of|lies with|is with) (?:our|the|a) (?:\w{{1,12}} )?{SUPPLIER}"
    r"|(?<!we are )to blame|(?:beyond|outside(?: of)?) our control|out of our (?:control|hands))\b"
)
PERSON = r"(?:operator|engineer|employee|staff|staff member|administrator|technician|colleague)"
PERSON_BLAMED = (
    rf"\b(?:human error|{PERSON}(?:'s)? (?:error|mistake|carelessness|negligence)"
    rf"|{PERSON}s? (?:mistakenly|accidentally|carelessly|inadvertently|wrongly|forgot|misconfigured"
    rf"|made (?:an? )?(?:\w{{1,12}} )?(?:error|mistake))"
    rf"|(?:error|mistake) (?:made )?(?:by|of) (?:an?|our|one of our) (?:\w{{1,12}} )?{PERSON})\b"
)
EXCUSE = (
    r"\b(?:unforeseen|unforeseeable|unprecedented|unavoidable|unexpectedly (?:high|large|heavy)"
    r"|unexpected (?:\w{1,12} )?(?:surge|increase|load|traffic|demand|problem|issue|failure|event"
    r"|circumstances?)"
    r"|could not have been (?:foreseen|avoided|predicted|anticipated|prevented)|force majeure|act of god)\b"
)
SLOT = r"(?:service|company|customer|client|recipient|product|contact|function|feature|date|time)s?"
BLANK = (
    r"[\[<](?:insert|(?:enter|fill in|describe|your)[ ]|tbc|e\.g\.|example:|to be (?:added|confirmed)|date "
    r"|time |name"
    r")[^\]>\n]{0,60}[\]>]|\((?:insert|fill in|describe|to be (?:added|completed)) [^)\n]{0,60}\)"
    rf"|(?<=[^\n])[\[<]{SLOT}[\]>]|[\[<]{SLOT}[ ']{{0,2}}s? ?(?:name|address|and time|/ ?time)[\]>]"
    rf"|[\[<]date/time[\]>]"
    r"|_{4,}|\b(?:delete|remove) (?:this|if not|as) (?:line|applicable|appropriate|needed)"
)
MASKED = r"(?<![A-Za-z])(?:[Xx]{2}:[Xx]{2}|HH:MM|YYYY|TBC)(?![A-Za-z])"
CASUAL = (
    r"!|\b(?:oops|whoops|sorry guys|hey|guys|gonna|wanna|super|awesome|crashed hard|went down hard"
    r"|screwed|messed up|no worries)\b"
)
PAYMENT = (
    r"\b(?:full refund|will (?:fully )?(?:refund|compensate|reimburse|waive|credit)"
    r"|be (?:fully )?(?:refunded|compensated|reimbursed)|pay damages)\b"
)
ADVERT = (
    r"\b(?:free trial|special (?:offer|price)|discount|upgrade (?:now|today|to our)|limited[ -]time|new plan"
    r"|promotion|webinar)\b"
)
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"

RULES = (
    Rule(
        "EN-06",
        "error",
        phrase(SMALL, reading="lower"),
        "小さく見せる言葉です。",
        "How bad it was is for the reader to judge; give numbers, functions, times.",
        "Search results were delayed by up to 5 minutes.",
        "It was just a minor issue.",
    ),
    Rule(
        "EN-07",
        "warning",
        phrase(CALM, reading="lower"),
        "安心を求める言葉です。",
        "Asking the affected not to worry angers them.",
        "We have confirmed that all orders are intact.",
        "Please do not worry.",
    ),
    Rule(
        "EN-08",
        "warning",
        phrase(IF_SORRY, sentence="We apologise for the trouble this is causing you.", reading="lower"),
        "条件つきの謝罪です。",
        "An apology with an if is none.",
        "We apologise for the trouble this is causing you.",
        "We are sorry if you were affected.",
    ),
    Rule(
        "EN-09",
        "error",
        phrase(CUSTOMER_BLAMED, before=DENIED, reading="lower"),
        "お客様に原因があるように読まれます。",
        "It reads as if the customer were to blame.",
        "No action is needed on your side.",
        "This was due to user error.",
    ),
    Rule(
        "EN-10",
        "error",
        phrase(OTHERS_BLAMED, reading="lower"),
        "責任を他に求めています。",
        "The service is ours: state the fact and what we do about it.",
        "A failure at a supplier we use affected our service.",
        "The cloud provider is to blame.",
    ),
    Rule(
        "EN-11",
        "warning",
        phrase(PERSON_BLAMED, reading="lower"),
        "個人の責任に見えます。",
        "It blames a person and hides what the system lacked.",
        "The change procedure had no second check.",
        "The cause was human error.",
    ),
    Rule(
        "EN-12",
        "warning",
        phrase(EXCUSE, reading="lower"),
        "言い訳に読まれます。",
        "It reads as an excuse.",
        "The configured limit was below the actual load.",
        "Due to unforeseen load the service stopped.",
    ),
    Rule(
        "EN-13",
        "error",
        any_of(phrase(BLANK, reading="lower"), phrase(MASKED)),
        "テンプレートの空欄や指示が残っています。",
        "A blank or instruction of the template is left in.",
        "Affected: sign-in for all users",
        "Affected: [insert function]",
    ),
    Rule(
        "EN-14",
        "warning",
        phrase(CASUAL, reading="lower"),
        "くだけた表現です。",
        "Too casual for this letter.",
        "The service has stopped.",
        "Oops, the service is down.",
    ),
    Rule(
        "EN-15",
        "warning",
        phrase(PAYMENT, before=r"(?:whether|if|how)[^.]{0,40}", reading="lower"),
        "承認されていない補償の約束です。",
        "A promise of compensation nobody has approved.",
        "We will answer in writing about compensation.",
        "You will be refunded in full: we will refund all fees.",
    ),
    Rule(
        "EN-16",
        "error",
        phrase(ADVERT, reading="lower"),
        "広告が混じっています。",
        "An advertisement in an incident letter.",
        "We apologise for the trouble.",
        "Upgrade today with a special offer.",
    ),
    Rule(
        "EN-19",
        "error",
        phrase(STAMP),
        "機械の時刻表記です。",
        "A machine's timestamp.",
        "10:05 JST",
        "2026-11-24T01:05:00Z",
    ),
)
