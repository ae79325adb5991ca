"""Times an inference on this machine, on one thread: Thimble, and LiteRT with XNNPACK.

usage: host_vs_litert.py MODEL.tflite... [--thimble build/release/thimble] [--rounds 5]

The two take turns of half a second; each turn gives the median of many rounds of invocations, and the medians of the turns
and of their ratios are printed. LiteRT is invoked from Python, which adds some tenths of a microsecond to each of its
invocations; ours copies its input each time. Needs ai_edge_litert and numpy.
"""
import argparse
import json
import os
import statistics
import subprocess
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECONDS = 0.5  # of a turn
ROUND = SECONDS / 1000


def time_thimble(program, model):
    output = subprocess.run([program, "bench", model, "--on", "host", "--json"], check=True, stdout=subprocess.PIPE).stdout
    return json.loads(output)[0]["microseconds"]


def litert(model):
    interpreter = Interpreter(model_path=model, num_threads=1)
    interpreter.allocate_tensors()
    random = np.random.default_rng(1)
    for detail in interpreter.get_input_details():
        shape, kind = detail["shape"], detail["dtype"]
        small = kind in (np.int8, np.uint8)
        values = random.integers(np.iinfo(kind).min, np.iinfo(kind).max, shape) if small else random.random(shape)
        interpreter.set_tensor(detail["index"], values.astype(kind))
    return interpreter


def time_litert(interpreter):
    invoke = interpreter.invoke

    def seconds(invocations):
        start = time.perf_counter()
        for _ in range(invocations):
            invoke()
        return time.perf_counter() - start

    invocations = 1
    while seconds(invocations) < ROUND:
        invocations *= 2
    end = time.perf_counter() + SECONDS
    means = []
    while time.perf_counter() < end:
        means.append(seconds(invocations) / invocations)
    return statistics.median(means) * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--thimble", default=os.path.join(ROOT, "build", "release", "thimble"))
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(f"$ {arguments.thimble} bench MODEL --on host --json", flush=True)
    print(f"{'model':<28} {'Thimble, us':>12} {'LiteRT, us':>12} {'LiteRT / Thimble':>17}", flush=True)
    for model in arguments.models:
        interpreter = litert(model)
        ours, theirs = [], []
        for _ in range(arguments.rounds):
            ours.append(time_thimble(arguments.thimble, model))
            theirs.append(time_litert(interpreter))
        ratio = statistics.median(b / a for a, b in zip(ours, theirs))
        name = os.path.basename(os.path.dirname(os.path.abspath(model))) if model.endswith("/model.tflite") else model
        print(f"{name:<28} {statistics.median(ours):12.2f} {statistics.median(theirs):12.2f} {ratio:17.2f}", flush=True)


if __name__ == "__main__":
    main()
