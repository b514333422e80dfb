"""Writes the tables of reference values the tests of include/variate/math/ read: one <function>.csv each, beside this file.

    python3 make_reference.py [function ...]

A line is type,x,value,rest in hexadecimal floating point: type d (double) or f (float); f(x) = value + rest, where value is f(x)
rounded to double and rest what that left. Values come from mpmath at 60 digits or more; nothing else is used.
"""
import math
import os
import random
import struct
import sys
from fractions import Fraction

from mpmath import mp, mpf

mp.dps = 60  # the largest doubles as angles need their 309 digits: sin and cos of mpmath take care of that
INF, NAN = math.inf, math.nan
TINY, SMALL, LARGE = 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308
TINYF, SMALLF, LARGEF = 2.0**-149, 2.0**-126, (2 - 2.0**-23) * 2.0**127


def as_float(x):
    try:
        return struct.unpack("f", struct.pack("f", x))[0]
    except OverflowError:
        return math.copysign(INF, x)


def rounded(v):
    """The nearest double, ties to even, subnormals and overflow too."""
    if not mp.isfinite(v):
        return float(v)
    sign, man, exp, bits = v._mpf_
    if man == 0 or exp + bits < -1100:
        return 0.0
    try:
        size = float(Fraction(int(man)) * (Fraction(2) ** exp)) if exp + bits < 1100 else INF
    except OverflowError:
        size = INF
    return -size if sign else size


def text(x):
    return "nan" if x != x else ("inf" if x > 0 else "-inf") if math.isinf(x) else x.hex()


class Table:
    """`brackets` are (low, high, how many, scale): scale lin, or log for numbers spread over magnitudes."""

    def __init__(self, f, brackets, edges=(), special=(), float_brackets=None, float_edges=()):
        self.f, self.brackets, self.edges, self.special = f, brackets, edges, dict((text(k), v) for k, v in special)
        self.float_brackets, self.float_edges = float_brackets or brackets, float_edges

    def points(self, type, rng):
        cast = as_float if type == "f" else float
        brackets, edges = (self.float_brackets, self.float_edges) if type == "f" else (self.brackets, self.edges)
        xs = [float.fromhex(t) if t not in ("inf", "-inf", "nan") else float(t) for t in self.special] + [cast(x) for x in edges]
        for low, high, count, scale in brackets:
            for _ in range(count):
                if scale == "lin":
                    xs.append(cast(rng.uniform(low, high)))
                else:
                    x = math.exp(rng.uniform(math.log(abs(low)), math.log(abs(high))))
                    xs.append(cast(math.copysign(x, low)))
        return xs

    def lines(self, name):
        for type in "df":
            rng = random.Random(name + type)
            for x in self.points(type, rng):
                if text(x) in self.special:
                    value, rest = float(self.special[text(x)]), 0.0
                else:
                    exact = self.f(mpf(x))
                    value = rounded(exact)
                    rest = 0.0 if math.isinf(value) else rounded(exact - mpf(value))
                yield ",".join((type, text(x), text(value), text(rest)))


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def log1p(x):
    return mp.log1p(x)


def softplus(x):
    return log1p(mp.exp(x)) if x < 0 else x + log1p(mp.exp(-x))


def logit(p):
    return mp.log(p) - log1p(-p)


def precisely(f, digits):
    def g(x):
        with mp.workdps(digits):
            return f(x)

    return g


def erfc(x):
    return mp.erfc(x) if abs(x) < 1e4 else mpf(1 - mp.sign(x))


def erfcx(x):
    if x < 1000:
        return mp.exp(x * x) * erfc(x) if x > -1e4 else mpf(INF)
    return mp.hyp2f0(1, mpf(1) / 2, -1 / x**2) / (mp.sqrt(mp.pi) * x)


def log_ncdf(x):
    if x > 0:
        return log1p(-erfc(x / mp.sqrt(2)) / 2)
    return -x * x / 2 + mp.log(erfcx(-x / mp.sqrt(2)) / 2)


def quantile(p):
    if p > 0.5:
        return -quantile(1 - p)
    z = -mp.sqrt(-2 * mp.log(p)) if p < 0.1 else mpf(-1) / 100
    for _ in range(100):  # Newton on log cdf
        slope = mp.exp(-z * z / 2 - log_ncdf(z)) / mp.sqrt(2 * mp.pi)
        step = (log_ncdf(z) - mp.log(p)) / slope
        z -= step
        if abs(step) < mpf(10) ** -50 * max(abs(z), mpf(10) ** -5):
            return z
    raise RuntimeError("no quantile")


