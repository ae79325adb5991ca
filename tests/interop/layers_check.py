"""Every layer of the recipe against Keras 3, LiteRT and TFLM (PyPI: keras, tensorflow, ai-edge-litert, tflite-micro).

usage: layers_check.py THIMBLE [SUBSTRING] [--board]

For each layer a small model is built in Keras and saved. `thimble run` must give Keras's outputs within 1e-5; the float .tflite
that `thimble convert` makes must give them in LiteRT and TFLM, too; its int8 form must give the same bits in LiteRT, TFLM and
`thimble run`. Then a recipe of the same layer is trained for a step, and Keras must open the model and give our outputs. With
--board the float model also runs on the emulated Cortex-M4. Exits 0 when all agree.
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

SAMPLES = 6
IMAGE, SEQUENCE, VECTOR = (6, 5, 3), (7, 3), (8,)


def layer(type_, shape, **arguments):
    return {"shape": shape, "layers": [{"type": type_, **arguments}]}


def activation(name):
    return layer("Dense", VECTOR, units=5, activation=name)


def bidirectional(type_, merge_mode, **arguments):
    return layer("Bidirectional", SEQUENCE, merge_mode=merge_mode, layer={"type": type_, "units": 5, **arguments})


def merge(type_, **arguments):
    return {"shape": VECTOR,
            "layers": [{"type": "Dense", "name": "a", "units": 6}, {"type": "Dense", "name": "b", "units": 6, "inputs": ["input"]},
                       {"type": type_, "inputs": ["a", "b"], **arguments}]}


CASES = {
    "conv1d": layer("Conv1D", SEQUENCE, filters=4, kernel_size=3, activation="relu"),
    "conv1d_causal": layer("Conv1D", SEQUENCE, filters=4, kernel_size=3, padding="causal", dilation_rate=2),
    "conv1d_same_strided": layer("Conv1D", SEQUENCE, filters=4, kernel_size=3, padding="same", strides=2, use_bias=False),
    "conv2d": layer("Conv2D", IMAGE, filters=4, kernel_size=[3, 2], strides=[2, 1], padding="same", activation="gelu"),
    "depthwise_conv2d": layer("DepthwiseConv2D", IMAGE, kernel_size=3, depth_multiplier=2, activation="relu6"),
    "separable_conv2d": layer("SeparableConv2D", IMAGE, filters=5, kernel_size=3, depth_multiplier=2, padding="same"),
    "separable_conv1d": layer("SeparableConv1D", SEQUENCE, filters=5, kernel_size=3, activation="relu"),
    "conv2d_transpose": layer("Conv2DTranspose", IMAGE, filters=4, kernel_size=3, strides=2, padding="same"),
    "conv2d_transpose_valid": layer("Conv2DTranspose", IMAGE, filters=2, kernel_size=[2, 3], strides=2, activation="relu"),
    "max_pooling1d": layer("MaxPooling1D", SEQUENCE, pool_size=2),
    "average_pooling1d": layer("AveragePooling1D", SEQUENCE, pool_size=3, strides=2, padding="same"),
    "max_pooling2d": layer("MaxPooling2D", IMAGE, pool_size=2),
    "average_pooling2d": layer("AveragePooling2D", IMAGE, pool_size=[2, 3], strides=1),
    "global_average_pooling1d": layer("GlobalAveragePooling1D", SEQUENCE),
    "global_average_pooling2d": layer("GlobalAveragePooling2D", IMAGE, keepdims=True),
    "global_max_pooling1d": layer("GlobalMaxPooling1D", SEQUENCE, keepdims=True),
    "global_max_pooling2d": layer("GlobalMaxPooling2D", IMAGE),
    "zero_padding2d": layer("ZeroPadding2D", IMAGE, padding=[[1, 0], [2, 1]]),
    "batch_normalization": layer("BatchNormalization", IMAGE),
    "layer_normalization": layer("LayerNormalization", SEQUENCE),
    "simple_rnn": layer("SimpleRNN", SEQUENCE, units=5),
    "simple_rnn_all": layer("SimpleRNN", SEQUENCE, units=5, return_sequences=True, activation="relu", go_backwards=True),
    "gru": layer("GRU", SEQUENCE, units=5),
    "gru_all": layer("GRU", SEQUENCE, units=5, return_sequences=True),
    "gru_backwards": layer("GRU", SEQUENCE, units=5, go_backwards=True, use_bias=False),
    "gru_reset_before": layer("GRU", SEQUENCE, units=5, reset_after=False),
    "gru_reset_before_all": layer("GRU", SEQUENCE, units=5, reset_after=False, return_sequences=True, go_backwards=True),
    "bidirectional_gru": bidirectional("GRU", "concat", return_sequences=True),
    "bidirectional_gru_before": bidirectional("GRU", "mul", reset_after=False),
    "bidirectional_lstm": bidirectional("LSTM", "concat"),
    "bidirectional_lstm_all": bidirectional("LSTM", "sum", return_sequences=True),
    "bidirectional_simple_rnn": bidirectional("SimpleRNN", "ave", return_sequences=True, activation="relu"),
    "lstm": layer("LSTM", SEQUENCE, units=5),
    "lstm_all": layer("LSTM", SEQUENCE, units=5, return_sequences=True, unit_forget_bias=False),
    "lstm_backwards": layer("LSTM", SEQUENCE, units=5, go_backwards=True),
    "dense_sequence": layer("Dense", SEQUENCE, units=4, activation="softmax"),
    "embedding": {**layer("Embedding", (6,), input_dim=9, output_dim=4), "integers": 9},
    "attention": {"shape": SEQUENCE, "layers": [{"type": "MultiHeadAttention", "num_heads": 2, "key_dim": 4,
                                                  "inputs": ["input", "input"]}]},
    "attention_value_dim": {"shape": SEQUENCE, "layers": [
        {"type": "Dense", "name": "q", "units": 6},
        {"type": "MultiHeadAttention", "num_heads": 2, "key_dim": 3, "value_dim": 5, "output_shape": 7, "use_bias": False,
         "inputs": ["q", "input", "input"]}]},
    "add": merge("Add"), "subtract": merge("Subtract"), "multiply": merge("Multiply"), "average": merge("Average"),
    "maximum": merge("Maximum"), "minimum": merge("Minimum"), "concatenate": merge("Concatenate"),
    "relu": layer("ReLU", VECTOR), "relu_limited": layer("ReLU", VECTOR, max_value=1.5, negative_slope=0.1),
    "leaky_relu_layer": layer("LeakyReLU", VECTOR), "elu_layer": layer("ELU", VECTOR), "softmax_layer": layer("Softmax", VECTOR),
    "reshape": layer("Reshape", IMAGE, target_shape=[10, -1]), "flatten": layer("Flatten", IMAGE),
    "dropout": layer("Dropout", VECTOR, rate=0.5),
    **{f"activation_{name}": activation(name) for name in
       ("relu", "relu6", "leaky_relu", "elu", "gelu", "silu", "hard_silu", "sigmoid", "tanh", "softmax", "softplus")},
}
INDICES = "indices"
OPTIMIZED = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
KERAS_INPUTS_APART = ("MultiHeadAttention",)
# What TFLM's interpreter in Python lacks.
NO_TFLM = ("conv2d", "activation_gelu")  # GELU
# LiteRT's BATCH_MATMUL of two activations rounds as TFLM's does, its FULLY_CONNECTED does not.
NO_LITERT_INT8 = ("attention", "attention_value_dim")
NO_TFLM_INT8 = ("activation_softplus",)  # EXP in 8 bits


def keras_model(case):
    """The case's layers in Keras, with weights and averages that are not what layers begin with."""
    keras.utils.set_random_seed(7)
    outputs = {"input": keras.Input(case["shape"])}
    last = outputs["input"]
    for entry in case["layers"]:
        arguments = {k: v for k, v in entry.items() if k not in ("type", "inputs")}
        if "layer" in arguments:
            inner = dict(arguments["layer"])
            arguments["layer"] = getattr(keras.layers, inner.pop("type"))(**inner)
        inputs = [outputs[name] for name in entry["inputs"]] if "inputs" in entry else [last]
        made = getattr(keras.layers, entry["type"])(**arguments)
        last = made(*inputs) if len(inputs) == 1 or entry["type"] in KERAS_INPUTS_APART else made(inputs)
        outputs[entry.get("name", "")] = last
    model = keras.Model(outputs["input"], last)
    random = np.random.default_rng(5)
    model.set_weights([w + random.uniform(0.05, 0.3, w.shape).astype(np.float32) for w in model.get_weights()])
    return model


