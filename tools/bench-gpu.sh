#!/usr/bin/env bash
# Builds the native tools and the CUDA backend and measures them against their peers, on a machine without Node (bash, python3, g++, CUDA toolkit, git).
# From the repository's root, after `npm ci` somewhere (node_modules/node-llama-cpp/llama/gitRelease.bundle and node_modules/@node-llama-cpp/linux-x64 are read):
#   tools/bench-gpu.sh                       everything, on the GPU
#   tools/bench-gpu.sh --device cpu --small  the same stages at sizes that a CPU does in minutes
# Call it again until it says that nothing is left: the build and every stage go on where they stopped. OUT=FOLDER (default: tools/build/bench), SECONDS_EACH=N: no stage
# begins after so many seconds. Other flags: tools/bench/run-stages.py --help.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${OUT:-tools/build/bench}
device=cuda
rest=()
while [ $# -gt 0 ]; do
  case "$1" in
    --device) device=${2:?--device names cpu, cuda or vulkan}; shift 2 ;;
    --device=*) device=${1#*=}; shift ;;
    *) rest+=("$1"); shift ;;
  esac
done
mkdir -p "$out"
source=()
[ -z "${SOURCE:-}" ] || source=(--source "$SOURCE")
cuda=()
[ "$device" != cuda ] || cuda=(--cuda)
python3 tools/bench/build-tools.py --out "$out/bin" "${source[@]}" "${cuda[@]}"
exec python3 tools/bench/run-stages.py --bin "$out/bin" --out "$out" --device "$device" --seconds "${SECONDS_EACH:-1000000}" "${source[@]}" "${rest[@]}"
