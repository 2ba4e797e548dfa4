"""Which status counts when two are held on one day, and which outcomes of an asylum procedure give protection or end it."""

PRECEDENCE = (
    "citizen",            # a citizen is under no other status
    "permanent",          # rights first: the status that allows more counts
    "refugee",
    "temporary",
    "asylum_seeker",      # may stay until decided, also against an order to leave
    "ordered_to_leave",   # the order ends a visa or a registration, and says more than the finding before it
    "irregular",
    "registered_stay",    # registration prolongs the visa that it rests on
    "visa",
    "visa_free",          # derived from the stay itself; any record says more
)  # fmt: skip

POSITIVE_OUTCOMES = (
    "granted", "recognised", "refugee", "refugee_status", "subsidiary", "subsidiary_protection", "temporary_protection", "humanitarian", "positive",
)  # fmt: skip
ENDING_OUTCOMES = ("ceased", "cessation", "revoked", "cancelled", "lost")
