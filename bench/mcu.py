#!/usr/bin/env python3
"""The table of the emulated boards: our instructions, RAM and code for each way to optimize, beside TFLM's.

usage: mcu.py NAME=MODEL.tflite... [--thimble build/release/thimble] [--on m4,m55] [--optimize speed,ram,size]

Ours are measured now (`thimble bench`), and every output is compared with the host's; TFLM's figures, where mcu_peers.json
has them for that name, are the project's own of an earlier day. Counts repeat to the last digit, so that is no matter.
"""
import argparse
import json
import os
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))


def measure(thimble, model, boards, optimize):
    command = [thimble, "bench", model, "--on", boards, "--optimize", optimize, "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("models", nargs="+", metavar="NAME=MODEL.tflite")
    parser.add_argument("--thimble", default=os.path.join(FOLDER, "..", "build", "release", "thimble"))
    parser.add_argument("--on", default="m4")
    parser.add_argument("--optimize", default="speed,ram,size")
    arguments = parser.parse_args()
    with open(os.path.join(FOLDER, "mcu_peers.json")) as file:
        peers = json.load(file)
    print("$ thimble bench MODEL --on", arguments.on, "--optimize", arguments.optimize.replace(",", "|"), "--json")
    print(f"{'model':<10}{'board':<7}{'by':<12}{'instructions':>14}{'RAM':>9}{'code':>9}{'stack':>7}  TFLM / ours")
    wrong = 0
    for name, model in (argument.split("=", 1) for argument in arguments.models):
        rows = [row for optimize in arguments.optimize.split(",") for row in measure(arguments.thimble, model, arguments.on, optimize)]
        for board in arguments.on.split(","):
            peer = peers.get(board, {}).get(name)
            if peer:
                print(f"{name:<10}{board:<7}{'TFLM':<12}{peer['instructions']:>14,}{peer.get('ram_bytes', ''):>9}"
                      f"{peer.get('code_bytes', ''):>9}")
            for row in (row for row in rows if row["board"] == board):
                ratio = f"{peer['instructions'] / row['instructions']:.2f}" if peer else ""
                print(f"{name:<10}{board:<7}{row['optimize']:<12}{row['instructions']:>14,}{row['ram_bytes']:>9}"
                      f"{row['code_bytes']:>9}{row['stack_bytes']:>7}  {ratio}")
                if not row["bits_equal"] and row["largest_error"] > 1e-5:
                    wrong += 1
                    print(f"{name} on {board}: outputs differ from the host's", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
