#!/usr/bin/env bash
# Formats the sources; --check only says which are not formatted, and fails.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=(-i)
[ "${1:-}" = --check ] && mode=(--dry-run -Werror)
git ls-files 'src/*.h' 'src/*.cpp' 'src/*.c' 'tests/*.cpp' 'bench/*.cpp' ':!src/*/templates/*' | xargs clang-format "${mode[@]}"
