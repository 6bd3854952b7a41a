"""EN: the small table for English letters. Character, leak and placeholder rules are shared with Japanese."""

from __future__ import annotations

import re

from bridge.core.wording.find import phrase, when
from bridge.core.wording.model import ENGLISH, REPORTS, Rule

NO_ESTIMATE = "There is no estimated time of recovery yet. We will write again as soon as there is."
UNDER_STUDY = "The cause is under investigation."

BACK = (
    r"(?:restor|resolv|fix|recover|(?:be|is|are|com(?:e|es|ing)) back|back (?:up|online|to normal)"
    r"|(?:be|become) (?:\w{1,12} )?available|available again|working|normal|resum|up and running|\bonline)"
)
A_LITTLE = (
    r"(?:in|within) (?:just )?(?:a (?:few|couple of) (?:minutes|moments|hours)|minutes|moments|an? \w+ while)"
)
SOON = (
    rf"\b(?:soon|shortly|any (?:minute|moment)(?: now)?|momentarily|in no time|before long|very quickly"
    rf"|right away|imminently|in the near future)\b(?! (?:after|returned|recovered|resumed))(?=[^.\n]{{0,40}}{BACK})"
    rf"|{BACK}[^.\n]{{0,40}}\b(?:soon(?! as| after)|shortly(?! after)|any (?:minute|moment)|momentarily"
    rf"|in no time|before long|imminently|in the near future)\b"
    rf"|\b(?:will|shall|should|going to|expect\w*)\b[^.\n]{{0,40}}?{BACK}[^.\n]{{0,30}}?\b{A_LITTLE}\b"
    rf"|\b{A_LITTLE}\b[^.\n]{{0,40}}?\b(?:will|should|going to)\b[^.\n]{{0,30}}?{BACK}"
)
DONE = r"\b(?:was|were|has|have|had|been)(?: been)? (?:\w{1,12} )?"
TOLD_LATER = r"as soon as|\b(?:update|inform|notify|write|tell|contact) you|further information|sooner"
CLOCK = (
    r"(?:\d{1,2}(?::\d\d)? ?(?:[ap]\.?m\.?|JST)|\d{1,2}:\d\d|\d+ (?:minutes|hours)|tonight|tomorrow"
    r"|end of (?:the )?(?:day|week)|noon|midnight)"
)
ESTIMATE = (
    rf"\b(?:will|should|expect(?:ed)? to|going to|plan(?:ned)? to) [^.\n]{{0,40}}{BACK}[^.\n]{{0,40}}"
    rf"\b(?:by|within|in|at|around|before) (?:about |around )?{CLOCK}"
)
GUARANTEE = (
    r"\b(?:never (?:happen|occur|recur)\w*|(?:not|never) happen again|we guarantee|guarantee that"
    r"|100% (?:sure|safe|resolved)"
    r"|will (?:definitely|certainly|absolutely)|completely prevent)"
)
SOURCE = r"caused|due|related|because|the (?:cause|result)|a result|an? (?:\w{1,15} )?(?:attack|bug)"
GUESS = (
    r"\b(?:probably|perhaps|maybe|presumably|apparently|seems? (?:to|that|like)|appears? (?:to|that)"
    r"|possibly|seemingly|supposedly|(?:we|I) (?:think|believe|suspect|assume|guess)|(?:it|this) looks (?:like|as)"
    r"|we are (?:fairly|quite|almost) (?:sure|certain)"
    rf"|(?:might|may|could|must) have been (?:{SOURCE})|(?:might|may|could)(?: well)? be (?:{SOURCE})"
    rf"|(?:it|this|(?:the|a) (?:cause|reason|problem|issue|failure|outage)) (?:might|may|could)(?: well)? be"
    rf" (?:an? (?!while|few|little|good|long|short|day|hour|minute|delay)|the |our )"
    r"|(?:is|are|was) likely|most likely|likely (?:due|caused"
    r"|cause|to))\b"
)
CAUSE = (
    r"\b(?:the (?:root )?cause (?:is|was)(?! (?:still |currently |now |not )?(?:being|under|unknown"
    r"|yet|known|investigat))|was caused by|were caused by|root cause:(?! *(?:under|unknown|not)))"
)
SMALL = (
    r"\b(?:just an?|only an?|merely|simply an?|minor|small|slight|tiny|brief|little) (?:technical "
    r"|temporary |short )?"
    r"(?:issue|problem|glitch|hiccup|blip|inconvenience|outage|incident|bug|disruption)\b|\bhiccups?\b"
    r"|\bglitch(?:es)?\b"
    r"|\b(?:a (?:very )?(?:few|small number of)|very few|a handful of) (?:users|customers)\b"
)
CALM = (
    r"\b(?:don'?t worry|do not worry|no need to worry|rest assured|nothing to worry about"
    r"|no cause for concern)\b"
)
IF_SORRY = (
    r"\b(?:sorry|apologi[sz]e|apolog(?:y|ies))\b[^.\n]{0,40}\b(?:if|any inconvenience (?:this|that"
    r"|it) (?:may|might))\b"
    r"|\bif (?:you|anyone|any)[^.\n]{0,40}\b(?:sorry|apologi[sz]e)\b"
)
CUSTOMER_BLAMED = (
    r"\b(?:user error|your (?:mistake|fault|error|misconfiguration|incorrect|own)|caused by your"
    r"|customers? (?:mistake|error|misuse)"
    r"|you (?:failed|neglected) to)\b"
)
OTHERS_BLAMED = (
    r"\b(?:(?:AWS|Google|Microsoft|Azure|vendor|provider|supplier|third[ -]party)(?:'s|s')? (?:fault"
    r"|mistake|error|negligence|failure to)"
    r"|(?:not|isn't|wasn't) our (?:fault|responsibility)|(?:fault|responsibility) of (?:our|the"
    r"|a) (?:vendor|provider|supplier)"
    r"|to blame|beyond our control|out of our (?:control|hands))\b"
)
PERSON_BLAMED = (
    r"\b(?:human error|(?:operator|engineer|employee|staff|administrator)(?:'s)? (?:error|mistake"
    r"|carelessness|negligence))\b"
)
EXCUSE = (
    r"\b(?:unforeseen|unforeseeable|unprecedented|unavoidable|unexpectedly (?:high|large)"
    r"|force majeure|act of god)\b"
)
BLANK = (
    r"\[(?:insert|your|date|time|name|service|company|customer|TBC|e\.g\.|example)[^\]\n]{0,60}\]"
    r"|<(?:insert|your|date|time|name|service|company)[^>\n]{0,60}>"
    r"|_{4,}|\b(?:delete|remove) (?:this|if not|as) (?:line|applicable|appropriate|needed)"
)
CASUAL = (
    r"!|\b(?:oops|whoops|sorry guys|hey|guys|gonna|wanna|super|awesome|crashed hard|went down hard"
    r"|screwed|messed up|no worries)\b"
)
PAYMENT = (
    r"\b(?:full refund|will (?:refund|compensate|reimburse)|be (?:refunded|compensated|reimbursed)"
    r"|pay damages)\b"
)
ADVERT = (
    r"\b(?:free trial|special offer|discount|upgrade (?:now|today|to our)|limited[ -]time|new plan"
    r"|promotion)\b"
)
DENIAL = (
    r"\bno (?:personal )?(?:data|information|customer data)[^.\n]{0,20}(?:was|were|has been"
    r"|have been) (?:lost|leaked|exposed|stolen|compromised|breached)"
)
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d"

