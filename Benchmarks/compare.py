#!/usr/bin/env python3
"""Runs ours and the peers in turn, prints one table and pass/fail lines. Called by peers.sh; standard library only.

Exit status: 0 if every line passes, 1 if one fails or something of ours does not run.
"""
import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROUNDS = 3
# design/peers.md, measured on two shared cores: used only where a peer cannot run, and then said.
HFTBACKTEST_FIGURE = 2_900_000
NAUTILUS_RATIO = 0.013 / 2.9
NAUTILUS_TICKS = 100_000
ORACLE_SHA256 = "9c746bc326810513f11b590063db88146d6dc5b1f3f21a57abc7b3911aee366c"
ORACLE = (13_719, -412.2218)


class Failed(Exception):
    """A command that did not give a result; the text says which and why."""


def measured(command, limit_s, environment=None):
    """Runs the command; its last JSON line, and what the kernel counted for this one process."""
    words = " ".join(command)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(command, stdout=out, stderr=err, env={**os.environ, **(environment or {})})
        except OSError as failure:
            raise Failed(f"{words}: {failure.strerror}") from None
        timer = threading.Timer(limit_s, process.kill)
        timer.start()
        began = time.monotonic()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        printed = out.read().decode(errors="replace")
        last = (err.read().decode(errors="replace").strip().splitlines() or ["no message"])[-1]
    if process.returncode == -signal.SIGKILL:
        raise Failed(f"{words}: killed, over its limit of {limit_s} s or out of memory")
    if process.returncode != 0:
        raise Failed(f"{words}: exit {process.returncode}: {last}")
    lines = [line for line in printed.splitlines() if line.startswith("{")]
    try:
        result = json.loads(lines[-1] if lines else printed)
    except ValueError:
        raise Failed(f"{words}: printed no JSON object") from None
    return {"json": result, "cpu_s": used.ru_utime + used.ru_stime, "wall_s": wall, "rss_mb": used.ru_maxrss / 1024}


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def grouped(value, decimals=0):
    return "-" if value is None else f"{value:,.{decimals}f}"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--ticks", required=True)
    parser.add_argument("--many", required=True)
    parser.add_argument("--allocation-counter", metavar="LIBRARY")
    parser.add_argument("--hftbacktest", nargs=2, metavar=("PYTHON", "SCRIPT"))
    parser.add_argument("--no-hftbacktest", metavar="REASON")
    parser.add_argument("--nautilus", nargs=2, metavar=("PYTHON", "SCRIPT"))
    parser.add_argument("--no-nautilus", metavar="REASON")
    return parser.parse_args()


