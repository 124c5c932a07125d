// Random numbers that are the same on every machine: one generator per component, named, so that a
// component that is added or that draws more often changes nothing for the others.
#ifndef TOOLS_SIM_RANDOM_H_
#define TOOLS_SIM_RANDOM_H_

#include <cstdint>
#include <random>
#include <string_view>

namespace remb::sim {

class Random {
 public:
  // `name`: who draws, say "bottleneck/loss".
  Random(uint64_t seed, std::string_view name);

  double Uniform();                            // 0 to 1, 1 excluded
  double Uniform(double low, double high);     // low to high
  double Gaussian(double mean, double sigma);  // by the polar method
  double Exponential(double mean);
  double Laplace(double scale);  // mean 0
  bool Chance(double probability) { return Uniform() < probability; }

 private:
  std::mt19937_64 engine_;
  double spare_ = 0;  // the polar method makes two
  bool has_spare_ = false;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_RANDOM_H_
