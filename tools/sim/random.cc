#include "tools/sim/random.h"

#include <cmath>

namespace remb::sim {
namespace {

// FNV-1a over the name, from a start that depends on the seed, and a last mix (of SplitMix64), so
// that neighbouring seeds and similar names have nothing in common.
uint64_t Hash(uint64_t seed, std::string_view name) {
  uint64_t hash = 0xCBF29CE484222325u ^ (seed * 0x9E3779B97F4A7C15u);
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9u;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBu;
  return hash ^ (hash >> 31);
}

}  // namespace

Random::Random(uint64_t seed, std::string_view name) : engine_(Hash(seed, name)) {}

double Random::Uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

double Random::Uniform(double low, double high) { return low + (high - low) * Uniform(); }

double Random::Gaussian(double mean, double sigma) {
  if (has_spare_) {
    has_spare_ = false;
    return mean + sigma * spare_;
  }
  double x, y, square;
  do {
    x = Uniform(-1, 1);
    y = Uniform(-1, 1);
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  const double factor = std::sqrt(-2 * std::log(square) / square);
  spare_ = y * factor;
  has_spare_ = true;
  return mean + sigma * x * factor;
}

// 1 - Uniform() is never 0.
double Random::Exponential(double mean) { return -mean * std::log(1 - Uniform()); }

double Random::Laplace(double scale) {
  const double size = Exponential(scale);
  return Chance(0.5) ? size : -size;
}

}  // namespace remb::sim
