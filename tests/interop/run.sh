#!/usr/bin/env bash
# Trains, converts and quantizes with the program THIMBLE, and shows that Keras, LiteRT and TFLM agree with it.
# usage: run.sh THIMBLE; the peers come from PyPI into build/peers.
set -euo pipefail
cd "$(dirname "$0")/../.."
thimble=$(realpath "$1")
python=build/peers/bin/python
if [ ! -x $python ]; then
  python3 -m venv build/peers
  build/peers/bin/pip install --quiet tensorflow keras ai-edge-litert tflite-micro numpy
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$thimble" train examples/mnist/recipe.toml -o "$folder"
"$thimble" convert "$folder/model.keras" -o "$folder/float.tflite"
"$thimble" convert "$folder/model.keras" -o "$folder/int8.tflite" --quantize int8 --calibrate data/mnist:500
for scheme in dynamic float16; do
  "$thimble" convert "$folder/model.keras" -o "$folder/$scheme.tflite" --quantize $scheme
done
export TF_CPP_MIN_LOG_LEVEL=3
$python tests/interop/keras_check.py "$thimble" "$folder/model.keras" data/mnist
$python tests/interop/training_check.py "$thimble"
if [ -d ../shared/corpus ]; then $python tests/interop/convert_check.py "$thimble" ../shared/corpus; fi
$python tests/interop/tflite_check.py "$thimble" data/mnist "$folder/float.tflite" "$folder/int8.tflite" \
  --litert "$folder/dynamic.tflite" "$folder/float16.tflite"
