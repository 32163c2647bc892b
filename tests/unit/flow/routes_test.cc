#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/flow/world.h"

namespace {

constexpr const char* kGood = "redirect_uri=https%3A%2F%2Fapp.example%2Fcb";

http::Response ask(test::World& w, std::string method, std::string path, std::string query,
                   std::vector<std::pair<std::string, std::string>> headers = {}) {
  http::Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.query = std::move(query);
  request.headers = std::move(headers);
  return w.send(std::move(request));
}

BOOST_AUTO_TEST_SUITE(flow_routes)

struct Row {
  const char* why;
  const char* method;
  const char* path;
  std::string query;
  std::vector<std::pair<std::string, std::string>> headers;
  int status;
  const char* body;  // "" = not looked at
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
constexpr const char* kRefused = R"("redirect_uri must be in SOCIAL_AUTH_ALLOWED_REDIRECT_URIS")";
const Row rows[] = {
    {"G01: no redirect_uri", "GET", "/o/forge/", "", {}, 400, kRefused},
    {"G05: exact match only", "GET", "/o/forge/", std::string{kGood} + "%2F", {}, 400, kRefused},
    {"G07: the last one counts, evil", "GET", "/o/forge/", std::string{kGood} + "&redirect_uri=https%3A%2F%2Fevil.example", {}, 400, kRefused},
    {"G08: the last one counts, good", "GET", "/o/forge/", std::string{"redirect_uri=x&"} + kGood, {}, 200, ""},
    {"G12: unknown provider", "GET", "/o/nope/", kGood, {}, 404, R"({"detail":"Provider 'nope' not supported"})"},
    {"G13: the list comes before the provider", "GET", "/o/nope/", "redirect_uri=x", {}, 400, kRefused},
    {"G16: names are case-sensitive", "GET", "/o/Forge/", kGood, {}, 404, R"({"detail":"Provider 'Forge' not supported"})"},
    {"G17: a name may hold a slash", "GET", "/o/forge/x/", kGood, {}, 404, R"({"detail":"Provider 'forge/x' not supported"})"},
    {"G19: but no space", "GET", "/o/%20/", kGood, {}, 404, R"({"detail":"Not found."})"},
    {"G25: PUT", "PUT", "/o/forge/", "", {}, 405, R"({"detail":"Method \"PUT\" not allowed."})"},
    {"J11: GET where there is only POST", "GET", "/jwt/refresh/", "", {}, 405, R"({"detail":"Method \"GET\" not allowed."})"},
    {"G28: XML is not to be had", "GET", "/o/forge/", kGood, {{"accept", "application/xml"}}, 406,
     R"({"detail":"Could not satisfy the request Accept header."})"},
    {"G29: axios", "GET", "/o/forge/", kGood, {{"accept", "application/json, text/plain, */*"}}, 200, ""},
    {"G31: format=xml", "GET", "/o/forge/", std::string{kGood} + "&format=xml", {}, 404, R"({"detail":"Not found."})"},
    {"G36: a broken token is 401 even here", "GET", "/o/forge/", kGood, {{"authorization", "JWT garbage"}}, 401, ""},
    {"another scheme is not ours", "GET", "/o/forge/", kGood, {{"authorization", "Basic Zm9vOmJhcg=="}}, 200, ""},
    {"J18: a scheme alone", "GET", "/users/me/", "", {{"authorization", "JWT"}}, 401,
     R"({"detail":"Authorization header must contain two space-delimited values","code":"bad_authorization_header"})"},
    {"J20: schemes are case-sensitive", "GET", "/users/me/", "", {{"authorization", "jwt x"}}, 401,
     R"({"detail":"Authentication credentials were not provided."})"},
    {"an unknown path", "GET", "/nope", "", {}, 404, R"({"detail":"Not found."})"},
    {"a page that a protocol has not", "GET", "/o/forge/metadata", "", {}, 404, R"({"detail":"Not found."})"},
    {"a page of an unknown provider", "GET", "/o/nope/metadata", "", {}, 404, R"({"detail":"Provider 'nope' not supported"})"},
    {"pages are read", "POST", "/o/forge/post", "", {}, 405, R"({"detail":"Method \"POST\" not allowed."})"},
    {"health", "GET", "/healthz", "", {}, 200, ""},
    {"keys", "GET", "/.well-known/jwks.json", "", {}, 200, ""},
};
BOOST_DATA_TEST_CASE(status_and_text, boost::unit_test::data::make(rows), row) {
  test::World w;
  const auto response = ask(w, row.method, row.path, row.query, row.headers);
  BOOST_TEST(response.status == row.status);
  if (*row.body != '\0') BOOST_TEST(response.body == row.body);
}

