"""What Keras's optimizers, schedules, losses, metrics and callbacks give, for tests/training_test.cpp.

    python tests/golden/training.py > tests/golden/training.json
"""

import json
import math
import sys

import keras
import numpy as np
import sklearn.metrics
import tensorflow as tf

rng = np.random.default_rng(7)


def numbers(values):
    return [float(np.float32(v)) for v in np.asarray(values).reshape(-1)]


# ---- optimizers: two variables of 32 and 16 numbers, all 1 at first, and gradients that are sines


def run_optimizer(class_name, config, steps=6, l1=0.0, l2=0.0):
    config = dict(config)
    entry = {"class_name": class_name, "config": dict(config), "steps": steps, "l1": l1, "l2": l2}
    if isinstance(config.get("learning_rate"), keras.optimizers.schedules.LearningRateSchedule):
        schedule = config["learning_rate"]
        entry["config"]["learning_rate"] = schedule.get_config()["initial_learning_rate"]
        entry["schedule"] = {"class_name": type(schedule).__name__, "config": schedule_config(schedule)}
    optimizer = getattr(keras.optimizers, class_name)(**config)
    variables = [keras.Variable(np.ones(32, np.float32)), keras.Variable(np.ones(16, np.float32))]
    for step in range(1, steps + 1):
        gradient = np.sin(np.float32(7 * step) + np.arange(48, dtype=np.float32)).astype(np.float32)
        parts = [tf.constant(gradient[:32]), tf.constant(gradient[32:])]
        w = variables[0].numpy()
        parts[0] = parts[0] + l1 * np.sign(w) + 2 * l2 * w
        optimizer.apply(parts, variables)
    entry["values"] = numbers(np.concatenate([v.numpy() for v in variables]))
    if config.get("use_ema"):
        optimizer.finalize_variable_values(variables)
        entry["averages"] = numbers(np.concatenate([v.numpy() for v in variables]))
    return entry


def schedule_config(schedule):
    config = {k: v for k, v in schedule.get_config().items() if k != "name" and v is not None}
    return config


