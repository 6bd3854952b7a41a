"""What a person is shown of a change."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.core.diff import DiffPart, TextChange, changes

LETTER = "お客様各位\n\n■障害の概要\n発生日時：2時10分頃\n影響範囲：全ユーザーのログイン機能\n\n敬具\n"
LINES = st.lists(st.text("あいう■:：ab1 ", max_size=8), max_size=8)


def text(parts: tuple[DiffPart, ...]) -> str:
    return "".join(part.text for part in parts)


def test_the_added_words_of_a_fact_are_marked_under_its_name() -> None:
    wider = LETTER.replace("ログイン機能", "ログイン機能およびパスワードの再設定")
    (change,) = changes(LETTER, wider)
    assert change.label == "影響範囲"
    assert change.old == (DiffPart("全ユーザーのログイン機能"),)
    assert change.new == (
        DiffPart("全ユーザーのログイン機能"),
        DiffPart("およびパスワードの再設定", changed=True),
    )


def test_a_new_line_belongs_to_the_heading_above_it() -> None:
    (change,) = changes(LETTER, LETTER.replace("\n\n敬具", "\n復旧中です。\n\n敬具"))
    assert change == TextChange("■障害の概要", (), (DiffPart("復旧中です。", changed=True),))


def test_a_removed_line_has_no_new_side() -> None:
    (change,) = changes(LETTER, LETTER.replace("敬具\n", ""))
    assert (text(change.old), change.new) == ("敬具", ())


def test_a_whole_word_is_marked_not_its_letters() -> None:
    (change,) = changes("Sign-in is down", "Sign-in is done")
    assert [part.text for part in change.new if part.changed] == ["done"]


def test_two_places_are_two_changes() -> None:
    both = LETTER.replace("10分", "12分").replace("敬具", "以上")
    assert len(changes(LETTER, both)) == 2


@given(LINES)
def test_the_same_text_has_no_changes(lines: list[str]) -> None:
    assert changes("\n".join(lines), "\r\n\n".join(lines)) == ()


@given(LINES, LINES)
def test_every_new_line_with_text_is_kept_or_shown(old: list[str], new: list[str]) -> None:
    shown = "\n".join(
        f"{change.label}：{text(change.new)}" for change in changes("\n".join(old), "\n".join(new))
    )
    for line in (line.strip() for line in new):
        assert (
            line in shown
            or any(line == kept.strip() for kept in old)
            or line.split("：")[-1].strip() in shown
        )


@given(LINES, LINES)
def test_different_texts_have_a_change(old: list[str], new: list[str]) -> None:
    bare = [[line.strip() for line in lines if line.strip()] for lines in (old, new)]
    assert bool(changes("\n".join(old), "\n".join(new))) == (bare[0] != bare[1])
