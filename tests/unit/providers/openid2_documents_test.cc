// What an OpenID provider is found in: identifiers, XRDS documents and heads of pages. All of it may be a stranger's.
#include "providers/openid2_documents.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "providers/openid2_identifier.h"

namespace {

namespace openid2 = providers::openid2;
using boost::unit_test::data::make;

struct Name {
  const char* why;
  std::string typed, want;  // "" = refused
};
std::ostream& operator<<(std::ostream& os, const Name& row) { return os << row.why; }
const Name names[] = {
    {"a host alone", "example.org", "https://example.org/"},
    {"a host and a path", " example.org/ann ", "https://example.org/ann"},
    {"scheme and host know no capitals, a path does", "HTTPS://Example.ORG/Ann", "https://example.org/Ann"},
    {"the default port goes", "https://example.org:443/ann", "https://example.org/ann"},
    {"another port stays", "example.org:8443", "https://example.org:8443/"},
    {"a query stays", "https://example.org?u=ann", "https://example.org/?u=ann"},
    {"a fragment goes (7.2.4)", "https://example.org/ann#1", "https://example.org/ann"},
    {"plain http proves nothing", "http://example.org/ann", ""},
    {"but on this machine", "http://127.0.0.1:8000/ann", "http://127.0.0.1:8000/ann"},
    {"IPv6", "https://[2001:DB8::1]/", "https://[2001:db8::1]/"},
    {"an XRI", "=ann", ""},
    {"an XRI with its scheme", "xri://@example*ann", ""},
    {"nothing", "  ", ""},
    {"another scheme", "ftp://example.org/", ""},
    {"a mail address is a user name and a host", "ann@example.org", ""},
    {"user name and password", "https://ann:pw@example.org/", ""},
    {"a space inside", "https://example.org/a b", ""},
    {"a line feed inside", "https://example.org/a\nb", ""},
    {"not ASCII", "https://ex\xc3\xa4mple.org/", ""},
    {"a backslash", "https://example.org\\@evil.example/", ""},
    {"dots that go when it is fetched", "https://example.org/mallory/../ann", ""},
    {"longer than an identifier may be", "https://example.org/" + std::string(240, 'a'), ""},
    {"as long as it may be", "https://example.org/" + std::string(235, 'a'), "https://example.org/" + std::string(235, 'a')},
};

struct Fit {
  const char* why;
  std::string pattern, claimed, want;  // "-" = does not fit
};
std::ostream& operator<<(std::ostream& os, const Fit& row) { return os << row.why; }
const std::string kSteam = "https://steamcommunity.com/openid/id/{digits}";
const Fit fits[] = {
    {"digits", kSteam, "https://steamcommunity.com/openid/id/7656119", "7656119"},
    {"http is another identifier", kSteam, "http://steamcommunity.com/openid/id/7656119", "-"},
    {"another host", kSteam, "https://steamcommunity.com.evil.example/openid/id/7656119", "-"},
    {"a host that ends alike", kSteam, "https://fakesteamcommunity.com/openid/id/7656119", "-"},
    {"another path", kSteam, "https://steamcommunity.com/openid/7656119", "-"},
    {"no digits", kSteam, "https://steamcommunity.com/openid/id/", "-"},
    {"letters", kSteam, "https://steamcommunity.com/openid/id/765x", "-"},
    {"something behind", kSteam, "https://steamcommunity.com/openid/id/765/", "-"},
    {"a fragment behind", kSteam, "https://steamcommunity.com/openid/id/765#1", "-"},
    {"more digits than a number has", kSteam, "https://steamcommunity.com/openid/id/" + std::string(21, '1'), "-"},
    {"a label", "http://{label}.id.example.org/", "http://ann-1.id.example.org/", "ann-1"},
    {"a dot makes two labels", "http://{label}.id.example.org/", "http://a.b.id.example.org/", "-"},
    {"what stands before and after may not overlap", "https://a/{label}/", "https://a/", "-"},
    {"no such kind", "https://a/{any}", "https://a/b", "-"},
    {"two of them", "https://{label}/{label}", "https://a/b", "-"},
    {"none", "https://a/b", "https://a/b", "-"},
};

constexpr std::string_view kSignon = "<Type>http://specs.openid.net/auth/2.0/signon</Type>";
constexpr std::string_view kServer = "<Type>http://specs.openid.net/auth/2.0/server</Type>";

std::string service(std::string_view content, std::string_view attributes = {}) {
  return "<Service" + std::string{attributes} + ">" + std::string{content} + "</Service>";
}
std::string xrds(const std::string& services) {
  return R"x(<?xml version="1.0" encoding="UTF-8"?><xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)"><XRD>)x" + services +
         "</XRD></xrds:XRDS>";
}
std::string signon(const std::string& uri, std::string_view attributes = {}) {
  return service(std::string{kSignon} + "<URI>" + uri + "</URI>", attributes);
}
std::string server(const std::string& uri) { return service(std::string{kServer} + "<URI>" + uri + "</URI>"); }

