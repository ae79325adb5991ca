#!/usr/bin/env bash
# The main job, from MNIST to firmware: sets up, builds, trains, converts, quantizes, evaluates, compiles, runs on emulated
# boards, reports. Results go to out/ and report/.
set -euo pipefail
cd "$(dirname "$0")"

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }

step "Set-up: missing packages, release build"
bash scripts/setup.sh demo
tests=$(grep -s '^THIMBLE_TESTS:' build/release/CMakeCache.txt | cut -d= -f2 || true)
cmake --preset release -DTHIMBLE_TESTS="${tests:-OFF}" >/dev/null
cmake --build --preset release --target thimble
thimble=build/release/thimble
started=$SECONDS

step "1. Train: the classifier of examples/mnist/recipe.toml on 60,000 digits"
$thimble train examples/mnist/recipe.toml -o out

step "2. Convert: model.keras to a float .tflite"
$thimble convert out/model.keras -o out/float.tflite

step "3. Quantize: to 8-bit integers, with the ranges seen on 500 training images"
$thimble convert out/model.keras -o out/int8.tflite --quantize int8 --calibrate data/mnist:500

step "4. Evaluate: all three on the 10,000 test images"
for model in model.keras float.tflite int8.tflite; do
  $thimble eval out/$model --data data/mnist:test --json >out/eval-${model%.*}.json
done
$thimble eval out/int8.tflite --data data/mnist:test

step "5. Compile to C, build firmware, and run it on emulated boards"
$thimble compile out/int8.tflite --target cortex-m4 --optimize speed -o out/firmware
echo "A Cortex-M0 with 16 kB of RAM, one digit:"
$thimble run out/int8.tflite --sample data/mnist --index 7 --on m0
echo "A Cortex-M4, the same digit:"
$thimble run out/int8.tflite --sample data/mnist --index 7 --on m4
echo "200 test images, outputs compared with the host's:"
$thimble bench out/int8.tflite --on m4,m0 --data data/mnist:200 --optimize speed --layers --keep out/boards --json >out/bench-speed.json
$thimble bench out/int8.tflite --on m4,m0 --data data/mnist:200 --optimize size --json >out/bench-size.json
$thimble bench out/int8.tflite --on m4,m0 --data data/mnist:200 --optimize ram --json >out/bench-ram.json
$thimble bench out/float.tflite --on m4 --data data/mnist:20 --optimize speed --json >out/bench-float.json

step "6. Report"
$thimble report out/history.json out/eval-{model,float,int8}.json out/bench-{speed,size,ram,float}.json -o report \
  --data data/mnist --recipe examples/mnist/recipe.toml --package out/firmware

step "Done in $((SECONDS - started)) s: open report/index.html"
