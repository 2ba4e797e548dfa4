"""Pairs of names that must be taken for one person's, and look-alikes that must not, by naming system."""

from __future__ import annotations

import pytest

from karvan.linkage.names import compare_names, shipped

SAME = {
    "schwa alphabet and Russian": [
        ("Məmmədov Elnur Rasim oğlu", "Мамедов Эльнур Расим оглы"), ("Məmmədov Elnur Rasim oğlu", "MAMMADOV ELNUR"), ("Əliyeva Leyla Rasim qızı", "Алиева Лейла Расимовна"),
        ("Həsənov Vüqar", "Гасанов Вугар"), ("Hüseynov Cavid", "Гусейнов Джавид"), ("Qurbanov Ceyhun", "KURBANOV JEYHUN"), ("Şükürov Çingiz", "Шукюров Чингиз"),
        ("Xəlilova Günel", "KHALILOVA GUNEL"), ("Cəfərov Rəşad", "Dzhafarov Rashad"),
    ],
    "patronymic": [
        ("Əliyev Rəşad Kamil oğlu", "Алиев Рашад Камилович"), ("Əliyev Rəşad", "Əliyev Rəşad Kamil oğlu"), ("Алиев Рашад Камил оглы", "ALIYEV RASHAD KAMIL OGLU"),
        ("Иванов Пётр Сергеевич", "Ivanov Petr"), ("Иванова Анна Сергеевна", "Ivanova Anna Sergeevna"), ("Əliyeva Nigar", "Алиева Нигяр Вагиф кызы"),
        ("Каримов Азиз Рашид угли", "Karimov Aziz"), ("Касымов Асан Бакыт уулу", "Kasymov Asan Bakyt uulu"), ("Алиев Рашад Камилович", "ALIYEV RASHAD KAMIL OGLU"),
    ],
    "gender ending": [("Əliyeva Leyla", "ALIYEV LEYLA"), ("Иванова Мария", "Maria Ivanov"), ("Достоевская Анна", "DOSTOEVSKY ANNA"), ("Rəsulova Nigar", "RASULOV NIGAR")],
    "one family without its Russian ending": [
        ("Məmmədov Elnur", "Məmmədli Elnur"), ("Məmmədov Elnur Rasim oğlu", "Məmmədzadə Elnur Rasim oğlu"), ("Мамедов Эльнур", "MAMMADLI ELNUR"), ("Həsənov Rəşad", "HASANLI RASHAD"),
        ("Hüseynova Günel", "Hüseynli Günel"), ("Quliyev Tural", "Qulizadə Tural"),
    ],
    "kunya, nisba and article": [
        ("أبو أحمد خالد حسن", "Khalid Hassan"), ("Abu Ahmad Khalid Hassan", "خالد حسن"), ("خالد البغدادي", "Khalid al-Baghdadi"), ("Khalid Hassan al-Tikriti", "Khalid Hassan"),
        ("Al Hassan Mohammed", "MOHAMMED HASSAN"),
    ],
    "Arabic": [
        ("محمد الحسن", "Mohammed Al-Hassan"), ("محمد الحسن", "Мухаммед аль-Хасан"), ("عبد الرحمن الأحمد", "Abdulrahman Al Ahmad"), ("Abd al-Rahman Khalil", "Abdurrahman Khalil"),
        ("أحمد يوسف", "Ahmad Yousef"),
    ],
    "Persian": [("حسین رضایی", "Hossein Rezaei"), ("حسین رضایی", "Хоссейн Резаи"), ("علی‌رضا کریمی", "Alireza Karimi")],
    "single name": [("LNU<<ZALMAI", "زلمی"), ("FNU NAJIBULLAH", "نجیب‌الله"), ("احمدشاه", "Ahmadshah"), ("نجیب‌الله", "Najibullah"), ("Suharto", "Сухарто")],
    "dotless i": [("Yılmaz Işık", "YILMAZ ISIK"), ("İbrahim Kılıç", "IBRAHIM KILIC"), ("Yıldırım Aydın", "Йылдырым Айдын")],
    "apostrophes": [("Oʻktamov Gʻayrat", "OKTAMOV GAYRAT"), ("O'ktamov G'ayrat", "Уктамов Гайрат"), ("Сұлтанбек Нұрлан", "Sultanbek Nurlan"), ("Мар'яна Лук'яненко", "Mariana Lukianenko"),
                    ("G‘ulomov To‘lqin", "GULOMOV TULQIN"), ("Gʻulomov Toʻlqin", "Гуломов Тулкин"), ("Ғалымжан Өмірбеков", "GALYMZHAN OMIRBEKOV"), ("Нұрсұлтан Әбішұлы", "Nursultan Abishuly")],
    "Georgian": [("გიორგი მარგველაშვილი", "Giorgi Margvelashvili"), ("ნინო ბურჯანაძე", "Нино Бурджанадзе"), ("ხათუნა ღვინიაშვილი", "Khatuna Ghviniashvili"),
                 ("ჭავჭავაძე ილია", "CHAVCHAVADZE ILIA"), ("ყვარელაშვილი ჟუჟუნა", "Kvarelashvili Zhuzhuna"), ("Гвинджилия Кетеван", "ღვინჯილია ქეთევან")],
    "Armenian": [("Արամ Սարգսյան", "Aram Sargsyan"), ("Արամ Սարգսյան", "Арам Саркисян"), ("Հովհաննես Ղազարյան", "Hovhannes Ghazaryan"),
                 ("Հակոբյան Գևորգ", "Акопян Геворг"), ("Տիգրան Պետրոսյան", "PETROSIAN TIGRAN")],
    "Chinese": [("王小明", "Wang Xiaoming"), ("王小明", "Xiaoming Wang"), ("Ван Сяомин", "WANG XIAOMING"), ("李大海", "DAHAI LI"), ("Ли Дахай", "Li Dahai"), ("欧阳明", "Ouyang Ming")],
    "Vietnamese": [("Nguyễn Văn Hùng", "NGUYEN VAN HUNG"), ("Nguyễn Văn Hùng", "Hung Van Nguyen"), ("Trần Thị Lan", "LAN TRAN THI")],
    "two surnames": [("María García López", "GARCIA LOPEZ, MARIA"), ("Carlos Hernández Ruiz", "Carlos Hernandez"), ("García López, Carlos", "Карлос Гарсия Лопес"),
                     ("Gabriel García Márquez", "GARCIA MARQUEZ<<GABRIEL"), ("Ana López", "Ana López Fernández")],
    "Ukrainian and Russian": [("Олександр Шевченко", "Александр Шевченко"), ("Микола Коваленко", "Николай Коваленко"), ("Олена Гриценко", "Елена Гриценко"),
                              ("Сергій Бондаренко", "Сергей Бондаренко"), ("Наталія Ткаченко", "TKACHENKO NATALIA"), ("Євген Мельник", "Евгений Мельник")],
    "short form": [("Aleksandr Ivanov", "Саша Иванов"), ("Дмитрий Петров", "Dima Petrov"), ("William Harris", "Bill Harris")],
    "document's zone": [
        ("MAMMADOVA<<AYGUN<RASIM<GIZI", "Məmmədova Aygün Rasim qızı"), ("KONSTANTINOPOULOS<<ALEXANDROS<GEO", "Konstantinopoulos Alexandros Georgios"),
        ("PAPADOPOULOU<<KONSTANTINA<CHRISTIN", "Papadopoulou Konstantina Christina"),
    ],
    "initials": [("A. Məmmədov", "Anar Məmmədov"), ("Иванов П.", "Иванов Пётр")],
    "spellings of one name": [
        (a, b) for a in ("Məmmədov Əli", "MAMMADOV ALI") for b in ("Memmedov Eli", "Mamedov Ali", "Мамедов Али", "МӘММӘДОВ ӘЛИ", "მამედოვი ალი", "ممدوف علی")
    ],
    "look-alike letters": [("MАMMADОV ELNUR", "Məmmədov Elnur"), ("Иванoв Пётр", "Ivanov Petr")],
    "a reading machine's slips": [("MAMMAD0V ELNUR", "Məmmədov Elnur"), ("AL1YEV ANAR", "Əliyev Anar")],
    "order of father and grandfather": [("Mohammad Hassan Ali", "محمد علی حسن"), ("محمد حسن", "Muhammad Hasan Ali")],
    "particles": [("Ludwig van der Berg", "LUDWIG BERG"), ("Abdullah bin Khalid", "عبد الله بن خالد")],
    "one document in each order": [("Leyla Əliyeva", "ƏLİYEVA LEYLA"), ("Johnson, Peter", "Peter Johnson"), ("Hans Peter Müller", "Müller Hans-Peter")],
}
OTHER = {
    "a name that looks alike": [
        ("Əliyeva Leyla", "Əliyeva Lalə"), ("Leyla Aliyeva", "Лала Алиева"), ("Yılmaz Aydın", "YILMAZ AYHAN"), ("Aydın Məmmədov", "AYHAN MAMMADOV"), ("王小明", "Li Xiaoming"),
        ("王小明", "LI XIAOMING"), ("محمد الحسن", "Mahmoud Al-Hassan"), ("محمد أحمد", "Mahmoud Ahmad"), ("محمد علی", "محمود علی"), ("محمد", "Mahmoud"), ("Əhməd Məmmədov", "Mahmud Mammadov"),
        ("حسن علي", "Hussein Ali"), ("Rəşad Əliyev", "Рашид Алиев"), ("Ramil Quliyev", "Рамиз Кулиев"), ("Elşad Rzayev", "ELSHAN RZAYEV"), ("Cavid Əliyev", "CAVAD ALIYEV"),
        ("Александр Иванов", "Александра Иванова"),
    ],
    "another given name": [
        ("Məmmədov Elnur", "Мамедов Эльман"), ("Həsənov Vüqar", "Гасанов Вусал"), ("გიორგი მარგველაშვილი", "Nino Margvelashvili"),
        ("محمد الحسن", "Khalid Al-Hassan"), ("Nguyễn Văn Hùng", "Nguyen Thi Lan"), ("Олена Шевченко", "Ольга Шевченко"),
        ("Արամ Սարգսյան", "Armen Sargsyan"), ("María García López", "Carlos García López"),
    ],
    "another surname": [("Elnur Məmmədov", "Эльнур Гасанов"), ("حسین رضایی", "Hossein Karimi"), ("王小明", "Li Dahai"), ("Peter Johnson", "Peter Jackson")],
    "another father": [("Əliyev Rəşad Kamil oğlu", "Алиев Рашад Вагифович"), ("Иванов Пётр Сергеевич", "Иванов Пётр Николаевич")],
    "father and son": [("Əliyev Kamil Həsən oğlu", "Алиев Рашад Камил оглы"), ("Иванов Сергей Петрович", "Иванов Пётр Сергеевич")],
    "brother and sister": [("Əliyev Rəşad Kamil oğlu", "Алиева Нигяр Камил кызы")],
    "wrong initial": [("V. Məmmədov", "Anar Məmmədov")],
    "single name": [("احمدشاه", "Najibullah"), ("Suharto", "Сукарно")],
}


