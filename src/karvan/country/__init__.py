"""The packs: what a country is, as files. No room knows a country by itself.

>>> from karvan.country import load
>>> load(["world"]).zone.key
'UTC'
"""

from karvan.country.calendar import Calendar
from karvan.country.code_list import WHOLE, Code, CodeList
from karvan.country.contract import Contract, ContractField, RecordPart, contract_from, read_contract
from karvan.country.country import Country, Geography, for_workspace, load
from karvan.country.pack import Institution, Pack, find_pack, packs_folder

__all__ = [
    "WHOLE", "Calendar", "Code", "CodeList", "Contract", "ContractField", "Country", "Geography", "Institution", "Pack", "RecordPart",
    "contract_from", "find_pack", "for_workspace", "load", "packs_folder", "read_contract",
]  # fmt: skip
