"""Times an epoch of training: Thimble, Keras and, for mnist, JAX, side by side in one run.

usage: train.py [--models mnist,kws,ic,ad,gru] [--threads 2] [--epochs 3] [--peers keras,jax] [--thimble build/release/thimble]

mnist is examples/mnist/recipe.toml. kws, ic and ad are the models of MLPerf Tiny (DS-CNN, ResNet-8, autoencoder) with its
batch sizes, gru a small recurrent model; they learn noise of the right shape. A model is written down once, in Keras's
layers and arguments, from which both the recipe and the Keras model are made. Programs take turns; the fastest of the epochs
after the first counts. FLOP are six a multiply-accumulate of inference (forward, and two gradients); the peak is what
bench/fma_peak.cpp reaches in the same run.
"""
import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "bench"))
import train_mnist


def layer(type, **arguments):
    return {"type": type, **arguments}


def normalized(*layers, activation="relu"):
    return [*layers, layer("BatchNormalization"), layer("Activation", activation=activation)]


def kws():
    layers = normalized(layer("Conv2D", filters=64, kernel_size=[10, 4], strides=2, padding="same")) + [layer("Dropout", rate=0.2)]
    for _ in range(4):
        layers += normalized(layer("DepthwiseConv2D", kernel_size=3, padding="same"))
        layers += normalized(layer("Conv2D", filters=64, kernel_size=1, padding="same"))
    return layers + [layer("Dropout", rate=0.4), layer("AveragePooling2D", pool_size=[25, 5]), layer("Flatten"),
                     layer("Dense", units=12, activation="softmax")]


def ic():
    layers = normalized(layer("Conv2D", filters=16, kernel_size=3, padding="same"))
    layers[-1]["name"] = last = "stem"
    for filters, strides in ((16, 1), (32, 2), (64, 2)):
        block = f"block{filters}"
        layers += normalized(layer("Conv2D", filters=filters, kernel_size=3, strides=strides, padding="same", inputs=[last]))
        layers += [layer("Conv2D", filters=filters, kernel_size=3, padding="same"),
                   layer("BatchNormalization", name=block + "_end")]
        if strides > 1:
            layers.append(layer("Conv2D", filters=filters, kernel_size=1, strides=strides, padding="same", inputs=[last],
                                name=block + "_shortcut"))
            last = block + "_shortcut"
        layers += [layer("Add", inputs=[last, block + "_end"]), layer("Activation", activation="relu", name=block)]
        last = block
    return layers + [layer("AveragePooling2D", pool_size=8), layer("Flatten"), layer("Dense", units=10, activation="softmax")]


def ad():
    layers = []
    for units in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        layers += normalized(layer("Dense", units=units))
    return layers + [layer("Dense", units=640)]


def gru():
    return [layer("GRU", units=32), layer("Dense", units=12, activation="softmax")]


# name: input, classes (0: an autoencoder), batch, samples, layers
MODELS = {"kws": ((49, 10, 1), 12, 100, 4000, kws), "ic": ((32, 32, 3), 10, 32, 1600, ic),
          "ad": ((640,), 0, 512, 10240, ad), "gru": ((49, 10), 12, 32, 3200, gru)}


def toml(value):
    return json.dumps(value)


def write_recipe(folder, name):
    import numpy as np
    shape, classes, batch, samples, layers = MODELS[name]
    random = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", samples), ("test", batch)):
        arrays["x_" + split] = random.standard_normal((count, *shape), np.float32)
        arrays["y_" + split] = random.integers(0, max(1, classes), count, np.int32)
    np.savez(os.path.join(folder, "data.npz"), **arrays)
    lines = [f'name = "{name}"', "[data]", 'path = "data.npz"', f"shape = {list(shape)}"]
    for one in layers():
        lines += ["[[layers]]"] + [f"{key} = {toml(value)}" for key, value in one.items()]
    loss = "sparse_categorical_crossentropy" if classes else "mean_squared_error"
    lines += ["[train]", 'optimizer = "adam"', f"batch_size = {batch}", f'loss = "{loss}"']
    path = os.path.join(folder, name + ".toml")
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    return path, arrays


