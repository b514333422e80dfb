#pragma once
/// `Family<Self, Law>`: the public face that every family of independent coordinates shares: making one from its named parameters
/// or from unconstrained numbers. A family adds constructors with its parameters' names, and their accessors.
///
/// The law says in `arguments` what its parameters are called and which values they take, in the order of theta; settings come
/// last.
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/sigmoid.hpp"

namespace variate::detail {

/// Which numbers a parameter may be. Learned parameters lie in theta as they are (real), by their logarithm (positive) or by
/// their logit (unit); settings lie as they are.
enum class Domain { real, positive, unit, count, extended };

struct Argument {
  std::string_view name;
  Domain domain = Domain::positive;
};
template <int N>
using Arguments = std::array<Argument, static_cast<std::size_t>(N)>;

template <class S>
void require_domain(std::string_view family, const Argument& argument, const Batch<S>& values) {
  switch (argument.domain) {
    case Domain::real:
      return require_finite(family, argument.name, values);
    case Domain::positive:
      return require_positive(family, argument.name, values);
    case Domain::unit:
      return require_each<DomainError>(family, argument.name, values, "a number inside (0, 1)",
                                       [](S p) { return p > 0 && p < 1; });
    case Domain::count:
      return require_each<DomainError>(family, argument.name, values, "a whole number, 0 or more",
                                       [](S n) { return n >= 0 && std::isfinite(n) && n == std::floor(n); });
    case Domain::extended:
      return require_each<InvalidArgument>(family, argument.name, values, "a number", [](S v) { return !std::isnan(v); });
  }
}

template <class S>
S to_theta(Domain domain, S value) {
  if (domain == Domain::positive) return std::log(value);
  if (domain == Domain::unit) return std::log(value) - std::log1p(-value);
  return value;
}
template <class S>
Batch<S> from_theta_rows(Domain domain, Batch<S> rows) {
  if (domain == Domain::positive) math::exp(rows.data(), rows.data(), rows.size());
  if (domain == Domain::unit) math::sigmoid(rows.data(), rows.data(), rows.size());
  return rows;
}

template <class Self, class Law>
class Family : public Factorized<Law> {
  using S = typename Law::Scalar;
  using Base = Factorized<Law>;
  static constexpr std::size_t learned = static_cast<std::size_t>(learned_of<Law>);

 public:
  using Scalar = S;

  /// From unconstrained finite numbers, as many rows for each coordinate as there are learned parameters; one column a data
  /// point.
  static Self from_theta(Batch<S> theta)
    requires(fixed_of<Law> == 0)
  {
    return Self(Unconstrained{}, Base::checked(std::move(theta)), Batch<S>());
  }
  /// The same beside settings in their own units: d rows each, one column for all data points or one for each.
  static Self from_theta(Batch<S> theta, const Batch<S>& settings)
    requires(fixed_of<Law> > 0)
  {
    Batch<S> checked = Base::checked(std::move(theta));
    const Index d = checked.rows() / learned_of<Law>, batch = checked.cols();
    require_size(Law::name, "rows of settings", settings.rows(), fixed_of<Law> * d);
    if (settings.cols() != 1) require_size(Law::name, "columns of settings", settings.cols(), batch);
    for (std::size_t i = learned; i < Law::arguments.size(); ++i)
      require_domain<S>(Law::name, Law::arguments[i], settings.middleRows(static_cast<Index>(i - learned) * d, d));
    return Self(Unconstrained{}, std::move(checked), tiled(settings, batch));
  }

  /// Itself: a plain family is its own distribution behind the identity link.
  const Self& distribution() const { return static_cast<const Self&>(*this); }

 protected:
  struct Unconstrained {};
  struct Parts {
    Batch<S> theta, settings;
  };

  Family(Unconstrained, Batch<S> theta, Batch<S> settings) : Base(std::move(theta), std::move(settings)) {}
  explicit Family(Parts parts) : Base(std::move(parts.theta), std::move(parts.settings)) {}
  /// From values in the order of `Law::arguments`, each d x B; settings may have one column for all data points.
  template <class... P>
    requires(sizeof...(P) == static_cast<std::size_t>(Law::parameters))
  explicit Family(std::in_place_t, const P&... values) : Family(parts_of({&values...})) {}

  /// Parameter i in its own units, d x B.
  Batch<S> parameter(std::size_t i) const {
    const Index d = this->event_size(), row = static_cast<Index>(i) * d;
    if (i < learned) return from_theta_rows<S>(Law::arguments[i].domain, this->theta_.middleRows(row, d));
    return this->settings().middleRows(row - this->theta_.rows(), d);
  }

 private:
  static Parts parts_of(const std::array<const Batch<S>*, static_cast<std::size_t>(Law::parameters)>& values) {
    const Index d = values[0]->rows(), batch = values[0]->cols();
    Parts parts{Batch<S>(learned_of<Law> * d, batch), Batch<S>(fixed_of<Law> * d, fixed_of<Law> == 0 ? 0 : batch)};
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Argument& argument = Law::arguments[i];
      const Batch<S>& value = *values[i];
      const std::string size = "size of " + std::string(argument.name), columns = "columns of " + std::string(argument.name);
      if (i == 0) {
        require_at_least(Law::name, size, d, 1);
        require_at_least(Law::name, columns, batch, 1);
      }
      require_size(Law::name, size, value.rows(), d);
      if (i < learned || value.cols() != 1) require_size(Law::name, columns, value.cols(), batch);
      require_domain(Law::name, argument, value);
      const Index row = static_cast<Index>(i) * d;
      if (i < learned) parts.theta.middleRows(row, d) = value.unaryExpr([&](S v) { return to_theta(argument.domain, v); });
      else parts.settings.middleRows(row - parts.theta.rows(), d) = tiled(value, batch);
    }
    return parts;
  }
};

}  // namespace variate::detail
