#include "base/metrics.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

namespace {

bool holds(const base::Metrics& m, const std::string& line) { return ("\n" + m.render()).find("\n" + line + "\n") != std::string::npos; }

BOOST_AUTO_TEST_SUITE(base_metrics)

BOOST_AUTO_TEST_CASE(counters_and_gauges) {
  base::Metrics m;
  m.add("a_total", {{"route", "/o/"}, {"status", "200"}});
  m.add("a_total", {{"route", "/o/"}, {"status", "200"}}, 2);
  m.set("open", {}, 7);
  m.set("open", {}, 5);
  BOOST_TEST(holds(m, "# TYPE a_total counter"));
  BOOST_TEST(holds(m, R"(a_total{route="/o/",status="200"} 3)"));
  BOOST_TEST(holds(m, "# TYPE open gauge"));
  BOOST_TEST(holds(m, "open 5"));
}

BOOST_AUTO_TEST_CASE(a_gauge_in_parts_is_the_sum_over_processes_that_live) {
  base::Metrics m;
  m.part("open", {{"l", "x"}}).add(2);
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  const auto child = fork();
  if (child == 0) {
    m.part("open", {{"l", "x"}}).add(5);
    m.part("open", {{"l", "x"}}).add(-1);
    static_cast<void>(!write(ends[1], "x", 1));
    pause();
  }
  char told = 0;
  BOOST_REQUIRE(read(ends[0], &told, 1) == 1);
  BOOST_TEST(holds(m, "# TYPE open gauge"));
  BOOST_TEST(holds(m, R"(open{l="x"} 6)"));
  kill(child, SIGKILL);  // with what it had in hand
  int status = 0;
  waitpid(child, &status, 0);
  m.process_ended(child);
  BOOST_TEST(holds(m, R"(open{l="x"} 2)"));
  m.process_ended(getpid());
  m.part("open", {{"l", "x"}}).add(1);  // a slot of somebody's who has ended is used again
  BOOST_TEST(holds(m, R"(open{l="x"} 1)"));
  close(ends[0]);
  close(ends[1]);
}

BOOST_AUTO_TEST_CASE(histograms_are_cumulative) {
  base::Metrics m;
  m.observe("call_seconds", {{"host", "h"}}, std::chrono::milliseconds{30});
  m.observe("call_seconds", {{"host", "h"}}, std::chrono::seconds{20});
  BOOST_TEST(holds(m, "# TYPE call_seconds histogram"));
  BOOST_TEST(holds(m, R"(call_seconds_bucket{host="h",le="0.025"} 0)"));
  BOOST_TEST(holds(m, R"(call_seconds_bucket{host="h",le="0.05"} 1)"));
  BOOST_TEST(holds(m, R"(call_seconds_bucket{host="h",le="10"} 1)"));
  BOOST_TEST(holds(m, R"(call_seconds_bucket{host="h",le="+Inf"} 2)"));
  BOOST_TEST(holds(m, R"(call_seconds_count{host="h"} 2)"));
}

BOOST_AUTO_TEST_CASE(buckets_ascend) {
  base::Metrics m;
  m.observe("s", {}, std::chrono::seconds{1});
  const auto text = m.render();
  BOOST_TEST(text.find("le=\"2.5\"") < text.find("le=\"10\""));
  BOOST_TEST(text.find("le=\"10\"") < text.find("le=\"+Inf\""));
}

BOOST_AUTO_TEST_CASE(labels_are_escaped) {
  base::Metrics m;
  m.add("x", {{"l", "a\"b\\c\nd"}});
  BOOST_TEST(holds(m, R"(x{l="a\"b\\c\nd"} 1)"));
}

BOOST_AUTO_TEST_CASE(labels_stay_utf8_and_on_their_line) {  // one wrong byte would cost the whole scrape
  base::Metrics m;
  m.add("x", {{"l", "\xc3\xa4"}});
  m.add("x", {{"l", "\xff\r\x7f"}});
  BOOST_TEST(holds(m, "x{l=\"\xc3\xa4\"} 1"));
  BOOST_TEST(holds(m, R"(x{l="???"} 1)"));
}

BOOST_AUTO_TEST_CASE(sums_are_seconds_and_bounds_are_inclusive) {
  base::Metrics m;
  m.observe("s", {}, std::chrono::milliseconds{5});
  m.observe("s", {}, std::chrono::microseconds{5001});
  BOOST_TEST(holds(m, R"(s_bucket{le="0.005"} 1)"));
  BOOST_TEST(holds(m, R"(s_bucket{le="0.01"} 2)"));
  BOOST_TEST(holds(m, "s_sum 0.010001"));
  BOOST_TEST(holds(m, "s_count 2"));
}

BOOST_AUTO_TEST_CASE(a_full_table_keeps_what_it_has) {
  base::Metrics m;
  m.add("first");
  for (int i = 0; i < 5000; ++i) m.add("x", {{"i", std::to_string(i)}});
  m.add("first");
  BOOST_TEST(holds(m, "first 2"));
  BOOST_TEST(holds(m, R"(x{i="0"} 1)"));
  BOOST_TEST(holds(m, "latchstring_metrics_dropped_total 906"));  // 4096 slots, two of them not of x
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_counted_as_dropped) {
  base::Metrics m;
  m.add("x", {{"l", std::string(300, 'a')}});
  BOOST_TEST(holds(m, "latchstring_metrics_dropped_total 1"));
}

BOOST_AUTO_TEST_CASE(threads_and_processes_add_up) {
  base::Metrics m;
  std::vector<pid_t> children;
  for (int p = 0; p < 3; ++p) {
    const auto pid = fork();
    if (pid == 0) {
      for (int i = 0; i < 1000; ++i) m.add("n_total", {{"k", i % 2 ? "odd" : "even"}});
      _exit(0);
    }
    children.push_back(pid);
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&m] {
      for (int i = 0; i < 1000; ++i) m.add("n_total", {{"k", i % 2 ? "odd" : "even"}});
    });
  }
  for (auto& t : threads) t.join();
  for (const auto pid : children) waitpid(pid, nullptr, 0);
  BOOST_TEST(holds(m, R"(n_total{k="even"} 3000)"));
  BOOST_TEST(holds(m, R"(n_total{k="odd"} 3000)"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
