// What the web servers pass, as measured: each row names the server or the attack it comes from.
#include "fcgi/params.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

namespace bdata = boost::unit_test::data;

namespace {

using Env = std::vector<std::string>;

fcgi::Parsed parse(const Env& env, const fcgi::ParamRules& rules = {.mount = "/auth"}) {
  std::vector<const char*> pointers;
  for (const auto& entry : env) pointers.push_back(entry.c_str());
  pointers.push_back(nullptr);
  return fcgi::parse_params(pointers.data(), rules);
}

Env get(Env more) {
  Env env{"REQUEST_METHOD=GET", "REQUEST_URI=/auth/o/"};
  env.insert(env.end(), more.begin(), more.end());
  return env;
}

struct PlaceRow {
  const char* why;
  Env env;
  const char* mount;
  std::string_view path, query;
  int refuse;
};
std::ostream& operator<<(std::ostream& os, const PlaceRow& r) { return os << r.why; }
const PlaceRow kPlaces[] = {
    {"all servers: REQUEST_URI, raw", {"REQUEST_URI=/auth/o/x%2Fy/?a=%20b&c"}, "/auth", "/o/x%2Fy/", "a=%20b&c", 0},
    {"Apache: absolute-form", {"REQUEST_URI=http://h.example:8/auth/o/?a=b"}, "/auth", "/o/", "a=b", 0},
    {"absolute-form without a path", {"REQUEST_URI=http://h.example?a=b"}, "", "/", "a=b", 0},
    {"a URL in the query is no absolute-form", {"REQUEST_URI=/auth/o/?u=http://x/y"}, "/auth", "/o/", "u=http://x/y", 0},
    {"nor one in a path", {"REQUEST_URI=/http://x/auth/o/"}, "/auth", "", "", 404},
    {"nginx: SCRIPT_NAME is the whole path, and not asked", {"SCRIPT_NAME=/evil", "REQUEST_URI=/auth/o/"}, "/auth", "/o/", "", 0},
    {"QUERY_STRING of a subrequest is not asked", {"QUERY_STRING=x=1", "REQUEST_URI=/auth/o/"}, "/auth", "/o/", "", 0},
    {"no REQUEST_URI: SCRIPT_NAME and PATH_INFO", {"SCRIPT_NAME=/auth", "PATH_INFO=/o/", "QUERY_STRING=a=b"}, "/auth", "/o/", "a=b", 0},
    {"an empty REQUEST_URI is not an absent one", {"REQUEST_URI=", "SCRIPT_NAME=/auth/o/"}, "/auth", "", "", 404},
    {"mounted at the root", {"REQUEST_URI=/o/"}, "", "/o/", "", 0},
    {"the mount alone is its root", {"REQUEST_URI=/auth?a"}, "/auth", "/", "a", 0},
    {"another path that begins like the mount", {"REQUEST_URI=/authority/o/"}, "/auth", "", "", 404},
    {"outside the mount", {"REQUEST_URI=/o/"}, "/auth", "", "", 404},
    {"the mount in other letters", {"REQUEST_URI=/Auth/o/"}, "/auth", "", "", 404},
    {"OPTIONS *", {"REQUEST_URI=*"}, "/auth", "", "", 404},
    {"nothing at all", {}, "/auth", "", "", 404},
    {"a fragment is cut off", {"REQUEST_URI=/auth/o/?a=b#c?d"}, "/auth", "/o/", "a=b", 0},
};

using fcgi::Role;
struct GateRow {
  const char* why;
  Role role;
  Env env;
  std::string_view path, original;
  int refused;
};
std::ostream& operator<<(std::ostream& os, const GateRow& r) { return os << r.why; }
const GateRow kGateRows[] = {
    {"authorizer: REQUEST_URI is what is wanted", Role::authorizer, {"REQUEST_URI=/team/%2e/x?a=b"}, "/gate", "/team/%2e/x?a=b", 0},
    {"authorizer: of another route of ours too, only the gate answers", Role::authorizer, {"REQUEST_URI=/auth/o/?x"}, "/gate", "/auth/o/?x", 0},
    {"authorizer: absolute-form", Role::authorizer, {"REQUEST_URI=http://h.example/team/?a"}, "/gate", "/team/?a", 0},
    {"authorizer: absolute-form without a path", Role::authorizer, {"REQUEST_URI=http://h.example?a"}, "/gate", "/?a", 0},
    {"authorizer: no REQUEST_URI, and nothing else is asked", Role::authorizer,
     {"LATCHSTRING_URI=/x", "REMOTE_ADDR=10.0.0.1", "HTTP_X_ORIGINAL_URI=/y"}, "/gate", "", 0},
    {"authorizer: Apache's status of an earlier redirect", Role::authorizer,
     {"REQUEST_URI=/team/", "REDIRECT_STATUS=401", "SCRIPT_NAME=/auth"}, "/gate", "/team/", 0},
    {"ErrorDocument 401 under mod_fcgid", Role::responder,
     {"REQUEST_URI=/team/?a", "REDIRECT_STATUS=401", "SCRIPT_NAME=/auth", "PATH_INFO=/gate"}, "/gate", "/team/?a", 401},
    {"the same below .htaccess", Role::responder,
     {"REQUEST_URI=/team/", "REDIRECT_STATUS=403", "SCRIPT_NAME=/auth/latchstring.fcgi"}, "/gate", "/team/", 403},
    {"whatever else stands in PATH_INFO, it is the gate", Role::responder,
     {"REQUEST_URI=/team/", "REDIRECT_STATUS=401", "SCRIPT_NAME=/auth", "PATH_INFO=/users/me/"}, "/gate", "/team/", 401},
    {"an internal redirect that is no refusal", Role::responder,
     {"REQUEST_URI=/team/", "REDIRECT_STATUS=200", "SCRIPT_NAME=/auth", "PATH_INFO=/gate"}, "", "", 0},
    {"a refusal that is not for us", Role::responder, {"REQUEST_URI=/team/", "REDIRECT_STATUS=401", "SCRIPT_NAME=/other"}, "", "", 0},
    {"a request of our own", Role::responder, {"REQUEST_URI=/auth/o/", "REDIRECT_STATUS=401", "SCRIPT_NAME=/auth"}, "/o/", "", 0},
    {"a header is no variable", Role::responder,
     {"REQUEST_URI=/auth/gate", "HTTP_LATCHSTRING_URI=/x", "HTTP_REDIRECT_STATUS=401"}, "/gate", "", 0},
    {"nginx: LATCHSTRING_URI", Role::responder, {"REQUEST_URI=/auth/gate", "LATCHSTRING_URI=/team/?a=b"}, "/gate", "/team/?a=b", 0},
    {"it goes before a proxy's header", Role::responder,
     {"REQUEST_URI=/auth/gate", "LATCHSTRING_URI=/team/", "REMOTE_ADDR=10.0.0.1", "HTTP_X_ORIGINAL_URI=/y"}, "/gate", "/team/", 0},
    {"CVE-2026-40575: a stranger's X-Forwarded-Uri", Role::responder,
     {"REQUEST_URI=/auth/gate", "REMOTE_ADDR=192.0.2.1", "HTTP_X_FORWARDED_URI=/public/"}, "/gate", "", 0},
    {"a stranger behind a trusted proxy is still a stranger's peer", Role::responder,
     {"REQUEST_URI=/auth/gate", "REMOTE_ADDR=192.0.2.1", "HTTP_X_FORWARDED_FOR=10.0.0.1", "HTTP_X_ORIGINAL_URI=/public/"}, "/gate", "", 0},
    {"a trusted proxy's X-Original-URI", Role::responder,
     {"REQUEST_URI=/auth/gate", "REMOTE_ADDR=10.0.0.1", "HTTP_X_ORIGINAL_URI=/team/"}, "/gate", "/team/", 0},
    {"a trusted proxy's X-Forwarded-Uri", Role::responder,
     {"REQUEST_URI=/auth/gate?rule=x", "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_URI=/team/"}, "/gate", "/team/", 0},
    {"two that agree", Role::responder,
     {"REQUEST_URI=/auth/gate", "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_URI=/t/", "HTTP_X_ORIGINAL_URI=/t/"}, "/gate", "/t/", 0},
    {"two that do not: one is the client's", Role::responder,
     {"REQUEST_URI=/auth/gate", "REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_URI=/t/", "HTTP_X_ORIGINAL_URI=/public/"}, "/gate", "", 0},
    {"one header twice", Role::responder,
     {"REQUEST_URI=/auth/gate", "REMOTE_ADDR=10.0.0.1", "HTTP_X_ORIGINAL_URI=/t/", "HTTP_X_ORIGINAL_URI=/public/"}, "/gate", "", 0},
    {"an empty one beside another", Role::responder,
     {"REQUEST_URI=/auth/gate", "REMOTE_ADDR=10.0.0.1", "HTTP_X_ORIGINAL_URI=", "HTTP_X_FORWARDED_URI=/public/"}, "/gate", "", 0},
};

struct LengthRow {
  const char* why;
  Env env;
  std::optional<std::size_t> length;
  int refuse;
};
std::ostream& operator<<(std::ostream& os, const LengthRow& r) { return os << r.why; }
const LengthRow kLengths[] = {
    {"mod_proxy_fcgi: absent", {}, std::nullopt, 0},
    {"nginx: empty", {"CONTENT_LENGTH="}, std::nullopt, 0},
    {"lighttpd, mod_fcgid: 0", {"CONTENT_LENGTH=0"}, 0, 0},
    {"a number", {"CONTENT_LENGTH=65536"}, 65536, 0},
    {"negative", {"CONTENT_LENGTH=-1"}, std::nullopt, 400},
    {"plus sign", {"CONTENT_LENGTH=+1"}, std::nullopt, 400},
    {"a list (RFC 9110 8.6)", {"CONTENT_LENGTH=5, 5"}, std::nullopt, 400},
    {"spaces", {"CONTENT_LENGTH= 5"}, std::nullopt, 400},
    {"hexadecimal", {"CONTENT_LENGTH=0x5"}, std::nullopt, 400},
    {"over 64 bits", {"CONTENT_LENGTH=99999999999999999999"}, std::nullopt, 400},
};

using Headers = std::vector<std::pair<std::string, std::string>>;
struct HeaderRow {
  const char* why;
  Env env;
  Headers headers;
};
std::ostream& operator<<(std::ostream& os, const HeaderRow& r) { return os << r.why; }
const HeaderRow kHeaders[] = {
    {"names in lower case with dashes", {"HTTP_X_REQUESTED_WITH=a=b"}, {{"x-requested-with", "a=b"}}},
    {"nginx: two Cookie lines are two parameters", {"HTTP_COOKIE=a=b", "HTTP_COOKIE=c=d"}, {{"cookie", "a=b"}, {"cookie", "c=d"}}},
    {"Authorization", {"HTTP_AUTHORIZATION=Bearer x"}, {{"authorization", "Bearer x"}}},
    {".htaccess: renamed by the internal redirect", {"REDIRECT_HTTP_AUTHORIZATION=Bearer x"}, {{"authorization", "Bearer x"}}},
    {"without HTTP_", {"AUTHORIZATION=Bearer x"}, {{"authorization", "Bearer x"}}},
    {"the proper one goes first", {"AUTHORIZATION=Bearer y", "HTTP_AUTHORIZATION=Bearer x"}, {{"authorization", "Bearer x"}}},
    {"httpoxy (CVE-2016-5385)", {"HTTP_PROXY=http://evil/"}, {}},
    {"the same, from a server that leaves small letters as they are", {"HTTP_Proxy=http://evil/"}, {}},
    {"other REDIRECT_ variables are none", {"REDIRECT_HTTP_COOKIE=sid=1"}, {}},
    {"what a server says of itself is no header", {"REMOTE_USER=root", "SERVER_NAME=evil", "HTTPS=on"}, {}},
    {"no '='", {"HTTP_X"}, {}},
};

struct AddressRow {
  const char* why;
  std::string_view peer, forwarded, address;
};
std::ostream& operator<<(std::ostream& os, const AddressRow& r) { return os << r.why; }
const AddressRow kAddresses[] = {
    {"nobody forwarded", "192.0.2.1", "", "192.0.2.1"},
    {"a stranger's claim is ignored", "192.0.2.1", "10.0.0.9", "192.0.2.1"},
    {"a trusted proxy's is taken", "10.0.0.1", "192.0.2.7", "192.0.2.7"},
    {"from the right: the client wrote the left one", "10.0.0.1", "1.1.1.1, 192.0.2.7", "192.0.2.7"},
    {"through two trusted proxies", "10.0.0.1", "1.1.1.1, 192.0.2.7, 10.0.0.2", "192.0.2.7"},
    {"IPv6", "10.0.0.1", "2001:db8::1", "2001:db8::1"},
    {"a trusted proxy that says nothing", "10.0.0.1", "", "10.0.0.1"},
    {"not an address", "10.0.0.1", "unknown", "10.0.0.1"},
    {"not an address: a line break", "10.0.0.1", "1.1.1.1\n", "10.0.0.1"},
    {"an address with a port is none", "10.0.0.1", "192.0.2.7:80", "10.0.0.1"},
    {"longer than any address", "10.0.0.1", "1111111111111111111111111111111111111111111111111", "10.0.0.1"},
    {"an empty piece ends it", "10.0.0.1", "192.0.2.7,", "10.0.0.1"},
    {"all trusted: the leftmost", "10.0.0.1", "10.0.0.2", "10.0.0.2"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fcgi_params)

BOOST_DATA_TEST_CASE(paths_are_what_is_below_the_mount, bdata::make(kPlaces), row) {
  Env env{"REQUEST_METHOD=GET"};
  env.insert(env.end(), row.env.begin(), row.env.end());
  const auto parsed = parse(env, {.mount = row.mount});
  BOOST_TEST(parsed.refuse == row.refuse);
  BOOST_TEST(parsed.request.path == row.path);
  if (!row.refuse) BOOST_TEST(parsed.request.query == row.query);
}

BOOST_DATA_TEST_CASE(what_somebody_wants_to_see_comes_from_where_no_client_can_write, bdata::make(kGateRows), row) {
  Env env{"REQUEST_METHOD=GET"};
  env.insert(env.end(), row.env.begin(), row.env.end());
  std::vector<const char*> pointers;
  for (const auto& entry : env) pointers.push_back(entry.c_str());
  pointers.push_back(nullptr);
  const auto parsed = fcgi::parse_params(pointers.data(), {.mount = "/auth", .trusted_proxies = {"10.0.0.1"}}, row.role);
  BOOST_TEST(parsed.refuse == (row.path.empty() ? 404 : 0));
  BOOST_TEST(parsed.request.path == row.path);
  BOOST_TEST(parsed.request.original == row.original);
  BOOST_TEST(parsed.request.refused == row.refused);
  BOOST_TEST(parsed.request.authorizer == (row.role == Role::authorizer));
  if (row.role == Role::authorizer || row.refused != 0) BOOST_TEST(parsed.request.query == "");
}

BOOST_AUTO_TEST_CASE(a_refused_request_has_the_method_that_apache_took_from_it) {
  const Env env{"REQUEST_METHOD=GET", "REDIRECT_REQUEST_METHOD=POST", "REQUEST_URI=/team/", "REDIRECT_STATUS=401", "SCRIPT_NAME=/auth"};
  BOOST_TEST(parse(env).request.method == "POST");
}

BOOST_AUTO_TEST_CASE(below_the_root_a_refusal_is_known_by_its_script) {
  const Env env{"REQUEST_METHOD=GET", "REQUEST_URI=/team/", "REDIRECT_STATUS=401", "SCRIPT_NAME=/latchstring.fcgi"};
  BOOST_TEST(parse(env, {.mount = ""}).request.refused == 401);
}

BOOST_DATA_TEST_CASE(content_length_is_digits_or_nothing, bdata::make(kLengths), row) {
  const auto parsed = parse(get(row.env));
  BOOST_TEST(parsed.refuse == row.refuse);
  BOOST_TEST((parsed.length == row.length));
}

BOOST_DATA_TEST_CASE(headers_are_collected, bdata::make(kHeaders), row) {
  const auto parsed = parse(get(row.env));
  BOOST_TEST(parsed.refuse == 0);
  BOOST_TEST((parsed.request.headers == row.headers));
}

BOOST_DATA_TEST_CASE(the_client_is_believed_only_through_trusted_proxies, bdata::make(kAddresses), row) {
  BOOST_TEST(fcgi::client_address(row.peer, row.forwarded, {"10.0.0.1", "10.0.0.2"}) == row.address);
}

BOOST_AUTO_TEST_CASE(forwarded_headers_reach_the_address) {
  const Env env = get({"HTTP_X_FORWARDED_FOR=192.0.2.7", "REMOTE_ADDR=10.0.0.1"});
  BOOST_TEST(parse(env).request.remote_addr == "10.0.0.1");
  BOOST_TEST(parse(env, {.mount = "/auth", .trusted_proxies = {"10.0.0.1"}}).request.remote_addr == "192.0.2.7");
}

// Two lines, or a second spelling: who says what cannot be told, unless both lead to the same address.
BOOST_AUTO_TEST_CASE(addresses_that_contradict_each_other_are_believed_to_be_none) {
  const auto seen = [](std::vector<std::string> values) {
    Env env = get({"REMOTE_ADDR=10.0.0.1"});
    for (const auto& value : values) env.push_back("HTTP_X_FORWARDED_FOR=" + value);
    return parse(env, {.mount = "/auth", .trusted_proxies = {"10.0.0.1", "10.0.0.2"}}).request.remote_addr;
  };
  BOOST_TEST(seen({"192.0.2.7", "203.0.113.9"}) == "10.0.0.1");
  BOOST_TEST(seen({"203.0.113.9", "192.0.2.7"}) == "10.0.0.1");
  BOOST_TEST(seen({"203.0.113.9", "192.0.2.7", "203.0.113.9"}) == "10.0.0.1");
  BOOST_TEST(seen({"192.0.2.7", "nonsense"}) == "192.0.2.7");
  BOOST_TEST(seen({"192.0.2.7", "10.0.0.2"}) == "192.0.2.7");
  BOOST_TEST(seen({"10.0.0.2", "192.0.2.7"}) == "192.0.2.7");
  BOOST_TEST(seen({"192.0.2.7", "203.0.113.9, 192.0.2.7"}) == "192.0.2.7");
}

BOOST_AUTO_TEST_CASE(a_web_server_says_that_it_has_removed_our_names) {
  BOOST_TEST(parse(get({"LATCHSTRING_NAMES=removed"})).request.names_removed);
  BOOST_TEST(!parse(get({"HTTP_LATCHSTRING_NAMES=removed"})).request.names_removed);
  BOOST_TEST(!parse(get({"LATCHSTRING_NAMES="})).request.names_removed);
}

BOOST_AUTO_TEST_CASE(a_request_needs_a_method) { BOOST_TEST(parse({"REQUEST_URI=/auth/o/"}).refuse == 400); }

BOOST_AUTO_TEST_CASE(https_is_what_the_configuration_says) {
  BOOST_TEST(!parse(get({"HTTPS=on", "HTTP_X_FORWARDED_PROTO=https"})).request.https);
  BOOST_TEST(parse(get({}), {.mount = "/auth", .https = true}).request.https);
}

BOOST_AUTO_TEST_CASE(a_hundred_headers_and_no_more) {
  Env env = get({});
  for (int i = 0; i < 100; ++i) env.push_back("HTTP_X_" + std::to_string(i) + "=v");
  BOOST_TEST(parse(env).refuse == 0);
  BOOST_TEST(parse(env).request.headers.size() == 100u);
  env.push_back("HTTP_X_100=v");
  BOOST_TEST(parse(env).refuse == 431);
}

BOOST_AUTO_TEST_CASE(all_parameters_together_are_limited) {
  const fcgi::ParamRules rules{.mount = "/auth", .max_params = 1000};
  const auto with = [](std::size_t n) { return get({"HTTP_COOKIE=" + std::string(n, 'c')}); };
  std::size_t used = 0;
  for (const auto& entry : with(0)) used += entry.size();
  BOOST_TEST(parse(with(1000 - used), rules).refuse == 0);
  BOOST_TEST(parse(with(1001 - used), rules).refuse == 431);
}

BOOST_AUTO_TEST_CASE(the_full_path_is_kept_for_the_log) {
  BOOST_TEST(parse({"REQUEST_METHOD=GET", "REQUEST_URI=/x/y?code=secret"}).full_path == "/x/y");
}

BOOST_AUTO_TEST_SUITE_END()
