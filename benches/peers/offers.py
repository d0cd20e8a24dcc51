"""Usual rules and beforehand on when to contact: on which day, and at which hour, for made customers whose truth is known.

Usage (`make peers` runs it as well)
    python benches/peers/offers.py                     # both parts; rewrites nothing
    python benches/peers/offers.py --markdown FILE     # also writes the tables

No public data have contact days drawn at random with purchases after them, so both parts are simulations: the order of the rules is
evidence, the amounts are not.

Days: 10,000 customers whose gaps between needs have a Gamma distribution around a mean of their own (log-normal around 40 days, spread
.5; the shape is 3 + Gamma(2, 5)), known by 1 to 10 past gaps; at each of them they came back unprompted with a chance of their own,
Beta(3, 2). A contact with s days of stock left works fully from 2 to 7 days, fades as exp(-(s - 7) / 6) before and as exp((s - 2) / 3)
until 10 days after the run-out. An order is 50 with a margin of 35 %; offers are a reminder, 5 % and 10 % off, which win .30, .38 and
.47 of those who would not have come; a contact costs .15, one that is ignored another .60 (dear) or .10 (cheap), one with more than 14
days of stock left .90 or .15. Counted is the margin expected over no contact, given the true day of the need and the true chance. The bound
is an exact Bayesian who knows these distributions.

Hours: 10,000 customers with 5 to 50 opens: 40 % with one peak, 30 % with two (morning and evening), 30 % around midnight, plus a tenth at
any hour. Counted is the true density of opens at the chosen hour over that at the best hour.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from churn import plain, predict

SEED, N = 20251122, 10_000
PRICE, MARGIN, CONTACT = 50.0, 0.35, 0.15
OFFERS = ((0.0, 0.30), (0.05, 0.38), (0.10, 0.47))
DAYS = np.arange(1, 151)
COSTS = {"strict": (0.60, 0.90), "mild": (0.10, 0.15)}


# ---- on which day ----


def customers(rng: np.random.Generator) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray, np.ndarray]:
    """Past gaps, whether each ended in an unprompted purchase, the true next gap, the true chance."""
    mean, shape = np.exp(rng.normal(np.log(40), 0.5, N)), 3 + rng.gamma(2, 5, N)
    chance, n = rng.beta(3, 2, N), rng.integers(1, 11, N)
    gaps = [rng.gamma(k, m / k, size) for k, m, size in zip(shape, mean, n, strict=True)]
    returned = [rng.random(size) < q for q, size in zip(chance, n, strict=True)]
    return gaps, returned, rng.gamma(shape, mean / shape), chance


def effect(left: np.ndarray) -> np.ndarray:
    """Of a contact with so many days of stock left."""
    return np.where(left >= 2, np.exp(-np.maximum(left - 7, 0) / 6), np.where(left >= -10, np.exp((left - 2) / 3), 0.0))


def gain(works: np.ndarray, early: np.ndarray, chance: np.ndarray, offer: tuple[float, float], costs: tuple[float, float]) -> np.ndarray:
    """Margin of a contact over none, given its effect and whether it comes early, or what is expected of either."""
    discount, wins = offer
    won, kept = (1 - chance) * wins * works, chance * works
    return won * PRICE * (MARGIN - discount) - kept * PRICE * discount - (1 - won - kept) * costs[0] - early * costs[1] - CONTACT


def value(day: np.ndarray, offer: np.ndarray, due: np.ndarray, chance: np.ndarray, costs: tuple[float, float]) -> np.ndarray:
    """Margin expected over no contact; `day` is not a number for none."""
    left = due - day
    return np.where(np.isnan(day), 0.0, gain(effect(left), left > 14, chance, np.array(OFFERS)[offer].T, costs))


def days_table(rng: np.random.Generator, folder: Path) -> list[list[str]]:
    gaps, returned, due, chance = customers(rng)
    everyone = np.concatenate(gaps).mean()
    own = np.array([g.mean() for g in gaps])
    shrunk = np.array([(g.sum() + 2 * everyone) / (len(g) + 2) for g in gaps])
    middle = np.array([np.median(g) for g in gaps])
    length = [len(g) for g in gaps]
    pl.DataFrame({
        "customer": np.repeat(np.arange(N), length), "cycle": 0, "k": np.concatenate([np.arange(n) for n in length]),
        "days": np.concatenate(gaps), "returned": np.concatenate(returned).astype(int),
    }).write_parquet(folder / "gaps.parquet")  # fmt: skip
    plain_offer = np.zeros(N, int)
    rules = {
        "30 days after every purchase": (np.full(N, 30.0), plain_offer),
        "a week before the customer's mean gap": (np.maximum(own - 7, 1), plain_offer),
        "a week before the customer's median gap": (np.maximum(middle - 7, 1), plain_offer),
        "a week before the mean gap, shrunk to everyone's": (np.maximum(shrunk - 7, 1), plain_offer),
        "the same with 10 % off": (np.maximum(shrunk - 7, 1), plain_offer + 2),
        "nobody": (np.full(N, np.nan), plain_offer),
    }
    bound, expected = "(bound: who knows how customers are drawn)", posterior(gaps, returned)
    rows = {name: [name] for name in [*rules, "beforehand", bound]}
    for economics, costs in COSTS.items():
        predict("timing", {"histories": folder / "gaps.parquet", "out": folder / "days.parquet", "economics": economics})
        ours = pl.read_parquet(folder / "days.parquet").sort("customer")
        decided = (ours["contact_day"].cast(pl.Float64).fill_null(float("nan")).to_numpy(), ours["offer"].fill_null(0).to_numpy())
        for name, (day, offer) in {**rules, "beforehand": decided, bound: best(expected, costs)}.items():
            gained = value(day, offer, due, chance, costs)
            rows[name] += [f"{gained.mean():.3f}", f"{gained.std() / N**0.5:.3f}", f"{100 * np.mean(~np.isnan(day)):.0f} %"]
    header = ["rule", "dear contacts", "± SE", "contacted", "cheap contacts", "± SE", "contacted"]
    return [header, *rows.values()]


def posterior(gaps: list[np.ndarray], returned: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What `gain` asks of a contact on each of `DAYS`, expected by who knows how customers are drawn, and each one's past."""
    from scipy.special import gammaln
    from scipy.stats import gamma

    log_mean, shape = np.linspace(np.log(40) - 2.5, np.log(40) + 2.5, 81), 3 + np.geomspace(0.3, 60, 40)
    prior = -0.5 * ((log_mean[:, None] - np.log(40)) / 0.5) ** 2
    prior = prior + gamma.logpdf(shape - 3, 2, scale=5) + np.log(np.gradient(shape))
    m, k = (x.ravel() for x in np.broadcast_arrays(np.exp(log_mean)[:, None], shape))
    n, total, logs = (np.array([f(g) for g in gaps]) for f in (len, np.sum, lambda g: np.log(g).sum()))
    log = n[:, None] * (k * np.log(k / m) - gammaln(k)) + np.outer(logs, k - 1) - np.outer(total, k / m)
    log += prior.ravel()
    weight = np.exp(log - log.max(1, keepdims=True))
    weight /= weight.sum(1, keepdims=True)
    # Half days of the next gap, and what a contact on each day then comes to.
    ends = np.arange(0, 400.5, 0.5)
    due = gamma.cdf(ends[1:, None], k, scale=m / k) - gamma.cdf(ends[:-1, None], k, scale=m / k)
    left = (ends[1:] - 0.25)[:, None] - DAYS
    by_weight = weight @ due.T
    chance = np.array([(3 + r.sum()) / (5 + len(r)) for r in returned])[:, None]
    return by_weight @ effect(left), by_weight @ (left > 14), chance


