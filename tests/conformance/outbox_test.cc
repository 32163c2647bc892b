// The store's contract for facts on their way to the application: written with what they tell of, delivered at least once, bounded.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <set>

#include "conformance/world.h"
#include "store/rows.h"

using namespace conformance;
using namespace std::chrono_literals;

namespace {

struct Told : FreshWorld {
  store::Store store;
  explicit Told(const Database& database, store::Events events = true) : FreshWorld(database), store(*w.main, *w.flows, w.clock, w.random, events) {}
  store::LoginDone enter(const std::string& uid) {
    auto done = store.sign_in(World::login(uid, "refresh " + uid));
    if (!done) BOOST_FAIL(done.error().detail);
    return *done;
  }
  std::optional<store::OutboxEvent> take() {
    auto taken = store.take_event(15s);
    if (!taken) BOOST_FAIL(taken.error().detail);
    return *taken;
  }
};

std::string at(const Told& f) { return std::to_string(f.w.clock.now().time_since_epoch().count()); }

base::Status run(store::Db& db, std::string_view sql) {
  return db.write([&](store::Tx& tx) -> base::Status {
    const auto done = tx.run(sql, {});
    if (!done) return done.error();
    return base::ok;
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_outbox)

BOOST_DATA_TEST_CASE(a_new_user_is_told_of_once_and_a_known_one_is_not, databases(), database) {
  Told f{database};
  const auto user = f.enter("ada").who.user.id;
  const auto event = f.take();
  BOOST_REQUIRE(event.has_value());
  BOOST_TEST(event->event == "user.created");
  BOOST_TEST(event->payload == R"({"user":)" + std::to_string(user) + R"(,"provider":"github","uid":"ada","at":)" + at(f) +
                                   R"(,"username":"user-ada","email":"","email_verified":false,"name":""})");
  BOOST_TEST((event->created == f.w.clock.now()));
  BOOST_REQUIRE(f.store.drop_event(event->id));
  BOOST_REQUIRE(f.store.sign_in(World::login("ada", "again")));
  BOOST_TEST(!f.take().has_value());
}

BOOST_DATA_TEST_CASE(a_deleted_user_is_told_of, databases(), database) {
  Told f{database};
  const auto user = f.enter("ada").who.user.id;
  BOOST_REQUIRE(f.store.drop_event(f.take()->id));
  BOOST_REQUIRE(f.store.delete_user(user));
  const auto event = f.take();
  BOOST_REQUIRE(event.has_value());
  BOOST_TEST(event->event == "user.deleted");
  BOOST_TEST(event->payload == R"({"user":)" + std::to_string(user) + R"(,"at":)" + at(f) + "}");
}

BOOST_DATA_TEST_CASE(where_nobody_listens_nothing_is_written, databases(), database) {
  Told f{database};
  BOOST_REQUIRE(f.w.store.sign_in(World::login("ada", "a")));
  BOOST_TEST(*f.w.store.count_events() == 0);
}

BOOST_DATA_TEST_CASE(a_login_that_fails_tells_nothing, databases(), database) {
  Told f{database};
  f.enter("ada");
  BOOST_REQUIRE(f.store.drop_event(f.take()->id));
  BOOST_TEST(!f.store.sign_in(World::login("bob", "refresh ada")));  // the refresh token's hash is there already: the last statement fails
  BOOST_TEST(*f.store.count_events() == 0);
}

BOOST_DATA_TEST_CASE(who_takes_one_has_it_until_the_lease_ends, databases(), database) {
  Told f{database};
  f.enter("ada");
  f.enter("bob");
  const auto first = f.take(), second = f.take();
  BOOST_REQUIRE((first && second));
  BOOST_TEST(first->id < second->id);
  BOOST_TEST(!f.take().has_value());
  f.w.clock.tick(14s);
  BOOST_TEST(!f.take().has_value());
  f.w.clock.tick(1s);
  BOOST_TEST(f.take()->id == first->id);  // its taker was killed
  BOOST_TEST(*f.store.count_events() == 2);
}

BOOST_DATA_TEST_CASE(one_that_was_put_back_comes_again_when_it_is_due, databases(), database) {
  Told f{database};
  f.enter("ada");
  const auto event = *f.take();
  BOOST_TEST(event.attempts == 0);
  BOOST_REQUIRE(f.store.put_back_event(event.id, f.w.clock.now() + 8s));
  f.w.clock.tick(7s);
  BOOST_TEST(!f.take().has_value());
  f.w.clock.tick(1s);
  const auto again = f.take();
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST(again->attempts == 1);
  BOOST_TEST((again->created == event.created));
  BOOST_REQUIRE(f.store.drop_event(event.id));
  BOOST_REQUIRE(f.store.drop_event(event.id));  // twice is fine
  f.w.clock.tick(1h);
  BOOST_TEST(!f.take().has_value());
}

BOOST_DATA_TEST_CASE(a_full_outbox_takes_no_more_and_stops_no_login, databases(), database) {
  constexpr std::int64_t kMost = 1000;
  Told f{database, {true, kMost}};
  const auto most = std::to_string(kMost);
  BOOST_REQUIRE(
      run(*f.w.main,
          "INSERT INTO outbox (event, payload, created, due) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
              most + ") SELECT 'x', '{}', 1, 1 FROM n"));
  BOOST_TEST(*f.store.count_events() == kMost);
  f.enter("ada");
  BOOST_TEST(f.w.number("SELECT count(*) FROM outbox WHERE event = 'user.created'") == 0);
  // An old one that nobody takes is no full outbox, though its number is far from the newest.
  BOOST_REQUIRE(run(*f.w.main, "DELETE FROM outbox WHERE id > 1 AND id < " + most));
  f.enter("bob");
  BOOST_TEST(f.w.number("SELECT count(*) FROM outbox WHERE event = 'user.created'") == 1);
}

BOOST_DATA_TEST_CASE(of_many_processes_each_takes_others, databases(), database) {
  const auto place = database.make();
  constexpr int kEvents = 60, kProcesses = 3;
  {
    World w{*place};
    store::Store store{*w.main, *w.flows, w.clock, w.random, true};
    for (int i = 0; i < kEvents; ++i) BOOST_REQUIRE(store.sign_in(World::login(std::to_string(i), std::to_string(i))));
  }
  const auto shared = shared_memory();
  BOOST_TEST(in_processes(kProcesses, *shared, [&](int) {
    World w{*place};
    for (;;) {
      const auto taken = w.store.take_event(1h);
      if (!taken) return false;
      // Somebody else may have been quicker between look and take: then there may still be more.
      if (!*taken && w.number("SELECT count(*) FROM outbox WHERE due <= " + std::to_string(w.clock.now().time_since_epoch().count())) == 0)
        return true;
      if (*taken) ++shared->count[static_cast<std::size_t>((*taken)->id)];
    }
  }));
  for (std::size_t i = 1; i <= kEvents; ++i) BOOST_TEST(shared->count[i] == 1);
}

struct TextRow {
  const char* why;
  std::string in, out;
};
std::ostream& operator<<(std::ostream& os, const TextRow& r) { return os << r.why; }
const TextRow kTexts[] = {{"plain", "Ada", R"({"t":"Ada","n":-7,"b":true})"},
                          {"quotes and backslash", "a\"\\", R"({"t":"a\"\\","n":-7,"b":true})"},
                          {"control characters", std::string("\n\0\x7f", 3), R"({"t":"\u000a\u0000\u007f","n":-7,"b":true})"},
                          {"UTF-8 stays", "\xc3\x89", "{\"t\":\"\xc3\x89\",\"n\":-7,\"b\":true}"},
                          {"bytes that are none", "a\xff", R"({"t":"a\ufffd","n":-7,"b":true})"}};

BOOST_DATA_TEST_CASE(a_payload_is_json_whatever_it_holds, boost::unit_test::data::make(kTexts), row) {
  BOOST_TEST(store::event_payload({{"t", row.in}, {"n", std::int64_t{-7}}, {"b", true}}) == row.out);
  BOOST_TEST(store::event_payload({}) == "{}");
}

BOOST_AUTO_TEST_SUITE_END()