def optimizers():
    s = keras.optimizers.schedules
    return [
        run_optimizer("SGD", {"learning_rate": 0.1}),
        run_optimizer("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
        run_optimizer("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
        run_optimizer("SGD", {"learning_rate": 0.1, "weight_decay": 0.05}),
        run_optimizer("SGD", {"learning_rate": 0.1, "clipnorm": 1.0}),
        run_optimizer("SGD", {"learning_rate": 0.1, "global_clipnorm": 1.5}),
        run_optimizer("SGD", {"learning_rate": 0.1, "clipvalue": 0.3}),
        run_optimizer("SGD", {"learning_rate": 0.1}, l1=0.03, l2=0.02),
        run_optimizer("SGD", {"learning_rate": 0.1, "clipnorm": 1.0, "momentum": 0.5}, l1=0.1),
        run_optimizer("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.8}),
        run_optimizer("Adam", {"learning_rate": 0.02}),
        run_optimizer("Adam", {"learning_rate": 0.02, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-2}),
        run_optimizer("Adam", {"learning_rate": 0.02, "clipnorm": 1.0, "use_ema": True, "ema_momentum": 0.9}),
        run_optimizer("Adam", {"learning_rate": s.CosineDecay(0.02, 5)}),
        run_optimizer("AdamW", {"learning_rate": 0.02, "weight_decay": 0.1}),
        run_optimizer("RMSprop", {"learning_rate": 0.01}),
        run_optimizer("RMSprop", {"learning_rate": 0.01, "momentum": 0.6, "rho": 0.8}),
        run_optimizer("RMSprop", {"learning_rate": 0.01, "centered": True, "epsilon": 1e-3}),
        run_optimizer("RMSprop", {"learning_rate": 0.01, "centered": True, "momentum": 0.5, "epsilon": 1e-3}),
        run_optimizer("Lion", {"learning_rate": 0.01}),
        run_optimizer("Lion", {"learning_rate": 0.01, "beta_1": 0.7, "beta_2": 0.8, "weight_decay": 0.1}),
        run_optimizer("Lion", {"learning_rate": s.ExponentialDecay(0.01, 2, 0.5)}),
    ]


def schedules():
    s = keras.optimizers.schedules
    cases = [
        s.CosineDecay(0.1, 40),
        s.CosineDecay(0.1, 40, alpha=0.2),
        s.CosineDecay(0.0, 30, alpha=0.1, warmup_target=0.2, warmup_steps=10),
        s.CosineDecayRestarts(0.1, 10),
        s.CosineDecayRestarts(0.1, 10, t_mul=1.0, m_mul=0.5, alpha=0.1),
        s.ExponentialDecay(0.1, 10, 0.7),
        s.ExponentialDecay(0.1, 10, 0.7, staircase=True),
        s.InverseTimeDecay(0.1, 10, 0.7),
        s.InverseTimeDecay(0.1, 10, 0.7, staircase=True),
        s.PolynomialDecay(0.1, 30, 0.01, power=0.5),
        s.PolynomialDecay(0.1, 12, 0.01, power=2.0, cycle=True),
        s.PiecewiseConstantDecay([5, 20], [0.1, 0.03, 0.01]),
    ]
    steps = [0, 1, 4, 5, 6, 9, 10, 11, 19, 21, 29, 33, 39, 40, 41, 55]
    entries = []
    for schedule in cases:
        config = schedule_config(schedule)
        entry = {"class_name": type(schedule).__name__, "config": config, "steps": steps}
        entry["values"] = config.pop("values", [])
        entry["rates"] = [float(schedule(step)) for step in steps]
        entries.append(entry)
    return entries


# ---- losses


def loss(class_name, config, outputs, targets, labels=None, keras_config=None):
    function = getattr(keras.losses, class_name)(**{**config, **(keras_config or {})})
    x = tf.Variable(outputs)
    with tf.GradientTape() as tape:
        value = function(targets if labels is None else labels, x)
    entry = {"class_name": class_name, "config": config, "outputs": numbers(outputs), "samples": len(outputs)}
    entry["targets"] = [] if targets is None else numbers(targets)
    entry["labels"] = [] if labels is None else [int(i) for i in labels]
    entry["loss"] = float(value)
    entry["gradient"] = numbers(tape.gradient(value, x))
    return entry


def losses():
    logits = (rng.normal(size=(6, 4)) * 2).astype(np.float32)
    labels = rng.integers(0, 4, 6)
    one_hot = np.eye(4, dtype=np.float32)[labels]
    soft = rng.dirichlet(np.ones(4), 6).astype(np.float32)
    bits = (rng.random((6, 4)) > 0.5).astype(np.float32)
    values = rng.normal(size=(6, 4)).astype(np.float32)
    of_logits = {"from_logits": True}
    return [
        loss("SparseCategoricalCrossentropy", {}, logits, None, labels, of_logits),
        loss("CategoricalCrossentropy", {}, logits, one_hot, None, of_logits),
        loss("CategoricalCrossentropy", {"label_smoothing": 0.1}, logits, one_hot, None, of_logits),
        loss("CategoricalCrossentropy", {"label_smoothing": 0.2}, logits, soft, None, of_logits),
        loss("BinaryCrossentropy", {}, logits, bits, None, of_logits),
        loss("BinaryCrossentropy", {"label_smoothing": 0.1}, logits, bits, None, of_logits),
        loss("MeanSquaredError", {}, logits, values),
        loss("MeanAbsoluteError", {}, logits, values),
        loss("Huber", {}, logits, values),
        loss("Huber", {"delta": 0.4}, logits, values),
    ]


def distillation():
    student = (rng.normal(size=(5, 4)) * 2).astype(np.float32)
    teacher = (rng.normal(size=(5, 4)) * 3).astype(np.float32)
    temperature = 3.0
    x = tf.Variable(student)
    with tf.GradientTape() as tape:
        value = keras.losses.KLDivergence()(
            tf.nn.softmax(teacher / temperature), tf.nn.softmax(x / temperature)) * temperature**2
    return {"student": numbers(student), "teacher": numbers(teacher), "temperature": temperature,
            "loss": float(value), "gradient": numbers(tape.gradient(value, x))}


# ---- metrics


def metrics():
    m = sklearn.metrics
    scores = rng.dirichlet(np.ones(4) * 0.7, 60).astype(np.float32)
    labels = rng.integers(0, 4, 60)
    labels[:30] = scores[:30].argmax(1)
    predicted = scores.argmax(1)
    one_hot = np.eye(4)[labels]
    top2 = keras.metrics.SparseTopKCategoricalAccuracy(k=2)
    top2.update_state(labels, scores)
    aucs = []
    for c in range(4):
        auc = keras.metrics.AUC()
        auc.update_state(one_hot[:, c], scores[:, c])
        aucs.append(float(auc.result()))
    binary = rng.random(80).astype(np.float32)
    bits = (binary + rng.normal(size=80) * 0.4 > 0.5).astype(int)
    keras_auc = keras.metrics.AUC()
    keras_auc.update_state(bits, binary)
    values = rng.normal(size=(40, 3)).astype(np.float32)
    outputs = (values + rng.normal(size=(40, 3)) * 0.5).astype(np.float32)
    average = {"average": "macro", "zero_division": 0}
    return [
        {"kind": "classes", "outputs": numbers(scores), "labels": [int(i) for i in labels], "targets": [], "values": {
            "top_k_categorical_accuracy": float(top2.result()),
            "precision": m.precision_score(labels, predicted, **average),
            "recall": m.recall_score(labels, predicted, **average),
            "f1_score": m.f1_score(labels, predicted, **average),
            "auc": float(np.mean(aucs))},
         "exact_auc": m.roc_auc_score(labels, scores.astype(np.float64) / scores.astype(np.float64).sum(1, keepdims=True), multi_class="ovr")},
        {"kind": "binary", "outputs": numbers(binary), "labels": [], "targets": [int(i) for i in bits], "values": {
            "precision": m.precision_score(bits, binary > 0.5),
            "recall": m.recall_score(bits, binary > 0.5),
            "f1_score": m.f1_score(bits, binary > 0.5),
            "auc": float(keras_auc.result())},
         "exact_auc": m.roc_auc_score(bits, binary)},
        {"kind": "numbers", "outputs": numbers(outputs), "labels": [], "targets": numbers(values), "values": {
            "mean_absolute_error": m.mean_absolute_error(values, outputs),
            "mean_squared_error": m.mean_squared_error(values, outputs),
            "r2_score": m.r2_score(values, outputs)}},
    ]


# ---- callbacks: what they do when val_loss (val_accuracy) takes these values


class Log(keras.callbacks.Callback):
    """Puts the next value into the logs, before the callback that is looked at."""

    def __init__(self, name, values):
        super().__init__()
        self.name, self.values, self.rates, self.epochs = name, values, [], 0

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]
        self.epochs += 1


class Rates(keras.callbacks.Callback):
    def __init__(self, log):
        super().__init__()
        self.log = log

    def on_epoch_end(self, epoch, logs=None):
        self.log.rates.append(float(self.model.optimizer.learning_rate.numpy()))


def callback(class_name, config, values):
    name = config.get("monitor", "val_loss")
    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["accuracy"])
    log = Log(name, values)
    looked_at = getattr(keras.callbacks, class_name)(**config)
    model.fit(np.ones((2, 1)), np.ones((2, 1)), epochs=len(values), verbose=0, callbacks=[log, looked_at, Rates(log)])
    return {"class_name": class_name, "config": config, "values": values, "epochs": log.epochs, "rates": log.rates}


def callbacks():
    plateau = [1.0, 0.9, 0.9, 0.9, 0.89995, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.7]
    return [
        callback("EarlyStopping", {"patience": 2}, plateau),
        callback("EarlyStopping", {"patience": 0}, [1.0, 0.5, 0.6, 0.4]),
        callback("EarlyStopping", {"patience": 3, "min_delta": 0.05}, plateau),
        callback("EarlyStopping", {"patience": 2, "start_from_epoch": 4}, plateau),
        callback("EarlyStopping", {"patience": 3, "baseline": 0.85}, plateau),
        callback("EarlyStopping", {"patience": 2, "monitor": "val_accuracy", "mode": "max"}, plateau),
        callback("ReduceLROnPlateau", {"patience": 2, "factor": 0.5}, plateau),
        callback("ReduceLROnPlateau", {"patience": 1, "factor": 0.1, "cooldown": 2, "min_lr": 0.002}, plateau),
        callback("ReduceLROnPlateau", {"patience": 1, "factor": 0.5, "min_delta": 0.2}, plateau),
    ]


json.dump({"optimizers": optimizers(), "schedules": schedules(), "losses": losses(), "distillation": distillation(),
           "metrics": metrics(), "callbacks": callbacks()}, sys.stdout)
