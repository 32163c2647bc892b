// Who is signed in, by session: what the gate and every page of an account stand on.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "conformance/world.h"

using namespace std::chrono_literals;

namespace {

store::LoginRecord with_cookie(const std::string& uid, const std::string& hash) {
  auto record = conformance::World::login(uid, "");
  record.session.cookie_hash = hash;
  record.session.claims = R"({"role":"admin"})";
  record.session.idp_sid = "sid-1";
  record.remote_addr = "192.0.2.1";
  return record;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_signed_in)

BOOST_DATA_TEST_CASE(a_cookie_session_is_found_by_number_and_hash, conformance::databases(), database) {
  conformance::FreshWorld fresh{database};
  auto& store = fresh.w.store;
  const auto done = *store.sign_in(with_cookie("ada", "hash"));
  const auto found = *store.find_signed_in(done.session, "hash");
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->user.id == done.who.user.id);
  BOOST_TEST(found->session.by_cookie);
  BOOST_TEST(found->session.identity == done.who.identity);
  BOOST_TEST(found->session.idp_sid == "sid-1");
  BOOST_TEST(found->session.claims == R"({"role":"admin"})");
  BOOST_TEST(found->session.remote_addr == "192.0.2.1");
  BOOST_TEST(!(*store.find_signed_in(done.session, "another")).has_value());
  BOOST_TEST(!(*store.find_signed_in(done.session + 1, "hash")).has_value());
  BOOST_TEST((*store.find_signed_in(done.session, "")).has_value());
}

BOOST_DATA_TEST_CASE(a_token_session_opens_to_no_cookie, conformance::databases(), database) {
  conformance::FreshWorld fresh{database};
  const auto done = *fresh.w.store.sign_in(conformance::World::login("ada", "refresh"));
  BOOST_TEST(!(*fresh.w.store.find_signed_in(done.session, "refresh")).has_value());
  BOOST_TEST((*fresh.w.store.find_signed_in(done.session, "")).has_value());
}

BOOST_DATA_TEST_CASE(one_that_ended_or_expired_is_gone, conformance::databases(), database) {
  conformance::FreshWorld fresh{database};
  auto& store = fresh.w.store;
  const auto first = *store.sign_in(with_cookie("ada", "a")), second = *store.sign_in(with_cookie("ada", "b"));
  const auto user = first.who.user.id;
  BOOST_TEST((*store.sessions(user)).size() == 2u);
  BOOST_TEST(static_cast<bool>(store.end_user_session(user, first.session)));
  BOOST_TEST(!(*store.find_signed_in(first.session, "a")).has_value());
  BOOST_TEST((store.end_user_session(user, first.session).error().code == base::Code::not_found));
  BOOST_TEST((store.end_user_session(user + 1, second.session).error().code == base::Code::not_found));
  BOOST_TEST((*store.sessions(user)).size() == 1u);
  fresh.w.clock.t = conformance::kFirstExpires;
  BOOST_TEST(!(*store.find_signed_in(second.session, "b")).has_value());
  BOOST_TEST((*store.sessions(user)).empty());
  BOOST_TEST(*store.sweep_sessions() == 2);
  BOOST_TEST(fresh.w.number("SELECT count(*) FROM sessions") == 0);
}

BOOST_DATA_TEST_CASE(touching_moves_its_end, conformance::databases(), database) {
  conformance::FreshWorld fresh{database};
  auto& store = fresh.w.store;
  const auto done = *store.sign_in(with_cookie("ada", "a"));
  const auto later = conformance::kFirstExpires + 24h;
  fresh.w.clock.t += 60s;
  BOOST_TEST(static_cast<bool>(store.touch_session(done.session, later)));
  auto session = (*store.find_signed_in(done.session, "a"))->session;
  BOOST_TEST((session.used == fresh.w.clock.now()));
  BOOST_TEST((session.expires == later));
  BOOST_TEST(static_cast<bool>(store.end_session(done.session)));
  BOOST_TEST(static_cast<bool>(store.touch_session(done.session, later + 1h)));
  BOOST_TEST(((*store.find_session(done.session))->expires == later));
}

BOOST_DATA_TEST_CASE(all_but_one_can_end, conformance::databases(), database) {
  conformance::FreshWorld fresh{database};
  auto& store = fresh.w.store;
  const auto one = *store.sign_in(with_cookie("ada", "a"));
  const auto two = *store.sign_in(with_cookie("ada", "b")), other = *store.sign_in(with_cookie("bob", "c"));
  BOOST_TEST(*store.end_sessions(one.who.user.id, two.session) == 1);
  BOOST_TEST(!(*store.find_signed_in(one.session, "a")).has_value());
  BOOST_TEST((*store.find_signed_in(two.session, "b")).has_value());
  BOOST_TEST((*store.find_signed_in(other.session, "c")).has_value());
  BOOST_TEST(*store.end_sessions(one.who.user.id) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
