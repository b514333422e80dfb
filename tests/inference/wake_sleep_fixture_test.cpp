/// Sigmoid belief nets and every rule of wake-sleep against the recorded numbers.
#include <fstream>
#include <set>
#include <string>

#include "inference/sbn_fixture.hpp"
#include "support/catch.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/vimco.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/learner.hpp"
#include "variate/inference/memoised_wake_sleep.hpp"
#include "variate/inference/wake_sleep.hpp"
#include "variate/objectives/elbo.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

using nlohmann::json;

/// Everything a fixture holds is compared: another field is a failure.
void require_only(const json& j, const std::set<std::string>& known) {
  for (const auto& [name, value] : j.items())
    if (!known.count(name)) FAIL("unknown field " << name);
}
void settle(const std::string& file, const WorstError& error) {
  INFO(file << ": worst error " << error.worst);
  CHECK(error.worst < 1e-10);
}
/// Uniforms for the layers of q, from [L][K][B][n].
std::vector<Batch<double>> uniforms_of(const json& u) {
  std::vector<Batch<double>> all;
  for (const auto& layer : u) all.push_back(other_way(particles(layer)));
  return all;
}
std::vector<Batch<double>> bits_of(const json& h) {
  std::vector<Batch<double>> all;
  for (const auto& layer : h) all.push_back(particles(layer));
  return all;
}

}  // namespace

TEST_CASE("sigmoid belief nets by enumeration", "[fixtures][wake_sleep]") {
  for (const std::string& name : wake_sleep_files("sbn_exact_")) {
    const json file = fixture(name);
    require_only(
        file, {"sizes", "weights", "state_order", "total_probability", "per_x", "sleep_phi_exact_loss", "sleep_phi_exact_grad"});
    const auto model = sbn_of(file);
    const auto guide = guide_of(file);
    WorstError error;
    REQUIRE(file.at("per_x").size() > 0);
    for (const auto& one : file.at("per_x")) {
      require_only(
          one, {"x", "log_px", "elbo", "kl_q_p", "kl_p_q", "log_p_states", "log_q_states", "grad_log_px_theta", "grad_elbo_theta",
                "grad_elbo_phi", "wake_theta_expected", "wake_phi_exact_loss", "wake_phi_exact_grad"});
      const Batch<double> x = matrix(one.at("x"));
      const auto q = guide.at(x);
      const auto p = model.at(x);
      const Batch<double> states = q.support();
      const auto of_p = p.evaluate(states);
      const auto of_q = q.evaluate(states);
      if (!one.at("log_p_states").is_null()) {
        error(of_p.value, matrix(one.at("log_p_states")).transpose());
        error(of_q.value, matrix(one.at("log_q_states")).transpose());
        error(p(states), of_p.value);
        error(q.log_prob(states), of_q.value);
      }
      const double log_px = math::log_sum_exp(of_p.value);
      const Row<double> posterior = (of_p.value.array() - log_px).exp(), weights = of_q.value.array().exp();
      error(log_px, number(one.at("log_px")));
      error((of_p.value - of_q.value).dot(weights), number(one.at("elbo")));
      error((of_q.value.array() - of_p.value.array() + log_px).matrix().dot(weights), number(one.at("kl_q_p")));
      error((of_p.value.array() - log_px - of_q.value.array()).matrix().dot(posterior), number(one.at("kl_p_q")));
      error(of_p.pullback(posterior), in_order(one.at("grad_log_px_theta"), model.blocks()));
      error(-posterior.dot(of_q.value), number(one.at("wake_phi_exact_loss")));
      error(-of_q.pullback(posterior), in_order(one.at("wake_phi_exact_grad"), guide.blocks()));
      Rng rng(1);
      const auto exact = ElboRule<Exact, Elbo<SampledEntropy>>{}(guide, model, x, rng);
      error(exact.value, number(one.at("elbo")));
      error(exact.q, in_order(one.at("grad_elbo_phi"), guide.blocks()));
      error(exact.f, in_order(one.at("grad_elbo_theta"), model.blocks()));
      error(exact.f, in_order(one.at("wake_theta_expected"), model.blocks()));
    }
    // every (x, h)
    const Batch<double> worlds = detail::all_points<double>("test", model.sizes()[0], 2);
    double total = 0, loss = 0;
    Vector<double> gradient = Vector<double>::Zero(guide.params().size());
    for (Index i = 0; i < worlds.cols(); ++i) {
      const Batch<double> x = worlds.col(i);
      const auto q = guide.at(x);
      const Batch<double> states = q.support();
      const auto of_q = q.evaluate(states);
      const Row<double> joint = model.at(x)(states).array().exp();
      total += joint.sum();
      loss -= joint.dot(of_q.value);
      of_q.accumulate(Row<double>(-joint), gradient);
    }
    error(total, number(file.at("total_probability")));
    error(loss, number(file.at("sleep_phi_exact_loss")));
    error(gradient, in_order(file.at("sleep_phi_exact_grad"), guide.blocks()));
    settle(name, error);
  }
}

