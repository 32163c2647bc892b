// The functions of provider files, one row for each thing that they promise. The three guards (label, host, url) stand between what a
// provider or a browser says and the host that a secret is sent to: each has rows with what an attacker would write.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "json/writer.h"
#include "providers/expression.h"

namespace {

namespace data = boost::unit_test::data;
using providers::Expression;

const char* kUser =
    R"({"id":42,"login":"ann","Name":"Ann B. Example","none":null,"empty":"","yes":true,"no":false,"url":"https://x.example/users/7",
  "wide":"\u00fcb\u20ac\ud83d\ude00z","scope":"read,user:email admin","plus":"a+b%20c%C3%BC","spaces":"a b c","slashes":"//a/b//"})";

struct Row {
  const char* why;
  const char* text;
  std::optional<std::string> out;
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.why; }
const auto none = std::nullopt;
const Row rows[] = {
    {"before", "before('ann@x', '@')", "ann"},
    {"before: the first one", "before('a@b@c', '@')", "a"},
    {"before without the separator", "before('ann', '@')", "ann"},
    {"before: nothing stands there", "before('@x', '@')", none},
    {"before a longer separator", "before(u:/url, '/users')", "https://x.example"},
    {"before of a missing one", "before(u:/none, '@')", none},
    {"after", "after(u:/Name, ' ')", "B. Example"},
    {"after without the separator", "after('ann', ' ')", none},
    {"after: nothing stands there", "after('ann@', '@')", none},
    {"last", "last(u:/url, '/')", "7"},
    {"last without the separator", "last('7', '/')", "7"},
    {"last: nothing stands there", "last('7/', '/')", none},
    {"strip", "strip(u:/slashes, '/')", "a/b"},
    {"strip takes any of the characters", "strip('-_ann_-', '_-')", "ann"},
    {"strip of what is nothing else", "strip('///', '/')", none},
    {"strip without anything to strip", "strip('ann', '/')", "ann"},
    {"replace, each of them", "replace(u:/spaces, ' ', '_')", "a_b_c"},
    {"replace by nothing", "replace(u:/spaces, ' ', '')", "abc"},
    {"replace by what is missing is by nothing", "replace(u:/spaces, ' ', u:/none)", "abc"},
    {"replace: what comes of it is not looked at again", "replace('aaa', 'a', 'aa')", "aaaaaa"},
    {"replace: overlapping ones from the left", "replace('aaa', 'aa', 'b')", "ba"},
    {"replace what is not there", "replace('ann', 'x', 'y')", "ann"},
    {"replace nothing", "replace('ann', '', 'y')", none},
    {"replace everything by nothing", "replace('xx', 'x', '')", none},
    {"join", "join(u:/login, '_', u:/id)", "ann_42"},
    {"join without anything between", "join('a', '', 'b')", "ab"},
    {"join of a missing one", "join(u:/login, '_', u:/none)", none},
    {"join of an empty one is as missing", "join(u:/login, '_', u:/empty)", none},
    {"join beside a missing separator", "join(u:/login, u:/none, u:/id)", none},
    {"substr", "substr('ann', '0', '1')", "a"},
    {"substr to the end", "substr('ann', '1', '')", "nn"},
    {"substr counts characters, not bytes", "substr(u:/wide, '0', '1')", "\xc3\xbc"},
    {"substr cuts no character", "substr(u:/wide, '2', '2')", "\xe2\x82\xac\xf0\x9f\x98\x80"},
    {"substr behind multi-byte characters", "substr(u:/wide, '4', '')", "z"},
    {"substr beyond the end", "substr('ann', '3', '1')", none},
    {"substr of more than there is", "substr('ann', '1', '99')", "nn"},
    {"substr of no characters", "substr('ann', '1', '0')", none},
    {"substr: a place that is no number", "substr('ann', 'x', '1')", none},
    {"substr: numbers from the answer", "substr('abc', u:/none, '1')", none},
    {"lower", "lower('AnN')", "ann"},
    {"lower: beyond ASCII it stays", "lower('\xc3\x9c')", "\xc3\x9c"},
    {"urldecode: a plus is a space", "urldecode(u:/plus)", "a b c\xc3\xbc"},
    {"urldecode leaves a lone percent sign", "urldecode('100%')", "100%"},
    {"base64: RFC 4648 10", "base64('fooba')", "Zm9vYmE="},
    {"md5_hex: RFC 1321 A.5", "md5_hex('message digest')", "f96b697d7cb7938d525a2f31aaf161d0"},
    {"hmac_sha256_hex: RFC 4231 4.3", "hmac_sha256_hex('Jefe', 'what do ya want for nothing?')",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"hmac without a key is none", "hmac_sha256_hex(u:/none, 'x')", none},
    {"md5 of what is missing is none", "md5_hex(u:/none)", none},
    {"base64 of what is missing is none", "base64(u:/none)", none},
    {"if", "if(u:/login, 'a', 'b')", "a"},
    {"if of a missing one", "if(u:/none, 'a', 'b')", "b"},
    {"if of an empty one", "if(u:/empty, 'a', 'b')", "b"},
    {"if of true", "if(u:/yes, 'a', 'b')", "a"},
    {"if of false", "if(u:/no, 'a', 'b')", "b"},
    {"if: what is not chosen may be missing", "if(u:/yes, 'a', u:/none)", "a"},
    {"if: what is chosen may be missing too", "if(u:/no, 'a', u:/none)", none},
    {"same", "same(u:/login, 'ann')", "true"},
    {"same: a number and its text", "same(u:/id, '42')", "true"},
    {"same: letters have a case", "same(u:/login, 'Ann')", none},
    {"two missing ones are not the same", "same(u:/none, u:/none)", none},
    {"two empty ones are not the same", "same('', u:/empty)", none},
    {"has: the first", "has(u:/scope, 'read')", "true"},
    {"has: behind a comma", "has(u:/scope, 'user:email')", "true"},
    {"has: behind a space", "has(u:/scope, 'admin')", "true"},
    {"has: a part of a word is none", "has(u:/scope, 'user')", none},
    {"has: another case", "has(u:/scope, 'Admin')", none},
    {"has: nothing in nothing", "has(u:/none, 'x')", none},
    {"has: an empty word", "has(u:/scope, '')", none},
    {"functions nest", "if(before(u:/login, 'n'), last(u:/url, '/'), '')", "7"},
};

