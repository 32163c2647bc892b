// providers/world.h: what engines have of the world outside: the network, the cache of documents, the clock, randomness.
#pragma once
#include <chrono>

#include "base/clock.h"
#include "base/limits.h"
#include "base/random.h"
#include "net/client.h"
#include "providers/cache.h"

namespace providers {

struct World {
  net::Client& client;
  Cache& cache;
  const base::Clock& clock;
  base::Random& random;
  base::Limits* limits = nullptr;  // where refused fetches are counted; may be null
  std::chrono::seconds refetch_after{60}, retry_after{5};  // upstream.*: Broker::open() sets them
};

}  // namespace providers