TEST_CASE("reweighted wake-sleep, particle by particle", "[fixtures][wake_sleep]") {
  for (const std::string& name : wake_sleep_files("rws_")) {
    const json file = fixture(name);
    require_only(file, {"sizes", "weights", "x", "K", "B", "u", "h", "log_p", "log_q", "log_w", "w_norm", "log_px_is", "ess",
                        "wake_sleep_theta", "unweighted_phi", "rws_theta", "iwae_theta", "rws_wake_phi", "sleep_phi", "mixed_phi",
                        "defensive_phi", "reinforce", "vimco"});
    const auto model = sbn_of(file);
    const auto guide = guide_of(file);
    const Batch<double> x = matrix(file.at("x")).transpose();
    const Index k = file.at("K").get<Index>(), b = file.at("B").get<Index>(), cols = k * b;
    REQUIRE(x.cols() == b);
    WorstError error;
    const auto theta = [&](const json& j) { return Vector<double>(-in_order(j, model.blocks())); };
    const auto phi = [&](const json& j) { return Vector<double>(-in_order(j, guide.blocks())); };
    const auto table = [&](const char* field) {
      const Batch<double> m = matrix(file.at(field));
      return Row<double>(Eigen::Map<const Row<double>>(m.data(), m.size()));
    };
    const auto uniforms = uniforms_of(file.at("u"));
    const auto run = [&](const auto& rule, std::vector<Batch<double>> then = {}) {
      auto all = uniforms;
      all.insert(all.end(), then.begin(), then.end());
      Recorded<double> rng({}, all);
      const auto estimate = rule(guide, model, x, rng);
      CHECK(rng.exhausted());
      return estimate;
    };

    // the draws and their weights
    const auto q = guide.at(x);
    const auto p = model.at(x);
    Recorded<double> rng({}, uniforms);
    const auto of_q = q.sample_and_evaluate(rng, k);
    const Batch<double>& h = of_q.points();
    CHECK(h == stacked(bits_of(file.at("h"))));
    const auto of_p = p.evaluate(h);
    error(of_p.value, table("log_p"));
    error(of_q.value, table("log_q"));
    error(Row<double>(of_p.value - of_q.value), table("log_w"));
    detail::LogWeights<double> weights(k, b);
    CHECK_FALSE(weights.take(Row<double>(of_p.value - of_q.value)));
    const Row<double> shares = weights.normalized();
    error(Row<double>(shares * static_cast<double>(b)), table("w_norm"));
    Row<double> evidence(b), ess(b);
    for (Index i = 0; i < b; ++i) {
      double squares = 0;
      Row<double> own(k);
      for (Index s = 0; s < k; ++s) {
        squares += std::pow(shares(s * b + i) * static_cast<double>(b), 2);
        own(s) = of_p.value(s * b + i) - of_q.value(s * b + i);
      }
      evidence(i) = math::log_mean_exp(own);
      ess(i) = 1 / squares;
    }
    error(evidence, matrix(file.at("log_px_is")).transpose());
    error(ess, matrix(file.at("ess")).transpose());

    // theta
    const auto plain = run(WakeSleep<Wake>{.n_samples = k, .phase_p = PhaseP::plain});
    error(plain.f, theta(file.at("wake_sleep_theta").at("grad")));
    error(-of_p.value.mean(), number(file.at("wake_sleep_theta").at("loss")));
    error(plain.value, (of_p.value - of_q.value).mean());
    const auto wake = run(WakeSleep<Wake>{.n_samples = k});
    error(wake.f, theta(file.at("rws_theta").at("grad")));
    error(-shares.dot(of_p.value), number(file.at("rws_theta").at("loss")));
    error(wake.f, theta(file.at("iwae_theta").at("grad")));
    error(-wake.value, number(file.at("iwae_theta").at("loss")));
    // phi
    error(wake.q, phi(file.at("rws_wake_phi").at("grad")));
    error(-shares.dot(of_q.value), number(file.at("rws_wake_phi").at("loss")));
    const Row<double> equal = Row<double>::Constant(cols, 1 / static_cast<double>(cols));
    error(of_q.pullback(equal), phi(file.at("unweighted_phi").at("grad")));
    error(-of_q.value.mean(), number(file.at("unweighted_phi").at("loss")));

    const json& asleep = file.at("sleep_phi");
    require_only(asleep, {"u_top_down", "h", "x", "loss", "grad"});
    std::vector<Batch<double>> dreamt;
    for (const auto& layer : asleep.at("u_top_down")) dreamt.push_back(other_way(matrix(layer).transpose()));
    {
      Recorded<double> again({}, dreamt);
      const auto dream = model.dream(again, cols);
      std::vector<Batch<double>> layers;
      for (const auto& layer : asleep.at("h")) layers.push_back(matrix(layer).transpose());
      CHECK(dream.h == stacked(layers));
      CHECK(dream.x == matrix(asleep.at("x")).transpose());
      const auto at_dreams = guide.at(dream.x);
      error(-at_dreams.log_prob(dream.h).mean(), number(asleep.at("loss")));
    }
    const auto sleep = run(WakeSleep<>{.n_samples = k}, dreamt);
    error(sleep.q, phi(asleep.at("grad")));
    error(sleep.f, theta(file.at("rws_theta").at("grad")));
    const json& mixed = file.at("mixed_phi");
    require_only(mixed, {"alpha", "note", "loss", "grad"});
    const double alpha = number(mixed.at("alpha"));
    error(run(WakeSleep<Mixed>{.n_samples = k, .phase_q = {.alpha = alpha}}, dreamt).q, phi(mixed.at("grad")));
    error(-alpha * shares.dot(of_q.value) + (1 - alpha) * number(asleep.at("loss")), number(mixed.at("loss")));

    const json& defensive = file.at("defensive_phi");
    require_only(defensive, {"delta", "pick", "h", "log_mix", "loss", "grad"});
    const double delta = number(defensive.at("delta"));
    const Batch<double> escaped = stacked(bits_of(defensive.at("h"))), pick = matrix(defensive.at("pick"));
    std::vector<Batch<double>> escape{
        Batch<double>(1 - (1 - delta / 2) * Eigen::Map<const Row<double>>(pick.data(), cols).array())};
    for (const auto& layer : bits_of(defensive.at("h"))) escape.push_back(forcing(layer));
    escape.push_back(forcing(escaped));
    error(run(WakeSleep<Defensive<>>{.n_samples = k, .phase_q = {.delta = delta}}, escape).q, phi(defensive.at("grad")));
    const Row<double> log_q = q.log_prob(escaped), log_mix = detail::log_of_either(log_q, FairBits{}, escaped, delta);
    const Batch<double> expected = matrix(defensive.at("log_mix"));
    error(log_mix, Eigen::Map<const Row<double>>(expected.data(), cols));
    detail::LogWeights<double> bounded(k, b);
    bounded.take(Row<double>(p(escaped) - log_mix));
    error(-bounded.normalized().dot(log_q), number(defensive.at("loss")));

    // score estimators of the bound
    const auto score = [&](LeftOut left_out, const json& j) {
      const auto e = run(ElboRule<Vimco, Elbo<SampledEntropy>>{.estimator = {left_out}, .samples = k});
      error(e.q, phi(j.at("grad_phi")));
      error(e.f, theta(j.at("grad_theta")));
    };
    require_only(file.at("reinforce"), {"loss", "grad_phi", "grad_theta"});
    require_only(file.at("vimco"), {"baseline", "loss", "grad_phi", "grad_theta"});
    score(LeftOut::nothing, file.at("reinforce"));
    score(LeftOut::geometric, file.at("vimco"));
    const Batch<double> baseline = matrix(file.at("vimco").at("baseline"));
    double naive = -evidence.mean(), recentred = naive;
    for (Index i = 0; i < b; ++i) {
      std::vector<double> l;
      for (Index s = 0; s < k; ++s) l.push_back(of_p.value(s * b + i) - of_q.value(s * b + i));
      const auto others = detail::log_sums_of_others(l);
      for (Index s = 0; s < k; ++s) {
        double mean = 0;
        for (Index o = 0; o < k; ++o)
          if (o != s) mean += l[static_cast<std::size_t>(o)] / static_cast<double>(k - 1);
        const double without = detail::log_add(others[static_cast<std::size_t>(s)], mean) - std::log(static_cast<double>(k));
        error(without, baseline(s, i));
        naive -= evidence(i) * of_q.value(s * b + i) / static_cast<double>(b);
        recentred -= (evidence(i) - without) * of_q.value(s * b + i) / static_cast<double>(b);
      }
    }
    error(naive, number(file.at("reinforce").at("loss")));
    error(recentred, number(file.at("vimco").at("loss")));
    settle(name, error);
  }
}

