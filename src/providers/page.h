// providers/page.h: parameters, and the pages that a protocol has of its own.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace providers {

/// Query or form parameters; of a repeated name the last value counts.
using Params = std::vector<std::pair<std::string, std::string>>;
std::string_view last(const Params& params, std::string_view name) noexcept;  // "" = absent

/// A page of a protocol's own, /o/{provider}/NAME: SAML's metadata, the form that posts a request.
struct PageRequest {
  std::string name;
  Params params;
  std::vector<std::string> redirect_uris;  // where people may come back to
};
struct Page {
  std::string content_type, body, policy;  // policy: Content-Security-Policy, "" = none
};

}  // namespace providers
