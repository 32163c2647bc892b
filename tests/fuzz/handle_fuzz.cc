// handle_fuzz.cc: a whole request to flow::handle: METHOD, path, query, a line for each header, a blank line, the body. "@" stands
// for a good access token in "Authorization", for the cookies of the login in another header and for a good state elsewhere, "~" in a
// header for the cookie of a good session. No request makes us answer 5xx, none is answered with what is no header or no JSON, and nobody
// is signed in by anything but a good token or session.
#include "base/encode.h"
#include "base/text.h"
#include "fuzz.h"
#include "token/session_cookie.h"
#include "unit/flow/world.h"

namespace {

struct Fixture : test::World {
  std::string access, state, session;
  Fixture() {
    const auto secret = token::make_session_secret(random);
    store::LoginRecord record;
    record.profile.provider = record.profile.issuer = "forge";
    record.profile.uid = "9";
    record.session.expires = clock.now() + std::chrono::hours{1};
    record.session.cookie_hash = secret.hash;
    session = "__Host-latchstring=" + token::session_cookie(fuzz::must(store.sign_in(record)).session, secret);
    const auto done = finish(begin());
    access = text(done, "access");
    state = begin();
    HOLDS(!access.empty() && !state.empty());
  }
  static std::string filled(std::string_view line, const std::string& good, char mark = '@') {
    std::string out{line};
    const auto at = out.find(mark);
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

void check(const http::Request& request, const http::Response& response, std::string_view mount, bool known) {
  HOLDS(response.status >= 200 && response.status < 500);
  for (const auto& [name, value] : response.headers) {
    HOLDS(!name.empty() && name.find_first_of("\r\n: ") == std::string::npos &&
          value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos);
    if (name == "Content-Type" && value == "application/json" && !response.body.empty()) HOLDS(json::Document::parse(response.body));
    if (name == "Location") HOLDS(leads_home(value, mount));
  }
  const bool mine = base::starts_with_no_case(request.path, "/users/me");
  if (mine && request.method == "GET" && response.status == 200) HOLDS(known);
  HOLDS(!response.lets_in || known || !request.authorizer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto* f = new Fixture;  // never taken down: its folder is looked after by the system
  fuzz::Lines lines{fuzz::view(data, size)};
  http::Request request;
  request.method = lines.next();
  request.path = '/' + std::string{lines.next()};
  request.query = Fixture::filled(lines.next(), f->state);
  if (request.method == "DELETE" || request.path.find("logout") != std::string::npos) return 0;  // the fixture's session must live
  bool known = false;
  for (auto line = lines.next(); !line.empty() && request.headers.size() < 10; line = lines.next()) {
    const auto colon = line.find(": ");
    if (colon == line.npos) continue;
    const auto name = base::lower(line.substr(0, colon));
    const auto value =
        Fixture::filled(Fixture::filled(line.substr(colon + 2), name == "authorization" ? f->access : f->cookie), f->session, '~');
    if (name == "content-type") request.content_type = value;
    known = known || (name == "authorization" && value.find(f->access) != value.npos) ||
            (name == "cookie" && value.find(f->session) != value.npos);
    request.headers.emplace_back(name, value);
  }
  request.body = Fixture::filled(lines.rest(), f->state);
  request.id = "0123456789abcdef";
  request.remote_addr = "192.0.2.7";
  f->net.asked.clear();
  check(request, flow::handle(request, *f->deps), f->deps->config.mount, known);
  return 0;
}
