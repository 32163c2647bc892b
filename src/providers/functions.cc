// functions.cc: the functions of provider files, in one table. A missing argument makes the result missing, except for if().
#include "base/encode.h"
#include "crypto/digest.h"
#include "providers/expression.h"

namespace providers {
namespace {

using Node = Expression::Node;
using Text = std::optional<std::string>;
using Arguments = std::vector<Node>;

/// before('ann@example.org', '@') = 'ann'; the whole text where the separator does not occur.
Text before(const Arguments& in, const Values& values) {
  const auto text = evaluate(in[0], values), separator = evaluate(in[1], values);
  if (!text || !separator) return std::nullopt;
  return text->substr(0, text->find(*separator));
}

/// last('https://x.example/users/7', '/') = '7'.
Text last(const Arguments& in, const Values& values) {
  const auto text = evaluate(in[0], values), separator = evaluate(in[1], values);
  if (!text || !separator) return std::nullopt;
  const auto at = text->rfind(*separator);
  return at == std::string::npos ? *text : text->substr(at + separator->size());
}

Text choose(const Arguments& in, const Values& values) {
  const auto condition = evaluate(in[0], values);
  return evaluate(in[condition && !condition->empty() && *condition != "false" ? 1 : 2], values);
}

/// same(x, y) = 'true' if both have a value and it is the same.
Text same(const Arguments& in, const Values& values) {
  const auto a = evaluate(in[0], values), b = evaluate(in[1], values);
  if (!a || !b || *a != *b) return std::nullopt;
  return "true";
}

/// Facebook's appsecret_proof.
Text hmac_sha256_hex(const Arguments& in, const Values& values) {
  const auto key = evaluate(in[0], values), text = evaluate(in[1], values);
  if (!key || !text) return std::nullopt;
  return base::hex(crypto::hmac_sha256(*key, *text));
}

constexpr FunctionEntry kFunctions[] = {
    {"before", 2, before}, {"last", 2, last}, {"if", 3, choose}, {"same", 2, same}, {"hmac_sha256_hex", 2, hmac_sha256_hex},
};

}  // namespace

const FunctionEntry* find_function(std::string_view name) noexcept {
  for (const auto& entry : kFunctions) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace providers
