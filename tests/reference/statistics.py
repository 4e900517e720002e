"""Reference values for tests/it/statistics.rs, computed by SciPy.

    python3 tests/reference/statistics.py            print them
    python3 tests/reference/statistics.py --check    fail if tests/reference/statistics.json has others

The bootstrap takes its resamples from the same counter-based generator as cellfall (Philox4x32-10, Salmon et
al. 2011), so that SciPy's BCa interval can be compared to the last digits, not to within luck.
"""

import json
import math
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from scipy import optimize, special, stats

HERE = Path(__file__).parent
LEVEL = 0.95


def philox(counter, key):
    """Four random words of 32 bits."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = c0 * 0xD2511F53, c2 * 0xCD9E8D57
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & 0xFFFFFFFF, (p0 >> 32) ^ c3 ^ k1, p0 & 0xFFFFFFFF
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0, c1, c2, c3


def resample(seed, resample_number, size):
    key = (seed & 0xFFFFFFFF, seed >> 32)
    words = [w for block in range(math.ceil(size / 4)) for w in philox((block, resample_number, 0, 0), key)]
    return [(word * size) >> 32 for word in words[:size]]


def bca(values, statistic, seed, count):
    values = np.array(values)
    spread = np.array([statistic(values[resample(seed, r, len(values))]) for r in range(count)])
    given = SimpleNamespace(bootstrap_distribution=spread)
    found = stats.bootstrap(
        (values,), statistic, n_resamples=0, bootstrap_result=given,
        method="BCa", confidence_level=LEVEL, vectorized=False,
    ).confidence_interval
    return [float(found.low), float(found.high)]


def number(value):
    return None if value is None or not math.isfinite(value) else float(value)


def skewed(count):
    """Outcomes as outages have them: many small, few large, some equal."""
    return [round(math.exp(3.0 * math.sin(1.7 * i) + 0.05 * i), 3) if i % 4 else 12.5 for i in range(count)]


def quantiles():
    values = skewed(41)
    shares = [0.0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0]
    exact = []
    for count in (12, 41):
        for share in (0.1, 0.5, 0.9, 0.95):
            test = stats.quantile_test(skewed(count), q=1.0, p=share)
            found = test.confidence_interval(LEVEL)
            exact.append({"count": count, "share": share, "low": number(found.low), "high": number(found.high)})
    return {
        "values": values, "shares": shares, "expected": [float(np.quantile(values, s)) for s in shares],
        "mean": float(np.mean(values)), "variance": float(np.var(values, ddof=1)), "exact": exact,
    }


def bootstrap():
    cases = []
    for count, seed in ((17, 1), (41, 7), (100, 2**40 + 3)):
        values = skewed(count)
        cases.append({
            "values": values, "seed": seed, "resamples": 999,
            "mean": bca(values, np.mean, seed, 999),
            "variance": bca(values, lambda v, axis=None: np.var(v, ddof=1), seed, 999),
        })
    return cases


def proportions():
    cases = [(0, 10), (3, 10), (10, 10), (1, 500), (250, 500), (19_990, 20_000)]
    found = []
    for hits, trials in cases:
        interval = stats.binomtest(hits, trials).proportion_ci(LEVEL, method="exact")
        found.append({"hits": hits, "trials": trials, "low": float(interval.low), "high": float(interval.high)})
    return found


def normal():
    points = [1e-10, 0.001, 0.025, 0.31, 0.5, 0.8, 0.975, 0.99999]
    return [[p, float(stats.norm.ppf(p))] for p in points]


def ranks():
    first = [round(math.sin(1.3 * i) * 4) for i in range(60)]
    second = [round(2 * math.cos(0.9 * i) + a, 1) for i, a in enumerate(first)]
    groups = [[b for a, b in zip(first, second) if a == level] for level in sorted(set(first))]
    return {
        "share": float(stats.kruskal(*groups).statistic / (len(second) - 1)),
        "first": first, "second": second, "ranks": [float(r) for r in stats.rankdata(first)],
        "spearman": float(stats.spearmanr(first, second).statistic),
    }


def ishigami(x):
    return np.sin(x[0]) + 7.0 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def sobol():
    """SciPy's indices of the Ishigami function from the points that the test makes by a Kronecker sequence."""
    rows, size = 512, 3
    # Fractional parts of multiples of powers of the 6-dimensional golden ratio (Roberts 2018): needs no table.
    ratio = 1.0
    for _ in range(200):
        ratio = (1.0 + ratio) ** (1.0 / (2 * size + 1))
    steps = np.array([ratio ** -(d + 1) for d in range(2 * size)])
    units = np.mod(0.5 + np.outer(np.arange(1, rows + 1), steps), 1.0)
    points = (2.0 * units - 1.0) * np.pi
    a, b = points[:, :size].T, points[:, size:].T
    columns = []
    for d in range(size):
        mixed = a.copy()
        mixed[d] = b[d]
        columns.append(ishigami(mixed))
    given = {"f_A": ishigami(a)[None, :], "f_B": ishigami(b)[None, :], "f_AB": np.array(columns)[:, None, :]}
    found = stats.sobol_indices(func=given, n=rows)
    return {
        "rows": rows, "first": [float(v) for v in np.ravel(found.first_order)],
        "total": [float(v) for v in np.ravel(found.total_order)],
    }


