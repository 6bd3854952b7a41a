"""EN-01 to -05 and -17: what an English letter may not claim."""

from bridge.wording.find import any_of, no_cause_confirmed, no_estimate_confirmed, phrase, when
from bridge.wording.kinds import KindClass
from bridge.wording.rule import Rule

NO_ESTIMATE = "There is no estimated time of recovery yet. We will write again as soon as there is."
UNDER_STUDY = "The cause is under investigation."

BACK = (
    r"(?:restor|resolv|\bsolv|\bfix|recover(?!y (?:work|step|plan|process|procedure))|(?:be|is|are"
    r"|com(?:e|es|ing)) back"
    r"|have you back|back (?:up|online|to normal)|(?:be|become) (?:\w{1,12} )?available|available again"
    r"|\bworking(?! (?:to|on|hard|with|close))|normal|resum|up and running|\bonline|\bup again|\bbe over\b"
    r"|\bable to (?:\w{1,12} ){1,4}again|return to service)"
)
A_LITTLE = (
    r"(?:in|within) (?:just )?(?:a (?:few|couple of) (?:minutes|moments|hours)|minutes|moments"
    r"|an? \w{1,12} while)"
)
SHORTLY = (
    r"(?:soon(?! as| after)|shortly(?! after)|any (?:minute|moment)|momentarily|in no time|before long"
    r"|right away"
    r"|in a (?:jiffy|flash|bit)|imminently|(?<!as )quickly(?! as)|in the near future)"
)
SOON = (
    rf"\b{SHORTLY}\b(?! (?:returned|recovered|resumed|start|begin|try|attempt))(?=[^.\n]{{0,40}}{BACK})"
    rf"|{BACK}[^.\n]{{0,40}}\b{SHORTLY}\b"
    rf"|\b(?:will|shall|should|going to|expect\w*)\b[^.\n]{{0,40}}?{BACK}[^.\n]{{0,30}}?\b{A_LITTLE}\b"
    rf"|\b{A_LITTLE}\b[^.\n]{{0,40}}?\b(?:will|should|going to)\b[^.\n]{{0,30}}?{BACK}"
    rf"|\babout to (?!start|begin|try)[^.\n]{{0,12}}{BACK}"
)
HOPEFUL = (
    "soon|shortly|in a|any (?:min|mom)|momentarily|in no time|before long|right away|imminently|quickly"
    "|near future|about to|(?:in|within) (?:just )?(?:a|minutes|moments)"
)
ALMOST = (
    r"\b(?:will not|won't|should not|shouldn't) (?:take|be) (?:very |much )?long(?:er)?\b"
    r"|\b(?:recovery|restoration|resolution|a fix) is (?:imminent|near|close|around the corner)\b"
)
DONE = r"\b(?:was|were|been)(?: \w{1,12}ly)? |\b(?:has|have|had) "
TOLD_LATER = (
    r"as soon as|\b(?:update|inform|notify|write|tell|contact|report) (?:to )?(?:you|again|on)\b"
    r"|\blet you know"
    r"|further information|sooner|\b(?:do|does|can|could|did)(?: not|n't)|cannot"
)
CLOCK = (
    r"(?:\d{1,2}(?::\d\d)? ?(?:[ap]\.?m\b|jst)|\d{1,2}:\d\d|(?:\d{1,3}|an?|half an|one|two|three|four"
    r"|five|six|several)"
    r"(?:(?: to | or |-)(?:\d{1,3}|\w{3,5}))? (?:minute|hour|day)s?\b|tonight|tomorrow"
    r"|end of (?:the )?(?:day|week)"
    r"|noon|midnight)"
)
BY = r"\b(?:by|within|in|at|around|before) (?:the )?(?:about |around |next |approximately )?"
ESTIMATE = (
    rf"\b(?:will|should|expect(?:ed|s)?|going to|plan(?:ned)? to|hope to"
    rf"|aim to)\b [^.\n]{{0,40}}{BACK}[^.\n]{{0,40}}{BY}{CLOCK}"
    rf"|\b(?:recovery|restoration|resolution|fix) is (?:expected|planned|scheduled|estimated"
    rf"|due)[^.\n]{{0,15}} ?{BY}{CLOCK}"
    r"|\b(?:eta|(?:estimated|expected|planned)(?: time of)? (?:recovery|restoration|resolution)(?: time)?): *"
    rf"(?:about |around |by |in |within )?{CLOCK}"
)
GUARANTEE = (
    r"\b(?:(?:not|never|cannot|won't) (?:ever )?(?:(?:happen|occur) again|recur)|(?:will|can"
    r"|must) never (?:happen|occur)"
    r"|never (?:happen|occur)s? again|we (?:can )?guarantee|guarantee that|(?:is|are) guaranteed"
    r"|100% (?:sure|safe|resolved)|will (?:definitely|certainly|absolutely)|completely prevent"
    r"|once and for all)"
)
RESOLVE = (
    r"\b(?:so that|(?:to|and) (?:ensure|make sure)|steps|measures|utmost|(?:our|my) best|working to"
    r"|prevent)\b[^.\n]{0,60}"
)
SOURCE = r"caused|due|related|because|the (?:cause|result)|a result|an? (?:\w{1,15} )?(?:attack|bug)"
GUESS = (
    r"\b(?:probably|perhaps|maybe|presumably|apparently|seems? (?:to|that|like)|appears? (?:to|that)"
    r"|possibly|seemingly|supposedly|(?:we|i) (?:think|believe|suspect|assume|guess)"
    r"|(?:is|are|was|were) (?:believed|thought|assumed|presumed|suspected)|(?:suspected"
    r"|probable) (?:root )?cause"
    r"|(?:it|this) looks (?:like|as)|we are (?:fairly|quite|almost) (?:sure|certain)"
    rf"|(?:might|may|could|must) have been (?:{SOURCE})|(?:might|may|could)(?: well)? be (?:{SOURCE})"
    rf"|(?:it|this|(?:the|a) (?:cause|reason|problem|issue|failure|outage)) (?:might|may|could)(?: well)? be"
    rf" (?:an? (?!while|few|little|good|long|short|day|hour|minute|delay)|the |our )"
    r"|(?:is|are|was) likely|most likely|likely (?:due|caused|cause|to))\b"
)
FAILURE = r"(?:outage|failure|incident|problem|issue|disruption|interruption|error|fault)s?"
CAUSE = (
    r"\bthe (?:root )?cause (?:is|was)\b|\b(?:is|are|was|were) caused by(?! (?:this|the) (?:failure|outage"
    r"|incident|problem))"
    rf"|\b{FAILURE} (?:is|was|are|were) (?:due to|the result of|because of)|\b(?:resulted|stemmed) from\b"
    rf"|\bcaused (?:this|the|our) {FAILURE}\b"
    r"|\b(?:due to|because of) (?!this|the (?:outage|incident))(?:\w{1,15} ){1,3}?"
    r"(?:failure|bug|overload|attack|error|misconfiguration)\b"
    r"|\b(?:was|were) triggered by\b|\btraced to\b|\bcause: *(?=\w)|(?:identified|found) the (?:issue|problem): "
)
OPEN_CAUSE = (
    r"investigat|looking into|being looked|examin|unknown|\bnot (?:yet |currently )?(?:been )?(?:known"
    r"|clear|found|identified"
    r"|confirmed|determined)|to be confirmed|\bpending\b|will (?:report|tell|inform|follow)"
)
DENIAL = (
    r"\bno (?:\w{1,12} )?(?:data|information)\b[^.\n]{0,20}(?:was|were|is|has been|have been) (?:lost"
    r"|leaked|exposed"
    r"|stolen|compromised|breached|damaged|altered|deleted)"
    r"|\bthere (?:was|is|were|has been|have been) no (?:\w{1,12} ){0,2}(?:loss|leak|leakage|breach"
    r"|unauthori[sz]ed access)"
    r"|\bthere (?:was|is|were|has been) no (?:impact|effect) (?:on|to) (?:\w{1,12} )?(?:data|information)\b"
    r"|\b(?:data|information) (?:is|was|remains|remained) (?:safe|secure|intact)\b"
    r"|\bno (?:data loss|loss of data|leak of \w{1,12}) (?:has )?occurred"
)

