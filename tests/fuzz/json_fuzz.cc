// json_fuzz.cc: json::Document and json::Writer: what is read is within the limits, and what is written is read as the same.
#include "fuzz.h"
#include "json/value.h"
#include "json/writer.h"

namespace {

constexpr json::Limits kLimits{.bytes = 4096, .depth = 8, .unique_names = true};

std::size_t depth_of(json::Value v) {
  std::size_t deepest = 0;
  for (std::size_t i = 0; v.is_array() && i < v.size(); ++i) deepest = std::max(deepest, depth_of(v.at(i)));
  for (const auto& [name, member] : v.members()) {
    HOLDS(v[name].exists());
    deepest = std::max(deepest, depth_of(member));
  }
  return deepest + (v.is_array() || v.is_object() ? 1 : 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::view(data, size);
  // Whatever a writer is given as a string comes back; bytes that are no UTF-8 as U+FFFD.
  json::Writer w;
  w.object().member("s", text).end_object();
  const auto written = json::Document::parse(w.str());
  HOLDS(written && written->root()["s"].string());
  const auto lax = json::Document::parse(text, {.bytes = 4096, .depth = 8, .unique_names = false});
  const auto document = json::Document::parse(text, kLimits);
  HOLDS(!document || lax);
  if (!document) return 0;
  HOLDS(size <= kLimits.bytes);
  const auto root = document->root();
  HOLDS(depth_of(root) <= kLimits.depth);
  const auto dumped = root.dump();
  const auto again = json::Document::parse(dumped, {.bytes = 1 << 16, .depth = 8, .unique_names = true});
  HOLDS(again && again->root().dump() == dumped);
  if (root.integer()) HOLDS(root.text() == std::to_string(*root.integer()));
  root.pointer(text);
  for (const auto& [name, member] : root.members()) member.text();
  return 0;
}
