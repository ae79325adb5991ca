#!/usr/bin/env python3
"""The table of the emulated boards: instructions, RAM, flash and stack for each way to optimize, with peers' figures beside.

usage: mcu.py [NAME=MODEL.tflite...] [--models FOLDER] [--on m4,m55] [--optimize speed,ram,size]
              [--thimble build/release/thimble]

`--models FOLDER` takes mnist, kws, ic and ad from FOLDER/{mnist_seed,kws,ic,ad}_int8/model.tflite. Ours are measured now
(`thimble bench`), and every output is compared with the host's. Peers' figures, where mcu_peers.json has them for that
name, are the project's own of an earlier day, counted in the same way; counts repeat to the last digit, so that is no
matter. A model that does not fit a board gets the reason.
"""
import argparse
import json
import os
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
BOARDS = "m0,m3,m4,m7,m55,rv32,avr,atmega328p"
CORPUS = {"mnist": "mnist_seed_int8", "kws": "kws_int8", "ic": "ic_int8", "ad": "ad_int8"}
LINE = "{:<7}{:<11}{:<22}{:>13}{:>9}{:>9}{:>9}{:>7}{:>8}  {:<8}{}"


def measure(thimble, model, board, optimize):
    """The row of --json, or why there is none."""
    command = [thimble, "bench", model, "--on", board, "--optimize", optimize, "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 2:
        return done.stderr.strip().split("does not fit ", 1)[-1]
    done.check_returncode()
    return json.loads(done.stdout)[0]


def grouped(number):
    return "" if number is None else f"{number:,}"


def print_peers(name, board, peers):
    for peer, models in peers.get(board, {}).items():
        figures = models.get(name)
        if figures:
            print(LINE.format(name, board, peer, grouped(figures.get("instructions")), "", grouped(figures.get("code_bytes")),
                              grouped(figures.get("ram_bytes")), "", "", "", ""))


def print_ours(name, board, optimize, row, peers):
    if isinstance(row, str):
        print(LINE.format(name, board, "thimble " + optimize, "-", "", "", "", "", "", "", row))
        return True
    tflm = peers.get(board, {}).get("TFLM", {}).get(name, {}).get("instructions")
    ratio = f"{tflm / row['instructions']:.2f}" if tflm else ""
    chip = min(row["chips"], key=lambda chip: chip["microseconds"], default=None)
    time = f"{chip['microseconds'] / 1000:.2f} ms on {chip['title']}" if chip else ""
    print(LINE.format(name, board, "thimble " + optimize, grouped(row["instructions"]), grouped(row["weights_bytes"]),
                      grouped(row["code_bytes"]), grouped(row["ram_bytes"]), grouped(row["stack_bytes"]),
                      grouped(row["stack_bound_bytes"]), ratio, time))
    right = row["bits_equal"] or 0 < row["largest_error"] <= 1e-5
    if not right:
        print(f"{name} on {board}: outputs differ from the host's", file=sys.stderr)
    return right


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("models", nargs="*", metavar="NAME=MODEL.tflite")
    parser.add_argument("--models", dest="folder")
    parser.add_argument("--thimble", default=os.path.join(FOLDER, "..", "build", "release", "thimble"))
    parser.add_argument("--on", default=BOARDS)
    parser.add_argument("--optimize", default="speed,ram,size")
    arguments = parser.parse_args()
    with open(os.path.join(FOLDER, "mcu_peers.json")) as file:
        peers = json.load(file)
    models = dict(argument.split("=", 1) for argument in arguments.models)
    if arguments.folder:
        models = {name: os.path.join(arguments.folder, case, "model.tflite") for name, case in CORPUS.items()} | models
    if not models:
        parser.error("name models, as in mnist=out/int8.tflite, or a folder of them: --models FOLDER")
    print("$ thimble bench MODEL --on BOARD --optimize", arguments.optimize.replace(",", "|"), "--json")
    print(LINE.format("model", "board", "", "instructions", "weights", "code", "RAM", "stack", "at most", "TFLM/", "time"))
    right = True
    for name, model in models.items():
        for board in arguments.on.split(","):
            print_peers(name, board, peers)
            for optimize in arguments.optimize.split(","):
                row = measure(arguments.thimble, model, board, optimize)
                right = print_ours(name, board, optimize, row, peers) and right
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
