# Sourced by the scripts beside it: sees to it that what they need is on this machine, and offers `jobs`, the number of cores.

jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

# present <package>: by what it brings, so that tools and libraries installed in other ways count too.
present() {
  case $1 in
    g++) command -v "${CXX:-g++}" ;;
    cmake | ccache | doxygen | pkg-config) command -v "$1" ;;
    ninja-build) command -v ninja ;;
    libeigen3-dev) [ -e /usr/include/eigen3/Eigen/Core ] || [ -e /usr/local/include/eigen3/Eigen/Core ] ;;
    nlohmann-json3-dev) [ -e /usr/include/nlohmann/json.hpp ] || [ -e /usr/local/include/nlohmann/json.hpp ] ;;
    *) [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ;;
  esac >/dev/null
}

# What to say where there is no apt-get.
what_to_install() {
  echo "variate needs: a C++20 compiler (g++ 12 or clang 19, or newer), CMake 3.24 or newer, Ninja, Eigen 3.4 or newer;" \
       "for the tests also Catch2, nlohmann-json and pkg-config. Please install what is missing, and try again." >&2
}

# need <Debian package>...: installs those that are missing, or says what to do and fails.
need() {
  local missing=() package as_root=()
  if ! command -v apt-get >/dev/null; then
    command -v cmake >/dev/null && command -v ninja >/dev/null && return
    what_to_install
    return 1
  fi
  for package in "$@"; do present "$package" || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "not root, and there is no sudo; as root: apt-get update && apt-get install ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "installing: ${missing[*]}"
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  "${as_root[@]}" apt-get -qq update </dev/null || echo "apt-get update failed; going on with the lists there are" >&2
  "${as_root[@]}" apt-get -qq install -y --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}

# need_cmake: CMake itself may be there and too old (Ubuntu 22.04).
need_cmake() {
  local version
  version=$(cmake --version | sed -n 's/^cmake version //p')
  if [ "$(printf '%s\n3.24\n' "$version" | sort -V | head -n 1)" != 3.24 ]; then
    echo "CMake 3.24 or newer is needed (Debian 12, Ubuntu 24.04, or pip install cmake); this is $version" >&2
    return 1
  fi
}
