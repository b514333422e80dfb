"""Prints the polynomials and rational functions that include/variate/math/ carries, found here from mpmath alone.

    python3 make_coefficients.py [name ...]

`remez` is the exchange algorithm (Remez 1934) for a weighted polynomial; `rational` interpolates at Chebyshev nodes, which for
the smooth functions here is within a small factor of the best. Errors printed are the weighted ones, before rounding.
"""
import sys
from mpmath import mp, mpf, matrix, lu_solve, cos, pi, exp, expm1, log, sin, sqrt, erf, erfc, loggamma, digamma, findroot

mp.dps = 80


def remez(f, a, b, count, weight=lambda x: mpf(1), grid=2000, rounds=30):
    """Coefficients c of the polynomial with `count` terms minimising max |weight (f - p)| on [a, b]; the weight is positive."""
    a, b = mpf(a), mpf(b)
    n = count
    points = [(a + b) / 2 - (b - a) / 2 * cos(pi * i / n) for i in range(n + 1)]
    xs = [(a + b) / 2 - (b - a) / 2 * cos(pi * i / grid) for i in range(grid + 1)]
    fs = [f(x) for x in xs]
    ws = [weight(x) for x in xs]
    for _ in range(rounds):
        m, r = matrix(n + 1, n + 1), matrix(n + 1, 1)
        for i, x in enumerate(points):
            w = weight(x)
            for j in range(n):
                m[i, j] = w * x**j
            m[i, n] = (-1) ** i
            r[i] = w * f(x)
        c = lu_solve(m, r)
        level = abs(c[n])
        error = [w * (y - mp.polyval([c[j] for j in reversed(range(n))], x)) for x, y, w in zip(xs, fs, ws)]
        # the alternating extrema
        runs, best = [], 0
        for i in range(1, len(xs)):
            if error[i] * error[i - 1] < 0:
                runs.append(best)
                best = i
            elif abs(error[i]) > abs(error[best]):
                best = i
        runs.append(best)
        worst = max(abs(e) for e in error)
        if len(runs) < n + 1:
            raise RuntimeError("too few extrema")
        while len(runs) > n + 1:
            runs = runs[1:] if abs(error[runs[0]]) < abs(error[runs[-1]]) else runs[:-1]
        points = [xs[i] for i in runs]
        if worst < level * mpf("1.02"):
            break
    return [c[j] for j in range(n)], worst


def rational(f, a, b, p, q, weight=lambda x: mpf(1)):
    """Numerator (p + 1 terms) and denominator (q + 1 terms, the first is 1) interpolating f at Chebyshev nodes of [a, b]."""
    a, b = mpf(a), mpf(b)
    n = p + q + 1
    xs = [(a + b) / 2 - (b - a) / 2 * cos(pi * (2 * i + 1) / (2 * n)) for i in range(n)]
    m, r = matrix(n, n), matrix(n, 1)
    for i, x in enumerate(xs):
        y = f(x)
        for j in range(p + 1):
            m[i, j] = x**j
        for j in range(1, q + 1):
            m[i, p + j] = -y * x**j
        r[i] = y
    c = lu_solve(m, r)
    top, bottom = [c[j] for j in range(p + 1)], [mpf(1)] + [c[p + j] for j in range(1, q + 1)]
    worst = mpf(0)
    for i in range(801):
        x = (a + b) / 2 - (b - a) / 2 * cos(pi * i / 800)
        worst = max(worst, abs(weight(x) * (f(x) - mp.polyval(top[::-1], x) / mp.polyval(bottom[::-1], x))))
    return top, bottom, worst


def near(x, g):
    """g(x) where x is not too close to 0, else g nearby: 80 digits leave room for what cancels."""
    return g(x if abs(x) > mpf(10) ** -20 else mpf(10) ** -20)


def show(name, coefficients, error, digits=17):
    print(f"// {name}: error {mp.nstr(error, 3)}")
    print(",\n".join("    " + (mp.nstr(c, digits, strip_zeros=False) if digits > 9 else mp.nstr(c, digits) + "f") for c in coefficients))


jobs = {}


def job(f):
    jobs[f.__name__] = f
    return f


@job
def exponential():
    """q in e^r = 1 + r + r^2 q(r), |r| <= ln(2)/2, error relative to e^r - 1."""
    half = log(2) / 2 * mpf("1.001")
    q = lambda r: near(r, lambda t: (expm1(t) - t) / t**2)
    show("double", *remez(q, -half, half, 11, lambda r: sqrt(r * r + mpf("1e-3"))))
    show("float", *remez(q, -half, half, 5, lambda r: sqrt(r * r + mpf("1e-3"))), digits=9)
    for bits, digits in ((33, 17), (15, 9)):
        high = mp.floor(log(2) * 2**bits) / mpf(2) ** bits
        show(f"ln 2, {bits} bits, and the rest", [high, log(2) - high], 0, digits)
        print("//", mp.nstr(high, 25))


@job
def logarithm():
    """L in log((1 + s)/(1 - s)) = 2s + s z L(z), z = s^2 up to (3 - 2 sqrt 2)^2, error relative to the logarithm."""
    log_series((3 - 2 * sqrt(2)) ** 2 * mpf("1.001"), 7, 4)


@job
def logarithm_of_1_to_2():
    """The same for z up to 1/25: 1 + f from 2/3 to 3/2."""
    log_series(mpf(1) / 25 * mpf("1.001"), 8, 4)


def log_series(top, terms, terms_float):
    g = lambda z: near(z, lambda t: (log((1 + sqrt(t)) / (1 - sqrt(t))) / sqrt(t) - 2) / t)
    show("double", *remez(g, 0, top, terms, lambda z: z / 2 + mpf("5e-4")))
    show("float", *remez(g, 0, top, terms_float, lambda z: z / 2 + mpf("5e-4")), digits=9)


