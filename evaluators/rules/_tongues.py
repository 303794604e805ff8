"""Promises of profit in other languages than English. Terms of the trade that only sound like one (risk-free rate) are
left alone; a denial (`nicht garantiert`) cannot be told here and stays a promise."""

from __future__ import annotations

from evaluators.reading._vocabulary import any_of

_GAIN_DE = "(?:Gewinn|Rendite|Profit|Ertrag|Erfolg)\\w*"
_GAIN_FR = "(?:gains?|profits?|bénéfices?|rendements?|succès)"
_GAIN_ES = "(?:ganancias?|beneficios?|rentabilidad|rendimientos?|retornos?|lucros?|ganhos?|retorno)"
_GAIN_IT = "(?:guadagn[oi]|profitt[oi]|rendiment[oi]|util[ei])"
WORDED = any_of(rf"""
    risikofrei\w*\b(?! (?:Zins|Anleihe|Anlage|Rendite|Satz)), risikolos\w*, ohne (?:jedes |jegliches )?Risiko,
    garantiert\w* {_GAIN_DE}, {_GAIN_DE} (?:ist |sind )?(?:garantiert|sicher), todsicher\w*, sicher\w* {_GAIN_DE},
    kann nicht verlieren, (?<!taux )(?<!actif )sans (?:aucun )?risque, {_GAIN_FR} (?:garanti|assuré)\w*,
    impossible de perdre, à coup sûr, (?<!tasa )(?<!tipo )(?:sin|libre de) (?:ningún )?riesgo,
    sem (?:nenhum )?risco, {_GAIN_ES} (?:garantiz|garantid|asegurad|assegurad)\w*, imposible perder,
    impossível perder, no se puede perder, dinero fácil, dinheiro fácil,
    (?<!tasso )(?:senza|privo di|privi di) (?:alcun )?rischi[oi]?, {_GAIN_IT} (?:garantit|assicurat|sicur)\w*,
    impossibile perdere, zonder (?:enig )?risico, gegarandeerde? (?:winst|rendement)\w*,
    (?:winst|rendement) gegarandeerd, bez (?:żadnego )?ryzyka, gwarantowan\w+ zysk\w*, zysk\w* gwarantowan\w+,
    garantili (?:kazanç|kâr|getiri), risksiz (?:kazanç|kâr), без (?:всякого )?риска,
    гарантированн\w+ (?:прибыл|доход|заработ)\w*, (?:прибыль|доход) гарантирован\w*, невозможно проиграть
""")
"""Alternatives for languages that part their words by spaces."""
UNSPACED = any_of("""
    (?:无风险|無風險|零风险|零風險)(?!利率|收益率|资产|資產),
    (?:保证|保證)(?:盈利|收益|赚|賺|获利|獲利|回报|回報),
    稳赚, 穩賺, 只涨不跌, 只漲不跌, 必赚, 必賺, ノーリスク, 必ず(?:儲か|上が|勝て),
    絶対に?(?:儲か|上が|勝て), 元本保証, 利益保証,
    무위험(?! ?금리), 수익 ?보장, 원금 ?보장
""")
"""For languages that do not."""
