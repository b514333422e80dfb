#pragma once
#include <utility>

#include "variate/core/types.hpp"
#include "variate/optimizers/detail/moving.hpp"
#include "variate/optimizers/schedules.hpp"

namespace variate {

/// Options of Sgd.
template <class T = double>
struct SgdOptions {
  T rate = T(0.01);       ///< step size, positive
  T momentum = T(0);      ///< in [0, 1); 0 is plain gradient ascent
  bool nesterov = false;  ///< look ahead along the momentum
};

/// Stochastic gradient ascent with heavy-ball or Nesterov momentum. With rate r and schedule s,
///
///     v <- momentum v + g,      params <- params + r s(t) v             (heavy ball; Polyak 1964)
///                               params <- params + r s(t) (g + momentum v)   (Nesterov, in the form of Sutskever et al. 2013)
///
/// where v starts at 0. Without momentum there is no state.
template <class T = double, Schedule S = ConstantRate>
class Sgd {
 public:
  using Scalar = T;

  /// Throws DomainError for a rate that is not positive, a momentum outside [0, 1), or Nesterov without momentum.
  explicit Sgd(SgdOptions<T> options = {}, S schedule = {}) : options_(options), schedule_(std::move(schedule)) {
    detail::require_positive("Sgd", "rate", options_.rate);
    detail::require_decay("Sgd", "momentum", options_.momentum);
    if (options_.nesterov && !(options_.momentum > 0))
      throw DomainError(detail::complaint("Sgd", "momentum", options_.momentum, "a positive number when nesterov is set"));
    detail::check_schedule(schedule_);
  }

  /// Moves params along the gradient. The first call fixes the size; another size throws ShapeError.
  void update(Vector<T>& params, const Vector<T>& gradient) {
    const T r = rate();
    if (options_.momentum == 0) {
      if (count_ > 0) detail::require_size("Sgd", "size of the parameters", params.size(), size_);
      detail::prepare("Sgd", count_, params, gradient);
      params += r * gradient;
    } else {
      detail::prepare("Sgd", count_, params, gradient, velocity_);
      const T m = options_.momentum;
      detail::sweep<T>(params.size(), [&](const detail::Piece<T> at) {
        const auto g = at.load(gradient);
        const auto v = m * at.load(velocity_) + g;
        at.store(velocity_, v);
        at.store(params, at.load(params) + r * (options_.nesterov ? g + m * v : v));
      });
    }
    size_ = params.size();
    ++count_;
  }

  /// The step size of the next update: rate times schedule.
  T rate() const { return options_.rate * static_cast<T>(schedule_(count_)); }
  /// Updates done.
  Index count() const { return count_; }
  const SgdOptions<T>& options() const { return options_; }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.velocity_, self.size_, self.count_);
  }

 private:
  SgdOptions<T> options_;
  [[no_unique_address]] S schedule_;
  Vector<T> velocity_;
  Index size_ = 0;
  Index count_ = 0;
};

}  // namespace variate