TEST_CASE("what Edward's WakeSleep computes, literally, from the same primitive", "[fixtures][wake_sleep]") {
  // Its sleep phase shows q the data beside latents from the prior, its wake phase weighs q's own draws equally: see
  // docs/wake_sleep.md.
  for (const std::string& name : wake_sleep_files("edward_wakesleep_")) {
    const json file = fixture(name);
    require_only(file, {"note",
                        "sizes",
                        "weights",
                        "x",
                        "S",
                        "scale_x",
                        "scale_z",
                        "reg",
                        "reg_value",
                        "u_q",
                        "h_q",
                        "u_p_top_down",
                        "h_p",
                        "p_log_prob",
                        "q_log_prob_wake",
                        "q_log_prob_sleep",
                        "loss_p",
                        "loss_q_wake",
                        "loss_q_sleep",
                        "grad_theta",
                        "grad_phi_wake",
                        "grad_phi_sleep"});
    REQUIRE(file.at("reg").get<std::string>() == "0.01 * sum of squares of all W and R");
    auto model = sbn_of(file);
    auto guide = guide_of(file);
    const Batch<double> x = matrix(file.at("x")).transpose();
    const Index s = file.at("S").get<Index>(), cols = s * x.cols();
    std::vector<double> of_model{number(file.at("scale_x"))}, of_guide{1};
    for (const auto& scale : file.at("scale_z")) {
      of_model.push_back(number(scale));
      of_guide.push_back(number(scale));
    }
    double penalty = 0;
    const auto ridge = [&](const Vector<double>& params, const std::vector<ParameterBlock>& blocks, char letter) {
      Vector<double> slope = Vector<double>::Zero(params.size());
      for (const ParameterBlock& block : blocks)
        if (block.name[0] == letter) {
          penalty += 0.01 * params.segment(block.begin, block.size()).squaredNorm();
          slope.segment(block.begin, block.size()) = 0.02 * params.segment(block.begin, block.size());
        }
      return slope;
    };
    const Vector<double> of_w = ridge(model.params(), model.blocks(), 'W'), of_r = ridge(guide.params(), guide.blocks(), 'R');
    WorstError error;
    error(penalty, number(file.at("reg_value")));

    Recorded<double> rng({}, uniforms_of(file.at("u_q")));
    const auto drawing = guide.at(x);
    const Batch<double> h = drawing.sample(rng, s);
    CHECK(h == stacked(bits_of(file.at("h_q"))));
    std::vector<Batch<double>> top_down;
    for (const auto& layer : file.at("u_p_top_down")) top_down.push_back(other_way(particles(layer)));
    top_down.push_back(Batch<double>::Constant(x.rows(), cols, 0.5));  // the data of these dreams are not used
    Recorded<double> dreams({}, top_down);
    const Batch<double> from_prior = model.dream(dreams, cols).h;
    CHECK(from_prior == stacked(bits_of(file.at("h_p"))));

    const Row<double> each = Row<double>::Constant(cols, 1 / static_cast<double>(s));
    const auto sleeping = guide.at(x);
    const auto asleep = sleeping.evaluate(from_prior);
    error(asleep.value.dot(each), number(file.at("q_log_prob_sleep")));
    error(-asleep.value.dot(each) + penalty, number(file.at("loss_q_sleep")));
    error(of_r - asleep.pullback(each), in_order(file.at("grad_phi_sleep"), guide.blocks()));

    model.set_scales(of_model);
    guide.set_scales(of_guide);
    const auto p = model.at(x);
    const auto joint = p.evaluate(h);
    error(joint.value.dot(each), number(file.at("p_log_prob")));
    error(-joint.value.dot(each) + penalty, number(file.at("loss_p")));
    error(of_w - joint.pullback(each), in_order(file.at("grad_theta"), model.blocks()));
    const auto waking = guide.at(x);
    const auto awake = waking.evaluate(h);
    error(awake.value.dot(each), number(file.at("q_log_prob_wake")));
    error(-awake.value.dot(each) + penalty, number(file.at("loss_q_wake")));
    error(of_r - awake.pullback(each), in_order(file.at("grad_phi_wake"), guide.blocks()));
    settle(name, error);
  }
}

