"""Made-up people seen by several offices, with the truth: for linkage tests only. Shares no table with the matcher."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pyarrow as pa

from karvan.tables import TABLES

MEN_TEXT = """
Elnur Rəşad Vüqar Orxan Tural Elçin Ceyhun Şahin Əli Hüseyn Həsən Kamran Ramil Samir Nicat Anar Fərid Əkrəm Ilqar Xəyal Yusif Mehmet Ahmet Mustafa
Murat Emre Burak Giorgi Levan Irakli Rza Reza Hamid Sergey Dmitriy Ruslan Zaur Qabil Mübariz Şəhriyar
"""
WOMEN_TEXT = """
Aygün Leyla Günel Nigar Səbinə Xədicə Şəbnəm Gülnar Aysel Sevinc Fidan Zöhrə Mehriban Ülviyyə Nərgiz Lalə Arzu Könül Ayşe Fatma Zeynep Elif Merve Nino
Tamar Mariam Zahra Maryam Olga Svetlana Natalya Yelena Çiçək Qönçə Pərvanə Rəna Turan Vəfa Yaqut Səyyarə
"""
STEMS_TEXT = """
Məmməd Əliy Həsən Hüseyn Quliy Cəfər İsmayıl İbrahim Abbas Rəhim Kərim Nəcəf Şirin Babay Orucəl Qasım Vəli Səfər Mürsəl Zeynal Musay Ağay Bayram
Novruz Yusif Xəlil Tağıy Mirzəy Rüstəm Əhməd Salman Şükür Əsgər Nəbiy Paşay Qənbər Həmid Sultan Cabbar Çingiz
"""
OTHER_TEXT = """
Yılmaz Kaya Demir Şahin Çelik Yıldız Öztürk Aydın Özdemir Arslan Doğan Kılıç Beridze Kapanadze Gelashvili Lomidze Ahmadi Hosseini Karimi Rezaei Ivanov
Smirnov Kuznetsov Popov Sokolov Petrov Volkov Kozlov
"""
MEN, WOMEN, STEMS, OTHER = MEN_TEXT.split(), WOMEN_TEXT.split(), STEMS_TEXT.split(), OTHER_TEXT.split()
GIVEN = {"M": MEN, "F": WOMEN}
ENDS = ("ov", "li", "zadə")
PASSPORT_LETTERS = "A a CH ch SH sh GH gh I i O o U u G g KH kh J j"
PASSPORT = dict(zip("ƏəÇçŞşĞğİıÖöÜüQqXxCc", PASSPORT_LETTERS.split(), strict=True))
OLD_PASSPORT = PASSPORT | {"Ə": "E", "ə": "e", "Q": "K", "q": "k", "Ü": "U", "X": "H", "x": "h", "C": "DJ", "c": "dj"}
RUSSIAN_LETTERS = "а б дж ч д е а ф г г г х ы и ж к г л м н о о п р с ш т у у в й з"
RUSSIAN = dict(zip("abcçdeəfgğhxıijkqlmnoöprsştuüvyz", RUSSIAN_LETTERS.split(), strict=True))


def written(name: str, letters: dict[str, str]) -> str:
    return "".join(letters.get(c, letters.get(c.lower(), c) if letters is RUSSIAN else c) for c in name)


def identities(people: int, *, seed: int, defects: float = 1.0, documents: int = 2) -> tuple[pa.Table, dict[str, int]]:
    """Identities of made-up people and the truth (record_id -> person). `defects` multiplies the rates of damage."""
    rnd = random.Random(seed)
    rows, truth = [], {}

    def damaged(rate: float) -> bool:
        return rnd.random() < rate * defects

    for person in range(people):
        sex = rnd.choice("MF")
        resident = person % 3 == 0
        national = resident or rnd.random() < 0.3
        given = rnd.choice(GIVEN[sex])
        surname = (rnd.choice(STEMS) + rnd.choice(ENDS) if national or rnd.random() < 0.3 else rnd.choice(OTHER))
        if surname.endswith("ov") and sex == "F":
            surname += "a"
        father = rnd.choice(MEN)
        born = date(1950, 1, 1) + timedelta(days=rnd.randrange(22_000))
        citizenship = "AAA" if national else rnd.choice(["BBB", "BBB", "CCC", "DDD", "EEE"])
        personal = f"{person:07d}X" if resident else None
        for _ in range(rnd.choice(range(1, documents + 1))):
            doc = f"{rnd.choice('CPU')}{rnd.randrange(10**8):08d}"
            letters = rnd.choice([PASSPORT, PASSPORT, PASSPORT, OLD_PASSPORT])
            for _ in range(rnd.choice([1, 2, 2, 4, 6])):
                office = rnd.choice(["x.border.crossings", "x.border.crossings", "x.migration.permits", "x.interior.register", "x.foreign.visas"])
                s, g, f = surname, given, None
                if office.startswith(("x.border", "x.foreign")):
                    s, g = written(s, letters).upper(), written(g, letters).upper()
                elif office.startswith("x.migration") and rnd.random() < 0.3:
                    s, g = written(s.lower(), RUSSIAN).title(), written(g.lower(), RUSSIAN).title()
                elif rnd.random() < 0.5:
                    f = father + (" oğlu" if sex == "M" else " qızı")
                if damaged(0.02):
                    i = rnd.randrange(len(s))
                    s = s[:i] + s[i + 1 :]
                if damaged(0.01):
                    s, g = g, s
                if f and damaged(0.1):
                    g, f = f"{g} {f}", None
                birth = born.isoformat()
                if damaged(0.02):
                    birth = f"{born.year}-{born.day:02d}-{born.month:02d}" if born.day <= 12 else birth
                elif damaged(0.02):
                    birth = f"{born.year}"
                elif damaged(0.02):
                    birth = f"{born.year}-01-01"
                record = f"r{rnd.getrandbits(60):015x}"
                truth[record] = person
                no = doc if not damaged(0.005) else doc.replace("0", "O")
                rows.append({
                    "record_id": record, "record_type": "crossing", "feed": office, "delivery_id": "d",
                    "observed_on": date(2020, 1, 1) + timedelta(days=rnd.randrange(2000)),
                    "surname": s, "given_names": g, "patronymic": f, "birth_date": birth,
                    "sex": sex if not damaged(0.01) else "MF"[sex == "M"], "citizenship": citizenship,
                    "birth_country": citizenship if rnd.random() < 0.7 else None, "doc_no": no, "doc_issuer": citizenship,
                    "personal_no": personal if office.startswith("x.interior") else None,
                })  # fmt: skip
    return as_identities(rows), truth


def as_identities(rows: list[dict]) -> pa.Table:
    """Rows as the declared table; a column that a row leaves out is null."""
    kinds = {"day": pa.date32(), "text": pa.string()}
    return pa.table({c.name: pa.array([row.get(c.name) for row in rows], kinds[c.type]) for c in TABLES["identities"].columns})


def b_cubed(found: dict[str, object], truth: dict[str, object]) -> tuple[float, float, float]:
    """B-cubed precision, recall and F1 over records.

    Source: Bagga and Baldwin, 1998, "Algorithms for scoring coreference chains".
    """
    both = Counter((found[r], truth[r]) for r in truth)
    by_found, by_truth = Counter(found[r] for r in truth), Counter(truth.values())
    precision = sum(n * n / by_found[f] for (f, _), n in both.items()) / len(truth)
    recall = sum(n * n / by_truth[t] for (_, t), n in both.items()) / len(truth)
    return precision, recall, 2 * precision * recall / (precision + recall)