def time_thimble(program, recipe, threads, epochs, folder):
    """Seconds of the fastest epoch, and multiply-accumulates of an inference."""
    out = os.path.join(folder, "out")
    command = [program, "train", recipe, "-o", out, "--epochs", str(epochs + 1), "--threads", str(threads)]
    print("$", " ".join(command), flush=True)
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(out, "history.json")) as file:
        seconds = min(json.load(file)["seconds"][1:])
    report = subprocess.run([program, "inspect", os.path.join(out, "model.keras"), "--json"], check=True, capture_output=True)
    return seconds, json.loads(report.stdout)["macs"]


def keras_model(name):
    import keras
    shape, classes, _, _, layers = MODELS[name]
    source = x = keras.Input(shape)
    named = {}
    for one in layers():
        arguments = {key: value for key, value in one.items() if key not in ("type", "inputs")}
        for key, value in arguments.items():
            arguments[key] = tuple(value) if isinstance(value, list) else value
        inputs = [named[other] for other in one.get("inputs", [])] or [x]
        x = getattr(keras.layers, one["type"])(**arguments)(inputs if one["type"] == "Add" else inputs[0])
        if "name" in one:
            named[one["name"]] = x
    model = keras.Model(source, x)
    if classes:
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    else:
        model.compile("adam", "mean_squared_error")
    return model


def time_keras(name, arrays, epochs):
    _, classes, batch, _, _ = MODELS[name]
    model = keras_model(name)
    seconds = []
    for _ in range(epochs + 1):
        start = time.perf_counter()
        model.fit(arrays["x_train"], arrays["y_train"] if classes else arrays["x_train"], batch_size=batch, verbose=0)
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])


def peak(threads, folder):
    program = os.path.join(folder, "fma_peak")
    subprocess.run(["g++", "-std=c++20", "-O3", "-Wno-psabi", "-I", "src", "-I", "bench", "bench/fma_peak.cpp",
                    "src/ops/simd.cpp", "-pthread", "-o", program], cwd=ROOT, check=True)
    return float(subprocess.run([program, str(threads)], check=True, capture_output=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--thimble", default=os.path.join(ROOT, "build", "release", "thimble"))
    parser.add_argument("--models", default="mnist,kws,ic,ad,gru")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--peers", default="keras,jax")
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    program = shutil.which(arguments.thimble) or os.path.abspath(arguments.thimble)
    modules = {"keras": "tensorflow", "jax": "jax"}
    peers = [peer for peer in arguments.peers.split(",") if peer and importlib.util.find_spec(modules[peer])]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        rate = peak(arguments.threads, folder)
        for name in arguments.models.split(","):
            if name == "mnist":
                recipe, samples = "examples/mnist/recipe.toml", 60000
            else:
                recipe, arrays = write_recipe(folder, name)
                samples = MODELS[name][3]
            seconds, macs = time_thimble(program, recipe, arguments.threads, arguments.epochs, folder)
            row = {"model": name, "thimble": seconds, "flops": 6 * macs * samples / seconds / 1e9}
            if "keras" in peers:
                row["keras"] = train_mnist.time_keras(arguments.epochs) if name == "mnist" else time_keras(
                    name, arrays, arguments.epochs)
            if "jax" in peers and name == "mnist":
                row["jax"] = train_mnist.time_jax(arguments.epochs)
            rows.append(row)
    print(f"\nseconds an epoch, {arguments.threads} threads; peak {rate:.0f} GFLOP/s")
    print(f"{'model':6} {'thimble':>9} {'keras':>9} {'ratio':>7} {'jax':>9} {'ratio':>7} {'GFLOP/s':>9} {'of peak':>8}")
    for row in rows:
        cells = [f"{row['model']:6} {row['thimble']:9.4f}"]
        for peer in ("keras", "jax"):
            cells.append(f"{row[peer]:9.3f} {row[peer] / row['thimble']:7.1f}" if peer in row else f"{'-':>9} {'-':>7}")
        print(" ".join(cells) + f" {row['flops']:9.1f} {row['flops'] / rate:8.0%}")


if __name__ == "__main__":
    main()
