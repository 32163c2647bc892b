// The store's contract for users: an identity is (issuer, uid) in bytes, e-mail links only by rule, and a login is all or nothing.
#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <utility>

#include "conformance/world.h"

using namespace conformance;
using namespace std::chrono_literals;

namespace {

/// A login that must succeed.
store::LoginDone enter(World& w, const store::LoginRecord& record) {
  auto done = w.store.sign_in(record);
  if (!done) BOOST_FAIL("sign_in: " + done.error().detail);
  return *done;
}

store::LoginRecord with_email(const std::string& uid, const std::string& email, bool verified) {
  auto r = World::login(uid, "hash " + uid + email);
  r.profile.email = email;
  r.profile.email_verified = verified;
  return r;
}

std::string say_of(const base::Result<store::LoginDone>& result) {
  return result || result.error().code != base::Code::denied ? "not denied" : result.error().say;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_accounts)

BOOST_DATA_TEST_CASE(a_first_login_makes_a_user_and_the_next_finds_it, databases(), database) {
  FreshWorld f{database};
  auto record = with_email("7", "ann@example.org", true);
  record.profile.name = "Ann Lee";
  record.profile.first_name = "Ann";
  record.profile.last_name = "Lee";
  record.profile.picture = "https://pic.example/7";
  const auto first = enter(f.w, record);
  BOOST_TEST(first.who.created);
  record.session.refresh_hash = "second";
  const auto second = enter(f.w, record);
  BOOST_TEST(!second.who.created);
  BOOST_TEST((second.who.user == first.who.user));
  BOOST_TEST(second.who.identity == first.who.identity);
  BOOST_TEST(second.session != first.session);
  const auto user = *f.w.store.find_user(first.who.user.id);
  BOOST_REQUIRE(user.has_value());
  BOOST_TEST((*user == first.who.user));
  BOOST_TEST(user->username == "user-7");
  BOOST_TEST(user->name == "Ann Lee");
  BOOST_TEST(user->email_verified);
  BOOST_TEST(user->active);
  BOOST_TEST((user->created == f.w.clock.now()));
}

BOOST_DATA_TEST_CASE(an_identity_is_its_bytes, databases(), database) {
  FreshWorld f{database};
  int n = 0;
  std::vector<std::int64_t> users;
  for (const char* uid : {"abc", "ABC", "abc ", "abç", "abc%", "0", "00"})
    users.push_back(enter(f.w, World::login(uid, std::to_string(++n))).who.user.id);
  auto other = World::login("abc", "other issuer");
  other.profile.issuer = "https://github";
  users.push_back(enter(f.w, other).who.user.id);
  std::sort(users.begin(), users.end());
  BOOST_TEST((std::unique(users.begin(), users.end()) == users.end()));
}

BOOST_DATA_TEST_CASE(an_identity_without_bytes_is_refused, databases(), database) {
  FreshWorld f{database};
  auto no_uid = World::login("", "a"), no_issuer = World::login("1", "b");
  no_issuer.profile.issuer = "";
  auto zero = World::login(std::string("1\0x", 3), "c");
  for (const auto& bad : {no_uid, no_issuer, zero, World::login(std::string(1025, 'u'), "d")}) {
    const auto done = f.w.store.sign_in(bad);
    BOOST_REQUIRE(!done);
    BOOST_TEST((done.error().code == base::Code::bad_request));
  }
  BOOST_TEST(*f.w.store.count_users() == 0);
}

BOOST_DATA_TEST_CASE(a_taken_username_gets_a_number, databases(), database) {
  FreshWorld f{database};
  std::vector<std::string> names;
  for (int i = 1; i <= 11; ++i) {
    auto one = World::login(std::to_string(i), std::to_string(i));
    one.profile.username = "ann";
    names.push_back(enter(f.w, one).who.user.username);
  }
  const std::vector<std::string> readable{"ann", "ann2", "ann3", "ann4", "ann5", "ann6", "ann7", "ann8", "ann9"};
  BOOST_TEST((std::vector(names.begin(), names.begin() + 9) == readable));
  for (const auto* name : {&names[9], &names[10]}) {  // of many, six digits of chance
    BOOST_TEST(name->size() == 10u);
    BOOST_TEST(name->substr(0, 4) == "ann-");
    BOOST_TEST(name->find_first_not_of("0123456789", 4) == name->npos);
  }
  BOOST_TEST(names[9] != names[10]);
}

BOOST_DATA_TEST_CASE(a_username_stays_whatever_the_provider_calls_its_user_later, databases(), database) {
  FreshWorld f{database};
  auto one = World::login("1", "a");
  one.profile.username = "ann";
  enter(f.w, one);
  one.profile.username = "anne";
  one.session.refresh_hash = "b";
  BOOST_TEST(enter(f.w, one).who.user.username == "ann");
}

BOOST_DATA_TEST_CASE(usernames_that_differ_in_case_are_two_as_in_django, databases(), database) {
  FreshWorld f{database};
  for (const char* name : {"ann", "Ann"}) {
    auto r = World::login(name, name);
    r.profile.username = name;
    BOOST_TEST(enter(f.w, r).who.user.username == name);
  }
}

BOOST_DATA_TEST_CASE(the_database_itself_holds_an_identity_once, databases(), database) {
  FreshWorld f{database};
  enter(f.w, World::login("1", "a"));
  const auto again = f.w.main->write([](store::Tx& tx) -> base::Status {
    const auto done = tx.run(
        "INSERT INTO identities (user_id, provider, issuer, uid, username, email, email_verified, name, picture, created, used) "
        "SELECT user_id, 'other', issuer, uid, username, email, email_verified, name, picture, created, used FROM identities",
        {});
    if (!done) return done.error();
    return base::ok;
  });
  BOOST_REQUIRE(!again);
  BOOST_TEST((again.error().code == base::Code::conflict));
}

BOOST_DATA_TEST_CASE(a_login_refreshes_the_identity_and_fills_only_what_the_user_lacks, databases(), database) {
  FreshWorld f{database};
  auto record = World::login("1", "a");
  const auto user = enter(f.w, record).who.user.id;
  f.w.clock.tick(1h);
  record = with_email("1", "ann@example.org", false);
  record.profile.name = "Ann";
  enter(f.w, record);
  record = with_email("1", "new@example.org", true);
  record.profile.name = "Ann Lee";
  enter(f.w, record);
  const auto found = **f.w.store.find_user(user);
  BOOST_TEST(found.email == "ann@example.org");  // the first one told
  BOOST_TEST(!found.email_verified);             // the verified one is another
  BOOST_TEST(found.name == "Ann");
  const auto identity = f.w.store.identities(user)->at(0);
  BOOST_TEST(identity.email == "new@example.org");
  BOOST_TEST(identity.email_verified);
  BOOST_TEST(identity.name == "Ann Lee");
  BOOST_TEST((identity.used - identity.created == 1h));
}

BOOST_DATA_TEST_CASE(an_email_that_is_verified_later_is_verified, databases(), database) {
  FreshWorld f{database};
  const auto user = enter(f.w, with_email("1", "ann@example.org", false)).who.user.id;
  auto again = with_email("1", "ann@example.org", true);
  again.session.refresh_hash = "again";
  enter(f.w, again);
  BOOST_TEST((**f.w.store.find_user(user)).email_verified);
  auto other = with_email("2", "Ann@Example.org", true);
  other.rules.link_by_verified_email = true;
  BOOST_TEST(enter(f.w, other).who.user.id == user);
}

BOOST_DATA_TEST_CASE(an_unverified_email_that_a_later_login_brings_links_to_nobody, databases(), database) {
  FreshWorld f{database};
  enter(f.w, World::login("1", "no e-mail yet"));
  enter(f.w, with_email("1", "ann@example.org", false));
  auto other = with_email("2", "ann@example.org", true);
  other.rules.link_by_verified_email = true;
  BOOST_TEST(enter(f.w, other).who.created);
}

struct LinkRow {
  const char* why;
  const char* theirs;
  bool theirs_verified;
  const char* ours;
  bool ours_verified, rule, linked;
};
std::ostream& operator<<(std::ostream& os, const LinkRow& r) { return os << r.why; }
const LinkRow kLinks[] = {
    {"both verified, rule on", "ann@example.org", true, "ann@example.org", true, true, true},
    {"ASCII case aside", "Ann@Example.ORG", true, "ann@example.org", true, true, true},
    {"rule off", "ann@example.org", true, "ann@example.org", true, false, false},
    {"the account's e-mail is not verified: an impostor may have made it", "ann@example.org", false, "ann@example.org", true, true, false},
    {"the new identity's e-mail is not verified", "ann@example.org", true, "ann@example.org", false, true, false},
    {"no e-mail at all", "", true, "", true, true, false},
    {"another e-mail", "ann@example.org", true, "anna@example.org", true, true, false},
    {"two @", "a@b@example.org", true, "a@b@example.org", true, true, false},
    {"a comma", "a,b@example.org", true, "a,b@example.org", true, true, false},
    {"a line end", "ann@example.org\n", true, "ann@example.org\n", true, true, false},
    {"not ASCII: Kelvin sign", "\xe2\x84\xaa@example.org", true, "k@example.org", true, true, false},
    {"not ASCII on both sides", "\xc3\xa4@example.org", true, "\xc3\xa4@example.org", true, true, false},
};

BOOST_DATA_TEST_CASE(email_links_only_when_both_are_verified_and_the_rule_says_so, databases() * boost::unit_test::data::make(kLinks),
                     database, row) {
  FreshWorld f{database};
  const auto first = enter(f.w, with_email("1", row.theirs, row.theirs_verified));
  auto record = with_email("2", row.ours, row.ours_verified);
  record.rules.link_by_verified_email = row.rule;
  const auto second = enter(f.w, record);
  BOOST_TEST((second.who.user.id == first.who.user.id) == row.linked);
  BOOST_TEST(second.who.created != row.linked);
  BOOST_TEST(f.w.store.identities(first.who.user.id)->size() == (row.linked ? 2u : 1u));
}

BOOST_DATA_TEST_CASE(two_users_with_one_verified_email_link_to_neither, databases(), database) {
  FreshWorld f{database};
  enter(f.w, with_email("1", "ann@example.org", true));
  enter(f.w, with_email("2", "ann@example.org", true));
  auto record = with_email("3", "ann@example.org", true);
  record.rules.link_by_verified_email = true;
  BOOST_TEST(enter(f.w, record).who.created);
}

BOOST_DATA_TEST_CASE(an_email_outside_the_domains_lets_nobody_in, databases(), database) {
  FreshWorld f{database};
  const auto known = enter(f.w, with_email("1", "ann@other.example", true));
  for (const auto& uid : {"1", "2"}) {  // known and new
    auto record = with_email(uid, "ann@other.example", true);
    record.session.refresh_hash = std::string("again") + uid;
    record.rules.allowed_domains = {"example.org"};
    BOOST_TEST(say_of(f.w.store.sign_in(record)) ==
               "Your e-mail address is not allowed to sign in here. Use an account with a verified address that is.");
  }
  BOOST_TEST(*f.w.store.count_users() == 1);
  BOOST_TEST(*f.w.store.count_sessions() == 1);
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE event = 'login_refused'") == 2);
  BOOST_TEST(known.who.created);
}

BOOST_DATA_TEST_CASE(without_create_users_only_the_known_enter, databases(), database) {
  FreshWorld f{database};
  enter(f.w, with_email("1", "ann@example.org", true));
  auto record = World::login("1", "again");
  record.rules.create_users = false;
  BOOST_TEST(!enter(f.w, record).who.created);
  auto stranger = World::login("2", "stranger");
  stranger.rules.create_users = false;
  BOOST_TEST(say_of(f.w.store.sign_in(stranger)) ==
             "There is no account for this sign-in, and new ones are not made here. Ask whoever runs this site for one.");
  BOOST_TEST(*f.w.store.count_users() == 1);
  auto linked = with_email("3", "ann@example.org", true);
  linked.rules = {.create_users = false, .link_by_verified_email = true};
  BOOST_TEST(!enter(f.w, linked).who.created);
}

BOOST_DATA_TEST_CASE(a_disabled_user_gets_no_session, databases(), database) {
  FreshWorld f{database};
  const auto first = enter(f.w, with_email("1", "ann@example.org", true));
  BOOST_REQUIRE(f.w.store.set_active(first.who.user.id, false));
  BOOST_TEST((**f.w.store.find_session(first.session)).ended);
  BOOST_TEST(say_of(f.w.store.sign_in(World::login("1", "again"))) == "User account is disabled.");
  auto linked = with_email("2", "ann@example.org", true);
  linked.rules.link_by_verified_email = true;
  BOOST_TEST(say_of(f.w.store.sign_in(linked)) == "User account is disabled.");
  BOOST_TEST(*f.w.store.count_sessions() == 0);
  BOOST_REQUIRE(f.w.store.set_active(first.who.user.id, true));
  enter(f.w, World::login("1", "again"));
  BOOST_TEST((**f.w.store.find_session(first.session)).ended);  // what was ended stays ended
}

BOOST_DATA_TEST_CASE(a_deleted_user_is_gone_with_all_data_and_the_id_never_comes_back, databases(), database) {
  FreshWorld f{database};
  const auto done = enter(f.w, with_email("1", "ann@example.org", true));
  const auto user = done.who.user.id;
  BOOST_REQUIRE(f.w.store.delete_user(user));
  BOOST_TEST(!f.w.store.find_user(user)->has_value());
  BOOST_TEST(!f.w.store.find_session(done.session)->has_value());
  for (const char* table : {"users", "identities", "sessions", "refresh_tokens"})
    BOOST_TEST(f.w.number(std::string{"SELECT count(*) FROM "} + table) == 0);
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE event = 'login'") == 0);
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE event = 'user_deleted'") == 1);
  const auto again = enter(f.w, with_email("1", "ann@example.org", true));
  BOOST_TEST(again.who.user.id > user);
  BOOST_TEST(again.session > done.session);
}

/// Passes everything on, and does something else just before the next write.
struct Meanwhile final : store::Db {
  store::Db& db;
  std::function<void()> before_write;
  explicit Meanwhile(store::Db& inner) : db(inner) {}
  base::Status read(const store::Work& work) override { return db.read(work); }
  base::Status write(const store::Work& work) override {
    if (const auto now = std::exchange(before_write, nullptr)) now();
    return db.write(work);
  }
};

BOOST_DATA_TEST_CASE(a_login_while_its_user_is_being_deleted_leaves_no_trace, databases(), database) {
  FreshWorld f{database};
  const auto user = enter(f.w, World::login("1", "a")).who.user.id;
  Meanwhile main{*f.w.main};
  main.before_write = [&] { enter(f.w, World::login("1", "b")); };
  store::Store store{main, *f.w.flows, f.w.clock, f.w.random};
  BOOST_REQUIRE(store.delete_user(user));
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE event = 'login'") == 0);
  BOOST_TEST(*f.w.store.count_sessions() == 0);
}

BOOST_DATA_TEST_CASE(unknown_users_are_not_found, databases(), database) {
  FreshWorld f{database};
  BOOST_TEST(!f.w.store.find_user(1)->has_value());
  BOOST_TEST(f.w.store.identities(1)->empty());
  BOOST_TEST((f.w.store.delete_user(1).error().code == base::Code::not_found));
  BOOST_TEST((f.w.store.set_active(1, false).error().code == base::Code::not_found));
}

BOOST_DATA_TEST_CASE(identities_come_last_used_first, databases(), database) {
  FreshWorld f{database};
  auto github = with_email("1", "ann@example.org", true), google = with_email("2", "ann@example.org", true);
  google.profile.provider = google.profile.issuer = "google";
  google.rules.link_by_verified_email = true;
  const auto user = enter(f.w, github).who.user.id;
  f.w.clock.tick(1s);
  enter(f.w, google);
  BOOST_TEST(f.w.store.identities(user)->at(0).provider == "google");
  f.w.clock.tick(1s);
  github.session.refresh_hash = "again";
  enter(f.w, github);
  BOOST_TEST(f.w.store.identities(user)->at(0).provider == "github");
}

BOOST_DATA_TEST_CASE(a_login_that_fails_half_way_leaves_nothing, databases(), database) {
  FreshWorld f{database};
  enter(f.w, World::login("1", "same"));
  const auto second = f.w.store.sign_in(World::login("2", "same"));  // the refresh token's hash is there already: the last statement fails
  BOOST_REQUIRE(!second);
  BOOST_TEST((second.error().code == base::Code::conflict));
  BOOST_TEST(*f.w.store.count_users() == 1);
  BOOST_TEST(*f.w.store.count_sessions() == 1);
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit") == 1);
}

BOOST_DATA_TEST_CASE(a_long_user_agent_is_cut_at_a_character, databases(), database) {
  FreshWorld f{database};
  auto record = World::login("1", "a");
  record.session.user_agent = std::string(199, 'x') + "\xc3\xa4 and more";
  const auto session = **f.w.store.find_session(enter(f.w, record).session);
  BOOST_TEST(session.user_agent == std::string(199, 'x'));
}

BOOST_DATA_TEST_CASE(parallel_first_logins_of_one_person_make_one_user, databases(), database) {
  const auto place = database.make();
  { World w{*place}; }
  const auto shared = shared_memory();
  constexpr int kProcesses = 3, kThreads = 4, kPeople = 10;
  const bool good = in_processes(kProcesses, *shared, [&](int process) {
    World w{*place, static_cast<std::uint64_t>(process) * 1'000'000};
    std::atomic<bool> failed = false;
    on_threads(kThreads, [&](int thread) {
      for (int person = 0; person < kPeople; ++person) {
        const auto uid = std::to_string(person);
        auto r = World::login(uid, std::to_string(process) + "/" + std::to_string(thread) + "/" + uid);
        r.profile.username = "ann";
        const auto done = w.store.sign_in(r);
        if (!done) failed = true;
        if (done && done->who.created) ++shared->count[static_cast<std::size_t>(person)];
      }
    });
    return !failed;
  });
  BOOST_TEST(good);
  for (std::size_t i = 0; i < kPeople; ++i) BOOST_TEST(shared->count[i] == 1);
  World w{*place};
  BOOST_TEST(*w.store.count_users() == kPeople);
  BOOST_TEST(w.number("SELECT count(*) FROM identities") == kPeople);
  BOOST_TEST(*w.store.count_sessions() == kProcesses * kThreads * kPeople);
  BOOST_TEST(w.number("SELECT count(*) FROM audit") == kProcesses * kThreads * kPeople);
}

BOOST_AUTO_TEST_SUITE_END()
