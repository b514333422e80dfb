"""Writes truncated_normal.csv, von_mises.csv and dirichlet.csv beside this file: reference values of distribution functions and of implicit
derivatives dx/dparameter = -(dF/dparameter)/f at fixed F, by mpmath at 50 digits (more where they cancel).

    python3 make_implicit.py [truncated_normal] [von_mises] [dirichlet]

truncated_normal.csv: loc, scale, low, high, x (doubles), log f, log F, dx/dloc, dx/dscale, dx/dlow, dx/dhigh, mean, variance, entropy.
von_mises.csv: concentration k, angle x (doubles; loc = 0), log f, log F (from -pi), dx/dk, I1/I0, 1 - I1/I0, entropy.
dirichlet.csv: a_1..a_3, x_1..x_3 (doubles that sum to 1), J_11, J_12, ... J_33 with J_ij = (delta_ij - x_i)/(1 - x_j) dx_j/da_j, the last factor of
Beta(a_j, a_1 + a_2 + a_3 - a_j) at fixed probability.
"""
import os
import sys

from make_incomplete import beta_row
from mpmath import mp, mpf, besseli, cos, erfc, exp, inf, log, log1p, pi, quad, sin, sqrt

HERE = os.path.dirname(os.path.abspath(__file__))


def text(v):
    return mp.nstr(v, 25)


def write(name, head, rows):
    with open(os.path.join(HERE, name), "w") as out:
        out.write(head + "\n")
        for given, found in rows:
            out.write(",".join([g.hex() for g in given] + [text(v) for v in found]) + "\n")


def phi(z):
    return exp(-z * z / 2) / sqrt(2 * pi) if abs(z) != inf else mpf(0)


def between(a, b):
    """P(a < Z < b); erfc of positive numbers."""
    if a > 0:
        return (erfc(a / sqrt(2)) - (erfc(b / sqrt(2)) if b != inf else 0)) / 2
    if b < 0:
        return between(-b, -a)
    return 1 - (erfc(-a / sqrt(2)) if a != -inf else 0) / 2 - (erfc(b / sqrt(2)) if b != inf else 0) / 2


def truncated_row(loc, scale, low, high, x):
    loc, scale, low, high, x = map(mpf, (loc, scale, low, high, x))
    a, b, z = (low - loc) / scale, (high - loc) / scale, (x - loc) / scale
    whole = between(a, b)
    u, rest = between(a, z) / whole, between(z, b) / whole
    by_low, by_high = rest * phi(a) / phi(z), u * phi(b) / phi(z)
    az, bz = (a * phi(a) if a != -inf else 0), (b * phi(b) if b != inf else 0)
    mean = (phi(a) - phi(b)) / whole
    by_scale = z - (a * by_low if a != -inf else 0) - (b * by_high if b != inf else 0)
    variance = 1 + (az - bz) / whole - mean**2
    entropy = log(sqrt(2 * pi * mp.e) * scale * whole) + (az - bz) / (2 * whole)
    return (-z * z / 2 - log(sqrt(2 * pi) * scale * whole), log(u), 1 - by_low - by_high, by_scale, by_low, by_high, loc + scale * mean,
            scale**2 * variance, entropy)


def truncated_rows():
    mp.dps = 400  # 1 - by_low - by_high for intervals of 1e-6 scales, and e^-800
    cases = [(0, 1, -1, 1), (0, 1, 5, 8), (0, 1, -12, -10), (0, 1, 40, inf), (0, 1, -inf, -300), (0, 1, 1000, 1e6), (0, 1, -inf, inf),
             (0.3, 1e-3, -1, 2), (0.3, 1e-3, 1, 2), (0.3, 1e6, -1, 2), (0.3, 1e6, -1, inf), (0, 1, 3, 3.0000152587890625), (0, 1, -0.25, inf),
             (0, 1, -inf, 0.5), (1, 2, -30, 3.5), (0, 1, -1.0009765625, 1), (0, 1, 0, 30), (0, 1, -9.5, 2), (0, 1, 9.75, 10.5), (2, 3, 31, 34),
             (0, 100, 1000, 2e5), (0, 0.01, -0.5, 0.02)]
    rows = []
    for case in cases:
        loc, scale, low, high = map(float, case)
        a, b = (low - loc) / scale, (high - loc) / scale
        near = min(max(0.0, a), b)  # the peak
        far = min(b - near, 9.0) if abs(near) < 3 else min(b - near, 30 / abs(near))
        back = min(near - a, 9.0) if abs(near) < 3 else min(near - a, 30 / abs(near))
        for share in (-0.999, -0.7, -0.3, -0.05, 0.0, 1e-3, 0.04, 0.2, 0.5, 0.8, 0.999):
            x = loc + scale * (near + (far if share > 0 else back) * share)
            if low < x < high:
                rows.append(((loc, scale, low, high, x), truncated_row(loc, scale, low, high, x)))
    return rows


