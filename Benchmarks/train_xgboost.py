#!/usr/bin/env python3
"""Python's xgboost trains what `quantumedge benchmark models training` has trained: same rows, parameters, rounds, one thread.

usage: train_xgboost.py ROWS.csv TRAINING-FROM TRAINING-TO VALIDATION-FROM VALIDATION-TO ROUNDS
Prints one JSON object. Needs xgboost and numpy; called by models.py.
"""
import json
import sys
import time

import numpy
import xgboost

# The trainer's own (Sources/Host/Research/Training/TrainingOptions.swift).
PARAMETERS = {
    "objective": "binary:logistic", "eval_metric": "logloss", "tree_method": "hist", "max_depth": 5, "learning_rate": 0.05, "subsample": 0.85,
    "colsample_bytree": 0.85, "seed": 42, "nthread": 1, "verbosity": 0,
}


def main():
    path = sys.argv[1]
    training_from, training_to, validation_from, validation_to, rounds = map(int, sys.argv[2:])
    with open(path) as file:
        names = file.readline().strip().split(",")[1:-1]
    table = numpy.genfromtxt(path, delimiter=",", skip_header=1, dtype=numpy.float64)
    rows, labels = numpy.ascontiguousarray(table[:, 1:-1], dtype=numpy.float32), table[:, -1].astype(numpy.float32)
    wall, cpu = time.monotonic(), time.process_time()
    training = xgboost.DMatrix(rows[training_from:training_to], labels[training_from:training_to], feature_names=names, nthread=1)
    validation = xgboost.DMatrix(rows[validation_from:validation_to], labels[validation_from:validation_to], feature_names=names, nthread=1)
    losses = {}
    booster = xgboost.train(PARAMETERS, training, rounds, evals=[(validation, "validation")], evals_result=losses, verbose_eval=False)
    booster.predict(validation)
    result = {"wall_s": time.monotonic() - wall, "cpu_s": time.process_time() - cpu, "rounds": booster.num_boosted_rounds(),
              "log_loss": losses["validation"]["logloss"][-1], "version": xgboost.__version__}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
