#pragma once
/// A prior and a conditional as a generative model: decoders, mixtures, deep latent variables.
#include <memory>
#include <type_traits>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/distributions/detail/composite.hpp"
#include "variate/distributions/detail/theta.hpp"
#include "variate/distributions/hierarchy.hpp"
#include "variate/generative/layered_sbn.hpp"

namespace variate {
namespace detail {

/// Data beside every sample: d x B to d x SB.
template <class T>
Batch<T> beside_samples(const Batch<T>& x, Index cols) {
  if (x.cols() == cols) return x;
  Batch<T> all = spare<T>(x.rows(), cols);
  for (Index r = 0; r < x.rows(); ++r) tile_row(all.data() + r * cols, x.data() + r * x.cols(), x.cols(), 0, cols);
  return all;
}

/// A conditional bound to what it was given and evaluated at points of its own. Stays where it is.
template <class C>
struct EvaluatedConditional {
  using T = ScalarOf<C>;
  Batch<T> given, points;
  BoundTo<C> q;
  EvaluationOf<BoundTo<C>> made;

  EvaluatedConditional(const C& conditional, Batch<T> before, Batch<T> at)
      : given(std::move(before)), points(std::move(at)), q(conditional.at(given)), made(q.evaluate(points)) {}
  EvaluatedConditional(const EvaluatedConditional&) = delete;
  EvaluatedConditional& operator=(const EvaluatedConditional&) = delete;
  ~EvaluatedConditional() {
    give_back(given);
    give_back(points);
  }
};

template <class Prior, class Likelihood>
concept SmoothAncestral = ScoreableByPoint<Prior> && LinkedToInputs<BoundTo<Likelihood>>;

}  // namespace detail

template <class Prior, class Likelihood>
class Ancestral;

/// log p(x, h) of every column of an `Ancestral`, and the ways back.
template <class Prior, class Likelihood>
class AncestralEvaluation {
  using T = ScalarOf<Prior>;
  using Model = Ancestral<Prior, Likelihood>;

 public:
  Row<T> value;  ///< 1 x SB

  /// sum_c w_c grad log p(x_c, h_c).
  Vector<T> pullback(const Row<T>& w) const {
    Vector<T> of_prior;
    if (model_->learns_prior()) of_prior = of_prior_.pullback(detail::scaled_weights(w, model_->scale_of_prior()));
    return together(std::move(of_prior), likelihood_->made.pullback(detail::scaled_weights(w, model_->scale_of_data())));
  }
  /// The same, and G_c = w_c dvalue_c/dh_c.
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires detail::SmoothAncestral<Prior, Likelihood>
  {
    Batch<T> by_data;
    Vector<T> of_prior = of_prior_.pullback(detail::scaled_weights(w, model_->scale_of_prior()), g);
    const auto theta = likelihood_->made.theta_pullback(detail::scaled_weights(w, model_->scale_of_data()));
    const Vector<T> of_likelihood = likelihood_->q.link_pullback(theta, by_data);
    g += by_data;
    if (!model_->learns_prior()) of_prior.resize(0);
    return together(std::move(of_prior), of_likelihood);
  }

 private:
  friend Model;
  AncestralEvaluation(const Model& model, const Batch<T>& x, const Batch<T>& h)
      : model_(&model),
        of_prior_(model.prior().evaluate(h)),
        likelihood_(std::make_unique<const detail::EvaluatedConditional<Likelihood>>(model.likelihood(), h,
                                                                                    detail::beside_samples(x, h.cols()))) {
    value = model.scale_of_prior() * of_prior_.value + model.scale_of_data() * likelihood_->made.value;
  }
  static Vector<T> together(Vector<T> a, const Vector<T>& b) {
    if (a.size() == 0) return b;
    Vector<T> all(a.size() + b.size());
    all << a, b;
    return all;
  }

  const Model* model_;
  detail::EvaluationOf<Prior> of_prior_;
  std::unique_ptr<const detail::EvaluatedConditional<Likelihood>> likelihood_;
};

/// Which parts of an `Ancestral` have parameters that learn.
enum class Learns {
  likelihood,  ///< the prior stays as it is
  prior        ///< and the prior as well
};
/// p(h) p(x | h): a prior family and a conditional likelihood. A GenerativeModel, with slopes by h where both have them.
///
///     Ancestral(Normal<>::standard(2), network_conditional<Bernoulli<>>(decoder, weights))   a decoder of bits
///     Ancestral(Normal<>::standard(2), network_conditional<Normal<>>(decoder, weights))      a decoder of numbers
///     Ancestral(OneHotCategorical<>(logits), network_conditional<Normal<>>(Mlp<>({k, 2 * d}), weights), Learns::prior)
///                                                                                           a mixture
///
/// The prior's parameters are the model's, before the likelihood's, if `Learns::prior` says so; else it stays as it is. A prior
/// may be a `Hierarchy` for several layers.
template <class Prior, class Likelihood>
class Ancestral {
 public:
  using Scalar = ScalarOf<Prior>;
  static_assert(std::is_same_v<Scalar, ScalarOf<Likelihood>>, "prior and likelihood have one scalar type");