# multiples of pi/2 rounded, and numerators of the convergents of pi: all very close to one
CLOSE_TO_QUARTERS = [1.5707963267948966, 3.141592653589793, 4.71238898038469, 6.283185307179586, 355.0, 710.0, 31415.926535897932,
                     104348.0, 208341.0, 312689.0, 833719.0]

tables = {
    "exp": Table(
        mp.exp,
        [(-1, 1, 90, "lin"), (-708, 709.7, 120, "lin"), (-746, -708, 30, "lin"), (1e-300, 1, 15, "log"), (-1e-20, -1, 15, "log")],
        edges=[1, -1, 709.782712893384, 709.7827128933841, 710, -708.3964185322641, -745.1332191019411, -745.1332191019412, -746, 1e300, -1e300,
               TINY, -TINY, SMALL, LARGE, -LARGE, 0.34657359027997264, 0.3465735902799727, -0.34657359027997264],
        special=[(0.0, 1), (-0.0, 1), (INF, INF), (-INF, 0), (NAN, NAN)],
        float_brackets=[(-1, 1, 70, "lin"), (-87, 88.7, 90, "lin"), (-104, -87, 20, "lin"), (1e-30, 1, 15, "log")],
        float_edges=[1, 88.722839, 88.72283, 88.72284, -87.33655, -103.27893, -103.97207, -103.97209, -104.5, 1e30, -1e30, TINYF, LARGEF, -LARGEF]),
    "log": Table(
        mp.log,
        [(0.5, 2, 110, "lin"), (SMALL, LARGE, 90, "log"), (TINY, SMALL, 20, "log"), (0.99, 1.01, 30, "lin")],
        edges=[1 - 2**-53, 1 + 2**-52, 0.7071067811865475, 0.7071067811865476, 1.414213562373095, 1.4142135623730951, 2, 0.5, TINY, SMALL, LARGE],
        special=[(1.0, 0), (0.0, -INF), (-0.0, -INF), (INF, INF), (-INF, NAN), (-1.0, NAN), (-(2.0**-100), NAN), (NAN, NAN)],
        float_brackets=[(0.5, 2, 80, "lin"), (SMALLF, LARGEF, 70, "log"), (TINYF, SMALLF, 20, "log"), (0.99, 1.01, 20, "lin")],
        float_edges=[1 - 2**-24, 1 + 2**-23, 0.70710677, 0.7071068, 1.4142135, 1.4142137, TINYF, SMALLF, LARGEF]),
    "log1p": Table(
        log1p,
        [(-0.5, 1, 80, "lin"), (-0.999999, -0.5, 40, "lin"), (1, 1e3, 30, "lin"), (1e-300, 1, 40, "log"), (-1e-300, -1, 40, "log"), (1, LARGE, 40, "log")],
        edges=[TINY, -TINY, SMALL, -1 + 2**-53, -1 + 2**-52, -0.2928932188134524, -0.29289321881345254, 0.4142135623730951, 0.41421356237309503, 1, 2.0**53,
               2.0**53 + 2, 2.0**60, LARGE],
        special=[(0.0, 0.0), (-0.0, -0.0), (-1.0, -INF), (INF, INF), (-INF, NAN), (-1.5, NAN), (NAN, NAN)],
        float_brackets=[(-0.5, 1, 60, "lin"), (-0.999, -0.5, 30, "lin"), (1, 1e3, 30, "lin"), (1e-37, 1, 30, "log"), (-1e-37, -1, 30, "log"), (1, LARGEF, 30, "log")],
        float_edges=[TINYF, -TINYF, SMALLF, -1 + 2**-24, -1 + 2**-23, -0.29289323, -0.2928932, 0.41421354, 0.41421357, 1, 2.0**24, LARGEF]),
    "expm1": Table(
        mp.expm1,
        [(-1, 1, 110, "lin"), (-45, 709.7, 80, "lin"), (1e-300, 1, 30, "log"), (-1e-300, -1, 30, "log")],
        edges=[TINY, -TINY, SMALL, 1, -1, 0.34657359027997264, 0.3465735902799727, -0.34657359027997264, 0.3467, -0.3467, 709.782712893384, 709.7827128933841,
               37, -36.7, -37.5, -39.9, -40.1, -745, -LARGE, LARGE],
        special=[(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -1), (NAN, NAN)],
        float_brackets=[(-1, 1, 80, "lin"), (-19, 88.7, 60, "lin"), (1e-37, 1, 20, "log"), (-1e-37, -1, 20, "log")],
        float_edges=[TINYF, -TINYF, 1, -1, 0.34657359, 0.3467, -0.3467, 88.72283, 88.72284, -17.4, -19.9, -20.1, -103, LARGEF, -LARGEF]),
    "tanh": Table(
        mp.tanh,
        [(-1, 1, 90, "lin"), (-20, 20, 60, "lin"), (1e-300, 1, 30, "log"), (-1e-300, -1, 30, "log")],
        edges=[TINY, -TINY, SMALL, 0.17328679513998632, 0.17335, 18.7, 19.06, 19.07, 22, -22.1, 400, -1000, LARGE],
        special=[(0.0, 0.0), (-0.0, -0.0), (INF, 1), (-INF, -1), (NAN, NAN)],
        float_brackets=[(-1, 1, 70, "lin"), (-10, 10, 50, "lin"), (1e-37, 1, 20, "log"), (-1e-37, -1, 20, "log")],
        float_edges=[TINYF, -TINYF, 0.17328679, 0.17335, 8.9, 9.01, 9.02, 22, -22.1, 60, -1000, LARGEF]),
    "sigmoid": Table(
        sigmoid,
        [(-5, 5, 90, "lin"), (-40, 40, 50, "lin"), (-745, -40, 40, "lin"), (1e-20, 1, 10, "log")],
        edges=[36.7, 37.5, -708.4, -745.13, -745.14, -746, 1000, -1000, LARGE, -LARGE, TINY],
        special=[(0.0, 0.5), (-0.0, 0.5), (INF, 1), (-INF, 0), (NAN, NAN)],
        float_brackets=[(-5, 5, 70, "lin"), (-20, 20, 40, "lin"), (-103, -20, 30, "lin"), (1e-20, 1, 10, "log")],
        float_edges=[16.6, 17.4, -87.4, -103.9, -104.1, 1000, -1000, LARGEF, -LARGEF, TINYF]),
    "log_sigmoid": Table(
        lambda x: -softplus(-x),
        [(-5, 5, 90, "lin"), (-40, 40, 50, "lin"), (40, 745, 40, "lin"), (-1, -LARGE, 20, "log")],
        edges=[0.0, 36.7, 708.4, 745.13, 0.6931471805599453, -0.6931471805599453, -LARGE],
        special=[(INF, 0), (-INF, -INF), (NAN, NAN)],
        float_brackets=[(-5, 5, 70, "lin"), (-20, 20, 40, "lin"), (20, 103, 30, "lin"), (-1, -LARGEF, 20, "log")],
        float_edges=[0.0, 16.6, 87.4, 103.9, 0.6931472, -0.6931472, -LARGEF]),
    "softplus": Table(
        softplus,
        [(-5, 5, 90, "lin"), (-40, 40, 50, "lin"), (-745, -40, 40, "lin"), (1, LARGE, 20, "log")],
        edges=[0.0, -36.7, -708.4, -745.13, -745.14, -1e5, 0.6931471805599453, -0.6931471805599453, LARGE, -LARGE],
        special=[(INF, INF), (-INF, 0), (NAN, NAN)],
        float_brackets=[(-5, 5, 70, "lin"), (-20, 20, 40, "lin"), (-103, -20, 30, "lin"), (1, LARGEF, 20, "log")],
        float_edges=[0.0, -16.6, -87.4, -103.9, -104.1, -1e5, 0.6931472, -0.6931472, LARGEF, -LARGEF]),
    "sin": Table(
        mp.sin,
        [(-1, 1, 60, "lin"), (-10, 10, 60, "lin"), (-1e6, 1e6, 60, "lin"), (1e-300, 1, 30, "log"), (1e6, 1e18, 20, "log")],
        edges=CLOSE_TO_QUARTERS + [TINY, -TINY, SMALL, LARGE, 0.7853981633974483, 0.7853981633974484, 999999.9, 1000000.1],
        special=[(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN), (NAN, NAN)],
        float_brackets=[(-1, 1, 40, "lin"), (-10, 10, 40, "lin"), (-1e6, 1e6, 40, "lin"), (1e-37, 1, 20, "log"), (1e6, 1e18, 10, "log")],
        float_edges=CLOSE_TO_QUARTERS + [TINYF, -TINYF, LARGEF]),
    "cos": Table(
        mp.cos,
        [(-1, 1, 60, "lin"), (-10, 10, 60, "lin"), (-1e6, 1e6, 60, "lin"), (1e-300, 1, 10, "log"), (1e6, 1e18, 20, "log")],
        edges=CLOSE_TO_QUARTERS + [TINY, -TINY, SMALL, LARGE, 0.7853981633974483, 0.7853981633974484, 999999.9, 1000000.1],
        special=[(0.0, 1), (-0.0, 1), (INF, NAN), (-INF, NAN), (NAN, NAN)],
        float_brackets=[(-1, 1, 40, "lin"), (-10, 10, 40, "lin"), (-1e6, 1e6, 40, "lin"), (1e-37, 1, 20, "log"), (1e6, 1e18, 10, "log")],
        float_edges=CLOSE_TO_QUARTERS + [TINYF, -TINYF, LARGEF]),
    "sin_turns": Table(
        lambda u: mp.sinpi(2 * u),
        [(0, 1, 120, "lin"), (-10, 10, 40, "lin"), (1e-300, 1, 20, "log"), (-1e10, 1e10, 30, "lin")],
        edges=[0.125, 0.375, -0.125, 0.625, 0.875, 0.12500000000000003, 0.5 + 2**-53, 0.5 - 2**-54, 1 - 2**-53, 2.0**47 + 0.125],
        special=[(0.0, 0.0), (-0.0, -0.0), (0.25, 1), (0.75, -1), (2.0**48, NAN), (INF, NAN), (-INF, NAN), (NAN, NAN)],
        float_brackets=[(0, 1, 120, "lin"), (-10, 10, 40, "lin"), (1e-37, 1, 20, "log"), (-1e5, 1e5, 30, "lin")],
        float_edges=[0.125, 0.375, -0.125, 0.625, 0.875, 0.12500001, 0.5 + 2**-24, 0.5 - 2**-25, 1 - 2**-24, 2.0**18 + 0.125]),
    "cos_turns": Table(
        lambda u: mp.cospi(2 * u),
        [(0, 1, 120, "lin"), (-10, 10, 40, "lin"), (1e-300, 1, 20, "log"), (-1e10, 1e10, 30, "lin")],
        edges=[0.125, 0.375, -0.125, 0.625, 0.875, 0.12500000000000003, 0.25 + 2**-54, 0.25 - 2**-54, 1 - 2**-53, 2.0**47 + 0.125],
        special=[(0.0, 1), (-0.0, 1), (0.5, -1), (2.0**48, NAN), (INF, NAN), (-INF, NAN), (NAN, NAN)],
        float_brackets=[(0, 1, 120, "lin"), (-10, 10, 40, "lin"), (1e-37, 1, 20, "log"), (-1e5, 1e5, 30, "lin")],
        float_edges=[0.125, 0.375, -0.125, 0.625, 0.875, 0.12500001, 0.25 + 2**-25, 0.25 - 2**-25, 1 - 2**-24, 2.0**18 + 0.125]),
    "erf": Table(
        mp.erf,
        [(-1, 1, 80, "lin"), (-7, 7, 70, "lin"), (1e-300, 1, 30, "log")],
        edges=[TINY, -TINY, SMALL, 1, 1 - 2**-53, 1 + 2**-52, -1, 5.9, 6.1, 27, 31, LARGE, -LARGE],
        special=[(0.0, 0.0), (-0.0, -0.0), (INF, 1), (-INF, -1), (NAN, NAN)],
        float_brackets=[(-1, 1, 60, "lin"), (-5, 5, 50, "lin"), (1e-37, 1, 20, "log")], float_edges=[TINYF, -TINYF, 1, -1, 31, LARGEF, -LARGEF]),
    "erfc": Table(
        erfc,
        [(-1, 1, 70, "lin"), (-7, 7, 50, "lin"), (7, 26.5, 70, "lin"), (26.5, 27.3, 20, "lin"), (1e-300, 1, 10, "log")],
        edges=[0.5, 0.5 - 2**-54, -0.5, 26.54, 27.2, 27.22, 27.23, 27.3, 28, 31, LARGE, -LARGE, -6],
        special=[(0.0, 1), (-0.0, 1), (INF, 0), (-INF, 2), (NAN, NAN)],
        float_brackets=[(-1, 1, 50, "lin"), (-5, 5, 40, "lin"), (5, 9.1, 40, "lin"), (9.1, 10.05, 15, "lin")], float_edges=[0.5, 10.1, 31, LARGEF, -LARGEF]),
    "erfcx": Table(
        erfcx,
        [(-1, 1, 60, "lin"), (-26.5, 0, 50, "lin"), (0, 30, 70, "lin"), (30, 1e300, 30, "log")],
        edges=[4, 8, -26.6, -26.7, -30.1, -LARGE, LARGE, TINY, 1e100, 9.9e99],
        special=[(0.0, 1), (-0.0, 1), (INF, 0), (-INF, INF), (NAN, NAN)],
        float_brackets=[(-1, 1, 50, "lin"), (-9, 0, 40, "lin"), (0, 30, 50, "lin"), (30, 1e37, 20, "log")], float_edges=[4, 8, -9.5, -30.1, LARGEF]),
    "normal_cdf": Table(
        lambda x: erfc(-x / mp.sqrt(2)) / 2,
        [(-1, 1, 70, "lin"), (-7, 7, 60, "lin"), (-37.5, -7, 70, "lin"), (-38.5, -37.5, 20, "lin")],
        edges=[0.7, -0.7, 0.7 - 2**-53, TINY, -38.4, -38.48, -38.5, -38.6, -41, -LARGE, LARGE, 8.2, 8.3, 41],
        special=[(0.0, 0.5), (-0.0, 0.5), (INF, 1), (-INF, 0), (NAN, NAN)],
        float_brackets=[(-1, 1, 50, "lin"), (-5, 5, 50, "lin"), (-13, -5, 40, "lin"), (-14.2, -13, 15, "lin")], float_edges=[0.7, -14.3, -41, -LARGEF, LARGEF]),
    "log_normal_cdf": Table(
        log_ncdf,
        [(-1, 1, 70, "lin"), (-7, 7, 60, "lin"), (-50, -7, 50, "lin"), (7, 38.4, 40, "lin"), (-50, -1e154, 30, "log")],
        edges=[TINY, -TINY, 8.3, 38.48, -1.3e154, -1.9e154, 41, LARGE],
        special=[(INF, 0), (-INF, -INF), (-LARGE, -INF), (NAN, NAN)],
        float_brackets=[(-1, 1, 50, "lin"), (-5, 5, 50, "lin"), (-50, -5, 30, "lin"), (5, 14, 30, "lin"), (-50, -1e19, 20, "log")], float_edges=[0.0, 14.1, 41, LARGEF]),
    "normal_quantile": Table(
        quantile,
        [(0, 1, 70, "lin"), (0.49, 0.51, 20, "lin"), (1e-300, 0.1, 50, "log"), (TINY, SMALL, 8, "log"), (0.9, 1, 30, "lin")],
        edges=[0.075, 0.07500000000000001, 0.925, 1e-11, 1.4e-11, TINY, SMALL, 1 - 2**-53, 0.5 - 2**-54, 0.5 + 2**-53],
        special=[(0.0, -INF), (-0.0, -INF), (0.5, 0.0), (1.0, INF), (1.5, NAN), (-0.5, NAN), (INF, NAN), (-INF, NAN), (NAN, NAN)],
        float_brackets=[(0, 1, 60, "lin"), (1e-37, 0.1, 40, "log"), (TINYF, SMALLF, 5, "log"), (0.9, 1, 20, "lin")], float_edges=[0.075, TINYF, 1 - 2**-24]),
    "lgamma": Table(
        mp.loggamma,
        [(0, 0.5, 30, "lin"), (0.5, 3, 90, "lin"), (0.99, 1.01, 20, "lin"), (1.99, 2.01, 20, "lin"), (3, 12, 60, "lin"), (12, 1e305, 40, "log"),
         (TINY, 1, 30, "log")],
        edges=[TINY, SMALL, 1 + 2**-52, 1 - 2**-53, 2 - 2**-52, 2 + 2**-51, 0.5, 0.5 - 2**-54, 3, 3 - 2**-51, 9, 9 - 2**-49, 2.5e305, 2.6e305, LARGE],
        special=[(1.0, 0.0), (2.0, 0.0), (0.0, INF), (-0.0, INF), (-0.5, NAN), (-3.0, NAN), (INF, INF), (-INF, NAN), (NAN, NAN)],
        float_brackets=[(0, 0.5, 30, "lin"), (0.5, 3, 60, "lin"), (0.99, 1.01, 20, "lin"), (1.99, 2.01, 20, "lin"), (3, 12, 40, "lin"), (12, 1e36, 30, "log"),
                        (TINYF, 1, 20, "log")],
        float_edges=[TINYF, SMALLF, 1 + 2**-23, 1 - 2**-24, 2 - 2**-23, 2 + 2**-22, 4e36, 4.2e36, LARGEF]),
    "digamma": Table(
        mp.digamma,
        [(0, 1, 50, "lin"), (1, 3, 90, "lin"), (1.46, 1.463, 30, "lin"), (3, 12, 60, "lin"), (12, LARGE, 40, "log"), (TINY, 1, 30, "log")],
        edges=[TINY, SMALL, 1.4616321449683622, 1.4616321449683625, 1, 1 - 2**-53, 2, 3, 3 - 2**-51, 9, 9 - 2**-49, LARGE],
        special=[(0.0, -INF), (-0.0, -INF), (-0.5, NAN), (-3.0, NAN), (INF, INF), (-INF, NAN), (NAN, NAN)],
        float_brackets=[(0, 1, 40, "lin"), (1, 3, 60, "lin"), (1.46, 1.463, 20, "lin"), (3, 12, 40, "lin"), (12, LARGEF, 30, "log"), (TINYF, 1, 20, "log")],
        float_edges=[TINYF, SMALLF, 1.4616321, 1.4616323, 1, 2, 3, 9, LARGEF]),
    "trigamma": Table(
        lambda x: mp.polygamma(1, x),
        [(0, 1, 60, "lin"), (1, 3, 60, "lin"), (3, 12, 60, "lin"), (12, LARGE, 40, "log"), (1e-154, 1, 40, "log")],
        edges=[TINY, SMALL, 7.4e-155, 7.5e-155, 1, 2, 9, 9 - 2**-49, LARGE],
        special=[(0.0, INF), (-0.0, INF), (-0.5, NAN), (-3.0, NAN), (INF, 0), (-INF, NAN), (NAN, NAN)],
        float_brackets=[(0, 1, 50, "lin"), (1, 3, 40, "lin"), (3, 12, 40, "lin"), (12, LARGEF, 30, "log"), (1e-19, 1, 20, "log")],
        float_edges=[TINYF, 5.4e-20, 5.42e-20, 1, 2, 9, LARGEF]),
    "logit": Table(
        logit,
        [(0, 1, 110, "lin"), (0.49, 0.51, 30, "lin"), (TINY, 1, 50, "log"), (0.999, 1, 30, "lin"), (TINY, SMALL, 10, "log")],
        edges=[0.5 - 2**-54, 0.5 + 2**-53, 1 - 2**-53, 1 - 2**-52, TINY, SMALL, 0.41421356237309503, 0.4142135623730951, 0.585786437626905, 0.5857864376269049,
               2.0**-500, 2.0**-501, 2.0**-1074],
        special=[(0.0, -INF), (-0.0, -INF), (0.5, 0.0), (1.0, INF), (1.5, NAN), (-0.5, NAN), (INF, NAN), (-INF, NAN), (NAN, NAN)],
        float_brackets=[(0, 1, 80, "lin"), (0.49, 0.51, 20, "lin"), (TINYF, 1, 40, "log"), (0.999, 1, 20, "lin"), (TINYF, SMALLF, 10, "log")],
        float_edges=[0.5 - 2**-25, 0.5 + 2**-24, 1 - 2**-24, 1 - 2**-23, TINYF, SMALLF, 0.41421354, 0.41421357, 0.58578646, 2.0**-60, 2.0**-61]),
}


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    for name in sys.argv[1:] or tables:
        with open(os.path.join(here, name + ".csv"), "w") as out:
            out.write("\n".join(["type,x,value,rest", *tables[name].lines(name), ""]))
        print(name)
