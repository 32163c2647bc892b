// Provider tokens: one of all that ask may replace them, what changed meanwhile stays, and they go with their identity.
#include <atomic>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "conformance/world.h"

using namespace conformance;
using namespace std::chrono_literals;

namespace {

store::LoginRecord with_tokens(const std::string& uid, const std::string& sealed) {
  auto record = World::login(uid, "hash " + uid + sealed);
  record.provider_tokens = sealed;
  return record;
}

store::KeptTokens row_of(World& w, std::int64_t identity) {
  const auto row = w.store.provider_tokens(identity);
  BOOST_REQUIRE(bool{row});
  BOOST_REQUIRE(row->has_value());
  return **row;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_provider_tokens)

BOOST_DATA_TEST_CASE(a_login_keeps_what_it_brought, databases(), database) {
  FreshWorld f{database};
  auto record = with_tokens("7", std::string{"se\0aled", 7});
  record.provider_tokens_expire = f.w.clock.now() + 1h;
  const auto done = *f.w.store.sign_in(record);
  const auto row = row_of(f.w, done.who.identity);
  BOOST_TEST(row.user == done.who.user.id);
  BOOST_TEST(row.provider == record.profile.provider);
  BOOST_TEST(row.issuer == record.profile.issuer);
  BOOST_TEST(row.uid == "7");
  BOOST_TEST(row.sealed == record.provider_tokens);
  BOOST_TEST((row.expires == f.w.clock.now() + 1h));
  BOOST_TEST(row.version == 1);
  BOOST_TEST((**f.w.store.provider_tokens_of(record.profile.issuer, "7")).sealed == record.provider_tokens);
  // Another login without tokens leaves them; one with others replaces them.
  BOOST_REQUIRE(bool{f.w.store.sign_in(World::login("7", "second"))});
  BOOST_TEST(row_of(f.w, done.who.identity).version == 1);
  BOOST_REQUIRE(bool{f.w.store.sign_in(with_tokens("7", "others"))});
  BOOST_TEST(row_of(f.w, done.who.identity).sealed == "others");
  BOOST_TEST(row_of(f.w, done.who.identity).version == 2);
  BOOST_TEST(!row_of(f.w, done.who.identity).expires);
}

BOOST_DATA_TEST_CASE(there_are_none_where_none_were_brought, databases(), database) {
  FreshWorld f{database};
  const auto done = *f.w.store.sign_in(World::login("7", "first"));
  BOOST_TEST(!f.w.store.provider_tokens(done.who.identity)->has_value());
  BOOST_TEST(!f.w.store.provider_tokens_of("x", "7")->has_value());
}

BOOST_DATA_TEST_CASE(one_of_many_has_the_lease, databases(), database) {
  FreshWorld f{database};
  const auto id = f.w.store.sign_in(with_tokens("7", "a"))->who.identity;
  std::atomic<int> won = 0;
  std::vector<std::thread> all;
  for (int i = 0; i < 8; ++i) all.emplace_back([&] { won += *f.w.store.lease_provider_tokens(id, 1, f.w.clock.now() + 10s) ? 1 : 0; });
  for (auto& one : all) one.join();
  BOOST_TEST(won == 1);
  BOOST_TEST(!*f.w.store.lease_provider_tokens(id, 1, f.w.clock.now() + 99s));
  f.w.clock.tick(10s);  // its process has died
  BOOST_TEST(*f.w.store.lease_provider_tokens(id, 1, f.w.clock.now() + 10s));
  BOOST_TEST(!*f.w.store.lease_provider_tokens(id, 2, f.w.clock.now() + 10s));
}

BOOST_DATA_TEST_CASE(a_renewal_is_of_what_was_read, databases(), database) {
  FreshWorld f{database};
  const auto id = f.w.store.sign_in(with_tokens("7", "a"))->who.identity;
  const auto mine = f.w.clock.now() + 10s;
  BOOST_TEST(*f.w.store.lease_provider_tokens(id, 1, mine));
  BOOST_TEST(!*f.w.store.renew_provider_tokens(id, 1, mine + 1s, "somebody else's", std::nullopt));
  BOOST_TEST(*f.w.store.renew_provider_tokens(id, 1, mine, "b", f.w.clock.now() + 1h));
  const auto row = row_of(f.w, id);
  BOOST_TEST(row.sealed == "b");
  BOOST_TEST(row.version == 2);
  BOOST_TEST((row.lease <= f.w.clock.now()));
  BOOST_TEST(!*f.w.store.renew_provider_tokens(id, 1, mine, "late", std::nullopt));
  BOOST_REQUIRE(bool{f.w.store.drop_provider_tokens(id, 1)});
  BOOST_REQUIRE(bool{f.w.store.reseal_provider_tokens(id, 1, "late")});
  BOOST_TEST(row_of(f.w, id).sealed == "b");
  BOOST_REQUIRE(bool{f.w.store.reseal_provider_tokens(id, 2, "c")});
  BOOST_TEST(row_of(f.w, id).sealed == "c");
  BOOST_TEST(row_of(f.w, id).version == 2);
  BOOST_REQUIRE(bool{f.w.store.drop_provider_tokens(id, 2)});
  BOOST_TEST(!f.w.store.provider_tokens(id)->has_value());
}

BOOST_DATA_TEST_CASE(a_lease_is_moved_by_its_holder_only, databases(), database) {
  FreshWorld f{database};
  const auto id = f.w.store.sign_in(with_tokens("7", "a"))->who.identity;
  const auto mine = f.w.clock.now() + 10s;
  BOOST_TEST(*f.w.store.lease_provider_tokens(id, 1, mine));
  BOOST_REQUIRE(bool{f.w.store.extend_lease(id, mine + 1s, f.w.clock.now())});
  BOOST_TEST((row_of(f.w, id).lease == mine));
  BOOST_REQUIRE(bool{f.w.store.extend_lease(id, mine, f.w.clock.now() + 2s)});
  BOOST_TEST((row_of(f.w, id).lease == f.w.clock.now() + 2s));
}

BOOST_DATA_TEST_CASE(they_go_with_their_user, databases(), database) {
  FreshWorld f{database};
  const auto done = *f.w.store.sign_in(with_tokens("7", "a"));
  BOOST_REQUIRE(bool{f.w.store.delete_user(done.who.user.id)});
  BOOST_TEST(!f.w.store.provider_tokens(done.who.identity)->has_value());
}

BOOST_DATA_TEST_CASE(all_of_them_are_walked_through_in_slices, databases(), database) {
  FreshWorld f{database};
  for (const auto* uid : {"1", "2", "3"}) BOOST_REQUIRE(bool{f.w.store.sign_in(with_tokens(uid, uid))});
  const auto first = *f.w.store.all_provider_tokens(0, 2);
  BOOST_REQUIRE(first.size() == 2u);
  const auto rest = *f.w.store.all_provider_tokens(first.back().identity, 2);
  BOOST_REQUIRE(rest.size() == 1u);
  BOOST_TEST(rest[0].uid == "3");
}

BOOST_DATA_TEST_CASE(a_key_is_sealed_anew, databases(), database) {
  FreshWorld f{database};
  BOOST_REQUIRE(bool{f.w.store.add_key({"k", "ES256", "old", f.w.clock.now(), std::nullopt}, false)});
  BOOST_REQUIRE(bool{f.w.store.reseal_key("k", "new")});
  BOOST_TEST(f.w.store.keys()->front().sealed == "new");
}

BOOST_DATA_TEST_CASE(a_nonce_is_found_by_its_hash, databases(), database) {
  FreshWorld f{database};
  store::Flow flow;
  flow.id = 1;
  flow.secret_hash = "s";
  flow.browser = 77;
  flow.browser_hash = "h";
  flow.provider = "p";
  flow.mode = "native";
  flow.expires = f.w.clock.now() + 60s;
  BOOST_REQUIRE(bool{f.w.store.begin_flow(flow)});
  flow.id = 2;
  flow.browser = 78;
  flow.mode = "api";
  BOOST_REQUIRE(bool{f.w.store.begin_flow(flow)});
  BOOST_TEST(*f.w.store.nonce_made(77, "h"));
  BOOST_TEST(!*f.w.store.nonce_made(77, "x"));
  BOOST_TEST(!*f.w.store.nonce_made(78, "h"));  // a browser's
  BOOST_TEST(bool(f.w.store.take_flow(1, "s")->outcome == store::Take::taken));
  BOOST_TEST(*f.w.store.nonce_made(77, "h"));  // used or not
}

BOOST_AUTO_TEST_SUITE_END()
