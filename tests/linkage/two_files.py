"""Two drawn files of the same people, with the faults that files have, and the truth."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

GIVEN = [
    "anna", "bella", "clara", "daria", "elena", "farid", "gamal", "hasan", "irina", "jamal", "karim", "leyla", "murad", "nadir", "olga", "pavel",
    "rashad", "samir", "tamar", "umid", "vusal", "yusif", "zahra", "aynur", "elchin", "fidan",
]  # fmt: skip
SURNAME = [
    "aliyev", "mammadov", "hasanov", "petrova", "ivanov", "quliyev", "rzayev", "sadiqov", "tagiyev", "umarov", "veliyev", "yusubov", "zeynalov",
    "babayev", "dadashov", "eyvazov", "farzali", "garayev", "huseynov", "ismayilov",
]  # fmt: skip
STREET = [
    "nizami street", "fountain lane", "harbour road", "old town square", "garden avenue", "station street", "lake drive", "hill terrace", "market row",
    "mill lane",
]  # fmt: skip
HEADER_A = ["id", "first_name", "last_name", "date_of_birth", "street_number", "street_name"]
HEADER_B = ["row_id", "given name", "surname", "dob", "house number", "street"]

People = list[tuple[str, str, str, str, str]]


def people(rows: int, seed: int = 1) -> People:
    """Given name, surname, birth date (ISO), house number, street."""
    draw = np.random.default_rng(seed)
    days = np.datetime64("1950-01-01") + draw.integers(0, 20_000, rows)
    return [
        (f"{draw.choice(GIVEN)}{draw.choice(['', 'a', 'n', 'ra'])}", f"{draw.choice(SURNAME)}{draw.choice(['', 'zade', 'li'])}", str(day), str(draw.integers(1, 200)), str(draw.choice(STREET)))
        for day in days
    ]


def faulty(person: tuple[str, ...], draw: np.random.Generator) -> list[str]:
    """The same person as another file has them: slips, empty cells, a move, day and month swapped."""
    cells = list(person)
    for n, cell in enumerate(cells):
        luck = draw.random()
        if luck < 0.06 and len(cell) > 2:
            at = int(draw.integers(1, len(cell) - 1))
            cells[n] = cell[:at] + str(draw.choice(list("aeiou15"))) + cell[at + 1 :]
        elif luck < 0.09:
            cells[n] = ""
    if draw.random() < 0.1:
        cells[3], cells[4] = str(draw.integers(1, 200)), str(draw.choice(STREET))
    return cells


def write(path: Path, header: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([header, *rows])
    return path


def two_files(folder: Path, rows: int = 600, seed: int = 1) -> tuple[Path, Path, set[tuple[str, str]]]:
    """A has everyone but the last tenth, B everyone but the first; B writes dates as day.month.year."""
    draw = np.random.default_rng(seed)
    everyone = people(rows, seed)
    tenth = rows // 10
    a = [[f"a{n}", *person] for n, person in enumerate(everyone[: rows - tenth])]
    b = []
    for n, person in list(enumerate(everyone))[tenth:]:
        given, surname, born, number, street = faulty(person, draw)
        b.append([f"b{n}", given, surname, ".".join(reversed(born.split("-"))), number, street])
    truth = {(f"a{n}", f"b{n}") for n in range(tenth, rows - tenth)}
    return write(folder / "a.csv", HEADER_A, a), write(folder / "b.csv", HEADER_B, b), truth
