#!/bin/sh
PYTHONDONTWRITEBYTECODE=1 exec python3 tools/sim/publish/constants.py --check
