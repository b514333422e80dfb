#pragma once
/// Everything in variate that needs Eigen only, floor by floor. Optional headers are included by name.
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/core/version.hpp"