TEST_CASE("memoised wake-sleep, one data point", "[fixtures][wake_sleep]") {
  for (const std::string& name : wake_sleep_files("memoised")) {
    const json file = fixture(name);
    require_only(file, {"note", "sizes", "weights", "x", "M", "memory", "proposals", "unique", "scores", "new_memory",
                        "memory_weights", "log_p", "log_q", "elbo", "log_memory_evidence", "theta_loss", "theta_grad", "phi_loss",
                        "phi_grad"});
    const auto model = sbn_of(file);
    const auto guide = guide_of(file);
    const Batch<double> x = matrix(file.at("x")), proposals = matrix(file.at("proposals")).transpose();
    const MemoisedOptions with_codes{
        .codes = file.at("M").get<Index>(), .proposals = proposals.cols(), .phase_q = MemoisedPhi::memory};
    MemoisedWakeSleep<double> rule(matrix(file.at("memory")).transpose(), 1, with_codes);
    std::vector<Batch<double>> uniforms;
    Index row = 0;
    for (std::size_t l = 1; l < guide.sizes().size(); row += guide.sizes()[l++])
      uniforms.push_back(forcing(proposals.middleRows(row, guide.sizes()[l])));
    Recorded<double> rng({}, uniforms);
    const auto estimate = rule(guide, model, x, rng);
    WorstError error;
    error(estimate.value, number(file.at("elbo")));
    error(estimate.value, number(file.at("log_memory_evidence")));
    error(-estimate.f, in_order(file.at("theta_grad"), model.blocks()));
    error(-estimate.q, in_order(file.at("phi_grad"), guide.blocks()));
    rule.learn(estimate.own);
    const Batch<double> memory = matrix(file.at("new_memory")).transpose(), unique = matrix(file.at("unique")).transpose();
    CHECK(rule.memory() == memory);
    const auto p = model.at(x);
    const auto q = guide.at(x);
    const Row<double> log_p = p(memory), log_q = q.log_prob(memory);
    error(log_p, matrix(file.at("log_p")).transpose());
    error(log_q, matrix(file.at("log_q")).transpose());
    error(p(unique), matrix(file.at("scores")).transpose());
    const Row<double> weights = math::softmax(log_p);
    error(weights, matrix(file.at("memory_weights")).transpose());
    error(-weights.dot(log_p), number(file.at("theta_loss")));
    error(-weights.dot(log_q), number(file.at("phi_loss")));
    settle(name, error);
  }
}

