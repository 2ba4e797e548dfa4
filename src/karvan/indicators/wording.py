"""The words of an explanation, in the platform's languages."""

from __future__ import annotations

from karvan.indicators.definition import Definition, Formula, Series

LANGUAGES = ("az", "en", "ru")
WORDS: dict[str, dict[str, str]] = {
    "meaning": {"az": "Nə sayılır", "en": "What it counts", "ru": "Что считается"},
    "covers": {"az": "Əhatə edir", "en": "Covers", "ru": "Охватывает"},
    "leaves_out": {"az": "Əhatə etmir", "en": "Leaves out", "ru": "Не охватывает"},
    "formula": {"az": "Hesablama", "en": "Made as", "ru": "Вычисляется как"},
    "standard": {"az": "Standart", "en": "Standard", "ru": "Стандарт"},
    "cell": {"az": "Xana", "en": "Cell", "ru": "Ячейка"},
    "value": {"az": "Qiymət", "en": "Value", "ru": "Значение"},
    "untreated": {"az": "İşlənməmiş qiymət (daxili)", "en": "Untreated value (inside)", "ru": "Необработанное значение (внутреннее)"},
    "interval": {
        "az": "95 % etibarlılıq intervalı (Wilson)",
        "en": "95 per cent confidence interval (Wilson)",
        "ru": "95-процентный доверительный интервал (Уилсон)",
    },
    "interval_survival": {
        "az": "95 % etibarlılıq intervalı (Brookmeyer və Crowley)",
        "en": "95 per cent confidence interval (Brookmeyer and Crowley)",
        "ru": "95-процентный доверительный интервал (Брукмейер и Кроули)",
    },
    "uncertainty": {"az": "Qeyri-müəyyənlik", "en": "Uncertainty", "ru": "Неопределённость"},
    "from_draws": {
        "az": "95 % intervalı; əlaqələndirmə və bərpanın təsadüfi variantları: {n}",
        "en": "95 % interval from {n} draws of links and guesses",
        "ru": "95-процентный интервал; случайных вариантов связывания и восстановления: {n}",
    },
    "with_rounding": {"az": "yuvarlaqlaşdırma ilə birlikdə", "en": "rounding included", "ru": "с учётом округления"},
    "treatment": {"az": "Məxfiliyin qorunması", "en": "Disclosure treatment", "ru": "Защита от раскрытия"},
    "vintage": {"az": "Məlumatlar bu günədək tamdır", "en": "Data complete through", "ru": "Данные полны по"},
    "edition": {"az": "Mənbənin buraxılışı", "en": "Edition of the source", "ru": "Выпуск источника"},
    "status": {"az": "Status", "en": "Status", "ru": "Статус"},
    "imputed": {"az": "Bərpa edilmiş məlumata əsaslanan pay", "en": "Share resting on repairs", "ru": "Доля, основанная на восстановленных данных"},
    "unlinked": {
        "az": "Qeydə alınmamış giriş və ya çıxışa əsaslanan pay",
        "en": "Share resting on unlinked ends",
        "ru": "Доля, основанная на неотмеченных въездах и выездах",
    },
    "quality": {"az": "Keyfiyyət", "en": "Quality", "ru": "Качество"},
    "steps": {"az": "Addımlar", "en": "Steps", "ru": "Шаги"},
    "deliveries": {"az": "Göndərişlər", "en": "Deliveries", "ru": "Поставки"},
    "rows": {"az": "Mənbənin sətirləri", "en": "Source rows", "ru": "Строки источника"},
    "query": {"az": "Sorğu", "en": "Query", "ru": "Запрос"},
    "total": {"az": "cəmi", "en": "total", "ru": "всего"},
    "withheld": {"az": "açıqlanmır", "en": "withheld", "ru": "не публикуется"},
    "no_share": {
        "az": "göstərilmir (az hal var, yaxud aid deyil)",
        "en": "not shown (few cases, or does not apply)",
        "ru": "не показано (мало случаев или неприменимо)",
    },
    "not_scored": {"az": "qiymətləndirilməyib", "en": "not scored", "ru": "не оценено"},
    "in": {"az": "daxil", "en": "in", "ru": "вошло"},
    "out": {"az": "çıxan", "en": "out", "ru": "вышло"},
    "aside": {"az": "kənara qoyulan", "en": "set aside", "ru": "отложено"},
    "read": {"az": "oxunub", "en": "read", "ru": "прочитано"},
    "quarantined": {"az": "karantində", "en": "quarantined", "ru": "в карантине"},
    "held": {"az": "saxlanılıb", "en": "held", "ru": "удержано"},
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
UNIT: dict[str, dict[str, str]] = {
    "person": {"az": "nəfər", "en": "persons", "ru": "человек"},
    "persons": {"az": "nəfər", "en": "persons", "ru": "человек"},
    "person-years": {"az": "adam-il", "en": "person-years", "ru": "человеко-лет"},
    "cases": {"az": "iş", "en": "cases", "ru": "дел"},
    "decisions": {"az": "qərar", "en": "decisions", "ru": "решений"},
    "applications": {"az": "müraciət", "en": "applications", "ru": "заявлений"},
    "permits": {"az": "icazə", "en": "permits", "ru": "разрешений"},
    "stays": {"az": "qalma", "en": "stays", "ru": "пребываний"},
    "households": {"az": "ev təsərrüfatı", "en": "households", "ru": "домохозяйств"},
    "crossings": {"az": "keçid", "en": "crossings", "ru": "пересечений"},
    "persons per household": {"az": "bir ev təsərrüfatına nəfər", "en": "persons per household", "ru": "человек на домохозяйство"},
    "persons per sponsor": {"az": "bir zaminə nəfər", "en": "persons per sponsor", "ru": "человек на спонсора"},
    "persons per case": {"az": "bir işə nəfər", "en": "persons per case", "ru": "человек на дело"},
    "cases and persons": {"az": "iş və nəfər", "en": "cases and persons", "ru": "дел и человек"},
    "registrations": {"az": "qeydiyyat", "en": "registrations", "ru": "регистраций"},
    "detentions": {"az": "saxlanılma", "en": "detentions", "ru": "задержаний"},
    "contracts": {"az": "müqavilə", "en": "contracts", "ru": "договоров"},
    "complaints": {"az": "şikayət", "en": "complaints", "ru": "жалоб"},
    "calls": {"az": "zəng", "en": "calls", "ru": "звонков"},
    "deaths": {"az": "ölüm", "en": "deaths", "ru": "смертей"},
    "refusals": {"az": "hal", "en": "refusals", "ru": "отказов"},
    "admissions": {"az": "giriş", "en": "admissions", "ru": "въездов"},
    "workers": {"az": "işçi", "en": "workers", "ru": "работников"},
    "days": {"az": "gün", "en": "days", "ru": "дней"},
    "years": {"az": "il", "en": "years", "ru": "лет"},
    "share": {"az": "pay", "en": "share", "ru": "доля"},
    "percent": {"az": "faiz", "en": "per cent", "ru": "%"},
    "per 1,000": {"az": "hər 1000 nəfərə", "en": "per 1,000", "ru": "на 1000"},
    "per 100,000": {"az": "hər 100 000-ə", "en": "per 100,000", "ru": "на 100 000"},
    "usd": {"az": "ABŞ dolları", "en": "US dollars", "ru": "долларов США"},
}
STEP: dict[str, dict[str, str]] = {
    "intake": {"az": "qəbul", "en": "intake", "ru": "приём"},
    "link": {"az": "əlaqələndirmə", "en": "linkage", "ru": "связывание"},
    "lifecourse": {"az": "həyat yolu", "en": "life courses", "ru": "жизненные пути"},
    "households": {"az": "ev təsərrüfatları", "en": "households", "ru": "домохозяйства"},
    "quality": {"az": "keyfiyyət", "en": "quality", "ru": "качество"},
    "indicators": {"az": "göstəricilər", "en": "indicators", "ru": "показатели"},
    "disclosure": {"az": "məxfiliyin qorunması", "en": "disclosure control", "ru": "защита от раскрытия"},
}
COLOUR: dict[str, dict[str, str]] = {
    "green": {"az": "yaxşı", "en": "good", "ru": "хорошо"},
    "amber": {"az": "ehtiyatla", "en": "with care", "ru": "с осторожностью"},
    "red": {"az": "zəif", "en": "weak", "ru": "слабо"},
}
# A definition in one line: its own words, which are the same in every language, and what binds them.
RULE: dict[str, dict[str, str]] = {
    "on": {"az": "{on} günü üzrə", "en": "by {on}", "ru": "по дню {on}"},
    "at start": {
        "az": "{begins} günündən {ends} gününədək, dövrün əvvəlində",
        "en": "from {begins} to {ends}, at the start of the period",
        "ru": "с {begins} до {ends}, на начало периода",
    },
    "at end": {
        "az": "{begins} günündən {ends} gününədək, dövrün sonunda",
        "en": "from {begins} to {ends}, at the end of the period",
        "ru": "с {begins} до {ends}, на конец периода",
    },
    "during": {
        "az": "dövr daxilində {begins} günündən {ends} gününədək günlər",
        "en": "days from {begins} to {ends} within the period",
        "ru": "дни с {begins} до {ends} в пределах периода",
    },
    "where": {"az": ", şərt: {where}", "en": " where {where}", "ru": ", где {where}"},
    "take": {"az": "dərc edilmiş sətirlər, şərt: {where}", "en": "published rows where {where}", "ru": "опубликованные строки, где {where}"},
    "share": {"az": "hər {of} üzrə pay: {what}", "en": "share of each {of} in: {what}", "ru": "доля каждого значения {of} в: {what}"},
    "durations": {
        "az": "{of} kvantilləri (Kaplan-Meyer üsulu; bitməmişlər daha uzun sayılır), əsas: {what}",
        "en": "quantiles of {of} over {what}, by Kaplan-Meier: those not seen to their end ({ended}) count as longer",
        "ru": "квантили {of} по методу Каплана — Мейера (незавершённые считаются более долгими): {what}",
    },
    "quantiles": {"az": "{of} kvantilləri, əsas: {what}", "en": "quantiles of {of} over {what}", "ru": "квантили {of} по: {what}"},
    "over_rule": {"az": "{rule} qaydası", "en": "rule {rule}", "ru": "правило {rule}"},
}
REFUSAL: dict[str, dict[str, str]] = {
    "waits": {"az": "gözləyir: {what}", "en": "it waits for {what}", "ru": "ожидает: {what}"},
    "no_part": {
        "az": "onun {part} hissəsi bu ölkənin göstəriciləri sırasında yoxdur",
        "en": "its part {part} is not among this country's indicators",
        "ru": "его части {part} нет среди показателей этой страны",
    },
    "part": {"az": "onun {part} hissəsi hesablanmır: {why}", "en": "its part {part} is refused: {why}", "ru": "его часть {part} не вычисляется: {why}"},
    "no_rule": {"az": "paketlərdə {rule} qaydası yoxdur", "en": "the packs have no rule {rule}", "ru": "в пакетах нет правила {rule}"},
    "no_nation": {
        "az": "o, ölkənin öz vətəndaşlığını tələb edir, buradakı paketlərin heç biri isə ölkəyə aid deyil",
        "en": "it asks for the national citizenship, and no pack here is a country's",
        "ru": "ему нужно гражданство страны, а ни один из пакетов не относится к стране",
    },
    "no_observations": {
        "az": "paketlərin heç bir razılaşması dərc edilmiş cədvəl vermir",
        "en": "no contract of the packs gives observations",
        "ru": "ни одно соглашение пакетов не даёт опубликованных таблиц",
    },
    "no_records": {
        "az": "paketlərin heç bir razılaşması «{record}» növlü qeydlər vermir",
        "en": "no contract of the packs gives records of type {record}",
        "ru": "ни одно соглашение пакетов не даёт записей типа {record}",
    },
    "no_key": {
        "az": "o, şəxsləri sayır, {feeds} isə şəxsi tanıdan açar vermir (person_key: none): "
        "bir şəxsin iki qeydini iki şəxsin qeydlərindən ayırmaq olmur. Bunun əvəzinə qalmaları və ya keçidləri sayın",
        "en": "it counts persons, and {feeds} has no key to the person (person_key: none): "
        "two records of one person cannot be told from records of two persons. Count stays or crossings instead",
        "ru": "он считает лиц, а {feeds} не содержит идентификатора лица (person_key: none): "
        "две записи одного лица не отличить от записей двух лиц. Считайте вместо этого пребывания или пересечения",
    },
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
    """A share as a percentage with one decimal.

    >>> percent(0.006, "ru"), percent(0.01, "en")
    ('0,6\\xa0%', '1.0\\xa0%')
    """
    if share is None:
        return WORDS["no_share"][lang]
    text = f"{100 * share:.1f}"
    return f"{text if lang == 'en' else text.replace('.', ',')}\u00a0%"


def unit_name(unit: str, lang: str) -> str:
    """A unit in words; a unit that is not known is its own name."""
    return UNIT.get(unit, {}).get(lang, unit)


def formula_of(definition: Definition, lang: str = "en") -> str:
    """The definition in one line of its own words."""

    def rule(key: str, **values: str) -> str:
        return RULE[key][lang].format(**values)

    def series(s: Series) -> str:
        dated = rule(f"at {s.on}" if s.dated == "at" else s.dated, on=s.on, begins=s.begins, ends=s.ends)
        return f"{s.kind + ': ' if s.kind else ''}{definition.count} {dated}{'' if s.where == 'true' else rule('where', where=s.where)}"

    if definition.formula:
        return _ratio(definition.formula, lang)
    if definition.take:
        return rule("take", where=definition.take.where)
    text = "; ".join(map(series, definition.series))
    if definition.share_of:
        text = rule("share", of=definition.share_of, what=text)
    if definition.ended_when:
        return rule("durations", of=definition.of, what=text, ended=definition.ended_when)
    return rule("quantiles", of=definition.of, what=text) if definition.quantiles else text


def _ratio(formula: Formula, lang: str) -> str:
    above = " + ".join(map(str, formula.plus)) + "".join(f" - {p}" for p in formula.minus)
    above = f"|{above}|" if formula.absolute else above
    if not formula.over and not formula.over_rule:
        return above
    below = " + ".join(map(str, formula.over)) or RULE["over_rule"][lang].format(rule=formula.over_rule)
    return f"{formula.times:g} x ({above}) / ({below})"
