#include "variate/networks/mlp.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "variate/autodiff/differentiable.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
template <class F, class G>
Batch<double> by_hand(const std::vector<Index>& sizes, const Vector<double>& theta, Batch<double> h, F hidden, G output) {
  Index at = 0;
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
    const Batch<double> w = Eigen::Map<const Batch<double>>(theta.data() + at, sizes[l + 1], sizes[l]);
    at += w.size();
    const Vector<double> b = theta.segment(at, sizes[l + 1]);
    at += b.size();
    Batch<double> a = (w * h).colwise() + b;
    for (Index i = 0; i < a.size(); ++i) a.data()[i] = l + 2 < sizes.size() ? hidden(a.data()[i]) : output(a.data()[i]);
    h = a;
  }
  return h;
}

/// Values by hand; slopes by the parameters and the points, and the surrogate's mixed derivatives, by central differences.
template <class Net, class F, class G>
void check(const Net& net, const std::vector<Index>& sizes, F hidden, G output) {
  Rng rng(4);
  const Vector<double> theta = normals<double>(rng, net.size(), 1);
  const Batch<double> z = normals<double>(rng, sizes.front(), 3), v = normals<double>(rng, sizes.front(), 3);
  const Row<double> w{{0.5, -1.0, 2.0}};
  const auto f = differentiable(net, theta);
  const auto value = [&](const Vector<double>& p, const Batch<double>& x) {
    return Row<double>(by_hand(sizes, p, x, hidden, output));
  };
  CHECK((f(z) - value(theta, z)).norm() < 1e-12);
  const auto e = f.evaluate(z);
  CHECK((e.value - f(z)).norm() == 0);
  Batch<double> g;
  const Vector<double> slope = e.pullback(w, g);
  const Vector<double> step = normals<double>(rng, net.size(), 1);
  const double h = 1e-5;
  CHECK(slope.dot(step) == Approx(w.dot(value(theta + h * step, z) - value(theta - h * step, z)) / (2 * h)).epsilon(1e-6));
  CHECK(g.cwiseProduct(v).sum() == Approx(w.dot(value(theta, z + h * v) - value(theta, z - h * v)) / (2 * h)).epsilon(1e-6));
  const auto second = f.hessian_vector_product(z, v, w);
  const auto along = [&](const Vector<double>& p) {
    return differentiable(net, p).hessian_vector_product(z, v, w).slope.dot(w);
  };
  const double mixed = (along(theta + h * step) - along(theta - h * step)) / (2 * h);
  CHECK(second.mixed.dot(step) == Approx(mixed).epsilon(1e-5).margin(1e-7));
}
const auto same = [](double x) { return x; };
}  // namespace

TEST_CASE("networks of any depth: values and slopes", "[networks]") {
  const auto tanh = [](double x) { return std::tanh(x); };
  const auto relu = [](double x) { return x > 0 ? x : 0; };
  const auto leaky = [](double x) { return x > 0 ? x : 0.01 * x; };
  const auto softplus = [](double x) { return std::log1p(std::exp(x)); };
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  check(Mlp<>({3, 1}), {3, 1}, tanh, same);
  check(Mlp<>({3, 7, 1}), {3, 7, 1}, tanh, same);
  check(Mlp<Activation::relu>({3, 7, 5, 1}), {3, 7, 5, 1}, relu, same);
  check(Mlp<Activation::leaky_relu>({2, 4, 4, 4, 1}), {2, 4, 4, 4, 1}, leaky, same);
  check(Mlp<Activation::softplus, Activation::sigmoid>({3, 7, 1}), {3, 7, 1}, softplus, sigmoid);
  check(Mlp<Activation::sigmoid, Activation::tanh>({1, 1, 1}), {1, 1, 1}, sigmoid, tanh);
  check(Mlp<Activation::identity>({3, 2, 1}), {3, 2, 1}, same, same);
}

namespace {
/// Two networks that share one vector, one after the other.
struct Two {
  Mlp<> first;
  Mlp<Activation::relu> second;
  auto operator()(const auto& z, const auto& theta) const {
    return sum(square(second(first(z, theta), theta, first.size()) - 0.5));
  }
};
}  // namespace

TEST_CASE("networks share a vector, with several outputs", "[networks]") {
  const Two two{Mlp<>({3, 5, 4}), Mlp<Activation::relu>({4, 6, 2})};
  Rng rng(6);
  const Index all = two.first.size() + two.second.size();
  const Vector<double> theta = normals<double>(rng, all, 1);
  const Batch<double> z = normals<double>(rng, 3, 4);
  const Batch<double> middle =
      by_hand({3, 5, 4}, theta.head(two.first.size()), z, [](double x) { return std::tanh(x); }, same);
  const Batch<double> out =
      by_hand({4, 6, 2}, theta.tail(two.second.size()), middle, [](double x) { return x > 0 ? x : 0; }, same);
  const Row<double> want = (out.array() - 0.5).square().colwise().sum();
  CHECK((differentiable(two, theta)(z) - want).norm() < 1e-12);
}

TEST_CASE("a network's numbers: how many, how they start, what is refused", "[networks]") {
  const Mlp<> net({64, 200, 10});
  CHECK(net.inputs() == 64);
  CHECK(net.outputs() == 10);
  CHECK(net.layers().size() == 2);
  CHECK(net.size() == 64 * 200 + 200 + 200 * 10 + 10);
  Rng rng(8), again(8);
  const Vector<double> start = net.initialise(rng, Initialisation::he);
  CHECK(start.size() == net.size());
  CHECK(start.head(Dense(64, 200).size()) == Dense(64, 200).initialise(again, Initialisation::he));
  CHECK(start.tail(Dense(200, 10).size()) == Dense(200, 10).initialise(again, Initialisation::he));
  CHECK_THROWS_AS(Mlp<>({3}), InvalidArgument);
  CHECK_THROWS_AS(Mlp<>({}), InvalidArgument);
  CHECK_THROWS_AS(Mlp<>({3, 0, 1}), InvalidArgument);
  const auto narrow = differentiable(Mlp<>({3, 1}), Vector<double>(Vector<double>::Zero(3)));
  CHECK_THROWS_AS(narrow(Batch<double>(Batch<double>::Zero(3, 1))), ShapeError);
}

TEST_CASE("a network in single precision", "[networks]") {
  const Mlp<Activation::softplus> net({3, 7, 1});
  Rng rng(10);
  const Vector<float> theta = net.initialise<float>(rng, Initialisation::torch);
  const Batch<float> z = normals<float>(rng, 3, 4);
  const Row<float> value = differentiable(net, theta)(z);
  const Row<double> want = differentiable(net, Vector<double>(theta.cast<double>()))(Batch<double>(z.cast<double>()));
  CHECK((value.cast<double>() - want).norm() < 1e-6);
}
