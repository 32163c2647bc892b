// The store's contract for what may grow because somebody wants it to: sessions of a user, refresh tokens of a session, facts that wait.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "conformance/world.h"

using namespace conformance;
using namespace std::chrono_literals;
using store::RotateOutcome;

namespace {

struct Counting : FreshWorld {
  base::Log log;
  base::Metrics metrics;
  base::Limits limits;
  store::Store store;
  explicit Counting(const Database& database, std::int64_t events = 100)
      : FreshWorld(database),
        log(-1, base::Level::error, w.clock),
        limits(log, metrics, w.clock),
        store(*w.main, *w.flows, w.clock, w.random, {true, events}) {
    store.count_at(limits);
  }
  /// A login of the user, with room for `most` sessions; the session.
  std::int64_t enter(const std::string& token, std::int64_t most, const std::string& uid = "ada") {
    auto record = World::login(uid, token);
    record.session.max_per_user = most;
    w.clock.tick(1s);
    auto done = store.sign_in(record);
    if (!done) BOOST_FAIL(done.error().detail);
    return done->session;
  }
  store::Rotated rotate(const std::string& from, base::Time expires, const std::string& to, std::int64_t session) {
    auto r = w.rotation(from, to);
    r.old_expires = expires;
    r.session = session;
    r.remembered = 10;
    auto rotated = store.rotate_refresh(r);
    if (!rotated) BOOST_FAIL(rotated.error().detail);
    return *rotated;
  }
  bool there(std::int64_t session) { return store.find_session(session)->has_value(); }
  std::int64_t rows(const std::string& table) { return w.number("SELECT count(*) FROM " + table); }
  bool counted(const std::string& limit, int n) {
    return metrics.render().find("{limit=\"" + limit + "\"} " + std::to_string(n) + "\n") != std::string::npos;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_limits)

BOOST_DATA_TEST_CASE(the_session_that_was_not_used_for_longest_makes_room, databases(), database) {
  Counting f{database};
  const auto first = f.enter("a", 3), second = f.enter("b", 3), third = f.enter("c", 3);
  const auto of_another = f.enter("x", 3, "bob");
  f.w.clock.tick(1s);
  BOOST_REQUIRE(f.store.touch_session(first, kFirstExpires));
  BOOST_TEST(!f.counted("sessions.max_per_user", 1));
  const auto fourth = f.enter("d", 3);
  BOOST_TEST(!f.there(second));
  for (const auto session : {first, third, fourth, of_another}) BOOST_TEST(f.there(session));
  BOOST_TEST(f.counted("sessions.max_per_user", 1));
  BOOST_TEST((f.rotate("b", kFirstExpires, "b2", second).outcome == RotateOutcome::unknown));  // its tokens went with it
  BOOST_TEST((f.rotate("a", kFirstExpires, "a2", first).outcome == RotateOutcome::rotated));
}

BOOST_DATA_TEST_CASE(those_that_have_ended_go_first, databases(), database) {
  Counting f{database};
  const auto first = f.enter("a", 3), second = f.enter("b", 3), third = f.enter("c", 3);
  BOOST_REQUIRE(f.store.end_session(third));
  f.enter("d", 3);
  BOOST_TEST(f.there(first));
  BOOST_TEST(f.there(second));
  BOOST_TEST(!f.there(third));
  BOOST_TEST(!f.counted("sessions.max_per_user", 1));  // nobody lost anything
}

BOOST_DATA_TEST_CASE(a_hundred_logins_of_one_account_are_a_few_rows, databases(), database) {
  Counting f{database};
  for (int i = 0; i < 100; ++i) f.enter(std::to_string(i), 5);
  BOOST_TEST(f.rows("sessions") == 5);
  BOOST_TEST(f.rows("refresh_tokens") == 5);
  BOOST_TEST(f.counted("sessions.max_per_user", 95));
}

BOOST_DATA_TEST_CASE(where_the_limit_was_lowered_all_above_it_go, databases(), database) {
  Counting f{database};
  for (int i = 0; i < 20; ++i) f.enter(std::to_string(i), 100);
  f.enter("last", 4);
  BOOST_TEST(f.rows("sessions") == 4);
}

BOOST_DATA_TEST_CASE(who_refreshes_all_day_long_has_a_few_rows_and_an_old_token_still_ends_the_session, databases(), database) {
  Counting f{database};
  const auto session = f.enter("0", 100);
  auto expires = kFirstExpires;
  base::Time first_expires{};
  for (int i = 0; i < 300; ++i) {
    f.w.clock.tick(60s);
    const auto r = f.rotate(std::to_string(i), expires, std::to_string(i + 1), session);
    BOOST_TEST_REQUIRE((r.outcome == RotateOutcome::rotated));
    expires = r.expires;
    if (i == 0) first_expires = expires;
  }
  BOOST_TEST(f.rows("refresh_tokens") <= 10 + 64 + 20);
  BOOST_TEST(f.rows("refresh_tokens") >= 10);
  BOOST_TEST(f.metrics.render().find("sessions.max_refresh_tokens") != std::string::npos);
  // Long forgotten, but ours: a thief could have made the record forget it.
  BOOST_TEST((f.rotate("1", first_expires, "stolen", session).outcome == RotateOutcome::reused));
  BOOST_TEST((**f.store.find_session(session)).ended);
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE event = 'refresh_reuse'") == 1);
  BOOST_TEST((f.rotate("300", expires, "301", session).outcome == RotateOutcome::ended));
}

BOOST_DATA_TEST_CASE(none_that_a_retry_could_bring_is_forgotten, databases(), database) {
  Counting f{database};
  const auto session = f.enter("0", 100);
  auto expires = kFirstExpires;
  for (int i = 0; i < 100; ++i) expires = f.rotate(std::to_string(i), expires, std::to_string(i + 1), session).expires;  // in one second
  BOOST_TEST(f.rows("refresh_tokens") == 101);
}

BOOST_DATA_TEST_CASE(a_token_of_no_living_session_is_unknown, databases(), database) {
  Counting f{database};
  const auto session = f.enter("0", 100);
  BOOST_TEST((f.rotate("nobody's", kFirstExpires, "x", 0).outcome == RotateOutcome::unknown));
  BOOST_TEST((f.rotate("nobody's", kFirstExpires, "x", session + 1).outcome == RotateOutcome::unknown));
  BOOST_TEST((f.rotate("0", kFirstExpires, "1", session).outcome == RotateOutcome::rotated));
}

BOOST_DATA_TEST_CASE(facts_beyond_the_limit_are_lost_and_counted, databases(), database) {
  Counting f{database, 3};
  for (int i = 0; i < 5; ++i) f.enter(std::to_string(i), 100, "user" + std::to_string(i));
  BOOST_TEST(*f.store.count_events() == 3);
  BOOST_TEST(f.counted("hooks.max_events", 2));
  BOOST_TEST(f.rows("users") == 5);
  const auto taken = f.store.take_event(10s);
  BOOST_REQUIRE((taken && *taken));
  BOOST_REQUIRE(f.store.drop_event((*taken)->id));
  f.enter("6", 100, "user6");
  BOOST_TEST(*f.store.count_events() == 3);
  BOOST_TEST(f.counted("hooks.max_events", 2));
}

BOOST_DATA_TEST_CASE(outstanding_flows_are_counted_up_to_a_number, databases(), database) {
  Counting f{database};
  for (std::int64_t id = 1; id <= 5; ++id) BOOST_REQUIRE(f.store.begin_flow(f.w.flow(id)));
  const auto flow = f.w.flow(1);
  BOOST_REQUIRE(f.store.take_flow(flow.id, flow.secret_hash));
  BOOST_TEST(*f.store.count_flows() == 4);
  BOOST_TEST(*f.store.count_flows(3) == 3);
  f.w.clock.tick(24h);
  BOOST_TEST(*f.store.count_flows() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
