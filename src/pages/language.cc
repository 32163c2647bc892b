#include "pages/language.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace pages {
namespace {

constexpr std::size_t kMostBytes = 1000, kMostRanges = 32;

/// The weight as thousandths (RFC 9110 12.4.2); 1000 if none is given, 0 if it is malformed: what cannot be read is not wished for.
int weight_of(std::string_view parameters) noexcept {
  const auto text = base::trim(parameters);
  if (text.empty()) return 1000;
  if (!base::starts_with_no_case(text, "q=") || text.size() < 3 || text.size() > 7 || (text[2] != '0' && text[2] != '1')) return 0;
  if (text.size() > 3 && text[3] != '.') return 0;
  int thousandths = (text[2] - '0') * 1000;
  int unit = 100;
  for (std::size_t i = 4; i < text.size(); ++i, unit /= 10) {
    if (text[i] < '0' || text[i] > '9') return 0;
    thousandths += (text[i] - '0') * unit;
  }
  return std::min(thousandths, 1000);
}

/// The language itself, without script, region and variants: "zh" of "zh-Hans-CN".
std::string_view primary(std::string_view tag) noexcept { return tag.substr(0, tag.find('-')); }

const Language* language_for(std::string_view range) noexcept {
  if (range == "*") return &languages().front();
  for (const auto& language : languages()) {
    if (base::equal_no_case(primary(language.tag), primary(range))) return &language;
  }
  return nullptr;
}

}  // namespace

const Language& pick_language(std::string_view accept) noexcept {
  const Language* best = &languages().front();
  int best_weight = 0;
  accept = accept.substr(0, kMostBytes);
  for (std::size_t count = 0; !accept.empty() && count < kMostRanges; ++count) {
    const auto comma = accept.find(',');
    const auto range = accept.substr(0, comma);
    accept.remove_prefix(comma == std::string_view::npos ? accept.size() : comma + 1);
    const auto semicolon = range.find(';');
    const auto weight = weight_of(semicolon == std::string_view::npos ? std::string_view{} : range.substr(semicolon + 1));
    const auto* language = language_for(base::trim(range.substr(0, semicolon)));
    if (language != nullptr && weight > best_weight) {
      best = language;
      best_weight = weight;
    }
  }
  return *best;
}

std::string_view text_of(const Language& language, std::string_view key) noexcept {
  const auto it =
      std::lower_bound(language.texts.begin(), language.texts.end(), key, [](const Text& t, std::string_view k) { return t.key < k; });
  return it == language.texts.end() || it->key != key ? std::string_view{} : it->text;
}

std::string_view advice_for(std::string_view text, int status) noexcept {
  const auto said = base::lower(text.substr(0, 1000));
  const std::string_view view = said;
  for (const auto& row : advice()) {
    if (row.holds.empty() ? row.status == status : view.find(row.holds) != std::string_view::npos) return row.key;
  }
  return "advice.other";
}

}  // namespace pages
