#include "support/catch.hpp"
#include "variate/random/rng.hpp"
#include "variate/simulation/external_simulator.hpp"
#include "variate/simulation/simulated_loss.hpp"

using namespace variate;

TEST_CASE("A program as a simulator", "[simulation]") {
  // two time steps of two outputs: the parameters, and whether there was a seed
  const ExternalSimulator simulator("awk 'NR==1 {print $1, $2; print $2 \",\" 2*$1} NR==2 {if ($1 < 1) exit 3}'");
  Rng rng(1);
  Vector<double> theta(2);
  theta << -0.1, -2.5e-7;
  const Batch<double> run = simulator(theta, rng);
  CHECK(run.rows() == 2);
  CHECK(run.cols() == 2);
  CHECK(run(0, 0) == -0.1);
  CHECK(run(1, 0) == -2.5e-7);
  CHECK(run(1, 1) == -0.2);
  const SimulatedLoss loss(simulator);
  CHECK(loss(theta, run, rng).value == 0);
  CHECK(std::isnan(ExternalSimulator("cat > /dev/null; echo nan")(theta, rng)(0, 0)));
}

TEST_CASE("Programs that go wrong", "[simulation]") {
  Rng rng(1);
  const Vector<double> theta = Vector<double>::Ones(1);
  const auto words = [&](const std::string& command) -> std::string {
    try {
      ExternalSimulator{command}(theta, rng);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  CHECK(variate_tests::says(words("exit 4"), "ended with status"));
  CHECK(variate_tests::says(words("cat > /dev/null"), "wrote nothing"));
  CHECK(variate_tests::says(words("printf '1 2\\n3\\n'"), "line 2 of what printf"));
  CHECK(variate_tests::says(words("echo 1 x"), "has 'x', expected a number"));
  CHECK_THROWS_AS(ExternalSimulator(""), InvalidArgument);
}
