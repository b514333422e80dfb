/// Coupling cells with their networks, and whole flows with both losses, against recorded numbers.
#include <string>

#include "integration/flow_cases.hpp"
#include "variate/objectives/weighted_losses.hpp"

namespace {
namespace flow_fixtures {

using namespace variate;
using namespace variate_tests;

/// The last row of recorded points is minus their log density.
Batch<double> without_last(const Batch<double>& x) { return x.topRows(x.rows() - 1); }

TEST_CASE("coupling cells with their networks as recorded", "[fixtures][zunis]") {
  WorstOf worst("cell_with_net");
  for_zunis_cases("cell_with_net", [&](const nlohmann::json& one) {
    require_only(one, {"cell", "d", "mask", "d_hidden", "n_hidden", "n_bins", "input_reshift", "leaky_slope", "net_params", "xj",
                       "net_out", "fwd", "inv"});
    CHECK(number(one.at("leaky_slope")) == 0.01);
    CHECK(one.at("input_reshift").get<bool>() == (one.at("cell") != "realnvp"));
    const std::vector<CouplingMask> masks{one.at("mask").get<CouplingMask>()};
    with_flow(one, masks, one.at("net_params"), [&](const auto& q) {
      const Batch<double> xj = points(one.at("xj")), fwd = points(one.at("fwd")), inv = points(one.at("inv"));
      const Batch<double> x = without_last(xj);
      const auto& cell = q.layers().front();
      const Index n = detail::whole_registers<double>(x.cols());
      const auto compare = [&](const std::string& what, const Batch<double>& want, bool to_target) {
        Batch<double> moved = Batch<double>::Constant(x.rows(), n, 0.5), keep(cell.kept(), n);
        moved.leftCols(x.cols()) = x;
        Row<double> log_slope = Row<double>::Zero(n);
        if (to_target) cell.to_target(q.params().data(), moved.data(), log_slope.data(), keep.data(), n);
        else cell.to_latent(q.params().data(), moved.data(), log_slope.data(), keep.data(), n);
        worst.add(what, moved.leftCols(x.cols()), without_last(want));
        const Row<double> log_det = (to_target ? -1 : 1) * log_slope.head(x.cols());
        worst.add(what + " density", xj.bottomRows(1) + log_det, want.bottomRows(1));
      };
      compare("fwd", fwd, true);
      compare("inv", inv, false);
      // the network's values, where the transform has not yet replaced them
      std::vector<Dense> layers;
      std::vector<Index> sizes{static_cast<Index>(cell.passing().size())};
      for (Index l = 0; l <= one.at("n_hidden").get<Index>(); ++l) sizes.push_back(one.at("d_hidden").get<Index>());
      sizes.push_back(static_cast<Index>(cell.moved().size()) * cell.transform().parameters());
      for (std::size_t l = 0; l + 1 < sizes.size(); ++l) layers.emplace_back(sizes[l], sizes[l + 1]);
      Batch<double> rows = Batch<double>::Zero(detail::dense_rows(layers), n);
      for (std::size_t i = 0; i < cell.passing().size(); ++i)
        for (Index c = 0; c < x.cols(); ++c) {
          const double value = x(cell.passing()[i], c);
          rows(static_cast<Index>(i), c) = one.at("input_reshift").get<bool>() ? 2 * value - 1 : value;
        }
      detail::dense_forward<Activation::leaky_relu>(layers, q.params().data(), rows.data(), n);
      worst.add("net_out", rows.bottomRows(sizes.back()).leftCols(x.cols()), raw_parameters(one.at("net_out")));
    });
  });
  worst.check(1e-11);
}

TEST_CASE("flows and both losses as recorded", "[fixtures][zunis]") {
  WorstOf worst("flow_losses");
  for_zunis_cases("flow_losses", [&](const nlohmann::json& one) {
    require_only(one, {"cell", "d", "masking", "repetitions", "d_hidden", "n_hidden", "n_bins", "params", "x", "px", "fx", "zj",
                       "logq", "variance_loss", "variance_grad", "dkl_loss", "dkl_grad", "latent_in", "target_out"});
    with_flow(one, masks_of(one), one.at("params"), [&](const auto& q) {
      const Batch<double> x = points(one.at("x")), zj = points(one.at("zj"));
      const Row<double> p = numbers(one.at("px")), f = numbers(one.at("fx"));
      const auto e = q.evaluate(x);
      worst.add("logq", e.value, numbers(one.at("logq")), 1e-13);
      const auto z = q.to_latent(x);
      worst.add("zj", z.value, without_last(zj));
      worst.add("zj density", z.log_prob - q.latent().log_prob(z.value), zj.bottomRows(1), 1e-13);
      worst.add("variance_loss", weighted_variance_loss(f, p, e.value), number(one.at("variance_loss")));
      worst.add("dkl_loss", weighted_kl_loss(f, p, e.value), number(one.at("dkl_loss")));
      const auto data = weighted_points(x, p, f);
      worst.add("variance_grad", Vector<double>(-VarianceLoss<double>{}(q, data).q), in_one(one.at("variance_grad")), 1e-13);
      worst.add("dkl_grad", Vector<double>(-ForwardKl<double>{}(q, data).q), in_one(one.at("dkl_grad")), 1e-13);
      const Batch<double> target = points(one.at("target_out"));
      const auto s = q.from_latent(without_last(points(one.at("latent_in"))));
      worst.add("target_out", s.value, without_last(target));
      worst.add("target_out density", Row<double>(-s.log_prob), target.bottomRows(1), 1e-13);
    });
  });
  worst.check(1e-11);
}

}  // namespace flow_fixtures
}  // namespace
