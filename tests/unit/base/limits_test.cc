// Refusals because of a limit: each is counted, each second has one line.
#include "base/limits.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "config/keys.h"
#include "fake/clock.h"

namespace {

struct Fixture {
  int ends[2];
  fake::Clock clock;
  base::Metrics metrics;
  std::unique_ptr<base::Log> log;
  std::unique_ptr<base::Limits> limits;
  Fixture() {
    if (pipe(ends) != 0) throw std::runtime_error("pipe");
    log = std::make_unique<base::Log>(ends[1], base::Level::info, clock);
    limits = std::make_unique<base::Limits>(*log, metrics, clock);
  }
  ~Fixture() {
    close(ends[0]);
    close(ends[1]);
  }
  std::string written() {
    log->event(base::Level::info, "end", {});
    std::string text(8192, '\0');
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, read(ends[0], text.data(), text.size()))));
    return text.substr(0, text.rfind("ts="));
  }
};

BOOST_FIXTURE_TEST_SUITE(base_limits, Fixture)

BOOST_AUTO_TEST_CASE(every_limit_is_a_key_of_the_configuration) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < base::kLimitCount; ++i) {
    const auto name = base::name_of(static_cast<base::Limit>(i));
    BOOST_TEST(config::find_key(name) != nullptr, name);
    names.insert(name);
  }
  BOOST_TEST(names.size() == base::kLimitCount);
  BOOST_TEST(base::name_of(base::Limit::upstream_retry_after) == "upstream.retry_after");  // the last: none is missing, in order
  BOOST_TEST(base::name_of(base::Limit::flows_max) == "flows.max");
}

BOOST_AUTO_TEST_CASE(a_flood_is_counted_and_has_one_line_a_second) {
  for (int i = 0; i < 1000; ++i) BOOST_TEST(limits->hit(base::Limit::flows_max, {{"ip", "192.0.2.1"}}) == (i == 0));
  BOOST_TEST(metrics.render().find("latchstring_limit_hits_total{limit=\"flows.max\"} 1000\n") != std::string::npos);
  BOOST_TEST(written().ends_with("level=warn ev=limit limit=flows.max ip=192.0.2.1 left_out=0\n"));
  clock.tick(std::chrono::seconds{1});
  BOOST_TEST(limits->hit(base::Limit::flows_max));
  BOOST_TEST(written().ends_with("level=warn ev=limit limit=flows.max left_out=999\n"));
}

BOOST_AUTO_TEST_CASE(one_limits_flood_hides_no_other) {
  limits->hit(base::Limit::flows_max);
  limits->hit(base::Limit::flows_max);
  BOOST_TEST(limits->hit(base::Limit::server_max_body));
  BOOST_TEST(written().find("limit=server.max_body left_out=0") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_only_counted_has_no_line) {
  limits->count(base::Limit::sessions_max_refresh_tokens);
  BOOST_TEST(written().empty());
  BOOST_TEST(metrics.render().find("{limit=\"sessions.max_refresh_tokens\"} 1\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
