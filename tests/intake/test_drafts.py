"""Drafts of contracts for layouts that no contract knows: what is seen in each, how sure it is, and what is left to a person.

Each file is invented here, in another alphabet and form; a draft is right if the file can be read by it once the marked places are decided.
"""

from __future__ import annotations

import json
import random
from datetime import date, datetime, timedelta

import pytest
import xlsxwriter
import yaml

from karvan import intake
from karvan.country import contract_from, load
from karvan.country.yaml_file import parse
from karvan.intake.draft.encoding import encoding_of
from karvan.intake.draft.fixed_width import borders

dice = random.Random(20260301)
WORLD = load(["world"])


def drafted(path) -> tuple[dict[str, str], dict, str]:
    """What the draft of a file says: column or path to what it fills (`code_list` and codes apart), the `karvan` block, and the text."""
    text = intake.draft(path, feed="here.agency.what", institution="BORDER", country=WORLD)
    content = parse(text, where="draft")
    fills = {}
    for spec in content["schema"][0]["properties"]:
        own = {p["property"]: p["value"] for p in spec.get("customProperties", [])}
        fills[spec.get("description") or spec["name"]] = "dropped" if own.get("drop") else own.get("field") or own.get("identity") or ("key" if spec.get("primaryKey") else "")
    return fills, next(p for p in content["customProperties"] if p["property"] == "karvan")["value"], text


def read_by(text: str, path) -> intake.Checked:
    """The file read by its draft, as `karvan contract test` does."""
    return intake.check(path, contract_from(parse(text, where="draft")), WORLD)


def born() -> date:
    return date(1955, 1, 1) + timedelta(dice.randrange(18000))


def syllables(letters: list[str], count: int) -> list[str]:
    return [(dice.choice(letters) + dice.choice(letters) + dice.choice(letters)).capitalize() for _ in range(count)]


