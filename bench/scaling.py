"""What a step of data-parallel training costs with up to 256 ranks: a model made of what is measured here and of
published figures of networks (docs/scaling.md).

usage: scaling.py [--models mnist,kws,ic] [--epochs 3] [--thimble build/release/thimble]

Measured in this run: steps of one single-threaded process with as many samples as a rank would have; steps of two ranks, through shared memory and (THIMBLE_RANKS_APART) through Open MPI; and MPI's own allreduce
between two processes (bench/allreduce.c), which gives the network of this machine.
"""
import argparse
import json
import math
import os
import subprocess
import tempfile

import train

# One-way latency in seconds, bytes a second.
NETWORKS = {"10 GbE": (10e-6, 1.25e9), "40 GbE, usNIC": (1.93e-6, 37.23e9 / 8), "HDR InfiniBand": (0.6e-6, 25e9)}
RANKS = (2, 4, 8, 16, 32, 64, 128, 256)


def allreduce_seconds(ranks, size, network):
    """Thakur, Rabenseifner, Gropp 2005, without the additions: the better of recursive doubling and Rabenseifner's."""
    latency, rate = network
    rounds = math.ceil(math.log2(ranks))
    doubling = rounds * (latency + size / rate)
    halving = 2 * rounds * latency + 2 * (ranks - 1) / ranks * size / rate
    return min(doubling, halving)


def communication(model, ranks, network):
    return allreduce_seconds(ranks, model["gradient_bytes"], network) + sum(
        allreduce_seconds(ranks, size, network) for size in model["sums_bytes"])


def run(command, folder, environment=None):
    subprocess.run(command, cwd=train.ROOT, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
    with open(os.path.join(folder, "history.json")) as file:
        return min(json.load(file)["seconds"][1:])


def measure(name, program, epochs, folder):
    if name == "mnist":
        recipe, batch, samples = "examples/mnist/recipe.toml", 32, 60000
    else:
        recipe, _ = train.write_recipe(folder, name)
        _, _, batch, samples, _ = train.MODELS[name]
    out = os.path.join(folder, "out")
    command = [program, "train", recipe, "-o", out, "--epochs", str(epochs + 1)]
    steps = lambda size: math.ceil(samples / size)
    one = {size: run([*command, "--threads", "1", "--set", f"train.batch_size={size}"], out) / steps(size)
           for size in sorted({math.ceil(batch / p) for p in (1, *RANKS) if p <= batch}, reverse=True)}
    ranks = ["mpirun", "--allow-run-as-root", "-n", "2", *command]
    model = {"batch": batch, "one": one, "shared": run(ranks, out) / steps(batch),
             "apart": run(ranks, out, {"THIMBLE_RANKS_APART": "1"}) / steps(batch)}
    report = subprocess.run([program, "inspect", os.path.join(out, "model.keras"), "--json"], check=True, capture_output=True)
    parameters = sum(layer["parameters"] for layer in json.loads(report.stdout)["layers"])
    normalized = [] if name == "mnist" else normalized_channels(train.MODELS[name][4]())
    # inspect shows normalization folded into the layer before; it has two more trained weights a channel.
    model["gradient_bytes"] = 4 * (parameters + 2 * sum(normalized) + 16)  # and a message
    model["sums_bytes"] = [16 * channels for channels in normalized for _ in range(2)]
    return model


def normalized_channels(layers):
    """Of each BatchNormalization."""
    result, channels = [], 0
    for layer in layers:
        channels = layer.get("filters", layer.get("units", channels))
        if layer["type"] == "BatchNormalization":
            result.append(channels)
    return result


def measure_mpi(folder):
    """Latency and rate of MPI_Allreduce between two processes here, from a short and a long one."""
    program = os.path.join(folder, "allreduce")
    subprocess.run(["mpicc", "-O2", "bench/allreduce.c", "-o", program], cwd=train.ROOT, check=True)
    output = subprocess.run(["mpirun", "--allow-run-as-root", "-n", "2", program, "1024", "98304"], check=True,
                            capture_output=True, text=True).stdout
    short, long = (float(line.split()[1]) for line in output.splitlines())
    rate = (98304 - 1024) / (long - short)
    return short - 1024 / rate, rate


def show(name, model, mpi):
    batch, one = model["batch"], model["one"]
    print(f"\n## {name}: batch {batch}, gradients {model['gradient_bytes']} bytes, {len(model['sums_bytes'])} sums of "
          f"{sum(model['sums_bytes'])} bytes")
    print("one rank, us a step: " + ", ".join(f"batch {n}: {t * 1e6:.1f}" for n, t in one.items()))
    predicted = one[math.ceil(batch / 2)] + communication(model, 2, mpi)
    print(f"two ranks, us a step: shared memory {model['shared'] * 1e6:.1f} ({one[batch] / model['shared']:.2f} times one), "
          f"Open MPI {model['apart'] * 1e6:.1f} ({one[batch] / model['apart']:.2f}), model {predicted * 1e6:.1f}")
    for kind in ("strong", "weak"):
        print(f"| {kind} | " + " | ".join(str(p) for p in RANKS) + " |")
        for network in NETWORKS:
            cells = []
            for p in RANKS:
                if kind == "strong" and p > batch:
                    cells.append("-")
                    continue
                compute = one[math.ceil(batch / p)] if kind == "strong" else one[batch]
                step = compute + communication(model, p, NETWORKS[network])
                cells.append(f"{one[batch] / step * (1 if kind == 'strong' else p):.1f}")
            print(f"| {network} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", default="mnist,kws,ic")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--thimble", default=os.path.join(train.ROOT, "build", "release", "thimble"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        mpi = measure_mpi(folder)
        print(f"MPI_Allreduce of two processes here: {mpi[0] * 1e6:.2f} us and {mpi[1] / 1e9:.1f} GB/s")
        for name in arguments.models.split(","):
            show(name, measure(name, os.path.abspath(arguments.thimble), arguments.epochs, folder), mpi)


if __name__ == "__main__":
    main()