def samples(case):
    random = np.random.default_rng(3)
    if "integers" in case:
        return random.integers(0, case["integers"], (SAMPLES, *case["shape"])).astype(np.float32)
    return random.normal(size=(SAMPLES, *case["shape"])).astype(np.float32)


def toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {toml(entry)}" for name, entry in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) else str(value)


def recipe(case):
    lines = ["[data]", 'path = "data.npz"', f"shape = {list(case['shape'])}", "[train]", 'optimizer = "sgd"', 'loss = "sparse_categorical_crossentropy"',
             "from_logits = true", "batch_size = 3", "epochs = 1"]
    head = [{"type": "Flatten"}, {"type": "Dense", "units": 3}]
    for entry in case["layers"] + head:
        lines += ["[[layers]]"] + [f"{name} = {toml(value)}" for name, value in entry.items()]
    return "\n".join(lines) + "\n"


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError((done.stderr or done.stdout).strip().splitlines()[-1])
    return done.stdout


def thimble_run(thimble, model, inputs, *more):
    with tempfile.TemporaryDirectory() as folder:
        if INDICES in model:  # a model that begins with an Embedding takes integers
            inputs = inputs.astype(np.int32)
        np.save(f"{folder}/in.npy", inputs[:, None])
        run(thimble, "run", model, "--input", f"{folder}/in.npy", "--output", f"{folder}/out.npy", *more)
        return np.load(f"{folder}/out.npy")[:, 0]


