// The store's contract for login attempts: one state, one use (RFC 6749 4.1.2, RFC 9700 4.7).
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "conformance/world.h"

using namespace conformance;
using namespace std::chrono_literals;
using store::Take;

BOOST_AUTO_TEST_SUITE(conformance_flows)

BOOST_DATA_TEST_CASE(a_flow_comes_back_as_it_was_begun, databases(), database) {
  FreshWorld f{database};
  const auto begun = f.w.flow(1);
  BOOST_REQUIRE(f.w.store.begin_flow(begun));
  const auto taken = f.w.store.take_flow(1, begun.secret_hash);
  BOOST_REQUIRE(taken);
  BOOST_TEST((taken->outcome == Take::taken));
  BOOST_TEST((taken->flow == begun));
}

BOOST_DATA_TEST_CASE(empty_parts_stay_empty, databases(), database) {
  FreshWorld f{database};
  auto begun = f.w.flow(1);
  begun.browser = 0;
  begun.browser_hash = begun.challenge = begun.kept = "";
  BOOST_REQUIRE(f.w.store.begin_flow(begun));
  BOOST_TEST((f.w.store.take_flow(1, begun.secret_hash)->flow == begun));
}

BOOST_DATA_TEST_CASE(a_second_use_is_used, databases(), database) {
  FreshWorld f{database};
  const auto begun = f.w.flow(1);
  BOOST_REQUIRE(f.w.store.begin_flow(begun));
  BOOST_REQUIRE(f.w.store.take_flow(1, begun.secret_hash));
  const auto again = f.w.store.take_flow(1, begun.secret_hash);
  BOOST_REQUIRE(again);
  BOOST_TEST((again->outcome == Take::used));
  BOOST_TEST(again->flow.provider == "github");
}

BOOST_DATA_TEST_CASE(a_wrong_secret_is_unknown_and_uses_nothing_up, databases(), database) {
  FreshWorld f{database};
  const auto begun = f.w.flow(1);
  BOOST_REQUIRE(f.w.store.begin_flow(begun));
  BOOST_TEST((f.w.store.take_flow(1, "secret 1")->outcome == Take::unknown));   // a prefix of the right one
  BOOST_TEST((f.w.store.take_flow(1, "")->outcome == Take::unknown));
  BOOST_TEST((f.w.store.take_flow(2, begun.secret_hash)->outcome == Take::unknown));
  BOOST_TEST((f.w.store.take_flow(1, begun.secret_hash)->outcome == Take::taken));
}

BOOST_DATA_TEST_CASE(a_flow_expires_with_its_second, databases(), database) {
  FreshWorld f{database};
  for (const int id : {1, 2}) BOOST_REQUIRE(f.w.store.begin_flow(f.w.flow(id)));
  const auto first = f.w.flow(1), second = f.w.flow(2);
  f.w.clock.tick(10min - 1s);
  BOOST_TEST((f.w.store.take_flow(1, first.secret_hash)->outcome == Take::taken));
  f.w.clock.tick(1s);
  BOOST_TEST((f.w.store.take_flow(2, second.secret_hash)->outcome == Take::expired));
  BOOST_TEST((f.w.store.take_flow(1, first.secret_hash)->outcome == Take::used));  // used stays used
}

BOOST_DATA_TEST_CASE(an_id_that_is_taken_is_a_conflict, databases(), database) {
  FreshWorld f{database};
  const auto begun = f.w.flow(1);
  BOOST_REQUIRE(f.w.store.begin_flow(begun));
  auto other = begun;
  other.secret_hash = "another";
  const auto again = f.w.store.begin_flow(other);
  BOOST_REQUIRE(!again);
  BOOST_TEST((again.error().code == base::Code::conflict));
  BOOST_TEST((f.w.store.take_flow(1, begun.secret_hash)->outcome == Take::taken));
}

BOOST_DATA_TEST_CASE(finding_a_flow_does_not_use_it_up, databases(), database) {
  FreshWorld f{database};
  const auto begun = f.w.flow(1);
  BOOST_REQUIRE(f.w.store.begin_flow(begun));
  const auto found = f.w.store.find_flow(1, begun.secret_hash);
  BOOST_REQUIRE((found && found->has_value()));
  BOOST_TEST((**found == begun));
  BOOST_TEST(!f.w.store.find_flow(1, "wrong")->has_value());
  BOOST_TEST((f.w.store.take_flow(1, begun.secret_hash)->outcome == Take::taken));
}