def survival():
    """Remission of leukaemia under 6-MP: Freireich et al. 1963, Blood 21; the example of most textbooks."""
    happened = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    sample = stats.CensoredData(uncensored=happened, right=censored)
    curve = stats.ecdf(sample).sf
    interval = curve.confidence_interval(LEVEL, method="log-log")
    steps = []
    for time in sorted(set(happened)):
        steps.append({
            "time": float(time), "survival": float(curve.evaluate(time)),
            "low": float(interval.low.evaluate(time)), "high": float(interval.high.evaluate(time)),
        })
    return {"happened": happened, "censored": censored, "steps": steps}


def lessons():
    """Rows of three classes that overlap, with weights; the same numbers on every machine."""
    rows, classes, weights = [], [], []
    for i in range(90):
        label = i % 3
        rows.append([
            round(math.sin(1.7 * i) + 0.8 * label, 6),
            round(math.cos(0.9 * i) * (1 + label) - 0.3, 6),
            round(math.sin(0.31 * i * i), 6),
            float(i % 5 == label),
        ])
        classes.append(label)
        weights.append(round(0.5 + (i % 7) / 5, 6))
    return np.array(rows), np.array(classes), np.array(weights)


def logistic():
    """Multinomial logistic regression with a ridge on all but the intercepts: the least of its loss."""
    rows, classes, weights = lessons()
    ones = np.hstack([np.ones((len(rows), 1)), rows])
    truth = np.eye(3)[classes]
    width, penalty = ones.shape[1], 1.0
    ridge = np.tile(np.r_[0.0, np.full(width - 1, penalty)], 3)

    def loss(flat):
        scores = ones @ flat.reshape(3, width).T
        fit = weights @ (special.logsumexp(scores, axis=1) - (scores * truth).sum(axis=1))
        return fit + 0.5 * (ridge * flat * flat).sum()

    def slope(flat):
        said = special.softmax(ones @ flat.reshape(3, width).T, axis=1)
        return ((weights[:, None] * (said - truth)).T @ ones).ravel() + ridge * flat

    def curve(flat):
        said = special.softmax(ones @ flat.reshape(3, width).T, axis=1)
        blocks = np.zeros((3 * width, 3 * width))
        for a in range(3):
            for b in range(3):
                part = weights * said[:, a] * ((a == b) - said[:, b])
                blocks[a * width:(a + 1) * width, b * width:(b + 1) * width] = (ones * part[:, None]).T @ ones
        return blocks + np.diag(ridge)

    found = optimize.minimize(loss, np.zeros(3 * width), jac=slope, hess=curve, method="trust-exact")
    flat = found.x
    for _ in range(5):
        # Newton's last steps; a common shift of all intercepts changes nothing and is left out.
        flat = flat - np.linalg.lstsq(curve(flat), slope(flat), rcond=1e-12)[0]
    coefficients = flat.reshape(3, width)
    coefficients[:, 0] -= coefficients[:, 0].mean()
    return {
        "rows": rows.tolist(), "classes": classes.tolist(), "weights": weights.tolist(), "penalty": penalty,
        "coefficients": coefficients.tolist(), "loss": float(loss(coefficients.ravel())),
    }


def temperature():
    """The temperature of least log loss for scores that are too sure."""
    rows, classes, weights = lessons()
    luck = [[round(1.6 * math.sin(2.3 * i * (k + 1)), 6) for k in range(3)] for i in range(len(rows))]
    scores, offsets = 4.0 * (np.eye(3)[classes] + np.array(luck)), np.log([0.2, 0.3, 0.5])

    def loss(log):
        shifted = scores * math.exp(-log) + offsets
        said = special.log_softmax(shifted, axis=1)[np.arange(len(rows)), classes]
        return -(weights * said).sum()

    found = optimize.minimize_scalar(loss, bounds=(math.log(0.2), math.log(20.0)), method="bounded", options={"xatol": 1e-12})
    return {"scores": scores.tolist(), "offsets": offsets.tolist(), "temperature": round(math.exp(found.x), 5)}


def main():
    reference = {
        "quantiles": quantiles(), "bootstrap": bootstrap(), "proportions": proportions(), "normal": normal(),
        "ranks": ranks(), "sobol": sobol(), "survival": survival(), "logistic": logistic(), "temperature": temperature(),
    }
    if "--check" not in sys.argv:
        print(json.dumps(reference))
        return
    kept = json.loads((HERE / "statistics.json").read_text())
    wrong = list(differences(kept, reference, ""))
    for line in wrong:
        print(line)
    if wrong:
        sys.exit("statistics.json differs from what SciPy says now")
    print("statistics.json is what SciPy says")


def differences(kept, now, path):
    """Where two references differ by more than rounding."""
    if isinstance(kept, dict) and isinstance(now, dict) and kept.keys() == now.keys():
        for key in kept:
            yield from differences(kept[key], now[key], f"{path}.{key}")
    elif isinstance(kept, list) and isinstance(now, list) and len(kept) == len(now):
        for index, pair in enumerate(zip(kept, now)):
            yield from differences(*pair, f"{path}[{index}]")
    elif isinstance(kept, float) and isinstance(now, (int, float)):
        if not math.isclose(kept, now, rel_tol=1e-9, abs_tol=1e-12):
            yield f"{path}: kept {kept}, now {now}"
    elif kept != now:
        yield f"{path}: kept {kept}, now {now}"


if __name__ == "__main__":
    main()
