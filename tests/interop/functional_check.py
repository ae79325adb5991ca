"""Functional models with several inputs and outputs and shared layers, against Keras 3, LiteRT and TFLM.

usage: functional_check.py THIMBLE

A recipe is trained; Keras must open the model, give our losses and go on training; the .tflite files, float and int8, must give the
same outputs in LiteRT and TFLM as in `thimble run`. Then a model that Keras built the same way goes through `thimble`. The layers
stand in an order that is not Keras's own. Exits 0 when all agree.
"""
import os
import subprocess
import sys
import tempfile

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
import keras  # noqa: E402
from ai_edge_litert.interpreter import Interpreter, OpResolverType  # noqa: E402
from tflite_micro.python.tflite_micro import runtime  # noqa: E402

INPUTS, OUTPUTS = ["image", "left", "right"], ["kind", "tall", "size"]
RECIPE = """
outputs = ["kind", "tall", "size"]
[data]
path = "data.npz"
[[layers]]
type = "InputLayer"
name = "image"
[[layers]]
type = "InputLayer"
name = "left"
[[layers]]
type = "InputLayer"
name = "right"
[[layers]]
type = "Dense"                      # Keras puts it behind the convolution, which is farther from the outputs
name = "side"
units = 6
activation = "relu"
inputs = ["right"]
[[layers]]
call = "side"
name = "left_side"
inputs = ["left"]
[[layers]]
type = "Conv2D"
filters = 4
kernel_size = 3
inputs = ["image"]
[[layers]]
type = "BatchNormalization"
[[layers]]
type = "Activation"
activation = "linear"
[[layers]]
type = "ReLU"
[[layers]]
type = "Flatten"
name = "flat"
[[layers]]
type = "Dense"
units = 6
name = "image_side"
[[layers]]
call = "side"
name = "thrice"
inputs = ["left_side_narrow"]
[[layers]]
type = "Concatenate"
name = "all"
inputs = ["image_side", "left_side", "side", "thrice"]
[[layers]]
type = "Dense"
name = "size"
units = 1
[[layers]]
type = "Dense"
name = "kind"
units = 3
activation = "softmax"
inputs = ["flat"]
[[layers]]
type = "Dense"
name = "tall"
units = 1
activation = "sigmoid"
inputs = ["all"]
[train]
loss = {kind = "sparse_categorical_crossentropy", tall = "binary_crossentropy", size = {type = "huber", delta = 0.5}}
loss_weights = {kind = 1.0, tall = 0.5, size = 2.0}
batch_size = 50
epochs = 3
""".replace('''[[layers]]
call = "side"
name = "thrice"
''', '''[[layers]]
type = "Dense"
name = "left_side_narrow"
units = 4
inputs = ["left_side"]
[[layers]]
call = "side"
name = "thrice"
''')


def data(count):
    random = np.random.default_rng(count)
    kind = random.integers(0, 3, count)
    image = random.normal(0, 0.3, (count, 8, 8, 1)).astype(np.float32)
    for i in range(count):
        image[i, kind[i] * 2:kind[i] * 2 + 2] += 1
    left, right = random.uniform(0, 1, (2, count, 4)).astype(np.float32)
    tall = (left[:, 0] > right[:, 1]).astype(np.uint8)
    return {"image": image, "left": left, "right": right, "kind": kind.astype(np.uint8), "tall": tall,
            "size": left[:, 1] + right[:, 2]}


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {(done.stderr or done.stdout).strip()}")


def thimble_run(thimble, model, inputs, folder):
    words = [thimble, "run", model]
    for k, values in enumerate(inputs):
        np.save(f"{folder}/in{k}.npy", values[:, None])
        words += ["--input", f"{folder}/in{k}.npy"]
    for k in range(len(OUTPUTS)):
        words += ["--output", f"{folder}/out{k}.npy"]
    run(*words)
    return [np.load(f"{folder}/out{k}.npy")[:, 0] for k in range(len(OUTPUTS))]


def litert(model, inputs):
    interpreter = Interpreter(model_path=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1)
    interpreter.allocate_tensors()
    outputs = []
    for row in zip(*inputs):
        for detail, value in zip(interpreter.get_input_details(), row):
            interpreter.set_tensor(detail["index"], value[None])
        interpreter.invoke()
        outputs.append([interpreter.get_tensor(d["index"])[0].copy() for d in interpreter.get_output_details()])
    return [np.stack(column) for column in zip(*outputs)]


