"""One term for one thing in the texts that readers see in Azerbaijani and Russian, and each word in one alphabet."""

import re
from pathlib import Path

import pytest
import yaml
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
# What is written, after national law and the statistics office: variants that are not.
TERMS = {
    "az": {
        "yaşama icazəsi; müvəqqəti (daimi) yaşamaq üçün icazə": r"yaşayış icazə|(müvəqqəti|daimi) yaşama icazə",
        "müvəqqəti olma müddəti": r"müvəqqəti qalma",
        "qanunsuz olma": r"qanunsuz qal",
        "girişə icazə verilməməsi": r"girişə imtina|girişinə imtina|girişdən imtina",
        "sığınacaq axtaran": r"sığınacaq istəyən",
        "məcburi köçkün": r"daxili köçkün",
        "Avrostat": r"eurostat",
        "İƏİT": r"\boecd\b",
        "əlaqələndirmə": r"bağlana bil|nömrə ilə bağlan",
        "buraxılış (sənədin)": r"\bnəşri\b|\bnəşr:",
        "nəticə": r"tapıntı",
        "iş sahəsi": r"iş qovluğu",
    },
    "ru": {
        "заявление рассмотрено": r"реш[её]нн\w+ заявлен",
        "лицо, ищущее убежище": r"заявител\w+ (об|на) убежищ",
        "незаконное пребывание": r"нерегулярн\w+ пребыван",
        "договоры, о которых подано уведомление": r"(не)?уведомлённ\w+ (договор|трудов|работ)",
        "рабочая область": r"рабоч\w+ папк",
        "защита от раскрытия": r"контрол\w+ раскрытия",
        "неотмеченные въезды и выезды": r"(невидимых|несвязанных) концах|невидимые концы",
        "вывод": r"находк",
        "ведомство": r"учреждени\w+ с этой ролью",
    },
}


def texts(value, language):
    """Every text in one language within a file of a pack."""
    if isinstance(value, dict):
        if isinstance(value.get(language), str):
            yield value[language]
        for part in value.values():
            yield from texts(part, language)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part, language)


def shown(language):
    files = [*ROOT.glob("packs/*/**/*.yaml"), *ROOT.glob("src/karvan/*/*.yaml")]
    for path in sorted(files):
        if path.parts[-3] != "draft" and "synth" not in path.parts and "contracts" not in path.parts:
            for text in texts(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader), language):
                yield path.name, text
    for message in read_po((ROOT / "src/karvan_portal/locale" / language / "LC_MESSAGES/django.po").open("rb"), locale=language):
        if message.id:
            for text in [message.string] if isinstance(message.string, str) else message.string:
                yield "django.po", text


@pytest.mark.parametrize("language", ["az", "ru"])
def test_one_term_stands_for_one_thing(language):
    wrong = [(where, text, term) for where, text in shown(language) for term, variants in TERMS[language].items() if re.search(variants, text.lower())]
    assert wrong == []


@pytest.mark.parametrize("language", ["az", "ru"])
def test_no_word_mixes_alphabets(language):
    mixed = [(where, word) for where, text in shown(language) for word in re.findall(r"\w+", text) if re.search("[a-zəığçşöü]", word.lower()) and re.search("[а-яё]", word.lower())]
    assert mixed == []