def litert(model, inputs, resolver=OpResolverType.BUILTIN_REF):
    """By the reference kernels, or, where there is none (ELU), by the optimized ones."""
    try:
        interpreter = Interpreter(model_path=model, experimental_op_resolver_type=resolver, num_threads=1)
        interpreter.allocate_tensors()
    except ValueError:
        if resolver == OPTIMIZED:
            raise
        return litert(model, inputs, OPTIMIZED)
    outputs = []
    for entry in inputs:
        interpreter.reset_all_variables()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], entry[None])
        interpreter.invoke()
        outputs.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0].copy())
    return np.stack(outputs)


def tflm(model, inputs):
    outputs = []
    for entry in inputs:
        interpreter = runtime.Interpreter.from_file(model, arena_size=4 << 20)
        interpreter.set_input(entry[None], 0)
        interpreter.invoke()
        outputs.append(interpreter.get_output(0)[0].copy())
    return np.stack(outputs)


def quantized(inputs, model):
    details = Interpreter(model_path=model).get_input_details()[0]
    if details["dtype"] != np.int8:
        return inputs.astype(details["dtype"])
    scale, zero_point = details["quantization"]
    return np.clip(np.round(inputs / np.float32(scale)) + zero_point, -128, 127).astype(np.int8)


class Check:
    def __init__(self, thimble, name, folder, board):
        self.thimble, self.name, self.folder, self.board = thimble, name, folder, board
        self.case, self.faults = CASES[name], []
        if "integers" in self.case:
            self.folder += f"/{INDICES}"
            os.mkdir(self.folder)

    def compare(self, what, make, want, exact=False):
        try:
            got = make()
        except (RuntimeError, ValueError, TypeError) as error:
            self.faults.append(f"{what}: {' '.join(str(error).split())[-300:]}")
            return
        if got.shape != want.shape:
            self.faults.append(f"{what}: {got.shape}, expected {want.shape}")
        elif exact and (got != want).any():
            self.faults.append(f"{what}: {np.count_nonzero(got != want)} of {got.size} differ")
        elif not exact:
            error = np.abs(got.astype(np.float64) - want).max() / max(1.0, np.abs(want).max())
            if not error <= 1e-5:
                self.faults.append(f"{what}: differs by {error:.1e}")

    def run(self):
        inputs = samples(self.case)
        model = keras_model(self.case)
        path = f"{self.folder}/keras.keras"
        model.save(path)
        want = model.predict(inputs, verbose=0)
        self.compare("thimble run of Keras's file", lambda: thimble_run(self.thimble, path, inputs), want)
        if self.board:
            self.compare("board", lambda: thimble_run(self.thimble, path, inputs[:2], "--on", "m4"), want[:2])
        self.converted(path, inputs, want)
        self.quantized(path, inputs, want)
        self.trained(inputs)
        return self.faults

    def converted(self, path, inputs, want):
        file = f"{self.folder}/float.tflite"
        try:
            run(self.thimble, "convert", path, "-o", file)
        except RuntimeError as error:
            self.faults.append(f"convert: {error}")
            return
        typed = quantized(inputs, file)
        self.compare("LiteRT", lambda: litert(file, typed), want)
        if self.name not in NO_TFLM:
            self.compare("TFLM", lambda: tflm(file, typed), want)

    def quantized(self, path, inputs, want):
        file, data = f"{self.folder}/int8.tflite", f"{self.folder}/data.npz"
        labels = np.arange(SAMPLES, dtype=np.int64) % 3
        np.savez(data, x_train=inputs, y_train=labels, x_test=inputs, y_test=labels)
        try:
            run(self.thimble, "convert", path, "-o", file, "--quantize", "int8", "--calibrate", data)
        except RuntimeError as error:
            self.faults.append(f"int8: {error}")
            return
        typed = quantized(inputs, file)
        ours = thimble_run(self.thimble, file, typed)
        if self.name not in NO_TFLM + NO_TFLM_INT8:
            self.compare("int8 TFLM", lambda: tflm(file, typed), ours, exact=True)
        details = Interpreter(model_path=file).get_output_details()[0]
        scale, zero_point = details["quantization"]
        error = np.abs((ours.astype(np.float32) - zero_point) * scale - want).max() / max(np.ptp(want), 1e-6)
        if error > 0.15:
            self.faults.append(f"int8 is {error:.2f} of the range away from float")
        # Its optimized kernels round as --rounding litert says, its reference ones sometimes, too (docs/rounding.md).
        rounded = thimble_run(self.thimble, file, typed, "--rounding", "litert")
        faults = len(self.faults)
        if self.name in NO_LITERT_INT8:
            return
        for resolver, bits in ((OpResolverType.BUILTIN_REF, ours), (OpResolverType.BUILTIN_REF, rounded), (OPTIMIZED, rounded)):
            del self.faults[faults:]
            self.compare("int8 LiteRT", lambda: litert(file, typed, resolver), bits, exact=True)
            if len(self.faults) == faults:
                break

    def trained(self, inputs):
        with open(f"{self.folder}/recipe.toml", "w") as file:
            file.write(recipe(self.case))
        try:
            run(self.thimble, "train", f"{self.folder}/recipe.toml", "-o", f"{self.folder}/out")
        except RuntimeError as error:
            self.faults.append(f"train: {error}")
            return
        path = f"{self.folder}/out/model.keras"
        try:
            ours = thimble_run(self.thimble, path, inputs)
        except RuntimeError as error:
            self.faults.append(f"thimble run of our file: {error}")
            return
        self.compare("Keras of our file", lambda: keras.models.load_model(path).predict(inputs, verbose=0), ours)


def main():
    words = [word for word in sys.argv[2:] if not word.startswith("--")]
    part, board = "".join(words[:1]), "--board" in sys.argv
    failed = 0
    names = [name for name in CASES if part in name]
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            faults = Check(sys.argv[1], name, folder, board).run()
        failed += bool(faults)
        for fault in faults:
            print(f"{name}: {fault}", flush=True)
    print(f"{len(names)} layers, {failed} with faults")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
