#!/bin/sh
# Trains, converts and measures: run it in the repository, after ./demo.sh or a build. The output folder may be named.
set -e
cd "$(dirname "$0")/../.."
thimble=build/release/thimble
out=${1:-out/mnist-tiny}

$thimble train examples/mnist-tiny/recipe.toml -o "$out"
$thimble convert "$out/model.keras" -o "$out/int8.tflite" --quantize int8
$thimble eval "$out/int8.tflite" --data data/mnist -o "$out/accuracy.json"
$thimble bench "$out/int8.tflite" --on m4 --optimize size --ram 1100 --data data/mnist:200
