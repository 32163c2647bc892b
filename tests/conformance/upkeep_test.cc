// The store's contract for keys, cached documents, audit and health.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "conformance/world.h"

using namespace conformance;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(conformance_upkeep)

BOOST_DATA_TEST_CASE(keys_come_newest_first_and_retire_when_told, databases(), database) {
  FreshWorld f{database};
  const std::string sealed("\0sealed\xff", 8);
  BOOST_REQUIRE(f.w.store.add_key({.kid = "one", .alg = "ES256", .sealed = sealed, .created = f.w.clock.now(), .retired = {}}, false));
  f.w.clock.tick(1h);
  BOOST_REQUIRE(f.w.store.add_key({.kid = "two", .alg = "EdDSA", .sealed = "s2", .created = f.w.clock.now(), .retired = {}}, true));
  const auto keys = *f.w.store.keys();
  BOOST_REQUIRE(keys.size() == 2);
  BOOST_TEST(keys[0].kid == "two");
  BOOST_TEST(!keys[0].retired.has_value());
  BOOST_TEST(keys[1].kid == "one");
  BOOST_TEST(keys[1].alg == "ES256");
  BOOST_TEST(keys[1].sealed == sealed);
  BOOST_TEST((keys[1].created == f.w.clock.now() - 1h));
  BOOST_TEST((keys[1].retired == f.w.clock.now()));
}

BOOST_DATA_TEST_CASE(a_kid_is_there_once_and_a_failed_add_retires_nothing, databases(), database) {
  FreshWorld f{database};
  const store::StoredKey key{.kid = "one", .alg = "ES256", .sealed = "s", .created = f.w.clock.now(), .retired = {}};
  BOOST_REQUIRE(f.w.store.add_key(key, false));
  BOOST_TEST((f.w.store.add_key(key, true).error().code == base::Code::conflict));
  BOOST_TEST(!f.w.store.keys()->at(0).retired.has_value());
  BOOST_REQUIRE(f.w.store.drop_key("one"));
  BOOST_TEST((f.w.store.drop_key("one").error().code == base::Code::not_found));
  BOOST_TEST(f.w.store.keys()->empty());
}

BOOST_DATA_TEST_CASE(a_document_is_replaced_by_the_next, databases(), database) {
  FreshWorld f{database};
  const std::string url = "https://op.example/.well-known/openid-configuration";
  BOOST_TEST(!f.w.store.cache_get(url)->has_value());
  BOOST_REQUIRE(f.w.store.cache_put(url, "{}"));
  f.w.clock.tick(1h);
  BOOST_REQUIRE(f.w.store.cache_put(url, "{\"issuer\":1}"));
  const auto cached = **f.w.store.cache_get(url);
  BOOST_TEST(cached.body == "{\"issuer\":1}");
  BOOST_TEST((cached.fetched == f.w.clock.now()));
  BOOST_TEST(!f.w.store.cache_get("https://op.example/")->has_value());
}

BOOST_DATA_TEST_CASE(audit_rows_say_what_was_told, databases(), database) {
  FreshWorld f{database};
  const store::AuditEntry entry{
      .event = "logout", .user = 7, .provider = "github", .outcome = "ok", .detail = "d", .remote_addr = "::1", .request_id = "r"};
  BOOST_REQUIRE(f.w.store.audit(entry));
  BOOST_REQUIRE(f.w.store.audit({.event = "nobody"}));
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE event = 'logout' AND user_id = 7 AND provider = 'github' AND outcome = 'ok' "
                        "AND detail = 'd' AND remote_addr = '::1' AND request_id = 'r'") == 1);
  BOOST_TEST(f.w.number("SELECT at FROM audit WHERE user_id IS NULL") == f.w.clock.now().time_since_epoch().count());
}

BOOST_DATA_TEST_CASE(audit_rows_go_when_they_are_old, databases(), database) {
  FreshWorld f{database};
  constexpr int kMany = 1200;  // more than two slices
  for (int i = 0; i < kMany; ++i) BOOST_REQUIRE(f.w.store.audit({.event = "old"}));
  f.w.clock.tick(24h);
  BOOST_REQUIRE(f.w.store.audit({.event = "young"}));
  BOOST_TEST(*f.w.store.sweep_audit(24h) == 0);  // just as old as they may be
  f.w.clock.tick(1s);
  BOOST_TEST(*f.w.store.sweep_audit(24h) == kMany);
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE event = 'young'") == 1);
  BOOST_TEST(*f.w.store.sweep_audit(24h) == 0);
}

BOOST_DATA_TEST_CASE(ping_answers_and_counts_count, databases(), database) {
  FreshWorld f{database};
  BOOST_TEST(bool{f.w.store.ping()});
  BOOST_REQUIRE(f.w.store.begin_flow(f.w.flow(1)));
  for (const char* hash : {"a", "b"}) BOOST_REQUIRE(f.w.store.sign_in(World::login("1", hash)));
  BOOST_TEST(*f.w.store.count_flows() == 1);
  BOOST_TEST(*f.w.store.count_users() == 1);
  BOOST_TEST(*f.w.store.count_sessions() == 2);
}

BOOST_DATA_TEST_CASE(what_was_written_down_of_a_request_is_found, databases(), database) {
  FreshWorld f{database};
  BOOST_REQUIRE(f.w.store.audit(
      {.event = "one", .user = 0, .provider = "p", .outcome = "ok", .detail = "d", .remote_addr = "a", .request_id = "r1"}));
  BOOST_REQUIRE(f.w.store.audit({.event = "two", .user = 4, .request_id = "r2"}));
  const auto found = *f.w.store.audited("r1");
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].entry.event == "one");
  BOOST_TEST(found[0].entry.remote_addr == "a");
  BOOST_TEST((found[0].at == f.w.clock.now()));
  BOOST_TEST((*f.w.store.audited("r3")).empty());
}

BOOST_AUTO_TEST_SUITE_END()
