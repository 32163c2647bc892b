// The store's contract for what a user changes about themself.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "conformance/world.h"

using namespace conformance;

namespace {

std::int64_t user_of(World& w, const std::string& uid) {
  auto record = World::login(uid, uid);
  record.profile.email = uid + "@example.org";
  record.profile.email_verified = true;
  auto done = w.store.sign_in(record);
  if (!done) BOOST_FAIL("sign_in: " + done.error().detail);
  return done->who.user.id;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_users)

BOOST_DATA_TEST_CASE(what_is_given_is_changed_and_nothing_else, databases(), database) {
  FreshWorld f{database};
  const auto id = user_of(f.w, "ann");
  auto before = **f.w.store.find_user(id);
  const auto changed = f.w.store.change_user({.user = id, .name = "Ann Lee", .first_name = "Ann", .request_id = "r3"});
  BOOST_REQUIRE(changed);
  before.name = "Ann Lee";
  before.first_name = "Ann";
  BOOST_TEST((*changed == before));
  BOOST_TEST((**f.w.store.find_user(id) == before));
  BOOST_TEST((f.w.store.change_user({.user = id, .username = "lee", .last_name = "Lee"})->username == "lee"));
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE event = 'user_changed' AND detail = 'name first_name'") == 1);
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE event = 'user_changed' AND detail = 'username last_name'") == 1);
}

BOOST_DATA_TEST_CASE(a_taken_username_is_refused_and_ones_own_is_not, databases(), database) {
  FreshWorld f{database};
  const auto ann = user_of(f.w, "ann");
  user_of(f.w, "bob");
  const auto taken = f.w.store.change_user({.user = ann, .username = "user-bob", .name = "x"});
  BOOST_REQUIRE(!taken);
  BOOST_TEST((taken.error().code == base::Code::conflict));
  BOOST_TEST(taken.error().say == "A user with that username already exists.");
  BOOST_TEST((**f.w.store.find_user(ann)).name == "");
  BOOST_TEST(bool{f.w.store.change_user({.user = ann, .username = "user-ann"})});
  BOOST_TEST(bool{f.w.store.change_user({.user = ann, .username = "User-bob"})});  // names have a case, as in Django
}

BOOST_DATA_TEST_CASE(nobody_is_changed_who_is_not_there, databases(), database) {
  FreshWorld f{database};
  const auto done = f.w.store.change_user({.user = 7, .name = "x"});
  BOOST_REQUIRE(!done);
  BOOST_TEST((done.error().code == base::Code::not_found));
}

BOOST_DATA_TEST_CASE(of_many_who_want_one_name_at_once_one_gets_it, databases(), database) {
  const auto place = database.make();
  constexpr int kProcesses = 3;
  std::vector<std::int64_t> users;
  {
    World w{*place};
    for (int i = 0; i < kProcesses; ++i) users.push_back(user_of(w, std::to_string(i)));
  }
  const auto shared = shared_memory();
  const bool good = in_processes(kProcesses, *shared, [&](int process) {
    World w{*place, static_cast<std::uint64_t>(process) + 1};
    for (std::size_t n = 0; n < 20; ++n) {
      const auto done = w.store.change_user({.user = users[static_cast<std::size_t>(process)], .username = "name" + std::to_string(n)});
      if (done) ++shared->count[n];
      if (!done && done.error().code != base::Code::conflict) return false;
    }
    return true;
  });
  BOOST_TEST(good);
  World w{*place};
  BOOST_TEST(w.number("SELECT count(DISTINCT username) FROM users") == kProcesses);
}

BOOST_AUTO_TEST_SUITE_END()
