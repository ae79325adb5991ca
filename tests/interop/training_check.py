"""Keras opens what thimble train wrote, with each optimizer's state, and trains on; thimble reads what Keras then saved.

    python tests/interop/training_check.py build/release/thimble
"""

import os
import subprocess
import sys
import tempfile

import keras
import numpy as np

RECIPE = """
[data]
path = "data.npz"
[[layers]]
type = "Dense"
units = 8
activation = "relu"
kernel_regularizer = {l2 = 1e-3}
[[layers]]
type = "Dense"
units = 3
[train]
epochs = 2
"""
STEPS = 16  # 250 samples in batches of 32, twice

CASES = {
    "adamw": 'optimizer = "adamw"',
    "rmsprop": 'optimizer = "rmsprop"\nmomentum = 0.5\ncentered = true',
    "lion": 'optimizer = "lion"\nlearning_rate = {type = "CosineDecay", initial_learning_rate = 1e-3}',
    "sgd, averages": 'optimizer = "sgd"\nmomentum = 0.9\nuse_ema = true\nclipnorm = 1.0',
    "adam, averages, schedule": 'use_ema = true\nlabel_smoothing = 0.1\nlearning_rate = '
    '{type = "PiecewiseConstantDecay", boundaries = [5], values = [0.01, 0.001]}',
}


def run(*arguments):
    result = subprocess.run(arguments, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def main():
    thimble = os.path.abspath(sys.argv[1])
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 6)).astype(np.float32)
    y = x[:, :3].argmax(1)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        np.savez("data.npz", x_train=x[:250], y_train=y[:250], x_test=x[250:], y_test=y[250:])
        for name, train in CASES.items():
            with open("recipe.toml", "w") as recipe:
                recipe.write(RECIPE + train + "\n")
            run(thimble, "train", "recipe.toml", "-o", "out")
            for file in ("out/checkpoint.keras", "out/model.keras"):
                model = keras.models.load_model(file)
                assert int(model.optimizer.iterations.numpy()) == STEPS
                assert all(np.abs(v.numpy()).sum() > 0 for v in model.optimizer.variables), "state is missing"
            labels = np.eye(3)[y[:250]] if "smoothing" in train else y[:250]
            model.fit(x[:250], labels, verbose=0)
            model.save("keras.keras")
            run(thimble, "eval", "keras.keras", "--data", "data.npz")
            print(f"{name}: ok")
        os.chdir("/")


main()
