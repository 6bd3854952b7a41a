"""English letters have their own small table."""

from datetime import datetime

import pytest

from bridge.wording import Context, Letter, apply, check

NOW = datetime.fromisoformat("2026-11-24T10:20:00+09:00")
BODY = """Dear customer,

Thank you for using Midori Shop. This is a message from its support.

Sign-in for all users is currently unavailable. We apologise for the
inconvenience this is causing you.

Started: about 10:05 JST on Tuesday, 24 November 2026 (continuing)
What is affected: sign-in for all users
Current status: we are investigating the cause and working to
restore service.
Expected recovery: not known at this time. We will tell you as soon
as it is.
Next report: 11:00 JST on Tuesday, 24 November 2026

------------------------------------
Midori Shoji Co., Ltd.
Contact: support@example.jp
------------------------------------
"""
SUBJECT = "[Important] [Incident] Midori Shop: sign-in failure (report 1)"


def found(body: str, kind: str = "first", subject: str = SUBJECT) -> set[str]:
    context = Context(now=NOW, service="Midori Shop", report_no=1, domains=("example.jp",), staff=("Sato",))
    return {finding.rule for finding in check(Letter(kind, subject, body, "en"), context)}


def test_a_plain_first_report_has_no_finding() -> None:
    assert found(BODY) == set()


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("We will be back online shortly.", "EN-01"),
        ("We will be back soon.", "EN-01"),
        ("The service will be back shortly.", "EN-01"),
        ("Service will resume in a few minutes.", "EN-01"),
        ("In a couple of hours sign-in should be up and running again.", "EN-01"),
        ("We hope to have this fixed soon.", "EN-01"),
        ("You will be able to sign in again shortly.", "EN-01"),
        ("It will not take long to restore service.", "EN-01"),
        ("We are about to restore the service.", "EN-01"),
        ("Recovery is imminent.", "EN-01"),
        ("Service should be restored within 30 minutes.", "EN-02"),
        ("Recovery is expected within two hours.", "EN-02"),
        ("Estimated recovery: 15:00 JST.", "EN-02"),
        ("It should be resolved by the end of the day.", "EN-02"),
        ("We guarantee that it will not happen again.", "EN-03"),
        ("This cannot happen again.", "EN-03"),
        ("It seems to be a network problem.", "EN-04"),
        ("It might be a DDoS attack.", "EN-04"),
        ("This could be due to the network.", "EN-04"),
        ("The fault may have been caused by a bug.", "EN-04"),
        ("It is believed to be an attack.", "EN-04"),
        ("We’re fairly certain that it seems to be the network.", "EN-04"),
        ("The cause was a failed disk.", "EN-05"),
        ("The outage is due to a failed disk.", "EN-05"),
        ("Cause: a failed disk", "EN-05"),
        ("The failure has been traced to a switch.", "EN-05"),
        ("We have identified the issue: a full disk.", "EN-05"),
        ("The failure resulted from a change.", "EN-05"),
        ("This was a minor issue.", "EN-06"),
        ("The impact was negligible.", "EN-06"),
        ("It was nothing serious.", "EN-06"),
        ("A tiny fraction of users was affected.", "EN-06"),
        ("Rest assured, your data is safe.", "EN-07"),
        ("There is no reason for concern.", "EN-07"),
        ("Please don’t worry.", "EN-07"),
        ("We apologize for any inconvenience this may have caused.", "EN-08"),
        ("If this caused you trouble, we apologise.", "EN-08"),
        ("Please correct your misconfiguration.", "EN-09"),
        ("Your configuration was wrong.", "EN-09"),
        ("You entered the wrong data.", "EN-09"),
        ("There were incorrect settings on your side.", "EN-09"),
        ("We found a wrong network configuration on your end.", "EN-09"),
        ("Invalid data entered on the customer's side stopped the service.", "EN-09"),
        ("The outage is beyond our control.", "EN-10"),
        ("We are not responsible for this outage.", "EN-10"),
        ("The supplier made a mistake.", "EN-10"),
        ("The fault lies with our vendor.", "EN-10"),
        ("An engineer's mistake was found.", "EN-11"),
        ("An operator mistakenly deleted the data.", "EN-11"),
        ("The load was unprecedented.", "EN-12"),
        ("An unexpected surge stopped the service.", "EN-12"),
        ("This could not have been avoided.", "EN-12"),
        ("Affected: [insert the function]", "EN-13"),
        ("Affected: [function]", "EN-13"),
        ("Dear [Customer Name],", "EN-13"),
        ("Until: XX:XX", "EN-13"),
        ("(insert the time here)", "EN-13"),
        ("We are back!", "EN-14"),
        ("We will refund your fees.", "EN-15"),
        ("We will credit your account.", "EN-15"),
        ("No personal data was leaked.", "EN-17"),
        ("There was no data loss.", "EN-17"),
        ("See Monday, 24 November 2026.", "EN-18"),
        ("Seen at 2026-11-24 01:05:00.", "EN-19"),
        ("Started: {{ started }}", "PLH-02"),
        ("Expected recovery: TBD", "PLH-04"),
        ("Affected: None", "PLH-07"),
        ("10.20.3.15 is down.", "LEK-01"),
        ("We restarted db-prod-03.", "LEK-02"),
        ("[FIRING:1] LoginErrors", "LEK-03"),
        ("See https://grafana.example.jp/d/1 for details.", "LEK-05"),
        ("Sato restarted the service.", "LEK-06"),
        ("For internal use only.", "LEK-09"),
    ],
)
def test_a_careless_sentence_is_found_and_only_as_what_it_is(line: str, rule: str) -> None:
    assert found(BODY.replace("Next report", f"{line}\nNext report", 1)) == {rule}


