// A queue in one block of memory, which doubles when it is full: std::deque allocates all the time.
#ifndef TOOLS_SIM_RING_H_
#define TOOLS_SIM_RING_H_

#include <cstddef>
#include <utility>
#include <vector>

namespace remb::sim {

template <typename T>
class Ring {
 public:
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  T& front() { return items_[first_]; }
  const T& front() const { return items_[first_]; }
  // From the front.
  T& operator[](size_t i) { return items_[(first_ + i) & (items_.size() - 1)]; }
  const T& operator[](size_t i) const { return items_[(first_ + i) & (items_.size() - 1)]; }

  void push_back(T item) {
    if (size_ == items_.size()) Grow();
    items_[(first_ + size_) & (items_.size() - 1)] = std::move(item);
    ++size_;
  }

  void pop_front() {
    first_ = (first_ + 1) & (items_.size() - 1);
    --size_;
  }

 private:
  void Grow() {
    std::vector<T> larger(items_.empty() ? 16 : 2 * items_.size());  // a power of two: see above
    for (size_t i = 0; i < size_; ++i) {
      larger[i] = std::move(items_[(first_ + i) & (items_.size() - 1)]);
    }
    items_ = std::move(larger);
    first_ = 0;
  }

  std::vector<T> items_;
  size_t first_ = 0;
  size_t size_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_RING_H_
