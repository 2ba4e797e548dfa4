"""`karvan encode`: an agency's file without names."""

from __future__ import annotations

from pathlib import Path

import click

from karvan.cli.terminal import json_option
from karvan.errors import DataError, SetupError


@click.command()
@click.argument("contract_file", metavar="[CONTRACT]", type=click.Path(path_type=Path), required=False)
@click.argument("file", metavar="[FILE]", type=click.Path(path_type=Path), required=False)
@click.option("--secret", type=click.Path(path_type=Path), help="File with the secret that the agencies share; the platform never has it.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The encoded file, Parquet.")
@click.option("--contract-out", type=click.Path(path_type=Path), help="Also write the contract by which the platform reads encoded files.")
@click.option("--new-secret", type=click.Path(path_type=Path), help="Make a new secret in this file, once for all agencies, and do nothing else.")
@click.option("-p", "--pack", "packs", multiple=True, help="Packs whose code lists are used; the pack that the contract lies in is added.")
@click.option("--packs-folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder with packs of your own.")
@json_option
def encode(
    contract_file: Path | None, file: Path | None, secret: Path | None, out: Path | None, contract_out: Path | None,
    new_secret: Path | None, packs: tuple[str, ...], packs_folder: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Write a file again without names, before it leaves the agency.

    Names become keyed encodings by which the platform can still link, numbers become keyed hashes, the day of birth becomes a code,
    addresses and places of birth are left out; all other columns stay. Every agency uses the same secret.
    What this protects against, and what not: docs/explanation/linkage-without-names.md.

    Exit code 3 if rows could not be cut into cells; the others are written.

    \b
    Examples:
      karvan encode --new-secret agencies.secret
      karvan encode packs/az/contracts/sms.permits.yaml permits_2026-03.csv --secret agencies.secret -o permits_2026-03.parquet
    """  # fmt: skip
    import json
    from dataclasses import asdict

    from karvan.country import load, read_contract
    from karvan.encoding import encode_file, encoded_contract
    from karvan.linkage import encode as encodings

    if new_secret:
        name = encodings.new_secret(new_secret)
        click.echo(f"written: {new_secret}; its name is {name}. Carry it to the other agencies by a safe way, keep it from the platform, and keep a copy: it cannot be made again.")
        return
    missing = [what for what, given in (("a CONTRACT", contract_file), ("a FILE", file), ("--secret", secret), ("-o", out)) if given is None]
    if contract_file is None or file is None or secret is None or out is None:
        raise click.UsageError(f"{', '.join(missing)} needed. The first time: karvan encode --new-secret FILE.")
    for path in (contract_file, file):
        if not path.is_file():
            raise SetupError("There is no such file.", where=str(path), fix="check the path")
    home = next((p for p in contract_file.resolve().parents if (p / "pack.yaml").is_file()), None)
    country = load(list(dict.fromkeys([*([home.name] if home else []), *packs])) or ["world"], packs_folder or (home.parent if home else None))
    contract = read_contract(contract_file)
    done = encode_file(file, contract, country, encodings.Encoder(encodings.read_secret(secret)), out)
    if contract_out:
        contract_out.write_text(encoded_contract(contract), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(asdict(done), indent=1))
    else:
        click.echo(f"written: {out}, {done.rows:,} rows under the secret named {done.secret}")
        if done.no_dates:
            click.echo(f"without a birth date in the agreed form: {done.no_dates:,} rows; their names can be compared with each other only")
    if done.not_cut:
        listed = ", ".join(f"{reason} {count:,}" for reason, count in done.not_cut.items())
        raise DataError(
            f"Rows that could not be cut into cells were left out: {listed}.", where=f"{file.name}, first at row {', '.join(map(str, done.first_not_cut))}", fix="mend them and encode the file again"
        )
