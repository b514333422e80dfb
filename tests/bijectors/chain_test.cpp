#include "variate/bijectors/chain.hpp"

#include "bijectors/bijector_checks.hpp"
#include "variate/bijectors/affine.hpp"
#include "variate/bijectors/exp.hpp"
#include "variate/bijectors/permutation.hpp"
#include "variate/bijectors/sigmoid.hpp"
#include "variate/bijectors/simplex.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Chain: inverse, volume, gradients", "[bijectors]") {
  check_on_normals(Chain(Affine(1.0, 0.5), Exp<>()), 3);
  check_on_normals(Chain(Affine(1.0, 0.5)), 1);
  check_on_normals(Chain(Permutation<>({1, 2, 0}), Simplex<>(), Permutation<>({0, 3, 1, 2})), 3, [](const Batch<double>& jacobian) {
    Batch<double> first(3, 3);  // volume counts in the first three coordinates before the last permutation
    first << jacobian.row(0), jacobian.row(2), jacobian.row(3);
    return log_abs_det(first);
  });
  check_float(Chain(Affine(1.0f, 0.5f), Exp<float>()), Chain(Affine(1.0, 0.5), Exp<>()), 3);
}

TEST_CASE("Chain: the first is applied first", "[bijectors]") {
  CHECK(forward_at(Chain(Affine(1.0, 2.0), Exp<>()), 3).value(0, 0) == Approx(std::exp(7.0)));
  CHECK(forward_at(Chain(Exp<>(), Affine(1.0, 2.0)), 3).value(0, 0) == Approx(1 + 2 * std::exp(3.0)));
  const Chain nested(Chain(Affine(1.0, 2.0), Exp<>()), Affine(0.0, -1.0));
  CHECK(forward_at(nested, 3).value(0, 0) == Approx(-std::exp(7.0)));
  CHECK(forward_at(nested, 3).log_det(0) == Approx(std::log(2.0) + 7));
  CHECK(Chain(Simplex<>(), Simplex<>()).output_size(2) == 4);
  CHECK(Chain(Simplex<>(), Simplex<>()).input_size(4) == 2);
}

TEST_CASE("Chain: only what every part can take", "[bijectors]") {
  const Chain b(Exp<>(), Affine(1.0, 2.0), Logit<>());  // e^x in (0, inf), 1 + 2e^x in (1, inf): Logit takes none of it
  const Chain good(Sigmoid<>(), Affine(0.0, 2.0));      // image (0, 2)
  CHECK(good.in_image((Batch<double>(1, 5) << -1, 0, 1, 2, 3).finished()) == (Row<double>(5) << 0, 0, 1, 0, 0).finished());
  CHECK(b.in_domain(Batch<double>::Zero(1, 2)) == Row<double>::Zero(2));
  CHECK(Chain(Affine(0.0, 0.5), Logit<>()).in_domain((Batch<double>(1, 3) << -1, 1, 3).finished()) == (Row<double>(3) << 0, 1, 0).finished());
  CHECK(says(message_of<DomainError>([&] { inverse_at(good, 3); }), "Sigmoid: y(0, 0) is 1.5"));
  CHECK(says(message_of<ShapeError>([] { Chain(Simplex<>(), Permutation<>({0, 1})).forward(Batch<double>::Zero(2, 1)); }),
             "Permutation: number of coordinates is 3, expected 2"));
}
