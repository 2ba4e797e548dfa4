"""Learn how letters of one script answer to letters of another: expectation-maximisation over alignments of one or two letters at a time."""

from __future__ import annotations

from collections import Counter

import letters as abc
import numpy as np
from numba import njit

SCRIPTS, UNITS, NOT_FOUND = len(abc.SCRIPTS), 256, 255
PAIR_NUMBER = np.zeros((SCRIPTS, SCRIPTS), np.int64)
PAIRS = [(s, t) for s in range(SCRIPTS) for t in range(s, SCRIPTS)]
for number, (s, t) in enumerate(PAIRS):
    PAIR_NUMBER[s, t] = PAIR_NUMBER[t, s] = number

CLASSES = {"b": 0, "p": 0, "f": 1, "v": 1, "d": 2, "t": 2, "T": 3, "z": 3, "s": 3, "S": 4, "C": 4, "j": 4, "Z": 4, "g": 5, "k": 5, "q": 5, "X": 6, "G": 6, "h": 6,
           "l": 7, "r": 7, "m": 8, "n": 8, "a": 10, "e": 10, "i": 11, "o": 12, "u": 12}  # fmt: skip
SOUNDS = "abcdefghijklmnopqrstuvwxyzSCZXGT"


def sound_costs() -> np.ndarray:
    """How far two sounds are apart, 0 to 1."""
    n = len(SOUNDS)
    cost = np.ones((n, n))
    near = {frozenset("bv"), frozenset("fp"), frozenset("gj"), frozenset("gG"), frozenset("hg"), frozenset("kX"), frozenset("kC"), frozenset("sS"), frozenset("Tt"), frozenset("zj"), frozenset("zZ"),
            frozenset("vu"), frozenset("ij"), frozenset("ov"), frozenset("sC"), frozenset("dz"), frozenset("tC"), frozenset("CT"), frozenset("dj")}  # fmt: skip
    vowels = set("aeiou")
    for i, a in enumerate(SOUNDS):
        for j, b in enumerate(SOUNDS):
            if a == b:
                cost[i, j] = 0
            elif a in vowels and b in vowels:
                cost[i, j] = 0.4 if frozenset(a + b) in (frozenset("ei"), frozenset("ou"), frozenset("ae"), frozenset("ao")) else 0.55
            elif frozenset(a + b) in near or (a in CLASSES and CLASSES.get(a) == CLASSES.get(b)):
                cost[i, j] = 0.45
    return cost


DROP = np.array([0.45 if c in "aeiou" else 0.5 if c in "hG" else 0.9 for c in SOUNDS])
COST = sound_costs()


@njit(cache=True)
def distances(a, la, b, lb, cost, drop):  # pragma: no cover - compiled
    """Edit distance of each sound in a with each in b."""
    out = np.zeros((a.shape[0], b.shape[0]))
    d = np.zeros((12, 12))
    for i in range(a.shape[0]):
        for j in range(b.shape[0]):
            d[0, 0] = 0
            for k in range(la[i]):
                d[k + 1, 0] = d[k, 0] + drop[a[i, k]]
            for m in range(lb[j]):
                d[0, m + 1] = d[0, m] + drop[b[j, m]]
            for k in range(la[i]):
                for m in range(lb[j]):
                    d[k + 1, m + 1] = min(d[k, m] + cost[a[i, k], b[j, m]], d[k, m + 1] + drop[a[i, k]], d[k + 1, m] + drop[b[j, m]])
            out[i, j] = d[la[i], lb[j]]
    return out