def tflm(model, inputs):
    outputs = []
    for row in zip(*inputs):
        interpreter = runtime.Interpreter.from_file(model, arena_size=1 << 20)
        for k, value in enumerate(row):
            interpreter.set_input(value[None], k)
        interpreter.invoke()
        outputs.append([interpreter.get_output(k)[0].copy() for k in range(len(OUTPUTS))])
    return [np.stack(column) for column in zip(*outputs)]


def quantized(inputs, model):
    result = []
    for values, detail in zip(inputs, Interpreter(model_path=model).get_input_details()):
        scale, zero_point = detail["quantization"]
        result.append(np.clip(np.round(values / np.float32(scale)) + zero_point, -128, 127).astype(np.int8))
    return result


def same(what, got, want, tolerance=0.0):
    for name, a, b in zip(OUTPUTS, got, want):
        error = np.abs(a.astype(np.float64) - b).max()
        if a.shape != b.shape or not error <= tolerance:
            sys.exit(f"{what}: {name} differs by {error}")
    print(f"{what}: agrees")


def keras_twin():
    """The recipe's graph, made by Keras."""
    keras.utils.set_random_seed(3)
    image, left, right = keras.Input((8, 8, 1), name="image"), keras.Input((4,), name="left"), keras.Input((4,), name="right")
    side = keras.layers.Dense(6, activation="relu", name="side")
    flat = keras.layers.Flatten()(keras.layers.ReLU()(keras.layers.BatchNormalization()(keras.layers.Conv2D(4, 3)(image))))
    left_side = side(left)
    thrice = side(keras.layers.Dense(4)(left_side))
    both = keras.layers.Concatenate()([keras.layers.Dense(6)(flat), left_side, side(right), thrice])
    outputs = [keras.layers.Dense(3, activation="softmax", name="kind")(flat),
               keras.layers.Dense(1, activation="sigmoid", name="tall")(both), keras.layers.Dense(1, name="size")(both)]
    model = keras.Model([image, left, right], outputs)
    model.compile("adam", loss={"kind": "sparse_categorical_crossentropy", "tall": "binary_crossentropy", "size": "mse"})
    return model


def all_runtimes(thimble, path, inputs, folder, want):
    same("thimble run", thimble_run(thimble, path, inputs, folder), want, 1e-5)
    run(thimble, "convert", path, "-o", f"{folder}/float.tflite")
    same("LiteRT", litert(f"{folder}/float.tflite", inputs), want, 1e-5)
    same("TFLM", tflm(f"{folder}/float.tflite", inputs), want, 1e-5)
    integers = f"{folder}/int8.tflite"
    run(thimble, "convert", path, "-o", integers, "--quantize", "int8", "--calibrate", f"{folder}/data.npz")
    typed = quantized(inputs, integers)
    ours = thimble_run(thimble, integers, typed, folder)
    same("TFLM, int8", tflm(integers, typed), ours)
    real = [(values.astype(np.float32) - d["quantization"][1]) * d["quantization"][0]
            for values, d in zip(ours, Interpreter(model_path=integers).get_output_details())]
    same("int8 beside float", real, want, 0.12)


def main():
    thimble = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        parts = {"train": data(600), "test": data(200)}
        np.savez(f"{folder}/data.npz", **{f"{name}_{part}": v for part, values in parts.items() for name, v in values.items()})
        with open(f"{folder}/recipe.toml", "w") as file:
            file.write(RECIPE)
        run(thimble, "train", f"{folder}/recipe.toml", "-o", f"{folder}/out")
        path, test = f"{folder}/out/model.keras", parts["test"]
        inputs, answers = [test[name] for name in INPUTS], [test[name] for name in OUTPUTS]
        model = keras.models.load_model(path)
        want = model.predict(inputs, verbose=0)
        all_runtimes(thimble, path, inputs, folder, want)
        ours = eval(open(f"{folder}/out/history.json").read().replace("null", "None"))
        theirs = model.evaluate(inputs, answers, batch_size=50, verbose=0, return_dict=True)
        for name in ("loss", "kind_loss", "tall_loss", "size_loss", "kind_accuracy", "tall_accuracy"):
            if abs(theirs[name] - ours["val_" + name][-1]) > 1e-4:
                sys.exit(f"{name}: Keras {theirs[name]}, history.json {ours['val_' + name][-1]}")
        print("Keras's losses: agree")
        model.fit(inputs, answers, epochs=1, verbose=0)
        twin = keras_twin()
        twin.fit(inputs, answers, epochs=2, verbose=0)
        twin.save(f"{folder}/keras.keras")
        print("Keras's own model")
        all_runtimes(thimble, f"{folder}/keras.keras", inputs, folder, twin.predict(inputs, verbose=0))


if __name__ == "__main__":
    main()
