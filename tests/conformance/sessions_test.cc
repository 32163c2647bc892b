// The store's contract for refresh tokens: each is exchanged once, a retry gets the same successor, reuse ends the family
// (RFC 9700 4.14.2).
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <map>

#include "conformance/world.h"

using namespace conformance;
using namespace std::chrono_literals;
using store::RotateOutcome;

namespace {

struct SignedIn : FreshWorld {
  store::LoginDone done;
  std::map<std::string, base::Time> expires;  // of tokens made by rotate()
  explicit SignedIn(const Database& database) : FreshWorld(database) {
    auto entered = w.store.sign_in(World::login("1", "A"));
    if (!entered) BOOST_FAIL(entered.error().detail);
    done = std::move(*entered);
  }
  store::Rotated rotate(const std::string& from, const std::string& to, std::chrono::seconds grace = 10s) {
    auto r = w.rotation(from, to);
    r.grace = grace;
    if (expires.contains(from)) r.old_expires = expires.at(from);
    auto rotated = w.store.rotate_refresh(r);
    if (!rotated) BOOST_FAIL(rotated.error().detail);
    if (rotated->outcome == RotateOutcome::rotated) expires[to] = rotated->expires;
    return *rotated;
  }
  bool ended() { return (**w.store.find_session(done.session)).ended; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_sessions)

BOOST_DATA_TEST_CASE(a_rotation_gives_the_successor_with_user_and_session, databases(), database) {
  SignedIn f{database};
  f.w.clock.tick(1h);
  const auto r = f.rotate("A", "B");
  BOOST_TEST((r.outcome == RotateOutcome::rotated));
  BOOST_TEST(r.sealed == "sealed B");
  BOOST_TEST((r.issued == f.w.clock.now()));
  BOOST_TEST((r.expires == f.w.clock.now() + 24h * 30));
  BOOST_TEST((r.user == f.done.who.user));
  BOOST_TEST(r.provider == "github");
  BOOST_TEST(r.session == f.done.session);
  const auto session = **f.w.store.find_session(r.session);
  BOOST_TEST((session.used == f.w.clock.now()));
  BOOST_TEST((session.expires == r.expires));
  BOOST_TEST((f.rotate("B", "C").outcome == RotateOutcome::rotated));
}

BOOST_DATA_TEST_CASE(a_retry_within_the_grace_gets_the_same_successor, databases(), database) {
  SignedIn f{database};
  const auto first = f.rotate("A", "B");
  f.w.clock.tick(9s);
  const auto retry = f.rotate("A", "X");
  BOOST_TEST((retry.outcome == RotateOutcome::same_successor));
  BOOST_TEST(retry.sealed == first.sealed);
  BOOST_TEST((retry.issued == first.issued));
  BOOST_TEST((retry.expires == first.expires));
  BOOST_TEST((f.rotate("X", "Y").outcome == RotateOutcome::unknown));  // what the retry brought was not kept
  BOOST_TEST((f.rotate("B", "C").outcome == RotateOutcome::rotated));
}

struct GraceRow {
  const char* why;
  std::chrono::seconds grace, after;
  RotateOutcome outcome;
};
std::ostream& operator<<(std::ostream& os, const GraceRow& r) { return os << r.why; }
const GraceRow kGrace[] = {{"at once", 10s, 0s, RotateOutcome::same_successor},
                           {"last second", 10s, 9s, RotateOutcome::same_successor},
                           {"the window is over", 10s, 10s, RotateOutcome::reused},
                           {"no window: at once is reuse too", 0s, 0s, RotateOutcome::reused},
                           {"no window, and a clock that went back", 0s, -5s, RotateOutcome::reused},
                           {"a clock that went back is within", 10s, -5s, RotateOutcome::same_successor}};

BOOST_DATA_TEST_CASE(the_grace_ends_where_it_says, databases() * boost::unit_test::data::make(kGrace), database, row) {
  SignedIn f{database};
  f.rotate("A", "B", row.grace);
  f.w.clock.tick(row.after);
  BOOST_TEST((f.rotate("A", "X", row.grace).outcome == row.outcome));
  BOOST_TEST(f.ended() == (row.outcome == RotateOutcome::reused));
}

BOOST_DATA_TEST_CASE(reuse_ends_the_family_and_is_audited, databases(), database) {
  SignedIn f{database};
  f.rotate("A", "B");
  f.rotate("B", "C");
  f.w.clock.tick(11s);
  const auto reused = f.rotate("A", "X");
  BOOST_TEST((reused.outcome == RotateOutcome::reused));
  BOOST_TEST(reused.sealed.empty());
  BOOST_TEST((f.rotate("C", "D").outcome == RotateOutcome::ended));
  BOOST_TEST((f.rotate("A", "X").outcome == RotateOutcome::ended));
  const auto user = std::to_string(f.done.who.user.id);
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE event = 'refresh_reuse' AND user_id = " + user) == 1);
  BOOST_TEST((f.w.store.sign_in(World::login("1", "new device"))->who.user == f.done.who.user));  // another session is not touched
  BOOST_TEST((f.rotate("new device", "N").outcome == RotateOutcome::rotated));
}

BOOST_DATA_TEST_CASE(unknown_expired_ended_disabled_and_deleted_get_nothing, databases(), database) {
  SignedIn f{database};
  BOOST_TEST((f.rotate("nobody's", "B").outcome == RotateOutcome::unknown));
  BOOST_TEST((f.rotate("", "B").outcome == RotateOutcome::unknown));
  f.expires["A"] = kFirstExpires + 1s;  // the right hash, and not what the token said
  BOOST_TEST((f.rotate("A", "B").outcome == RotateOutcome::unknown));
  f.expires.erase("A");
  BOOST_REQUIRE(f.w.store.sign_in(World::login("2", "two")));
  const auto three = f.w.store.sign_in(World::login("3", "three")), four = f.w.store.sign_in(World::login("4", "four"));
  BOOST_REQUIRE((three && four));
  BOOST_REQUIRE(f.w.store.end_session(f.done.session));
  BOOST_REQUIRE(f.w.store.set_active(three->who.user.id, false));
  BOOST_REQUIRE(f.w.store.delete_user(four->who.user.id));
  BOOST_TEST((f.rotate("A", "B").outcome == RotateOutcome::ended));
  BOOST_TEST((f.rotate("three", "3b").outcome == RotateOutcome::ended));
  BOOST_TEST((f.rotate("four", "4b").outcome == RotateOutcome::unknown));
  f.w.clock.tick(24h * 30);
  BOOST_TEST((f.rotate("two", "2b").outcome == RotateOutcome::expired));
}

BOOST_DATA_TEST_CASE(a_user_who_was_switched_off_by_other_means_gets_nothing, databases(), database) {
  SignedIn f{database};
  BOOST_REQUIRE(f.w.main->write([](store::Tx& tx) -> base::Status {
    const auto done = tx.run("UPDATE users SET active = 0", {});
    if (!done) return done.error();
    return base::ok;
  }));
  BOOST_TEST((f.rotate("A", "B").outcome == RotateOutcome::ended));
}

BOOST_DATA_TEST_CASE(sessions_and_tokens_are_found_with_their_state, databases(), database) {
  SignedIn f{database};
  const auto session = **f.w.store.find_session(f.done.session);
  BOOST_TEST(session.user == f.done.who.user.id);
  BOOST_TEST(session.provider == "github");
  BOOST_TEST(session.user_agent == "test");
  BOOST_TEST((session.created == f.w.clock.now()));
  BOOST_TEST(!session.ended);
  BOOST_TEST(!f.w.store.find_session(f.done.session + 1)->has_value());
  f.rotate("A", "B");
  const auto old = **f.w.store.find_refresh("A", kFirstExpires), fresh = **f.w.store.find_refresh("B", f.expires["B"]);
  BOOST_TEST(old.exchanged);
  BOOST_TEST(!fresh.exchanged);
  BOOST_TEST(fresh.session.id == f.done.session);
  BOOST_TEST(!f.w.store.find_refresh("Z", kFirstExpires)->has_value());
  BOOST_TEST(!f.w.store.find_refresh("A", kFirstExpires + 1s)->has_value());
  BOOST_REQUIRE(f.w.store.end_session(f.done.session));
  BOOST_REQUIRE(f.w.store.end_session(f.done.session));  // twice is fine
  BOOST_TEST((**f.w.store.find_refresh("B", f.expires["B"])).session.ended);
}

BOOST_DATA_TEST_CASE(a_sweep_drops_expired_tokens_and_the_sessions_without_any, databases(), database) {
  SignedIn f{database};
  constexpr int kMore = 250;  // more than a slice
  for (int i = 0; i < kMore; ++i) BOOST_REQUIRE(f.w.store.sign_in(World::login("2", "m" + std::to_string(i))));
  f.w.clock.tick(1h);
  f.rotate("A", "B");
  BOOST_TEST(*f.w.store.sweep_sessions() == 0);
  f.w.clock.tick(24h * 30 - 1h);
  BOOST_TEST(*f.w.store.sweep_sessions() == kMore + 1);  // A has expired, its session lives on with B
  BOOST_TEST(*f.w.store.count_sessions() == 1);
  BOOST_TEST((f.rotate("B", "C").outcome == RotateOutcome::rotated));
}

BOOST_DATA_TEST_CASE(what_is_sealed_for_a_retry_is_forgotten_later, databases(), database) {
  SignedIn f{database};
  f.rotate("A", "B");
  constexpr const char* kSealed = "SELECT count(*) FROM refresh_tokens WHERE next_sealed IS NOT NULL";
  f.w.clock.tick(10min);
  BOOST_REQUIRE(f.w.store.sweep_sessions());
  BOOST_TEST(f.w.number(kSealed) == 1);  // the longest grace that may be configured is just over
  f.rotate("B", "C");
  f.w.clock.tick(1s);
  BOOST_REQUIRE(f.w.store.sweep_sessions());
  BOOST_TEST(f.w.number(kSealed) == 1);
  const auto retry = f.rotate("B", "X");
  BOOST_TEST((retry.outcome == RotateOutcome::same_successor));
  BOOST_TEST(retry.sealed == "sealed C");
  BOOST_TEST((f.rotate("A", "X").outcome == RotateOutcome::reused));  // that it was exchanged is not forgotten
}

BOOST_DATA_TEST_CASE(what_ended_or_expired_is_not_counted, databases(), database) {
  SignedIn f{database};
  BOOST_REQUIRE(f.w.store.sign_in(World::login("1", "two")));
  BOOST_TEST(*f.w.store.count_sessions() == 2);
  BOOST_REQUIRE(f.w.store.end_session(f.done.session));
  BOOST_TEST(*f.w.store.count_sessions() == 1);
  f.w.clock.t = kFirstExpires;
  BOOST_TEST(*f.w.store.count_sessions() == 0);
}

BOOST_DATA_TEST_CASE(of_parallel_rotations_one_is_first_and_the_others_get_its_successor, databases(), database) {
  const auto place = database.make();
  constexpr int kTokens = 30, kProcesses = 3, kThreads = 3;
  {
    World w{*place};
    for (int i = 0; i < kTokens; ++i) BOOST_REQUIRE(w.store.sign_in(World::login("1", "A" + std::to_string(i))));
  }
  const auto shared = shared_memory();
  const bool good = in_processes(kProcesses, *shared, [&](int process) {
    World w{*place};
    std::atomic<bool> failed = false;
    on_threads(kThreads, [&](int thread) {
      const int me = process * kThreads + thread;
      for (int i = 0; i < kTokens; ++i) {
        const auto r = w.store.rotate_refresh(w.rotation("A" + std::to_string(i), "B" + std::to_string(i * 100 + me)));
        if (!r || (r->outcome != RotateOutcome::rotated && r->outcome != RotateOutcome::same_successor)) {
          failed = true;
          continue;
        }
        if (r->outcome == RotateOutcome::rotated) ++shared->count[static_cast<std::size_t>(i)];
        // All that are given a successor are given the same one: its number is summed up, and compared below.
        shared->count[static_cast<std::size_t>(100 + i)] += std::stoi(r->sealed.substr(8));
      }
    });
    return !failed;
  });
  BOOST_TEST(good);
  for (std::size_t i = 0; i < kTokens; ++i) {
    BOOST_TEST(shared->count[i] == 1);
    BOOST_TEST(shared->count[100 + i] % (kProcesses * kThreads) == 0);
  }
  World w{*place};
  BOOST_TEST(w.number("SELECT count(*) FROM refresh_tokens") == 2 * kTokens);
}

BOOST_AUTO_TEST_SUITE_END()