RULES = (
    Rule(
        "EN-01",
        "error",
        any_of(
            phrase(
                SOON, unless=TOLD_LATER, before=DONE, sentence=NO_ESTIMATE, needs=HOPEFUL, reading="lower"
            ),
            phrase(ALMOST, sentence=NO_ESTIMATE, reading="lower"),
        ),
        "根拠のない復旧の予告です。",
        "A promise of recovery without a basis.",
        "There is no estimated time of recovery yet.",
        "The service will be restored shortly.",
    ),
    Rule(
        "EN-02",
        "warning",
        when(
            no_estimate_confirmed,
            phrase(ESTIMATE, unless=TOLD_LATER, sentence=NO_ESTIMATE, reading="lower"),
        ),
        "根拠が記録されていない復旧時刻です。",
        "A recovery time nobody has given a basis for.",
        "The next report follows by 11:00 JST.",
        "Sign-in will be restored by 6 pm.",
        letters=KindClass.ABOUT_THE_FUTURE,
    ),
    Rule(
        "EN-03",
        "error",
        phrase(
            GUARANTEE,
            before=RESOLVE,
            sentence="We will do our utmost to prevent a recurrence.",
            reading="lower",
        ),
        "守れない保証です。",
        "A guarantee nobody can keep.",
        "We have added a check to prevent a recurrence.",
        "This will never happen again.",
    ),
    Rule(
        "EN-04",
        "error",
        phrase(GUESS, sentence=UNDER_STUDY, reading="lower"),
        "推測です。",
        "A guess. Only confirmed facts belong here.",
        "The cause is under investigation.",
        "It was probably a network failure.",
    ),
    Rule(
        "EN-05",
        "error",
        when(
            no_cause_confirmed,
            phrase(CAUSE, unless=OPEN_CAUSE, sentence=UNDER_STUDY, reading="lower"),
        ),
        "この段階での原因の断定です。",
        "Naming the cause this early is how wrong news starts.",
        "The cause is under investigation.",
        "The outage was caused by a database failure.",
        letters=KindClass.ABOUT_THE_FUTURE,
    ),
    Rule(
        "EN-17",
        "warning",
        phrase(
            DENIAL,
            before=r"\brest assured,? (?:that )?(?:\w{1,12} )?",
            unless=r"\b(?:confirmed|so far|at this (?:time|point)|to our knowledge|found|as of)\b",
            reading="lower",
        ),
        "調査の途中での全否定です。",
        "A flat denial during the investigation may not hold.",
        "At this point we have confirmed no loss of data.",
        "No data was lost.",
        letters=KindClass.ABOUT_THE_FUTURE,
    ),
)
