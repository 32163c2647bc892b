// What is refused before a packet is sent, and what survives a redirect.
#include "net/rules.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

using namespace std::string_literals;

namespace {

struct Row {
  const char* why;
  net::Request request;
  const char* refusal;  // beginning of the detail; "" = allowed
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }

net::Request get(std::string url) { return {.url = std::move(url)}; }
net::Request with(std::string name, std::string value) {
  return {.url = "https://p.example/", .headers = {{std::move(name), std::move(value)}}};
}
net::Request method(std::string m) { return {.method = std::move(m), .url = "https://p.example/"}; }
net::Request foreign(std::string url) { return {.url = std::move(url), .private_addresses = false}; }

const Row rows[] = {
    {"https", get("https://p.example/token?x=1"), ""},
    {"http on loopback, by name", get("http://localhost:8000/"), ""},
    {"http on loopback, by address", get("http://127.0.0.1:8000/"), ""},
    {"a query longer than other parsers take", get("https://p.example/?t=" + std::string(4000, 'a')), ""},
    {"http elsewhere", get("http://p.example/"), "refused: neither https"},
    {"a name that only begins like loopback", get("http://localhost.evil.example/"), "refused: neither https"},
    {"http to an address that is not loopback", get("http://10.0.0.1/"), "refused: neither https"},
    {"another scheme", get("file:///etc/passwd"), "refused: "},
    {"another scheme with a host", get("gopher://p.example/"), "refused: neither https"},
    {"no scheme", get("p.example/"), "refused: not an absolute URL"},
    {"nothing", get(""), "refused: not an absolute URL"},
    {"a user name hides the host", get("https://p.example@evil.example/"), "refused: user name"},
    {"a fragment", get("https://p.example/#a"), "refused: fragment"},
    {"a fragment after the query", get("https://p.example/?a#b"), "refused: bytes in the query"},
    {"a space in the query", get("https://p.example/?a b"), "refused: bytes in the query"},
    {"line ends in the query (CWE-113)", get("https://p.example/?a\r\nX: y"), "refused: bytes in the query"},
    {"line ends in the path", get("https://p.example/a\r\nX: y"), "refused: not an absolute URL"},
    {"a NUL in the query", get("https://p.example/?a\0b"s), "refused: bytes in the query"},
    {"a URL above 16 KiB", get("https://p.example/?" + std::string(16 * 1024, 'a')), "refused: URL above"},
    {"an ordinary header", with("Authorization", "Bearer abc"), ""},
    {"a header without a value", with("X-Empty", ""), ""},
    {"UTF-8 in a value", with("X-Name", "J\xc3\xbcrgen"), ""},
    {"CR LF in a value", with("X", "a\r\nY: b"), "refused: header name or value"},
    {"LF alone", with("X", "a\nY: b"), "refused: header name or value"},
    {"CR alone", with("X", "a\rb"), "refused: header name or value"},
    {"NUL in a value", with("X", "a\0b"s), "refused: header name or value"},
    {"a colon in a name", with("X: y\r\nZ", "a"), "refused: header name or value"},
    {"an empty name", with("", "a"), "refused: header name or value"},
    {"a space in a name", with("X Y", "a"), "refused: header name or value"},
    {"a value above 16 KiB", with("X", std::string(16 * 1024 + 1, 'a')), "refused: header name or value"},
    {"another host than the URL's", with("hOst", "evil.example"), "refused: header that frames"},
    {"a second length (CWE-444)", with("Content-Length", "0"), "refused: header that frames"},
    {"a second framing (CWE-444)", with("Transfer-Encoding", "chunked"), "refused: header that frames"},
    {"DELETE", method("DELETE"), ""},
    {"a method in lower case", method("get"), "refused: method"},
    {"a method with a line end", method("GET\r\n"), "refused: method"},
    {"no method", method(""), "refused: method"},
    {"a public host out of a document", foreign("https://p.example/jwks"), ""},
    {"loopback out of a document (CWE-918)", foreign("https://localhost/jwks"), "refused: private address"},
    {"loopback http out of a document", foreign("http://127.0.0.1/jwks"), "refused: private address"},
    {"IPv6 loopback out of a document", foreign("https://[::1]/jwks"), "refused: private address"},
};

struct Redirect {
  const char* why;
  const char* method;
  int allowed, status;
  bool may;
};
std::ostream& operator<<(std::ostream& os, const Redirect& r) { return os << r.why; }
const Redirect redirects[] = {
    {"a GET that may", "GET", 1, 302, true},
    {"307", "GET", 1, 307, true},
    {"HEAD", "HEAD", 1, 301, true},
    {"none allowed", "GET", 0, 302, false},
    {"never a POST", "POST", 5, 307, false},
    {"not even as a GET afterwards", "POST", 5, 303, false},
    {"304 asks for none", "GET", 1, 304, false},
    {"300 asks for none", "GET", 1, 300, false},
    {"an answer", "GET", 1, 200, false},
};

const net::Request asked{.url = "https://p.example/a",
                         .headers = {{"Authorization", "Bearer s"}, {"Accept", "application/json"}, {"X-Api-Key", "s"}},
                         .redirects = 2};

}  // namespace

