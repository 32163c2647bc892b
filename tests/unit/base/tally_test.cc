// Counts by key within a span of time: right, gone when the time is over, shared between processes, and never a neighbour's.
#include "base/tally.h"

#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

#include "base/sip.h"

namespace {

using namespace std::chrono_literals;
constexpr base::Time kNow{1'700'000'000s};
constexpr auto kSpan = 600s;

std::uint64_t key(std::uint64_t n) {  // as the real ones: spread over all bits
  return base::sip_hash({1, 2}, std::to_string(n));
}

BOOST_AUTO_TEST_SUITE(base_tally)

BOOST_AUTO_TEST_CASE(each_key_is_counted_and_taken_off) {
  base::Tally tally;
  for (std::uint32_t i = 1; i <= 100; ++i) BOOST_TEST(tally.add(key(1), kNow, kSpan).count == i);
  BOOST_TEST(tally.add(key(2), kNow, kSpan).count == 1u);
  for (int i = 0; i < 40; ++i) tally.remove(key(1), kNow, kSpan);
  BOOST_TEST(tally.count(key(1), kNow, kSpan) == 60u);
  for (int i = 0; i < 100; ++i) tally.remove(key(1), kNow, kSpan);
  BOOST_TEST(tally.count(key(1), kNow, kSpan) == 0u);  // never below
  tally.remove(key(3), kNow, kSpan);
  BOOST_TEST(tally.count(key(3), kNow, kSpan) == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_over_is_not_counted_and_nothing_is_counted_too_long) {
  base::Tally tally;
  const auto first = tally.add(key(1), kNow, kSpan);
  BOOST_TEST(first.wait.count() <= kSpan.count());
  BOOST_TEST(first.wait.count() >= kSpan.count() * 12 / 13 - 1);  // a step early at the most
  BOOST_TEST(tally.count(key(1), kNow + first.wait - 1s, kSpan) == 1u);
  BOOST_TEST(tally.count(key(1), kNow + first.wait, kSpan) == 0u);
}

BOOST_AUTO_TEST_CASE(a_steady_stream_is_counted_to_a_few_percent) {
  base::Tally tally;
  std::uint32_t least = UINT32_MAX, most = 0;
  for (int second = 0; second < 3000; ++second) {
    std::uint32_t n = 0;
    for (int i = 0; i < 5; ++i) n = tally.add(key(1), kNow + std::chrono::seconds{second}, kSpan).count;
    if (second > 700) least = std::min(least, n), most = std::max(most, n);
  }
  BOOST_TEST(most <= 3000u);  // 5 a second for 600 s: never more than there are
  BOOST_TEST(least >= 2750u);
}

BOOST_AUTO_TEST_CASE(short_and_long_spans_work_too) {
  for (const auto span : {1s, 2s, 13s, 14s, 86400s}) {
    base::Tally tally;
    const auto counted = tally.add(key(1), kNow, span);
    BOOST_TEST(counted.count == 1u);
    BOOST_TEST(counted.wait.count() >= 1);
    BOOST_TEST(counted.wait.count() <= span.count());
    BOOST_TEST(tally.count(key(1), kNow + span, span) == 0u);
  }
}

BOOST_AUTO_TEST_CASE(nobody_is_counted_for_a_neighbour) {
  base::Tally tally;
  constexpr std::uint64_t kOthers = 200'000;  // three times as many as there are entries
  for (std::uint64_t n = 1; n <= kOthers; ++n) BOOST_TEST_REQUIRE(tally.add(key(n), kNow, kSpan).count == 1u);
  std::uint32_t highest = 0;
  for (std::uint64_t n = 1; n <= kOthers; ++n) highest = std::max(highest, tally.count(key(n), kNow, kSpan));
  BOOST_TEST(highest == 1u);
}

BOOST_AUTO_TEST_CASE(who_has_most_is_forgotten_last) {
  base::Tally tally;
  for (int i = 0; i < 500; ++i) tally.add(key(0), kNow, kSpan);
  for (std::uint64_t n = 1; n <= 500'000; ++n) tally.add(key(n), kNow, kSpan);
  BOOST_TEST(tally.count(key(0), kNow, kSpan) == 500u);
}

BOOST_AUTO_TEST_CASE(threads_lose_nothing) {
  base::Tally tally;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        tally.add(key(1), kNow, kSpan);
        tally.add(key(2), kNow, kSpan);
        tally.remove(key(2), kNow, kSpan);
      }
    });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(tally.count(key(1), kNow, kSpan) == 20'000u);
  BOOST_TEST(tally.count(key(2), kNow, kSpan) == 0u);
}

BOOST_AUTO_TEST_CASE(workers_see_each_others) {
  base::Tally tally;
  const auto child = fork();
  if (child == 0) {
    tally.add(key(1), kNow, kSpan);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  BOOST_TEST(tally.count(key(1), kNow, kSpan) == 1u);
}

BOOST_AUTO_TEST_CASE(a_count_is_full_before_it_runs_over) {
  base::Tally tally;
  for (int i = 0; i < 70'000; ++i) tally.add(key(1), kNow, kSpan);
  BOOST_TEST(tally.count(key(1), kNow, kSpan) == 65'535u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
