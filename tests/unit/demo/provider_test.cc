// The demo provider as a login sees it: authorize, token, userinfo; and each request that it refuses.
#include "demo/provider.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "base/url.h"
#include "crypto/digest.h"
#include "fake/clock.h"
#include "fake/random.h"
#include "json/value.h"
#include "token/jws.h"

using namespace std::chrono_literals;

namespace {

const std::string issuer = "http://127.0.0.1:8080/auth/demo";
const std::string callback = "http://127.0.0.1:8080/callback.html";
// RFC 7636 Appendix B
const std::string verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const std::string challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

struct World {
  fake::Clock clock;
  fake::Random random;
  token::Master master = *token::Master::from_text(token::Master::make_text(random));
  demo::Provider provider{{issuer, {callback, "myapp:/done", "http://127.0.0.1:8080/other"}},
                          *crypto::SignKey::generate(crypto::Kind::p256), master, clock, random};

  using Pairs = std::vector<std::pair<std::string, std::string>>;
  Pairs request = {{"client_id", "latchstring-demo"}, {"redirect_uri", callback},   {"response_type", "code"},
                   {"scope", "openid email profile"}, {"state", "xyz"},            {"nonce", "n-0S6"},
                   {"code_challenge", challenge},     {"code_challenge_method", "S256"}};
  Pairs redeem = {{"grant_type", "authorization_code"}, {"client_id", "latchstring-demo"},
                  {"redirect_uri", callback},           {"code_verifier", verifier}};

