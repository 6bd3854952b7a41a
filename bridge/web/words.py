"""Every sentence of the pages, Japanese and English side by side. `{}` fields are filled in by the views.

docs/design.md §16 says what each page is for. Numbers come already grouped (12,408).
"""

from bridge.core.values import Locale

Pair = tuple[str, str]

WORDS: dict[str, Pair] = {
    # every page
    "switch": ("English", "日本語"),
    "person": ("{name}さん", "{name}"),
    "and": ("と", " and "),
    "robot": ("ブリッジ", "the bridge"),
    "policy": ("あらかじめ決めた方針", "standing policy"),
    "error_title": ("エラー: {title}", "Error: {title}"),
    "full_stop": ("{first}。{second}", "{first}. {second}"),
    "unsent": ("まだ送っていません", "Nothing sent yet"),
    "refresh": ("最新の状態を見る", "Refresh"),
    "reopen": ("もう一度開く", "Reopen"),
    # deadline
    "title_open": ("{clock}までに承認: {name}", "Approve by {clock}: {name}"),
    "title_late": ("期限を過ぎています: {name}", "Overdue: {name}"),
    "approve_by": ("{clock} までに承認", "Approve by {clock}"),
    "promised": ("{clock} お客様との約束", "Promised for {clock}"),
    "deadline_was": ("{clock} の期限", "Was due {clock}"),
    "left": ("残り{length}", "{length} left"),
    "over": ("{length}超過", "{length} late"),
    "still_send": ("今からでも送ってください。", "Please still send."),
    "minutes": ("{n}分", "{n} min"),
    # who receives it
    "people": ("名", "people"),
    "people_1": ("名", "person"),
    "letters": ("通", "letters"),
    "letters_1": ("通", "letter"),
    "list_unknown": (
        "宛先を数えられません({why})。名簿を直すまで送信できません。",
        "The list cannot be counted ({why}). Sending waits until it is repaired.",
    ),
    "one_by_one": ("1通ずつ個別に届きます。", "Sent one by one."),
    "more": ("前回より +{n}名。", "{n} more than last time. "),
    "fewer": ("前回より −{n}名。", "{n} fewer than last time. "),
    "same": ("前回と同じ人数。", "As many as last time. "),
    "first_use": ("はじめて使う名簿です。", "First use of this list. "),
    "batch_sub": ("お一人ずつ別の手紙です。", "A different letter for each person."),
    # facts
    "subject": ("件名", "Subject"),
    "since": ("いつから", "Since"),
    "until": ("復旧", "Recovered"),
    "lasted": ("障害の時間", "Lasted"),
    "what": ("何が", "What"),
    "workaround": ("代わりの方法", "Meanwhile"),
    "cause": ("原因", "Cause"),
    "prevention": ("再発防止策", "Prevention"),
    "next": ("次の連絡", "Next mail"),
    "before": ("前回", "Last mail"),
    "as_template": ("ほかの文は、登録した定型文のままです", "The rest is your own template"),
    "template_failed": (
        "登録したテンプレートに誤りがあり、標準の文面を使いました({why})。",
        "Your own template is faulty; the shipped one was used ({why}).",
    ),
    "edited": ("{who}が文面を直しました({n}か所)", "{who} changed the text ({n})"),
    "answered": ("{who}の答えを入れました", "With {who}’s answers"),
    "since_edit": (
        "版{v}を保存したあとで、状況が変わりました",
        "The facts changed after version {v} was saved",
    ),
    "since_edit_note": (
        "手紙の文は、保存したときのままです。",
        "The letter still says what was saved.",
    ),
    "since_old": ("− {clock}", "− {clock}"),
    "since_new": ("+ いま", "+ now"),
    "investigating": ("調査中({day}までに報告)", "Under investigation (report by {day})"),
    "not_known": ("影響の文が登録されていません", "No impact text is registered"),
    "and_more": ("{what} ほか{n}件", "{what} and {n} more"),
    # the letter
    "letter": ("お客様に届くメール(版{n})", "What customers receive (version {n})"),
    "letter_edited": (
        "お客様に届くメール(版{n}・{who}が編集)",
        "What customers receive (version {n}, edited by {who})",
    ),
    "letter_other": ("{language}の文面({n}名に届きます)", "{language} text ({n} people receive it)"),
    "letter_other_1": ("{language}の文面(1名に届きます)", "{language} text (1 person receives it)"),
    "letter_as_before": (
        "{language}の文面({n}名に届きます・直していません)",
        "{language} text ({n} people receive it, not changed)",
    ),
    "letter_as_before_1": (
        "{language}の文面(1名に届きます・直していません)",
        "{language} text (1 person receives it, not changed)",
    ),
    "untranslated": (
        "英語の手紙に日本語の文が残っています({n}名に届きます)。文面を直して、英語にしてください。",
        "Japanese is left in the English letter ({n} people receive it). Edit the text into English.",
    ),
    "untranslated_1": (
        "英語の手紙に日本語の文が残っています(1名に届きます)。文面を直して、英語にしてください。",
        "Japanese is left in the English letter (1 person receives it). Edit the text into English.",
    ),
    "letter_ja": ("日本語", "Japanese"),
    "letter_en": ("英語", "English"),
    "letter_of": ("{n}通目: {to}", "Letter {n}: {to}"),
    # the deck
    "send": ("{n}名に送信する", "Send to {n} customers"),
    "send_1": ("1名に送信する", "Send to 1 customer"),
    "send_second": ("2人目として{n}名に送信する", "Send to {n} as second approver"),
    "send_version": ("版{v}を{n}名に送信する", "Send version {v} to {n}"),
    "send_batch": ("{n}通をそれぞれ1名に送信する", "Send {n} letters, one person each"),
    "send_batch_1": ("1通を1名に送信する", "Send 1 letter to one person"),
    "send_unchanged": ("変化なしと{n}名に伝える", "Tell {n}: no change"),
    "hold_note": ("押してから{n}秒は取り消せます", "You can cancel for {n} seconds"),
    "hold_none": ("押すとすぐに送り始めます", "Sending starts at once"),
    "first_note": ("もう1人の承認で送信されます", "Sent when one more person approves"),
    "edit": ("文面を直す", "Edit"),
    "write_change": ("変化を書く", "Write what changed"),
    "dismiss": ("送らない", "Do not send"),
    "acknowledge": ("確認中と伝える", "I’m on it"),
    "acknowledge_note": (
        "次の連絡を1回とばし、ほかの人にあなたが確認中と伝えます。連絡は続きます。",
        "Skips one ring and tells the others you have it. Ringing goes on.",
    ),
    "answer_again": ("答えを直す", "Change the answers"),
    # disclosures
    "more_choices": ("ほかの操作と詳細", "More"),
    "dismiss_why": ("送らない理由", "Why not?"),
    "dismiss_go": ("送らないと決める", "Decide not to send"),
    "dismiss_note": (
        "お客様にはだれにも届きません。連絡は止まります。",
        "No customer gets anything. Ringing stops.",
    ),
    "other_reason": ("その他の理由", "Other reason"),
    "test": ("自分だけに試し送りする", "Send a copy to me"),
    "test_note": ("{address} にだけ届きます。", "Only {address} gets it."),
    "recovered": ("復旧した", "Recovered"),
    "recovered_note": (
        "警告が鳴り続けていても、ここで障害を終わりにして、復旧報告の下書きに進みます。まだ送られません。",
        "Ends the incident, even while an alert is on, and drafts the recovery report. Sends nothing.",
    ),
    "recovered_go": ("復旧報告の下書きへ進む", "Draft the recovery report"),
    "history": ("これまでの経過", "History"),
    "details": ("送信元・宛先の詳細", "Sender and list"),
    "from": ("差出人", "From"),
    "list": ("名簿", "List"),
    "languages": ("言語", "Languages"),
    "encoding": ("文字コード", "Encoding"),
    "duplicates": ("重複", "Duplicates"),
    "duplicates_n": ("{n}件(1通だけ送ります)", "{n} (each is mailed once)"),
    "bad_rows": ("送れない行", "Rows left out"),
    "bad_none": ("ありません", "None"),
    "bad_more": ("ほか{n}行", "{n} more rows"),
    "version_word": ("版", "Version"),
    "version_of": ("{n}({at} {who})", "{n} ({at}, {who})"),
    "hash": ("照合値", "Checksum"),
    # findings
    "fix_n": ("送る前に{n}か所直してください", "Fix {n} before sending"),
    "fix_1": ("送る前に1か所直してください", "Fix 1 thing before sending"),
    "batch_fix": ("CSVを直して、もう一度登録してください。", "Correct the CSV and upload it again."),
    "suggestion": ("提案", "Suggestion"),
    "repair": ("提案の文に直す", "Use the suggestion"),
    "rewrite": ("いまの事実で書き直す", "Rewrite from the facts of now"),
    "rewritten_old": ("− この手紙", "− this letter"),
    "rewritten_new": ("+ いまの事実で書き直すと", "+ rewritten from now"),
    "repair_note": ("直したあと、もう一度この画面で確認します", "You review it here again"),
    "edit_self": ("自分で直す", "Edit myself"),
    "edit_note": ("保存しても、まだ送られません", "Saving sends nothing"),
    "as_is": ("このまま送る", "Send as is"),
    "as_is_go_1": ("このまま1名に送信する", "Send as is to 1 customer"),
    "as_is_why": ("理由(必須・記録に残ります)", "Reason (required, recorded)"),
    "as_is_go": ("このまま{n}名に送信する", "Send as is to {n} customers"),
    "quoted": ("「{text}」", "“{text}”"),
    "quoted_in": ("{n}通目 {quote}", "Letter {n} {quote}"),
    "warnings": ("確かめてください", "Please check"),
    "duties": ("個人データに被害があるとき", "If personal data was harmed"),
    "duty_early": (
        "個人情報保護委員会への速報: 知ってからおおむね3〜5日以内",
        "Preliminary report to the Personal Information Protection Commission: within about 3 to 5 days",
    ),
    "duty_full": (
        "確報: 30日以内(不正な目的によるおそれがあるときは60日以内)",
        "Full report: within 30 days (60 if it may have been done with wrongful intent)",
    ),
    "duty_person": ("ご本人への通知", "Notice to the persons concerned"),
    "duty_note": (
        "当てはまるかどうかは、法務の担当者に確かめてください。この画面は法律上の助言ではありません。",
        "Ask your legal staff whether this applies. This page gives no legal advice.",
    ),
    # surprises
    "list_fewer": (
        "前回より{n}名少ない名簿です。送信開始まで{s}秒あります。",
        "{n} fewer than last time. Sending starts after {s} s.",
    ),
    "list_more": (
        "前回より{n}名多い名簿です。送信開始まで{s}秒あります。",
        "{n} more than last time. Sending starts after {s} s.",
    ),
    "repeat": (
        "同じ種類の手紙を10分以内に送っています。送信開始まで{s}秒あります。",
        "A letter of this kind was sent less than 10 min ago. Sending starts after {s} s.",
    ),
    "override": (
        "直していない箇所があります。送信開始まで{s}秒あります。",
        "Something was left unfixed. Sending starts after {s} s.",
    ),
    # two people
    "second_asked": (
        "{who}が {clock} に版{v}を承認しました。あなたの承認で送信されます。",
        "{who} approved version {v} at {clock}. Yours sends it.",
    ),
    "second_waits": (
        "あと1人の承認が必要です。{others}に連絡しています。",
        "One more approval needed; ringing {others}.",
    ),
    "second_waits_any": ("あと1人の承認が必要です。", "One more approval needed."),
    "second_editor": (
        "版{v}はあなたが編集しました。別の人の承認が必要です。",
        "You edited version {v}; someone else must approve.",
    ),
    "second_needed": (
        "この手紙には2人の承認が必要です。",
        "This letter needs two people’s approval.",
    ),
    # what the last press did
    "did_cancelled": (
        "取り消しました。まだ送っていません。連絡は続きます。",
        "Cancelled. Nothing sent. Ringing goes on.",
    ),
    "did_acknowledged": (
        "まだ送っていません。確認中と伝えました。連絡は続きます。",
        "Nothing sent. Everybody knows you are on it. Ringing goes on.",
    ),
    "did_saved": (
        "まだ送っていません。保存しました。手紙を確かめてください。",
        "Nothing sent. Saved. Please check the letter.",
    ),
    "did_test": (
        "まだ送っていません。{address} にだけ試し送りしました。",
        "Nothing sent. A copy is on its way to {address} only.",
    ),
    "did_refused": (
        "まだ送っていません。直すか、このまま送る理由を書いてください。",
        "Nothing sent. Fix it, or write why it must go as it is.",
    ),
    "acknowledged_by": ("{who}が {clock} から確認中です。", "{who} has been on it since {clock}."),
    "all_ended": (
        "警告は {clock} にすべて止まりました。発生と復旧を1通で伝えるか、送らないかを選べます。",
        "Every alert ended at {clock}. Tell start and recovery in one letter, or do not send.",
    ),
    # hold
    "title_hold": ("まだ送っていません: {name}", "Nothing sent yet: {name}"),
    "hold_before": ("", "Sending starts in"),
    "hold_after": ("秒後に送り始めます", "s"),
    "hold_starts": (
        "何もしなければ {clock} に送り始めます。この画面を閉じても送信されます。",
        "Starts at {clock} unless you cancel, even if you close this page.",
    ),
    "cancel": ("取り消す", "Cancel"),
    "cancel_note": ("承認前に戻ります。だれにも届きません", "Back to review. Nobody gets anything"),
    # sending and after
    "sending": ("送信しています", "Sending"),
    "sending_note": (
        "この画面は閉じて大丈夫です。終わったらメールでお知らせします。",
        "You can close this page; a mail tells you when it is done.",
    ),
    "starting": ("送信を始めます", "Sending starts"),
    "sent_title": ("{n}名に送信しました", "Sent to {n}"),
    "sent_failed": ("{n}名に届いていません。", "{n} failed. "),
    "sent_unknown": ("{n}名は届いたか確認できません。", "{n} not known. "),
    "first_and_last": (
        "最初の1通 {first}、最後の1通 {last}(検知から)。",
        "First mail {first}, last {last} after detection.",
    ),
    "first_round": ("送信しました", "Sent"),
    "nothing_sent": ("1通も送れていません", "Not one letter was sent"),
    "sent_to": ("{n}名に送信しました。", "Sent to {n}. "),
    "retrying": ("{n}名は再送中です({until}まで)。", "Retrying {n} until {until}. "),
    "retrying_note": (
        "再送が終わったらメールでお知らせします。",
        "A mail tells you when retrying has ended.",
    ),
    "reasons": ("届かなかった理由", "Why"),
    "reason_group": ("{n}名({domains})", "{n} ({domains})"),
    "reason_group_more": ("{n}名({domains} ほか)", "{n} ({domains} and others)"),
    "after_detection": ("検知から{length}。", "{length} after detection."),
    "of_total": ("/ {n}名", "/ {n}"),
    "state_sent": ("送信済み", "Sent"),
    "state_queued": ("順番待ち", "Waiting"),
    "state_deferred": ("再送待ち", "Retrying"),
    "state_failed": ("届かなかった", "Failed"),
    "state_unknown": ("不明", "Unknown"),
    "sent_means": (
        "「送信済み」は、メールサーバーが受け付けた通数です。",
        "“Sent” means accepted by the mail server.",
    ),
    "as_of": ("{clock} 現在", "As of {clock}"),
    "as_of_eta": ("{clock} 現在、あと約{length}。", "As of {clock}, about {length} to go."),
    "seconds": ("{n}秒", "{n} s"),
    "quarter": ("{total}名のうち{n}名以上に送信済みです", "At least {n} of {total} sent"),
    "then": ("このあと", "Next"),
    "then_done": ("全員への送信が終わる見込み", "All sent, by estimate"),
    "then_draft": ("続報の下書きを{who}に届けます", "The next draft goes to {who}"),
    "then_promise": ("お客様に約束した次の連絡", "Next mail promised to customers"),
    "then_final": ("最終報の下書きを{who}に届けます", "The draft of the final report goes to {who}"),
    "then_cause": ("お客様に約束した原因の報告", "Report of the cause, promised to customers"),
    "record": ("記録", "Record"),
    "record_detected": ("異常を検知", "Detected"),
    "record_approved": ("{who}が版{v}を承認", "{who} approved version {v}"),
    "record_started": ("送信開始。", "Sending started. "),
    "record_finished": ("送信終了", "Sending finished"),
    # correction
    "correct_link": ("この知らせは誤りだった", "This letter was wrong"),
    "corrected_by": ("この知らせの訂正を見る", "See the correction of this letter"),
    "correct_title": ("訂正を用意する: {name}", "Prepare a correction: {name}"),
    "correct": ("どこが誤りでしたか", "What was wrong?"),
    "correct_still": ("いまも送っています", "Still sending"),
    "correct_going": ("{clock} までに{sent}名へ。残り{rest}名。", "{sent} by {clock}. {rest} to go."),
    "correct_stop_note": ("誤りの内容は、止めたあとで選べます", "Say what was wrong after stopping"),
    "correct_stopped": ("残り{rest}名への送信は止まっています。", "Sending to the other {rest} is stopped."),
    "no_incident": ("障害は起きていない", "No outage happened"),
    "no_incident_note": ("該当する障害はなかったと伝えます", "Customers read that there was none"),
    "wrong_fact": ("内容に誤りがある", "Something in it is wrong"),
    "wrong_fact_note": (
        "誤りと正しい内容を並べて伝えます",
        "Customers read what was wrong and what is right",
    ),
    "wrong_list": ("宛先に誤りがある", "It went to the wrong people"),
    "wrong_list_note": ("届いたメールの破棄をお願いします", "They are asked to delete it"),
    "wrong": ("誤り", "Wrong"),
    "right": ("正しくは", "What is right"),
    "right_optional": ("(空でもかまいません)", " (may stay empty)"),
    "right_hint": (
        "「内容に誤りがある」で空なら「{clock}までにご連絡します」と伝えます。",
        'Empty, where something in it is wrong: "we will write again by {clock}".',
    ),
    "correct_stop_go": ("残りを止めて、訂正を用意する", "Stop the rest and prepare a correction"),
    "correct_go": ("訂正を用意する", "Prepare a correction"),
    "correct_note": (
        "訂正は、次の画面で確かめるまで送りません",
        "It is sent only after you check it on the next page",
    ),
    "correct_leave_going": ("やめる(送信は続きます)", "Leave (sending goes on)"),
    "correct_missing": (
        "まだ何も変えていません。どれかを選んでください。",
        "Nothing has changed. Choose one of these.",
    ),
    "send_correction": ("{n}名に訂正を送信する", "Send the correction to {n} people"),
    "send_correction_1": ("{n}名に訂正を送信する", "Send the correction to {n} person"),
    "only_reached": ("すでに届いた{n}名だけに送ります。", "Only to the {n} who got it. "),
    "in_doubt_too": ("届いたか確認できない{n}名を含みます。", "This includes {n} who may not have got it. "),
    "neither": ("止めた{n}名には、どちらも届きません。", "The {n} who were stopped get neither."),
    # stopping
    "stop": ("残りの送信を止める", "Stop the rest"),
    "stop_note": (
        "すでに送ったメールは取り消せません",
        "Mail already sent cannot be taken back",
    ),
    "stopped": ("送信を止めています", "Sending is stopped"),
    "stopped_note": (
        "{sent}名には送信済みです。残り{rest}名への送信を止めました。",
        "{sent} sent. Stopped the other {rest}.",
    ),
    "stopped_counts": (
        "承認した名簿は{before}名、いまの名簿は{after}名です。",
        "{before} on the approved list, {after} on the list now.",
    ),
    "resume": ("残り{n}名に送信する", "Send to the other {n}"),
    "retry_failed": ("届かなかった{n}名にもう一度送る", "Send again to the {n} it did not reach"),
    "retry_unknown": ("届いたか不明の{n}名にもう一度送る", "Send again to the {n} in doubt"),
    "retry_twice": ("二重に届くことがあります", "Some may get it twice"),
    "retry_rest": ("残りの送信も再開します", "The rest goes on, too"),
    "state_superseded": ("次の報告が先に届いた", "Later report came first"),
    "rings_refused": (
        "{who}への連絡は届いていません。メールサーバーの返答: {words}",
        "{who} was not reached. The mail server said: {words}",
    ),
    "resume_note": ("送信済みの方には届きません", "Nobody gets a second copy"),
    "resume_old": ("残り{n}名に送る", "Send to the other {n}"),
    "maybe_twice": ("二重に届くことがあります。", "Some may get it twice."),
    "old_record": (
        "この記録は{at}のものです。それ以後の送信は記録にありません。",
        "This record is of {at}. What was sent after that is not in it.",
    ),
    "old_record_search": (
        "決める前に、メールサーバーの記録で {at} よりあとの {sender} からの送信を探してください。"
        "1通もなければ、送っても二重になりません。",
        "Before you decide, search the mail server’s log for mail from {sender} after {at}. "
        "If there is none, nobody gets a second copy.",
    ),
    "as_recorded": (
        "記録では、送信済み{sent}名、残り{rest}名です。何名かには、もう届いているかもしれません。",
        "On record {sent} sent, {rest} left. Some of them may have it already.",
    ),
    "leave_it": (
        "送らないときは、このままにしておいてください。",
        "To send nothing more, leave it as it is.",
    ),
    "resume_all": ("{n}名に送信する", "Send to {n} customers"),
    "failures": ("届かなかった宛先", "Not delivered"),
    "failures_more": ("ほか{n}件", "{n} more"),
    "unknown_note": (
        "届いたか確認できません。もう一度送ると二重に届くことがあります。",
        "Not known whether it arrived. Sending again may duplicate it.",
    ),
    "relay_down": (
        "メールサーバーに送れません({why})。つながりしだい、続きを送ります。",
        "The mail server takes no mail ({why}). The rest goes out once it does.",
    ),
    "relay_down_yet": (
        "いまはメールサーバーに送れません({why})。承認しておけば、つながりしだい送ります。",
        "The mail server takes no mail now ({why}). Once approved, the letter goes out as soon as it does.",
    ),
    "letter_sent": ("送った手紙(版{n})", "The letter (version {n})"),
    "sent_record": (
        "版{v}。照合値 {hash}。承認: {who}、{at}。",
        "Version {v}. Checksum {hash}. Approved by {who}, {at}.",
    ),
    # decided
    "by_other": (
        "{who}が {clock} に承認しました。あなたの操作は不要です。",
        "{who} approved at {clock}. Nothing for you to do.",
    ),
    "by_policy": (
        "期限の {clock} に、決めておいた方針で送信しました。",
        "Sent at its deadline, {clock}, by standing policy.",
    ),
    "dismissed": (
        "{who}が「送らない」と決めました({reason})。連絡は止まりました。",
        "{who} decided not to send ({reason}). Ringing stopped.",
    ),
    "dismissed_self": (
        "「送らない」と決めました({reason})。連絡は止まりました。",
        "You decided not to send ({reason}). Ringing stopped.",
    ),
    "superseded": ("この下書きは{what}に置き換わりました。", "Replaced by the {what}."),
    "superseded_any": ("この下書きは新しい下書きに置き換わりました。", "Replaced by a newer draft."),
    "fires_again": (
        "警告が再び鳴ったので、この下書きは使いません。あなたの操作は不要です。",
        "The alert fired again, so this draft is not used. Nothing for you to do.",
    ),
    "withdrawn": ("取りやめました", "Withdrawn"),
    "superseded_go": ("{what}を開く", "Open the {what}"),
    "not_sent": ("送りません", "Not sent"),
    "replaced": ("置き換わりました", "Replaced"),
    # conflict
    "conflict_1": ("あなたが見ていた版{seen}のあと、", "After the version {seen} you saw, "),
    "conflict_2": ("{who}が {clock} に版{v}を保存", "{who} saved version {v} at {clock}"),
    "conflict_3": ("しました。", "."),
    "conflict_list": (
        "あなたが見たあとで名簿が変わりました。{before}名から{after}名になっています。",
        "The list changed after you looked: {before} before, {after} now.",
    ),
    "conflict_list_any": (
        "あなたが見たあとで名簿が変わりました。いまは{after}名です。",
        "The list changed after you looked. It has {after} now.",
    ),
    "changed": ("変わったところ({n}か所)", "What changed ({n})"),
    "no_change": ("文面は同じです。", "The wording is the same."),
    "old_version": ("− 版{n}", "− version {n}"),
    "new_version": ("+ 版{n}", "+ version {n}"),
    "typed": ("あなたが書いた文", "What you wrote"),
    "typed_note": (
        "保存されていません。必要なところを直して、版{n}の上に保存できます。",
        "It is not saved. Adapt it and save it over version {n}.",
    ),
    # edit
    "edit_title": ("文面を直す: {name}", "Edit: {name}"),
    "edit_subject": ("件名", "Subject"),
    "edit_body": ("本文", "Letter"),
    "edit_count": ("全角{n}文字(40文字まで)", "{n} of 40 full-width characters"),
    "save": ("保存して確認へ", "Save and review"),
    "back": ("直さずに戻る", "Back without saving"),
    # recovery and final report
    "recovery_title": ("復旧を知らせる", "Tell customers it is over"),
    "final_title": ("原因と再発防止策を知らせる", "Report cause and prevention"),
    "individual_title": ("個別のお詫び", "Individual apologies"),
    "update_title": ("変化はありましたか", "Has anything changed?"),
    "recovery_lead": (
        "{clock}に警告がすべて解消し、{since}続いています。障害は{lasted}でした。",
        "Every alert ended at {clock}, {since} ago. The disturbance lasted {lasted}.",
    ),
    "recovery_by_hand": (
        "{clock}に{who}が復旧としました。障害は{lasted}でした。",
        "{who} declared recovery at {clock}. The disturbance lasted {lasted}.",
    ),
    "was_firing": (
        "復旧としたとき、警告が{n}件続いていました",
        "Alerts that were still firing then: {n}",
    ),
    "still_firing": ("警告が{n}件続いています", "{n} alerts are still firing"),
    "still_firing_1": ("警告が1件続いています", "1 alert is still firing"),
    "cause_open": ("調査中", "Under investigation"),
    "cause_open_note": ("{day}までに報告すると約束します", "Promises a report by {day}"),
    "other_day": ("報告する日を変える", "Promise another day"),
    "cause_by": ("報告する日", "Report by"),
    "day_unsaved": (
        "まだ送っていません。保存もしていません。「報告する日」を直してください。",
        "Nothing sent, nothing saved. Please correct “Report by”.",
    ),
    "not_a_day": (
        "日付ではありません。2026-12-01 のように書いてください。",
        "Not a date. Write it as 2026-12-01.",
    ),
    "day_over": (
        "過ぎた日は約束できません。今日からあとの日を選んでください。",
        "That day is over. Choose today or a later day.",
    ),
    "cause_known": ("確定している(書く)", "Confirmed (write it)"),
    "remedy": ("行った対応", "What was done"),
    "prevention_later": ("後日報告する(日を約束します)", "Report it later (a day is promised)"),
    "prevention_known": ("決まっている(書く)", "Decided (write it)"),
    "customer_actions": ("お客様にお願いする操作", "What customers must do"),
    "more_facts": (
        "影響の範囲などを書き足す(書いた行だけ手紙に載ります)",
        "Add facts (only the lines you fill in are printed)",
    ),
    "fact_scope": ("影響を受けた範囲", "What was affected"),
    "fact_affected_count": ("影響の件数(例: 受注1,217件)", "How many (e.g. 1,217 orders)"),
    "fact_how_to_tell": (
        "お客様が対象かどうかを確かめる方法",
        "How customers can tell whether they were affected",
    ),
    "fact_unaffected": ("影響のなかった機能", "What was not affected"),
    "fact_data_note": ("データへの影響", "What became of data"),
    "fact_apology_for_delay": (
        "ご報告が遅れたことへのお詫びの一文",
        "A sentence of apology for a late report",
    ),
    "says_usable": (
        "この手紙は、現在は正常にご利用いただけると伝えます。確かめてから進んでください。",
        "This letter says that everything works normally now. Go on when you have checked that.",
    ),
    "actions_none": ("ない", "Nothing"),
    "actions_some": ("ある(書く)", "Something (write it)"),
    "review": ("手紙を確かめる", "Review the letter"),
    "review_note": ("まだ送られません", "Nothing is sent yet"),
    "not_recovered": ("まだ復旧していない", "Not recovered yet"),
    "not_recovered_note": (
        "この画面からは何も送られません。確かめている間は「確認中と伝える」を押してください。連絡は続きます。",
        "Nothing is sent from here. While you check, press “I’m on it”. Ringing goes on.",
    ),
    # links that do not work, storage that does not work
    "gone": ("このリンクは期限が切れました", "This link has expired"),
    "gone_note": (
        "登録したアドレスに新しいリンクを送れます。",
        "A new one can be mailed to your registered address.",
    ),
    "renew": ("新しいリンクを送る", "Mail me a new one"),
    "did_renewed": (
        "登録したアドレスに新しいリンクを送りました。",
        "A new link is on its way to your registered address.",
    ),
    "stale": ("画面が古くなりました", "This page is out of date"),
    "stale_note": ("まだ送っていません。", "Nothing sent."),
    "unavailable": ("いま記録できません", "Cannot record right now"),
    "unavailable_note": (
        "まだ送っていません。30秒後にもう一度押してください。",
        "Nothing sent. Press again in 30 s.",
    ),
    "nowhere_note": (
        "この画面からは何も送られていません。メールのリンクを開いてください。",
        "Nothing was sent from here. Open the link in your mail.",
    ),
    "refused": ("この操作は受け付けられませんでした", "This was not accepted"),
    "refused_note": (
        "まだ送っていません。メールのリンクをもう一度開いてください。",
        "Nothing sent. Open the link in your mail again.",
    ),
    "broken": (
        "ブリッジの誤りで、この画面を出せません",
        "A mistake of the bridge: this page cannot be shown",
    ),
    "broken_note": (
        "画面を開いただけなら、何も送られていません。ボタンを押したあとなら、メールのリンクをもう一度開いて、"
        "送信されたかどうかを確かめてください。誤りは記録されました。",
        "If you only opened the page, nothing was sent. If you pressed a button, open the link in your mail again "
        "and see whether it was. The mistake was logged.",
    ),
    "lost": ("このページは見つかりません", "Not found"),
    "lost_note": ("メールのリンクをもう一度開いてください。", "Open the link in your mail again."),
}

