#pragma once
/// Generalised variational inference: posteriors of simulators.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/inference/detail/mover.hpp"
#include "variate/inference/fit.hpp"
#include "variate/inference/loss_gradient.hpp"
#include "variate/inference/regularisation.hpp"
#include "variate/observers/progress.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/optimizers/averaging.hpp"
#include "variate/optimizers/clip_gradient_norm.hpp"
#include "variate/optimizers/detail/moving.hpp"

namespace variate {

/// Options of GeneralizedVi, with the names and defaults of BlackBIRDS (Quera-Bofarull et al. 2023).
template <class T = double>
struct GeneralizedViOptions {
  T w = T(1);  ///< how much the divergence from the prior counts beside the loss, not negative; 0: it is not even evaluated
  bool initialize_estimator_to_prior = false;  ///< `run` begins with initialize_estimator
  T initialization_lr = T(1e-3);               ///< step size of Adam there
  T gradient_clipping_norm = std::numeric_limits<T>::infinity();  ///< longest gradient of loss and divergence together, positive
  Index n_samples_per_epoch = 10;         ///< parameter vectors simulated in a step
  Index n_samples_regularisation = 10000;  ///< draws for the divergence where it has no closed form
  Mode diff_mode = Mode::reverse;         ///< how losses are differentiated: see Differentiation
  Index jacobian_chunk_size = 0;          ///< parameters differentiated in one forward run; 0: up to 12
  bool progress_bar = true;               ///< `run` shows a bar, if somebody looks
  bool progress_info = true;              ///< `run` says in a line that it stopped early, if somebody looks
};

/// What an estimate of J is made of. `value` is -J and `q` ascends it.
template <class T>
struct GeneralizedEstimate : Estimate<T> {
  T loss{}, regularisation{};  ///< mean loss, and w times the divergence
  Index skipped_outputs = 0;   ///< outputs that losses left out because they were not numbers
};

/// What a step reports: `value` is -total.
struct GeneralizedViStep : Step {
  double total = 0, loss = 0, regularisation = 0;  ///< J as this step saw it, and its parts; the second has w in it
  double gradient_norm = 0;                        ///< before clipping
  Index skipped_outputs = 0;                       ///< outputs that losses left out because they were not numbers
  /// Names each number for a log, as BlackBIRDS does: see TensorBoard.
  template <class F>
  void report(F&& f) const {
    f("Loss/total", total);
    f("Loss/loss", loss);
    f("Loss/regularisation", regularisation);
  }
};

/// What `initialize_estimator` did.
struct InitializationReport {
  enum class Stop { close, no_improvement, limit };
  std::vector<double> losses{};  ///< the divergence before each step
  Stop stop = Stop::limit;       ///< it fell below atol in size, did not improve any more, or took too long
};

/// What `GeneralizedVi::run` did.
template <class Q>
struct GeneralizedViRun {
  Status status = Status::completed;                            ///< `stopped` where it ended before n_epochs
  std::vector<double> total{}, loss{}, regularisation{};        ///< of each epoch, NaN where there was none
  double best_loss = std::numeric_limits<double>::infinity();   ///< the lowest total
  Index best_epoch = -1;                                        ///< counted from 0; -1: there was none
  std::optional<Q> best{};  ///< the posterior that earned it (BlackBIRDS keeps the one a step later)
  Index dropped = 0, skipped = 0, skipped_outputs = 0, evaluations = 0;  ///< samples, epochs, outputs left out; runs of the loss
  double seconds = 0;
  InitializationReport initialization{};
  Index epochs() const { return static_cast<Index>(total.size()); }
};

/// Learns the posterior q of a simulator's parameters as the minimum of
///
///     J = E_q[loss(theta, data)] + w D(q || prior),
///
/// whose optimum over all q is prior x exp(-loss / w) if D is KL: the Bayesian posterior if the loss is a negative log likelihood
/// and w = 1 (Bissiri, Holmes and Walker 2016; Knoblauch, Jewson and Damoulas 2022). A Stepper for `fit`.
///
/// `loss`: see inference/loss.hpp. `prior`: a distribution, or any log density. `posterior_estimator`: any Family.
/// `estimator`: Pathwise (the loss must be differentiable), Reinforce<NoBaseline> or Reinforce<LeaveOneOut> (it need not), or any
/// other that takes q. `divergence`: Kl, SampledKl, Renyi, or your own. `executor`: who runs the losses of a step.
///
/// Samples whose loss or Jacobian is not finite are dropped and counted; a step with none left is not taken. If user code throws,
/// nothing has changed. A copy is a checkpoint.
template <class L, class Prior, class Q, class O = Adam<ScalarOf<Q>>, class Estimator = Pathwise, class Divergence = Kl,
          class E = const SerialExecutor>
class GeneralizedVi {
 public:
  using Scalar = ScalarOf<Q>;
  using T = Scalar;
  using Options = GeneralizedViOptions<T>;

