// wiping.cc: see wiping.h. The sanitizers bring operators of their own and are left alone.
#include "base/wiping.h"

#include <malloc.h>
#include <string.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "base/sanitized.h"

namespace base {

void wipe_and_free(void* memory) noexcept {
  if (memory == nullptr) return;
  ::explicit_bzero(memory, ::malloc_usable_size(memory));
  std::free(memory);
}

void* wiping_realloc(void* memory, std::size_t size) noexcept {
  if (memory == nullptr) return std::malloc(size);
  const auto room = ::malloc_usable_size(memory);
  if (size != 0 && size <= room && size > room / 2) return memory;
  void* const fresh = size == 0 ? nullptr : std::malloc(size);
  if (fresh == nullptr && size != 0) return nullptr;
  if (fresh != nullptr) ::memcpy(fresh, memory, std::min(size, room));
  wipe_and_free(memory);
  return fresh;
}

}  // namespace base

#ifndef LATCHSTRING_SANITIZED
// Those that are not here (with std::nothrow_t) come to these (C++20 [new.delete]).
void operator delete(void* memory) noexcept { base::wipe_and_free(memory); }
void operator delete[](void* memory) noexcept { base::wipe_and_free(memory); }
void operator delete(void* memory, std::size_t) noexcept { base::wipe_and_free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { base::wipe_and_free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { base::wipe_and_free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { base::wipe_and_free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { base::wipe_and_free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { base::wipe_and_free(memory); }
#endif
