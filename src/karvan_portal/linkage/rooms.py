"""What the rooms say, in the reader's language: their errors and the lines of their progress, which they write in English."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from karvan.errors import DataError
from karvan_portal import vocabulary

SAID = (
    (re.compile(r"There are no pairs to draw from\."), gettext_lazy("There are no pairs to draw from.")),
    (re.compile(r"(?P<n>\d+) pairs are too few for (?P<strata>\d+) strata\."), gettext_lazy("%(n)s pairs are too few for %(strata)s strata.")),
    (re.compile(r"draw (?P<n>\d+) pairs or more"), gettext_lazy("draw %(n)s pairs or more")),
    (re.compile(r"There is no event '(?P<event>.*)'\."), gettext_lazy("There is no event %(event)s.")),
    (
        re.compile(r"The event (?P<event>\w+) no longer stands: its records are of one side only\."),
        gettext_lazy("The event %(event)s no longer stands: its records are of one side only."),
    ),
    (re.compile(r"There is no answer '(?P<answer>.*)'\."), gettext_lazy("There is no answer %(answer)s.")),
    (re.compile(r"No linked record has the id '(?P<record>.*)'\."), gettext_lazy("No linked record has the id %(record)s.")),
    (re.compile(r"A line of the decisions is damaged; nothing was linked\."), gettext_lazy("A line of the decisions is damaged; nothing was linked.")),
    (re.compile(r"put the line right from a backup; the file only ever grows"), gettext_lazy("put the line right from a backup; the file only ever grows")),
    (re.compile(r"Nothing is linked yet\."), gettext_lazy("Nothing is linked yet")),
    (
        re.compile(r"An error of ours; see (?P<log>\S+) in the workspace's portal folder\."),
        gettext_lazy("An error of ours; see %(log)s in the workspace's portal folder."),
    ),
)

PROGRESS = {
    "names to skeletons": gettext_lazy("reading names"),
    "numbers": gettext_lazy("joining by numbers"),
    "keys": gettext_lazy("joining by name and birth"),
    "model": gettext_lazy("comparing pairs"),
    "clusters": gettext_lazy("gathering persons"),
}


def said(text: str) -> str:
    """A sentence of a room in the reader's language; empty where the desk has no words for it.

    >>> said("There is no event 'E1'.")
    'There is no event E1.'
    """
    for pattern, words in SAID:
        if found := pattern.fullmatch(text):
            return str(words) % found.groupdict()
    return ""


def progress(message: str) -> str:
    """A line of progress of the job on thresholds, `0.8: model`, in the reader's language."""
    threshold, _colon, rest = message.partition(": ")
    step = vocabulary.STEP.get(rest) or PROGRESS.get(rest, rest)
    return _("threshold %(threshold)s: %(step)s") % {"threshold": threshold, "step": step} if rest else message


def in_readers_words(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose errors from the rooms are told in the reader's language; those of the desk itself pass as they are."""

    @wraps(view)
    def told(*args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except DataError as wrong:
            if not (what := said(wrong.what)):
                raise
            raise DataError(what, fix=said(wrong.fix)) from wrong  # names of tables and commands help no reader of a page

    return told
