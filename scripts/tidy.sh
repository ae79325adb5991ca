#!/usr/bin/env bash
# Runs clang-tidy (.clang-tidy) on our C++ sources, with the compile commands of the clang preset.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset clang >/dev/null
cmake --build --preset clang --target thimble
git ls-files 'src/*.cpp' | grep -v '_test\.cpp$' | xargs -P "$(nproc)" -n 8 clang-tidy -p build/clang --quiet