class Units:
    """The units of each script: nothing, single letters, and its most frequent rows of two letters."""

    def __init__(self, alphabet: abc.Letters, tokens: dict[int, list[np.ndarray]]) -> None:
        self.two = np.full((SCRIPTS, abc.ALPHABET, abc.ALPHABET), NOT_FOUND, np.uint8)
        self.parts: list[list[tuple[int, ...]]] = []
        self.share = np.zeros((SCRIPTS, UNITS))
        self.sounds = np.zeros((SCRIPTS, UNITS, 8), np.int64)
        self.sounds_length = np.zeros((SCRIPTS, UNITS), np.int64)
        for s in range(SCRIPTS):
            ones: Counter[int] = Counter()
            twos: Counter[tuple[int, int]] = Counter()
            for token in tokens.get(s, []):
                ones.update(token.tolist())
                twos.update(zip(token[:-1].tolist(), token[1:].tolist(), strict=True))
            letters = len(alphabet.number[s]) + 1
            parts: list[tuple[int, ...]] = [()] + [(i,) for i in range(1, letters)] + [()] * (abc.ALPHABET - letters)
            for pair, n in twos.most_common(NOT_FOUND - abc.ALPHABET):
                if n < 3 or len(parts) >= NOT_FOUND:
                    break
                self.two[s, pair[0], pair[1]] = len(parts)
                parts.append(pair)
            total = max(1, sum(ones.values()))
            for u, part in enumerate(parts):
                if len(part) == 1:
                    self.share[s, u] = (ones[part[0]] + 0.5) / total
                elif len(part) == 2:
                    self.share[s, u] = (twos[part] + 0.5) / total
                sound = "".join(alphabet.sound[s].get(x, "") for x in part)[:8]
                self.sounds_length[s, u] = len(sound)
                self.sounds[s, u, : len(sound)] = [SOUNDS.index(c) for c in sound]
            self.parts.append(parts)

    def valid(self, s: int) -> np.ndarray:
        out = np.zeros(UNITS, bool)
        out[: len(self.parts[s])] = [bool(p) for p in self.parts[s]]
        return out


def prior(units: Units, s: int, t: int) -> np.ndarray:
    """Chances of unit with unit from their sounds alone, for scripts with few known pairs."""
    far = distances(units.sounds[s], units.sounds_length[s], units.sounds[t], units.sounds_length[t], COST, DROP)
    length_s = np.array([len(p) for p in units.parts[s]] + [0] * (UNITS - len(units.parts[s])))
    length_t = np.array([len(p) for p in units.parts[t]] + [0] * (UNITS - len(units.parts[t])))
    p = np.exp(-5.0 * far) * np.maximum(units.share[s], 1e-5)[:, None] ** 0.5 * np.maximum(units.share[t], 1e-5)[None, :] ** 0.5
    ok = np.outer(units.valid(s), units.valid(t))
    ok &= ~((length_s == 2)[:, None] & (length_t == 2)[None, :])
    p *= ok
    p[:, :] *= np.where((length_s == 2)[:, None] | (length_t == 2)[None, :], 0.5, 1.0)
    p *= 0.85 / p.sum()
    p[0, :] = np.exp(-5.0 * far[0]) * units.share[t] * units.valid(t) * (length_t == 1)
    p[0, :] *= 0.075 / p[0].sum()
    p[:, 0] = np.exp(-5.0 * far[:, 0]) * units.share[s] * units.valid(s) * (length_s == 1)
    p[:, 0] *= 0.075 / p[:, 0].sum()
    for mark in (abc.START, abc.END):       # marks answer to marks, or are taken with a letter
        p[mark, :abc.ALPHABET] = 0
        p[:abc.ALPHABET, mark] = 0
        p[mark, mark] = 0.1
    first_s = np.array([p_[0] if p_ else 0 for p_ in units.parts[s]] + [0] * (UNITS - len(units.parts[s])))
    first_t = np.array([p_[0] if p_ else 0 for p_ in units.parts[t]] + [0] * (UNITS - len(units.parts[t])))
    last_s = np.array([p_[-1] if p_ else 0 for p_ in units.parts[s]] + [0] * (UNITS - len(units.parts[s])))
    last_t = np.array([p_[-1] if p_ else 0 for p_ in units.parts[t]] + [0] * (UNITS - len(units.parts[t])))
    p[(first_s == abc.START)[:, None] != (first_t == abc.START)[None, :]] = 0
    p[(last_s == abc.END)[:, None] != (last_t == abc.END)[None, :]] = 0
    return p / p.sum()