/// "endpoint[ op][ local LOCAL][ ax][ sreg], ..."
std::string told(std::string_view body) {
  const auto services = openid2::parse_xrds(body);
  if (!services) return "refused";
  std::string out;
  for (const auto& s : *services) {
    out += (out.empty() ? "" : ", ") + s.endpoint + (s.op_identifier ? " op" : "") + (s.local_id.empty() ? "" : " local " + s.local_id) +
           (s.ax ? " ax" : "") + (s.sreg ? " sreg" : "");
  }
  return out;
}

struct Xrds {
  const char* why;
  std::string body, want;
};
std::ostream& operator<<(std::ostream& os, const Xrds& row) { return os << row.why; }
const Xrds documents[] = {
    {"one service", xrds(signon("https://op/")), "https://op/"},
    {"space around a URI", xrds(signon("\n  https://op/\n")), "https://op/"},
    {"a local id", xrds(service(std::string{kSignon} + "<URI>https://op/</URI><LocalID>https://op/ann</LocalID>")),
     "https://op/ local https://op/ann"},
    {"an OP identifier has no local id", xrds(service(std::string{kServer} + "<URI>https://op/</URI><LocalID>x</LocalID>")),
     "https://op/ op"},
    {"extensions",
     xrds(service(std::string{kServer} +
                  "<Type>http://openid.net/srv/ax/1.0</Type><Type>http://openid.net/extensions/sreg/1.1</Type><URI>https://op/</URI>")),
     "https://op/ op ax sreg"},
    {"by priority, without one last",
     xrds(signon("https://last/") + signon("https://ten/", " priority='10'") + signon("https://zero/", " priority='0'")),
     "https://zero/, https://ten/, https://last/"},
    {"a priority that is no number is none", xrds(signon("https://b/", " priority='-1'") + signon("https://a/", " priority='3'")),
     "https://a/, https://b/"},
    {"several URIs, by theirs",
     xrds(service(std::string{kSignon} + "<URI priority='5'>https://b/</URI><URI priority='1'>https://a/</URI>")),
     "https://a/, https://b/"},
    {"an OP identifier wins over all others (7.3.2.2)", xrds(signon("https://a/", " priority='0'") + server("https://b/")),
     "https://b/ op"},
    {"the last XRD counts",
     R"x(<xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)"><XRD>)x" + signon("https://first/") + "</XRD><XRD>" +
         signon("https://second/") + "</XRD></xrds:XRDS>",
     "https://second/"},
    {"OpenID 1 only", xrds(service("<Type>http://openid.net/signon/1.1</Type><URI>https://op/</URI>")), "refused"},
    {"no URI", xrds(service(kSignon)), "refused"},
    {"no service", xrds(""), "refused"},
    {"no XRD", R"(<xrds:XRDS xmlns:xrds="xri://$xrds"/>)", "refused"},
    {"another document", "<html><head/></html>", "refused"},
    {"XRDS of another namespace", R"x(<XRDS xmlns="urn:x"><XRD xmlns="xri://$xrd*($v*2.0)">)x" + signon("https://op/") + "</XRD></XRDS>",
     "refused"},
    {"a service of another namespace", xrds(R"(<Service xmlns="urn:x">)" + std::string{kSignon} + "<URI>https://op/</URI></Service>"),
     "refused"},
    {"entities", R"(<!DOCTYPE x [<!ENTITY e "https://op/">]>)" + xrds(signon("&e;")).substr(38), "refused"},
    {"not XML", "is_valid:true", "refused"},
    {"nothing", "", "refused"},
};

struct Page {
  const char* why;
  std::string html, want;  // "provider|local_id|xrds"
};
std::ostream& operator<<(std::ostream& os, const Page& row) { return os << row.why; }
const std::string kLink = R"(<link rel="openid2.provider" href="https://op/">)";
const Page pages[] = {
    {"a link in the head", "<html><head>" + kLink + "</head></html>", "https://op/||"},
    {"with a document type, comments and a title",
     "<!DOCTYPE html>\n<!-- <body> --><html lang=en>\n<head><title>a <b> c</title>" + kLink + "</head>", "https://op/||"},
    {"both relations in one link, with others",
     R"(<head><link rel="openid.server openid2.provider" href='https://op/?a=1&amp;b=2'><link rel="openid2.local_id openid.delegate" href="https://op/ann"/></head>)",
     "https://op/?a=1&b=2|https://op/ann|"},
    {"capitals and no quotes", "<HTML><HEAD><LINK REL=OpenID2.Provider HREF=https://op/></HEAD>", "https://op/||"},
    {"where the XRDS is", R"(<head><meta http-equiv="x-xrds-location" content="https://op/xrds"></head>)", "||https://op/xrds"},
    {"the first of a kind counts", "<head>" + kLink + R"(<link rel="openid2.provider" href="https://other/"></head>)", "https://op/||"},
    {"other entities stay as they are", R"(<head><link rel="openid2.provider" href="https://op/&#47;"></head>)", "https://op/&#47;||"},
    {"a head without its tag", kLink + "<body>", "https://op/||"},
    {"a comment in the body", "<html><head></head><body>" + kLink + "</body></html>", "||"},
    {"a head that was never closed", "<html><head><title>x</title><body>" + kLink, "||"},
    {"text ends the head", "<html><head>hello" + kLink + "</head>", "||"},
    {"so does a tag that belongs into the body", "<html><head><p>" + kLink + "</head>", "||"},
    {"a second head is none", "<html><head></head><head>" + kLink + "</head>", "||"},
    {"a link inside of a comment", "<head><!-- " + kLink + " --></head>", "||"},
    {"a link inside of a script", "<head><script>'" + kLink + "'</script></head>", "||"},
    {"a link inside of a title", "<head><title>" + kLink + "</title></head>", "||"},
    {"a link inside of a template", "<head><template>" + kLink + "</template></head>", "||"},
    {"a script that never ends", "<head><script>" + kLink + "</head>", "||"},
    {"a comment that never ends", "<head><!-- x" + kLink, "||"},
    {"a value that never ends", "<head><link rel=\"openid2.provider\" href=\"https://op/", "https://op/||"},
    {"another relation", R"(<head><link rel="openid.server" href="https://op/"></head>)", "||"},
    {"a name that is only a part", R"(<head><link rel="xopenid2.provider" href="https://op/"></head>)", "||"},
    {"nothing", "", "||"},
    {"not HTML", "\x1f\x8b\x08 <", "||"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_openid2_documents)

BOOST_DATA_TEST_CASE(what_is_typed_becomes_an_address, make(names), row) {
  const auto got = openid2::normalise(row.typed);
  BOOST_TEST((got ? *got : "") == row.want);
  if (!got) BOOST_TEST(got.error().say.starts_with("This is no OpenID: "));
}
BOOST_DATA_TEST_CASE(a_pattern_is_met_to_the_byte, make(fits), row) {
  BOOST_TEST(openid2::fit(row.pattern, row.claimed).value_or("-") == row.want);
}
BOOST_AUTO_TEST_CASE(a_pattern_has_one_hole) {
  BOOST_TEST(openid2::is_pattern(kSteam));
  BOOST_TEST(!openid2::is_pattern("https://a/b"));
  BOOST_TEST(!openid2::is_pattern("https://{label}/{digits}"));
}
BOOST_DATA_TEST_CASE(services_of_an_xrds_document, make(documents), row) { BOOST_TEST(told(row.body) == row.want); }
BOOST_AUTO_TEST_CASE(of_many_services_sixteen_are_kept) {
  std::string many;
  for (int i = 0; i < 300; ++i) many += signon("https://op/" + std::to_string(i));
  const auto services = openid2::parse_xrds(xrds(many));
  BOOST_REQUIRE(bool{services});
  BOOST_TEST(services->size() == 16u);
}
BOOST_DATA_TEST_CASE(only_the_head_of_a_page_counts, make(pages), row) {
  const auto head = openid2::read_head(row.html);
  BOOST_TEST(head.provider + '|' + head.local_id + '|' + head.xrds_location == row.want);
}

BOOST_AUTO_TEST_SUITE_END()
