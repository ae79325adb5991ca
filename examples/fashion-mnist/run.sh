#!/bin/sh
# Fetches the data, trains, converts and measures: run it in the repository, after ./demo.sh or a build. The output folder
# may be named.
set -e
cd "$(dirname "$0")/../.."
thimble=build/release/thimble
out=${1:-out/fashion-mnist}

examples/fashion-mnist/download.sh
$thimble train examples/fashion-mnist/recipe.toml -o "$out"
$thimble convert "$out/model.keras" -o "$out/int8.tflite" --quantize int8
$thimble eval "$out/int8.tflite" --data data/fashion-mnist -o "$out/accuracy.json"
$thimble bench "$out/int8.tflite" --on m4 --optimize size --ram 1600 --data data/fashion-mnist:200
