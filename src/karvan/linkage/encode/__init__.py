"""Linkage without names: what an agency writes in place of names and numbers, and what the platform can still compare."""

from karvan.linkage.encode.encoder import Encoder, Recipe, new_secret, read_secret
from karvan.linkage.encode.identities import LEFT_OUT, NAMES, NUMBERS, encode_identities
from karvan.linkage.encode.received import encoded_forms, is_encoded, unlike

__all__ = ["LEFT_OUT", "NAMES", "NUMBERS", "Encoder", "Recipe", "encode_identities", "encoded_forms", "is_encoded", "new_secret", "read_secret", "unlike"]
