// Users brought along from elsewhere: what is here is never changed, and what cannot come along is refused alone.
#include "store/import.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "conformance/world.h"

using namespace conformance;
using store::Fate;

namespace {

const base::Time kJoined{std::chrono::seconds{1'500'000'000}};

store::ImportUser person(std::int64_t id, const std::string& username, std::vector<store::ImportIdentity> identities = {}) {
  store::ImportUser row;
  row.user.id = id;
  row.user.username = username;
  row.user.email = username + "@x.example";
  row.user.email_verified = true;  // whoever says so: it does not count
  row.user.created = kJoined;
  row.identities = std::move(identities);
  return row;
}

store::ImportIdentity way(std::int64_t id, const std::string& uid, const std::string& issuer = "github") {
  return {id, "github", issuer, uid, kJoined, kJoined + std::chrono::seconds{5}, {}};
}

std::string fate(const store::Verdict& verdict) {
  return verdict.fate == Fate::added ? "added" : verdict.fate == Fate::same ? "same" : verdict.why;
}

/// "USER: IDENTITY IDENTITY", a line for each.
std::string import(World& w, std::vector<store::ImportUser> rows, store::Rehearsal* rehearsal = nullptr) {
  const auto done = w.store.import_users(rows, rehearsal);
  if (!done) return done.error().detail;
  std::string out;
  for (const auto& row : rows) {
    out += fate(row.verdict) + ":";
    for (const auto& identity : row.identities) out += " " + fate(identity.verdict);
    out += "\n";
  }
  return out;
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_import)

BOOST_DATA_TEST_CASE(ids_are_kept_and_a_login_finds_the_user, databases(), database) {
  FreshWorld f{database};
  BOOST_TEST(import(f.w, {person(41, "anna", {way(7, "1")}), person(90, "bert")}) == "added: added\nadded:\n");
  const auto done = f.w.store.sign_in(World::login("1", "a"));
  BOOST_REQUIRE(done);
  BOOST_TEST(done->who.user.id == 41);
  BOOST_TEST(done->who.user.username == "anna");
  BOOST_TEST((done->who.user.created == kJoined));
  BOOST_TEST(done->who.identity == 7);
  BOOST_TEST(f.w.store.sign_in(World::login("2", "b"))->who.user.id == 91);  // after the highest
}

BOOST_DATA_TEST_CASE(an_imported_address_is_not_verified, databases(), database) {
  FreshWorld f{database};
  import(f.w, {person(1, "anna")});
  auto login = World::login("9", "a");
  login.profile.email = "anna@x.example";
  login.profile.email_verified = true;
  login.rules.link_by_verified_email = true;
  BOOST_TEST(f.w.store.sign_in(login)->who.user.id == 2);
  BOOST_TEST(f.w.number("SELECT email_verified FROM users WHERE id = 1") == 0);
}

BOOST_DATA_TEST_CASE(a_second_time_nothing_happens, databases(), database) {
  FreshWorld f{database};
  const std::vector<store::ImportUser> rows{person(1, "anna", {way(1, "1"), way(2, "2")})};
  BOOST_TEST(import(f.w, rows) == "added: added added\n");
  BOOST_TEST(import(f.w, rows) == "same: same same\n");
  BOOST_TEST(import(f.w, {person(1, "renamed meanwhile", {way(3, "3")})}) == "same: added\n");
  BOOST_TEST(f.w.number("SELECT count(*) FROM users") == 1);
}

BOOST_DATA_TEST_CASE(conflicts_are_named_and_change_nothing, databases(), database) {
  FreshWorld f{database};
  BOOST_REQUIRE(f.w.store.sign_in(World::login("1", "a")));  // user 1, "user-1"
  auto other = person(1, "user-1", {way(1, "5")});           // the same name even, but not made at the same time
  BOOST_TEST(import(f.w, {other}) == "id 1 belongs to another user here, \"user-1\": its user is not imported\n");
  BOOST_TEST(import(f.w, {person(2, "user-1", {way(1, "5")})}) == "its username is that of user 1 here: its user is not imported\n");
  BOOST_TEST(import(f.w, {person(3, "new", {way(1, "1"), way(1, "6")})}) == "added: this person is known here as user 1 added\n");
  BOOST_TEST(f.w.number("SELECT count(*) FROM identities WHERE user_id = 1") == 1);
  BOOST_TEST(f.w.number("SELECT count(*) FROM identities WHERE id = 1 AND user_id = 1") == 1);  // whose number it was keeps it
}

BOOST_DATA_TEST_CASE(who_asks_may_refuse, databases(), database) {
  FreshWorld f{database};
  auto row = person(1, "anna", {way(1, "1")}), second = person(2, "bert", {way(2, "2")});
  row.verdict.why = "not this one";
  second.identities[0].verdict.why = "nor that";
  BOOST_TEST(import(f.w, {row, second}) == "not this one: its user is not imported\nadded: nor that\n");
}

BOOST_DATA_TEST_CASE(a_rehearsal_tells_the_same_and_writes_nothing, databases(), database) {
  FreshWorld f{database};
  const std::vector<store::ImportUser> rows{person(1, "anna", {way(1, "1")}), person(2, "anna"),
                                            person(3, "cleo", {way(2, "1"), way(3, "1", "x")})};
  store::Rehearsal rehearsal;
  const auto told = import(f.w, rows, &rehearsal);
  BOOST_TEST(f.w.number("SELECT count(*) FROM users") == 0);
  BOOST_TEST(told == "added: added\nits username is that of user 1 here:\nadded: this person is known here as user 1 added\n");
  BOOST_TEST(import(f.w, {person(9, "cleo")}, &rehearsal) == "its username is that of user 3 here:\n");  // across slices too
  BOOST_TEST(import(f.w, rows) == told);
}

BOOST_DATA_TEST_CASE(given_ids_stay_given, databases(), database) {
  FreshWorld f{database};
  import(f.w, {person(5, "anna")});
  BOOST_REQUIRE(f.w.store.reserve_user_ids(20));
  BOOST_REQUIRE(f.w.store.reserve_user_ids(7));
  BOOST_TEST(f.w.number("SELECT count(*) FROM users") == 1);
  BOOST_TEST(f.w.store.sign_in(World::login("1", "a"))->who.user.id == 21);
  BOOST_REQUIRE(f.w.store.reserve_user_ids(0));
  BOOST_REQUIRE(f.w.store.reserve_user_ids(21));
  BOOST_TEST(f.w.store.sign_in(World::login("2", "b"))->who.user.id == 22);
}

BOOST_DATA_TEST_CASE(an_id_that_would_be_the_last_is_refused, databases(), database) {
  FreshWorld f{database};
  const auto said = std::string{"its id is not between 1 and 9007199254740991:\n"};
  for (const std::int64_t id : {INT64_MAX, std::int64_t{1} << 53, std::int64_t{0}, std::int64_t{-1}})
    BOOST_TEST(import(f.w, {person(id, "anna")}) == said);
  BOOST_REQUIRE(f.w.store.reserve_user_ids(INT64_MAX));
  BOOST_TEST(import(f.w, {person(1, "bert", {way(INT64_MAX, "1")})}) == "added: added\n");
  BOOST_TEST(f.w.number("SELECT max(id) FROM identities") == 1);
  BOOST_TEST(f.w.store.sign_in(World::login("2", "b"))->who.user.id == 2);  // new people still come in
}

BOOST_DATA_TEST_CASE(who_was_deleted_is_known, databases(), database) {
  FreshWorld f{database};
  import(f.w, {person(5, "anna"), person(6, "bert")});
  BOOST_REQUIRE(f.w.store.delete_user(5));
  BOOST_TEST(*f.w.store.deleted_users() == std::vector<std::int64_t>{5});
}

struct Name {
  const char* why;
  std::string name;
  bool fine;
};
std::ostream& operator<<(std::ostream& os, const Name& name) { return os << name.why; }
const Name names[] = {{"plain", "anna", true},
                      {"Django's characters", "a@b.c+d-e_f", true},
                      {"letters of any alphabet", "Ünïcödé-名前", true},
                      {"a space", "anna b", true},
                      {"none", "", false},
                      {"150 characters of two bytes", repeated("é", 150), true},
                      {"151", std::string(151, 'x'), false},
                      {"line feed: a header's end", "a\nb", false},
                      {"DEL", "a\x7f", false},
                      {"C1: a terminal's command", "a\xc2\x9b", false},
                      {"zero", std::string("a\0b", 3), false},
                      {"no UTF-8", "\xff", false}};
BOOST_DATA_TEST_CASE(usernames_are_kept_to_the_byte_or_refused, boost::unit_test::data::make(names), row) {
  BOOST_TEST(bool{store::importable_username(row.name)} == row.fine);
}

BOOST_AUTO_TEST_SUITE_END()