def best(expected: tuple[np.ndarray, np.ndarray, np.ndarray], costs: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """The day and offer expected to gain most: given `posterior`, no decision earns more on average."""
    most, day, offer = np.zeros(N), np.full(N, np.nan), np.zeros(N, int)
    for number, terms in enumerate(OFFERS):
        gains = gain(*expected, terms, costs)
        top = gains.max(1)
        day, offer = np.where(top > most, DAYS[gains.argmax(1)], day), np.where(top > most, number, offer)
        most = np.maximum(most, top)
    return day, offer


# ---- at which hour ----


def opens(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Each customer's opens by hour, and the true density."""
    hours = np.arange(24)

    def bump(peak: np.ndarray, width: np.ndarray) -> np.ndarray:
        off = np.abs((hours - peak[:, None] + 12) % 24 - 12)
        shape = np.exp(-0.5 * (off / width[:, None]) ** 2)
        return shape / shape.sum(1, keepdims=True)

    kind, share = rng.random(N), rng.uniform(0.3, 0.7, N)[:, None]
    one = bump(rng.uniform(7, 22, N), rng.uniform(0.8, 2.5, N))
    two = share * bump(rng.normal(8, 1, N), rng.uniform(0.7, 1.5, N)) + (1 - share) * bump(rng.normal(20, 1.2, N), rng.uniform(0.8, 2, N))
    night = bump(rng.normal(24, 1, N) % 24, rng.uniform(0.8, 2, N))
    pick = np.select([kind < 0.4, kind < 0.7], [0, 1], 2)
    density = 0.9 * np.stack([one, two, night])[pick, np.arange(N)] + 0.1 / 24
    counts = np.stack([rng.multinomial(n, p) for n, p in zip(rng.integers(5, 51, N), density, strict=True)])
    return counts, density


def hours_table(rng: np.random.Generator, folder: Path) -> list[list[str]]:
    counts, density = opens(rng)
    hours, n = np.arange(24), counts.sum(1)
    pl.DataFrame({"contact": np.repeat(np.arange(N), 24), "hour": np.tile(hours, N), "opens": counts.ravel()}).write_parquet(
        folder / "opens.parquet"
    )
    predict("hour", {"opens": folder / "opens.parquet", "out": folder / "hours.parquet"})
    angle = np.exp(2j * np.pi * hours / 24)
    near = counts + 0.5 * (np.roll(counts, 1, 1) + np.roll(counts, -1, 1))
    rules = {
        "always 10 o'clock": np.full(N, 10),
        "mean hour": (counts @ hours / n).round().astype(int) % 24,
        "median hour": (counts.cumsum(1) >= n[:, None] / 2).argmax(1),
        "circular mean": (np.angle(counts @ angle) * 24 / (2 * np.pi)).round().astype(int) % 24,
        "busiest hour": counts.argmax(1),
        "busiest hour, neighbours counted half": near.argmax(1),
        "beforehand": pl.read_parquet(folder / "hours.parquet").sort("contact")["hour"].to_numpy(),
    }
    share = {name: density[np.arange(N), hour] / density.max(1) for name, hour in rules.items()}
    few = n <= 10
    rows = [[name, f"{s.mean():.3f}", f"{s[few].mean():.3f}"] for name, s in share.items()]
    return [["rule", "share of the best hour", "10 opens or fewer"], *rows]


def markdown(lines: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], ["---"] + ["--:"] * (len(lines[0]) - 1), *lines[1:]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    rng = np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as folder:
        tables = {"On which day": days_table(rng, Path(folder)), "At which hour": hours_table(rng, Path(folder))}
    for title, lines in tables.items():
        print(f"\n{title}\n{plain(lines)}")
    if options.markdown:
        text = f"# When to contact\n\nMade by `make peers`.\n\n```text\n{__doc__.split('Usage', 1)[0].strip()}\n\n{__doc__[__doc__.index('No public'):].strip()}\n```\n"
        options.markdown.write_text(text + "".join(f"\n## {title}\n\n{markdown(lines)}\n" for title, lines in tables.items()))


if __name__ == "__main__":
    main()
