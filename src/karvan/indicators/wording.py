"""The words of an explanation, in the platform's languages, and the page they make."""


from __future__ import annotations

from typing import TYPE_CHECKING

from karvan.indicators.compiler import TOTAL

if TYPE_CHECKING:
    from karvan.indicators.explanation import Explanation

WORDS: dict[str, dict[str, str]] = {
    "meaning": {"az": "Nə sayılır", "en": "What it counts", "ru": "Что считается"},
    "covers": {"az": "Əhatə edir", "en": "Covers", "ru": "Охватывает"},
    "leaves_out": {"az": "Əhatə etmir", "en": "Leaves out", "ru": "Не охватывает"},
    "formula": {"az": "Hesablama", "en": "Made as", "ru": "Вычисляется как"},
    "standard": {"az": "Standart", "en": "Standard", "ru": "Стандарт"},
    "cell": {"az": "Xana", "en": "Cell", "ru": "Ячейка"},
    "value": {"az": "Qiymət", "en": "Value", "ru": "Значение"},
    "untreated": {"az": "İşlənməmiş qiymət (daxili)", "en": "Untreated value (inside)", "ru": "Необработанное значение (внутреннее)"},
    "treatment": {"az": "Məxfilik tədbiri", "en": "Disclosure treatment", "ru": "Защита от раскрытия"},
    "vintage": {"az": "Məlumatlar bu günədək tamdır", "en": "Data complete through", "ru": "Данные полны по"},
    "edition": {"az": "Mənbənin nəşri", "en": "Edition of the source", "ru": "Издание источника"},
    "status": {"az": "Status", "en": "Status", "ru": "Статус"},
    "imputed": {"az": "Bərpa edilmiş məlumat payı", "en": "Share resting on repairs", "ru": "Доля, основанная на восстановлениях"},
    "unlinked": {"az": "Bağlanmamış ucların payı", "en": "Share resting on unlinked ends", "ru": "Доля, основанная на несвязанных концах"},
    "quality": {"az": "Keyfiyyət", "en": "Quality", "ru": "Качество"},
    "steps": {"az": "Addımlar", "en": "Steps", "ru": "Шаги"},
    "deliveries": {"az": "Göndərişlər", "en": "Deliveries", "ru": "Поставки"},
    "rows": {"az": "Mənbənin sətirləri", "en": "Source rows", "ru": "Строки источника"},
    "query": {"az": "Sorğu", "en": "Query", "ru": "Запрос"},
    "total": {"az": "cəmi", "en": "total", "ru": "всего"},
    "withheld": {"az": "açıqlanmır", "en": "withheld", "ru": "не публикуется"},
    "no_share": {"az": "göstərilmir (az hal var, yaxud aid deyil)", "en": "not shown (few cases, or does not apply)", "ru": "не показано (мало случаев или неприменимо)"},
    "not_scored": {"az": "qiymətləndirilməyib", "en": "not scored", "ru": "не оценено"},
    "in": {"az": "daxil", "en": "in", "ru": "вошло"},
    "out": {"az": "çıxan", "en": "out", "ru": "вышло"},
    "aside": {"az": "kənara qoyulan", "en": "set aside", "ru": "отложено"},
    "read": {"az": "oxunub", "en": "read", "ru": "прочитано"},
    "quarantined": {"az": "karantində", "en": "quarantined", "ru": "в карантине"},
    "held": {"az": "saxlanılıb", "en": "held", "ru": "задержано"},
    "row": {"az": "sətir", "en": "row", "ru": "строка"},
    "more": {"az": "daha", "en": "more", "ru": "ещё"},
    "nothing_sent": {"az": "heç nə göndərilməyib", "en": "nothing delivered", "ru": "ничего не поступало"},
}
TREATMENT: dict[str, dict[str, str]] = {
    "none": {"az": "tədbir görülməyib", "en": "none needed", "ru": "не требуется"},
    "rounded": {
        "az": "təsadüfi yuvarlaqlaşdırma; eyni xana hər yerdə eyni cür yuvarlaqlaşdırılır",
        "en": "random rounding; the same cell is rounded alike everywhere",
        "ru": "случайное округление; одна и та же ячейка везде округлена одинаково",
    },
    "from_rounded": {"az": "yuvarlaqlaşdırılmış hissələrdən hesablanıb", "en": "computed from rounded parts", "ru": "вычислено из округлённых частей"},
    "withheld": {
        "az": "açıqlanmır: məxrəc çox kiçikdir",
        "en": "withheld: too few cases below the line",
        "ru": "не публикуется: слишком мало случаев в знаменателе",
    },
    "public_source": {
        "az": "başqası tərəfindən dərc edilib, dəyişdirilməyib",
        "en": "published elsewhere, unchanged",
        "ru": "опубликовано другим источником, без изменений",
    },
    "not treated": {"az": "hələ dərc üçün işlənməyib", "en": "not treated yet, so not public", "ru": "ещё не обработано, поэтому не публикуется"},
}
STATUS: dict[str, dict[str, str]] = {
    "A": {"az": "yekun", "en": "final", "ru": "окончательно"},
    "P": {"az": "ilkin", "en": "preliminary", "ru": "предварительно"},
    "B": {"az": "sıra kəsilməsi", "en": "break in the series", "ru": "разрыв ряда"},
    "E": {"az": "qiymətləndirmə", "en": "estimate", "ru": "оценка"},
    "M": {"az": "yoxdur", "en": "missing", "ru": "нет данных"},
}


