"""The order in which lives are told: people, those who come and go for long, short journeys, what agencies hear, and the registers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from karvan.synth.lives import asylum, border, civic, movers, natives, papers, permits, registers, renames, statuses, stays, travel, violations, visitors, work
from karvan.synth.lives.journeys import Journeys
from karvan.synth.lives.world import World
from karvan.synth.truth import TRUTH


def tell(settings: dict[str, Any], *, seed: int, residents: int) -> Iterator[tuple[str, pa.Table]]:
    """Every truth table of one simulated country, by name, one after another: whoever writes them down need not hold them all."""
    world = World(settings, seed, residents)
    natives.settle(world)
    foreigners = movers.come(world)
    held = permits.decide(world, foreigners)
    employers = work.work(world, foreigners, held)
    work.contracts_of_nationals(world, employers)
    journeys = Journeys(world)
    travel.move_in_and_out(world, journeys, foreigners)
    cases = asylum.seek_asylum(world, journeys)
    travel.emigrate(world, journeys)
    visitors.visit(world, journeys)
    travel.trips(world, journeys, foreigners)
    violations.violate(world, journeys, foreigners, held)
    civic.citizenship_files(world, journeys, foreigners, held)
    civic.services(world, journeys, foreigners, cases)
    sent_back = civic.readmissions(world, journeys)
    visa_numbers = stays.visas(world, journeys)
    stays.registrations(world, journeys)
    crossings = journeys.crossings()
    border.cross(world, journeys, crossings, visa_numbers, sent_back)
    border.declare(world, crossings)
    civic.organisations(world)
    civic.complaints(world)
    registers.unions(world)
    renames.change_names(world)
    registers.births_and_deaths(world, journeys, foreigners)
    registers.population_register(world, journeys)
    registers.foreign_addresses(world, foreigners)
    statuses.write(world, journeys, foreigners, held)
    statuses.usual_residence(world, journeys, crossings, foreigners)
    registers.write_people(world)
    del journeys, crossings, foreigners, held, cases, employers  # only the book is needed from here on
    papers.issue(world)
    book = world.book
    del world
    for name in TRUTH:
        yield name, book.table(name)
