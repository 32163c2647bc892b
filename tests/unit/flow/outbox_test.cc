// hooks.events: each fact is told at least once, later and later while nobody takes it, and given up after a day.
#include "flow/outbox.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "store/rows.h"
#include "token/webhook.h"
#include "unit/flow/world.h"

namespace {

using namespace std::chrono_literals;

const std::string kHook = "https://app.example/events";
const std::string kKey = "a key of thirty-two bytes, or so.";

struct Telling : test::World {
  std::unique_ptr<flow::Courier> courier;
  Telling() {
    config.hooks.events = kHook;
    config.hooks.secret = base::Secret{kKey};
    courier = std::make_unique<flow::Courier>(*deps);
  }
  void fact(const std::string& event, const std::string& payload = "{}") {
    const auto now = clock.now();
    if (!main->write([&](store::Tx& tx) { return store::add_event(tx, true, event, payload, now); })) throw std::runtime_error("add_event");
  }
  std::int64_t waiting() { return *store.count_events(); }
};

std::string header(const net::Request& request, std::string_view name) {
  for (const auto& [key, value] : request.headers)
    if (key == name) return value;
  return "";
}

BOOST_AUTO_TEST_SUITE(flow_outbox)

BOOST_AUTO_TEST_CASE(a_fact_is_posted_signed_and_gone) {
  Telling w;
  w.net.answer(kHook, 204, "");
  w.fact("user.created", R"({"user":7})");
  BOOST_TEST(w.courier->deliver().count() == 0);
  BOOST_REQUIRE(w.net.asked.size() == 1);
  const auto& request = w.net.asked[0];
  const auto now = std::to_string(w.clock.now().time_since_epoch().count());
  const auto id = "evt_" + now + "_1";
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.body == R"({"type":"user.created","id":")" + id + R"(","at":)" + now + R"(,"data":{"user":7}})");
  BOOST_TEST(header(request, "webhook-id") == id);
  BOOST_TEST(header(request, "webhook-signature") == token::webhook_signature(base::Secret{kKey}, id, w.clock.now(), request.body));
  BOOST_TEST(w.waiting() == 0);
  BOOST_TEST((w.courier->deliver() == 1s));
}

BOOST_AUTO_TEST_CASE(they_go_in_the_order_in_which_they_happened) {
  Telling w;
  w.net.answer(kHook, 200, "");
  for (const auto* event : {"one", "two", "three"}) w.fact(event);
  while (w.courier->deliver() == 0s) {
  }
  BOOST_REQUIRE(w.net.asked.size() == 3);
  BOOST_TEST(w.net.asked[0].body.find("\"one\"") != std::string::npos);
  BOOST_TEST(w.net.asked[1].body.find("\"two\"") != std::string::npos);
  BOOST_TEST(w.net.asked[2].body.find("\"three\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_refused_comes_again_with_the_same_id_and_a_new_time) {
  Telling w;
  w.net.answer(kHook, 500, "");
  w.net.answer(kHook, 200, "");
  w.fact("user.created");
  w.courier->deliver();
  BOOST_TEST(w.waiting() == 1);
  w.courier->deliver();
  BOOST_TEST(w.net.asked.size() == 1);  // not yet
  w.clock.tick(1s);
  w.courier->deliver();
  BOOST_REQUIRE(w.net.asked.size() == 2);
  BOOST_TEST(header(w.net.asked[0], "webhook-id") == header(w.net.asked[1], "webhook-id"));
  BOOST_TEST(header(w.net.asked[0], "webhook-timestamp") != header(w.net.asked[1], "webhook-timestamp"));
  BOOST_TEST(w.waiting() == 0);
}

BOOST_AUTO_TEST_CASE(a_fact_that_is_refused_keeps_no_other_waiting) {
  Telling w;
  w.net.answer(kHook, 400, "");
  w.net.answer(kHook, 200, "");
  w.fact("bad");
  w.fact("good");
  BOOST_TEST(w.courier->deliver().count() == 0);
  BOOST_TEST(w.courier->deliver().count() == 0);
  BOOST_TEST(w.net.asked[1].body.find("\"good\"") != std::string::npos);
  BOOST_TEST(w.waiting() == 1);
}

BOOST_AUTO_TEST_CASE(where_nobody_answers_all_wait_longer_and_longer) {
  Telling w;
  w.net.fail(kHook, "connect: refused");
  for (int i = 0; i < 9; ++i) w.fact("x");
  for (const auto pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) BOOST_TEST((w.courier->deliver() == pause));
  w.net.answers.clear();
  w.net.answer(kHook, 200, "");
  BOOST_TEST(w.courier->deliver().count() == 0);
  w.net.answers.clear();
  w.net.fail(kHook, "connect: refused");
  w.clock.tick(1h);
  BOOST_TEST((w.courier->deliver() == 1s));
}

BOOST_AUTO_TEST_CASE(a_day_is_enough) {
  Telling w;
  w.net.answer(kHook, 500, "");
  w.fact("x");
  int tried = 0;
  for (; w.waiting() > 0 && tried < 1000; ++tried) {
    w.courier->deliver();
    w.clock.tick(flow::event_backoff(tried));
  }
  BOOST_TEST(w.net.asked.size() == static_cast<std::size_t>(tried));
  BOOST_TEST(tried > 20);
  BOOST_TEST(tried < 50);
  BOOST_TEST(w.metrics.render().find("latchstring_events_total{outcome=\"dropped\"} 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_is_killed_in_between_leaves_it_to_the_next) {
  Telling w;
  w.net.answer(kHook, 200, "");
  w.fact("x");
  BOOST_REQUIRE(w.store.take_event(w.config.hooks.timeout + 10s)->has_value());  // and is gone
  w.courier->deliver();
  BOOST_TEST(w.net.asked.empty());
  w.clock.tick(15s);
  w.courier->deliver();
  BOOST_TEST(w.net.asked.size() == 1);
}

struct Row {
  const char* why;
  int attempts;
  std::chrono::seconds wait;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
const Row kRows[] = {{"first", 0, 1s},        {"second", 1, 2s},         {"eleventh", 10, 1024s}, {"an hour at most", 12, 1h},
                     {"always", 1000000, 1h}, {"never negative", -1, 1s}};
BOOST_DATA_TEST_CASE(waits_grow, boost::unit_test::data::make(kRows), row) { BOOST_TEST((flow::event_backoff(row.attempts) == row.wait)); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
