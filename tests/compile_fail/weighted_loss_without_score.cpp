// expect: A weighted loss needs log q with its way back: give the distribution evaluate(x)
#include "variate/objectives/weighted_losses.hpp"

using namespace variate;

struct Values {
  using Scalar = double;
  Index event_size() const { return 1; }
  Index batch_size() const { return 1; }
  template <class R>
  Batch<double> sample(R&, Index n) const {
    return Batch<double>::Zero(1, n);
  }
  Row<double> log_prob(const Batch<double>& x) const { return x.row(0); }
};

int main() {
  ForwardKl<double>{}(Values{}, WeightedPoints<double>{});
}