  /// DomainError or InvalidArgument for options out of range, ShapeError if prior and posterior are of different size.
  GeneralizedVi(L loss, Prior prior, Q posterior_estimator, Options options = {}, O optimizer = O{}, Estimator estimator = {},
                Divergence divergence = {})
    requires std::is_same_v<E, const SerialExecutor>
      : GeneralizedVi(std::move(loss), std::move(prior), std::move(posterior_estimator), std::move(options), std::move(optimizer),
                      std::move(estimator), std::move(divergence), here) {}
  /// The same with an executor, which is borrowed.
  GeneralizedVi(L loss, Prior prior, Q posterior_estimator, Options options, O optimizer, Estimator estimator,
                Divergence divergence, E& executor)
      : loss_(std::move(loss)),
        prior_(std::move(prior)),
        q_(std::move(posterior_estimator)),
        options_(std::move(options)),
        mover_(std::move(optimizer)),
        estimator_(std::move(estimator)),
        divergence_(std::move(divergence)),
        executor_(&executor) {
    constexpr const char* name = "GeneralizedVi";
    detail::require_not_negative(name, "w", options_.w);
    detail::require_positive(name, "initialization_lr", options_.initialization_lr);
    if (!(options_.gradient_clipping_norm > 0))
      throw DomainError(detail::complaint(name, "gradient_clipping_norm", options_.gradient_clipping_norm, "a positive number"));
    detail::require_at_least(name, "n_samples_per_epoch", options_.n_samples_per_epoch, 1);
    detail::require_at_least(name, "n_samples_regularisation", options_.n_samples_regularisation, 1);
    detail::require_at_least(name, "jacobian_chunk_size", options_.jacobian_chunk_size, 0);
    detail::require_size(name, "data points of the posterior", q_.batch_size(), 1);
    if constexpr (requires { prior_.event_size(); })
      detail::require_size(name, "event size of the prior", prior_.event_size(), q_.event_size());
  }

  const Q& q() const { return q_; }                      ///< the posterior as it stands
  const Prior& prior() const { return prior_; }          ///< as it was given
  const L& loss() const { return loss_; }                ///< as it was given
  const Options& options() const { return options_; }    ///< as they were given
  const Batch<T>& data() const { return data_; }         ///< what the loss is given
  Index index() const { return index_; }                 ///< steps finished, taken or not
  /// The posterior with the average of its iterates for parameters: nearer the optimum than the last one.
  Q averaged_q() const {
    Q q = q_;
    if (average_.count() > 0) q.set_params(average_.value());
    return q;
  }
  /// Takes data (outputs x time) for the steps to come. InvalidArgument if a number is not finite.
  void observe(Batch<T> data) {
    detail::require_finite("GeneralizedVi", "data", data);
    data_ = std::move(data);
  }