def cases(of):
    return [pytest.param(a, b, id=f"{system}: {a} | {b}") for system, pairs in of.items() for a, b in pairs]


@pytest.mark.parametrize(("a", "b"), cases(SAME))
def test_names_of_one_person_reach_the_threshold(a, b):
    assert compare_names([a], [b])[0] >= shipped().threshold


@pytest.mark.parametrize(("a", "b"), cases(OTHER))
def test_look_alikes_stay_below_the_threshold(a, b):
    assert compare_names([a], [b])[0] < shipped().threshold


LONG = ["KONSTANTINOPOULOS<<ALEXANDROS<GEORGIOS<NIKOLAOS", "RAJAGOPALACHARIAR<<VENKATASUBRAMANIAN<KRISHNA", "MAMMADGULUZADEH<<ABDURRAHMANBEY<JALALADDIN<OGLU"]


@pytest.mark.parametrize("width", [39, 31, 30])
@pytest.mark.parametrize("name", LONG)
def test_a_name_cut_at_the_width_of_a_document_s_zone_is_the_name(name, width):
    whole = name.replace("<<", ", ").replace("<", " ").title()
    assert compare_names([name[:width]], [whole])[0] >= shipped().threshold


@pytest.mark.parametrize("name", ["Əliyev Rəşad", "Алиев Рашад", "ALIYEV RASHAD", "Rashad Aliyev"])
@pytest.mark.parametrize("patronymic", ["Kamil oğlu", "Камил оглы", "Камилович", "KAMIL OGLU"])
def test_a_patronymic_on_one_side_only_is_no_conflict(name, patronymic):
    assert compare_names([f"Əliyev Rəşad {patronymic}"], [name])[0] >= shipped().threshold


def test_scores_of_sure_pairs_still_rank():
    pairs = [pair for pairs in SAME.values() for pair in pairs]
    scores = compare_names(*zip(*pairs, strict=True))
    top = scores[scores > 0.95]
    assert len(top) > 60 and top.max() < 1.0
    assert len(set(top.tolist())) > 0.9 * len(top)