struct GuardRow {
  const char* why;
  std::string value;
  bool passes;
};
std::ostream& operator<<(std::ostream& os, const GuardRow& row) { return os << row.why; }
const GuardRow labels[] = {
    {"a name", "eu", true},
    {"capitals", "EU", true},
    {"digits and hyphens", "us-2-east", true},
    {"a digit", "7", true},
    {"63 characters, RFC 1034 3.1", std::string(63, 'a'), true},
    {"64 characters", std::string(64, 'a'), false},
    {"a dot: another domain", "evil.example", false},
    {"a dot at the end", "eu.", false},
    {"a dot at the start", ".eu", false},
    {"a slash: what follows is a path", "evil.example/", false},
    {"a slash alone", "a/b", false},
    {"a question mark", "a?b", false},
    {"a hash", "a#b", false},
    {"an at sign", "a@b", false},
    {"a port", "a:80", false},
    {"percent-encoded slash", "evil%2f", false},
    {"percent-encoded dot", "a%2eb", false},
    {"a backslash: browsers take it for a slash", "a\\b", false},
    {"hyphen at the start", "-a", false},
    {"hyphen at the end", "a-", false},
    {"underscore", "a_b", false},
    {"a space", "a b", false},
    {"a line end", "a\n", false},
    {"a NUL", std::string{"a\0b", 3}, false},
    {"a letter beyond ASCII", "\xc3\xbc", false},
    {"a full-width dot",
     "evil\xef\xbc\x8e"
     "example",
     false},
};
const GuardRow hosts[] = {
    {"one label below", "eu.example.com", true},
    {"its capitals", "EU.example.com", true},
    {"capitals in the domain: not the text that the file has", "eu.EXAMPLE.com", false},
    {"the domain itself", "example.com", false},
    {"no label", ".example.com", false},
    {"two labels: whoever may make subdomains of one", "a.eu.example.com", false},
    {"another domain that ends so", "evilexample.com", false},
    {"another suffix", "eu.example.com.evil.org", false},
    {"a dot at the end", "eu.example.com.", false},
    {"another host before it: path", "evil.org/eu.example.com", false},
    {"another host before it: path of one label", "evil.org/.example.com", false},
    {"another host before it: query", "evil.org?.example.com", false},
    {"another host before it: fragment", "evil.org#.example.com", false},
    {"another host before it: encoded slash", "evil.org%2f.example.com", false},
    {"a user name", "ann@eu.example.com", false},
    {"a port", "eu.example.com:8443", false},
    {"a scheme", "https://eu.example.com", false},
    {"a space before", " eu.example.com", false},
    {"a line end behind", "eu.example.com\n", false},
    {"a NUL before the suffix", std::string{"evil\0.example.com", 17}, false},
    {"a full-width dot",
     "evil\xe3\x80\x82"
     "org.example.com",
     false},
};
const GuardRow urls[] = {
    {"the host", "https://example.com", true},
    {"with a path and a query", "https://example.com/id/7?v=2", true},
    {"below the host", "https://eu.example.com/id", true},
    {"deeper below it", "https://a.eu.example.com/id", true},
    {"capitals mean the same host", "https://EU.Example.COM/id", true},
    {"its own port", "https://example.com:443/id", true},
    {"another port", "https://example.com:8443/id", false},
    {"the port of http", "https://example.com:80/id", false},
    {"http", "http://example.com/id", false},
    {"another scheme", "ftp://example.com/id", false},
    {"a script", "javascript://example.com/%0aalert(1)", false},
    {"a file", "file://example.com/etc/passwd", false},
    {"no scheme", "//example.com/id", false},
    {"no host", "https:///example.com", false},
    {"one slash", "https:/example.com", false},
    {"a path alone", "/id", false},
    {"another host", "https://evil.org/id", false},
    {"another domain that ends so", "https://evilexample.com/id", false},
    {"another suffix", "https://example.com.evil.org/id", false},
    {"a dot at the end", "https://example.com./id", false},
    {"another host, the domain in its path", "https://evil.org/.example.com", false},
    {"in its query", "https://evil.org?.example.com", false},
    {"in its fragment", "https://evil.org#.example.com", false},
    {"in its user name", "https://example.com@evil.org/", false},
    {"in its user name, with a port", "https://example.com:443@evil.org/", false},
    {"a user name before the right host", "https://ann@example.com/", false},
    {"a password", "https://a:b@example.com/", false},
    {"a backslash: browsers take it for a slash", "https://evil.org\\.example.com/", false},
    {"a backslash before an at sign", "https://evil.org\\@example.com/", false},
    {"an encoded slash", "https://evil.org%2f.example.com/", false},
    {"an encoded dot", "https://eu%2eexample.com/", false},
    {"a fragment", "https://example.com/id#x", false},
    {"a space before", " https://example.com/", false},
    {"a line end", "https://example.com/\r\nHost: evil.org", false},
    {"a full-width dot",
     "https://evil\xe3\x80\x82"
     "example.com/",
     false},
    {"an address", "https://127.0.0.1/", false},
    {"an IPv6 address", "https://[::1]/", false},
    {"a number for an address", "https://2130706433/", false},
    {"too long", "https://example.com/" + std::string(3000, 'x'), false},
};

