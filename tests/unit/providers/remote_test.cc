// Documents of providers: fetched once, by one thread, kept a day, and not asked for again while the provider is down.
#include "providers/remote.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "unit/providers/world.h"

namespace {

using namespace std::chrono_literals;
constexpr const char* kUrl = "https://op.example/doc";

struct Fixture : world::World {
  providers::World all{net, cache, clock, random};
  providers::Remote<std::string> remote;
  static base::Result<std::string> parse(std::string_view body) {
    if (body == "bad") return base::Error{base::Code::upstream, "bad"};
    return std::string{body};
  }
  std::string get() {
    auto got = remote.get(all, {kUrl, false}, parse);
    return got ? **got : got.error().detail;
  }
  void serve(const char* body) {
    net.answers.clear();
    net.answer(kUrl, 200, body);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_remote, Fixture)

BOOST_AUTO_TEST_CASE(a_document_is_kept_a_day) {
  serve("one");
  BOOST_TEST(get() == "one");
  serve("two");
  clock.tick(23h + 59min);
  BOOST_TEST(get() == "one");
  clock.tick(2min);
  BOOST_TEST(!remote.fresh(clock.now()));
  BOOST_TEST(get() == "two");
  BOOST_TEST(net.asked.size() == 2u);
}
BOOST_AUTO_TEST_CASE(an_old_document_serves_one_more_day_while_the_provider_is_down) {
  serve("one");
  BOOST_TEST(get() == "one");
  net.answers.clear();
  clock.tick(47h);
  BOOST_TEST(get() == "one");
  clock.tick(2h);
  BOOST_TEST(get() != "one");
}
BOOST_AUTO_TEST_CASE(a_failure_is_remembered_for_seconds) {
  for (int i = 0; i < 10; ++i) BOOST_TEST(get() != "one");
  BOOST_TEST(net.asked.size() == 1u);
  serve("one");
  clock.tick(4s);
  BOOST_TEST(get() != "one");
  clock.tick(2s);
  BOOST_TEST(get() == "one");
}
BOOST_AUTO_TEST_CASE(what_is_refused_is_not_cached) {
  serve("bad");
  BOOST_TEST(get() == "bad");
  BOOST_TEST(cache.entries.empty());
}
BOOST_AUTO_TEST_CASE(a_new_process_takes_what_another_one_fetched) {
  cache.put(kUrl, "cached");
  BOOST_TEST(get() == "cached");
  BOOST_TEST(net.asked.empty());
}
BOOST_AUTO_TEST_CASE(a_cached_document_that_is_old_of_the_future_or_bad_is_fetched_anew) {
  serve("new");
  for (const auto& entry : {providers::Cache::Entry{"old", clock.now() - 25h}, {"ahead", clock.now() + 2h}, {"bad", clock.now()}}) {
    providers::Remote<std::string> other;
    cache.entries[kUrl] = entry;
    BOOST_TEST(**other.get(all, {kUrl, false}, parse) == "new");
  }
}
BOOST_AUTO_TEST_CASE(another_one_is_asked_for_once_a_minute) {
  serve("one");
  const auto first = *remote.get(all, {kUrl, false}, parse);
  serve("two");
  const auto second = *remote.newer(all, {kUrl, false}, parse, first);
  BOOST_TEST(*second == "two");
  BOOST_TEST((*remote.newer(all, {kUrl, false}, parse, first) == second));  // who still has the first gets the second
  BOOST_TEST((*remote.newer(all, {kUrl, false}, parse, second) == second));
  BOOST_TEST(net.asked.size() == 2u);
  clock.tick(61s);
  serve("three");
  BOOST_TEST(**remote.newer(all, {kUrl, false}, parse, second) == "three");
}
// A machine whose clock was hours ahead, and is put right: what was noted by then must not hold for hours.
BOOST_AUTO_TEST_CASE(a_failure_is_forgotten_when_the_clock_is_set_back) {
  clock.tick(3h);
  BOOST_TEST(get() != "one");
  clock.tick(-3h);
  serve("one");
  BOOST_TEST(get() == "one");
}
BOOST_AUTO_TEST_CASE(another_one_is_asked_for_after_the_clock_is_set_back) {
  serve("one");
  const auto first = *remote.get(all, {kUrl, false}, parse);
  clock.tick(3h);
  serve("two");
  const auto second = *remote.newer(all, {kUrl, false}, parse, first);
  clock.tick(-3h);
  serve("three");
  BOOST_TEST(**remote.newer(all, {kUrl, false}, parse, second) == "three");
}
BOOST_AUTO_TEST_CASE(a_document_of_the_future_is_fetched_anew_and_serves_while_the_provider_is_down) {
  clock.tick(3h);
  serve("one");
  BOOST_TEST(get() == "one");
  clock.tick(-3h);
  BOOST_TEST(!remote.fresh(clock.now()));
  cache.entries.clear();
  net.answers.clear();
  BOOST_TEST(get() == "one");
  clock.tick(6s);
  serve("two");
  BOOST_TEST(get() == "two");
}
BOOST_AUTO_TEST_CASE(both_times_are_settings_and_what_they_refuse_is_counted) {
  base::Log log{-1, base::Level::error, clock};
  base::Metrics metrics;
  base::Limits limits{log, metrics, clock};
  all.limits = &limits;
  all.refetch_after = 10s;
  all.retry_after = 20s;
  const auto counted = [&](const char* limit, int n) {
    return metrics.render().find("{limit=\"" + std::string{limit} + "\"} " + std::to_string(n) + "\n") != std::string::npos;
  };
  for (int i = 0; i < 4; ++i) BOOST_TEST(get() != "one");
  BOOST_TEST(net.asked.size() == 1u);
  BOOST_TEST(counted("upstream.retry_after", 3));
  serve("one");
  clock.tick(20s);
  const auto first = *remote.get(all, {kUrl, false}, parse);
  for (int i = 0; i < 50; ++i) BOOST_TEST((*remote.newer(all, {kUrl, false}, parse, *remote.get(all, {kUrl, false}, parse)) != nullptr));
  BOOST_TEST(net.asked.size() == 3u);
  BOOST_TEST(counted("upstream.refetch_after", 49));
  clock.tick(10s);
  serve("two");
  BOOST_TEST(**remote.newer(all, {kUrl, false}, parse, *remote.get(all, {kUrl, false}, parse)) == "two");
  BOOST_TEST(counted("upstream.retry_after", 3));
}
BOOST_AUTO_TEST_CASE(what_was_found_is_no_part_of_a_flood) {
  serve("one");
  const auto first = *remote.get(all, {kUrl, false}, parse);
  serve("two");
  const auto second = *remote.newer(all, {kUrl, false}, parse, first);
  BOOST_TEST(*second == "two");
  serve("three");
  BOOST_TEST(**remote.newer(all, {kUrl, false}, parse, second) == "two");
  remote.fruitful();
  BOOST_TEST(**remote.newer(all, {kUrl, false}, parse, second) == "three");
}
BOOST_AUTO_TEST_CASE(only_200_counts) {
  net.answer(kUrl, 302, "one", {{"location", "https://evil.example/"}});
  BOOST_TEST(get() == "HTTP 302");
}
BOOST_AUTO_TEST_CASE(one_thread_fetches_and_all_have_it) {
  serve("one");
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i) threads.emplace_back([&] { good += get() == "one" ? 1 : 0; });
  }
  BOOST_TEST(good == 16);
  BOOST_TEST(net.asked.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