  static std::string form(const Pairs& pairs) {
    std::string url = "x";
    for (const auto& [name, value] : pairs) base::append_query(url, name, value);
    return url.substr(std::min<std::size_t>(2, url.size()));
  }
  /// The pair of that name gets the value; it goes where the value is "-".
  static void change(Pairs& pairs, const std::string& name, const std::string& value) {
    std::erase_if(pairs, [&](const auto& p) { return p.first == name; });
    if (value != "-") pairs.emplace_back(name, value);
  }
  using Headers = std::vector<std::pair<std::string, std::string>>;
  static http::Request ask(std::string method, std::string path, std::string query = {}, std::string body = {}, Headers headers = {}) {
    http::Request r;
    r.method = std::move(method);
    r.path = std::move(path);
    r.query = std::move(query);
    r.content_type = "application/x-www-form-urlencoded";
    r.body = std::move(body);
    r.headers = std::move(headers);
    return r;
  }
  http::Response get(const std::string& path) { return provider.handle(ask("GET", path)); }
  http::Response open() { return provider.handle(ask("GET", "/demo/authorize", form(request))); }
  http::Response press(const Pairs& fields) { return provider.handle(ask("POST", "/demo/authorize", form(request), form(fields))); }
  http::Request redemption(const std::string& code) {
    auto fields = redeem;
    change(fields, "code", code);
    return ask("POST", "/demo/token", {}, form(fields));
  }
  http::Response exchange(const std::string& code) { return provider.handle(redemption(code)); }
  http::Response userinfo(const std::string& authorization) {
    return provider.handle(ask("GET", "/demo/userinfo", {}, {}, {{"authorization", authorization}}));
  }
};

std::string header(const http::Response& r, std::string_view name) {
  for (const auto& [key, value] : r.headers)
    if (key == name) return value;
  return {};
}
/// Where a redirect goes (without its query) and what its query says.
std::string target(const http::Response& r) { return header(r, "Location").substr(0, header(r, "Location").find('?')); }
std::string parameter(const http::Response& r, std::string_view name) {
  const auto location = header(r, "Location");
  const auto at = location.find('?');
  const auto params = http::parse_form(at == std::string::npos ? "" : location.substr(at + 1));
  const auto* value = params.last(name);
  return value ? *value : "";
}
json::Document parsed(std::string_view text) { return *json::Document::parse(text); }
std::string field(const http::Response& r, std::string_view name) { return parsed(r.body).root()[name].text().value_or(""); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(demo_provider, World)

BOOST_AUTO_TEST_CASE(signs_a_listed_person_in) {
  const auto back = press({{"person", "alva"}});
  BOOST_TEST(back.status == 303);
  BOOST_TEST(target(back) == callback);
  BOOST_TEST(parameter(back, "state") == "xyz");
  BOOST_TEST(parameter(back, "iss") == issuer);

  const auto tokens = exchange(parameter(back, "code"));
  BOOST_REQUIRE_EQUAL(tokens.status, 200);
  BOOST_TEST(header(tokens, "Cache-Control") == "no-store");
  const auto keys = token::parse_jwks(get("/demo/jwks.json").body);
  const auto jws = token::parse_jws(field(tokens, "id_token"));
  BOOST_REQUIRE(keys);
  BOOST_REQUIRE(jws);
  BOOST_TEST((token::verify(*jws, *keys, {crypto::Alg::ES256}) == token::Verdict::good));
  const auto claims = parsed(jws->payload);
  BOOST_TEST(claims.root()["iss"].string().value() == issuer);
  BOOST_TEST(claims.root()["aud"].string().value() == "latchstring-demo");
  BOOST_TEST(claims.root()["sub"].string().value() == "alva");
  BOOST_TEST(claims.root()["nonce"].string().value() == "n-0S6");
  BOOST_TEST(claims.root()["email_verified"].boolean().value());
  BOOST_TEST(claims.root()["exp"].integer().value() == clock.now().time_since_epoch().count() + 300);
  const auto half = crypto::sha256(field(tokens, "access_token")).substr(0, 16);
  BOOST_TEST(claims.root()["at_hash"].string().value() == base::base64url(half));

  const auto person = userinfo("Bearer " + field(tokens, "access_token"));
  BOOST_TEST(person.status == 200);
  BOOST_TEST(field(person, "sub") == "alva");
  BOOST_TEST(field(person, "email") == "alva@example.com");
}

BOOST_AUTO_TEST_CASE(signs_in_whoever_one_says_to_be_unverified_and_the_same_each_time) {
  const auto sub_of = [this](const std::string& email) {
    const auto tokens = exchange(parameter(press({{"person", "other"}, {"name", "Zoë Ødegård"}, {"email", email}}), "code"));
    const auto claims = parsed(token::parse_jws(field(tokens, "id_token"))->payload);
    BOOST_TEST(claims.root()["name"].string().value() == "Zoë Ødegård");
    BOOST_TEST(claims.root()["email_verified"].boolean().value_or(false) == false);
    return std::string{*claims.root()["sub"].string()};
  };
  const auto first = sub_of("zoe@example.com");
  BOOST_TEST(first == sub_of("Zoe@Example.com"));
  BOOST_TEST(first != sub_of("other@example.com"));
  BOOST_TEST(first != sub_of(""));
}

BOOST_AUTO_TEST_CASE(another_worker_redeems_the_code_and_reads_the_access_token) {
  const auto key = *crypto::SignKey::generate(crypto::Kind::p256);
  const demo::Provider one{{issuer, {callback}}, key, master, clock, random}, two{{issuer, {callback}}, key, master, clock, random};
  const auto back = one.handle(ask("POST", "/demo/authorize", form(request), "person=bruno"));
  const auto tokens = two.handle(redemption(parameter(back, "code")));
  BOOST_TEST(tokens.status == 200);
}

BOOST_AUTO_TEST_CASE(discovery_announces_what_is_there) {
  const auto document = get("/demo/.well-known/openid-configuration");
  BOOST_TEST(field(document, "issuer") == issuer);
  for (const auto* name : {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"}) {
    const auto url = field(document, name);
    BOOST_REQUIRE(url.starts_with(issuer + "/"));
    const auto answer = get(url.substr(issuer.size() - 5));
    BOOST_TEST(answer.status != 404, name);
  }
  BOOST_TEST(parsed(document.body).root()["authorization_response_iss_parameter_supported"].boolean().value());
}

BOOST_AUTO_TEST_CASE(the_refuse_button_sends_access_denied_back) {
  const auto back = press({{"refuse", "1"}});
  BOOST_TEST(target(back) == callback);
  BOOST_TEST(parameter(back, "error") == "access_denied");
  BOOST_TEST(parameter(back, "state") == "xyz");
  BOOST_TEST(parameter(back, "code") == "");
}

BOOST_AUTO_TEST_CASE(pages_run_no_script_and_cannot_be_framed) {
  const auto page = open();
  BOOST_TEST(page.status == 200);
  const auto policy = header(page, "Content-Security-Policy");
  BOOST_TEST(policy.starts_with("default-src 'none'; style-src 'self'; "));
  BOOST_TEST(policy.find("script-src") == std::string::npos);
  BOOST_TEST(policy.find("unsafe") == std::string::npos);
  BOOST_TEST(policy.find("frame-ancestors 'none'") != std::string::npos);
  BOOST_TEST(policy.ends_with("form-action 'self' http://127.0.0.1:8080"));
  BOOST_TEST(page.body.find("This is a demo") != std::string::npos);
}

// ---- authorize: what is never sent back, since nothing says that it came from the application -----------------------------
struct Change {
  const char* why;
  const char* name;
  const char* value;  // "-" = left out
  const char* error;
};
std::ostream& operator<<(std::ostream& os, const Change& c) { return os << c.why; }

const Change not_sent_back[] = {
    {"unknown client", "client_id", "somebody", "not come from an application"},
    {"no client", "client_id", "-", "not come from an application"},
    {"redirect_uri not listed", "redirect_uri", "https://evil.example/", "redirect_uris"},
    {"redirect_uri with a tail", "redirect_uri", "http://127.0.0.1:8080/callback.html/", "redirect_uris"},
    {"redirect_uri with a query", "redirect_uri", "http://127.0.0.1:8080/callback.html?x", "redirect_uris"},
    {"no redirect_uri", "redirect_uri", "-", "redirect_uris"},
    {"listed, but no web address", "redirect_uri", "myapp:/done", "web address"},
};
BOOST_DATA_TEST_CASE(does_not_send_back, boost::unit_test::data::make(not_sent_back), row) {
  change(request, row.name, row.value);
  for (const auto& answer : {open(), press({{"person", "alva"}}), press({{"refuse", "1"}})}) {
    BOOST_TEST(answer.status == 400);
    BOOST_TEST(header(answer, "Location") == "");
    BOOST_TEST(answer.body.find(row.error) != std::string::npos);
  }
}
BOOST_AUTO_TEST_CASE(does_not_send_back_a_doubled_or_overlong_parameter) {
  request.emplace_back("redirect_uri", callback);
  BOOST_TEST(open().status == 400);
  request.pop_back();
  change(request, "state", std::string(1025, 's'));
  BOOST_TEST(open().status == 400);
}

// ---- authorize: what is sent back as an error ---------------------------------------------------------------------------
const Change sent_back[] = {
    {"token instead of code", "response_type", "token", "unsupported_response_type"},
    {"no response_type", "response_type", "-", "unsupported_response_type"},
    {"no openid in the scope", "scope", "profile openid2", "invalid_scope"},
    {"no challenge", "code_challenge", "-", "invalid_request"},
    {"challenge of a wrong length", "code_challenge", "E9Melhoa", "invalid_request"},
    {"plain PKCE", "code_challenge_method", "plain", "invalid_request"},
    {"PKCE method left out means plain", "code_challenge_method", "-", "invalid_request"},
    {"prompt=none", "prompt", "none", "login_required"},
};
BOOST_DATA_TEST_CASE(sends_back_the_error, boost::unit_test::data::make(sent_back), row) {
  change(request, row.name, row.value);
  for (const auto& answer : {open(), press({{"person", "alva"}})}) {
    BOOST_TEST(answer.status == 303);
    BOOST_TEST(target(answer) == callback);
    BOOST_TEST(parameter(answer, "error") == row.error);
    BOOST_TEST(parameter(answer, "state") == "xyz");
    BOOST_TEST(parameter(answer, "code") == "");
  }
}

// ---- token --------------------------------------------------------------------------------------------------------------
const Change not_redeemed[] = {
    {"other grant", "grant_type", "refresh_token", "unsupported_grant_type"},
    {"other client", "client_id", "somebody", "invalid_client"},
    {"no client", "client_id", "-", "invalid_client"},
    {"another listed redirect_uri", "redirect_uri", "http://127.0.0.1:8080/other", "invalid_grant"},
    {"no redirect_uri", "redirect_uri", "-", "invalid_grant"},
    {"another verifier", "code_verifier", "aBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "invalid_grant"},
    {"the challenge as the verifier", "code_verifier", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "invalid_grant"},
    {"no verifier", "code_verifier", "-", "invalid_grant"},
};
BOOST_DATA_TEST_CASE(redeems_only_what_fits, boost::unit_test::data::make(not_redeemed), row) {
  const auto code = parameter(press({{"person", "alva"}}), "code");
  change(redeem, row.name, row.value);
  const auto answer = exchange(code);
  BOOST_TEST(answer.status == 400);
  BOOST_TEST(field(answer, "error") == row.error);
}
BOOST_AUTO_TEST_CASE(redeems_only_its_own_codes_in_time) {
  const auto code = parameter(press({{"person", "alva"}}), "code");
  BOOST_TEST(field(exchange("nonsense"), "error") == "invalid_grant");
  BOOST_TEST(field(exchange(""), "error") == "invalid_grant");
  auto bent = code;
  bent[20] = bent[20] == 'A' ? 'B' : 'A';
  BOOST_TEST(field(exchange(bent), "error") == "invalid_grant");
  clock.tick(59s);
  BOOST_TEST(exchange(code).status == 200);
  clock.tick(1s);
  BOOST_TEST(field(exchange(code), "error") == "invalid_grant");
}
BOOST_AUTO_TEST_CASE(redeems_only_form_bodies) {
  auto request_as_json = redemption(parameter(press({{"person", "alva"}}), "code"));
  request_as_json.content_type = "application/json";
  BOOST_TEST(field(provider.handle(request_as_json), "error") == "invalid_request");
}

// ---- userinfo -----------------------------------------------------------------------------------------------------------
BOOST_AUTO_TEST_CASE(userinfo_needs_an_access_token_that_is_still_good) {
  const auto code = parameter(press({{"person", "alva"}}), "code");
  const auto access = field(exchange(code), "access_token");
  BOOST_TEST(userinfo("").status == 401);
  BOOST_TEST(userinfo("Basic " + access).status == 401);
  BOOST_TEST(userinfo("Bearer " + code).status == 401);  // sealed by us too, but for another purpose
  BOOST_TEST(userinfo("Bearer " + access).status == 200);
  clock.tick(300s);
  const auto late = userinfo("Bearer " + access);
  BOOST_TEST(late.status == 401);
  BOOST_TEST(header(late, "WWW-Authenticate").find("invalid_token") != std::string::npos);
}
BOOST_AUTO_TEST_CASE(an_access_token_is_no_code) {
  const auto access = field(exchange(parameter(press({{"person", "alva"}}), "code")), "access_token");
  BOOST_TEST(field(exchange(access), "error") == "invalid_grant");
}

// ---- methods and paths --------------------------------------------------------------------------------------------------
struct Asked {
  const char* why;
  const char* method;
  const char* path;
  int status;
};
std::ostream& operator<<(std::ostream& os, const Asked& a) { return os << a.why; }
const Asked asked[] = {
    {"the stylesheet", "GET", "/demo/style.css", 200},
    {"HEAD as GET", "HEAD", "/demo/jwks.json", 200},
    {"tokens are not for GET", "GET", "/demo/token", 405},
    {"no DELETE", "DELETE", "/demo/authorize", 405},
    {"part of a method's name", "EAD", "/demo/jwks.json", 405},
    {"two methods in one", "GET,HEAD", "/demo/jwks.json", 405},
    {"no method", "", "/demo/jwks.json", 405},
    {"unknown path", "GET", "/demo/admin", 404},
    {"path with a tail", "GET", "/demo/jwks.json/", 404},
};
BOOST_DATA_TEST_CASE(answers_only_what_is_known, boost::unit_test::data::make(asked), row) {
  BOOST_TEST(provider.handle(ask(row.method, row.path)).status == row.status);
}

BOOST_AUTO_TEST_SUITE_END()
