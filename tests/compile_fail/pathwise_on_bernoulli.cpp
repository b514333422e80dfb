// expect: this distribution has none (discrete ones cannot): use Reinforce<LeaveOneOut>
#include <variate/variate.hpp>

int main() {
  const auto f = variate::differentiable([](const auto& x) { return sum(x); });
  const variate::Learner learner(variate::Bernoulli<double>(variate::Vector<double>::Zero(3)), f, variate::ElboRule<>{},
                                 variate::Adam<double>());
  const variate::Rng rng(1);
  variate::fit(learner, rng);
}
