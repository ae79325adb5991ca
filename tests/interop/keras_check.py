"""Opens a .keras file of ours in Keras 3 (PyPI: keras, tensorflow), evaluates it, and trains on.

usage: keras_check.py THIMBLE MODEL.keras DATA_FOLDER

Prints Keras's loss and accuracy on the 10,000 MNIST test images. They must be those of `thimble eval`, and the optimizer must
have come along with its state: an epoch of training on has to start where ours ended. Exits 0 when all agree.
"""
import gzip
import json
import os
import subprocess
import sys

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras  # noqa: E402


def load(folder, part):
    def read(name, offset):
        with gzip.open(os.path.join(folder, f"{part}-{name}-ubyte.gz")) as file:
            return np.frombuffer(file.read(), np.uint8, offset=offset)

    pixels = read("images-idx3", 16).reshape(-1, 28, 28, 1)
    return pixels.astype(np.float32) / np.float32(255), read("labels-idx1", 8)


def main():
    thimble, model_path, data = sys.argv[1:4]
    model = keras.models.load_model(model_path)
    images, labels = load(data, "t10k")
    loss, accuracy = model.evaluate(images, labels, verbose=0)
    print(f"Keras {keras.__version__}: loss {loss:.6f}, accuracy {accuracy:.4f}")
    ours = json.loads(subprocess.check_output([thimble, "eval", model_path, "--data", data, "--json"]))
    print(f"thimble: loss {ours['loss']:.6f}, accuracy {ours['accuracy']:.4f}")
    assert abs(loss - ours["loss"]) < 1e-4, "the losses differ"
    assert abs(accuracy - ours["accuracy"]) < 1e-6, "the accuracies differ"

    images, labels = load(data, "train")
    before, _ = model.evaluate(images, labels, verbose=0)
    steps = int(model.optimizer.iterations.numpy())
    moments = [float(np.abs(v.numpy()).max()) for v in model.optimizer.variables[2:]]
    assert steps > 0 and moments and min(moments) > 0, "the optimizer has lost its state"
    history = model.fit(images, labels, batch_size=32, epochs=1, verbose=0).history
    after, _ = model.evaluate(images, labels, verbose=0)
    print(f"an epoch more in Keras: training loss {before:.4f} -> {after:.4f}, from step {steps}")
    assert history["loss"][0] < 1.2 * before, "training did not go on from where it was"


if __name__ == "__main__":
    main()
