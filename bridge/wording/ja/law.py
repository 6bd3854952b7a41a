"""LAW: advertisements, personal data, and promises of money."""

from __future__ import annotations

from bridge.wording.find import phrase
from bridge.wording.rule import Rule

COMPENSATION = "補償の取り扱いは、確認のうえ書面でご回答いたします。"
PERSONAL = r"(?:個人情報|個人データ|氏名|お名前|メールアドレス|カード(?:番号|情報)|電話番号|ご?住所|生年月日)"
LEAKED = r"(?:漏えい|漏洩|流出|閲覧(?:可能|でき|され)|消失|滅失|毀損|き損|誤送付|誤送信)"

RULES = (
    Rule(
        "LAW-01",
        "error",
        phrase(
            r"キャンペーン(?:[をも]?(?:実施|開催)(?:中|して)|のご案内|のお知らせ)|新(?:プラン|サービス"
            r"|商品|製品)のご案内|(?<!昨)今なら(?!では)"
            r"|無料(?:トライアル|体験)(?!の?(?:お客様|ユーザー|ページ|画面|環境|アカウント|契約))"
            r"|特別価格|お得な|セミナー(?:のご案内|を開催|開催)|資料請求(?!の?(?:フォーム|ページ|画面"
            r"|機能|受付))"
            r"|ぜひ、?この機会に|この機会にぜひ"
            r"|アップグレードをご検討|(?:割引|特典)クーポン"
        ),
        "お詫びの知らせに広告が混じっています。特定電子メール法の対象になるおそれがあります。",
        "An advertisement in an incident letter: improper, and the anti-spam law may apply.",
        "ご不便をおかけし、深くお詫び申し上げます。",
        "今なら上位プランがお得な特別価格です。",
    ),
    Rule(
        "LAW-02",
        "info",
        phrase(
            rf"{PERSONAL}[^。\n]{{0,30}}?{LEAKED}[^。\n]{{0,30}}?(?:しました|いたしました|されました"
            rf"|判明|おそれ|恐れ|可能性|しておりま)",
            unless=(
                r"(?:確認されて|確認して|含まれて)(?:おりません|いません)|(?:ございません|ありません)"
                r"|ないことを|なかったこと"
            ),
        ),
        "個人データに関わるため、報告(速報3〜5日・確報30/60日)と本人への通知を検討します。",
        "Personal data: consider the reports (first 3-5 days, full 30/60 days) and telling those concerned.",
        "現時点で、個人情報の流出は確認されておりません。",
        "お客様の氏名が閲覧可能な状態となっていたことが判明いたしました。",
    ),
    Rule(
        "LAW-03",
        "warning",
        phrase(
            r"(?:全額|損害)[をの]?(?:全額)?、?ご?(?:返金|補償|賠償|弁償)(?!の(?:取|可否|要否|対象|範囲"
            r"|有無)|につ|に関|請求|責任|等)"
            r"|(?:補償|賠償|返金|弁償)(?:対応)?を?(?:いたします|致します|します|させていただきます"
            r"|させて頂きます|申し上げます)",
            sentence=COMPENSATION,
        ),
        "承認されていない補償の約束です。",
        "A promise of compensation nobody has approved.",
        "補償の取り扱いは、書面でご回答いたします。",
        "損害は全額補償いたします。",
    ),
)
