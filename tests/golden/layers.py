"""Makes *_layers.keras and *_layers.npz beside this file: models of most layers, inputs, and Keras's outputs for them.

usage: layers.py [NAME...] (PyPI: keras, tensorflow)
"""
import os
import sys

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras  # noqa: E402

L = keras.layers
FOLDER = os.path.dirname(os.path.abspath(__file__))


def sequence_model():
    x = keras.Input((8, 3))
    a = L.Conv1D(6, 3, padding="causal", dilation_rate=2, activation="silu")(x)
    a = L.MaxPooling1D(2)(L.SeparableConv1D(6, 3, padding="same", activation="elu")(a))
    a = L.LayerNormalization()(a)
    a = L.Add()([a, L.MultiHeadAttention(2, 3, value_dim=4)(a, a)])
    gru = L.GRU(5, return_sequences=True)(a)
    lstm = L.LSTM(4, return_sequences=True, go_backwards=True)(a)
    both = L.Concatenate()([gru, lstm, L.AveragePooling1D(3, 1, padding="same")(a)])
    last = L.SimpleRNN(6, go_backwards=True)(both)
    average = L.GlobalAveragePooling1D()(both)
    return keras.Model(x, L.Dense(4, activation="softmax")(L.Concatenate()([last, average, L.GlobalMaxPooling1D()(both)])))


def image_model():
    x = keras.Input((6, 5, 2))
    a = L.SeparableConv2D(4, 3, padding="same", depth_multiplier=2, activation="gelu")(x)
    b = L.Conv2D(4, 3, padding="same", activation="hard_silu")(x)
    a = L.Average()([L.Subtract()([a, b]), L.Multiply()([a, b]), L.Maximum()([a, b]), L.Minimum()([a, b])])
    a = L.BatchNormalization()(L.LeakyReLU()(a))
    a = L.Conv2DTranspose(3, 3, strides=2, padding="same", activation="tanh")(a)
    a = L.Conv2DTranspose(3, [2, 3], strides=[1, 2], activation="softplus")(a)
    return keras.Model(x, L.Dense(3, activation="sigmoid")(L.GlobalMaxPooling2D()(a)))


def embedding_model():
    x = keras.Input((5,))
    return keras.Model(x, L.GRU(4, use_bias=False)(L.Embedding(11, 3)(x)))


def directions_model():
    x = keras.Input((6, 3))
    a = L.Bidirectional(L.LSTM(4, return_sequences=True))(x)
    a = L.Bidirectional(L.GRU(3, return_sequences=True, reset_after=False), merge_mode="ave")(a)
    return keras.Model(x, L.Bidirectional(L.SimpleRNN(5), merge_mode="mul")(a))


def main():
    random = np.random.default_rng(1)
    for name, make in (("sequence", sequence_model), ("image", image_model), ("embedding", embedding_model),
                       ("directions", directions_model)):
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        keras.utils.set_random_seed(2)
        model = make()
        model.set_weights([w + random.uniform(0.02, 0.2, w.shape).astype(np.float32) for w in model.get_weights()])
        shape = (3, *model.input_shape[1:])
        x = random.integers(0, 11, shape) if name == "embedding" else random.normal(size=shape)
        x = x.astype(np.float32)
        model.save(f"{FOLDER}/{name}_layers.keras")
        np.savez_compressed(f"{FOLDER}/{name}_layers.npz", x=x, y=model.predict(x, verbose=0))


if __name__ == "__main__":
    main()
