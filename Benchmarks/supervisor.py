#!/usr/bin/env python3
"""Load on a Supervisor: hosts that report and ask, at rates that are held. Prints what it measured, and fails where a target is missed.

    Benchmarks/supervisor.py RELEASE_DIR [SECONDS [HOSTS]]

Each host sends 20 heartbeats a second; all together ask about 500 orders a second. In the middle the Supervisor is killed and started again.
"""
import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

release, seconds, hosts = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 60, int(sys.argv[3]) if len(sys.argv) > 3 else 50
HEARTBEATS, EVALUATIONS = 20, 500
port = 0
token = ""
faults = []
done = {"heartbeat": 0, "evaluate": 0}
times = []
is_down = False


def start(folder, port):
    process = subprocess.Popen(
        [f"{os.path.abspath(release)}/quantumedge-supervisor", "--set", f"heartbeat_port={port}", "--set", "risk.max_notional_per_symbol=1000000000000"],
        cwd=folder, stderr=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin"})
    for line in process.stderr:
        if match := re.search(r"listens on http://127.0.0.1:(\d+)", line):
            return process, int(match.group(1))
    raise SystemExit("the Supervisor did not start")


async def call(connection, path, body):
    reader, writer = connection
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nX-API-TOKEN: {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
    return int(head[9:12]), json.loads(await reader.readexactly(length))


async def every(rate, end, path, body, name):
    """Sends at its rate on one kept connection; a Supervisor that is down is tried again."""
    connection, number = None, 0
    begin = time.monotonic()
    while time.monotonic() < end:
        due = begin + number / rate
        await asyncio.sleep(max(0, due - time.monotonic()))
        number += 1
        try:
            if connection is None:
                connection = await asyncio.open_connection("127.0.0.1", port)
            before = time.monotonic()
            status, answer = await asyncio.wait_for(call(connection, path, body(number)), 5)
            if name == "evaluate":
                times.append(time.monotonic() - before)
                # After the restart it waits for all hosts.
                if not answer["allowed"] and answer["code"] not in ("RESYNC", "HALTED"):
                    faults.append(answer)
            if status != 200:
                faults.append((status, answer))
            done[name] += 1
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError) as fault:
            connection = None
            if not is_down:
                faults.append(repr(fault))
            await asyncio.sleep(0.1)


def metrics():
    request = (f"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-TOKEN: {token}\r\n\r\n").encode()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        text = b""
        while part := connection.recv(1 << 16):
            text += part
    return {m.group(1): float(m.group(2)) for m in re.finditer(r"^(quantumedge\S*) (\S+)$", text.decode(), re.M)}


def p99(values):
    name = "quantumedge_supervisor_evaluate_seconds"
    count = values[f"{name}_count"]
    for key, value in values.items():
        if (match := re.match(rf'{name}_bucket{{le="([0-9.e-]+)"}}', key)) and value >= 0.99 * count:
            return float(match.group(1)), count
    return float("inf"), count


def resident(process):
    with open(f"/proc/{process.pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) // 1024


async def main():
    global port, token, is_down
    folder = tempfile.mkdtemp(prefix="quantumedge-load-")
    process, port = start(folder, 0)
    with open(f"{folder}/runtime/supervisor/token") as file:
        token = file.read().strip()
    end = time.monotonic() + seconds
    sequence = [0] * hosts

    def heartbeat(host):
        def body(_):
            symbols = [{"symbol": "BTCUSDT", "position": 0, "worst_notional": 0}]
            return json.dumps({"host_id": f"h{host}", "mode": "paper", "equity": 10000, "base_currency": "USDT", "order_seq": sequence[host],
                               "symbols": symbols}).encode()
        return body

    def order(lane):
        def body(number):
            host = (lane + number * 10) % hosts
            sequence[host] += 1
            return json.dumps({"symbol": "BTCUSDT", "side": "BUY", "order_type": "LIMIT", "quantity": 1, "price": 100, "notional": 100,
                               "leverage": None, "is_reduce_only": False, "host_id": f"h{host}", "client_order_id": f"{lane}-{number}-{sequence[host]}",
                               "order_seq": sequence[host]}).encode()
        return body

    tasks = [asyncio.create_task(every(HEARTBEATS, end, "/api/v1/heartbeat", heartbeat(host), "heartbeat")) for host in range(hosts)]
    await asyncio.sleep(1)
    tasks += [asyncio.create_task(every(EVALUATIONS / 10, end, "/api/v1/risk/evaluate", order(lane), "evaluate")) for lane in range(10)]
    await asyncio.sleep(seconds / 2 - 1)
    first, count = p99(metrics())
    before = resident(process)
    is_down = True
    process.send_signal(signal.SIGKILL)
    process.wait()
    process, port = start(folder, port)
    await asyncio.sleep(1)
    is_down = False
    early = resident(process)
    await asyncio.gather(*tasks)
    second, more = p99(metrics())
    late = resident(process)
    process.terminate()
    process.wait(10)
    times.sort()
    print(f"hosts {hosts}, {seconds:.0f} s, killed in the middle: {done['heartbeat']} heartbeats, {done['evaluate']} evaluations, {len(faults)} faults")
    print(f"evaluate, at the server: 99 % within {first * 1000:g} ms and {second * 1000:g} ms ({count:.0f} and {more:.0f}); with the way there, "
          f"median {times[len(times) // 2] * 1000:.2f} ms, 99 % {times[int(len(times) * 0.99)] * 1000:.2f} ms")
    print(f"memory: {before} MiB before the kill; {early} MiB after it, {late} MiB at the end")
    for fault in faults[:5]:
        print("fault:", fault)
    sys.exit(0 if not faults and max(first, second) <= 0.005 and late < early * 2 + 16 else 1)


asyncio.run(main())
