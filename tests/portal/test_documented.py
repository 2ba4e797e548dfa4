"""A page without its line in docs/reference/pages.md breaks the build; so does a line without its page."""

import re
from pathlib import Path

DOC = Path(__file__).parents[2] / "docs" / "reference" / "pages.md"


def addresses(patterns, before=""):
    from django.urls import URLResolver

    for one in patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, before + str(one.pattern))
        else:
            yield before + str(one.pattern)


def plain(address):
    """An address as the page of the documentation writes it: `/data/deliveries/<delivery>/`."""
    address = re.sub(r"<(?:\w+:)?(\w+?)(?:_id)?>", r"<\1>", address)
    return "/" + re.sub(r"\^\(\?P<indicator>.*", "<indicator>/cells.csv", address)


def test_every_page_is_in_the_reference_and_nothing_else(tinyland):
    from karvan_portal.urls import urlpatterns

    served = {plain(a) for a in addresses(urlpatterns)}
    written = set(re.findall(r"^\| `(/[^`]*)`", DOC.read_text(encoding="utf-8"), re.M))
    assert served == written
