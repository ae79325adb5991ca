"""Cases of operators that keep a state along a sequence."""

import numpy as np

from cases import activation, operator, options, scale
from model import Case, Tensor


def variable(kind, shape, quantum=None, zero=0):
    return Tensor(kind, shape, None, (quantum,) if quantum else (), (zero,) if quantum else (), variable=True)


@operator
def unidirectional_sequence_lstm(rng):
    def parameter(kind, shape, quantum, span):
        if kind == "float32":
            return Tensor(kind, shape, rng.uniform(-span, span, shape).astype(np.float32), constant=True)
        values = np.round(rng.uniform(-span, span, shape) / quantum)
        return Tensor(kind, shape, values, (scale(quantum),), (0,), constant=True)

    def case(name, kind, first, second, depth, units, clip=0.0, time_major=False, cell_power=-12, hidden=(1 / 128, 0),
             span=1.0, **more):
        x = activation(rng, kind, (first, second, depth))
        batches = second if time_major else first
        floats = kind == "float32"
        w_kind = "float32" if floats else "int8"
        b_kind = {"float32": "float32", "int8": "int32", "int16": "int64"}[kind]
        w = [parameter(w_kind, (units, depth), rng.uniform(0.007, 0.009), span) for _ in range(4)]
        r = [parameter(w_kind, (units, units), rng.uniform(0.007, 0.009), span) for _ in range(4)]
        b = [parameter(b_kind, (units,), 1 if floats else x.scales[0] * v.scales[0], 0.5) for v in w]
        h = variable(kind, (batches, units), None if floats else scale(hidden[0]), hidden[1])
        c = variable("float32" if floats else "int16", (batches, units), None if floats else scale(2.0**cell_power))
        y = Tensor(kind, (first, second, units), None, h.scales, h.zero_points)
        inputs = [x, *w, *r, None, None, None, *b, None, None, h, c, None, None, None, None]
        fields = {"activation": "TANH", "cell_clip": clip, "time_major": time_major}
        wire = options("UnidirectionalSequenceLSTMOptions", fusedActivationFunction=4, cellClip=clip, projClip=0.0,
                       timeMajor=time_major)
        between = [] if floats else [Tensor(kind, (0,)) for _ in range(4)] + [Tensor(kind, (0,), None, h.scales, h.zero_points)]
        return Case(name, "UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, [y], fields, wire, intermediates=between, **more)

    for kind in ("float32", "int8", "int16"):
        fine = 1 / 128 if kind == "int8" else 1 / 32768
        yield case(f"{kind}", kind, 1, 5, 3, 4, hidden=(fine, 0))
        yield case(f"{kind}, two batches, clipped", kind, 2, 4, 2, 3, clip=0.3, hidden=(fine, 0), span=1.1)
        yield case(f"{kind}, time major", kind, 4, 2, 3, 3, time_major=True, hidden=(fine, 0))
    yield case("int8, zero point, coarse cell", "int8", 1, 6, 4, 5, cell_power=-11, hidden=(0.0071, 7))
    yield case("int8, fine cell", "int8", 1, 6, 4, 5, cell_power=-15, hidden=(0.0071, -3))
    for power in (-9, -11, -12, -15):
        yield case(f"int8, litert, cell {power}", "int8", 1, 6, 4, 5, cell_power=power, hidden=(0.0071, 7), litert=True)
    yield case("int8, litert, two batches, clipped", "int8", 2, 4, 2, 3, clip=0.3, hidden=(1 / 128, 0), span=1.1, litert=True)


@operator
def svdf(rng):
    def parameter(kind, shape, quantum):
        if kind == "float32":
            return Tensor(kind, shape, rng.uniform(-1, 1, shape).astype(np.float32), constant=True)
        most = 32767 if kind == "int16" else 127
        return Tensor(kind, shape, rng.integers(-most, most + 1, shape), (scale(quantum),), (0,), constant=True)

    def case(name, kind, state_kind, batches, depth, units, rank, memory, act="NONE", with_bias=True, **more):
        x = activation(rng, kind, (batches, depth))
        floats = kind == "float32"
        feature = parameter(kind, (units * rank, depth), 0.008)
        time = parameter(state_kind, (units * rank, memory), 1 / 32768 if state_kind == "int16" else 1 / 128)
        fine = 4 / 32768 if state_kind == "int16" else 4 / 128
        state = variable(state_kind, (batches, memory * units * rank), None if floats else scale(fine))
        inputs = [x, feature, time, None, state]
        if with_bias:
            quantum = 1 if floats else np.float32(state.scales[0]) * np.float32(time.scales[0])
            values = rng.uniform(-1, 1, units) / quantum
            inputs[3] = Tensor("float32" if floats else "int32", (units,), values if floats else np.round(values),
                               () if floats else (scale(quantum),), () if floats else (0,), constant=True)
        y = Tensor(kind, (batches, units), None, () if floats else (scale(6 / 255),), () if floats else (-9,))
        fields = {"rank": rank, "activation": act}
        wire = options("SVDFOptions", rank=rank, fusedActivationFunction=1 if act == "RELU" else 0)
        return Case(name, "SVDF", inputs, [y], fields, wire, **more)

    yield case("float", "float32", "float32", 2, 5, 3, 2, 4, "RELU")
    yield case("float, rank 1", "float32", "float32", 1, 4, 4, 1, 3)
    yield case("int8, 16-bit state", "int8", "int16", 2, 5, 3, 2, 4)
    yield case("int8, 8-bit state", "int8", "int8", 1, 7, 4, 1, 6)
