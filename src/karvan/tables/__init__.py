"""Every table of Karvan, declared once: columns, types, meaning, units, what null means, sensitivity, key.

>>> from karvan.tables import TABLES
>>> TABLES["presence_spells"].grain
'one stay in the country'
"""

from karvan.tables.declaration import Column, Table
from karvan.tables.derived import DIMENSIONS, IDENTITIES, INDICATORS, LEDGERS, LIFECOURSE, LINKAGE
from karvan.tables.households import HOUSEHOLDS
from karvan.tables.linkage import EVIDENCE, STATE
from karvan.tables.linkage_sample import SAMPLE
from karvan.tables.records import EVERY_RECORD, RECORDS
from karvan.tables.revisions import REVISIONS
from karvan.tables.seasonal import SEASONAL

TABLES: dict[str, Table] = {t.name: t for t in (*RECORDS, IDENTITIES, *LEDGERS, *LINKAGE, *EVIDENCE, SAMPLE, *STATE, *LIFECOURSE, *HOUSEHOLDS, *INDICATORS, *SEASONAL, *REVISIONS)}
RECORD_TYPES: tuple[str, ...] = tuple(t.name for t in RECORDS)

__all__ = ["DIMENSIONS", "EVERY_RECORD", "RECORD_TYPES", "TABLES", "Column", "Table"]
