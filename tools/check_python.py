"""One model trained here and one trained there, on the same exported rows; each is asked on both sides.

usage: check_python.py HOST WORK SYMBOL HORIZON SCHEMA   (called by check-python.sh)
"""

import csv
import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy
import xgboost

TOLERANCE = 1e-6
# The trainer's parameters, by the names that Python's classifier has for them.
PARAMETERS = dict(
    n_estimators=300, max_depth=5, learning_rate=0.05, subsample=0.85, colsample_bytree=0.85, objective="binary:logistic",
    eval_metric="logloss", tree_method="hist", random_state=42, n_jobs=1)


def rows_of(path):
    with open(path, newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        values = numpy.array([[float(field) if field else numpy.nan for field in row] for row in reader], dtype=numpy.float64)
    assert header[0] == "second" and header[-1] == "label", header
    return header[1:-1], values[:, 1:-1].astype(numpy.float32), values[:, -1].astype(int)


def ask_host(host, manifest, features):
    answer = subprocess.run(
        [host, "models", "predict", "--manifest", str(manifest), "--features", str(features), "--json"], check=True, capture_output=True, text=True)
    return numpy.array(json.loads(answer.stdout)["p_up"])


def compare(what, ours, theirs):
    distance = float(numpy.max(numpy.abs(ours - theirs)))
    print(f"check-python: {what}: {len(ours)} rows, largest distance {distance:.1e}")
    if not distance <= TOLERANCE:
        sys.exit(f"check-python: {what}: {distance} is over {TOLERANCE}")


def main():
    host, work, symbol, horizon, schema = sys.argv[1:]
    work = Path(work)
    features = work / "rows.csv"
    names, rows, labels = rows_of(features)
    trained = json.loads((work / "train.json").read_text())["models"][0]
    folder = Path(trained["folder"])
    place = f"{schema}, {horizon} s"

    # Ours, loaded by Python: as a plain booster and as the classifier that the reference's bot loads.
    file = folder / f"signal_xgb_{symbol}_h{horizon}.json"
    booster = xgboost.Booster(model_file=str(file))
    ours = ask_host(host, folder / "manifest.json", features)
    compare(f"{place}: our model, here and in Python", ours, booster.predict(xgboost.DMatrix(rows, feature_names=names)))
    classifier = xgboost.XGBClassifier()
    classifier.load_model(str(file))
    compare(f"{place}: our model, by the reference's call", ours, classifier.predict_proba(rows)[:, 1])

    # Python's, laid out as the reference lays it, loaded by us.
    start = time.monotonic()
    theirs = xgboost.XGBClassifier(**PARAMETERS).fit(rows, labels)
    seconds = time.monotonic() - start
    reference = work / "python"
    reference.mkdir(exist_ok=True)
    model = reference / file.name
    theirs.save_model(str(model))
    manifest = {
        "manifest_version": "model.v1", "symbol": symbol, "horizon": int(horizon), "model_type": "signal_model", "created_at": int(time.time()),
        "features_version": schema, "training_data": {"source": "ticks", "rows": len(rows), "start_ts": None, "end_ts": None},
        "metrics": {"accuracy": 0.5}, "thresholds": {"p_up": 0.55},
        "files": {"model": {"path": model.name, "sha256": hashlib.sha256(model.read_bytes()).hexdigest()}},
        "model_format": "xgboost_json", "model_api": "predict_proba",
        "artifact": {"python": sys.version.split()[0], "platform": sys.platform, "serializer": "xgboost_json",
                     "lib_versions": {"numpy": numpy.__version__, "pandas": "2.0.0", "xgboost": xgboost.__version__}},
    }
    (reference / "manifest.json").write_text(json.dumps(manifest, indent=2))
    compare(f"{place}: Python's model, there and here", ask_host(host, reference / "manifest.json", features), theirs.predict_proba(rows)[:, 1])
    print(f"check-python: {place}: Python's training of 300 trees on {len(rows)} rows took {seconds:.1f} s with one thread")


if __name__ == "__main__":
    main()
