// How many logins may have begun: over all, and from one address.
#include "flow/throttle.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/flow/people.h"

namespace {

using namespace std::chrono_literals;

struct GroupRow {
  const char* why;
  std::string_view one, other;
  bool same;
};
std::ostream& operator<<(std::ostream& os, const GroupRow& r) { return os << r.why; }
const GroupRow kGroups[] = {
    {"an IPv4 address is one", "192.0.2.1", "192.0.2.1", true},
    {"its neighbour is another", "192.0.2.1", "192.0.2.2", false},
    {"an IPv6 network of 64 bits is one", "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true},
    {"the next network is another", "2001:db8:1:2::1", "2001:db8:1:3::1", false},
    {"IPv4 in IPv6 is the IPv4 address", "::ffff:192.0.2.1", "192.0.2.1", true},
    {"and not its /64", "::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
    {"through NAT64 too", "64:ff9b::192.0.2.1", "192.0.2.1", true},
};

struct NobodyRow {
  const char* why;
  std::string_view address;
};
std::ostream& operator<<(std::ostream& os, const NobodyRow& r) { return os << r.why; }
const NobodyRow kNobody[] = {{"loopback", "127.0.0.1"},
                             {"all of its network", "127.8.9.10"},
                             {"IPv6's", "::1"},
                             {"IPv4's within IPv6", "::ffff:127.0.0.1"},
                             {"a Unix socket's", "unix:"},
                             {"none", ""},
                             {"a name", "localhost"},
                             {"a long one", "1111111111111111111111111111111111111111111111111111"}};

struct Few : test::People {
  std::string from = "192.0.2.7";
  explicit Few(int most = 3, int over_all = 0) {
    config.flows.max_per_address = most;
    config.flows.max = over_all;
  }
  http::Response ask(std::string method, std::string path, std::string query = {}, std::string body = {},
                     std::vector<std::pair<std::string, std::string>> headers = {}) {
    http::Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.query = std::move(query);
    request.body = std::move(body);
    request.headers = std::move(headers);
    if (!request.body.empty()) request.content_type = "application/x-www-form-urlencoded";
    if (!cookie.empty()) request.headers.emplace_back("cookie", cookie);
    request.remote_addr = from;
    request.id = "0123456789abcdef";
    return flow::handle(request, *deps);
  }
  http::Response first_half() {
    auto response = ask("GET", "/o/forge/", kBack);
    if (const auto set = header(response, "Set-Cookie"); !set.empty()) cookie = set.substr(0, set.find(';'));
    return response;
  }
  static std::string state_of(const http::Response& response) {
    const auto url = text(response, "authorization_url");
    const auto at = url.find("&state=") + 7;
    return url.substr(at, url.find('&', at) - at);
  }
  bool counted(const std::string& limit, int n) {
    return metrics.render().find("latchstring_limit_hits_total{limit=\"" + limit + "\"} " + std::to_string(n) + "\n") != std::string::npos;
  }
};

BOOST_AUTO_TEST_SUITE(flow_throttle)

BOOST_DATA_TEST_CASE(whose_flows_are_counted_together, boost::unit_test::data::make(kGroups), row) {
  BOOST_TEST((flow::address_group(row.one) == flow::address_group(row.other)) == row.same);
  BOOST_TEST(!flow::address_group(row.one).empty());
}
BOOST_DATA_TEST_CASE(loopback_and_what_is_no_address_is_nobodys, boost::unit_test::data::make(kNobody), row) {
  BOOST_TEST(flow::address_group(row.address).empty());
}

BOOST_AUTO_TEST_CASE(an_address_may_have_so_many_and_no_more) {
  Few w;
  for (int i = 0; i < 3; ++i) BOOST_TEST(w.first_half().status == 200);
  const auto refused = w.first_half();
  BOOST_TEST(refused.status == 429);
  const auto wait = test::World::header(refused, "Retry-After");
  BOOST_TEST(refused.body == "{\"detail\":\"Request was throttled. Expected available in " + wait + " seconds.\"}");
  BOOST_TEST(std::stoi(wait) > 500);
  BOOST_TEST(std::stoi(wait) <= 600);
  BOOST_TEST(w.counted("flows.max_per_address", 1));
  w.from = "192.0.2.8";
  BOOST_TEST(w.first_half().status == 200);
  w.from = "127.0.0.1";
  for (int i = 0; i < 10; ++i) BOOST_TEST(w.first_half().status == 200);
}

BOOST_AUTO_TEST_CASE(one_that_is_finished_makes_room) {
  Few w{1};
  for (int i = 0; i < 5; ++i) {
    const auto begun = w.first_half();
    BOOST_TEST_REQUIRE(begun.status == 200);
    BOOST_TEST(w.first_half().status == 429);
    BOOST_TEST(w.ask("POST", "/o/forge/", "", "code=c&state=" + Few::state_of(begun)).status == 201);
  }
}

BOOST_AUTO_TEST_CASE(one_that_has_expired_does_too) {
  Few w{2};
  w.first_half();
  w.first_half();
  const auto refused = w.first_half();
  BOOST_TEST_REQUIRE(refused.status == 429);
  w.clock.tick(std::chrono::seconds{std::stoi(test::World::header(refused, "Retry-After"))});
  BOOST_TEST(w.first_half().status == 200);  // as it said
}

BOOST_AUTO_TEST_CASE(what_could_not_begin_was_none) {
  Few w{1};
  for (int i = 0; i < 3; ++i) BOOST_TEST(w.ask("GET", "/o/nobody/", test::People::kBack).status == 404);
  for (int i = 0; i < 3; ++i) BOOST_TEST(w.ask("GET", "/o/forge/", "redirect_uri=https%3A%2F%2Fevil.example").status == 400);
  BOOST_TEST(w.first_half().status == 200);
  for (int i = 0; i < 3; ++i) BOOST_TEST(w.first_half().status == 429);  // nor are those that are refused
  BOOST_TEST(w.throttle.outstanding() == 1);
}

struct DoorRow {
  const char* why;
  std::string method, path;
  bool page;
};
std::ostream& operator<<(std::ostream& os, const DoorRow& r) { return os << r.why; }
const DoorRow kDoors[] = {{"API mode", "GET", "/o/forge/", false},
                          {"redirect mode", "GET", "/o/forge/login", true},
                          {"a nonce for an app", "POST", "/o/forge/nonce/", false},
                          {"linking", "GET", "/o/forge/link/", false}};
BOOST_DATA_TEST_CASE(every_door_is_counted, boost::unit_test::data::make(kDoors), row) {
  Few w{1};
  std::vector<std::pair<std::string, std::string>> bearer;
  if (row.path.ends_with("/link/")) {
    w.from = "192.0.2.99";
    const auto tokens = w.ask("POST", "/o/forge/", "", "code=c&state=" + Few::state_of(w.first_half()));
    bearer = {{"authorization", "Bearer " + test::World::text(tokens, "access")}};
    w.from = "192.0.2.7";
  }
  BOOST_TEST(w.ask(row.method, row.path, test::People::kBack, "", bearer).status < 400);
  const auto refused = w.ask(row.method, row.path, test::People::kBack, "", bearer);
  BOOST_TEST(refused.status == 429);
  BOOST_TEST(!test::World::header(refused, "Retry-After").empty());
  BOOST_TEST(test::World::header(refused, "Content-Type").starts_with(row.page ? "text/html" : "application/json"));
  BOOST_TEST(refused.body.find("Request was throttled.") != std::string::npos);
  BOOST_TEST(w.first_half().status == 429);  // all of them together
}

BOOST_AUTO_TEST_CASE(over_all_there_may_be_so_many_from_wherever) {
  Few w{0, 5};
  for (int i = 0; i < 5; ++i) {
    w.from = i % 2 ? "127.0.0.1" : "192.0.2." + std::to_string(i);
    BOOST_TEST(w.first_half().status == 200);
  }
  const auto refused = w.first_half();
  BOOST_TEST(refused.status == 429);
  BOOST_TEST(test::World::header(refused, "Retry-After") == "30");
  BOOST_TEST(w.counted("flows.max", 1));
  BOOST_TEST(w.throttle.outstanding() == 5);
}

BOOST_AUTO_TEST_CASE(what_was_begun_before_this_start_is_counted) {
  Few w{0, 4};
  for (int i = 0; i < 3; ++i) w.first_half();
  flow::Crowd crowd{w.random};  // another start
  flow::Throttle after{crowd, w.config, w.clock, w.limits};
  const auto due = after.time_to_count();
  BOOST_REQUIRE(due.has_value());
  BOOST_TEST(!after.time_to_count().has_value());         // one worker does it for all
  auto early = after.enter({"192.0.2.1", "forge", "r"});  // begun while it is counted, and not seen
  BOOST_REQUIRE(early);
  early->keep();
  after.recount(*due, *w.store.count_flows(w.config.flows.max));
  BOOST_TEST(after.outstanding() == 4);
  BOOST_TEST(!after.enter({"192.0.2.1", "forge", "r"}));
  after.leave("192.0.2.1", w.clock.now());
  BOOST_TEST(static_cast<bool>(after.enter({"192.0.2.1", "forge", "r"})));
}

BOOST_AUTO_TEST_CASE(it_is_counted_again_more_often_when_it_is_nearly_full) {
  Few w{0, 4};
  BOOST_TEST(w.throttle.time_to_count().has_value());
  w.clock.tick(299s);
  BOOST_TEST(!w.throttle.time_to_count().has_value());
  w.clock.tick(1s);
  BOOST_TEST(w.throttle.time_to_count().has_value());
  w.first_half();
  w.first_half();
  w.clock.tick(29s);
  BOOST_TEST(!w.throttle.time_to_count().has_value());
  w.clock.tick(1s);
  BOOST_TEST(w.throttle.time_to_count().has_value());
  w.clock.tick(-1h);  // a clock that is set back puts it off by no more than one time
  BOOST_TEST(w.throttle.time_to_count().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
