// gate_fuzz.cc: flow::read_paths and find_rules: a locked folder is locked for every reading of an address that a server or a
// program behind it may have. The readings are made here once more, plainly.
#include "base/encode.h"
#include "base/text.h"
#include "flow/gate_path.h"
#include "flow/gate_rules.h"
#include "fuzz.h"

namespace {

const flow::GateRules& rules() {
  static const auto made = [] {
    flow::GateRules out(2);
    out[0].name = "team";
    out[0].paths = {"/team/"};
    out[1].name = "open";
    out[1].open = true;
    out[1].paths = {"/", "/team/open/"};
    return out;
  }();
  return made;
}

/// As a server would: decoded `times` times, path parameters cut off or not, empty and dot segments resolved.
std::string served(std::string_view uri, int times, bool cut) {
  std::string path{uri.substr(0, uri.find('?'))};
  for (int i = 0; i < times; ++i) path = base::percent_decode(path);
  std::vector<std::string> kept;
  for (auto segment : base::split(path, '/')) {
    if (cut) segment.resize(std::min(segment.find(';'), segment.size()));
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  return '/' + base::join(kept, "/") + '/';
}

bool holds(const std::vector<const config::GateRule*>& found, std::string_view name) {
  for (const auto* rule : found)
    if (rule != nullptr && rule->name == name) return true;
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto uri = fuzz::view(data, size);
  if (const auto paths = flow::read_paths(uri)) {
    HOLDS(!paths->empty() && paths->size() <= 6);
    for (const auto& path : *paths) {
      HOLDS(path.starts_with('/') && base::is_utf8(path) && path.find_first_of(std::string_view{"\0\r\n\\", 4}) == std::string::npos);
      HOLDS(("/" + path + "/").find("/../") == std::string::npos);
    }
    HOLDS(paths->front().find("//") == std::string::npos);
    std::vector<std::string> segments = base::split(paths->front(), '/');
    for (auto& segment : segments) segment = base::percent_encode(segment);
    const auto again = flow::read_paths(base::join(segments, "/"));  // refused where an escape stands within an escape
    HOLDS(!again || again->front() == paths->front() || segments.size() > 2000);
  }
  const auto found = flow::find_rules(rules(), {.original = uri, .mount = "/auth"});
  HOLDS(!found || !found->empty());
  for (const int times : {1, 2}) {
    for (const bool cut : {false, true}) {
      const auto path = base::lower(served(uri, times, cut));
      if (path.starts_with("/team/") && !path.starts_with("/team/open/")) HOLDS(!found || holds(*found, "team"));
    }
  }
  if (found) HOLDS(!holds(*found, "team") || flow::judge(*found, std::nullopt).kind == flow::Verdict::Kind::sign_in);
  return 0;
}
