#!/usr/bin/env python3
"""Microseconds a call of vegas from PyPI, adapting, with the camel as a batched integrand: what benchmarks/integration/vegas.cpp measures.

usage: speed.py [--calls 10000] [--seconds 2]
"""
import argparse
import json
import time

import numpy
import vegas

parser = argparse.ArgumentParser()
parser.add_argument("--calls", type=int, default=10000)
parser.add_argument("--seconds", type=float, default=2)
options = parser.parse_args()

for d in (2, 8):
    made = 0

    @vegas.lbatchintegrand
    def camel(x):
        global made
        made += len(x)
        x = numpy.asarray(x)
        return numpy.exp(-(((x - .25) / .3) ** 2).sum(1)) + numpy.exp(-(((x - .75) / .3) ** 2).sum(1))

    integrator = vegas.Integrator([[0, 1]] * d)
    integrator(camel, nitn=3, neval=options.calls)
    best = float("inf")
    start = time.perf_counter()
    while time.perf_counter() < start + options.seconds:
        before, made = time.perf_counter(), 0
        integrator(camel, nitn=5, neval=options.calls)
        best = min(best, (time.perf_counter() - before) / made)
    print(json.dumps({"peer": "vegas " + vegas.__version__, "d": d, "calls": options.calls, "best_us_per_call": best * 1e6}))
