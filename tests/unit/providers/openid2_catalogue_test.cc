// Whole logins with the catalogue's OpenID 2.0 providers: what each is asked, and who comes out of what it answers. The fields are those
// that python-social-auth's own exchanges have.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <set>

#include "providers/catalogue.h"
#include "unit/providers/openid2_world.h"

namespace {

using world::OpenId2World;
using Fields = OpenId2World::Fields;

/// Attribute exchange with axschema's types, as most of them answer.
const Fields kUsual{{"ns.ax", "http://openid.net/srv/ax/1.0"},
                    {"ax.mode", "fetch_response"},
                    {"ax.type.email", "http://axschema.org/contact/email"},
                    {"ax.value.email", "foo@bar.example"},
                    {"ax.type.fullname", "http://axschema.org/namePerson"},
                    {"ax.value.fullname", "foo van bar"},
                    {"ax.type.nickname", "http://axschema.org/namePerson/friendly"},
                    {"ax.value.nickname", "foobar"}};
const Fields kNames{{"ns.ax", "http://openid.net/srv/ax/1.0"},
                    {"ax.mode", "fetch_response"},
                    {"ax.type.a", "http://axschema.org/contact/email"},
                    {"ax.value.a", "foo@bar.example"},
                    {"ax.type.b", "http://axschema.org/namePerson/first"},
                    {"ax.value.b", "Foo"},
                    {"ax.type.c", "http://axschema.org/namePerson/last"},
                    {"ax.value.c", "Bar"}};
const Fields kActionId{{"ns.alias3", "http://openid.net/srv/ax/1.0"},
                       {"alias3.mode", "fetch_response"},
                       {"alias3.type.alias1", "http://openid.net/schema/contact/phone/business"},
                       {"alias3.value.alias1", "+12015555555"},
                       {"alias3.type.alias2", "http://openid.net/schema/contact/internet/email"},
                       {"alias3.value.alias2", "foo@bar.example"},
                       {"alias3.type.alias3", "http://openid.net/schema/namePerson/first"},
                       {"alias3.value.alias3", "Foo"},
                       {"alias3.type.alias4", "http://openid.net/schema/namePerson/last"},
                       {"alias3.value.alias4", "Bar"},
                       {"ns.sreg", "http://openid.net/extensions/sreg/1.1"},
                       {"sreg.fullname", "Not Asked"}};
const Fields kSreg{{"ns.sreg", "http://openid.net/extensions/sreg/1.1"},
                   {"sreg.email", "foo@bar.example"},
                   {"sreg.fullname", "Foo Bar"},
                   {"sreg.nickname", "foobar"}};
const Fields kNothing{};

struct Row {
  const char* provider;
  const char* identifier;
  const Fields* answer;
  const char *uid, *username, *first_name, *last_name;
  const char* required = "email,fullname,first_name,last_name,nickname,old_email,old_fullname,old_nickname";
  const char* claimed = "https://op.example/id/ann";
  providers::Params query = {};
  bool announces = true;  // AX
};
std::ostream& operator<<(std::ostream& os, const Row& row) { return os << row.provider; }
constexpr const char* kAnn = "https://op.example/id/ann";
const Row rows[] = {
    {"actionid-openid", "https://accounts.ngpvan.com/Home/Xrds", &kActionId, kAnn, "FooBar", "Foo", "Bar", "ngpvanemail"},
    {"belgiumeid", "https://www.e-contract.be/eid-idp/endpoints/openid/auth", &kUsual, kAnn, "Foo VanBar", "foo van", "bar"},
    {"fedora", "https://id.fedoraproject.org/", &kUsual, kAnn, "foobar", "foo van", "bar"},
    {"fedora",
     "https://id.fedoraproject.org/",
     &kSreg,
     "http://ann.id.fedoraproject.org/",
     "foobar",
     "Foo",
     "Bar",
     "",
     "http://ann.id.fedoraproject.org/",
     {},
     false},
    {"launchpad", "https://login.launchpad.net/", &kUsual, kAnn, "foobar", "foo van", "bar"},
    {"livejournal",
     "https://foo-bar.livejournal.com/",
     &kNothing,
     "https://foo-bar.livejournal.com/",
     "foo-bar",
     "",
     "",
     "",
     "https://foo-bar.livejournal.com/",
     {{"openid_lj_user", "foo_bar"}},
     false},
    {"openid",
     "https://ann.example/",
     &kSreg,
     "https://ann.example/",
     "FooBar",
     "Foo",
     "Bar",
     "",
     "https://ann.example/",
     {{"openid_identifier", "ann.example"}},
     false},
    {"openinfra", "https://id.openinfra.dev/", &kNames, kAnn, "FooBar", "Foo", "Bar", "email,firstname,lastname", kAnn, {}, false},
    {"openinfra", "https://id.openinfra.dev/", &kNothing, kAnn, "id/ann", "", "", "email,firstname,lastname", kAnn, {}, false},
    {"openstack", "https://openstackid.org/", &kNames, kAnn, "FooBar", "Foo", "Bar", "email,firstname,lastname", kAnn, {}, false},
    {"opensuse", "https://www.opensuse.org/openid/user/", &kUsual, "foobar", "Foo VanBar", "foo van", "bar"},
    {"steam",
     "https://steamcommunity.com/openid",
     &kNothing,
     "7656119",
     "",
     "",
     "",
     "",
     "https://steamcommunity.com/openid/id/7656119",
     {},
     false},
    {"ubuntu", "https://login.ubuntu.com/", &kUsual, "foobar", "Foo VanBar", "foo van", "bar"},
    {"yandex-openid", "https://openid.yandex.ru/", &kNothing, kAnn, "id/ann", "", ""},
};

struct One : OpenId2World {
  void prepare(const Row& row) {
    provider = row.provider;
    toml = "[providers." + provider + "]\nenabled = true\n";
    identifier = row.identifier;
    claimed = row.claimed;
    query = row.query;
    types = row.announces ? "<Type>http://openid.net/srv/ax/1.0</Type>" : "";
    serve();
    if (!query.empty()) {
      net.answers.erase(identifier);
      serve_xrds(identifier, xrds("signon", endpoint));
    }
  }
};

struct Steam : One {
  Steam() {
    prepare(rows[11]);
    toml = "[providers.steam]\napi_key = \"123abc\"\n";
    net.answer(
        "https://api.steampowered.com/ISteamUser/GetPlayerSummaries/v0002/", 200,
        R"({"response":{"players":[{"steamid":"7656119","personaname":"foobar","profileurl":"https://steamcommunity.com/profiles/7656119/",)"
        R"("avatarfull":"https://avatars.example/full.jpg"}]}})");
  }
};

struct Wrong {
  const char* why;
  std::string claimed;
};
std::ostream& operator<<(std::ostream& os, const Wrong& row) { return os << row.why; }
const Wrong wrongs[] = {
    {"plain http", "http://steamcommunity.com/openid/id/7656119"},
    {"another site", "https://fakesteamcommunity.com/openid/id/7656119"},
    {"no number", "https://steamcommunity.com/openid/id/BROKEN"},
    {"another path", "https://steamcommunity.com/openid/7656119"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_openid2_catalogue)

BOOST_DATA_TEST_CASE_F(One, who_signed_in_is_what_the_provider_said, boost::unit_test::data::make(rows), row) {
  prepare(row);
  auto broker = open(toml);
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  const auto begun = begin(*broker);
  BOOST_REQUIRE_MESSAGE(begun, (begun ? "" : begun.error().say + " / " + begun.error().detail));
  auto request = fields_of(begun->authorization_url);
  BOOST_TEST(request["ax.required"] == row.required);
  BOOST_TEST(request["sreg.optional"] == (request["ax.required"].empty() ? "email,fullname,nickname" : ""));
  const auto who = log_in(*row.answer);
  BOOST_REQUIRE_MESSAGE(who, (who ? "" : who.error().say + " / " + who.error().detail));
  BOOST_TEST(who->uid == row.uid);
  BOOST_TEST(who->username == row.username);
  BOOST_TEST(who->first_name == row.first_name);
  BOOST_TEST(who->last_name == row.last_name);
  BOOST_TEST(who->email == (row.answer->empty() ? "" : "foo@bar.example"));
  BOOST_TEST(!who->email_verified);
  BOOST_TEST(asked("https://api.steampowered.com/ISteamUser/GetPlayerSummaries/v0002/") == 0);
}
BOOST_AUTO_TEST_CASE(every_provider_of_this_protocol_has_a_login_here) {
  std::set<std::string> seen;
  for (const auto& row : rows) seen.insert(row.provider);
  for (const auto& file : providers::catalogue_files()) {
    if (file.toml.find("protocol = \"openid2\"") != std::string_view::npos) BOOST_TEST(seen.contains(std::string{file.name}), file.name);
  }
}
BOOST_FIXTURE_TEST_CASE(the_phone_that_actionid_tells_is_kept, One) {
  prepare(rows[0]);
  BOOST_TEST(log_in(kActionId)->extra["phone"] == "+12015555555");
}
BOOST_FIXTURE_TEST_CASE(a_username_key_says_which_attribute_is_the_name, One) {
  prepare(rows[1]);
  toml += "username_key = \"nickname\"\n";
  BOOST_TEST(log_in(kUsual)->username == "foobar");
  toml = "[providers.belgiumeid]\nusername_key = \"email\"\n";
  BOOST_TEST(log_in(kUsual)->username == "foo@bar.example");
}
BOOST_FIXTURE_TEST_CASE(an_attribute_cannot_stand_for_what_was_verified, One) {
  prepare(rows[9]);
  const auto who = log_in({{"ns.sreg", "http://openid.net/extensions/sreg/1.1"},
                           {"sreg.claimed_id", "x"},
                           {"sreg.id", "1"},
                           {"sreg.username", "root"},
                           {"sreg.path", "root"}});
  BOOST_REQUIRE(bool{who});
  BOOST_TEST(who->uid == kAnn);
  BOOST_TEST(who->username == "id/ann");
}
BOOST_FIXTURE_TEST_CASE(without_a_nickname_ubuntu_names_nobody, One) {
  prepare(rows[12]);
  BOOST_TEST(login(kNames) == "bad_request Authentication failed: the provider named no user");
}
BOOST_FIXTURE_TEST_CASE(uid_email_is_for_those_who_come_from_elsewhere, One) {
  prepare(rows[13]);
  toml += "uid = \"email\"\n";
  BOOST_TEST(login(kUsual) == "ok foo@bar.example");
}

BOOST_FIXTURE_TEST_CASE(with_a_key_steam_tells_name_and_picture, Steam) {
  const auto who = log_in();
  BOOST_REQUIRE_MESSAGE(who, (who ? "" : who.error().say + " / " + who.error().detail));
  BOOST_TEST(who->uid == "7656119");
  BOOST_TEST(who->username == "foobar");
  BOOST_TEST(who->picture == "https://avatars.example/full.jpg");
  BOOST_TEST(net.asked.back().url.find("?key=123abc&steamids=7656119") != std::string::npos, net.asked.back().url);
  BOOST_TEST(asked(claimed) == 0);  // Steam is believed about its own identifiers
}
BOOST_DATA_TEST_CASE_F(Steam, steam_speaks_for_its_own_users_only, boost::unit_test::data::make(wrongs), row) {
  serve_xrds(row.claimed, xrds("signon", endpoint));
  BOOST_TEST(login({{"claimed_id", row.claimed}, {"identity", row.claimed}}) ==
             "denied Authentication failed: the provider named an identifier that is not its own");
}

BOOST_FIXTURE_TEST_CASE(a_journal_is_one_label, One) {
  for (const auto* typed : {"", "evil.example/", "a.b", "-a", "a b", "a@b"}) {
    prepare(rows[5]);
    query = {{"openid_lj_user", typed}};
    auto broker = open(toml);
    const auto begun = begin(*broker);
    BOOST_TEST((begun ? begun->authorization_url : begun.error().say) == "Missing needed parameter openid_lj_user", typed);
  }
  BOOST_TEST(net.asked.empty());
}

BOOST_AUTO_TEST_SUITE_END()
