#!/usr/bin/env bash
# Sets up, builds and passes the tests. --all adds sanitizers, clang, formatting and clang-tidy; --interop adds the comparison
# with Keras, LiteRT and TFLM (from PyPI, into build/peers).
set -euo pipefail
cd "$(dirname "$0")"

all=no
interop=no
for argument in "$@"; do
  case "$argument" in
    --all) all=yes ;;
    --interop) interop=yes ;;
    *) echo "usage: ./test.sh [--all] [--interop]" >&2; exit 2 ;;
  esac
done

kind=test
if [ $all = yes ] || [ $interop = yes ]; then kind=all; fi
bash scripts/setup.sh $kind

# Configures and builds a preset of CMakePresets.json with its tests.
build() {
  cmake --preset "$1" -DTHIMBLE_TESTS=ON >/dev/null
  cmake --build --preset "$1"
}

[ -d ../shared/corpus ] || echo "note: ../shared/corpus is not here; the tests that use it are skipped"
build release
if [ $interop = yes ]; then bash tests/interop/run.sh build/release/thimble; fi
if [ $all = yes ]; then
  bash scripts/format.sh --check
  build clang
  bash scripts/tidy.sh
  build asan
  ctest --test-dir build/asan --output-on-failure -j"$(nproc)"
  THIMBLE_KILLS=50 build/release/tests/error_test --gtest_filter="Resume.*"
fi
ctest --test-dir build/release --output-on-failure -j"$(nproc)"