  /// J and the gradient the next step would follow (before clipping); nothing changes.
  template <class R>
  GeneralizedEstimate<T> estimate(R& rng) const {
    const auto samples = detail::estimate_loss(estimator_, loss_, q_, data_, rng, options_.n_samples_per_epoch,
                                               {options_.diff_mode, options_.jacobian_chunk_size}, *executor_);
    GeneralizedEstimate<T> total;
    static_cast<Estimate<T>&>(total) = samples.estimate;
    total.skipped_outputs = samples.skipped;
    total.loss = total.value;
    total.q = -total.q;
    if (options_.w != 0) {
      const Estimate<T> divergence = divergence_(q_, prior_, rng, options_.n_samples_regularisation);
      total.regularisation = options_.w * divergence.value;
      if (total.q.size() == divergence.q.size()) total.q -= options_.w * divergence.q;
      total.dropped += divergence.dropped;
    }
    total.value = -(total.loss + total.regularisation);
    return total;
  }
  /// Follows an estimate, if it is finite.
  GeneralizedViStep apply(GeneralizedEstimate<T> estimate) {
    GeneralizedViStep step;
    step.index = index_;
    step.value = static_cast<double>(estimate.value);
    step.total = -step.value;
    step.loss = static_cast<double>(estimate.loss);
    step.regularisation = static_cast<double>(estimate.regularisation);
    step.dropped = estimate.dropped;
    step.evaluations = estimate.evaluations;
    step.skipped_outputs = estimate.skipped_outputs;
    step.taken = estimate.finite() && estimate.q.size() > 0;
    if (step.taken) {
      const T norm = clip_gradient_norm(estimate.q, options_.gradient_clipping_norm);
      step.gradient_norm = static_cast<double>(norm);
      step.taken = std::isfinite(norm);
    }
    if (step.taken) commit(estimate);
    ++index_;
    return step;
  }
  /// One epoch, on the data it has.
  template <class R>
  GeneralizedViStep step(R& rng) {
    return apply(estimate(rng));
  }
  /// One epoch on these data.
  template <class R>
  GeneralizedViStep step(R& rng, Batch<T> data) {
    observe(std::move(data));
    return step(rng);
  }

  /// Brings the posterior near the prior: Adam on the divergence alone (neither w nor clipping), until its value is below atol in
  /// size, or has not fallen below its lowest for so many epochs, or max_epochs are over. The step of the last epoch is taken.
  /// InvalidArgument or DomainError for arguments out of range.
  template <class R>
  InitializationReport initialize_estimator(R& rng, Index max_epochs_without_improvement = 50, T atol = T(1e-2),
                                            Index max_epochs = 100000) {
    constexpr const char* name = "initialize_estimator";
    detail::require_at_least(name, "max_epochs_without_improvement", max_epochs_without_improvement, 1);
    detail::require_at_least(name, "max_epochs", max_epochs, 1);
    detail::require_not_negative(name, "atol", atol);
    Adam<T> adam{{.rate = options_.initialization_lr}};
    InitializationReport report;
    auto&& streams = detail::stream(rng, initialization_stream);
    Index since = 0;
    for (T best = std::numeric_limits<T>::infinity(); static_cast<Index>(report.losses.size()) < max_epochs;) {
      auto&& stream = detail::stream(streams, static_cast<std::uint64_t>(report.losses.size()));
      const Estimate<T> divergence = divergence_(q_, prior_, stream, options_.n_samples_regularisation);
      report.losses.push_back(static_cast<double>(divergence.value));
      if (divergence.finite()) {
        Vector<T> params = q_.params();
        adam.update(params, Vector<T>(-divergence.q));
        q_.set_params(params);
      }
      const bool better = divergence.value < best;
      if (better) best = divergence.value;
      since = better ? 0 : since + 1;
      if (std::abs(divergence.value) < atol) report.stop = InitializationReport::Stop::close;
      else if (since >= max_epochs_without_improvement) report.stop = InitializationReport::Stop::no_improvement;
      else continue;
      break;
    }
    return report;
  }

