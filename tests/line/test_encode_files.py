"""`karvan encode`: an agency's file goes out without names, and the platform takes it as it takes any file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from karvan.cli import karvan
from karvan.country import read_contract
from karvan.encoding import encoded_contract, roles
from karvan.errors import PackError
from karvan.linkage.encode import Encoder, encode_identities, read_secret
from karvan.workspace import Workspace

PACKS = Path(__file__).parents[2] / "packs"
CONTRACT = PACKS / "az/contracts/moj.civil.yaml"
HEADER = [f.column for f in read_contract(CONTRACT).fields]
TOLD = "AKT_SIRA AKT_NO AKT_NOVU HADISE_TARIXI AKT_TARIXI XARICDE FIN SOYAD AD ATA_ADI DOGUM_TARIXI CINS VETENDASLIQ SENED_NO SENED_OLKESI ANA_FIN ANA_SAKIN"
ROWS = [
    "S1 A1 NIKAH 03.05.2024 04.05.2024 Y 5AB12CD Quliyeva Aygün Rasim 17.04.1985 Q AZE AZE1234567 AZE - -",
    "S2 A1 NIKAH 03.05.2024 04.05.2024 Y 6XY34ZW Səfərov Elçin Vüqar 00.00.1981 K AZE AZE7654321 AZE - -",
    "S3 A2 DOGUM 09.05.2024 11.05.2024 Y 7QQ11QQ Səfərov Tural Elçin 09.05.2024 K AZE - - 5AB12CD H",
]


def civil_file(folder: Path, *more: str) -> Path:
    path = folder / "civil_2024-05.tsv"
    told = [dict(zip(TOLD.split(), row.split(), strict=True)) for row in ROWS]
    lines = ["\t".join(row.get(column, "-").replace("-", "") for column in HEADER) for row in told]
    path.write_text("\n".join(["\t".join(HEADER), *lines, *more]) + "\n", encoding="utf-8")
    return path


def run(*args: object):
    return CliRunner().invoke(karvan, [str(a) for a in args], catch_exceptions=True)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    assert run("encode", "--new-secret", tmp_path / "secret").exit_code == 0
    return tmp_path / "secret"


def test_no_name_number_or_day_leaves_the_agency(tmp_path, secret):
    done = run("encode", CONTRACT, civil_file(tmp_path), "--secret", secret, "-o", tmp_path / "civil_2024-05.parquet")
    assert done.exit_code == 0 and "3 rows" in done.output
    sent = (pq.read_table(tmp_path / "civil_2024-05.parquet")).to_pylist()
    said = str(sent)
    for told in ("Quliyeva", "Aygün", "5AB12CD", "AZE1234567", "17.04", "1985-04-17"):
        assert told not in said
    assert [row["AKT_NOVU"] for row in sent] == ["NIKAH", "NIKAH", "DOGUM"]
    assert sent[0]["DOGUM_TARIXI"][:8] == "1985-04-" and sent[1]["DOGUM_TARIXI"] == "1981"
    assert sent[2]["ANA_FIN"] == sent[0]["FIN"] != sent[1]["FIN"]     # the mother's number is still hers


def test_the_platform_reads_what_the_agency_encoded(tmp_path, secret):
    """The identities of encoded files are the encoded identities of the files in clear; records are the same but for their pseudonyms."""
    shutil.copytree(PACKS, tmp_path / "packs")
    file, out = civil_file(tmp_path), tmp_path / "civil_2024-05.parquet"
    assert run("encode", CONTRACT, file, "--secret", secret, "-o", out, "--contract-out", tmp_path / "packs/az/contracts/moj.civil.yaml").exit_code == 0
    clear, encoded = Workspace.create(tmp_path / "clear", packs=["az"]), Workspace.create(tmp_path / "encoded", packs=["az"], packs_folder=tmp_path / "packs")
    for ws, sent in ((clear, file), (encoded, out)):
        loaded = run("feed", "load", "az.moj.civil", sent, "-w", ws.root)
        assert loaded.exit_code == 0, loaded.output
        assert run("run", "-w", ws.root, "--through", "intake").exit_code == 0
    expected = encode_identities(identities(clear), Encoder(read_secret(secret))).drop_columns(["delivery_id"])
    assert identities(encoded).drop_columns(["delivery_id"]).to_pylist() == expected.to_pylist()
    query = "select record_id, event, event_on, registered_on, sex, citizenship, mother_resident from civil_event order by record_id"
    assert rows(clear, query) == rows(encoded, query) and len(rows(encoded, query)) == 3


def test_rows_that_cannot_be_cut_are_counted_and_named_by_number(tmp_path, secret):
    done = run("encode", CONTRACT, civil_file(tmp_path, "S4\tA3"), "--secret", secret, "-o", tmp_path / "out.parquet")
    assert done.exit_code != 0 and "columns 1" in str(done.exception) and "row 4" in str(done.exception)
    assert pq.read_metadata(tmp_path / "out.parquet").num_rows == 3


def test_mistakes_end_in_words(tmp_path, secret):
    file = civil_file(tmp_path)
    assert "--new-secret" in run("encode").output
    assert "There is no such file" in str(run("encode", CONTRACT, tmp_path / "none.tsv", "--secret", secret, "-o", tmp_path / "o").exception)
    assert "cannot be read" in str(run("encode", CONTRACT, file, "--secret", tmp_path / "none", "-o", tmp_path / "o").exception)
    assert "never written over" in str(run("encode", "--new-secret", secret).exception)
    assert not (tmp_path / "o").exists()


def test_a_contract_that_names_nobody_and_one_of_figures_are_refused():
    with pytest.raises(PackError, match="names nobody"):
        roles(read_contract(PACKS / "az/contracts/omb.complaints.yaml"))
    with pytest.raises(PackError, match="not encoded"):
        roles(read_contract(PACKS / "az/contracts/official.permanent_migration.yaml"))


@pytest.mark.parametrize("path", sorted(PACKS.glob("az/contracts/*.yaml")), ids=lambda p: p.stem)
def test_the_contract_of_encoded_files_keeps_id_and_columns(path, tmp_path):
    contract = read_contract(path)
    try:
        roles(contract)
    except PackError:
        return
    (tmp_path / path.name).write_text(encoded_contract(contract), encoding="utf-8")
    encoded = read_contract(tmp_path / path.name)
    assert encoded.id == contract.id and encoded.format == "parquet"
    assert [f.column for f in encoded.fields] == [f.column for f in contract.fields]
    assert [f.identity for f in encoded.fields] == [f.identity for f in contract.fields]


def identities(ws: Workspace) -> pa.Table:
    con = ws.connect(identity="compare encodings")
    try:
        return con.sql("select * from identities order by record_id").to_arrow_table()
    finally:
        con.close()


def rows(ws: Workspace, query: str) -> list[tuple]:
    con = ws.connect()
    try:
        return con.sql(query).fetchall()
    finally:
        con.close()