BOOST_DATA_TEST_CASE(a_browser_is_known_by_number_hash_and_provider, databases(), database) {
  FreshWorld f{database};
  BOOST_REQUIRE(f.w.store.begin_flow(f.w.flow(1)));
  auto unbound = f.w.flow(2);
  unbound.browser = 0;
  BOOST_REQUIRE(f.w.store.begin_flow(unbound));
  BOOST_TEST(*f.w.store.browser_began(77, "browser", "github"));
  BOOST_TEST(!*f.w.store.browser_began(77, "browser", "google"));
  BOOST_TEST(!*f.w.store.browser_began(77, "forged", "github"));
  BOOST_TEST(!*f.w.store.browser_began(78, "browser", "github"));
  BOOST_TEST(!*f.w.store.browser_began(0, "browser", "github"));
}

BOOST_DATA_TEST_CASE(a_sweep_drops_what_expired_and_nothing_else, databases(), database) {
  FreshWorld f{database};
  constexpr int kOld = 1203;  // more than two slices
  for (int id = 1; id <= kOld; ++id) BOOST_REQUIRE(f.w.store.begin_flow(f.w.flow(id)));
  f.w.clock.tick(5min);
  for (int id = kOld + 1; id <= kOld + 5; ++id) BOOST_REQUIRE(f.w.store.begin_flow(f.w.flow(id)));
  const auto young = f.w.flow(kOld + 1);
  BOOST_TEST(*f.w.store.sweep_flows() == 0);
  f.w.clock.tick(5min);
  BOOST_TEST(*f.w.store.sweep_flows() == kOld);
  BOOST_TEST(*f.w.store.count_flows() == 5);
  BOOST_TEST((f.w.store.take_flow(kOld + 1, young.secret_hash)->outcome == Take::taken));
}

BOOST_DATA_TEST_CASE(of_parallel_threads_one_takes_a_flow, databases(), database) {
  FreshWorld f{database};
  constexpr int kFlows = 50, kThreads = 8;
  for (int id = 0; id < kFlows; ++id) BOOST_REQUIRE(f.w.store.begin_flow(f.w.flow(id)));
  std::vector<std::atomic<int>> taken(kFlows), used(kFlows);
  on_threads(kThreads, [&](int) {
    for (int id = 0; id < kFlows; ++id) {
      const auto got = f.w.store.take_flow(id, f.w.flow(id).secret_hash);
      if (got && got->outcome == Take::taken) ++taken[static_cast<std::size_t>(id)];
      if (got && got->outcome == Take::used) ++used[static_cast<std::size_t>(id)];
    }
  });
  for (std::size_t i = 0; i < kFlows; ++i) {
    BOOST_TEST(taken[i] == 1);
    BOOST_TEST(used[i] == kThreads - 1);
  }
}

BOOST_DATA_TEST_CASE(of_parallel_processes_one_takes_a_flow, databases(), database) {
  const auto place = database.make();
  constexpr int kFlows = 200, kProcesses = 4;
  {
    World w{*place};
    for (int id = 0; id < kFlows; ++id) BOOST_REQUIRE(w.store.begin_flow(w.flow(id)));
  }
  const auto shared = shared_memory();
  const bool good = in_processes(kProcesses, *shared, [&](int) {
    World w{*place};
    std::atomic<bool> failed = false;
    on_threads(3, [&](int) {
      for (int id = 0; id < kFlows; ++id) {
        const auto got = w.store.take_flow(id, w.flow(id).secret_hash);
        if (!got) failed = true;
        if (got && got->outcome == Take::taken) ++shared->count[static_cast<std::size_t>(id)];
      }
    });
    return !failed;
  });
  BOOST_TEST(good);
  for (std::size_t i = 0; i < kFlows; ++i) BOOST_TEST(shared->count[i] == 1);
}

BOOST_DATA_TEST_CASE(an_operator_sees_whether_it_was_used, databases(), database) {
  FreshWorld f{database};
  auto flow = f.w.flow(7);
  flow.next = "/team";
  flow.link_user = 3;
  BOOST_REQUIRE(f.w.store.begin_flow(flow));
  BOOST_TEST(!(*f.w.store.look_at_flow(7, "another")).has_value());
  auto seen = *f.w.store.look_at_flow(7, flow.secret_hash);
  BOOST_REQUIRE(seen.has_value());
  BOOST_TEST((seen->flow == flow));
  BOOST_TEST(!seen->used);
  BOOST_REQUIRE(f.w.store.take_flow(7, flow.secret_hash));
  BOOST_TEST((*f.w.store.look_at_flow(7, flow.secret_hash))->used);
}

BOOST_AUTO_TEST_SUITE_END()
