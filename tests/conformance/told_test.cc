// What providers tell after a login: whose sessions end and whose do not, what becomes of an account, and that a token works once.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "conformance/world.h"

using namespace conformance;
using namespace std::chrono_literals;

namespace {

struct Told : FreshWorld {
  store::Store& store = w.store;
  int logins = 0, tellings = 0;
  using FreshWorld::FreshWorld;

  /// The session of a login.
  store::LoginDone enter(const std::string& issuer, const std::string& uid, const std::string& sid = "", bool cookie = false) {
    auto record = World::login(uid, cookie ? "" : "refresh " + std::to_string(++logins));
    record.profile.issuer = record.profile.provider = issuer;
    record.profile.email = "ann@example.org";
    record.profile.email_verified = uid != "7";
    record.rules.link_by_verified_email = true;
    record.session.idp_sid = sid;
    if (cookie) record.session.cookie_hash = "cookie " + std::to_string(++logins);
    auto done = store.sign_in(record);
    if (!done) BOOST_FAIL("sign_in: " + done.error().detail);
    return *done;
  }
  bool lives(const store::LoginDone& login) { return (*store.find_signed_in(login.session, "")).has_value(); }
  std::int64_t log_out(const std::string& issuer, const std::string& uid, const std::string& sid = "") {
    return store.told_logout({{"p", issuer, "192.0.2.9", "r9"}, uid, sid}, nullptr)->sessions;
  }
  store::Told tell(store::ToldAccount account, const std::string& issuer = "op") {
    account.what = "something";
    store::Telling telling{{"p", issuer, "192.0.2.9", "r9"}, {"jti " + std::to_string(++tellings), w.clock.now() + 60s}, {}};
    telling.accounts.push_back(std::move(account));
    auto told = store.told_accounts(telling);
    if (!told) BOOST_FAIL("told_accounts: " + told.error().detail);
    return *told;
  }
  static store::ToldAccount about(const std::string& uid) {
    store::ToldAccount account;
    account.uid = uid;
    return account;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(store_told)

BOOST_DATA_TEST_CASE(a_logout_by_user_ends_what_that_identity_began, databases(), database) {
  Told t{database};
  const auto tokens = t.enter("op", "1", "s1"), cookie = t.enter("op", "1", "s2", true);
  const auto linked = t.enter("other", "1"), somebody = t.enter("op", "7", "s1");
  BOOST_TEST(linked.who.user.id == tokens.who.user.id);
  BOOST_TEST(t.log_out("op", "1") == 2);
  BOOST_TEST(!t.lives(tokens));
  BOOST_TEST(!t.lives(cookie));
  BOOST_TEST(t.lives(linked));
  BOOST_TEST(t.lives(somebody));
  auto rotation = t.w.rotation("refresh 1", "next");
  BOOST_TEST((t.store.rotate_refresh(rotation)->outcome == store::RotateOutcome::ended));
  BOOST_TEST(t.w.number("SELECT count(*) FROM audit WHERE event = 'told_logout' AND user_id = " + std::to_string(tokens.who.user.id)) == 1);
  BOOST_TEST(t.log_out("op", "1") == 0);  // nobody there: no error, and no row
  BOOST_TEST(t.log_out("op", "nobody") == 0);
  BOOST_TEST(t.w.number("SELECT count(*) FROM audit WHERE event = 'told_logout'") == 1);
}

BOOST_DATA_TEST_CASE(a_logout_by_sid_ends_that_session_of_that_issuer_alone, databases(), database) {
  Told t{database};
  const auto one = t.enter("op", "1", "s1"), two = t.enter("op", "1", "s2"), elsewhere = t.enter("other", "1", "s1");
  const auto without = t.enter("op", "1", "");
  BOOST_TEST(t.log_out("op", "7", "s1") == 0);  // of another user
  BOOST_TEST(t.log_out("evil", "", "s1") == 0);
  BOOST_TEST(t.log_out("op", "", "s1") == 1);
  BOOST_TEST(!t.lives(one));
  BOOST_TEST(t.lives(two));
  BOOST_TEST(t.lives(elsewhere));
  BOOST_TEST(t.lives(without));
  BOOST_TEST(t.log_out("op", "1", "s2") == 1);
  BOOST_TEST(t.lives(without));
}

BOOST_DATA_TEST_CASE(a_token_works_once_and_is_swept_when_it_is_good_for_nothing, databases(), database) {
  Told t{database};
  const store::SeenToken token{"hash", t.w.clock.now() + 60s};
  t.enter("op", "1");
  const store::ToldLogout logout{{"p", "op", "", ""}, "1", ""};
  BOOST_TEST(!t.store.told_logout(logout, &token)->repeated);
  const auto later = t.enter("op", "1");
  const auto again = *t.store.told_logout(logout, &token);
  BOOST_TEST(again.repeated);
  BOOST_TEST(again.sessions == 0);
  BOOST_TEST(t.lives(later));
  BOOST_TEST(*t.store.sweep_seen_tokens() == 0);
  t.w.clock.tick(60s);
  BOOST_TEST(*t.store.sweep_seen_tokens() == 1);
}

BOOST_DATA_TEST_CASE(of_parallel_processes_one_acts_on_a_token, databases(), database) {
  const auto place = database.make();
  { World first{*place}; }
  auto shared = shared_memory();
  const bool all = in_processes(4, *shared, [&](int i) {
    World w{*place, static_cast<std::uint64_t>(i) + 2};
    const store::SeenToken token{"hash", w.clock.now() + 60s};
    const auto told = w.store.told_logout({{"p", "op", "", ""}, "1", ""}, &token);
    if (!told) return false;
    if (!told->repeated) ++shared->count[0];
    return true;
  });
  BOOST_TEST(all);
  BOOST_TEST(shared->count[0] == 1);
}

BOOST_DATA_TEST_CASE(what_is_told_of_an_account_is_done_to_it_alone, databases(), database) {
  Told t{database};
  const auto mine = t.enter("op", "1"), linked = t.enter("other", "1"), somebody = t.enter("op", "7");
  auto account = Told::about("1");
  account.end_sessions = true;
  const auto told = t.tell(account);
  BOOST_TEST(told.sessions == 1);
  BOOST_TEST(told.accounts == 1);
  BOOST_TEST(!t.lives(mine));
  BOOST_TEST(t.lives(linked));
  BOOST_TEST(t.lives(somebody));
  account.end_all = true;
  BOOST_TEST(t.tell(account).sessions == 1);
  BOOST_TEST(!t.lives(linked));
  BOOST_TEST(t.lives(somebody));
  BOOST_TEST(t.tell(Told::about("nobody")).accounts == 0);
  BOOST_TEST(t.tell(account, "evil").accounts == 0);
  BOOST_TEST(t.w.number("SELECT count(*) FROM audit WHERE event = 'told_account' AND outcome = 'something'") == 2);
}

BOOST_DATA_TEST_CASE(a_session_can_be_told_of_without_its_user, databases(), database) {
  Told t{database};
  const auto one = t.enter("op", "1", "s1"), two = t.enter("op", "1", "s2");
  store::ToldAccount account;
  account.idp_sid = "s1";
  BOOST_TEST(t.tell(account).sessions == 0);  // nothing was to end
  account.end_sessions = true;
  BOOST_TEST(t.tell(account).sessions == 1);
  BOOST_TEST(!t.lives(one));
  BOOST_TEST(t.lives(two));
  account.uid = "1";
  account.idp_sid = "s2";
  t.enter("op", "1", "s3");
  BOOST_TEST(t.tell(account).sessions == 1);
}

BOOST_DATA_TEST_CASE(a_disabled_identity_lets_nobody_in_until_it_is_enabled, databases(), database) {
  Told t{database};
  t.enter("op", "1");
  auto account = Told::about("1");
  account.disable = true;
  t.tell(account);
  const auto refused = t.store.sign_in([] {
    auto record = World::login("1", "x");
    record.profile.issuer = "op";
    return record;
  }());
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == base::Code::denied));
  BOOST_TEST(refused.error().say.starts_with("The provider has disabled this account."));
  BOOST_TEST(t.lives(t.enter("other", "1")));
  account.disable = false;
  account.enable = true;
  t.tell(account);
  BOOST_TEST(t.lives(t.enter("op", "1")));
}

BOOST_DATA_TEST_CASE(an_account_that_is_gone_is_unlinked_or_disabled_and_its_user_stays, databases(), database) {
  Told t{database};
  const auto mine = t.enter("op", "1");
  t.enter("other", "1");
  auto account = Told::about("1");
  account.end_sessions = account.unlink = true;
  t.tell(account);
  BOOST_TEST((*t.store.identities(mine.who.user.id)).size() == 1u);
  t.tell(account, "other");  // the last way in
  BOOST_TEST((*t.store.identities(mine.who.user.id)).size() == 1u);
  BOOST_TEST(t.w.number("SELECT count(*) FROM identities WHERE disowned = 1") == 1);
  BOOST_TEST((*t.store.find_user(mine.who.user.id))->active);
}

BOOST_DATA_TEST_CASE(a_disabled_identity_is_no_other_way_in, databases(), database) {
  Told t{database};
  const auto mine = t.enter("op", "1");
  t.enter("other", "1");
  auto account = Told::about("1");
  account.disable = true;
  t.tell(account);
  account.disable = false;
  account.unlink = true;
  t.tell(account, "other");
  BOOST_TEST((*t.store.identities(mine.who.user.id)).size() == 2u);
}

BOOST_DATA_TEST_CASE(an_address_that_is_gone_is_matched_by_no_more, databases(), database) {
  Told t{database};
  const auto mine = t.enter("op", "1");
  t.enter("other", "1");
  auto account = Told::about("1");
  account.address_gone = true;
  t.tell(account);
  BOOST_TEST((*t.store.find_user(mine.who.user.id))->email_verified);  // the other identity still stands for it
  t.tell(account, "other");
  const auto user = **t.store.find_user(mine.who.user.id);
  BOOST_TEST(!user.email_verified);
  BOOST_TEST(user.email == "ann@example.org");
  BOOST_TEST(t.w.number("SELECT count(*) FROM users WHERE email_match <> ''") == 0);
  BOOST_TEST(t.w.number("SELECT count(*) FROM identities WHERE email_verified = 1") == 0);
}

BOOST_DATA_TEST_CASE(an_account_is_found_by_its_verified_address, databases(), database) {
  Told t{database};
  const auto mine = t.enter("op", "1"), unproven = t.enter("op", "7");
  store::ToldAccount account;
  account.email = "ann@example.org";
  account.end_sessions = true;
  BOOST_TEST(t.tell(account, "evil").accounts == 0);
  BOOST_TEST(t.tell(account).accounts == 1);
  BOOST_TEST(!t.lives(mine));
  BOOST_TEST(t.lives(unproven));
  account.email = "";
  BOOST_TEST(t.tell(account).accounts == 0);
}

BOOST_DATA_TEST_CASE(the_providers_tokens_can_be_dropped, databases(), database) {
  Told t{database};
  const auto mine = t.enter("op", "1"), other = t.enter("other", "1");
  for (const auto& login : {mine, other}) {
    const auto kept = t.w.main->write([&](store::Tx& tx) -> base::Status {
      const auto done = tx.run("INSERT INTO provider_tokens (identity_id, sealed) VALUES ($1, $2)", {login.who.identity, store::Blob{"x"}});
      if (!done) return done.error();
      return base::ok;
    });
    BOOST_REQUIRE(bool{kept});
  }
  auto account = Told::about("1");
  account.drop_tokens = true;
  t.tell(account);
  BOOST_TEST(t.w.number("SELECT count(*) FROM provider_tokens") == 1);
  BOOST_TEST(t.w.number("SELECT identity_id FROM provider_tokens") == other.who.identity);
}

BOOST_DATA_TEST_CASE(the_application_is_told_where_it_listens, databases(), database) {
  Told t{database};
  const auto mine = t.enter("op", "1");
  auto account = Told::about("1");
  account.disable = true;
  t.tell(account);
  BOOST_TEST(t.w.number("SELECT count(*) FROM outbox") == 0);
  store::Store listening{*t.w.main, *t.w.flows, t.w.clock, t.w.random, true};
  account.what = "disabled";
  const store::Telling telling{{"p", "op", "", ""}, {"j", t.w.clock.now() + 60s}, {account}};
  BOOST_TEST(listening.told_accounts(telling)->accounts == 1);
  BOOST_TEST(listening.told_accounts(telling)->repeated);
  const auto payload = "{\"user\":" + std::to_string(mine.who.user.id) + ",\"identity\":" + std::to_string(mine.who.identity) +
                       ",\"provider\":\"p\",\"uid\":\"1\",\"what\":\"disabled\",\"at\":1700000000}";
  auto& world = t.w;
  const auto count = [&world](const std::string& where) { return world.number("SELECT count(*) FROM outbox WHERE " + where); };
  BOOST_TEST(count("event = 'identity.told' AND payload = '" + payload + "'") == 1);
  // Unlinked it is told as if the user had done it; what is only switched off is not.
  t.enter("other", "1");
  account.disable = false;
  account.unlink = true;
  BOOST_TEST(listening.told_accounts({{"p", "other", "", ""}, {"k", t.w.clock.now() + 60s}, {account}})->accounts == 1);
  BOOST_TEST(count("event = 'user.unlinked'") == 0);
  account.unlink = false;
  account.enable = true;
  BOOST_TEST(listening.told_accounts({{"p", "other", "", ""}, {"l", t.w.clock.now() + 60s}, {account}})->accounts == 1);
  account.enable = false;
  account.unlink = true;
  BOOST_TEST(listening.told_accounts({{"p", "op", "", ""}, {"m", t.w.clock.now() + 60s}, {account}})->accounts == 1);
  BOOST_TEST(count("event = 'user.unlinked'") == 1);
}

BOOST_DATA_TEST_CASE(an_id_token_is_kept_with_its_session, databases(), database) {
  Told t{database};
  auto record = World::login("1", "r");
  record.session.id_token = std::string("sealed\0bytes", 12);
  const auto done = *t.store.sign_in(record);
  BOOST_TEST(*t.store.kept_id_token(done.session) == record.session.id_token);
  BOOST_TEST(*t.store.kept_id_token(done.session + 1) == "");
  BOOST_TEST(*t.store.kept_id_token(t.enter("op", "1").session) == "");
}

BOOST_DATA_TEST_CASE(a_spent_token_is_remembered_until_it_would_have_ended, databases(), database) {
  Told t{database};
  const store::SeenToken token{std::string("h\0sh", 4), t.w.clock.now() + 60s};
  BOOST_TEST(!*t.store.token_spent(token));
  BOOST_TEST(bool{t.store.spend_token(token)});
  BOOST_TEST(bool{t.store.spend_token(token)});  // once more changes nothing
  BOOST_TEST(*t.store.token_spent(token));
  BOOST_TEST(!*t.store.token_spent({"another", token.expires}));
  t.w.clock.t += 60s;
  BOOST_TEST(*t.store.sweep_seen_tokens() == 1);
  BOOST_TEST(!*t.store.token_spent(token));
}

BOOST_AUTO_TEST_SUITE_END()