@njit(cache=True)
def expect(x, xs, y, ys, weight, two_x, two_y, p, counts):  # pragma: no cover - compiled
    """Add the expected counts of units over all alignments of each pair; the log-likelihood is returned."""
    f = np.zeros((34, 34))
    b = np.zeros((34, 34))
    total = 0.0
    for k in range(xs.shape[0] - 1):
        u = x[xs[k] : xs[k + 1]]
        v = y[ys[k] : ys[k + 1]]
        m, n = u.shape[0], v.shape[0]
        if m > 32 or n > 32:
            continue
        for i in range(m + 1):
            for j in range(n + 1):
                s = 1.0 if i == 0 and j == 0 else 0.0
                if i > 0 and j > 0:
                    s += f[i - 1, j - 1] * p[u[i - 1], v[j - 1]]
                if i > 0:
                    s += f[i - 1, j] * p[u[i - 1], 0]
                if j > 0:
                    s += f[i, j - 1] * p[0, v[j - 1]]
                if i > 1 and j > 0:
                    q = two_x[u[i - 2], u[i - 1]]
                    if q != 255:
                        s += f[i - 2, j - 1] * p[q, v[j - 1]]
                if j > 1 and i > 0:
                    q = two_y[v[j - 2], v[j - 1]]
                    if q != 255:
                        s += f[i - 1, j - 2] * p[u[i - 1], q]
                f[i, j] = s
        z = f[m, n]
        if z <= 0:
            continue
        total += weight[k] * np.log(z)
        for i in range(m, -1, -1):
            for j in range(n, -1, -1):
                s = 1.0 if i == m and j == n else 0.0
                if i < m and j < n:
                    s += b[i + 1, j + 1] * p[u[i], v[j]]
                if i < m:
                    s += b[i + 1, j] * p[u[i], 0]
                if j < n:
                    s += b[i, j + 1] * p[0, v[j]]
                if i + 1 < m and j < n:
                    q = two_x[u[i], u[i + 1]]
                    if q != 255:
                        s += b[i + 2, j + 1] * p[q, v[j]]
                if j + 1 < n and i < m:
                    q = two_y[v[j], v[j + 1]]
                    if q != 255:
                        s += b[i + 1, j + 2] * p[u[i], q]
                b[i, j] = s
                g = f[i, j] * weight[k] / z
                if g <= 0:
                    continue
                if i < m and j < n:
                    counts[u[i], v[j]] += g * p[u[i], v[j]] * b[i + 1, j + 1]
                if i < m:
                    counts[u[i], 0] += g * p[u[i], 0] * b[i + 1, j]
                if j < n:
                    counts[0, v[j]] += g * p[0, v[j]] * b[i, j + 1]
                if i + 1 < m and j < n:
                    q = two_x[u[i], u[i + 1]]
                    if q != 255:
                        counts[q, v[j]] += g * p[q, v[j]] * b[i + 2, j + 1]
                if j + 1 < n and i < m:
                    q = two_y[v[j], v[j + 1]]
                    if q != 255:
                        counts[u[i], q] += g * p[u[i], q] * b[i + 1, j + 2]
    return total


def flat(tokens: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate(tokens).astype(np.int64), np.concatenate([[0], np.cumsum([len(t) for t in tokens])])


def learn(units: Units, s: int, t: int, pairs: list[tuple[np.ndarray, np.ndarray]], weight: np.ndarray, *, start: np.ndarray | None = None, rounds: int = 5, strength: float = 400.0) -> np.ndarray:
    """Chances of unit with unit in the alignments of pairs of one name; few pairs leave it near the prior."""
    believed = prior(units, s, t)
    p = believed if start is None else start
    if not pairs:
        return believed
    if s == t:
        pairs, weight = pairs + [(b, a) for a, b in pairs], np.concatenate([weight, weight]) / 2
    x, xs = flat([a for a, _ in pairs])
    y, ys = flat([b for _, b in pairs])
    for _ in range(rounds):
        counts = np.zeros((UNITS, UNITS))
        expect(x, xs, y, ys, weight, units.two[s], units.two[t], p, counts)
        p = counts + strength * believed
        p /= p.sum()
    return p


def table(units: Units, s: int, t: int, p: np.ndarray) -> np.ndarray:
    """Weights in tenths: log of the chance in one name over the chance of both by themselves."""
    def alone(script: int) -> np.ndarray:
        q = np.zeros(UNITS)
        for u, part in enumerate(units.parts[script]):
            q[u] = sum(np.log(max(units.share[script, x], 1e-5)) for x in part if x > abc.END)
        return q
    marks = np.array([[sum(x <= abc.END for x in part) for part in units.parts[k]] + [0] * (UNITS - len(units.parts[k])) for k in (s, t)])
    bound = np.log(p[abc.START, abc.START]) / 2     # so that the marks alone weigh nothing
    with np.errstate(divide="ignore"):
        weights = np.log(p) - alone(s)[:, None] - alone(t)[None, :] - bound * (marks[0][:, None] + marks[1][None, :]) / 1.0
    weights[p <= 0] = -12.7
    weights[NOT_FOUND, :] = weights[:, NOT_FOUND] = -12.7
    if s == t:
        weights = (weights + weights.T) / 2
    return np.clip(np.rint(weights * 10), -127, 127).astype(np.int8)