def workbook(path, rows, *, above=(), merged=(), below=()):
    book = xlsxwriter.Workbook(str(path))
    sheet, day = book.add_worksheet("Notes"), book.add_format({"num_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet("List")
    for number, row in enumerate([*above, *rows, *below]):
        for place, value in enumerate(row):
            sheet.write_datetime(number, place, value, day) if isinstance(value, datetime) else sheet.write(number, place, value)
    for first_row, first, last_row, last, word in merged:
        sheet.merge_range(first_row, first, last_row, last, word)
    book.close()


def test_residence_permits_with_georgian_headings_need_no_decision_but_the_usual_number_of_rows(tmp_path):
    names = syllables(["ბე", "რი", "კა", "ლო", "მა", "სუ"], 80)
    rows = ["№;ნებართვის ნომერი;გვარი;დაბადების თარიღი;სქესი;მოქალაქეობა;პასპორტის ნომერი;განცხადების თარიღი;გადაწყვეტილების თარიღი;გადაწყვეტილება;ნებართვის ტიპი;მოქმედების ვადა"]
    for i in range(90):
        day = date(2026, 3, 1) + timedelta(dice.randrange(31))
        rows.append(f"{i + 1};TRP-{26000 + 3 * i};{dice.choice(names)};{born():%d.%m.%Y};{dice.choice(['ქალი', 'კაცი'])};{dice.choice(['თურქეთი', 'ინდოეთი', 'გერმანია'])};A{dice.randrange(10**6, 10**7)};{day - timedelta(20):%d.%m.%Y};{day:%d.%m.%Y};{dice.choice(['დადებითი', 'უარყოფითი'])};{dice.choice(['დროებითი', 'მუდმივი'])};{day + timedelta(365):%d.%m.%Y}")
    file = tmp_path / "ნებართვები_2026-03.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    fills, own, text = drafted(file)
    assert list(fills.values()) == ["dropped", "permit_no", "surname", "birth_date", "sex", "citizenship", "doc_no", "applied_on", "decided_on", "decision", "kind", "valid_to_on"]
    assert (own["record"], own["period"], own["file"], own["person_key"]) == ("permit", "month", "ნებართვები_{period}.csv", "document")
    assert "To decide (1)" in text and '{"გერმანია": DEU, "თურქეთი": TUR, "ინდოეთი": IND}' in text
    done = read_by(text, file)
    assert (done.rows, done.records, done.set_aside) == (90, 90, 0)


def test_crossings_in_arabic_and_cp1256(tmp_path):
    names = syllables(["مح", "مد", "خل", "يل", "نا", "صر"], 60)
    rows = ["رقم السجل,المنفذ,وقت العبور,اتجاه,رقم الجواز,الجنسية,تاريخ الميلاد,الجنس,اللقب"]
    rows += [f"{88000 + 7 * i},{dice.choice(['المطار', 'الميناء'])},2026/03/{1 + i % 31:02d} {i % 24:02d}:15,{dice.choice(['دخول', 'خروج'])},A{dice.randrange(10**7, 10**8)},{dice.choice(['SYR', 'EGY', 'IRQ'])},{born():%Y/%m/%d},{dice.choice(['ذكر', 'أنثى'])},{dice.choice(names)}" for i in range(100)]
    file = tmp_path / "عبور_2026-03.csv"
    file.write_bytes(("\r\n".join(rows) + "\r\n").encode("cp1256"))
    fills, own, text = drafted(file)
    assert list(fills.values()) == ["key", "bcp", "crossed_at", "direction", "doc_no", "citizenship", "birth_date", "sex", "surname"]
    assert (own["record"], own["encoding"]) == ("crossing", "cp1256")
    assert "cp1256 is a guess" in text
    assert read_by(text, file).set_aside == 0


def test_a_register_of_fixed_width_without_any_blanks_or_headings(tmp_path):
    names = syllables(["ах", "мет", "нұр", "лан", "әлім", "бек"], 120)
    lines = []
    for i in range(200):
        day, since = born(), date(2005, 1, 1) + timedelta(dice.randrange(7000))
        lines.append(f"{day:%y%m%d}{dice.randrange(10**5, 10**6)}{dice.choice(names):<18}{dice.choice(names):<14}{day:%d%m%Y}{'ЕӘ'[i % 2]}{dice.choice(['KAZ', 'RUS', 'UZB'])}{since:%d%m%Y}{f'{since + timedelta(400):%d%m%Y}' if i % 5 == 0 else ' ' * 8}{dice.choice(['71', '75', '79'])}")
    file = tmp_path / "тұрғындар_2026-03-31.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _, own, text = drafted(file)
    specs = [{p["property"]: p["value"] for p in s.get("customProperties", [])} for s in parse(text, where="draft")["schema"][0]["properties"]]
    seen = [(s.get("field") or s.get("identity"), s["start"], s["width"]) for s in specs]
    assert seen == [("personal_no", 1, 12), ("surname", 13, 18), ("given_names", 31, 14), ("birth_date", 45, 8), ("sex", 53, 1), ("citizenship", 54, 3), ("since_on", 57, 8), ("until_on", 65, 8), (None, 73, 2)]
    assert (own["record"], own["period"]) == ("resident", "snapshot")
    assert read_by(text, file).set_aside == 0


def test_columns_of_fixed_width_are_told_by_blanks_letters_days_and_codes():
    made = [f"{i:06d}{'FM'[i % 2]}{name:<9}{date(1950 + i, 1 + i % 12, 1 + i % 28):%Y%m%d}{'TUR' if i % 3 else 'GEO'}{'PAID' if i % 2 else '    '}" for i, name in enumerate(syllables(["AB", "CE", "RO", "LI", "MA"], 40))]
    assert borders(made) == [0, 6, 7, 16, 24, 27]


def test_work_permits_in_a_workbook_with_titles_a_row_of_totals_and_a_sheet_of_notes(tmp_path):
    head = ["Sıra No", "İzin No", "Adı Soyadı", "Uyruğu", "Cinsiyet", "Pasaport No", "İşveren", "Meslek", "Başvuru Tarihi", "Karar Tarihi", "Karar", "İzin Bitiş Tarihi", "Ücret", "Kota Yılı"]
    names = syllables(["Al", "Be", "Ca", "De", "Fe"], 40)
    rows = [[i + 1, f"2026/ÇİM/{1000 + i}", f"{dice.choice(names)} {dice.choice(names)}", dice.choice(["Rusya", "Çin", "Almanya"]), dice.choice(["Kadın", "Erkek"]), f"P{dice.randrange(10**7, 10**8)}", str(1234567890 + i % 9), dice.choice([2512, 7112]), datetime(2026, 2, 1 + i % 28), datetime(2026, 3, 1 + i % 31), dice.choice(["Olumlu", "Olumsuz"]), datetime(2027, 3, 1), dice.choice([35000, 42000.5]), 2026] for i in range(70)]
    file = tmp_path / "calisma_izinleri_2026_03.xlsx"
    workbook(file, [head, *rows], above=[["Genel Müdürlük"], ["Mart 2026"], []], below=[["Toplam", *[""] * 11, 2_700_000]])
    fills, own, text = drafted(file)
    assert own["record"] == "work_permit" and (own["sheet"], own["skip_rows"]) == ("List", 3)
    assert [fills[h] for h in head] == ["dropped", "work_permit_no", "full_name", "citizenship", "sex", "doc_no", "employer", "occupation", "applied_on", "decided_on", "decision", "valid_to_on", "wage_month", "quota_year"]
    done = read_by(text, file)
    assert (done.rows, done.records, [f.reason for f in done.findings]) == (71, 70, ["declared_out_of_scope"])


def test_two_rows_of_headings_with_merged_cells(tmp_path):
    names = syllables(["رض", "حس", "زه", "لی", "مر"], 50)
    rows = [["", *["", "", "", ""], "", "", ""], ["", "نام", "نام خانوادگی", "شماره گذرنامه", "تابعیت", "تاریخ", "نوع", "مرز"]]
    rows += [[i + 1, dice.choice(names[:20]), dice.choice(names), f"R{dice.randrange(10**7, 10**8)}", dice.choice(["افغانستان", "عراق", "ترکیه"]), f"2026-03-{1 + i % 31:02d} {i % 24:02d}:15", dice.choice(["ورود", "خروج"]), dice.choice(["الف", "ب"])] for i in range(60)]
    file = tmp_path / "taraddod_2026-03.xlsx"
    workbook(file, rows, merged=[(0, 0, 1, 0, "ردیف"), (0, 1, 0, 4, "مسافر"), (0, 5, 0, 7, "تردد")])
    fills, own, text = drafted(file)
    assert list(fills.values()) == ["dropped", "given_names", "surname", "doc_no", "citizenship", "crossed_at", "direction", "bcp"]
    assert (own["record"], own["header"], own["skip_rows"]) == ("crossing", False, 2) and "the header has two rows" in text
    assert read_by(text, file).set_aside == 0


def test_nested_json_under_an_envelope(tmp_path):
    names = syllables(["Oka", "Sin", "Nov", "Gar"], 50)
    rows = [{"application": {"id": f"EV{26000000 + 11 * i}", "lodged": f"2026-03-{1 + i % 31:02d}", "channel": dice.choice(["online", "airport"])}, "applicant": {"name": {"family": dice.choice(names), "given": dice.choice(names)}, "birthDate": born().isoformat(), "gender": dice.choice(["female", "male"]), "nationality": dice.choice(["NG", "IN", "CZ"]), "passport": {"number": f"B{dice.randrange(10**7, 10**8)}"}}, "visa": {"type": "tourist", "status": dice.choice(["approved", "rejected"]), "validUntil": "2026-09-01"}} for i in range(60)]
    file = tmp_path / "evisa-2026-03.json"
    file.write_text(json.dumps({"meta": {"rows": 60}, "data": {"applications": rows}}), encoding="utf-8")
    fills, own, text = drafted(file)
    assert list(fills.values()) == ["application_no", "submitted_on", "channel", "surname", "given_names", "birth_date", "sex", "citizenship", "doc_no", "visa_class", "decision", "valid_to_on"]
    assert (own["record"], own["rows"]) == ("visa", "data.applications") and "countries_iso2" in text
    assert read_by(text, file).set_aside == 0


def test_xml_with_namespaces_attributes_and_members_becomes_events_and_decisions(tmp_path):
    names = syllables(["Rah", "Tes", "Bar", "Oko"], 40)
    cases, people, decided = [], 0, 0
    for i in range(40):
        size = 1 + i % 3
        people, decided = people + size, decided + (size if i % 4 else 0)
        members = "".join(f'<p:Member no="{m + 1}"><p:Surname>{dice.choice(names)}</p:Surname><p:BirthDate>{born().isoformat()}</p:BirthDate><p:Gender>{dice.choice("MF")}</p:Gender><p:Relation>{"applicant" if m == 0 else "child"}</p:Relation></p:Member>' for m in range(size))
        cases.append(f'<a:Case caseNo="AS/2026/{i + 1:04d}"><a:Lodged>2026-03-{1 + i % 20:02d}</a:Lodged><a:Citizenship>{dice.choice(["AFG", "ERI", "IRQ"])}</a:Citizenship><a:Decision date="{f"2026-03-{10 + i % 20:02d}" if i % 4 else ""}">{dice.choice(["granted", "refused"]) if i % 4 else ""}</a:Decision><a:Members>{members}</a:Members></a:Case>')
    file = tmp_path / "asylum_2026-03.xml"
    file.write_text(f'<a:Export xmlns:a="urn:x:asylum" xmlns:p="urn:x:person"><a:Cases>{"".join(cases)}</a:Cases></a:Export>', encoding="utf-8")
    _, own, text = drafted(file)
    assert [r["record"] for r in own["records"]] == ["case_event", "decision"] and own["constants"] == {"procedure": "asylum"}
    assert (read_by(text, file).records, read_by(text, file).set_aside) == (people + decided, 0)


def test_where_no_heading_is_known_values_speak_and_the_rest_is_asked(tmp_path):
    names = syllables(["አበ", "ከበ", "ሰላ", "ሃና", "ዳዊ"], 60)
    rows = ["ተቁ\tመለያ\tስም\tየትውልድ\tፆታ\tዜግነት\tፓስ\tቀን\tመንገድ"]
    rows += [f"{i + 1}\tX{5000 + 2 * i}\t{dice.choice(names)} {dice.choice(names)}\t{born():%d/%m/%Y}\t{'ወሴ'[i % 2]}\t{dice.choice(['KEN', 'SDN', 'ERI'])}\tE{dice.randrange(10**6, 10**7)}\t2026-03-{1 + i % 31:02d} 10:{i % 60:02d}:00\t{['ገቢ', 'ወጪ'][i % 3 // 2]}" for i in range(90)]
    file = tmp_path / "file8_202603.tsv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-16")
    fills, own, text = drafted(file)
    assert list(fills.values()) == ["dropped", "key", "full_name", "birth_date", "", "citizenship", "doc_no", "crossed_at", ""]
    assert (own["record"], own["encoding"], own["constants"]) == ("crossing", "utf-16", {"direction": "TODO"})
    assert "guess: identity.doc_no, as its values are built like numbers of passports" in text
    decided = text.replace("constants: {direction: TODO}", "").replace('{name: "መንገድ", logicalType: string, classification: P2}', '{name: "መንገድ", logicalType: string, classification: P2, customProperties: [{property: field, value: direction}, {property: codes, value: {"ገቢ": in, "ወጪ": out}}]}')
    assert read_by(decided, file).set_aside == 0


@pytest.mark.parametrize(
    ("headings", "fills"),
    [
        ("Անձնագրի համար;Ազգանուն;Ծննդյան ամսաթիվ;Սեռ;Քաղաքացիություն", ["doc_no", "surname", "birth_date", "sex", "citizenship"]),
        ("Паспорт рақами;Фамилия;Туғилган сана;Жинси;Фуқаролиги", ["doc_no", "surname", "birth_date", "sex", "citizenship"]),
        ("Төлқұжат нөмірі;Тегі;Туған күні;Жынысы;Азаматтығы", ["doc_no", "surname", "birth_date", "sex", "citizenship"]),
        ("PASAPORT NO;SOYADI;DOĞUM TARİHİ;CİNSİYETİ;UYRUĞU", ["doc_no", "surname", "birth_date", "sex", "citizenship"]),
        ("护照号码;姓;出生日期;性别;国籍", ["doc_no", "surname", "birth_date", "sex", "citizenship"]),
        ("شماره گذرنامه;نام خانوادگی;تاریخ تولد;جنسیت;تابعیت", ["doc_no", "surname", "birth_date", "sex", "citizenship"]),
        ("PassportNumber;LastName;DateOfBirth;Gender;Nationality", ["doc_no", "surname", "birth_date", "sex", "citizenship"]),
        ("SENED_NO;SOYAD;DOGUM_TARIXI;CINS;VETENDASLIQ", ["doc_no", "surname", "birth_date", "sex", "citizenship"]),
    ],
)  # fmt: skip
def test_headings_in_many_alphabets(tmp_path, headings, fills):
    names = syllables(["Ab", "Ce", "Ro", "Li", "Ma"], 40)
    rows = [f"U{dice.randrange(10**6, 10**7)};{dice.choice(names)};{born():%d.%m.%Y};{'FM'[i % 2]};{dice.choice(['TUR', 'GEO', 'IND'])}" for i in range(50)]
    (tmp_path / "list.csv").write_text("\n".join([headings, *rows]), encoding="utf-8")
    assert list(drafted(tmp_path / "list.csv")[0].values()) == fills


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Номер;Фамилия;Имя;Дата рождения\n1;Иванов;Пётр;01.02.1980\n", "cp1251"), ("Номер;Фамилия;Имя;Дата рождения\n1;Иванов;Пётр;01.02.1980\n", "koi8-r"), ("Номер;Фамилия;Имя;Дата рождения\n1;Иванов;Пётр;01.02.1980\n", "cp866"),
     ("رقم السجل;وقت العبور;الجنسية;رقم الجواز\n1;دخول;سوريا;A1\n", "cp1256"), ("Soyadı;Adı;Doğum tarihi;Uyruğu\nÖztürk;Şükrü;1980;TUR\n", "cp1254"), ("Número;Apellidos;País\n1;Muñoz;España\n", "cp1252"), ("编号;姓名;出生日期;国籍\n1;王小明;1980;中国\n", "gb18030"),
     ("Soyadı;Doğum\n1;2\n", "utf-8"), ("Soyadı;Doğum\n1;2\n", "utf-8-sig"), ("Soyadı;Doğum\n1;2\n", "utf-16"), ("Фамилия;Имя;Пол\nИванов;Пётр;М\n", "utf-16-le")],
)  # fmt: skip
def test_encodings(text, encoding):
    assert encoding_of(text.encode(encoding))[0] == encoding


