// expect: this distribution has none (discrete ones cannot): use Reinforce<LeaveOneOut>
#include <variate/variate.hpp>

int main() {
  const variate::Product q(variate::Normal<double>::standard(2), variate::Bernoulli<double>(variate::Vector<double>::Zero(3)));
  const auto f = variate::differentiable([](const auto& x) { return sum(x); });
  variate::Rng rng(1);
  variate::Nodewise(variate::Pathwise{}, variate::Pathwise{})(q, f, rng, 1);
}
