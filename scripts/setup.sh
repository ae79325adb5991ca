#!/usr/bin/env bash
# Installs the Debian packages that are missing: scripts/setup.sh demo|test|all. As root, or through sudo.
set -euo pipefail

# To build the program, and firmware for the Arm boards, and to run and debug it.
demo=(g++ cmake ninja-build pkg-config libfmt-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev zlib1g-dev libzip-dev libspng-dev libsqlite3-dev libsndfile1-dev
      libflatbuffers-dev flatbuffers-compiler qemu-system-arm gcc-arm-none-eabi libnewlib-arm-none-eabi gdb-multiarch)
# The tests also need GoogleTest, Open MPI (training on several machines), a second compiler for the generated C, and the RISC-V
# and AVR boards.
test=(libgtest-dev libopenmpi-dev openmpi-bin make clang qemu-system-misc gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf
      libsimavr-dev gcc-avr avr-libc)
# The slower checks: formatting, clang-tidy, fuzzing, the peers' Python packages.
all=(clang-format clang-tidy libclang-rt-dev python3-venv)

case "${1:-demo}" in
  demo) wanted=("${demo[@]}") ;;
  test) wanted=("${demo[@]}" "${test[@]}") ;;
  all) wanted=("${demo[@]}" "${test[@]}" "${all[@]}") ;;
  *) echo "usage: scripts/setup.sh demo|test|all" >&2; exit 2 ;;
esac

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing=()
for package in "${wanted[@]}"; do is_installed "$package" || missing+=("$package"); done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup: run as root or install sudo; missing: ${missing[*]}" >&2; exit 2; }
  as_root=(sudo)
fi
echo "Installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
