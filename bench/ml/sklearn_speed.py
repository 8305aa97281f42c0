"""Times scikit-learn's IsolationForest, one round for each line on standard input. Called by isolation-forest.ts."""
import json
import sys
import time

import numpy
import sklearn
from sklearn.ensemble import IsolationForest

print(sklearn.__version__, flush=True)
generator = numpy.random.default_rng(11)
rows = generator.random((50_000, 12)) + generator.random((50_000, 12)) + generator.random((50_000, 12))
for line in sys.stdin:
    started = time.perf_counter()
    forest = IsolationForest(n_estimators=100, max_samples=256, random_state=int(line), n_jobs=1).fit(rows)
    fitted = time.perf_counter()
    forest.score_samples(rows)
    scored = time.perf_counter()
    singles = []
    for n in range(20):
        before = time.perf_counter()
        forest.score_samples(rows[n : n + 1])
        singles.append(time.perf_counter() - before)
    print(
        json.dumps(
            {
                "fitMs": (fitted - started) * 1000,
                "rowsPerSecond": len(rows) / (scored - fitted),
                "oneUs": sorted(singles)[10] * 1e6,
            }
        ),
        flush=True,
    )
