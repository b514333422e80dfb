// expect: a codename of GMMVI has seven letters, one of each group
#include "variate/mixtures/codename.hpp"

variate::ModulesOf<"SAMTRUU"> modules;
