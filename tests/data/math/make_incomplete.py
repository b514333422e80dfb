"""Writes incomplete_gamma.csv and incomplete_beta.csv beside this file: reference values of the distribution functions of gamma and beta
numbers and of the implicit derivatives, by mpmath at 50 digits.

    python3 make_incomplete.py [gamma] [beta]

incomplete_gamma.csv: shape a, x (a double), P(a, x), Q(a, x), dlog x/da at fixed P.
incomplete_beta.csv: a, b, y = log(x/(1-x)) (a double), I_x(a, b), its complement, dy/da and dy/db at fixed I.
Derivatives are integrals of the density times a logarithm, by Gauss-Legendre on pieces that shrink towards the peak.
"""
import os
import sys

from mpmath import mp, mpf, digamma, exp, expm1, gamma, inf, log, loggamma, log1p, quad, sqrt

mp.dps = 50
HERE = os.path.dirname(os.path.abspath(__file__))


def half_line(f, scale, end):
    """The integral over [0, end] in pieces that double from scale/4 on."""
    cuts, at = [mpf(0)], scale / 4
    while at < end:
        cuts.append(at)
        at *= 2
    return quad(f, cuts + [end], maxdegree=7)


def gamma_row(a, x):
    c, front = log(x) - digamma(a), exp(a * log(x) - x - loggamma(a))
    scale = 1 / sqrt(x + a + 1)
    if c <= 0 or x < 1:  # there it cancels, which 50 digits can afford, and above a plateau ends in a step
        f = lambda s: exp(-a * s - x * expm1(-s))
        end = 130 / a + 20 * scale
        mass, slope = half_line(f, scale, end), half_line(lambda s: (s - c) * f(s), scale, end)
        return front * mass, 1 - front * mass, slope
    f = lambda s: exp(a * s - x * expm1(s))
    end = log(1 + 130 / x) + 20 * scale + 1
    mass, slope = half_line(f, scale, end), half_line(lambda s: (s + c) * f(s), scale, end)
    return 1 - front * mass, front * mass, slope


def gamma_points(a):
    a = mpf(a)
    xs = []
    for z in (-6.3, -5, -3, -1.5, -0.5, -0.01, 0, 0.3, 1, 2, 4, 6.3):
        cube = 1 - 1 / (9 * a) + mpf(z) / (3 * sqrt(a))
        if a >= 1 and cube > mpf("0.02"):
            xs.append(a * cube**3)
    if a < 20:  # quantiles 1e-10 ... of the small x's power law, where a double can hold them, and beyond the bulk
        for p in ("1e-10", "1e-5", "0.01", "0.2", "0.5", "0.8"):
            u = exp((log(mpf(p)) + loggamma(a + 1)) / a)
            if u > mpf("1e-300") and u < 3:
                xs.append(u)
        xs += [mpf(t) for t in ("0.01", "0.3", "0.55", "0.7", "1.1", "3", "8", "20")]
    return sorted({float(x) for x in xs})


def beta_row(a, b, y):
    """u = logit t; h is the logarithm of t^a (1-t)^b relative to its value at y."""
    mean_log = digamma(a) - digamma(a + b)
    x = 1 / (1 + exp(-y))
    log_x, log_1x = -log1p(exp(-y)), -log1p(exp(y))
    front = exp(a * log_x + b * log_1x + loggamma(a + b) - loggamma(a) - loggamma(b))

    def down(s):  # log t and log(1 - t), less their values at y, at u = y - s
        v = log1p(x * expm1(-s))
        return -(s + v), -v

    def up(s):
        v = log1p((1 - x) * expm1(-s))
        return -v, -(s + v)

    scale = 1 / sqrt(a + b + 1)
    mean_log_1 = digamma(b) - digamma(a + b)

    def sums(side, rate, way):
        end = 130 / rate + 20 * scale + max(way, 0)

        def weight(s):
            l, r = side(s)
            return exp(a * l + b * r)

        mass = half_line(weight, scale, end)
        m_a = half_line(lambda s: (side(s)[0] + log_x - mean_log) * weight(s), scale, end)
        m_b = half_line(lambda s: (side(s)[1] + log_1x - mean_log_1) * weight(s), scale, end)
        return mass, m_a, m_b

    if x > a / (a + b):
        mass, m_a, m_b = sums(up, b, -y)
        return 1 - front * mass, front * mass, m_a, m_b
    mass, m_a, m_b = sums(down, a, y)
    return front * mass, 1 - front * mass, -m_a, -m_b


def text(v):
    return mp.nstr(v, 25)


def write(name, head, rows):
    with open(os.path.join(HERE, name), "w") as out:
        out.write(head + "\n")
        for given, found in rows:
            out.write(",".join([g.hex() for g in given] + [text(v) for v in found]) + "\n")


def main(which):
    if "gamma" in which:
        shapes = (1e-3, 1e-2, 0.1, 0.3, 0.7, 1.0, 1.5, 4.3, 8.9, 11.9, 12.1, 26.4, 200.0, 5000.0, 1e4, 1e5, 1e6)
        write("incomplete_gamma.csv", "a,x,p,q,dlogx_da",
              [((a, x), gamma_row(mpf(a), mpf(x))) for a in shapes for x in gamma_points(a)])
    if "beta" in which:
        pairs = ((1e-3, 1e-3), (1e-3, 2.0), (0.05, 0.2), (0.5, 0.5), (1.0, 1.0), (2.0, 3.0), (2.0, 5.0), (0.28, 1.7), (7.4, 0.65), (1.5, 1.0),
                 (12.0, 0.01), (3.0, 400.0), (52.0, 39.6), (300.0, 700.0), (1e4, 2e3), (1e6, 1e6), (0.5, 500.0), (0.5, 1e5), (20.0, 1e-3))
        rows = []
        for a, b in pairs:
            middle = log(mpf(a) / b)
            width = sqrt(1 / mpf(a) + 1 / mpf(b))
            for z in (-5, -2, -0.7, -0.01, 0, 0.3, 1, 3, 5):
                y = float(middle + z * width) if min(a, b) >= 1 else float(middle + z * min(width, mpf(3)))
                rows.append(((a, b, y), beta_row(mpf(a), mpf(b), mpf(y))))
        write("incomplete_beta.csv", "a,b,y,p,q,dy_da,dy_db", rows)


if __name__ == "__main__":
    main(sys.argv[1:] or ["gamma", "beta"])