RULES = (
    Rule(
        "EN-01",
        "error",
        phrase(SOON, unless=TOLD_LATER, before=DONE, sentence=NO_ESTIMATE, flags=re.I),
        "根拠のない復旧の予告です。",
        "A promise of recovery without a basis.",
        "There is no estimated time of recovery yet.",
        "The service will be restored shortly.",
        locales=ENGLISH,
    ),
    Rule(
        "EN-02",
        "warning",
        when(
            lambda context: not context.eta_confirmed,
            phrase(ESTIMATE, unless=TOLD_LATER, sentence=NO_ESTIMATE, flags=re.I),
        ),
        "根拠が記録されていない復旧時刻です。",
        "A recovery time nobody has given a basis for.",
        "The next report follows by 11:00 JST.",
        "Sign-in will be restored by 6 pm.",
        kinds=REPORTS,
        locales=ENGLISH,
    ),
    Rule(
        "EN-03",
        "error",
        phrase(GUARANTEE, sentence="We will do our utmost to prevent a recurrence.", flags=re.I),
        "守れない保証です。",
        "A guarantee nobody can keep.",
        "We have added a check to prevent a recurrence.",
        "This will never happen again.",
        locales=ENGLISH,
    ),
    Rule(
        "EN-04",
        "error",
        phrase(GUESS, sentence=UNDER_STUDY, flags=re.I),
        "推測です。",
        "A guess. Only confirmed facts belong here.",
        "The cause is under investigation.",
        "It was probably a network failure.",
        locales=ENGLISH,
    ),
    Rule(
        "EN-05",
        "error",
        when(lambda context: not context.cause_confirmed, phrase(CAUSE, sentence=UNDER_STUDY, flags=re.I)),
        "この段階での原因の断定です。",
        "Naming the cause this early is how wrong news starts.",
        "The cause is under investigation.",
        "The outage was caused by a database failure.",
        kinds=REPORTS,
        locales=ENGLISH,
    ),
    Rule(
        "EN-06",
        "error",
        phrase(SMALL, flags=re.I),
        "小さく見せる言葉です。",
        "How bad it was is for the reader to judge; give numbers, functions, times.",
        "Search results were delayed by up to 5 minutes.",
        "It was just a minor issue.",
        locales=ENGLISH,
    ),
    Rule(
        "EN-07",
        "warning",
        phrase(CALM, flags=re.I),
        "安心を求める言葉です。",
        "Asking the affected not to worry angers them.",
        "We have confirmed that all orders are intact.",
        "Please do not worry.",
        locales=ENGLISH,
    ),
    Rule(
        "EN-08",
        "warning",
        phrase(IF_SORRY, sentence="We apologise for the trouble this is causing you.", flags=re.I),
        "条件つきの謝罪です。",
        "An apology with an if is none.",
        "We apologise for the trouble this is causing you.",
        "We are sorry if you were affected.",
        locales=ENGLISH,
    ),
    Rule(
        "EN-09",
        "error",
        phrase(CUSTOMER_BLAMED, before=r"\bnot (?:a |an |due to |caused by )?", flags=re.I),
        "お客様に原因があるように読まれます。",
        "It reads as if the customer were to blame.",
        "No action is needed on your side.",
        "This was due to user error.",
        locales=ENGLISH,
    ),
    Rule(
        "EN-10",
        "error",
        phrase(OTHERS_BLAMED, flags=re.I),
        "責任を他に求めています。",
        "The service is ours: state the fact and what we do about it.",
        "A failure at a supplier we use affected our service.",
        "The cloud provider is to blame.",
        locales=ENGLISH,
    ),
    Rule(
        "EN-11",
        "warning",
        phrase(PERSON_BLAMED, flags=re.I),
        "個人の責任に見えます。",
        "It blames a person and hides what the system lacked.",
        "The change procedure had no second check.",
        "The cause was human error.",
        locales=ENGLISH,
    ),
    Rule(
        "EN-12",
        "warning",
        phrase(EXCUSE, flags=re.I),
        "言い訳に読まれます。",
        "It reads as an excuse.",
        "The configured limit was below the actual load.",
        "Due to unforeseen load the service stopped.",
        locales=ENGLISH,
    ),
    Rule(
        "EN-13",
        "error",
        phrase(BLANK, flags=re.I),
        "テンプレートの空欄や指示が残っています。",
        "A blank or instruction of the template is left in.",
        "Affected: sign-in for all users",
        "Affected: [insert function]",
        locales=ENGLISH,
    ),
    Rule(
        "EN-14",
        "warning",
        phrase(CASUAL, flags=re.I),
        "くだけた表現です。",
        "Too casual for this letter.",
        "The service has stopped.",
        "Oops, the service is down.",
        locales=ENGLISH,
    ),
    Rule(
        "EN-15",
        "warning",
        phrase(PAYMENT, before=r"(?:whether|if|how)[^.]{0,40}", flags=re.I),
        "承認されていない補償の約束です。",
        "A promise of compensation nobody has approved.",
        "We will answer in writing about compensation.",
        "You will be refunded in full: we will refund all fees.",
        locales=ENGLISH,
    ),
    Rule(
        "EN-16",
        "error",
        phrase(ADVERT, flags=re.I),
        "広告が混じっています。",
        "An advertisement in an incident letter.",
        "We apologise for the trouble.",
        "Upgrade today with a special offer.",
        locales=ENGLISH,
    ),
    Rule(
        "EN-17",
        "warning",
        phrase(
            DENIAL,
            unless=r"\b(?:confirmed|so far|at this (?:time|point)|to our knowledge|found no|as of)\b",
            flags=re.I,
        ),
        "調査の途中での全否定です。",
        "A flat denial during the investigation may not hold.",
        "At this point we have confirmed no loss of data.",
        "No data was lost.",
        kinds=REPORTS,
        locales=ENGLISH,
    ),
    Rule(
        "EN-19",
        "error",
        phrase(STAMP),
        "機械の時刻表記です。",
        "A machine's timestamp.",
        "10:05 JST",
        "2026-11-24T01:05:00Z",
        locales=ENGLISH,
    ),
)