class Comparison:
    def __init__(self, options):
        self.options = options
        self.rows = []
        self.notes = []
        self.passed = True
        self.verdicts = []

    def say(self, text):
        print(f"bench: {text}", file=sys.stderr, flush=True)

    def backtest(self, path):
        return [self.options.bin, "backtest", "--config", "config/oracle.yaml", "--symbol", "BTCUSDT", "--ticks-path", path,
                "--strategy", "EMACross", "--param", "quantity=0.001", "--json"]

    def check(self, name, value, is_met):
        self.passed = self.passed and is_met
        self.verdicts.append(f"{'pass' if is_met else 'FAIL'}  {name}: {value}")

    def attempt(self, name, command, limit_s, environment=None):
        """Nil and a failed line instead of an end: the other figures are still wanted."""
        self.say(name)
        try:
            return measured(command, limit_s, environment)
        except Failed as failure:
            self.check(name, str(failure), False)
            return None

    def peer(self, name, command, limit_s):
        self.say(name)
        try:
            return measured(command, limit_s)
        except Failed as failure:
            self.notes.append(f"{name} did not run: {failure}")
            return None

    def row(self, name, runs, cpu_s, ticks_per_cpu_s):
        best = runs[0]["json"]
        self.rows.append([name, grouped(cpu_s, 3), grouped(ticks_per_cpu_s), ticks_per_cpu_s,
                          grouped(max(run["rss_mb"] for run in runs), 1), grouped(best.get("fills")), grouped(best.get("final_pnl"), 4)])

    def alternate(self):
        """Ours and hftbacktest in turn, so that a busy minute of the machine falls on both."""
        options = self.options
        engine, whole, peers = [], [], []
        for number in range(1, ROUNDS + 1):
            mark = f"({number} of {ROUNDS})"
            if options.hftbacktest:
                peers.append(self.peer(f"hftbacktest {mark}", [*options.hftbacktest, options.ticks], 300))
            engine.append(self.attempt(f"engine {mark}", [options.bin, "benchmark", "engine", "--config", "config/oracle.yaml", "--ticks-path", options.ticks, "--json"], 120))
            whole.append(self.attempt(f"backtest {mark}", self.backtest(options.ticks), 120))
        return [[run for run in runs if run] for runs in (engine, whole, peers)]

    def speed(self):
        engine, whole, peers = self.alternate()
        if peers:
            reference = max(run["json"]["ticks_per_cpu_s"] for run in peers)
            self.row(f"hftbacktest {peers[0]['json']['version']}, warm", peers, min(run["json"]["run_cpu_s"] for run in peers), reference)
            source = "measured beside"
        else:
            if self.options.no_hftbacktest:
                self.notes.append(f"hftbacktest was not run: {self.options.no_hftbacktest}")
            reference, source = HFTBACKTEST_FIGURE, "peers.md's figure, not measured beside"
            self.rows.append(["hftbacktest (peers.md)", "-", grouped(reference), reference, "-", "-", "-"])
        if engine:
            best = max(run["json"]["ticks_per_cpu_s"] for run in engine)
            self.row("QuantumEdge, engine", engine, engine[0]["json"].get("ticks", 1_000_000) / best, best)
            ratio = best / reference
            self.check("engine >= 8x hftbacktest's ticks per CPU second", f"{ratio:.1f}x ({source})", ratio >= 8)
        if whole:
            cpu_s = min(run["cpu_s"] for run in whole)
            ticks = whole[0]["json"]["ticks"]
            self.row("QuantumEdge, whole process", whole, cpu_s, ticks / cpu_s)
            every = ", ".join(f"{run['cpu_s']:.3f}" for run in whole)
            self.check("whole process <= 0.15 CPU s for a million ticks of CSV", f"{cpu_s:.3f} s, {ticks:,} ticks (runs: {every})",
                       cpu_s <= 0.15 and ticks == 1_000_000)
            self.oracle(whole[0]["json"])
        self.nautilus(reference)
        self.reference = reference

    def oracle(self, result):
        if sha256(self.options.ticks) != ORACLE_SHA256:
            self.notes.append("the ticks are not the oracle's file, so fills and pnl have nothing to be compared with")
            return
        found = (result["fills"], round(float(result["final_pnl"]), 4))
        self.check("oracle: 13,719 fills, final pnl -412.2218", f"{found[0]:,} fills, {found[1]:.4f}", found == ORACLE)

    def nautilus(self, reference):
        """One run on fewer ticks: 1.x takes minutes for a million."""
        run = None
        if self.options.nautilus:
            run = self.peer("NautilusTrader", [*self.options.nautilus, self.options.ticks, "--limit", str(NAUTILUS_TICKS)], 240)
        elif self.options.no_nautilus:
            self.notes.append(f"NautilusTrader was not run: {self.options.no_nautilus}")
        if run:
            version = run["json"]["version"]
            self.row(f"NautilusTrader {version}, {NAUTILUS_TICKS:,} ticks", [run], run["json"]["run_cpu_s"], run["json"]["ticks_per_cpu_s"])
        else:
            figure = reference * NAUTILUS_RATIO
            self.rows.append(["NautilusTrader (peers.md's ratio)", "-", grouped(figure), figure, "-", "-", "-"])

    def workload(self):
        """Everything the engine does for a trader, per event; peers have no such run, so nothing is compared."""
        command = [self.options.bin, "benchmark", "workload", "--config", "config/oracle.yaml", "--ticks-path", self.options.ticks, "--json"]
        run = self.attempt("workload", command, 240)
        if run:
            result = run["json"]
            cpu_s, events = float(result["run_cpu_s"]), result["events"]
            self.rows.append(["QuantumEdge, workload (events)", grouped(cpu_s, 3), grouped(events / cpu_s), None, grouped(run["rss_mb"], 1),
                              grouped(result["fills"]), grouped(float(result["final_pnl"]), 4)])
            # A post-only order that would have taken is the market's answer, not the host's.
            refused = sum(count for name, count in result["refusals"].items() if name != "WOULD_TAKE")
            words = ", ".join(f"{name} {count:,}" for name, count in result["refusals"].items())
            self.check("workload: an order every tenth tick, under 1 % refused by the host",
                       f"{result['ns_per_event']} ns per event, {events:,} events, {result['orders']:,} orders, refused: {words or 'none'}",
                       result["orders"] > 0 and refused * 100 < result["orders"])
        if not self.options.allocation_counter:
            self.notes.append("allocations were not counted: libAllocationCounter.so is not beside the program")
            return
        # Counting costs time, so it has a run of its own.
        run = self.attempt("workload, counted", [*command, "--rounds", "1"], 240, {"LD_PRELOAD": self.options.allocation_counter})
        if run:
            allocations, events = run["json"]["allocations"], run["json"]["events"]
            self.check("workload: <= 16 allocations in a million ticks",
                       "not counted" if allocations is None else f"{allocations:,} in {events:,} events ({allocations / events:.3g} per event)",
                       allocations is not None and allocations <= 16)

    def bounds(self):
        run = self.attempt("10 million ticks streamed", self.backtest(self.options.many), 600)
        if run:
            ticks = run["json"]["ticks"]
            self.row("QuantumEdge, 10 million ticks", [run], run["cpu_s"], ticks / run["cpu_s"])
            self.check("peak RSS < 100 MB for 10 million ticks streamed", f"{run['rss_mb']:.1f} MB, {ticks:,} ticks",
                       run["rss_mb"] < 100 and ticks == 10_000_000)
        run = self.attempt("a million orders", [self.options.bin, "benchmark", "orders", "--config", "config/oracle.yaml", "--json"], 120)
        if run:
            first, last = run["json"]["first_ns"], run["json"]["last_ns"]
            self.check("last 10,000 of a million orders <= 1.2x the first 10,000",
                       f"{last / first:.2f}x ({last:,.0f} ns against {first:,.0f} ns)", last <= 1.2 * first)
            invariants = run["json"]["invariants_ns"]
            self.check("invariants, looked at twice per order <= 15 % of it",
                       f"{200 * invariants / last:.1f} % ({invariants} ns each)", 200 * invariants <= 15 * last)

    def journal(self):
        """With the journal and without it in turn; then what a restart after ten million records reads."""
        options = self.options
        plain, journalled = [], []
        with tempfile.TemporaryDirectory(dir=os.path.dirname(options.ticks)) as folder:
            for number in range(1, ROUNDS + 3):
                path = os.path.join(folder, "journal")
                shutil.rmtree(path, ignore_errors=True)
                plain.append(self.attempt(f"backtest ({number})", self.backtest(options.ticks), 120))
                journalled.append(self.attempt(f"backtest with journal ({number})", [*self.backtest(options.ticks), "--journal", path], 120))
            if all(plain) and all(journalled):
                without, beside = min(run["wall_s"] for run in plain), min(run["wall_s"] for run in journalled)
                same = plain[0]["json"]["decision_hash"] == journalled[0]["json"]["decision_hash"]
                self.check("with the journal on, backtest >= half its speed without", f"{without / beside:.2f} ({beside:.3f} s, {without:.3f} s without)",
                           same and without / beside >= 0.5)
            path = os.path.join(folder, "long")
            if self.attempt("10 million ticks with journal", [*self.backtest(options.many), "--journal", path], 600):
                info = self.attempt("its records", [options.bin, "journal", "info", path, "--json"], 120)
                state = self.attempt("recovery", [options.bin, "journal", "state", path], 120)
                if info and state:
                    records = info["json"]["records"]
                    seconds = state["wall_s"] * 10_000_000 / records
                    self.check("recovery of a journal of 10 million records <= 2 s",
                               f"{seconds:.2f} s ({records:,} records in {state['wall_s']:.2f} s, {state['rss_mb']:.0f} MB)", seconds <= 2)

    def snapshots(self):
        """A host on a made-up market at full rate, killed after ten million records: what its next start reads."""
        with tempfile.TemporaryDirectory(dir=os.path.dirname(self.options.ticks)) as root:
            environment = {"QE_ROOT": root}
            published = [self.options.bin, "strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--json"]
            if not self.attempt("publish", published, 60, environment):
                return
            host = subprocess.Popen(
                [self.options.bin, "run", "--mode", "mock", "--set", "feed.mock.trades_per_second=100000", "--set", "journal.snapshot_seconds=10"],
                env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            journals = os.path.join(root, "runtime/state/mock/binance/paper/journal")
            try:
                # A segment has two thirds of a million records.
                deadline = time.monotonic() + 300
                while time.monotonic() < deadline and sum(
                        name.endswith(".qej") for folder in (os.listdir(journals) if os.path.isdir(journals) else [])
                        for name in os.listdir(os.path.join(journals, folder))) < 17:
                    time.sleep(0.2)
            finally:
                host.kill()
                host.wait()
            path = os.path.join(journals, sorted(os.listdir(journals))[-1])
            info = self.attempt("its records", [self.options.bin, "journal", "info", path, "--json"], 120)
            state = self.attempt("recovery from a snapshot", [self.options.bin, "journal", "state", path], 120)
            whole = self.attempt("recovery from the beginning", [self.options.bin, "journal", "state", path, "--no-snapshot"], 120)
            if info and state and whole:
                records = info["json"]["records"]
                same = {**state["json"], "snapshot": None} == whole["json"]
                self.check("recovery of a journal of 10 million records with snapshots <= 2 s",
                           f"{state['wall_s']:.2f} s, {state['cpu_s']:.2f} CPU s ({records:,} records; {whole['wall_s']:.2f} s from the beginning), "
                           f"{'the same state' if same else 'ANOTHER STATE'}", same and records >= 10_000_000 and state["wall_s"] <= 2)

    def storage(self):
        with tempfile.TemporaryDirectory(dir=os.path.dirname(self.options.ticks)) as folder:
            run = self.attempt("storage", [self.options.bin, "benchmark", "storage", "--folder", os.path.join(folder, "data"), "--json"], 120)
        if run:
            result = run["json"]
            self.check("a stored tick costs the engine's thread <= 50 ns", f"{result['ns_per_tick']:.1f} ns", result["ns_per_tick"] <= 50)
            self.check("the writer takes a million ticks per CPU second, and none is dropped",
                       f"{result['rows_per_cpu_s']:,.0f}, {result['rows']:,} rows, {result['dropped']} dropped",
                       result["rows_per_cpu_s"] >= 1_000_000 and result["rows"] == result["ticks"])

    def write(self):
        head = ["", "CPU s", "ticks per CPU s", "x hftbacktest", "peak RSS MB", "fills", "pnl"]
        table = [head] + [row[:3] + ["-" if row[3] is None else f"{row[3] / self.reference:.3g}"] + row[4:] for row in self.rows]
        widths = [max(len(row[column]) for row in table) for column in range(len(head))]
        print()
        for row in table:
            print("  ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                            for column, (cell, width) in enumerate(zip(row, widths))).rstrip())
        print(f"\nbest of {ROUNDS} alternating runs; engine = ticks in memory, whole process = CSV, start to exit")
        for note in self.notes:
            print(f"note: {note}")
        print()
        for verdict in self.verdicts:
            print(verdict)


def main():
    comparison = Comparison(arguments())
    comparison.speed()
    comparison.workload()
    comparison.bounds()
    comparison.journal()
    comparison.snapshots()
    comparison.storage()
    comparison.write()
    sys.exit(0 if comparison.passed else 1)


main()