@pytest.mark.parametrize(
    "line",
    [
        "We will inform you as soon as service is restored.",
        "Search was restored shortly after 10:30.",
        "Search was back to normal within a few minutes.",
        "Processing soon returned to normal.",
        "Please check back soon.",
        "Orders may be a few minutes late.",
        "It may be necessary to sign in again.",
        "The page may take a few minutes to load.",
        "We are working on it and will have more information soon.",
        "We will soon start the recovery work.",
        "We will report on the recovery by 15:00 JST.",
        "We do not expect it to be restored by 11:00 JST.",
        'The message "Service will be back soon" is shown.',
        "We have taken steps so that this does not happen again.",
        "The cause has not been identified yet.",
        "Issue: sign-in fails for all users",
        "We will provide another update in 15 minutes.",
        "We apologise for the trouble caused by this failure.",
        "We have released a minor version.",
        "This was not caused by your settings.",
        "This was not caused by incorrect settings on your side.",
        "Incorrect data on your side may be shown until you reload the page.",
        "If an incorrect amount is shown on your end, please reload the page.",
        "We have corrected the wrong settings on our side.",
        "No change of settings is needed on your side.",
        "We are to blame for not having tested the change.",
        "An engineer restarted the service at 11:20 JST.",
        "Press <Enter> and then the [Save] button.",
        "As soon as service is restored, we will write again shortly.",
        "So far, there was no data loss.",
        "Orders placed between 10:05 and 11:20 were not saved.",
        "None of your saved data is affected by this failure.",
        "Please sign in again after the update.",
        "A failure at a supplier we use has affected our service.",
        "We have confirmed that no data was lost so far.",
        "The next report follows at 11:00 JST even if nothing has changed.",
        "We will answer in writing whether fees will be refunded.",
    ],
)
def test_ordinary_sentences_pass(line: str) -> None:
    assert found(BODY.replace("Next report", f"{line}\nNext report", 1)) == set()


@pytest.mark.parametrize(
    ("gone", "rule"),
    [
        ("We apologise for the\ninconvenience this is causing you.", "EN-21"),
        ("Contact: support@example.jp\n", "EN-22"),
        ("Started: about 10:05 JST on Tuesday, 24 November 2026 (continuing)\n", "EN-23"),
        ("Next report: 11:00 JST on Tuesday, 24 November 2026\n", "EN-24"),
    ],
)
def test_what_a_letter_must_say_is_missed(gone: str, rule: str) -> None:
    assert gone in BODY
    assert rule in found(BODY.replace(gone, ""))


def test_the_subject_begins_with_a_bracket() -> None:
    assert found(BODY, subject="Midori Shop: sign-in failure") == {"EN-20"}


def test_a_hope_is_replaced_by_what_is_known() -> None:
    letter = Letter("recovery", "", "We are sorry. All functions will be restored soon. Thank you.", "en")
    mended = apply(letter, check(letter, Context(), "sentence")).body
    assert "There is no estimated time of recovery yet." in mended
    assert check(Letter("recovery", "", mended, "en"), Context(), "sentence") == ()
