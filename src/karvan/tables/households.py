"""Cases and households: who stands in one file, who lives in one dwelling, from when to when, and by which record."""

from __future__ import annotations

from karvan.tables.declaration import Column, Table

HOUSEHOLDS = (
    Table(
        "cases", "derived", "households", "one member of one case", "Families in one file: an asylum case with its members, a sponsor with the family that joined.",
        (
            Column("case_id", "text", "the case: contract and number of an asylum case; of a sponsor, contract and number of the sponsor's permit", null="never"),
            Column("kind", "text", "kind of case", null="never", values=("asylum", "sponsor")),
            Column("member_no", "whole", "place in the case, 1 is the principal applicant or the sponsor", null="never"),
            Column("person_id", "text", "the person", null="the file counts this member and names nobody; or the sponsor's permit is not among the records"),
            Column("role", "text", "relation to the first member", null="not recorded", values=("principal", "sponsor", "spouse", "child", "parent", "other", "family_member")),
            Column("from_on", "day", "first day: the case was lodged, the first family permit began", null="not recorded"),
            Column("to_on", "day", "last day: the case was closed for good, the last family permit ends", null="still open"),
            Column("record_id", "text", "record that names the member", null="none does"),
            Column("reason", "text", "why the member is counted", null="never", values=("named_in_case", "counted_in_case", "permit_names_sponsor", "named_as_sponsor")),
        ),
        key=("case_id", "member_no"),
    ),
    Table(
        "household_members", "derived", "households", "one stay of one person in one household", "Usual residents who live together: in one dwelling, or by a family record where no dwelling is known. Who is absent has neither.",
        (
            Column("household_id", "text", "the household: a dwelling while it is lived in without a break", null="never"),
            Column("person_id", "text", "the person", null="never"),
            Column("from_on", "day", "first day", null="since before the data begin"),
            Column("to_on", "day", "last day", null="still there"),
            Column("reason", "text", "why they belong here: their own address; that of the relative whom a record names; that of a relative who names them; no address, but the family record", null="never",
                   values=("own_address", "address_of_relative", "address_of_member", "family_record")),
            Column("tie", "text", "family record that ties them to the household", null="none: their own address", values=("sponsor", "asylum_case", "birth", "marriage")),
            Column("record_id", "text", "record of the address, or of the tie", null="never"),
        ),
        key=("household_id", "person_id", "from_on"),
    ),
    Table(
        "households", "derived", "households", "one household while its composition lasts", "Households and who is in them, each row until somebody joins, leaves, comes of age, or changes citizenship or status.",
        (
            Column("household_id", "text", "the household", null="never"),
            Column("from_on", "day", "first day of this composition", null="since before the data begin"),
            Column("to_on", "day", "last day", null="still so"),
            Column("kind", "text", "private, or too many people for a household: a hostel, a barracks, a home", null="never", values=("private", "collective")),
            Column("known_by", "text", "what holds it together", null="never", values=("address", "family_record")),
            Column("region", "text", "region of the dwelling", null="no address is known"),
            Column("persons", "whole", "members", null="never", unit="persons"),
            Column("foreigners", "whole", "of these, counted by a foreign citizenship, or stateless", null="never", unit="persons"),
            Column("nationals", "whole", "of these, counted as nationals; the rest are of unknown citizenship", null="never", unit="persons"),
            Column("born_abroad", "whole", "of these, born in another country", null="never", unit="persons"),
            Column("protected", "whole", "of these, refugees and asylum seekers", null="never", unit="persons"),
            Column("children", "whole", "of these, under 18", null="never", unit="persons"),
        ),
        key=("household_id", "from_on"),
    ),
)
