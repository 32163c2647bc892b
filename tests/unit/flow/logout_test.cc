// A logout here that ends the session at the provider too: RP-Initiated Logout 1.0 2.
#include "flow/logout.h"

#include <boost/test/unit_test.hpp>

#include "token/sealed.h"
#include "unit/flow/openid_world.h"

namespace {

struct LogoutWorld : test::OpenIdWorld {
  LogoutWorld() {
    more = R"(,"end_session_endpoint":"https://op.example/logout?x=1")";
    serve();
  }
  std::string url(const http::Response& login) { return url_of(session_of(login)); }
  std::string url_of(std::int64_t session) {
    const http::Request request;
    flow::Call call{request, *deps, {}, {}, std::nullopt, std::nullopt, false};
    return flow::end_session_url(call, **store.find_session(session));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(flow_logout, LogoutWorld)

BOOST_AUTO_TEST_CASE(the_address_names_the_login) {
  const auto login = log_in("ann", "s1");
  const auto address = url(login);
  BOOST_TEST(
      address.starts_with("https://op.example/logout?x=1&client_id=client&post_logout_redirect_uri="
                          "https%3A%2F%2Fapp.example%2Fauth%2Fsigned-out&state="));
  const auto at = address.find("&id_token_hint=");
  BOOST_REQUIRE(at != std::string::npos);
  const auto hint = token::parse_jws(address.substr(at + 15));
  BOOST_REQUIRE(bool{hint});
  BOOST_TEST(hint->payload.find("\"sub\":\"ann\"") != std::string::npos);
  BOOST_TEST(url(login) != address);  // another state
}

BOOST_AUTO_TEST_CASE(the_id_token_is_kept_sealed) {
  const auto login = log_in("ann", "s1");
  const auto kept = *store.kept_id_token(session_of(login));
  BOOST_TEST(kept.size() > 100u);
  BOOST_TEST(!token::parse_jws(kept));
}

BOOST_AUTO_TEST_CASE(a_long_id_token_is_left_out) {
  const auto login = log_in("ann", "s1", "op", {{"roles", '"' + std::string(4000, 'x') + '"'}});
  BOOST_TEST(*store.kept_id_token(session_of(login)) == "");
  const auto address = url(login);
  BOOST_TEST(address.starts_with("https://op.example/logout"));
  BOOST_TEST(address.find("id_token_hint") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_opened_is_none) {
  const auto session = session_of(log_in("ann", "s1"));
  master = *token::Master::from_text(token::Master::make_text(random));
  open();
  const auto address = url_of(session);
  BOOST_TEST(address.starts_with("https://op.example/logout"));
  BOOST_TEST(address.find("id_token_hint") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_that_is_named_is_spent) {
  const auto login = log_in("ann", "s1");
  const auto sealed = *store.kept_id_token(session_of(login));
  const auto opened = master.open(sealed, token::id_token_context("https://op.example", "ann"));
  BOOST_REQUIRE(bool{opened});
  const auto mark = flow::spent_mark(opened->reveal());
  BOOST_REQUIRE(mark.has_value());
  BOOST_TEST(!*store.token_spent(*mark));
  BOOST_TEST(url(login).find("id_token_hint") != std::string::npos);
  BOOST_TEST(*store.token_spent(*mark));
  for (const auto* none : {"", "x", "a.b.c", "e30.e30.AA"}) BOOST_TEST(!flow::spent_mark(none).has_value());
}

BOOST_AUTO_TEST_CASE(anothers_is_none) {
  const auto ann = session_of(log_in("ann", "s1")), bob = session_of(log_in("bob", "s2"));
  const auto put = main->write([&](store::Tx& tx) -> base::Status {
    const auto done = tx.run("UPDATE sessions SET id_token = (SELECT id_token FROM sessions WHERE id = $1) WHERE id = $2", {ann, bob});
    return done ? base::Status{base::ok} : done.error();
  });
  BOOST_REQUIRE(bool{put});
  BOOST_TEST(url_of(bob).find("id_token_hint") == std::string::npos);
  BOOST_TEST(url_of(ann).find("id_token_hint") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_such_a_page_nothing_is_kept) {
  more = "";
  serve();
  const auto login = log_in("ann", "s1");
  BOOST_TEST(*store.kept_id_token(session_of(login)) == "");
  BOOST_TEST(url(login) == "");
}

BOOST_AUTO_TEST_SUITE_END()