@job
def sine_and_cosine():
    """P in sin y = y + y z P(z) and Q in cos y = 1 - z/2 + z^2 Q(z), z = y^2, |y| <= pi/4."""
    top = (pi / 4) ** 2 * mpf("1.001")
    p = lambda z: near(z, lambda t: (sin(sqrt(t)) / sqrt(t) - 1) / t)
    q = lambda z: near(z, lambda t: (cos(sqrt(t)) - 1 + t / 2) / t**2)
    show("sine", *remez(p, 0, top, 6, lambda z: z + mpf("5e-3")))
    show("cosine", *remez(q, 0, top, 6, lambda z: z**2 + mpf("5e-3")))


@job
def sine_and_cosine_of_quarters():
    """P in sin(pi r/2) = r (pi/2 + z P(z)) and Q in cos(pi r/2) = 1 + z Q(z), z = r^2, |r| <= 1/2."""
    top = mpf(1) / 4
    p = lambda z: near(z, lambda t: (sin(pi / 2 * sqrt(t)) / sqrt(t) - pi / 2) / t)
    q = lambda z: near(z, lambda t: (cos(pi / 2 * sqrt(t)) - 1) / t)
    weight = lambda z: z + mpf("3e-3")
    show("sine, double", *remez(p, 0, top, 6, weight))
    show("cosine, double", *remez(q, 0, top, 7, weight))
    show("sine, float", *remez(p, 0, top, 4, weight), digits=9)
    show("cosine, float", *remez(q, 0, top, 4, weight), digits=9)
    parts, rest = [], pi / 2
    for _ in range(2):
        parts.append(mp.floor(rest * mpf(2) ** (33 * (len(parts) + 1) - 1)) / mpf(2) ** (33 * (len(parts) + 1) - 1))
        rest -= parts[-1]
    print("// pi/2 in two parts of 33 bits and a rest:", [mp.nstr(x, 25) for x in parts], mp.nstr(rest, 17), "2/pi", mp.nstr(2 / pi, 17))


@job
def error_function():
    """E in erf x = x + x E(x^2), |x| <= 1, and C in (1 + 2x) erfcx x = C(t), t = (x - 4)/(x + 4), x >= 0."""
    e = lambda z: near(z, lambda t: erf(sqrt(t)) / sqrt(t) - 1)
    show("erf, |x| <= 1", *remez(e, 0, 1, 12, lambda z: 1 / (1 + e(z))))

    def c(t):
        if abs(1 - t) < mpf(10) ** -10:
            return 2 / sqrt(pi) * (1 + (1 - t) / 16)  # x = 8/(1-t) - 4, far out
        x = 4 * (1 + t) / (1 - t)
        tail = 1 / (sqrt(pi) * x) * mp.hyp2f0(1, mpf(1) / 2, -1 / x**2) if x > 60 else exp(x * x) * erfc(x)
        return (1 + 2 * x) * tail

    show("erfcx", *remez(c, -1, 1, 24, lambda t: 1 / c(t)))


@job
def gamma():
    """R in lgamma x = (x - 1)(x - 2) R(y), 1/2 <= x <= 3, y = x - 1/2, and the tail s in lgamma x = (x - 1/2)(log x - 1) +
    log(2 pi)/2 - 1/2 + s(1/x^2)/x, x >= 9."""

    def r(y):
        x = y + mpf(1) / 2
        if abs(x - 1) < mpf(10) ** -20 or abs(x - 2) < mpf(10) ** -20:
            x += mpf(10) ** -20
        return loggamma(x) / ((x - 1) * (x - 2))

    top, bottom, worst = rational(r, 0, mpf(5) / 2, 11, 11, lambda y: 1 / r(y))
    show("top", top, worst)
    show("bottom", bottom, worst)
    s = lambda z: near(z, lambda t: (loggamma(1 / sqrt(t)) - ((1 / sqrt(t) - mpf(1) / 2) * (-log(t) / 2 - 1) + log(2 * pi) / 2 - mpf(1) / 2)) / sqrt(t))
    show("tail", *remez(lambda z: s(z) if z > mpf(10) ** -12 else mpf(1) / 12 - z / 360, 0, mpf(1) / 81, 6))


@job
def psi():
    """R in digamma x = (x - x0) R(y), 1 <= x <= 3, y = x - 1, x0 the root; s in digamma x = log x - 1/(2x) - z s(z),
    z = 1/x^2, x >= 9; t in trigamma x = 1/x + z/2 + z/x t(z)."""
    root = findroot(digamma, mpf("1.4616321449683623"))
    show("root", [mpf(float(root)), root - mpf(float(root))], 0)

    def r(y):
        x = y + 1
        return mp.polygamma(1, root) if abs(x - root) < mpf(10) ** -30 else digamma(x) / (x - root)

    top, bottom, worst = rational(r, 0, 2, 7, 7, lambda y: 1 / r(y))
    show("top", top, worst)
    show("bottom", bottom, worst)
    s = lambda z: (log(1 / sqrt(z)) - sqrt(z) / 2 - digamma(1 / sqrt(z))) / z if z > mpf(10) ** -12 else mpf(1) / 12 - z / 120
    show("digamma tail", *remez(s, 0, mpf(1) / 81, 6))
    t = lambda z: (mp.polygamma(1, 1 / sqrt(z)) - sqrt(z) - z / 2) / (z * sqrt(z)) if z > mpf(10) ** -10 else mpf(1) / 6 - z / 30
    show("trigamma tail", *remez(t, 0, mpf(1) / 81, 6))


if __name__ == "__main__":
    for name in sys.argv[1:] or jobs:
        print(f"\n// {name}: {jobs[name].__doc__}")
        jobs[name]()