def test_what_cannot_be_known_is_asked(tmp_path):
    (tmp_path / "list.csv").write_text("\n".join(["Applied;Number;Result", *(f"0{1 + i % 9}/0{1 + i % 7}/2026;P-{i:04d};{['A', 'B'][i % 2]}" for i in range(40))]), encoding="utf-8")
    text = drafted(tmp_path / "list.csv")[2]
    asked = [line for line in text.splitlines() if line.startswith("#  - ")]
    assert any("fit day/month and month/day alike" in line for line in asked) and any("what do A, B mean?" in line for line in asked) and any("the name holds no day, month or year" in line for line in asked)


def test_days_of_another_calendar_and_digits_of_another_script_are_said(tmp_path):
    (tmp_path / "list.csv").write_text("\n".join(["نام;تاریخ ورود", *(f"x{i};140{i % 5}/0{1 + i % 9}/1{i % 9}" for i in range(40))]), encoding="utf-8")
    assert "the Persian solar calendar" in drafted(tmp_path / "list.csv")[2]
    (tmp_path / "list.csv").write_text("\n".join(["رقم;تاريخ", *(f"x{i};٢٠٢٦/٠٣/٠{'١٢٣٤'[i % 4]}" for i in range(40))]), encoding="utf-8")
    assert "digits other than 0-9" in drafted(tmp_path / "list.csv")[2]


def test_no_country_is_named_among_the_terms():
    from babel import Locale

    from karvan.intake.draft.terms import FOLDER

    words = {str(w).casefold() for path in FOLDER.glob("*.yaml") for entry in yaml.safe_load(path.read_text(encoding="utf-8")).values() for terms in (entry.values() if isinstance(entry, dict) else [entry]) for part in (terms.values() if isinstance(terms, dict) else [terms]) for w in (part if isinstance(part, list) else [part])}
    for language in ("en", "ru", "tr", "az", "ka", "ar", "fa"):
        assert not words & {name.casefold() for code, name in Locale.parse(language).territories.items() if code.isalpha()}
