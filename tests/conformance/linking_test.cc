// The store's contract for identities that a user gets and loses: by the linking rule, in one transaction, and never the last way in.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "conformance/world.h"

using namespace conformance;
using namespace std::chrono_literals;

namespace {

store::LoginDone enter(World& w, const store::LoginRecord& record) {
  auto done = w.store.sign_in(record);
  if (!done) BOOST_FAIL("sign_in: " + done.error().detail);
  return *done;
}

store::LoginRecord person(const std::string& uid, const std::string& email = "", bool verified = true,
                          const std::string& provider = "github") {
  auto r = World::login(uid, "hash " + uid + provider);
  r.profile.provider = r.profile.issuer = provider;
  r.profile.email = email;
  r.profile.email_verified = verified;
  return r;
}

store::LinkRecord link_of(std::int64_t user, const store::LoginRecord& record) {
  return {.user = user, .profile = record.profile, .rules = record.rules, .remote_addr = "192.0.2.1", .request_id = "r9"};
}

store::Unlink unlink_of(std::int64_t user, std::int64_t identity) {
  return {.user = user, .identity = identity, .enabled = {"github", "google"}};
}

store::Identity linked(World& w, std::int64_t user, const store::LoginRecord& record) {
  auto done = w.store.link(link_of(user, record));
  if (!done) BOOST_FAIL("link: " + done.error().detail);
  return done->identity;
}

template <class T>
std::string code_of(const base::Result<T>& result) {
  return result ? "ok" : base::name_of(result.error().code);
}

/// The same databases, with somebody who listens.
struct Listened : FreshWorld {
  store::Store store{*w.main, *w.flows, w.clock, w.random, true};
  using FreshWorld::FreshWorld;
  std::string told() {
    std::string out;
    const auto done = w.main->read([&](store::Tx& tx) -> base::Status {
      out.clear();
      const auto rows = tx.run("SELECT event, payload FROM outbox ORDER BY id", {});
      if (!rows) return rows.error();
      for (const auto& row : rows->rows) out += row.text(0) + ' ' + row.text(1) + '\n';
      return base::ok;
    });
    BOOST_REQUIRE(done);
    return out;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_linking)

BOOST_DATA_TEST_CASE(a_linked_identity_signs_in_its_user, databases(), database) {
  FreshWorld f{database};
  const auto user = enter(f.w, person("1", "ann@example.org")).who.user.id;
  const auto other = person("9", "ann.other@example.org", true, "google");
  const auto first = f.w.store.link(link_of(user, other));
  BOOST_REQUIRE(first);
  BOOST_TEST(!first->already);
  BOOST_TEST(first->identity.user == user);
  BOOST_TEST(first->identity.provider == "google");
  BOOST_TEST(first->identity.uid == "9");
  const auto again = f.w.store.link(link_of(user, other));
  BOOST_REQUIRE(again);
  BOOST_TEST(again->already);
  BOOST_TEST(again->identity.id == first->identity.id);
  const auto done = enter(f.w, other);
  BOOST_TEST(done.who.user.id == user);
  BOOST_TEST(!done.who.created);
  BOOST_TEST((**f.w.store.find_user(user)).email == "ann@example.org");  // what is there is not overwritten
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE event = 'linked'") == 2);
}

BOOST_DATA_TEST_CASE(another_users_identity_stays_theirs, databases(), database) {
  FreshWorld f{database};
  const auto ann = enter(f.w, person("1")).who.user.id;
  const auto bob = enter(f.w, person("2")).who;
  const auto taken = f.w.store.link(link_of(ann, person("2")));
  BOOST_TEST(code_of(taken) == "conflict");
  BOOST_TEST(taken.error().say.find("another account") != std::string::npos);
  BOOST_TEST(f.w.store.identities(bob.user.id)->at(0).user == bob.user.id);
  BOOST_TEST(f.w.store.identities(ann)->size() == 1u);
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE event = 'link_refused' AND outcome = 'conflict'") == 1);
}

BOOST_DATA_TEST_CASE(what_could_not_log_in_is_not_linked, databases(), database) {
  FreshWorld f{database};
  const auto user = enter(f.w, person("1", "ann@example.org")).who.user.id;
  auto outside = link_of(user, person("9", "ann@other.example"));
  outside.rules.allowed_domains = {"example.org"};
  BOOST_TEST(code_of(f.w.store.link(outside)) == "denied");
  BOOST_REQUIRE(f.w.store.set_active(user, false));
  BOOST_TEST(code_of(f.w.store.link(link_of(user, person("9")))) == "denied");
  BOOST_TEST(code_of(f.w.store.link(link_of(user + 1, person("9")))) == "not_found");
  auto nobody = person("9");
  nobody.profile.uid = "";
  BOOST_TEST(code_of(f.w.store.link(link_of(user, nobody))) == "bad_request");
  BOOST_TEST(f.w.number("SELECT count(*) FROM identities") == 1);
}

BOOST_DATA_TEST_CASE(an_unlinked_identity_signs_in_nobody_known, databases(), database) {
  FreshWorld f{database};
  const auto user = enter(f.w, person("1")).who.user.id;
  const auto second = linked(f.w, user, person("9", "", true, "google"));
  const auto gone = f.w.store.unlink(unlink_of(user, second.id));
  BOOST_REQUIRE(gone);
  BOOST_TEST(gone->uid == "9");
  BOOST_TEST(enter(f.w, person("9", "", true, "google")).who.created);
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE event = 'unlinked'") == 1);
}

BOOST_DATA_TEST_CASE(what_is_not_theirs_and_the_last_way_in_are_not_unlinked, databases(), database) {
  FreshWorld f{database};
  const auto ann = enter(f.w, person("1")).who, bob = enter(f.w, person("2")).who;
  BOOST_TEST(code_of(f.w.store.unlink(unlink_of(ann.user.id, bob.identity))) == "not_found");
  BOOST_TEST(code_of(f.w.store.unlink(unlink_of(ann.user.id, 999))) == "not_found");
  BOOST_TEST(code_of(f.w.store.unlink(unlink_of(ann.user.id, ann.identity))) == "conflict");
  const auto gone = linked(f.w, ann.user.id, person("9", "", true, "closed"));  // of a provider that is not enabled any more
  BOOST_TEST(code_of(f.w.store.unlink(unlink_of(ann.user.id, ann.identity))) == "conflict");
  BOOST_TEST(code_of(f.w.store.unlink(unlink_of(ann.user.id, gone.id))) == "ok");
  BOOST_TEST(f.w.number("SELECT count(*) FROM identities") == 2);
}

BOOST_DATA_TEST_CASE(of_two_who_unlink_the_last_two_one_is_refused, databases(), database) {
  const auto place = database.make();
  std::vector<std::pair<std::int64_t, std::pair<std::int64_t, std::int64_t>>> people;
  constexpr int kPeople = 20;
  {
    World w{*place};
    for (int i = 0; i < kPeople; ++i) {
      const auto who = enter(w, person(std::to_string(i))).who;
      people.push_back({who.user.id, {who.identity, linked(w, who.user.id, person(std::to_string(i), "", true, "google")).id}});
    }
  }
  const auto shared = shared_memory();
  const bool good = in_processes(2, *shared, [&](int process) {
    World w{*place, static_cast<std::uint64_t>(process) * 1000 + 7};
    for (const auto& [user, ids] : people) {
      const auto done = w.store.unlink(unlink_of(user, process == 0 ? ids.first : ids.second));
      if (done) ++shared->count[0];
      if (!done && done.error().code != base::Code::conflict) return false;
    }
    return true;
  });
  BOOST_TEST(good);
  BOOST_TEST(shared->count[0] == kPeople);
  World w{*place};
  BOOST_TEST(w.number("SELECT count(*) FROM identities") == kPeople);
  BOOST_TEST(w.number("SELECT count(DISTINCT user_id) FROM identities") == kPeople);
}

BOOST_DATA_TEST_CASE(sessions_that_it_began_end_but_for_the_one_that_asks, databases(), database) {
  FreshWorld f{database};
  const auto first = enter(f.w, person("1"));
  const auto user = first.who.user.id;
  const auto second = linked(f.w, user, person("9", "", true, "google"));
  const auto theirs = enter(f.w, person("9", "", true, "google"));
  auto here = person("9", "", true, "google");
  here.session.refresh_hash = "here";
  const auto asking = enter(f.w, here);
  auto record = unlink_of(user, second.id);
  record.keep_session = asking.session;
  BOOST_REQUIRE(f.w.store.unlink(record));
  BOOST_TEST((**f.w.store.find_session(theirs.session)).ended);
  BOOST_TEST(!(**f.w.store.find_session(asking.session)).ended);
  BOOST_TEST(!(**f.w.store.find_session(first.session)).ended);
}

BOOST_DATA_TEST_CASE(an_address_that_nobody_stands_for_any_more_is_not_verified, databases(), database) {
  FreshWorld f{database};
  const auto user = enter(f.w, person("1", "ann@example.org")).who.user.id;
  const auto first = f.w.store.identities(user)->at(0).id;
  linked(f.w, user, person("9", "", true, "google"));
  BOOST_REQUIRE(f.w.store.unlink(unlink_of(user, first)));
  BOOST_TEST((**f.w.store.find_user(user)).email == "ann@example.org");
  BOOST_TEST(!(**f.w.store.find_user(user)).email_verified);
  auto other = person("3", "ann@example.org");
  other.rules.link_by_verified_email = true;
  BOOST_TEST(enter(f.w, other).who.created);
}

BOOST_DATA_TEST_CASE(an_address_that_two_stand_for_stays_verified, databases(), database) {
  FreshWorld f{database};
  const auto user = enter(f.w, person("1", "ann@example.org")).who.user.id;
  const auto first = f.w.store.identities(user)->at(0).id;
  linked(f.w, user, person("9", "Ann@Example.org", true, "google"));
  BOOST_REQUIRE(f.w.store.unlink(unlink_of(user, first)));
  BOOST_TEST((**f.w.store.find_user(user)).email_verified);
}

struct MovedRow {
  const char* why;
  const char* email;
  bool verified;
  const char* then;
  bool then_verified;
};
std::ostream& operator<<(std::ostream& os, const MovedRow& r) { return os << r.why; }
const MovedRow kMoved[] = {
    {"the address moved on: the account's follows", "ann.lee@example.org", true, "ann.lee@example.org", true},
    {"to one that is not verified", "ann.lee@example.org", false, "ann@example.org", false},
    {"it is verified no more", "ann@example.org", false, "ann@example.org", false},
    {"it is not told any more: nothing is taken back", "", false, "ann@example.org", true},
    {"to one that reads in two ways", "ann@example.org,x@example.org", true, "ann@example.org", false},
    {"as before", "Ann@Example.org", true, "ann@example.org", true},
};
BOOST_DATA_TEST_CASE(the_next_owner_of_an_address_does_not_find_the_account_of_the_last, databases() * boost::unit_test::data::make(kMoved),
                     database, row) {
  FreshWorld f{database};
  const auto user = enter(f.w, person("1", "ann@example.org")).who.user.id;
  auto later = person("1", row.email, row.verified);
  later.session.refresh_hash = "later";
  enter(f.w, later);
  const auto found = **f.w.store.find_user(user);
  BOOST_TEST(found.email == row.then);
  BOOST_TEST(found.email_verified == row.then_verified);
  auto next = person("2", "ann@example.org");
  next.rules.link_by_verified_email = true;
  BOOST_TEST(enter(f.w, next).who.created == (std::string{row.then} != "ann@example.org" || !row.then_verified));
}

BOOST_DATA_TEST_CASE(who_merely_claims_an_address_keeps_its_owner_from_nothing, databases(), database) {
  FreshWorld f{database};
  const auto ann = enter(f.w, person("1", "ann@example.org", true, "google")).who.user.id;
  enter(f.w, person("6", "ann@example.org", true, "shady"));  // says that it is verified, and nobody trusts it
  auto other = person("2", "ann@example.org", true, "acme");
  other.rules = {.link_by_verified_email = true, .trusted_providers = {"google", "acme:example.org"}};
  BOOST_TEST(enter(f.w, other).who.user.id == ann);
  auto shady = person("7", "ann@example.org", true, "shady");
  shady.rules = other.rules;
  BOOST_TEST(enter(f.w, shady).who.created);
}

BOOST_DATA_TEST_CASE(an_address_is_verified_by_those_who_are_trusted_today, databases(), database) {
  FreshWorld f{database};
  enter(f.w, person("6", "ann@example.org", true, "shady"));  // when everybody was trusted
  auto other = person("2", "ann@example.org", true, "google");
  other.rules = {.link_by_verified_email = true, .trusted_providers = {"google"}};
  BOOST_TEST(enter(f.w, other).who.created);
}

BOOST_DATA_TEST_CASE(without_create_users_who_proved_an_address_is_told_to_link, databases(), database) {
  FreshWorld f{database};
  enter(f.w, person("1", "ann@example.org"));
  auto other = person("9", "ann@example.org", true, "google");
  other.rules.create_users = false;
  const auto refused = f.w.store.sign_in(other);
  BOOST_TEST(code_of(refused) == "denied");
  BOOST_TEST(refused.error().say.find("Sign in as you did before") != std::string::npos);
  other.profile.email_verified = false;  // nobody else learns who has an account
  BOOST_TEST(f.w.store.sign_in(other).error().say.find("no account") != std::string::npos);
}

BOOST_DATA_TEST_CASE(what_happened_is_told_if_somebody_listens, databases(), database) {
  Listened f{database};
  const auto user = f.store.sign_in(person("a\"b\\c", "ann@example.org"))->who.user.id;
  auto joins = person("9", "ann@example.org", true, "google");
  joins.rules.link_by_verified_email = true;
  BOOST_TEST(f.store.sign_in(joins)->who.user.id == user);
  joins.session.refresh_hash = "again";
  BOOST_REQUIRE(f.store.sign_in(joins));
  const auto third = f.store.link(link_of(user, person("7")));
  BOOST_REQUIRE(f.store.link(link_of(user, person("7"))));
  BOOST_REQUIRE(f.store.unlink(unlink_of(user, third->identity.id)));
  BOOST_REQUIRE(f.store.change_user({.user = user, .name = "Ann"}));
  BOOST_REQUIRE(f.store.delete_user(user));
  const auto id = std::to_string(user), when = ",\"at\":" + std::to_string(f.w.clock.now().time_since_epoch().count()), at = when + "}\n";
  BOOST_TEST(f.told() == "user.created {\"user\":" + id + ",\"provider\":\"github\",\"uid\":\"a\\\"b\\\\c\"" + when +  //
                             R"(,"username":"user-abc","email":"ann@example.org","email_verified":true,"name":""})" + "\n" +
                             "user.linked {\"user\":" + id + ",\"provider\":\"google\",\"uid\":\"9\"" + at + "user.linked {\"user\":" + id +
                             ",\"provider\":\"github\",\"uid\":\"7\"" + at + "user.unlinked {\"user\":" + id +
                             ",\"provider\":\"github\",\"uid\":\"7\"" + at + "user.changed {\"user\":" + id + at +
                             "user.deleted {\"user\":" + id + at);
}

BOOST_DATA_TEST_CASE(nothing_is_told_if_nobody_listens_or_nothing_happened, databases(), database) {
  Listened f{database};
  const auto ann = f.store.sign_in(person("1"))->who.user.id;
  const auto before = f.told();
  auto stranger = person("2");
  stranger.rules.create_users = false;
  BOOST_TEST(!f.store.sign_in(stranger));
  BOOST_TEST(!f.store.unlink(unlink_of(ann, 999)));
  BOOST_TEST(!f.store.change_user({.user = ann + 1, .name = "x"}));
  enter(f.w, person("3"));  // by a store to which nobody listens
  BOOST_TEST(f.told() == before);
}

BOOST_AUTO_TEST_SUITE_END()