struct Fixture {
  json::Document user = *json::Document::parse(kUser);

  static json::Document holding(const std::string& value) {
    json::Writer w;
    return *json::Document::parse(w.object().member("x", value).end_object().take());
  }
};

void judge(const char* guard, const GuardRow& row) {
  const auto document = Fixture::holding(row.value);
  const auto out = Expression::parse(guard)->evaluate({.token = document.root()}, Expression::Escape::url);
  BOOST_TEST((out == (row.passes ? std::optional{row.value} : none)), out.value_or("(none)"));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_functions, Fixture)

BOOST_DATA_TEST_CASE_F(Fixture, each_does_what_its_row_says, data::make(rows), row) {
  const auto expression = Expression::parse(row.text);
  BOOST_REQUIRE_MESSAGE(expression, (expression ? "" : expression.error().say));
  const auto out = expression->evaluate({.user = {user.root()}});
  BOOST_TEST((out == row.out), out.value_or("(none)"));
}

BOOST_DATA_TEST_CASE(a_label_is_one_label, data::make(labels), row) { judge("label(t:/x)", row); }
BOOST_DATA_TEST_CASE(a_host_lies_one_label_below, data::make(hosts), row) { judge("host(t:/x, '.example.com')", row); }
BOOST_DATA_TEST_CASE(a_url_is_https_and_at_home, data::make(urls), row) { judge("url(t:/x, 'example.com')", row); }

BOOST_AUTO_TEST_CASE(a_guard_without_a_domain_lets_nothing_through) {
  const auto document = holding("eu.example.com"), address = holding("https://example.com/");
  const auto out = [](const char* guard, const json::Document& of) { return Expression::parse(guard)->evaluate({.token = of.root()}); };
  BOOST_TEST(!out("host(t:/x, '')", document));
  BOOST_TEST(!out("host(t:/x, t:/none)", document));
  BOOST_TEST(!out("host(t:/x, 'example.com')", document), "without its dot a suffix would end other domains too");
  BOOST_TEST(!out("host(t:/none, '.example.com')", document));
  BOOST_TEST(!out("url(t:/x, '')", address));
  BOOST_TEST(!out("url(t:/x, t:/none)", address));
  BOOST_TEST(!out("url(t:/none, 'example.com')", address));
  BOOST_TEST(!out("label(t:/none)", document));
}

BOOST_AUTO_TEST_CASE(in_a_url_only_what_a_guard_let_through_stands_as_it_is) {
  const auto document = holding("https://eu.example.com/a?b=c");
  const auto url = [&](const char* text) {
    return Expression::parse_template(text)->evaluate({.token = document.root()}, Expression::Escape::url).value_or("(none)");
  };
  BOOST_TEST(url("{url(t:/x, 'example.com')}&d=e") == "https://eu.example.com/a?b=c&d=e");
  BOOST_TEST(url("https://x.example/{t:/x}") == "https://x.example/https%3A%2F%2Feu.example.com%2Fa%3Fb%3Dc");
  BOOST_TEST(url("https://x.example/{before(t:/x, '?')}") == "https://x.example/https%3A%2F%2Feu.example.com%2Fa");
  BOOST_TEST(url("https://x.example/{lower(url(t:/x, 'example.com'))}") == "https://x.example/https%3A%2F%2Feu.example.com%2Fa%3Fb%3Dc",
             "what a function makes of a guarded value is no longer guarded");
}

BOOST_AUTO_TEST_SUITE_END()
