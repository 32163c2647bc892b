// http/request.cc: parameters, headers and cookies of a request.
#include "http/request.h"

#include <algorithm>

#include "base/encode.h"
#include "base/text.h"

namespace http {
namespace {

constexpr std::size_t kMaxPairs = 1000;  // Django's DATA_UPLOAD_MAX_NUMBER_FIELDS: enough for any form, too few for an attack

}  // namespace

const std::string* Params::last(std::string_view name) const noexcept {
  for (auto it = items_.rbegin(); it != items_.rend(); ++it)
    if (it->first == name) return &it->second;
  return nullptr;
}

std::size_t Params::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::count_if(items_.begin(), items_.end(), [&](const auto& item) { return item.first == name; }));
}

Params Params::merged(const Params& over) const {
  if (over.items_.empty()) return *this;
  // Sorted names, so that a thousand names against a thousand cost no million comparisons.
  std::vector<std::string_view> replaced;
  replaced.reserve(over.items_.size());
  for (const auto& item : over.items_) replaced.push_back(item.first);
  std::sort(replaced.begin(), replaced.end());
  Params out;
  out.items_.reserve(items_.size() + over.items_.size());
  for (const auto& item : items_)
    if (!std::binary_search(replaced.begin(), replaced.end(), item.first)) out.items_.push_back(item);
  out.items_.insert(out.items_.end(), over.items_.begin(), over.items_.end());
  return out;
}

Params parse_form(std::string_view text) {
  Params out;
  while (!text.empty() && out.items().size() < kMaxPairs) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view{};
    out.add(base::percent_decode(pair.substr(0, equals), true), base::percent_decode(value, true));
  }
  return out;
}

std::string_view Request::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

std::string Request::cookie(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key != "cookie") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      // Apache joins two Cookie lines with ", ". A comma alone is no separator: other programs' cookies hold them.
      const auto end = std::min({rest.find(';'), rest.find(", "), rest.size()});
      const auto pair = base::trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (pair.size() > name.size() && pair[name.size()] == '=' && pair.starts_with(name)) return std::string{pair.substr(name.size() + 1)};
    }
  }
  return {};
}

}  // namespace http
