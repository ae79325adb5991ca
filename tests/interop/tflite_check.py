"""Runs .tflite files of ours in LiteRT and TFLM (PyPI: ai-edge-litert, tflite-micro) and compares with `thimble run`.

usage: tflite_check.py THIMBLE DATA_FOLDER MODEL.tflite ... [--litert MODEL.tflite ...]

The first 1,000 MNIST test images. Integer outputs must be equal bit for bit, to TFLM's with --rounding tflm (the default) and
to LiteRT's reference kernels' with --rounding litert; float outputs within 1e-5 of the largest magnitude. Models behind --litert
are compared with LiteRT alone, since TFLM has no 8-bit or half-precision weights beside floats, and within 1e-3: a value on the
border between two steps of 8 bits may fall on either side. Exits 0 when all agree.
"""
import gzip
import os
import subprocess
import sys
import tempfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from tflite_micro.python.tflite_micro import runtime

IMAGES = 1000


def test_images(folder):
    with gzip.open(os.path.join(folder, "t10k-images-idx3-ubyte.gz")) as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28, 1)
    return pixels[:IMAGES].astype(np.float32) / np.float32(255)


def as_input(images, details):
    if details["dtype"] == np.float32:
        return images
    scale, zero_point = details["quantization"]
    return np.clip(np.round(images / np.float32(scale)) + zero_point, -128, 127).astype(np.int8)


def litert_outputs(model, inputs):
    interpreter = Interpreter(model_path=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    outputs = []
    for image in inputs:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image[None])
        interpreter.invoke()
        outputs.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).copy())
    return np.stack(outputs)


def tflm_outputs(model, inputs):
    interpreter = runtime.Interpreter.from_file(model)
    outputs = []
    for image in inputs:
        interpreter.set_input(image[None], 0)
        interpreter.invoke()
        outputs.append(interpreter.get_output(0).copy())
    return np.stack(outputs)


def thimble_outputs(thimble, model, inputs, rounding):
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/in.npy", inputs[:, None])
        files = ["--input", f"{folder}/in.npy", "--output", f"{folder}/out.npy"]
        subprocess.run([thimble, "run", model, "--rounding", rounding, *files], check=True)
        return np.load(f"{folder}/out.npy")


def agreement(got, want, most):
    """(agree, words) for two stacks of outputs."""
    if got.shape != want.shape or got.dtype != want.dtype:
        return False, f"{got.dtype}{got.shape} and {want.dtype}{want.shape}"
    if want.dtype == np.float32:
        error = np.abs(got - want).max() / np.abs(want).max()
        return bool(error <= most), f"largest relative difference {error:.1e}"
    different = np.count_nonzero((got != want).reshape(len(got), -1).any(axis=1))
    return different == 0, f"{different} of {len(got)} images differ"


def main():
    thimble, data, models = sys.argv[1], sys.argv[2], sys.argv[3:]
    images = test_images(data)
    peers = [("LiteRT", "litert", litert_outputs), ("TFLM", "tflm", tflm_outputs)]
    most, all_agree = 1e-5, True
    for model in models:
        if model == "--litert":
            peers, most = peers[:1], 1e-3
            continue
        interpreter = Interpreter(model_path=model)
        inputs = as_input(images, interpreter.get_input_details()[0])
        for peer, rounding, outputs in peers:
            agree, words = agreement(thimble_outputs(thimble, model, inputs, rounding), outputs(model, inputs), most)
            print(f"{model}: {peer}, {len(inputs)} images: {words}", "" if agree else "  <-- DIFFERS")
            all_agree = all_agree and agree
    return 0 if all_agree else 1


if __name__ == "__main__":
    sys.exit(main())
