#include "providers/callback_error.h"

#include "base/text.h"
#include "providers/broker.h"
#include "providers/text.h"

namespace providers {
namespace {

constexpr std::size_t kMost = 300;

/// The error's name for the log: only what RFC 6749 names can hold, so that nothing else gets there.
std::string name_for_log(std::string_view error) {
  std::string name{error.substr(0, 60)};
  for (auto& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    if (!plain) c = '?';
  }
  return name;
}

base::Error canceled(std::string detail, std::string_view description) {
  std::string say = "Authentication process canceled";
  if (const auto more = clean(description, kMost); !more.empty()) say += ": " + more;
  return {base::Code::denied, std::move(detail), std::move(say)};
}

}  // namespace

base::Error refusal(std::string_view error, std::string_view description) {
  auto detail = "the provider says " + name_for_log(error);
  const auto lower = base::lower(error);
  for (const auto* word : {"denied", "cancelled", "canceled"}) {
    if (lower.find(word) != std::string::npos) return canceled(std::move(detail), description);
  }
  auto text = clean(description, kMost);
  if (text.empty()) text = clean(error, kMost);
  if (text.empty()) text = "the provider gave no reason";
  return {base::Code::bad_request, std::move(detail), "Authentication failed: " + text};
}

std::optional<base::Error> callback_error(const std::vector<std::pair<std::string, std::string>>& params) {
  if (const auto error = last(params, "error"); !error.empty()) return refusal(error, last(params, "error_description"));
  if (const auto denied = last(params, "denied"); !denied.empty()) return canceled("the user refused", denied);
  return std::nullopt;
}

}  // namespace providers
