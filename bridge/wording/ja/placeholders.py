"""PLH in Japanese letters: blanks and instructions left over from a template."""

from bridge.wording.find import any_of, phrase
from bridge.wording.ja.expressions import NUMERAL
from bridge.wording.rule import Rule

COUNTING = f"{NUMERAL}百千〇零"
UNIT = r"(?:月|日|時間?|分|年|社|様|件|名|株式会社)"
CIRCLES = (
    rf"(?<![{COUNTING}〇○◯●])(?![○◯●]{{8}})[〇○◯●]{{2,}}(?![{COUNTING}])"
    rf"|(?<![{COUNTING}])(?<!\A)(?<!\n)[〇○◯●]{UNIT}"
    rf"|(?:(?<=\n)|(?<=\A))[〇○◯●]{UNIT}(?![一-龥々ァ-ヶー:：\s間])"
    r"|(?:(?<=\n)|(?<=\A))[〇○◯●](?:株式会社|様(?![々子式]))"
    r"|△△|(?<!■)□□|××|＊＊"
)
OPEN, CLOSE, INNER = r"[［\[【（(]", r"[］\]】）)]", r"[^］\]】）)\n]"
UI = r"(?:ボタン|画面|欄|タブ|メニュー|キー|の項目|を押|をクリック|をタップ)"
SLOT = r"(?:サービス名|お客様名|会社名|担当者名|ご?氏名|お名前|日時|日付|件数)"
WRITE = r"(?:ご?記入|入力|記載|書く|書いて|追記)"
INSTRUCTION = (
    rf"{OPEN}(?:例[:： 　]|要記入|要確認|要修正|ここに|記入(?!漏れ|済|いただ|内容|欄"
    rf"|例)){INNER}{{0,60}}{CLOSE}"
    rf"|{OPEN}(?:{SLOT}|影響|原因|内容|機能|対応|状況|範囲){INNER}{{0,10}}を{WRITE}(?:する|すること"
    rf"|してください)?{CLOSE}"
    rf"|[［\[【]入力(?:して|する|ください|[:： 　]|(?=[］\]】])){INNER}{{0,60}}{CLOSE}(?!{UI})"
    rf"|[（(]入力(?:する|すること|して(?:ください|下さい)){CLOSE}"
    rf"|[［\[](?:具体的な|原因を){INNER}{{0,60}}[］\]]"
    rf"|[（(【](?:具体的な|原因を){INNER}{{0,40}}{WRITE}{INNER}{{0,8}}{CLOSE}"
    rf"|[（(]具体的な[^はがをにで、。）)\n]{{1,20}}[）)]"
    rf"|(?<!\n)(?<!\A)【(?:具体的な|原因を){INNER}{{0,40}}】"
)
SLOT_IN_TEXT = (
    rf"[［\[]{SLOT}(?:を{INNER}{{0,20}})?[］\]](?!{UI})|[（(](?:サービス名|お客様名|会社名|担当者名)[）)]"
    rf"|【{SLOT}】(?=[をにはがのでとも様御へより、。）)]|$)"
)
EDITOR = (
    r"不要な(?:行|方|場合|項目|箇所|部分)は?(?:、)?削除|該当(?:しない|なし)の?(?:場合|もの|項目|箇所"
    r"|行)?[はを](?:、)?(?:削除|消)"
    r"|コピペ|コピーOK|※[ ]*送信前に|送信前に[^。\n]{0,10}(?:削除|修正|記入|消|直す|見直|書き換|チェック"
    r"|(?<!ご)確認)"
)

RULES = (
    Rule(
        "PLH-01",
        "error",
        phrase(CIRCLES, needs="[〇○◯●△□×＊]", reading="raw"),
        "テンプレートの丸印や記号が残っています。",
        "Circles or marks of the template are left in.",
        "発生日時:2026年11月24日(火)10時05分頃",
        "発生日時:〇月〇日 〇時〇分頃",
    ),
    Rule(
        "PLH-03",
        "error",
        any_of(
            phrase(INSTRUCTION, reading="raw"),
            phrase(SLOT_IN_TEXT, reading="raw"),
        ),
        "書き方の例や指示文が残っています。",
        "An example or instruction of the template is left in.",
        "影響範囲:受注登録機能",
        "影響範囲:[例:全拠点の在庫照会]",
    ),
    Rule(
        "PLH-05",
        "error",
        phrase(r"(?<!\d)20(?:\d[xX〇○◯●]|[xX〇○◯●]{2})(?![A-Za-z0-9])年?|令和[〇○◯●xX]{1,2}年?"),
        "年が伏字のままです。",
        "The year is still masked.",
        "2026年11月24日",
        "202X年11月24日",
    ),
    Rule(
        "PLH-06",
        "error",
        any_of(
            phrase(EDITOR),
            phrase(
                r"(?:どちらか|いずれか)を(?:選択|残)",
                unless="画面|メニュー|ボタン|お客様|いただ|お選び|タブ|一覧から",
            ),
        ),
        "編集の指示が残っています。",
        "An editing instruction is left in.",
        "該当するお客様には、個別にご連絡いたします。",
        "※該当しない場合は削除してください",
    ),
)
