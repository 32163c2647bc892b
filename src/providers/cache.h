// providers/cache.h: where discovery documents and key sets are kept between processes, so that a process that Apache has just started
// fetches nothing. The store implements it (cli/serve.cc); providers/ keeps its own copy in memory besides.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace providers {

struct Cache {
  struct Entry {
    std::string body;
    base::Time fetched{};
  };
  virtual ~Cache() = default;
  virtual std::optional<Entry> get(std::string_view url) = 0;
  virtual void put(std::string_view url, std::string_view body) = 0;
};

}  // namespace providers
