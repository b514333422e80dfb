// A user's program, small on purpose: what is tested is how it finds the library.
#include <cstdio>
#include <cstring>
#include <variate/variate.hpp>
#ifdef WITH_mpi
#include <variate/parallel/mpi.hpp>
using Executor = variate::MpiExecutor<>;
#else
using Executor = variate::SerialExecutor;
#endif

int main() {
  const auto square = [](const variate::Batch<double>& x) -> variate::Row<double> { return x.colwise().squaredNorm(); };
  static_assert(variate::Integrand<decltype(square), double>);
  static_assert(variate::Executor<Executor>);
  variate::Batch<double> x(2, 3);
  x << 1, 2, 3, 4, 5, 6;
  const variate::Row<double> value = variate::evaluate(square, x).value;
  std::printf("variate %s: %g %g %g\n", variate::version, value(0), value(1), value(2));
  return value(2) == 45 && std::strcmp(variate::version, EXPECTED_VERSION) == 0 ? 0 : 1;
}
