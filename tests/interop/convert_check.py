"""Simplifies every .tflite of a corpus with `thimble convert` and runs it and the original in LiteRT and TFLM.

usage: convert_check.py THIMBLE CORPUS [SUBSTRING]

A case is a folder CORPUS/*/NAME with model.tflite and stacked inputs in0.npy, in1.npy, ... (leading axis: one entry for each
invocation). In LiteRT (its reference kernels) and in TFLM, the converted model's outputs must be those of the original: integers
bit for bit, floats within 1e-5 of the largest magnitude. A peer that does not run the original is left out of a case. Needs
PyPI's ai-edge-litert and tflite-micro. Exits 0 when all agree.
"""
import glob
import os
import subprocess
import sys
import tempfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from tflite_micro.python.tflite_micro import runtime

MOST_INVOCATIONS = 4
TFLM_ARENA_BYTES = 8 << 20


def litert(model, stacks):
    interpreter = Interpreter(model_path=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1)
    interpreter.allocate_tensors()
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    results = []
    for entries in zip(*stacks):
        interpreter.reset_all_variables()
        for details, value in zip(inputs, entries):
            interpreter.set_tensor(details["index"], value)
        interpreter.invoke()
        results.append([interpreter.get_tensor(details["index"]).copy() for details in outputs])
    return results


def tflm(model, stacks):
    interpreter = runtime.Interpreter.from_file(model, arena_size=TFLM_ARENA_BYTES)
    results = []
    for entries in zip(*stacks):
        interpreter.reset()
        for index, value in enumerate(entries):
            interpreter.set_input(value, index)
        interpreter.invoke()
        count = len(Interpreter(model_path=model).get_output_details())
        results.append([interpreter.get_output(index).copy() for index in range(count)])
    return results


def difference(got, want):
    """What differs between two lists of lists of outputs; "" when nothing does."""
    for now, before in zip(got, want):
        if len(now) != len(before):
            return f"{len(now)} outputs, the original has {len(before)}"
        for index, (a, b) in enumerate(zip(now, before)):
            if a.shape != b.shape or a.dtype != b.dtype:
                return f"output {index} is {a.dtype}{a.shape}, the original's {b.dtype}{b.shape}"
            if a.dtype.kind == "f":
                error = np.abs(a - b).max(initial=0) / max(np.abs(b).max(initial=0), 1e-6)
                if not error <= 1e-5:
                    return f"output {index} differs by {error:.1e} of its largest magnitude"
            elif (a != b).any():
                return f"output {index}: {np.count_nonzero(a != b)} of {a.size} differ"
    return ""


def check(thimble, case, folder):
    """For each peer: "" when it agrees, None when it cannot run the original, else what is wrong."""
    original, converted = f"{case}/model.tflite", f"{folder}/converted.tflite"
    done = subprocess.run([thimble, "convert", original, "-o", converted], capture_output=True, text=True)
    if done.returncode:
        return {"thimble": done.stderr.strip()}
    count = len(glob.glob(f"{case}/in*.npy"))
    stacks = [np.load(f"{case}/in{index}.npy")[:MOST_INVOCATIONS] for index in range(count)]
    verdicts = {}
    for name, run in (("LiteRT", litert), ("TFLM", tflm)):
        try:
            want = run(original, stacks)
        except (RuntimeError, ValueError):
            verdicts[name] = None
            continue
        try:
            verdicts[name] = difference(run(converted, stacks), want)
        except (RuntimeError, ValueError) as error:
            verdicts[name] = " ".join(str(error).split())
    return verdicts


def main():
    thimble, corpus, part = sys.argv[1], sys.argv[2], "".join(sys.argv[3:4])
    cases = sorted(path for path in glob.glob(f"{corpus}/*/*/") if part in path and os.path.exists(f"{path}/model.tflite"))
    agreed, left_out, failed = {}, {}, 0
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            for peer, verdict in check(thimble, case.rstrip("/"), folder).items():
                if verdict is None:
                    left_out[peer] = left_out.get(peer, 0) + 1
                elif verdict == "":
                    agreed[peer] = agreed.get(peer, 0) + 1
                else:
                    failed += 1
                    print(f"{os.path.relpath(case, corpus)}: {peer}: {verdict}")
    for peer in sorted(agreed):
        print(f"{peer}: {agreed[peer]} agree, {left_out.get(peer, 0)} originals it does not run")
    print(f"{len(cases)} models, {failed} differences")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
