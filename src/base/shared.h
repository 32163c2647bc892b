// shared.h: a T in memory that a master's workers share. Zero bytes must be a good T. Made before fork; what it holds is atomic.
#pragma once
#include <sys/mman.h>

#include <cstdlib>

namespace base {

template <class T>
class Shared {
  T* at_;

 public:
  Shared() {
    void* const region = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (region == MAP_FAILED) std::abort();  // no memory at start
    at_ = static_cast<T*>(region);
  }
  ~Shared() { munmap(static_cast<void*>(at_), sizeof(T)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  T* operator->() const noexcept { return at_; }
};

}  // namespace base
