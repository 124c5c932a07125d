"""Prints a trace for mahimahi: a cellular downlink as a random walk, served in turns.

    python3 testdata/mahimahi/make_walk.py > testdata/mahimahi/walk.trace

The rate wanders from 0.3 to 5 Mbit/s, Gaussian steps of ln(rate) each 100 ms. The base station
serves the phone in turns, on average each 12 ms, with all that has come together since the last
one. Now and then, after 12 s on average, nothing comes for 0.3 s, as in a handover. A choice of
ours, not a fit to a recording.
"""

import math
import random

SEED = 4
LENGTH_MS = 60_000
OPPORTUNITY_BITS = 1500 * 8
LOWEST_BPS, HIGHEST_BPS, FIRST_BPS = 0.3e6, 5e6, 2e6
STEP_MS, STEP_SIGMA = 100, 0.12
TURN_MEAN_MS = 12
HANDOVER_MEAN_MS, HANDOVER_MS = 12_000, 300


def reflect(value, low, high):
    while not low <= value <= high:
        value = 2 * (low if value < low else high) - value
    return value


def main():
    rng = random.Random(SEED)
    low, high = math.log(LOWEST_BPS), math.log(HIGHEST_BPS)
    log_rate = math.log(FIRST_BPS)
    bits = 0.0
    next_turn = rng.expovariate(1 / TURN_MEAN_MS)
    handover = rng.expovariate(1 / HANDOVER_MEAN_MS)
    for ms in range(1, LENGTH_MS + 1):
        if ms % STEP_MS == 0:
            log_rate = reflect(log_rate + rng.gauss(0, STEP_SIGMA), low, high)
        if handover <= ms < handover + HANDOVER_MS and ms < LENGTH_MS:
            continue
        if ms >= handover + HANDOVER_MS:
            handover = ms + rng.expovariate(1 / HANDOVER_MEAN_MS)
        bits += math.exp(log_rate) / 1000
        if ms < next_turn and ms < LENGTH_MS:  # the last time is the trace's length
            continue
        while bits >= OPPORTUNITY_BITS or (ms == LENGTH_MS and bits > 0):
            print(ms)
            bits -= OPPORTUNITY_BITS
        next_turn = ms + rng.expovariate(1 / TURN_MEAN_MS)


if __name__ == "__main__":
    main()
