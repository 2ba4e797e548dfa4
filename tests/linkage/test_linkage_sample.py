"""Precision and recall from a sample: what is drawn, what is estimated, and that the intervals cover the truth."""

from __future__ import annotations

import random

import pytest

from karvan.errors import DataError
from karvan.linkage.sample import Drawn, allocate, band_of, covered, draw_from, estimate, spread, strata_of


def pair(number: int, probability: float, *, joined: bool, stratum: str = "", of: int = 0, citizenship: str = "BBB", script: str = "latin") -> Drawn:
    return Drawn("S1", number, f"a{number}", f"b{number}", stratum, of, band_of(probability), citizenship, script, probability, joined)


def labels(pairs: list[Drawn], *answers: bool) -> dict[tuple[str, str], bool]:
    return {(one.record_a, one.record_b): answer for one, answer in zip(pairs, answers, strict=True)}


def found(estimates, by="all", group=""):
    return {one.measure: one for one in estimates if (one.by, one.group) == (by, group)}


def test_each_labelled_pair_stands_for_the_pairs_of_its_stratum():
    # 100 joined, of which 3 of 4 labelled are right: 75; 40 apart, of which 1 of 4 is one person: 10.
    drawn = [pair(n, 0.95, joined=True, stratum="high", of=100) for n in range(4)] + [pair(n, 0.3, joined=False, stratum="low", of=40) for n in range(4, 8)]
    said = found(estimate(drawn, labels(drawn, True, True, True, False, True, False, False, False)))
    assert said["precision"].value == pytest.approx(75 / 100)
    assert said["recall"].value == pytest.approx(75 / 85)
    assert said["f1"].value == pytest.approx(2 * 75 / (100 + 85))
    assert (said["precision"].labelled, said["recall"].labelled) == (4, 4)
    assert all(one.low < one.value < one.high for one in said.values())


def test_one_stratum_labelled_at_random_has_the_interval_of_wilson():
    drawn = [pair(n, 0.95, joined=True, stratum="high", of=1_000_000_000) for n in range(10)]
    said = found(estimate(drawn, labels(drawn, *[True] * 8, False, False)))["precision"]
    assert (said.value, round(said.low, 2), round(said.high, 2)) == (0.8, 0.47, 0.95)      # Wilson with 9: the variance of a sample has n - 1 below
    every = found(estimate(drawn, labels(drawn, *[True] * 10)))["precision"]
    assert (every.value, every.low, every.high) == pytest.approx((1.0, 0.7225, 1.0), abs=1e-4)             # ten of ten right is no proof that all are


def test_a_stratum_labelled_whole_leaves_no_doubt():
    drawn = [pair(n, 0.95, joined=True, stratum="high", of=4) for n in range(4)]
    said = found(estimate(drawn, labels(drawn, True, True, True, False)))["precision"]
    assert (said.value, said.low, said.high) == (0.75, 0.75, 0.75)


def test_what_nobody_labelled_is_not_estimated_and_said_to_be_missing():
    drawn = [pair(0, 0.95, joined=True, stratum="high", of=30), pair(1, 0.3, joined=False, stratum="low", of=10)]
    one = labels(drawn[:1], True)
    assert covered(drawn, one) == 0.75
    assert covered([], {}) is None
    assert found(estimate(drawn, {}))["precision"].value is None
    assert found(estimate(drawn, one), "band", "0.1")["share_same"].value is None


def test_groups_are_compared_only_with_enough_labelled_pairs():
    drawn = [pair(n, 0.95, joined=True, stratum="high", of=400, citizenship="BBB" if n % 2 else "CCC") for n in range(60)]
    said = estimate(drawn, labels(drawn, *(n % 2 == 1 or n < 30 for n in range(60))))
    assert found(said, "citizenship", "BBB")["precision"].value == 1.0
    assert spread(said, "precision") == {"points": 50.0, "best": "BBB", "worst": "CCC"}
    few = estimate(drawn[:20], labels(drawn[:20], *[True] * 20))
    assert spread(few, "precision") is None


def test_a_sample_too_small_for_its_strata_is_refused_with_what_to_do():
    with pytest.raises(DataError, match="too few for 3 strata"):
        allocate({"a": 10, "b": 10, "c": 10}, {"a": 1.0, "b": 1.0, "c": 1.0}, 5)


def test_small_strata_of_a_band_are_put_together():
    frame = [pair(n, 0.95, joined=True) for n in range(30)] + [pair(n, 0.95, joined=True, citizenship="CCC", script="arabic") for n in range(30, 33)]
    assert set(strata_of(frame)) == {"0.9 joined BBB latin", "0.9 joined other any"}


def frame_and_truth(seed: int) -> tuple[list[Drawn], dict[tuple[str, str], bool]]:
    """Pairs whose truth follows their probabilities but for a part on which the model is wrong."""
    chance = random.Random(seed)
    frame, truth = [], {}
    for number in range(6_000):
        probability = chance.choice([0.02, 0.05, 0.3, 0.7, 0.93, 0.97, 0.995, 0.9995, 0.9999])
        one = pair(number, probability, joined=probability >= 0.9, citizenship=chance.choice(["BBB", "CCC", "DDD"]), script=chance.choice(["latin", "arabic+latin"]))
        frame.append(one)
        truth[one.record_a, one.record_b] = chance.random() < (probability if one.citizenship != "DDD" else probability * 0.95)
    return frame, truth


def test_the_same_seed_draws_the_same_pairs_and_another_seed_others():
    frame, _ = frame_and_truth(1)
    one, again, other = (draw_from(frame, size=300, seed=seed, sample_id="S1") for seed in (5, 5, 6))
    assert one == again != other
    assert len(one) == 300 == len({(p.record_a, p.record_b) for p in one})
    assert [p.place for p in one] == list(range(1, 301))


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    frame, truth = frame_and_truth(1)
    right = sum(truth[p.record_a, p.record_b] for p in frame if p.joined)
    real = {"precision": right / sum(p.joined for p in frame), "recall": right / sum(truth.values())}
    inside = {"precision": 0, "recall": 0}
    values = {"precision": 0.0, "recall": 0.0}
    for seed in range(200):
        drawn = draw_from(frame, size=300, seed=seed, sample_id="S1")
        said = found(estimate(drawn, truth))
        for measure, share in real.items():
            inside[measure] += said[measure].low <= share <= said[measure].high
            values[measure] += said[measure].value / 200
    assert values == pytest.approx(real, abs=0.004)
    assert all(180 <= times <= 200 for times in inside.values()), inside
