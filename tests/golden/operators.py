#!/usr/bin/env python3
"""Makes src/ops/OPERATOR/OPERATOR_golden.json: small cases, computed by tflite-micro (or, where it lacks the case, by
LiteRT's reference kernels). Needs the packages tflite-micro and ai-edge-litert.

usage: operators.py [OPERATOR...]
"""

import importlib
import json
import pathlib
import sys

import cases
import model

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
for file in sorted(FOLDER.glob("cases_*.py")):  # these add to cases.OPERATORS
    importlib.import_module(file.stem)


def plain(values):
    """JSON's numbers; floats keep all their bits, half-precision ones are given as their bits."""
    if values.dtype == "float16":
        values = values.view("uint16")
    return [value.item() if hasattr(value, "item") else value for value in values]


def tensor_json(tensor, values):
    result = {"type": tensor.type, "shape": list(tensor.shape)}
    if tensor.scales:
        result["scales"] = [float(scale) for scale in tensor.scales]
        result["zero_points"] = list(tensor.zero_points)
        result["axis"] = tensor.axis
    if values is not None:
        result["values"] = plain(values.reshape(-1))
    return result


def golden(case):
    outputs = model.run_litert(case) if case.litert else model.run_tflm(case)
    return {
        "name": case.name,
        "source": "litert" if case.litert else "tflm",
        "op": case.op,
        "attributes": case.attributes,
        "inputs": [
            None if t is None else {**tensor_json(t, None if t.variable else t.array()), "constant": t.constant}
            for t in case.inputs
        ],
        "outputs": [tensor_json(t, values) for t, values in zip(case.outputs, outputs)],
    }


def write(folder, goldens):
    path = ROOT / "src" / "ops" / folder / f"{folder}_golden.json"
    lines = ",\n".join(json.dumps(g, separators=(",", ":")) for g in goldens)
    path.write_text("[\n" + lines + "\n]\n")
    print(f"{path.relative_to(ROOT)}: {len(goldens)} cases")


def main():
    wanted = sys.argv[1:]
    for folder, make in cases.OPERATORS.items():
        if not wanted or folder in wanted:
            write(folder, [golden(case) for case in make()])


if __name__ == "__main__":
    main()