BOOST_AUTO_TEST_SUITE(net_rules)

BOOST_DATA_TEST_CASE(what_is_not_safe_is_not_sent, boost::unit_test::data::make(rows), row) {
  const auto target = net::check(row.request);
  const std::string refusal = row.refusal;
  BOOST_TEST(static_cast<bool>(target) == refusal.empty());
  if (!target) {
    BOOST_TEST(target.error().detail.starts_with(refusal), target.error().detail);
    BOOST_TEST((target.error().code == base::Code::upstream));
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_host_and_no_query) {
  BOOST_TEST(net::check(get("http://p.example/a?code=s3cret")).error().detail == "refused: neither https nor http on loopback, p.example");
}

BOOST_AUTO_TEST_CASE(plain_http_is_tied_to_loopback_addresses) {
  BOOST_TEST((net::check(get("http://localhost/"))->reach == net::Reach::loopback_only));
  BOOST_TEST((net::check(get("https://localhost/"))->reach == net::Reach::any));
  BOOST_TEST((net::check(foreign("https://p.example/"))->reach == net::Reach::public_only));
}

BOOST_DATA_TEST_CASE(only_a_GET_that_was_allowed_to_is_redirected, boost::unit_test::data::make(redirects), row) {
  BOOST_TEST(net::may_redirect({.method = row.method, .redirects = row.allowed}, row.status) == row.may);
}

BOOST_AUTO_TEST_CASE(a_redirect_within_the_origin_keeps_the_headers) {
  const auto hop = net::follow(asked, *net::check(asked), "https://p.example:443/b?x#frag");
  BOOST_REQUIRE(hop);
  BOOST_TEST(hop->url == "https://p.example:443/b?x");
  BOOST_TEST(hop->headers.size() == 3u);
  BOOST_TEST(hop->redirects == 1);
  BOOST_TEST(hop->private_addresses);
}

BOOST_AUTO_TEST_CASE(another_origin_gets_no_secret_and_is_not_private) {
  for (const char* to : {"https://q.example/b", "https://p.example:8443/b"}) {
    const auto hop = net::follow(asked, *net::check(asked), to);
    BOOST_REQUIRE(hop);
    BOOST_REQUIRE(hop->headers.size() == 1u);
    BOOST_TEST(hop->headers[0].first == "Accept");
    BOOST_TEST(!hop->private_addresses);
  }
  auto with = asked;
  with.certificate = std::make_shared<const net::ClientCertificate>();
  BOOST_TEST(!net::follow(with, *net::check(with), "https://q.example/b")->certificate);
  BOOST_TEST(bool{net::follow(with, *net::check(with), "https://p.example/b")->certificate});
}

BOOST_AUTO_TEST_CASE(a_redirect_never_leaves_https) {
  for (const char* to : {"http://p.example/b", "http://localhost/b", "ftp://p.example/b", "/b", "javascript:alert(1)"})
    BOOST_TEST(!net::follow(asked, *net::check(asked), to), to);
}

BOOST_AUTO_TEST_SUITE_END()
