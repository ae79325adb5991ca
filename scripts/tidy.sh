#!/usr/bin/env bash
# Runs clang-tidy (.clang-tidy) on our C++ sources, with the compile commands of the clang preset.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f build/clang/compile_commands.json ] || cmake --preset clang >/dev/null
git ls-files 'src/*.cpp' | grep -v '_test\.cpp$' | xargs -P "$(nproc)" -n 8 clang-tidy -p build/clang --quiet