LIST_UNREADABLE: Pair = (
    "名簿を読めなかったので、送信を止めました。",
    "The list could not be read, so sending was stopped.",
)
STOP_REASONS: dict[str, Pair] = {
    "person": ("", ""),
    "list_changed": ("名簿が承認のあとで変わりました。", "The list changed after the approval."),
    "text_changed": (
        "文面が承認のあとでデータベースの中で書き換えられています。本文を読み直してください。",
        "The text was changed inside the database after the approval. Read it again.",
    ),
    "refused": (
        "メールサーバーが、宛先によらずこの送信を断っています。「{words}」 "
        "差出人の設定や送信数の上限を確かめてから再開してください。",
        'The mail server refuses this letter whoever it is to: "{words}". '
        "See to the sender's settings or the sending limit, then resume.",
    ),
    "nothing_delivered": ("", ""),
    "old_work": (
        "長く止まっていたため、自動では送りません。",
        "The bridge was away for long; it does not send by itself.",
    ),
    "restored": (
        "バックアップから戻した記録か、写しです。自動では送りません。",
        "The record was restored from a backup, or is a copy; nothing is sent by itself.",
    ),
}

EVENTS: dict[str, Pair] = {
    "alerts": ("警告を受け取りました", "Alerts received"),
    "reopened": ("警告が再び鳴りました", "Alerts fired again"),
    "drafted": ("{report}の下書きを作りました", "Drafted the {report}"),
    "returned": ("版{version}の内容に戻りました", "Version {version} is right again"),
    "redrafted": ("版{version}に作り直しました", "Rendered version {version}"),
    "template_failed": (
        "テンプレートに誤りがあり、標準の文面を使いました",
        "Template failed; used the shipped one",
    ),
    "rang": ("{people}に連絡しました", "Rang {people}"),
    "ring_refused": (
        "{people}への連絡をメールサーバーが断りました({reply})",
        "The mail server refused the ring to {people} ({reply})",
    ),
    "slow": ("送信にあと約{minutes}分かかります", "Sending takes about {minutes} minutes more"),
    "retried": ("届かなかった{count}名に送り直しました", "Sent again to {count}"),
    "edited": ("版{version}を保存しました", "Saved version {version}"),
    "approved_first": ("1人目として版{version}を承認しました", "Approved version {version} as first of two"),
    "approved": ("版{version}を承認しました", "Approved version {version}"),
    "cancelled": ("承認を取り消しました", "Took the approval back"),
    "dismissed": ("送らないと決めました({reason})", "Decided not to send ({reason})"),
    "acknowledged": ("確認中と伝えました", "Is on it"),
    "superseded": ("下書きが置き換わりました", "Draft replaced"),
    "withdrawn": ("警告が再び鳴り、下書きを取りやめました", "Fired again; draft withdrawn"),
    "sending": ("送信を始めました", "Sending started"),
    "sent": ("送信が終わりました", "Sending finished"),
    "stopped": ("送信を止めました", "Sending stopped"),
    "resumed": ("送信を再開しました", "Sending resumed"),
    "relay_down": ("メールサーバーに送れません", "The mail server takes no mail"),
    "test_copy": ("試し送りしました", "Sent a test copy"),
    "ended_by_hand": ("復旧としました", "Declared recovery"),
    "closed": ("障害を閉じました", "Incident closed"),
    "link_renewed": ("新しいリンクを送りました", "Mailed a new link"),
}
"""What the history says of an event's action. An action that is not here shows by its own name."""


def pick(pair: Pair, lang: Locale) -> str:
    """The half of a pair for that language."""
    return pair[1] if lang == "en" else pair[0]
