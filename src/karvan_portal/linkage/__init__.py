"""The linkage desk: pairs near the threshold decided by people, how far they agree, and how good the links are."""
