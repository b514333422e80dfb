/// Transforms, masks, and the pieces around them against recorded numbers.
#include <string>

#include "integration/flow_cases.hpp"
#include "variate/bijectors/affine.hpp"
#include "variate/networks/detail/dense_pass.hpp"

namespace {
namespace flow_cells {

using namespace variate;
using namespace variate_tests;

/// Lists for one coordinate, one after the other: (N, P_1), (N, P_2) ... as sum P x N.
Batch<double> stacked(const nlohmann::json& one, const std::vector<std::string>& names) {
  Batch<double> raw(0, 0);
  for (const std::string& name : names) {
    const Batch<double> part = points(one.at(name));
    Batch<double> both(raw.rows() + part.rows(), part.cols());
    if (raw.rows() > 0) both.topRows(raw.rows()) = raw;
    both.bottomRows(part.rows()) = part;
    raw = both;
  }
  return raw;
}

/// Gradients of `image` with the cotangents of a `vjp` field.
template <class Image>
void compare_gradients(const std::string& what, const Image& image, const nlohmann::json& vjp, WorstOf& worst) {
  require_only(vjp, {"cot_out", "cot_logj", "grad_x", "grad_params"});
  Batch<double> of_raw;
  const Batch<double> of_x = image.pullback(points(vjp.at("cot_out")), numbers(vjp.at("cot_logj")), of_raw);
  worst.add(what + " grad_x", of_x, points(vjp.at("grad_x")), 1e-13);
  worst.add(what + " grad_params", of_raw, raw_parameters(vjp.at("grad_params")), 1e-13);
}

TEST_CASE("affine transforms as recorded", "[fixtures][zunis]") {
  WorstOf worst("affine");
  for_zunis_cases("affine", [&](const nlohmann::json& one) {
    require_only(one, {"N", "k", "x", "st", "fwd_out", "fwd_logj", "inv_out", "inv_logj", "fwd_vjp", "inv_vjp"});
    const Batch<double> x = points(one.at("x")), raw = raw_parameters(one.at("st"));
    const auto forward = transform_to_target(AffineTransform<double>(), x, raw);
    const auto inverse = transform_to_latent(AffineTransform<double>(), x, raw);
    worst.add("fwd_out", forward.value, points(one.at("fwd_out")));
    worst.add("fwd_logj", forward.log_det, numbers(one.at("fwd_logj")));
    worst.add("inv_out", inverse.value, points(one.at("inv_out")));
    worst.add("inv_logj", inverse.log_det, numbers(one.at("inv_logj")));
    compare_gradients("fwd", forward, one.at("fwd_vjp"), worst);
    compare_gradients("inv", inverse, one.at("inv_vjp"), worst);
  });
  worst.check(1e-12);
}

template <class Map>
void compare_piecewise(const Map& map, const nlohmann::json& one, const Batch<double>& raw, WorstOf& worst) {
  const auto kind = one.at("kind").get<std::string>();
  const auto direct = transform_to_latent(map, points(one.at("x")), raw);
  worst.add(kind + " out", direct.value, points(one.at("out")));
  worst.add(kind + " logj", direct.log_det, numbers(one.at("logj")), 1e-13);
  const auto inverse = transform_to_target(map, points(one.at("y")), raw);
  worst.add(kind + " inv_out", inverse.value, points(one.at("inv_out")));
  worst.add(kind + " inv_logj", inverse.log_det, numbers(one.at("inv_logj")), 1e-13);
  if (kind != "interior") return;
  const auto back = transform_to_target(map, points(one.at("out")), raw);
  worst.add("roundtrip", back.value, points(one.at("roundtrip")));
  worst.add("roundtrip_logj", back.log_det, numbers(one.at("roundtrip_logj")), 1e-13);
  compare_gradients("", direct, one.at("vjp"), worst);
}
const std::set<std::string> piecewise_fields{"kind", "N", "k", "b", "x", "out", "logj", "y", "inv_out", "inv_logj"};
std::set<std::string> and_also(std::set<std::string> fields, const std::set<std::string>& more) {
  fields.insert(more.begin(), more.end());
  return fields;
}

TEST_CASE("piecewise linear transforms as recorded", "[fixtures][zunis]") {
  WorstOf worst("pwlinear");
  for_zunis_cases("pwlinear", [&](const nlohmann::json& one) {
    const auto kind = one.at("kind").get<std::string>();
    if (kind != "interior" && kind != "edges") FAIL("unknown kind " << kind);
    require_only(one, and_also(piecewise_fields, {"q_tilde", "roundtrip", "roundtrip_logj", "vjp"}));
    compare_piecewise(PiecewiseLinear<double>(one.at("b").get<Index>()), one, raw_parameters(one.at("q_tilde")), worst);
  });
  worst.check(1e-10);  // inverses of maps whose logits have scale 6 are ill-conditioned
}

TEST_CASE("piecewise quadratic transforms as recorded", "[fixtures][zunis]") {
  WorstOf worst("pwquad");
  for_zunis_cases("pwquad", [&](const nlohmann::json& one) {
    const auto kind = one.at("kind").get<std::string>();
    if (kind != "interior" && kind != "edges" && kind != "near_flat") FAIL("unknown kind " << kind);
    require_only(one, and_also(piecewise_fields, {"vw_tilde", "roundtrip", "roundtrip_logj", "vjp", "mode", "spread",
                                                  "upstream_inv_out"}));
    compare_piecewise(PiecewiseQuadratic<double>(one.at("b").get<Index>()), one, raw_parameters(one.at("vw_tilde")), worst);
  });
  worst.check(1e-10);
}

TEST_CASE("rational-quadratic splines as recorded", "[fixtures][zunis]") {
  WorstOf worst("rqs");
  for_zunis_cases("rqs", [&](const nlohmann::json& one) {
    const auto kind = one.at("kind").get<std::string>();
    RationalQuadraticOptions<double> options{.bins = one.at("K").get<Index>(), .identity_at_zero = false};
    if (kind == "bounded") {
      require_only(one, {"kind", "N", "K", "lo", "hi", "min_bin_width", "min_bin_height", "min_derivative", "x", "uw", "uh", "ud",
                         "out", "logdet", "inv_out", "inv_logdet", "cot_out", "cot_logdet", "grad_x", "grad_uw", "grad_uh",
                         "grad_ud"});
      options.low = number(one.at("lo"));
      options.high = number(one.at("hi"));
      options.least_width = number(one.at("min_bin_width"));
      options.least_height = number(one.at("min_bin_height"));
      options.least_slope = number(one.at("min_derivative"));
    } else if (kind == "linear_tails") {
      require_only(one, {"kind", "N", "K", "tail_bound", "x", "uw", "uh", "ud", "out", "logdet", "inv_out", "inv_logdet"});
      options.high = number(one.at("tail_bound"));
      options.low = -options.high;
      options.linear_tails = true;
    } else FAIL("unknown kind " << kind);
    const RationalQuadratic<double> map(options);
    const Batch<double> x = numbers(one.at("x")), raw = stacked(one, {"uw", "uh", "ud"});
    const auto direct = transform_to_latent(map, x, raw);
    worst.add(kind + " out", direct.value, numbers(one.at("out")));
    worst.add(kind + " logdet", direct.log_det, numbers(one.at("logdet")), 1e-13);
    const auto inverse = transform_to_target(map, x, raw);
    worst.add(kind + " inv_out", inverse.value, numbers(one.at("inv_out")));
    worst.add(kind + " inv_logdet", inverse.log_det, numbers(one.at("inv_logdet")), 1e-13);
    if (kind == "linear_tails") return;
    Batch<double> of_raw;
    const Batch<double> of_x = direct.pullback(numbers(one.at("cot_out")), numbers(one.at("cot_logdet")), of_raw);
    worst.add("grad_x", of_x, numbers(one.at("grad_x")), 1e-13);
    worst.add("grad_params", of_raw, stacked(one, {"grad_uw", "grad_uh", "grad_ud"}), 1e-13);
  });
  worst.check(1e-10);
}

TEST_CASE("masks as recorded", "[fixtures][zunis]") {
  for_zunis_cases("masks", [](const nlohmann::json& one) {
    require_only(one, {"strategy", "n", "d", "repetitions", "masks"});
    const auto strategy = one.at("strategy").get<std::string>();
    const auto d = one.at("d").get<Index>(), repetitions = one.at("repetitions").get<Index>();
    std::vector<CouplingMask> masks;
    if (strategy == "checkerboard") masks = checkerboard_masks(d, repetitions);
    else if (strategy == "n_ary") masks = n_ary_masks(d, one.at("n").get<Index>(), repetitions);
    else if (strategy == "iflow") masks = bit_pattern_masks(d, repetitions);
    else if (strategy == "maximal") masks = one_conditions_all_masks(d, repetitions);
    else FAIL("unknown strategy " << strategy);
    CHECK(masks == one.at("masks").get<std::vector<CouplingMask>>());
  });
}

/// The last column of `xj` is minus the log density of the point before it.
template <class Image>
void compare_moved(const std::string& what, const Image& image, const Batch<double>& before, const nlohmann::json& after,
                   WorstOf& worst) {
  const Batch<double> want = points(after);
  worst.add(what, image.value, want.topRows(want.rows() - 1));
  worst.add(what + " density", before.bottomRows(1) + image.log_det, want.bottomRows(1));
}

template <class F>
Batch<double> on_a_tape(const Batch<double>& x, F f) {
  using Lane = math::Lanes<double>;
  LentTape<Lane> tape;
  const auto y = evaluated(f(Variable<Lane, Kind::sample>(tape->input(x.data(), x.rows(), x.cols(), false))));
  return Eigen::Map<const Batch<double>>(y.node->value, x.rows(), x.cols());
}

TEST_CASE("layers and latent distributions as recorded", "[fixtures][zunis]") {
  WorstOf worst("layers_priors");
  for_zunis_cases("layers_priors", [&](const nlohmann::json& one) {
    require_only(one, {"layer", "alpha", "delta", "scale", "offset", "slope", "low", "high", "mu", "sig", "x", "xj", "out",
                       "log_prob"});
    const auto layer = one.at("layer").get<std::string>();
    const auto get = [&](const char* field) { return number(one.at(field)); };
    if (layer == "Sigmoid" || layer == "InverseSigmoid") {
      const Batch<double> before = points(one.at("xj"));
      const Batch<double> x = before.topRows(before.rows() - 1);
      const Sigmoid<double> sigmoid;
      compare_moved(layer, layer == "Sigmoid" ? sigmoid.forward(x) : sigmoid.inverse(x), before, one.at("out"), worst);
      return;
    }
    const Batch<double> x = points(one.at("x"));
    if (layer == "UniformPrior") {
      worst.add(layer, Latent<double>::uniform(get("low"), get("high")).log_prob(x), numbers(one.at("log_prob")));
    } else if (layer == "GaussianPrior") {
      worst.add(layer, Latent<double>::normal(get("mu"), get("sig")).log_prob(x), numbers(one.at("log_prob")));
    } else if (layer == "BiLU") {
      const auto y = on_a_tape(x, [&](const auto& a) { return two_slopes(a, get("alpha"), get("delta")); });
      worst.add(layer, y, points(one.at("out")));
    } else if (layer == "NormBiTanh") {
      worst.add(layer, on_a_tape(x, [&](const auto& a) { return leaky_tanh(a, get("alpha")); }), points(one.at("out")));
    } else if (layer == "OverallAffineLayer") {
      worst.add(layer, Affine<double>(get("delta"), get("alpha")).value(x), points(one.at("out")));
    } else if (layer == "Reshift") {
      worst.add(layer, Affine<double>(get("offset"), get("scale")).value(x), points(one.at("out")));
    } else if (layer == "LeakyReLU") {
      CHECK(get("slope") == 0.01);
      const Index n = detail::whole_registers<double>(x.size());
      Row<double> all = Row<double>::Zero(n);
      std::copy_n(x.data(), x.size(), all.data());
      detail::activate_in_place<Activation::leaky_relu>(all.data(), n);
      worst.add(layer, Eigen::Map<const Batch<double>>(all.data(), x.rows(), x.cols()), points(one.at("out")));
    } else FAIL("unknown layer " << layer);
  });
  worst.check(1e-12);
}

}  // namespace flow_cells
}  // namespace