def number(value: float | None, lang: str) -> str:
    """A figure as a reader writes it.

    >>> number(1234.0, "en"), number(12.345, "ru"), number(None, "en")
    ('1,234', '12,35', 'withheld')
    """
    if value is None:
        return WORDS["withheld"][lang]
    text = f"{value:,.0f}" if abs(value - round(value)) < 1e-6 else f"{value:,.2f}"
    return text if lang == "en" else text.replace(",", "\u00a0").replace(".", ",")


def percent(share: float | None, lang: str) -> str:
    return WORDS["no_share"][lang] if share is None else f"{number(round(100 * share, 1), lang)} %"


def page(e: Explanation, lang: str) -> str:
    """An explanation as text, from the figure down to the deliveries."""

    def word(key: str) -> str:
        return WORDS[key][lang]

    def line(key: str, text: str) -> str:
        return f"{word(key)}: {text}"

    cell = ", ".join([e.period, *(f"{d}={word('total') if v == TOTAL else v}" for d, v in e.dims.items())])
    lines = [
        f"{e.indicator}  {e.name.get(lang) or e.name['en']}",
        line("cell", cell),
        line("value", f"{number(e.value, lang)} {e.unit}"),
    ]
    if e.untreated is not None:
        lines.append(line("untreated", f"{number(e.untreated, lang)} {e.unit}"))
    lines += [
        line("status", STATUS[e.obs_status][lang]),
        line("vintage" if e.basis == "records" else "edition", e.vintage),
        "",
        line("meaning", e.says.get(lang) or e.says["en"]),
        line("covers", e.population),
        *([line("leaves_out", "; ".join(e.leaves_out))] if e.leaves_out else []),
        line("formula", e.formula),
        line("standard", ", ".join(f"{v}" for v in e.source.values())),
        "",
        line("treatment", TREATMENT[e.treatment][lang]),
        line("quality", f"{e.quality or word('not_scored')}{' (' + ', '.join(e.quality_asked) + ')' if e.quality_asked else ''}"),
    ]
    if e.basis == "records":
        lines += [line("imputed", percent(e.share_imputed, lang)), line("unlinked", percent(e.share_unlinked, lang))]
    lines += ["", word("steps")]
    for step in e.steps:
        wrote = ", ".join(f"{table} v{version} ({number(float(step.rows_of[table]), lang)})" for table, version in sorted(step.writes.items()))
        lines.append(
            f"  {step.step}: {word('in')} {number(float(step.rows_in), lang)}, {word('out')} {number(float(step.rows_out), lang)}, {word('aside')} {number(float(step.rows_set_aside), lang)} -> {wrote}"
        )
    lines += ["", word("deliveries")]
    for feed in e.feeds:
        if not feed.deliveries:
            lines.append(f"  {feed.feed}: {word('nothing_sent')}")
            continue
        held = f", {word('held')} {number(float(feed.held), lang)}" if feed.held else ""
        scores = " ".join(f"{qi}={colour}" for qi, colour in feed.quality.items() if qi in e.quality_asked)
        lines.append(
            f"  {feed.feed} ({feed.institution}): {number(float(feed.deliveries), lang)}{held}, {word('read')} {number(float(feed.rows_read), lang)}/{number(float(feed.rows), lang)}, "
            f"{word('quarantined')} {number(float(feed.rows_quarantined), lang)}, {feed.first_on or ''}..{feed.last_on or ''} [{feed.content}] {scores}".rstrip()
        )
    if e.rows:
        lines += ["", word("rows")]
        lines += [
            f"  {r.feed}, {word('row')} {r.row_no}: {' '.join(filter(None, [r.partner, '->' if r.partner and r.area else None, r.area, r.period]))} = {number(r.value, lang)} {r.unit}. {r.citation or ''}".rstrip()
            for r in e.rows
        ]
        if e.rows_in_all > len(e.rows):
            lines.append(f"  ... {e.rows_in_all - len(e.rows)} {word('more')}")
    lines += ["", word("query"), str(e.query)]
    return "\n".join(lines) + "\n"
