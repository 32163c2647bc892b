// store/events.h: whether somebody listens to what happens (hooks.events), and how much may wait for them.
#pragma once
#include <cstdint>

#include "base/limits.h"

namespace store {

struct Events {
  bool told = false;
  std::int64_t most = 100'000;     // hooks.max_events
  base::Limits* limits = nullptr;  // where refusals because of a limit are counted, of all parts of the store; may be null

  Events(bool somebody_listens = false) : told(somebody_listens) {}  // NOLINT: a plain yes or no will do
  Events(bool somebody_listens, std::int64_t max_events) : told(somebody_listens), most(max_events) {}
  explicit operator bool() const noexcept { return told; }
  void count(base::Limit limit) const {
    if (limits != nullptr) limits->count(limit);
  }
  bool hit(base::Limit limit, std::initializer_list<base::Log::Field> fields = {}) const {
    return limits != nullptr && limits->hit(limit, fields);
  }
};

}  // namespace store
