// engine.h: a protocol is two functions, begin and finish; beside them a pure look at a callback and a question for `latchstring check`. All
// engines stand in one constexpr array (engines.cc).
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/broker.h"
#include "providers/provider.h"

namespace providers {

struct Engine {
  std::string_view protocol;
  base::Result<Begun> (*begin)(Provider& provider, const Start& start, World& world);
  base::Result<Identity> (*finish)(Provider& provider, const Finish& finish, World& world);
  /// Pure: what the callback says before its flow is known.
  Callback (*look)(const Provider& provider, const Params& params);
  base::Status (*check)(Provider& provider, World& world);
  bool needs_client = true;  // false: works without a client_id (OpenID 2.0, CAS, ...); enabled by any stanza
};

std::span<const Engine> engines() noexcept;
const Engine* find_engine(std::string_view protocol) noexcept;
std::vector<std::string> protocols();

}  // namespace providers