  explicit Ancestral(Prior prior, Likelihood likelihood, Learns learns = Learns::likelihood)
      : prior_(std::move(prior)), likelihood_(std::move(likelihood)), learns_(learns) {
    detail::require_size("Ancestral", "data points of the prior", prior_.batch_size(), 1);
  }

  const Prior& prior() const { return prior_; }
  const Likelihood& likelihood() const { return likelihood_; }
  bool learns_prior() const { return learns_ == Learns::prior; }
  Vector<Scalar> params() const {
    const Vector<Scalar> of_likelihood = likelihood_.params();
    if (!learns_prior()) return of_likelihood;
    const Vector<Scalar> of_prior = prior_.params();
    Vector<Scalar> all(of_prior.size() + of_likelihood.size());
    all << of_prior, of_likelihood;
    return all;
  }
  /// Takes new parameters. ShapeError if their number differs; what the parts refuse; then nothing has changed.
  void set_params(const Vector<Scalar>& v) {
    const Vector<Scalar> of_prior = learns_prior() ? Vector<Scalar>(prior_.params()) : Vector<Scalar>();
    const Index rest = Vector<Scalar>(likelihood_.params()).size();
    detail::require_size("Ancestral", "number of parameters", v.size(), of_prior.size() + rest);
    if (learns_prior()) prior_.set_params(Vector<Scalar>(v.head(of_prior.size())));
    try {
      likelihood_.set_params(Vector<Scalar>(v.tail(rest)));
    } catch (...) {
      if (learns_prior()) prior_.set_params(of_prior);
      throw;
    }
  }

  /// Factors on log p(h) and log p(x | h), 1 unless set: for subsampled data and annealing.
  Scalar scale_of_prior() const { return scale_of_prior_; }
  Scalar scale_of_data() const { return scale_of_data_; }
  /// Throws InvalidArgument if one is not finite.
  void set_scales(Scalar prior, Scalar data) {
    detail::require_finite("Ancestral", "scale of the prior", prior);
    detail::require_finite("Ancestral", "scale of the data", data);
    scale_of_prior_ = prior;
    scale_of_data_ = data;
  }

  /// h -> log p(x, h), bound to data. Borrows both.
  class Joint {
   public:
    using Scalar = ScalarOf<Prior>;
    AncestralEvaluation<Prior, Likelihood> evaluate(const Batch<Scalar>& h) const& {
      detail::require_multiple("Ancestral", "columns of h", h.cols(), x_->cols());
      return {*model_, *x_, h};
    }
    AncestralEvaluation<Prior, Likelihood> evaluate(Batch<Scalar>&& h) const& = delete;
    /// The values alone.
    Row<Scalar> operator()(const Batch<Scalar>& h) const {
      detail::require_multiple("Ancestral", "columns of h", h.cols(), x_->cols());
      const Batch<Scalar> x = detail::beside_samples(*x_, h.cols());
      const auto q = model_->likelihood_.at(h);
      return model_->scale_of_prior_ * model_->prior_.log_prob(h) + model_->scale_of_data_ * q.log_prob(x);
    }

   private:
    friend class Ancestral;
    Joint(const Ancestral& model, const Batch<Scalar>& x) : model_(&model), x_(&x) {}
    const Ancestral* model_;
    const Batch<Scalar>* x_;
  };
  /// InvalidArgument if x has no columns.
  Joint at(const Batch<Scalar>& x) const& {
    detail::require_at_least("Ancestral", "data points", x.cols(), 1);
    return Joint(*this, x);
  }
  Joint at(const Batch<Scalar>& x) const&& = delete;
  Joint at(Batch<Scalar>&& x) const& = delete;

  /// n draws from the joint. InvalidArgument if n < 1.
  template <class R>
  Dream<Scalar> dream(R& rng, Index n) const {
    Dream<Scalar> dream;
    dream.h = prior_.sample(rng, n);
    const auto q = likelihood_.at(dream.h);
    dream.x = q.sample(rng, 1);
    return dream;
  }

 private:
  friend class AncestralEvaluation<Prior, Likelihood>;
  Prior prior_;
  Likelihood likelihood_;
  Learns learns_;
  Scalar scale_of_prior_ = Scalar(1), scale_of_data_ = Scalar(1);
};

}  // namespace variate
