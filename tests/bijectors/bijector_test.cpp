#include "variate/bijectors/bijector.hpp"

#include "bijectors/bijector_checks.hpp"
#include "variate/bijectors/exp.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// The least that a bijector must have: y = 2x.
struct Doubling {
  using Scalar = double;
  struct Image {
    Batch<double> value;
    Row<double> log_det;
    double factor;
    Batch<double> pullback(const Batch<double>& g, const Row<double>& w) const {
      detail::require_pullback("Doubling", value, g, w);
      return factor * g;
    }
  };
  static Image scaled(const Batch<double>& x, double factor) {
    return {factor * x, Row<double>::Constant(x.cols(), static_cast<double>(x.rows()) * std::log(factor)), factor};
  }
  Index output_size(Index d) const { return d; }
  Index input_size(Index d) const { return d; }
  Image forward(const Batch<double>& x) const { return scaled(x, 2); }
  Image inverse(const Batch<double>& y) const { return scaled(y, 0.5); }
  Batch<double> value(const Batch<double>& x) const { return 2 * x; }
  Batch<double> inverse_value(const Batch<double>& y) const { return y / 2; }
  Row<double> in_domain(const Batch<double>& x) const { return detail::finite_columns(x); }
  Row<double> in_image(const Batch<double>& y) const { return detail::finite_columns(y); }
};
struct OneWay {
  using Scalar = double;
  Doubling::Image forward(const Batch<double>& x) const { return Doubling::scaled(x, 2); }
};
}  // namespace

TEST_CASE("Bijector: a type of one's own is one", "[bijectors]") {
  STATIC_REQUIRE(Bijector<Doubling>);
  STATIC_REQUIRE(!Bijector<OneWay>);
  STATIC_REQUIRE(!Bijector<int>);
  STATIC_REQUIRE(BijectorImage<ForwardOf<Exp<>>, double>);
  STATIC_REQUIRE(!BijectorImage<OneWay, double>);
}

TEST_CASE("Bijector: helpers", "[bijectors]") {
  const Batch<double> x = (Batch<double>(2, 3) << 1, infinity, 2, 1, 3, std::nan("")).finished();
  CHECK(detail::finite_columns(x) == (Row<double>(3) << 1, 0, 0).finished());
  CHECK(detail::column_text(x, 0) == "(1, 1)");
  CHECK(detail::column_text(x, 2) == "(2, nan)");
  CHECK(detail::column_text(Batch<double>(Batch<double>::Zero(9, 1)), 0) == "(0, 0, 0, 0, 0, 0, 0, 0, ...)");
  Row<double> good = (Row<double>(3) << 1, 0, 1).finished();
  detail::refine(good, x, [](const Batch<double>& some) {
    CHECK(some.cols() == 2);
    return Row<double>((Row<double>(2) << 0, 1).finished());
  });
  CHECK(good == (Row<double>(3) << 0, 0, 1).finished());
  check_on_normals(Doubling(), 2);
}
