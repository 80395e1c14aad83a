#!/usr/bin/env python3
"""Runs the figures of models and prints one table and pass/fail lines. Called by models.sh; standard library only.

Exit status: 0 if every line passes, 1 if one fails or something of ours does not run.
"""
import argparse
import json
import os
import subprocess
import sys

ROUNDS = 3
TRAINING_ROUNDS = 2
HORIZON = 5
CONFIG = ["--config", "config/oracle.yaml"]


class Failed(Exception):
    """A command that did not give a result; the text says which and why."""


def say(text):
    print(f"bench-models: {text}", file=sys.stderr, flush=True)


def result_of(command, limit_s=900):
    words = " ".join(command)
    try:
        process = subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=False)
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise Failed(f"{words}: {failure}") from None
    if process.returncode != 0:
        last = (process.stderr.strip().splitlines() or ["no message"])[-1]
        raise Failed(f"{words}: exit {process.returncode}: {last}")
    try:
        return json.loads(process.stdout)
    except ValueError:
        raise Failed(f"{words}: printed no JSON object") from None


class Measurement:
    def __init__(self, options):
        self.options = options
        self.rows = []
        self.notes = []
        self.library_absent = None
        self.verdicts = []
        self.passed = True

    def check(self, name, value, is_met):
        self.passed = self.passed and is_met
        self.verdicts.append(f"{'pass' if is_met else 'FAIL'}  {name}: {value}")

    def measure(self, name, *arguments):
        """None and a failed line instead of an end: the other figures are still wanted."""
        say(name)
        try:
            return result_of([self.options.bin, "benchmark", "models", *arguments, *CONFIG, "--json"])
        except Failed as failure:
            self.check(name, str(failure), False)
            return None

    def rounds(self, *arguments):
        """All rounds, or none: the first that gives no result has its failed line."""
        found = []
        for number in range(1, ROUNDS + 1):
            run = self.measure(f"{arguments[0]} ({number} of {ROUNDS})", *arguments)
            if run is None:
                return []
            found.append(run)
        return found

    def features(self):
        runs = self.rounds("features", "--ticks-path", self.options.ticks)
        if not runs:
            return
        for name in [key for key in runs[0] if key != "ticks"]:
            best = min(runs, key=lambda run: run[name]["ns_per_tick"])[name]
            self.rows.append((f"features: {name}, 10 ticks/s", f"{best['ns_per_tick']:.1f} ns of CPU per tick", f"{best['bars']:,} bars"))
            if name != "bars":
                title = "bars with all schemas" if name == "all" else f"bars with {name}"
                self.check(f"{title} <= 150 ns of CPU per tick", f"{best['ns_per_tick']:.1f} ns", best["ns_per_tick"] <= 150)

    def row(self):
        runs = self.rounds("row")
        if not runs:
            return
        ours = min((run["plugin"] for run in runs), key=lambda figures: figures["p50_ns"])
        self.rows.append(("one row, 300 trees x depth 5: plugin", f"p50 {ours['p50_ns']:,} ns", f"p99 {ours['p99_ns']:,} ns"))
        self.check("one row of 300 trees x depth 5 <= 3 us p50", f"{ours['p50_ns'] / 1000:.2f} us", ours["p50_ns"] <= 3000)
        if "libxgboost" not in runs[0]:
            self.library_absent = runs[0]["libxgboost_absent"]
            self.notes.append(f"neither libxgboost nor training was run: {self.library_absent}")
            return
        theirs = min((run["libxgboost"] for run in runs), key=lambda figures: figures["p50_ns"])
        version = runs[0]["libxgboost_version"]
        self.rows.append((f"one row: libxgboost {version}, in place", f"p50 {theirs['p50_ns']:,} ns", f"p99 {theirs['p99_ns']:,} ns"))
        self.check("one row is answered sooner than by libxgboost", f"{theirs['p50_ns'] / ours['p50_ns']:.1f}x", ours["p50_ns"] < theirs["p50_ns"])

    def dataset(self):
        runs = self.rounds("dataset", "--data", self.options.data)
        if not runs:
            return
        best = min(runs, key=lambda run: run["wall_s"])
        cpu_s = min(run["cpu_s"] for run in runs)
        self.rows.append((f"dataset of {best['ticks']:,} ticks", f"{best['wall_s']:.2f} s, {cpu_s:.2f} s of CPU",
                          f"{best['rows']:,} rows, {best['peak_rss_mb']} MB"))
        self.check("dataset of 10 million ticks <= 10 s", f"{best['wall_s']:.2f} s, {cpu_s:.2f} s of CPU",
                   best["wall_s"] <= 10 and best["ticks"] == 10_000_000)

    def training(self):
        """Ours and Python's in turn, so that a busy minute of the machine falls on both."""
        options = self.options
        if self.library_absent:
            return
        ours, theirs = [], []
        exported = os.path.join(options.work, "models-rows.csv")
        for number in range(1, TRAINING_ROUNDS + 1):
            mark = f"({number} of {TRAINING_ROUNDS})"
            run = self.measure(f"training {mark}", "training", "--data", options.data, "--horizon", str(HORIZON))
            if run is None:
                return
            ours.append(run)
            if not options.python:
                continue
            try:
                if not theirs:
                    say("rows for Python")
                    result_of([options.bin, "train", "--symbols", "BTCUSDT", "--horizons", str(HORIZON), "--data", options.data,
                               "--export-features", exported, "--force", *CONFIG, "--json"])
                say(f"training, Python's xgboost {mark}")
                theirs.append(result_of([options.python, "Benchmarks/train_xgboost.py", exported,
                                         *(str(run[key]) for key in ("training_from", "training_to", "validation_from", "validation_to", "rounds"))]))
            except Failed as failure:
                self.check("Python's xgboost", str(failure), False)
                return
        best = min(ours, key=lambda run: run["cpu_s"])
        count = best["training_to"] - best["training_from"]
        self.rows.append((f"training, {best['rounds']} rounds, {count:,} rows: ours, libxgboost {best['libxgboost_version']}",
                          f"{best['cpu_s']:.2f} s of CPU", f"{best['wall_s']:.2f} s, log loss {best['log_loss']:.6f}"))
        if not theirs:
            self.notes.append(f"Python's xgboost was not run: {options.no_python}")
            return
        peer = min(theirs, key=lambda run: run["cpu_s"])
        self.rows.append((f"training: Python's xgboost {peer['version']}, one thread", f"{peer['cpu_s']:.2f} s of CPU",
                          f"{peer['wall_s']:.2f} s, log loss {peer['log_loss']:.6f}"))
        ratio = best["cpu_s"] / peer["cpu_s"]
        self.check("training takes at most 1.25 times the CPU time of Python's xgboost, measures included", f"{ratio:.2f}x", ratio <= 1.25)
        distance = abs(best["log_loss"] - peer["log_loss"])
        self.check("both come to the same log loss, to 1e-4", f"{distance:.1e}", distance <= 1e-4)

    def write(self):
        print()
        widths = [max(len(row[column]) for row in self.rows) for column in range(3)] if self.rows else []
        for row in self.rows:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
        print(f"\nbest of {ROUNDS} runs (training: of {TRAINING_ROUNDS}, in turn); load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs")
        for note in self.notes:
            print(f"note: {note}")
        print()
        for verdict in self.verdicts:
            print(verdict)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--ticks", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--python")
    parser.add_argument("--no-python", metavar="REASON")
    measurement = Measurement(parser.parse_args())
    measurement.features()
    measurement.row()
    measurement.dataset()
    measurement.training()
    measurement.write()
    sys.exit(0 if measurement.passed else 1)


if __name__ == "__main__":
    main()