def pieces(f, scale, end):
    """The integral over [0, end] in pieces that double from scale on."""
    cuts, at = [mpf(0)], scale
    while at < end:
        cuts.append(at)
        at *= 2
    return quad(f, cuts + [end], maxdegree=7)


def von_mises_row(k, x):
    k, x = mpf(k), mpf(x)
    i0, i1 = besseli(0, k), besseli(1, k)
    ratio = i1 / i0
    y = abs(x)
    density = exp(k * (cos(y))) / (2 * pi * i0)
    scale = min(mpf(1), 1 / (k * sin(y) + sqrt(k)), pi - y) / 4
    end = pi - y

    def h(v):
        return exp(-2 * k * sin(y + v / 2) * sin(v / 2))

    tail = pieces(h, scale, end)
    slope = pieces(lambda v: (ratio - cos(y + v)) * h(v), scale, end)
    part = density * tail
    return (log(density), log(part) if x <= 0 else log1p(-part), slope if x < 0 else -slope, ratio, 1 - ratio, log(2 * pi * i0) - k * ratio)


def von_mises_rows():
    mp.dps = 50
    rows = []
    for k in (1e-3, 0.03, 0.3, 0.99, 1.01, 3.0, 10.0, 19.9, 20.1, 50.0, 200.0, 1e3, 1e4, 1e5, 1e6):
        width = min(1 / k**0.5, 1.0)
        points = {-width * z for z in (0.01, 0.3, 0.99, 1.01, 2, 3, 5, 8)} | {width * 0.7, width * 2.5}
        points |= {-2.0, -3.0, -3.14, -3.1415926} if k < 60 else set()
        for x in sorted(float(p) for p in points):
            if abs(x) < 3.1415926535:
                rows.append(((k, x), von_mises_row(k, x)))
    return rows


def dirichlet_rows():
    mp.dps = 50
    cases = {(1e-3, 1e-3, 1e-3): [(0.25, 0.5), (2.0**-40, 2.0**-3), (1 - 2.0**-30, 2.0**-40)], (1e-3, 2.0, 5.0): [(2.0**-45, 0.25), (2.0**-10, 0.5)],
             (0.05, 0.2, 30.0): [(2.0**-20, 2.0**-9), (2.0**-5, 2.0**-12)], (0.3, 0.5, 0.9): [(0.125, 0.0625), (2.0**-12, 0.75)],
             (12.0, 40.0, 7.0): [(0.25, 0.625), (0.125, 0.75)], (1e4, 300.0, 2.0): [(0.97265625, 0.02734375 - 2.0**-12), (0.96875, 0.03125 - 2.0**-14)],
             (1e6, 1e6, 1e6): [(0.3333740234375, 0.333251953125), (0.33349609375, 0.3330078125)], (1e6, 1e-3, 1.0): [(1 - 2.0**-19, 2.0**-30)]}
    rows = []
    for a, points in cases.items():
        for x1, x2 in points:
            x = (x1, x2, 1 - x1 - x2)
            assert sum(map(mpf, x)) == 1 and min(x) > 0
            slope = [beta_row(mpf(a[j]), sum(mpf(a[i]) for i in range(3) if i != j), log(mpf(x[j])) - log(1 - mpf(x[j])))[2] for j in range(3)]
            rows.append((a + x, [((i == j) - mpf(x[i])) * mpf(x[j]) * slope[j] for i in range(3) for j in range(3)]))
    return rows


def main(which):
    if "truncated_normal" in which:
        write("truncated_normal.csv", "loc,scale,low,high,x,log_f,log_cdf,dx_dloc,dx_dscale,dx_dlow,dx_dhigh,mean,variance,entropy", truncated_rows())
    if "von_mises" in which:
        write("von_mises.csv", "k,x,log_f,log_cdf,dx_dk,ratio,complement,entropy", von_mises_rows())
    if "dirichlet" in which:
        write("dirichlet.csv", "a1,a2,a3,x1,x2,x3,j11,j12,j13,j21,j22,j23,j31,j32,j33", dirichlet_rows())


main(sys.argv[1:] or ["truncated_normal", "von_mises", "dirichlet"])