BOOST_AUTO_TEST_CASE(a_get_without_the_slash_is_sent_to_the_path_with_it) {  // wire.md G14
  test::World w;
  const auto response = ask(w, "GET", "/o/forge", kGood);
  BOOST_TEST(response.status == 301);
  BOOST_TEST(w.header(response, "Location") == std::string{"/auth/o/forge/?"} + kGood);
}

BOOST_AUTO_TEST_CASE(what_may_not_stand_in_a_header_is_escaped_there) {  // whatever reached the socket
  test::World w;
  const auto response = ask(w, "GET", "/o/forge", std::string{"x=\r\n\0#&y=%0A", 12});
  BOOST_TEST(w.header(response, "Location") == "/auth/o/forge/?x=%0D%0A%00%23&y=%0A");
}

BOOST_AUTO_TEST_CASE(a_post_without_the_slash_is_served) {
  test::World w;
  const auto state = w.begin();
  BOOST_TEST(w.post("/o/forge", "code=c&state=" + state).status == 201);
}

BOOST_AUTO_TEST_CASE(the_cookie_is_as_tight_as_its_transport) {  // RFC 6265bis 4.1.3.2
  test::World w;
  const auto set = w.header(w.get("/o/forge/", kGood), "Set-Cookie");
  BOOST_TEST(set.starts_with("__Host-latchstring-flow="));
  for (const auto* part : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Max-Age=600"}) {
    BOOST_TEST(set.find(part) != std::string::npos, "missing " << part << " in " << set.substr(set.find(';')));
  }
}

BOOST_AUTO_TEST_CASE(parallel_flows_share_one_browser) {
  test::World w;
  static_cast<void>(w.begin());
  const auto cookie = w.cookie;
  static_cast<void>(w.begin());
  BOOST_TEST(w.cookie == cookie);
}

BOOST_AUTO_TEST_CASE(two_flows_of_one_moment_may_draw_one_number) {  // 11 random bits below the time: with 300, some do
  test::World w;
  for (int i = 0; i < 300; ++i) BOOST_TEST(w.get("/o/forge/", kGood).status == 200);
}

BOOST_AUTO_TEST_CASE(only_listed_origins_may_read) {  // wire.md G22-G24; Fetch 3.2
  test::World w;
  const auto good = ask(w, "GET", "/o/forge/", kGood, {{"origin", "https://spa.example"}});
  BOOST_TEST(w.header(good, "Access-Control-Allow-Origin") == "https://spa.example");
  BOOST_TEST(w.header(good, "Access-Control-Allow-Credentials") == "true");
  const auto evil = ask(w, "GET", "/o/forge/", kGood, {{"origin", "https://evil.example"}});
  BOOST_TEST(evil.status == 200);
  BOOST_TEST(w.header(evil, "Access-Control-Allow-Origin") == "");
  const auto preflight = ask(w, "OPTIONS", "/o/forge/", "", {{"origin", "https://spa.example"}, {"access-control-request-method", "POST"}});
  BOOST_TEST(preflight.status == 200);
  BOOST_TEST(preflight.body.empty());
  BOOST_TEST(w.header(preflight, "Access-Control-Allow-Methods").find("POST") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(answers_are_not_stored) {  // RFC 6749 5.1
  test::World w;
  const auto response = w.get("/o/forge/", kGood);
  BOOST_TEST(w.header(response, "Cache-Control") == "no-store");
  BOOST_TEST(w.header(response, "X-Content-Type-Options") == "nosniff");
}

BOOST_AUTO_TEST_CASE(requests_and_logins_are_counted) {
  test::World w;
  static_cast<void>(w.finish(w.begin()));
  const auto text = w.get("/metrics").body;
  BOOST_TEST(text.find("latchstring_logins_total{") != std::string::npos);
  BOOST_TEST(text.find("latchstring_flows_open 0") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
