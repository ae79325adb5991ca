"""Times an epoch of the MNIST recipe: Thimble on 1 and 2 threads, and, where they are installed, JAX and Keras.

usage: train_mnist.py [--thimble build/release/thimble] [--epochs 3] [--peers jax,keras]

All in one run, one after the other, so that the ratios compare what the same machine did under the same load; the fastest
of the epochs after the first (which compiles) counts. The same model, data, batch size (32) and optimizer (Adam 1e-3)
everywhere: examples/mnist/recipe.toml. JAX runs an epoch as one jitted lax.scan over the batches, the data being in memory
already; Keras runs `fit`.
"""
import argparse
import gzip
import importlib.util
import json
import os
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BATCH = 32


def time_thimble(program, threads, epochs):
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "train", "examples/mnist/recipe.toml", "-o", folder]
        command += ["--epochs", str(epochs), "--threads", str(threads)]
        print("$", " ".join(command), flush=True)
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "history.json")) as file:
            return min(json.load(file)["seconds"])


def training_data():
    import numpy as np

    def read(name, offset):
        with gzip.open(os.path.join(ROOT, "data", "mnist", f"train-{name}-ubyte.gz")) as file:
            return np.frombuffer(file.read(), np.uint8, offset=offset)

    images = read("images-idx3", 16).reshape(-1, 28, 28, 1).astype(np.float32) / np.float32(255)
    return images, read("labels-idx1", 8).astype(np.int32)


def time_keras(epochs):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    images, labels = training_data()
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(16, activation="relu"),
        layers.Dense(10),
    ])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    seconds = []
    for _ in range(epochs + 1):
        start = time.perf_counter()
        model.fit(images, labels, batch_size=BATCH, verbose=0)
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])


def time_jax(epochs):
    import jax
    import jax.numpy as jnp
    import numpy as np

    images, labels = training_data()
    images, labels = jnp.asarray(images), jnp.asarray(labels)
    random = np.random.default_rng(0)

    def glorot(shape, fan_in, fan_out):
        limit = np.sqrt(6 / (fan_in + fan_out))
        return jnp.asarray(random.uniform(-limit, limit, shape), jnp.float32)

    weights = [glorot((3, 3, 1, 8), 9, 72), jnp.zeros(8), glorot((1352, 16), 1352, 16), jnp.zeros(16),
               glorot((16, 10), 16, 10), jnp.zeros(10)]

    def loss(weights, x, y):
        filters, bias, w1, b1, w2, b2 = weights
        x = jax.lax.conv_general_dilated(x, filters, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        x = jax.nn.relu(x + bias)
        x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        logits = jax.nn.relu(x.reshape(len(x), -1) @ w1 + b1) @ w2 + b2
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1))

    def step(state, batch):
        weights, m, v, t = state
        value, gradients = jax.value_and_grad(loss)(weights, images[batch], labels[batch])
        t += 1
        rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        m = [a + (g - a) * 0.1 for a, g in zip(m, gradients)]
        v = [a + (g * g - a) * 0.001 for a, g in zip(v, gradients)]
        weights = [w - rate * a / (jnp.sqrt(b) + 1e-7) for w, a, b in zip(weights, m, v)]
        return (weights, m, v, t), value

    epoch = jax.jit(lambda state, order: jax.lax.scan(step, state, order))
    zeros = [jnp.zeros_like(w) for w in weights]
    state = (weights, zeros, zeros, jnp.float32(0))
    seconds = []
    for _ in range(epochs + 1):
        order = jnp.asarray(random.permutation(len(labels)).reshape(-1, BATCH))
        start = time.perf_counter()
        state, losses = epoch(state, order)
        losses.block_until_ready()
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--thimble", default=os.path.join(ROOT, "build", "release", "thimble"))
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--peers", default="jax,keras")
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.thimble)
    results = {f"thimble, {n} thread{'s' * (n > 1)}": time_thimble(program, n, arguments.epochs) for n in (1, 2)}
    ours = results["thimble, 2 threads"]
    modules = {"jax": ("jax", time_jax), "keras": ("tensorflow", time_keras)}
    for name in filter(None, arguments.peers.split(",")):
        module, measure = modules[name]
        if importlib.util.find_spec(module) is None:
            print(f"{name}: not measured, this Python has no {module}")
            continue
        results[name] = measure(arguments.epochs)
    print(f"\nseconds an epoch of 60,000 images, {os.cpu_count()} CPUs")
    for name, seconds in results.items():
        print(f"{name:20} {seconds:7.3f}   {seconds / ours:5.1f} x thimble on 2 threads")


if __name__ == "__main__":
    main()
