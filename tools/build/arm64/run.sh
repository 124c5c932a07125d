#!/bin/bash
# run.sh COMMAND...: runs a test of --config=arm64: in qemu if it is a program for 64-bit Arm, as it is if a script.
set -euo pipefail
if [[ $(readelf -h "$1" 2>/dev/null) == *AArch64* ]]; then
  exec qemu-aarch64 -L /usr/aarch64-linux-gnu "$@"
fi
exec "$@"