  /// At most n_epochs more steps on these data, by `fit`; fewer if the total has not fallen below its lowest for
  /// max_epochs_without_improvement of them (a total that is not a number is no improvement). The posterior is left as the last step
  /// left it; the best one is in what is returned. Observers as in `fit`. InvalidArgument for counts out of range.
  template <class R, class... Observers>
  GeneralizedViRun<Q> run(R&& rng, Batch<T> data, Index n_epochs, Index max_epochs_without_improvement = 20,
                          Observers&&... observers) {
    detail::require_at_least("GeneralizedVi::run", "n_epochs", n_epochs, 0);
    detail::require_at_least("GeneralizedVi::run", "max_epochs_without_improvement", max_epochs_without_improvement, 1);
    observe(std::move(data));
    GeneralizedViRun<Q> report;
    if (options_.initialize_estimator_to_prior) report.initialization = initialize_estimator(rng);
    Epochs epochs{this};
    Vector<T> best;
    Index since = 0;
    const auto look = [&](const GeneralizedViStep& step) {
      report.total.push_back(step.total);
      report.loss.push_back(step.loss);
      report.regularisation.push_back(step.regularisation);
      report.skipped_outputs += step.skipped_outputs;
      if (step.total < report.best_loss) {
        report.best_loss = step.total;
        report.best_epoch = report.epochs() - 1;
        best = before_;
        since = 0;
      } else {
        ++since;
      }
      return since < max_epochs_without_improvement;
    };
    Shown shown{options_.progress_bar ? std::optional<Progress>(Progress{{.value = "total"}}) : std::nullopt};
    const auto fitted = fit(epochs, rng,
                            {.max_steps = index_ + n_epochs, .refused_limit = std::max<Index>(n_epochs, 1) + 1, .draws = 0}, look,
                            shown, observers...);
    report.status = fitted.status;
    report.dropped = fitted.dropped;
    report.skipped = fitted.skipped;
    report.evaluations = fitted.evaluations;
    report.seconds = fitted.seconds;
    if (report.best_epoch >= 0) {
      report.best = q_;
      report.best->set_params(best);
    }
    if (options_.progress_info && since >= max_epochs_without_improvement && detail::is_terminal(stderr))
      std::fprintf(stderr, "stopped after %lld epochs: no improvement for %lld\n", static_cast<long long>(report.epochs()),
                   static_cast<long long>(since));
    return report;
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.q_, self.mover_, self.estimator_, self.average_, self.index_);
  }

 private:
  static constexpr SerialExecutor here{};
  static constexpr std::uint64_t initialization_stream = ~std::uint64_t{0} - 2;

  /// The steps of a run, made where the posterior lives. Converts to what observers of GeneralizedVi take.
  struct Epochs {
    GeneralizedVi* vi;
    template <class R>
    GeneralizedViStep step(R& rng) {
      vi->before_ = vi->q_.params();
      return vi->step(rng);
    }
    Index index() const { return vi->index_; }
    operator const GeneralizedVi&() const { return *vi; }  // NOLINT: it stands for it
  };
  struct Shown {
    std::optional<Progress> bar;
    void start(Index first, Index max_steps) {
      if (bar) bar->start(first, max_steps);
    }
    void operator()(const GeneralizedViStep& step) {
      if (!bar) return;
      Step as_total = step;
      as_total.value = step.total;
      (*bar)(as_total);
    }
    void finish() {
      if (bar) bar->finish();
    }
  };

  void commit(const GeneralizedEstimate<T>& estimate) {
    mover_.prepare(q_, estimate.q);
    mover_.place(q_);
    mover_.keep();
    average_.update(mover_.placed(q_));
    if constexpr (requires { estimator_.learn(estimate.own); })
      if (estimate.own.size() != 0) estimator_.learn(estimate.own);
  }

  L loss_;
  Prior prior_;
  Q q_;
  Options options_;
  detail::Mover<O, T> mover_;
  Estimator estimator_;
  Divergence divergence_;
  E* executor_;
  Batch<T> data_;
  PolynomialAverage<T> average_;
  Index index_ = 0;
  Vector<T> before_;
};

template <class L, class Prior, class Q>
GeneralizedVi(L, Prior, Q) -> GeneralizedVi<L, Prior, Q>;
template <class L, class Prior, class Q>
GeneralizedVi(L, Prior, Q, GeneralizedViOptions<ScalarOf<Q>>) -> GeneralizedVi<L, Prior, Q>;
template <class L, class Prior, class Q, class O>
GeneralizedVi(L, Prior, Q, GeneralizedViOptions<ScalarOf<Q>>, O) -> GeneralizedVi<L, Prior, Q, O>;
template <class L, class Prior, class Q, class O, class Estimator>
GeneralizedVi(L, Prior, Q, GeneralizedViOptions<ScalarOf<Q>>, O, Estimator) -> GeneralizedVi<L, Prior, Q, O, Estimator>;
template <class L, class Prior, class Q, class O, class Estimator, class D>
GeneralizedVi(L, Prior, Q, GeneralizedViOptions<ScalarOf<Q>>, O, Estimator, D) -> GeneralizedVi<L, Prior, Q, O, Estimator, D>;
template <class L, class Prior, class Q, class O, class Estimator, class D, Executor E>
GeneralizedVi(L, Prior, Q, GeneralizedViOptions<ScalarOf<Q>>, O, Estimator, D, E&)
    -> GeneralizedVi<L, Prior, Q, O, Estimator, D, E>;

}  // namespace variate
