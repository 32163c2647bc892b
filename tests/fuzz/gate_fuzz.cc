// gate_fuzz.cc: flow::read_paths and find_rules: a locked folder is locked for every reading of an address that a server or a
// program behind it may have. The readings are made here once more, plainly. Behind a blank line: what a hook and a provider say of
// somebody (two JSON texts, a line each) and the address of who that is; only what says "staff" lets them into the folder of the staff.
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

/// Somebody whose words come from outside, before the folder of the staff.
void check_visitor(std::string_view text) {
  static const auto staff = [] {
    config::GateRule rule;
    rule.name = "staff";
    rule.email_domains = {"example.com"};
    rule.emails = {"ada@example.org"};
    rule.users = {"root"};
    rule.user_ids = {7};
    rule.claims = {{"groups", {"staff"}}};
    return rule;
  }();
  fuzz::Lines lines{text};
  flow::GateVisitor who;
  who.claims = lines.next();
  who.extra = lines.next();
  who.email = lines.next();
  who.username = lines.next();
  for (const bool verified : {false, true}) {
    who.email_verified = verified;
    who.active = true;
    const auto verdict = flow::judge({&staff}, who);
    const auto address = base::lower(who.email);
    if (verdict.kind == flow::Verdict::Kind::let_in) {
      HOLDS(text.find("staff") != text.npos || text.find("\\u") != text.npos);
      HOLDS(who.username == "root" || (verified && (address == "ada@example.org" || address.ends_with("@example.com"))));
    }
    who.active = false;
    HOLDS(flow::judge({&staff}, who).kind == flow::Verdict::Kind::forbidden);
  }
  HOLDS(flow::asks_claims({&staff}) && !flow::asks_claims({nullptr}));
}

bool holds(const std::vector<const config::GateRule*>& found, std::string_view name) {
  for (const auto* rule : found)
    if (rule != nullptr && rule->name == name) return true;
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::view(data, size);
  const auto cut = text.find("\n\n");
  const auto uri = text.substr(0, cut);
  if (cut != text.npos) check_visitor(text.substr(cut + 2));
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
    for (const bool parameters : {false, true}) {
      const auto path = base::lower(served(uri, times, parameters));
      if (path.starts_with("/team/") && !path.starts_with("/team/open/")) HOLDS(!found || holds(*found, "team"));
    }
  }
  if (found) HOLDS(!holds(*found, "team") || flow::judge(*found, std::nullopt).kind == flow::Verdict::Kind::sign_in);
  return 0;
}
