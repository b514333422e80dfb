#include "autodiff/model_checks.hpp"

namespace variate_tests {

void check_derivatives(const CheckedModel& model, Index d, double low, double high) {
  const auto values = [&](const Batch<double>& x) { return model.values(model.f, x); };
  for (const Index s : {1, 3, 8, 17}) {
    CAPTURE(s);
    const Batch<double> x = scattered(d, s, low, high), v = scattered(d, s, -1, 1, 2);
    const Row<double> w = scattered(1, s, 0.5, 2, 3);
    const auto e = model.gradient(model.f, x, w);
    CHECK(difference(e.value, values(x)) == 0);
    CHECK(e.params == 0);
    CHECK(difference(e.g, differences(values, x, w)) < 1e-8);
    CHECK(difference(e.again, e.g) == 0);

    const auto second = model.second(model.f, x, v, w);
    CHECK(difference(second.value, e.value) < 1e-14);
    CHECK(difference(second.gradient, e.g) < 1e-13);
    CHECK(difference(second.slope.cwiseProduct(w), e.g.cwiseProduct(v).colwise().sum()) < 1e-13);
    const double h = 1e-5;
    const Batch<double> up = model.gradient(model.f, x + h * v, w).g, down = model.gradient(model.f, x - h * v, w).g;
    CHECK(difference(second.product, (up - down) / (2 * h)) < 1e-8);
  }
}

void check_precision(const CheckedFloat& model, Index d, double low, double high) {
  for (const Index s : {1, 5, 16, 21}) {
    CAPTURE(s);
    const Batch<float> x = scattered<float>(d, s, low, high);
    const Row<float> w = scattered<float>(1, s, 0.5, 2, 3);
    const auto e = model.gradient(model.f, x, w);
    const auto exact = model.wide(model.f, x.cast<double>(), w.cast<double>());
    CHECK(difference(e.value.cast<double>(), exact.value) < 1e-5);
    CHECK(difference(e.g.cast<double>(), exact.g) < 1e-5);
  }
}

}  // namespace variate_tests
