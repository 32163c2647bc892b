// engine.h: a protocol is two functions, and a third for `latchstring check`. All of them stand in one constexpr array (engines.cc).
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
  base::Status (*check)(Provider& provider, World& world);
};

std::span<const Engine> engines() noexcept;
const Engine* find_engine(std::string_view protocol) noexcept;
std::vector<std::string> protocols();

}  // namespace providers
