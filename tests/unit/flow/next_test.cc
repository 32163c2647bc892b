// Where a login may lead: a table of what is fine, and open-redirect payloads made from tricks and the places where they can stand.
#include "flow/next.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/url.h"

namespace data = boost::unit_test::data;

namespace {

config::Config site() {
  config::Config config;
  config.public_url = "https://app.example/auth";
  config.mount = "/auth";
  config.pages.next_urls = {"https://spa.example", "https://other.example:8443/", "https://docs.example/welcome?from=login",
                            "http://localhost:3000"};
  return config;
}

BOOST_AUTO_TEST_SUITE(flow_next)

struct Row {
  const char* why;
  std::string in, checked, location;  // checked "" = refused
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why << ": " << r.in.substr(0, 80); }
std::string ours(const std::string& path) { return "https://app.example" + path; }

const Row fine[] = {
    {"the root", "/", "/", ours("/")},
    {"a path", "/me", "/me", ours("/me")},
    {"a query", "/me?tab=1&x=a%20b", "/me?tab=1&x=a%20b", ours("/me?tab=1&x=a%20b")},
    {"a page of ours below the mount", "/auth/account", "/auth/account", ours("/auth/account")},
    {"a path that only begins like ours", "/authors/o/x", "/authors/o/x", ours("/authors/o/x")},
    {"two slashes further on are a path (RFC 3986 3.3)", "/proxy//x", "/proxy//x", ours("/proxy//x")},
    {"a URL within a path", "/open/https://x.example/", "/open/https://x.example/", ours("/open/https://x.example/")},
    {"a URL within a query", "/open?u=https://x.example/", "/open?u=https://x.example/", ours("/open?u=https://x.example/")},
    {"dots within names", "/a.b/..c/...", "/a.b/..c/...", ours("/a.b/..c/...")},
    {"an encoded slash within a name", "/repos/group%2Fname", "/repos/group%2Fname", ours("/repos/group%2Fname")},
    {"an encoded letter that is not ASCII", "/caf%C3%A9", "/caf%C3%A9", ours("/caf%C3%A9")},
    {"a query may hold what it likes, encoded: a text with lines", "/find?q=a%0Ab&r=%5C", "/find?q=a%0Ab&r=%5C",
     ours("/find?q=a%0Ab&r=%5C")},
    {"an empty query", "/me?", "/me?", ours("/me?")},
    {"a colon and an @ in a path", "/@ada/a:b", "/@ada/a:b", ours("/@ada/a:b")},
    {"as long as may be", '/' + std::string(2047, 'a'), '/' + std::string(2047, 'a'), ours('/' + std::string(2047, 'a'))},
    {"our own origin: its path", "https://app.example/me?x", "/me?x", ours("/me?x")},
    {"our own origin, bare", "https://app.example", "/", ours("/")},
    {"our own origin, in capitals and with its port", "HTTPS://APP.example:443/me", "/me", ours("/me")},
    {"a listed origin: any of its pages", "https://spa.example/a/b?c", "https://spa.example/a/b?c", "https://spa.example/a/b?c"},
    {"a listed origin, bare", "https://spa.example", "https://spa.example/", "https://spa.example/"},
    {"a listed origin with a slash and a port", "https://other.example:8443/x", "https://other.example:8443/x",
     "https://other.example:8443/x"},
    {"a listed URL", "https://docs.example/welcome?from=login", "https://docs.example/welcome?from=login",
     "https://docs.example/welcome?from=login"},
    {"loopback, as an app that is being written", "http://localhost:3000/x", "http://localhost:3000/x", "http://localhost:3000/x"},
};
BOOST_DATA_TEST_CASE(what_leads_to_a_page_of_ours_or_of_the_list, data::make(fine), row) {
  const auto config = site();
  const auto checked = flow::check_next(row.in, config);
  BOOST_REQUIRE(checked);
  BOOST_TEST(*checked == row.checked);
  BOOST_TEST(flow::location_of(*checked, config) == row.location);
  const auto again = flow::check_next(*checked, config);  // what a sign-in page hands on is checked again
  BOOST_REQUIRE(again);
  BOOST_TEST(*again == row.checked);
}

const Row bad[] = {
    {"empty", "", "", ""},
    {"no slash", "me", "", ""},
    {"a query only", "?x", "", ""},
    {"a dot", ".", "", ""},
    {"too long", '/' + std::string(2048, 'a'), "", ""},
    {"a fragment", "/me#x", "", ""},
    {"an empty fragment", "/me#", "", ""},
    {"our own origin, another scheme", "http://app.example/", "", ""},
    {"our own origin, another port", "https://app.example:8443/", "", ""},
    {"our own host with a dot at its end is another origin", "https://app.example./", "", ""},
    {"a listed URL and more", "https://docs.example/welcome?from=login&x", "", ""},
    {"a listed URL without its query", "https://docs.example/welcome", "", ""},
    {"another page of the host of a listed URL", "https://docs.example/", "", ""},
    {"a listed origin, another port", "https://other.example/x", "", ""},
    {"a listed origin, another scheme", "http://spa.example/", "", ""},
    {"below a listed origin", "https://x.spa.example/", "", ""},
    {"a listed origin with a fragment", "https://spa.example/#x", "", ""},
    {"a listed origin with a user name", "https://ada@spa.example/", "", ""},
    {"the next login", "/auth/o/forge/login", "", ""},
    {"the next login, as a URL", "https://app.example/auth/o/forge/login?next=/", "", ""},
    {"a front-channel logout", "/auth/o/forge/frontchannel-logout?iss=x", "", ""},
    {"half a percent-encoding", "/100%", "", ""},
    {"a percent-encoding that is none", "/%zz", "", ""},
    {"percent-encoded twice over one digit", "/%2", "", ""},
    {"an encoded line break", "/a%0d%0aSet-Cookie:x=y", "", ""},
    {"an encoded NUL", "/a%00", "", ""},
    {"an encoded DEL", "/a%7F", "", ""},
    {"an encoded backslash", "/a%5cb", "", ""},
    {"a double quote", "/a\"b", "", ""},
    {"markup", "/<script>", "", ""},
};
BOOST_DATA_TEST_CASE(everything_else_is_refused, data::make(bad), row) {
  const auto checked = flow::check_next(row.in, site());
  BOOST_REQUIRE(!checked);
  BOOST_TEST((checked.error().code == base::Code::bad_request));
  BOOST_TEST(checked.error().say.starts_with("next must be a path of this host"));
}

// Each of these is somebody else's page to some browser, proxy or framework.
const std::string hosts[] = {
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "/%2fevil.example",
    "/%2Fevil.example",
    "/%5cevil.example",
    "/%5Cevil.example",
    "/%09/evil.example",
    "/%0d/evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/%2e//evil.example",
    "/%2e%2e//evil.example",
    "/.%2E//evil.example",
    "/a/..//evil.example",
    "/a/%2e%2e//evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example",
    "https:///evil.example",
    "http://evil.example",
    "https:\\\\evil.example",
    "https:/\\evil.example",
    "https://evil.example\\@app.example",
    "https://evil.example%5c@app.example",
    "https://app.example@evil.example",
    "https://app.example:443@evil.example",
    "https://app.example%40evil.example",
    "https://app.example\\.evil.example",
    "https://app.example.evil.example",
    "https://app.exampleevil.example",
    "https://evil.example?https://app.example",
    "https://evil.example#https://app.example",
    "https://evil.example;app.example",
    "https://evilapp.example",
    "https://[::1]",
    "https://2130706433",
    "https://app.example:x",
    "https://",
    "//app.example",
    "//spa.example",
    "//app.example@evil.example",
    "javascript:alert(1)",
    "JavaScript://app.example/%0aalert(1)",
    "java\tscript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://app.example/x",
    "view-source:https://app.example/",
    "ftp://app.example/",
    "com.example.app:/cb",
    "mailto:ada@app.example",
    "https://еvil.example",
    "https://evil。example",
    "／／evil.example",
    "/／evil.example",
};
const std::string before[] = {"",    " ",   "\t", "\n", "\r\n", std::string(1, '\0'), "\x01", "\xe2\x80\x8b", "\xc2\xa0", "\xef\xbb\xbf",
                              "%20", "%09", "?"};
const std::string after[] = {
    "", "/", "/path", "/?next=/me", "/#", " ", "\n", "/%0d%0aLocation:https://app.example", "?.app.example", "\\@app.example"};

std::vector<std::string> payloads() {
  std::vector<std::string> all;
  for (const auto& host : hosts) {
    for (const auto& head : before) {
      for (const auto& tail : after) all.push_back(head + host + tail);
    }
  }
  return all;
}

BOOST_AUTO_TEST_CASE(no_trick_at_any_place_leads_away) {
  const auto config = site();
  const auto all = payloads();
  BOOST_TEST(all.size() > 5000U);
  for (const auto& payload : all) {
    const auto checked = flow::check_next(payload, config);
    BOOST_TEST(!checked, "let through: " << payload);
  }
}

BOOST_AUTO_TEST_CASE(no_byte_that_a_url_cannot_hold_at_any_place) {
  const auto config = site();
  for (int byte = 0; byte < 256; ++byte) {
    const bool plain = byte > 0x20 && byte < 0x7f && std::string_view{"\\\"<>#%?"}.find(static_cast<char>(byte)) == std::string_view::npos;
    if (plain) continue;
    for (const auto* around : {"/me?x=1", "https://app.example/me", "https://spa.example/me?x"}) {
      const std::string text{around};
      for (std::size_t at = 0; at <= text.size(); ++at) {
        if (byte == '%' || byte == '?') continue;  // fine in a query
        auto in = text;
        in.insert(at, 1, static_cast<char>(byte));
        BOOST_TEST(!flow::check_next(in, config), "byte " << byte << " at " << at << " of " << text);
      }
    }
  }
}

/// Whatever is put between, what comes out is on our host or the list: read by a parser of URLs, and as browsers read it.
BOOST_AUTO_TEST_CASE(what_is_let_through_is_on_our_host_whatever_is_inserted) {
  const auto config = site();
  std::size_t through = 0;
  for (const auto* piece :
       {"/", "//", ".", "..", "/.", "/..", "@", ":", "?", "%2f", "%2e", ";", "&", "%40", "://evil.example", "*", "~", "%25"}) {
    for (const auto* around : {"/me/you?x=1", "https://app.example/me/you?x", "https://spa.example/me/you?x"}) {
      const std::string text{around};
      for (std::size_t at = 0; at <= text.size(); ++at) {
        auto in = text;
        in.insert(at, piece);
        const auto checked = flow::check_next(in, config);
        if (!checked) continue;
        ++through;
        const auto url = base::parse_url(flow::location_of(*checked, config));
        BOOST_REQUIRE(url);
        const auto origin = base::origin_of(*url);
        BOOST_TEST((origin == "https://app.example" || origin == "https://spa.example"), in);
        BOOST_TEST((!url->path.starts_with("//") && url->path.find("/../") == std::string::npos), in);
      }
    }
  }
  BOOST_TEST(through > 200U);
}

BOOST_AUTO_TEST_CASE(without_next_it_leads_home) {
  auto config = site();
  BOOST_TEST(flow::location_of("", config) == "https://app.example/");
  config.pages.home = "https://spa.example/start";
  BOOST_TEST(flow::location_of("", config) == "https://spa.example/start");
}

BOOST_AUTO_TEST_CASE(at_the_root_of_a_host_logins_are_below_o) {
  auto config = site();
  config.public_url = "https://app.example";
  config.mount = "";
  BOOST_TEST(!flow::check_next("/o/forge/login", config));
  BOOST_TEST(static_cast<bool>(flow::check_next("/other", config)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
