"""The mail server's refusals, grouped by its words."""

from bridge.core.failures import FailureGroup, grouped


def test_what_names_one_recipient_or_one_attempt_makes_no_group_of_its_own() -> None:
    refused = [
        ("550 5.1.1 <a@example.jp>: no such user", "example.jp", 1),
        ("550 5.1.1 <b@example.jp>: no such user", "example.jp", 1),
        ("550 5.7.515 Access denied [AM6EUR05FT033.eop 2026-11-24T02:30:00Z 08DE2B3C]", "outlook.com", 100),
        ("550 5.7.515 Access denied [AM6EUR05FT061.eop 2026-11-24T02:31:00Z 08DE2B3D]", "hotmail.com", 80),
    ]
    largest, users = grouped(refused)
    assert (largest.count, largest.domains) == (180, ("outlook.com", "hotmail.com"))
    assert largest.reply.startswith("550 5.7.515 Access denied")
    assert users == FailureGroup("550 5.1.1 …: no such user", 2, ("example.jp",))


def test_numbers_make_no_group_of_their_own_and_codes_do() -> None:
    refused = [(f"554 5.2.1 mailbox disabled {n}", "example.jp", 1) for n in range(9)]
    assert grouped([*refused, ("554 5.2.2 mailbox disabled 3", "example.jp", 1)]) == (
        FailureGroup("554 5.2.1 mailbox disabled …", 9, ("example.jp",)),
        FailureGroup("554 5.2.2 mailbox disabled …", 1, ("example.jp",)),
    )


def test_the_three_largest_groups_are_kept_and_their_counts_are_whole() -> None:
    refused = [(f"55{n} no", f"mail{m}.example.jp", n + 1) for n in range(5) for m in range(20)]
    groups = grouped(refused)
    assert [(group.reply, group.count) for group in groups] == [
        ("554 no", 100),
        ("553 no", 80),
        ("552 no", 60),
    ]
    assert all(len(group.domains) == 10 for group in groups)


def test_without_refusals_there_is_no_group() -> None:
    assert grouped([]) == ()
