// handle_fuzz.cc: a whole request to flow::handle: METHOD, path, query, a line for each header, a blank line, the body. "@"
// stands for a good access token in a header and for a good state elsewhere. No request makes us answer 5xx, none is answered
// with what is no header or no JSON, and nobody is signed in by anything but a good token.
#include "base/encode.h"
#include "base/text.h"
#include "fuzz.h"
#include "unit/flow/world.h"

namespace {

struct Fixture : test::World {
  std::string access, state;
  Fixture() {
    const auto done = finish(begin());
    access = text(done, "access");
    state = begin();
    HOLDS(!access.empty() && !state.empty());
  }
  std::string filled(std::string_view line, const std::string& good) const {
    std::string out{line};
    const auto at = out.find('@');
    if (at != out.npos) out.replace(at, 1, good);
    return out;
  }
};

/// Ours or the provider's: never what a browser takes for another host ("//evil", "/\\evil"), whatever the mount is.
bool leads_home(std::string_view location, std::string_view mount) {
  if (location.starts_with("https://")) return true;
  if (!location.starts_with(mount)) return false;
  location.remove_prefix(mount.size());
  return location.size() > 1 && location[0] == '/' && location[1] != '/' && location[1] != '\\';
}

void check(const http::Request& request, const http::Response& response, std::string_view mount, bool good_token) {
  HOLDS(response.status >= 200 && response.status < 500);
  for (const auto& [name, value] : response.headers) {
    HOLDS(!name.empty() && name.find_first_of("\r\n: ") == std::string::npos &&
          value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos);
    if (name == "Content-Type" && value == "application/json" && !response.body.empty()) HOLDS(json::Document::parse(response.body));
    if (name == "Location") HOLDS(leads_home(value, mount));
  }
  const bool mine = base::starts_with_no_case(request.path, "/users/me");
  if (mine && request.method == "GET" && response.status == 200) HOLDS(good_token);
  HOLDS(!response.lets_in || good_token || !request.authorizer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto* f = new Fixture;  // never taken down: its folder is looked after by the system
  fuzz::Lines lines{fuzz::view(data, size)};
  http::Request request;
  request.method = lines.next();
  request.path = '/' + std::string{lines.next()};
  request.query = f->filled(lines.next(), f->state);
  if (request.method == "DELETE" || request.path.find("logout") != std::string::npos) return 0;  // the fixture's session must live
  bool good_token = false;
  for (auto line = lines.next(); !line.empty() && request.headers.size() < 10; line = lines.next()) {
    const auto colon = line.find(": ");
    if (colon == line.npos) continue;
    const auto name = base::lower(line.substr(0, colon));
    const auto value = f->filled(line.substr(colon + 2), name == "authorization" ? f->access : f->cookie);
    if (name == "content-type") request.content_type = value;
    good_token = good_token || (name == "authorization" && value.find(f->access) != value.npos);
    request.headers.emplace_back(name, value);
  }
  request.body = f->filled(lines.rest(), f->state);
  request.id = "0123456789abcdef";
  request.remote_addr = "192.0.2.7";
  f->net.asked.clear();
  check(request, flow::handle(request, *f->deps), f->deps->config.mount, good_token);
  return 0;
}
