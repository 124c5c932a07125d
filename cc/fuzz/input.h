// The fuzzer's bytes as values to call with.
#ifndef CC_FUZZ_INPUT_H_
#define CC_FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <vector>

#include "cc/fuzz/require.h"

namespace remb::fuzz {

// Takes from the front, so that a change of one byte leaves what comes before it as it was. Behind
// the end all is 0.
class Input {
 public:
  explicit Input(std::span<const uint8_t> bytes) : rest_(bytes) {}

  bool ended() const { return rest_.empty(); }

  // Of the machine's byte order.
  template <typename T>
  T Take() {
    static_assert(std::is_integral_v<T>);
    T value = 0;
    const std::vector<uint8_t> bytes = Bytes(sizeof value);
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<uint8_t*>(&value));
    return value;
  }
  // As many of them as there are.
  std::vector<uint8_t> Bytes(size_t count) {
    const std::span<const uint8_t> taken = rest_.first(count < rest_.size() ? count : rest_.size());
    rest_ = rest_.subspan(taken.size());
    return {taken.begin(), taken.end()};
  }
  // Mostly one of `values`, else anything.
  template <typename T>
  T OneOf(std::initializer_list<T> values) {
    const auto choice = Take<uint8_t>();
    return choice < 240 ? values.begin()[choice % values.size()] : Take<T>();
  }

 private:
  std::span<const uint8_t> rest_;
};

// A struct of the ABI as a caller of another version may have it: in a place of its own that is
// just as long as it says, so that AddressSanitizer sees what is read or written beyond.
template <typename T>
class Sized {
 public:
  static constexpr uint32_t kSize = sizeof(T);

  Sized(Input& input, T value) {
    const auto choice = input.Take<uint8_t>();
    constexpr uint32_t kOdd[] = {0,         3,         4,         5,          8,      kSize - 16,
                                 kSize - 8, kSize - 4, kSize - 1, kSize + 16, 65'537, UINT32_MAX};
    struct_size_ = choice < 200 ? kSize : kOdd[choice % std::size(kOdd)];
    const uint32_t kept = struct_size_ < 4 ? 4 : struct_size_ > 65'536 ? kSize : struct_size_;
    bytes_.resize(kept);
    bytes_.shrink_to_fit();
    if (kept > kSize && input.Take<uint8_t>() % 2) bytes_[kSize] = 1;
    value.struct_size = struct_size_;
    std::memcpy(bytes_.data(), &value, kept < kSize ? kept : kSize);
  }

  T* get() { return reinterpret_cast<T*>(bytes_.data()); }
  uint32_t struct_size() const { return struct_size_; }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

  bool IsSize(uint32_t least) const { return struct_size_ >= least && struct_size_ <= 65'536; }
  // By the rules for structs that are read.
  bool IsReadable() const { return IsSize(4) && (bytes_.size() <= kSize || bytes_[kSize] == 0); }
  // What such a struct says: 0 where it has nothing.
  T value() const {
    T value = {};
    std::memcpy(&value, bytes_.data(), bytes_.size() < kSize ? bytes_.size() : kSize);
    return value;
  }

 private:
  uint32_t struct_size_;
  std::vector<uint8_t> bytes_;
};

}  // namespace remb::fuzz

#endif  // CC_FUZZ_INPUT_H_