TEST_CASE("the digits are what they are said to be, and can be learned", "[fixtures][wake_sleep]") {
  const char* folder = std::getenv("VARIATE_FIXTURES");
  std::ifstream file(std::string(folder ? folder : VARIATE_TEST_DATA) + "/wake_sleep/digits.csv");
  REQUIRE(file);
  std::string line;
  std::getline(file, line);
  REQUIRE(line == "split,label,bits");
  std::vector<std::string> train, test;
  while (std::getline(file, line)) {
    const auto first = line.find(','), second = line.find(',', first + 1);
    const std::string split = line.substr(0, first), label = line.substr(first + 1, second - first - 1),
                      bits = line.substr(second + 1);
    REQUIRE((split == "train" || split == "test"));
    REQUIRE((label.size() == 1 && label[0] >= '0' && label[0] <= '9'));
    REQUIRE(bits.find_first_not_of("01") == std::string::npos);
    (split == "train" ? train : test).push_back(bits);
  }
  REQUIRE(train.size() > 1);
  REQUIRE(test.size() > 1);
  const auto batch = [](const std::vector<std::string>& all) {
    Batch<double> x(static_cast<Index>(all[0].size()), static_cast<Index>(all.size()));
    for (Index c = 0; c < x.cols(); ++c) {
      REQUIRE(all[static_cast<std::size_t>(c)].size() == all[0].size());
      for (Index r = 0; r < x.rows(); ++r) x(r, c) = all[static_cast<std::size_t>(c)][static_cast<std::size_t>(r)] - '0';
    }
    return x;
  };
  const Batch<double> x = batch(train), unseen = batch(test);
  // independent pixels, with the frequencies of the training data
  const Vector<double> mean = x.rowwise().mean().cwiseMax(0.01).cwiseMin(0.99);
  const double independent =
      (unseen.array().colwise() * mean.array().log() + (1 - unseen.array()).colwise() * (1 - mean.array()).log())
          .colwise()
          .sum()
          .mean();
  const std::vector<Index> sizes{x.rows(), 16};
  Rng rng(1);
  const auto model = LayeredSbn<double>::random(sizes, rng, x);
  const auto guide = LayeredGuide<double>::random(sizes, rng);
  const Adam<double> adam({.rate = 0.01});
  const Batches batches(50, Order::reshuffled);
  Learner learner(guide, model, WakeSleep<Wake>{.n_samples = 5}, adam, adam, x, batches);
  const Rng of_steps(2);
  while (learner.index() < 6 * batches.steps(x.cols())) {
    auto stream = of_steps.split(static_cast<std::uint64_t>(learner.index()));
    REQUIRE(learner.step(stream).taken);
  }
  auto fresh = Rng(3);
  const auto bound = WakeSleep<Wake>{.n_samples = 20}(learner.q(), learner.p(), unseen, fresh);
  CHECK(bound.value > independent + 0.5);
}
