// expect: Smd follows the loss's gradient
#include "variate/random/rng.hpp"
#include "variate/simulation/smd.hpp"

int main() {
  variate::Smd smd([](const variate::Vector<double>& theta) -> double { return theta[0]; });
  variate::Rng rng(1);
  smd.run(rng, variate::Vector<double>::Zero(1), {});
}
