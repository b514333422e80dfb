#include "variate/io/stan_csv.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "io/scratch.hpp"
#include "support/catch.hpp"

using namespace variate;
using namespace variate_tests;

TEMPLATE_TEST_CASE("Draws come back from Stan CSV bit by bit", "[io]", float, double) {
  using T = TestType;
  const Scratch scratch("stan_csv");
  const std::string path = scratch.path("draws.csv");
  Batch<T> draws(2, 3);
  draws << T(0.1), T(1) / T(3), std::numeric_limits<T>::min(), T(-1e30), std::numeric_limits<T>::max(), T(0);
  Row<T> log_p(3), log_q(3);
  log_p << T(-1.5), -std::numeric_limits<T>::infinity(), T(2) / T(7);
  log_q << T(-3), T(-4), T(-5);
  write_stan_csv(path, draws,
                 {.name = "beta", .log_p = log_p, .log_q = log_q, .comments = {{"model", "a = b"}, {"seed", "42"}}});
  const std::string text = read_file(path);
  CHECK(text.substr(0, text.find("\n0,")) == "# model = a = b\n# seed = 42\nlp__,log_p__,log_g__,beta.1,beta.2");

  const StanCsv back = read_stan_csv(path);
  CHECK(back.names == std::vector<std::string>{"beta.1", "beta.2"});
  CHECK(back.internal_names == std::vector<std::string>{"lp__", "log_p__", "log_g__"});
  CHECK(back.draws.cast<T>() == draws);
  CHECK(back.internal("log_p__").cast<T>() == log_p);
  CHECK(back.internal("log_g__").cast<T>() == log_q);
  CHECK((back.internal("lp__").array() == 0.0).all());
  CHECK(back.internal("stepsize__").size() == 0);
  CHECK(back.mean.size() == 0);
  REQUIRE(back.comments.size() == 2);
  CHECK(back.comments[0].first == "model");
  CHECK(back.comments[0].second == "a = b");
  CHECK(back.comments[1].second == "42");
  CHECK(scratch.entries() == 1);
}

TEST_CASE("Stan CSV with a mean in front, names of one's own, and NaN", "[io]") {
  const Scratch scratch("stan_csv_mean");
  const std::string path = scratch.path("draws.csv");
  Batch<double> draws(1, 2);
  draws << 1.25, std::numeric_limits<double>::quiet_NaN();
  write_stan_csv(path, draws, {.names = {"sigma"}, .mean = Vector<double>::Constant(1, 0.75)});
  CHECK(read_file(path) == "# method = variational\nlp__,log_p__,log_g__,sigma\n0,0,0,0.75\n0,0,0,1.25\n0,0,0,nan\n");
  const StanCsv back = read_stan_csv(path);
  CHECK(back.mean(0) == 0.75);
  CHECK(back.draws(0, 0) == 1.25);
  CHECK(std::isnan(back.draws(0, 1)));
  CHECK(back.internal("log_p__").size() == 2);
}

TEST_CASE("A file in the manner of CmdStan's sampler is read, comments in the middle included", "[io]") {
  const Scratch scratch("cmdstan");
  const std::string path = scratch.path("output.csv");
  write_file(path,
             "# stan_version_major = 2\n# method = sample (Default)\nlp__,accept_stat__,mu,theta.1,theta.2\n"
             "# Adaptation terminated\n# Step size = 0.8\n-7.1,0.9,1,2,3\n-7.2,1,4,5,6\n# \n#  Elapsed Time: 0.005 seconds (Warm-up)\n");
  const StanCsv back = read_stan_csv(path);
  CHECK(back.names == std::vector<std::string>{"mu", "theta.1", "theta.2"});
  CHECK(back.draws(2, 1) == 6.0);
  CHECK(back.internal("accept_stat__")(0) == 0.9);
  CHECK(back.mean.size() == 0);
  CHECK(back.comments.back().first == "Step size");
}

TEST_CASE("Stan CSV refuses what does not fit", "[io]") {
  const Scratch scratch("stan_csv_errors");
  const std::string path = scratch.path("draws.csv");
  const Batch<double> draws = Batch<double>::Zero(2, 3);
  using Row3 = Row<double>;
  CHECK_THROWS_AS(write_stan_csv(path, draws, {.log_p = Row3::Zero(2)}), ShapeError);
  CHECK_THROWS_AS(write_stan_csv(path, draws, {.log_q = Row3::Zero(4)}), ShapeError);
  CHECK_THROWS_AS(write_stan_csv(path, draws, {.mean = Vector<double>::Zero(3)}), ShapeError);
  CHECK_THROWS_AS(write_stan_csv(path, draws, {.names = {"a"}}), ShapeError);
  CHECK(says(message_of<InvalidArgument>([&] { write_stan_csv(path, draws, {.names = {"a", "a"}}); }), "\"a\""));
  CHECK(says(message_of<InvalidArgument>([&] { write_stan_csv(path, draws, {.names = {"a", "b,c"}}); }), "\"b,c\""));
  CHECK_THROWS_AS(write_stan_csv(path, draws, {.names = {"a", "lp__"}}), InvalidArgument);
  CHECK_THROWS_AS(write_stan_csv(path, draws, {.comments = {{"a", "b\nc"}}}), InvalidArgument);
  CHECK_THROWS_AS(write_stan_csv(path, Batch<double>(0, 3)), InvalidArgument);
  CHECK_THROWS_AS(write_stan_csv(path, Batch<double>(2, 0)), InvalidArgument);
  CHECK(scratch.entries() == 0);
  CHECK_THROWS_AS(read_stan_csv(path), FileError);
  write_file(path, "lp__,mu\n0,one\n");
  CHECK(says(message_of<InvalidArgument>([&] { read_stan_csv(path); }), "line 2, column 2 (mu): \"one\""));
}
