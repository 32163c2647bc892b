// How others let people into accounts that are not theirs: one case for each published mistake, named after it, with what happened there
// and the rule that keeps it from happening here. All of them run with accounts.link_by_email = "verified" where that makes it worse.
#include <boost/test/unit_test.hpp>

#include "providers/catalogue.h"
#include "providers/layers.h"
#include "providers/profile.h"
#include "unit/flow/people.h"
#include "unit/providers/world.h"

namespace {

const char* kVictim = R"({"id":1,"login":"victim","email":"victim@corp.example","verified":true})";

/// A, B and C are providers; whoever has a verified address joins the account that has it.
struct Site : test::People {
  Site() {
    for (const auto* name : {"a", "b", "c"}) add(name);
    config.accounts.link_by_email = "verified";
    open();
  }
};

/// What a file of the catalogue makes of a person. `documents` are what it asked for, in order; the id_token is last if `openid`.
providers::Identity profile(const std::string& name, const std::vector<std::string>& documents, const std::string& id_token = "{}") {
  static const auto layers = providers::Layers::open("");
  const auto node = *layers->resolve(name, config::Node{config::Node::Table{}, ""});
  const auto spec = *providers::read_spec(node, name, false);
  auto values = spec.values();
  std::vector<json::Document> parsed;
  parsed.reserve(documents.size() + 1);
  for (const auto& text : documents) {
    parsed.push_back(*json::Document::parse(text));
    values.user.push_back(parsed.back().root());
  }
  parsed.push_back(*json::Document::parse(id_token));
  values.id_token = parsed.back().root();
  const auto who = providers::make_identity(spec, values, name, name);
  return who ? *who : providers::Identity{};
}

BOOST_AUTO_TEST_SUITE(flow_linking_mistakes)

// Row 1. PocketBase: an account that an impostor made in advance, unverified, was the victim's after their OAuth sign-up, and the
// impostor's way in stayed. Here: an address that nobody proved joins nothing, on either side.
BOOST_AUTO_TEST_CASE(CVE_2024_38351_pre_hijacked_account) {
  Site w;
  const auto impostor = w.enter("a", R"({"id":666,"login":"x","email":"victim@corp.example","verified":false})");
  const auto victim = w.enter("b", kVictim);
  BOOST_TEST(w.id(victim) != w.id(impostor));
  BOOST_TEST(w.ways(victim) == 1u);
  BOOST_TEST(w.ways(impostor) == 1u);
}

// Row 2. PocketBase: the same with two providers, A and then B, on an unverified record. Here: a second unverified identity does not make
// the address any better, and linking it does not either.
BOOST_AUTO_TEST_CASE(CVE_2026_44166_two_providers_on_an_unverified_record) {
  Site w;
  const auto impostor = w.enter("a", R"({"id":666,"email":"victim@corp.example","verified":false})");
  BOOST_TEST(w.link("b", impostor, R"({"id":667,"email":"victim@corp.example","verified":false})").status == 201);
  const auto victim = w.enter("c", kVictim);
  BOOST_TEST(w.id(victim) != w.id(impostor));
  BOOST_TEST(w.id(w.enter("b", R"({"id":1,"email":"victim@corp.example","verified":true})")) == w.id(victim));  // B vouches for both sides
  BOOST_TEST(w.ways(impostor) == 2u);
}

// Row 3. Zitadel: auto-linking looked at the local `verified`, not at the provider's. Here: both must say so.
BOOST_AUTO_TEST_CASE(CVE_2026_56666_only_the_local_flag_was_looked_at) {
  Site w;
  const auto victim = w.enter("a", kVictim);
  for (const auto* flag : {"false", "null", "\"no\"", "0", "{}"}) {
    const auto other =
        w.enter("b", R"({"id":)" + std::to_string(666 + w.net.asked.size()) + R"(,"email":"victim@corp.example","verified":)" + flag + "}");
    BOOST_TEST(w.id(other) != w.id(victim), flag);
  }
}

// Row 4. Zitadel: auto-linking through a provider that the operator had switched off. Here: what is not enabled begins nothing, finishes
// nothing that was begun before, links nothing, and is no way in that unlinking could leave.
BOOST_AUTO_TEST_CASE(CVE_2025_64717_disabled_provider) {
  Site w;
  const auto victim = w.enter("a", kVictim);
  w.sits("b", kVictim);
  const auto begun = w.begin("b");
  const auto linking = w.begin_link("b", victim);
  w.config.providers.erase("b");
  w.open();
  BOOST_TEST(w.get("/o/b/", w.kBack).status == 404);
  BOOST_TEST(w.finish(begun, "b").status == 404);
  BOOST_TEST(w.ask("GET", "/o/b/link/", victim, w.kBack).status == 404);
  BOOST_TEST(w.finish_link("b", victim, linking).status == 404);
  BOOST_TEST(w.ways(victim) == 1u);
}

// Row 5. Keycloak: the proof that an address is verified was kept for (user, provider), so that another upstream user of the same provider
// had it too. Here: each identity, issuer and sub, brings its own word with each login.
BOOST_AUTO_TEST_CASE(CVE_2026_9087_proof_of_another_identity_of_the_same_provider) {
  Site w;
  const auto victim = w.enter("a", kVictim);
  const auto other = w.enter("a", R"({"id":666,"email":"victim@corp.example","verified":false})");
  BOOST_TEST(w.id(other) != w.id(victim));
  BOOST_TEST(w.link("a", victim, R"({"id":2,"email":"second@corp.example","verified":false})").status == 201);
  const auto third = w.enter("b", R"({"id":3,"email":"second@corp.example","verified":true})");
  BOOST_TEST(w.id(third) != w.id(victim));  // what the first identity proved says nothing of the second's address
}

// Row 6. Keycloak: `email_verified` of the id_token was applied to the address that userinfo told. Here: the document that tells the
// address says whether it is verified (profile.cc).
BOOST_AUTO_TEST_CASE(CVE_2026_14781_flag_of_one_document_address_of_another) {
  world::OidcWorld w;
  auto broker = *w.open(w.toml);
  const auto login = [&](const std::string& userinfo, const std::string& email, bool verified) {
    w.op.serve(w.op.token_answer(w.op.id_token([&](auto& claims) {
      if (!email.empty()) claims["email"] = '"' + email + '"';
      claims["email_verified"] = verified ? "true" : "false";
    })),
               userinfo);
    return *broker.finish("op", w.finish());
  };
  const auto bent = login(R"({"sub":"user-1","email":"victim@corp.example"})", "own@op.example", true);
  BOOST_TEST(bent.email == "victim@corp.example");
  BOOST_TEST(!bent.email_verified);
  BOOST_TEST(!login(R"({"sub":"user-1","email":"victim@corp.example"})", "", true).email_verified);
  const auto other_way = login(R"({"sub":"user-1","email_verified":true})", "victim@corp.example", false);
  BOOST_TEST(other_way.email == "victim@corp.example");
  BOOST_TEST(!other_way.email_verified);
  BOOST_TEST(login(R"({"sub":"user-1","email":"own@op.example","email_verified":true})", "x@op.example", false).email_verified);
}

// Row 7. keycloak issue 53041: auto-linking to an account that never verified its address. Here: an account's address counts while an
// identity of it proves the address, and no longer.
BOOST_AUTO_TEST_CASE(keycloak_53041_account_that_never_verified) {
  Site w;
  const auto sleeper = w.enter("a", R"({"id":666,"email":"victim@corp.example"})");  // not a word on whether it is verified
  const auto victim = w.enter("b", kVictim);
  BOOST_TEST(w.id(victim) != w.id(sleeper));
  const auto own = w.enter("a", R"({"id":7,"email":"own@corp.example","verified":true})");
  w.enter("a", R"({"id":7,"email":"own@corp.example","verified":false})");  // it was, and is no more
  BOOST_TEST(w.id(w.enter("c", R"({"id":8,"email":"own@corp.example","verified":true})")) != w.id(own));
}

// Row 8. social-app-django before 5.6.0: association by e-mail without the pipeline step that asks for it. Here: it is off unless the
// operator says "verified", and then the rule above holds.
BOOST_AUTO_TEST_CASE(CVE_2025_61783_association_by_email_unasked) {
  Site w;
  w.config.accounts = config::Config{}.accounts;
  w.open();
  BOOST_TEST(w.config.accounts.link_by_email == "never");
  const auto first = w.enter("a", kVictim);
  const auto second = w.enter("b", kVictim);
  BOOST_TEST(w.id(first) != w.id(second));
}

// Row 9. social-app-django before 5.4.1: a database that compares text case aside made one user of two uids. Here: (issuer, uid) is
// compared as bytes, and a number is the text that it is written as.
BOOST_AUTO_TEST_CASE(CVE_2024_32879_uids_that_differ_in_case) {
  Site w;
  std::vector<std::string> ids;
  for (const auto* uid :
       {"\"abc\"", "\"ABC\"", "\"abC\"", "\"\xc3\xa4\"", "\"\xc3\x84\"", "\"a\xcc\x88\"", "\"007\"", "\"7 \"", "\"7.0\"", "\"+7\""})
    ids.push_back(w.id(w.enter("a", std::string{R"({"id":)"} + uid + "}")));
  ids.push_back(w.id(w.enter("b", R"({"id":"abc"})")));  // and the provider is part of it
  const auto number = w.id(w.enter("a", R"({"id":7})"));
  ids.push_back(number);
  std::sort(ids.begin(), ids.end());
  BOOST_TEST((std::adjacent_find(ids.begin(), ids.end()) == ids.end()));
  BOOST_TEST(w.id(w.enter("a", R"({"id":"7"})")) == number);  // a provider that changes its mind about the type keeps its users
}

// Row 10. allauth before 65.13: `preferred_username` was the uid for Okta and NetIQ, and users can change it. Here: no OpenID provider's
// file takes the uid from it, and two people with the same are two.
BOOST_AUTO_TEST_CASE(CVE_2025_65431_preferred_username_as_uid) {
  const std::string names =
      R"("preferred_username":"admin","username":"admin","name":"admin","nickname":"admin","email":"admin@x.example","upn":"admin")";
  static const auto layers = providers::Layers::open("");
  int openid = 0;
  for (const auto& name : providers::catalogue_names()) {
    const auto spec = *providers::read_spec(*layers->resolve(name, config::Node{config::Node::Table{}, ""}), name, false);
    if (spec.protocol != "oidc") continue;
    ++openid;
    BOOST_TEST(profile(name, {"{" + names + "}", "{" + names + "}"}, "{" + names + "}").uid == "", name);
  }
  BOOST_TEST(openid > 30);
  BOOST_TEST(profile("okta-openidconnect", {R"({"sub":"s1",)" + names + "}"}, R"({"sub":"s1",)" + names + "}").uid == "s1");
}

// Row 11. better-auth: whoever asked could link an identity to an account that was not theirs. Here: a linking flow names its user, only
// that user finishes it, in that browser, and an identity that somebody has stays where it is.
BOOST_AUTO_TEST_CASE(GHSA_g38m_r43w_p2q7_account_linking_ownership) {
  Site w;
  const auto victim = w.enter("a", kVictim);
  const auto attacker = w.enter("a", R"({"id":666})");
  w.sits("b", R"({"id":667})");
  const auto state = w.begin_link("b", attacker);
  BOOST_TEST(w.finish_link("b", victim, state).status == 400);  // the attacker's identity is not put on the victim's account
  BOOST_TEST(w.ask("POST", "/o/b/link/", attacker, "user=1&user_id=1&link_user=1", "code=c&user=1&state=" + state).status == 201);
  BOOST_TEST(w.ways(victim) == 1u);
  BOOST_TEST(w.ways(attacker) == 2u);
  BOOST_TEST(w.link("a", attacker, kVictim).status == 409);
  BOOST_TEST(w.id(w.enter("a", kVictim)) == w.id(victim));
}

// Row 12. nhost: the adapters dropped Discord's `verified` and took Bitbucket's unconfirmed addresses. Here: the catalogue says where the
// flag stands, and without it an address is not verified (catalogue_email_test.cc goes through all files).
BOOST_AUTO_TEST_CASE(CVE_2026_41574_flags_that_an_adapter_dropped) {
  BOOST_TEST(!profile("discord", {R"({"id":"1","email":"victim@corp.example","verified":false})"}).email_verified);
  BOOST_TEST(!profile("discord", {R"({"id":"1","email":"victim@corp.example"})"}).email_verified);
  BOOST_TEST(profile("discord", {R"({"id":"1","email":"own@corp.example","verified":true})"}).email_verified);
  const auto bitbucket = [](const std::string& confirmed) {
    return profile("bitbucket-oauth2", {R"({"values":[{"email":"victim@corp.example","is_primary":true)" + confirmed + "}]}",
                                        R"({"uuid":"{1}","username":"x"})"});
  };
  BOOST_TEST(bitbucket("").email == "victim@corp.example");
  BOOST_TEST(!bitbucket("").email_verified);
  BOOST_TEST(!bitbucket(R"(,"is_confirmed":false)").email_verified);
  BOOST_TEST(bitbucket(R"(,"is_confirmed":true)").email_verified);
}

// Row 13. Vaultwarden: the branch for users who exist skipped `email_verified`. Here: there is one rule for both, and the lists are asked
// at every login.
BOOST_AUTO_TEST_CASE(CVE_2026_47164_the_branch_for_existing_users) {
  Site w;
  w.config.accounts.allowed_domains = {"corp.example"};
  w.open();
  const auto user = w.enter("a", kVictim);
  const auto again = w.login("a", R"({"id":1,"login":"victim","email":"victim@corp.example","verified":false})");
  BOOST_TEST(again.status == 400);
  BOOST_TEST(w.why(again).find("not allowed") != std::string::npos);
  BOOST_TEST(w.login("b", R"({"id":666,"email":"victim@corp.example","verified":false})").status == 400);
  BOOST_TEST(w.id(w.enter("b", R"({"id":2,"email":"victim@corp.example","verified":true})")) == w.id(user));
}

// Row 14. authorizer: a local account with an unverified address was taken over, or took over. Here: there are no passwords, and an address
// that is on record without proof, as an imported one is, joins nobody in either direction.
BOOST_AUTO_TEST_CASE(GHSA_29rf_f4vv_pvq6_unverified_local_account) {
  Site w;
  const auto local = w.enter("a", R"({"id":5,"login":"local"})");
  const auto set = w.main->write([](store::Tx& tx) -> base::Status {
    const auto done = tx.run("UPDATE users SET email = 'victim@corp.example', email_verified = 0", {});
    if (!done) return done.error();
    return base::ok;
  });
  BOOST_REQUIRE(bool{set});
  const auto victim = w.enter("b", kVictim);
  BOOST_TEST(w.id(victim) != w.id(local));
  // Even where a row says that it was verified: no identity of the user stands for it.
  const auto forged = w.main->write([](store::Tx& tx) -> base::Status {
    const auto done =
        tx.run("UPDATE users SET email = 'boss@corp.example', email_verified = 1, email_match = 'boss@corp.example' WHERE id = 1", {});
    if (!done) return done.error();
    return base::ok;
  });
  BOOST_REQUIRE(bool{forged});
  BOOST_TEST(w.id(w.enter("b", R"({"id":9,"email":"boss@corp.example","verified":true})")) != w.id(local));
}

/// Addresses that are bent to pass for another: none of them matches one, passes a list, or is kept as verified.
void nobody_passes_with(const std::string& email) {
  Site w;
  const auto victim = w.enter("a", kVictim);
  const auto bent = R"({"id":666,"login":"x","email":")" + email + R"(","verified":true})";
  const auto other = w.enter("b", bent);
  BOOST_TEST(w.id(other) != w.id(victim), email);
  w.config.accounts.allowed_domains = {"corp.example"};
  w.config.accounts.allowed_emails = {"victim@corp.example"};
  w.open();
  BOOST_TEST(w.login("b", bent).status == 400, email);
  BOOST_TEST(w.login("c", bent).status == 400, email);
}

// Row 15. next-auth: "victim@corp.example,attacker@evil.example" in one field was two addresses to the one who sent mail. Here: such a text
// is no address.
BOOST_AUTO_TEST_CASE(CVE_2022_35924_comma_list_in_an_address) {
  for (const auto* email : {"victim@corp.example,attacker@evil.example", "attacker@evil.example,victim@corp.example",
                            "attacker@evil.example;victim@corp.example", "victim@corp.example attacker@evil.example",
                            "<victim@corp.example>", "victim@corp.example(x)", "victim@corp.example\\r\\nBcc: x@evil.example"})
    nobody_passes_with(email);
}

// Row 16. Auth.js: the address was looked at before Unicode normalisation, which makes an @ or a dot of other characters. Here: nothing is
// ever normalised; an address beyond ASCII is never verified and matches nothing.
BOOST_AUTO_TEST_CASE(GHSA_7rqj_j65f_68wh_address_before_normalisation) {
  for (const auto* email : {"victim\xef\xbc\xa0"
                            "corp.example",  // U+FF20 fullwidth @
                            "x\xef\xbc\xa0"
                            "evil.example@corp.example",
                            "victim@corp\xe3\x80\x82"
                            "example",  // U+3002 full stop
                            "v\xc4\xb1"
                            "ctim@corp.example",
                            "\xd0\xb2ictim@corp.example",  // dotless i; Cyrillic
                            "victim@\xe2\x93\x92orp.example",
                            "vi\xcc\x81"
                            "ctim@corp.example",
                            "victim@corp.example\xe2\x80\x8b"})
    nobody_passes_with(email);
}

// Row 17. oauth2-proxy: what stood behind the first, or the last, of several @ passed the list of domains. Here: one @, or no address.
BOOST_AUTO_TEST_CASE(GHSA_c5c4_8r6x_56w3_several_at_signs) {
  for (const auto* email : {"victim@corp.example@evil.example", "x@evil.example@corp.example", "x@@corp.example", "@corp.example",
                            "victim@", "\\\"victim@corp.example\\\"@evil.example", "x@evil.example%00@corp.example\\u0000"})
    nobody_passes_with(email);
}

// Row 18. oauth2-proxy: the GitLab groups of the configuration were not enforced. Here: [[require]] is checked with every login, of users
// who exist too, and for linking; what the provider leaves out is not met.
BOOST_AUTO_TEST_CASE(CVE_2021_21411_groups_not_enforced) {
  Site w;
  w.add("lab", "groups = [\"staff\", \"team/core\"]\nrequire = [ { value = \"u:/groups\", setting = \"groups\" } ]\n");
  const auto member = w.enter("lab", R"({"id":1,"groups":["guests","team/core"]})");
  for (const auto* groups :
       {R"(,"groups":["guests"])", R"(,"groups":[])", R"(,"groups":null)", "", R"(,"groups":"staff,x")", R"(,"groups":["Staff"])",
        R"(,"groups":["team"])", R"(,"groups":["team/core/x"])", R"(,"groups":{"staff":true})"}) {
    BOOST_TEST(w.why(w.login("lab", std::string{R"({"id":2)"} + groups + "}")) == "Your credentials aren't allowed", groups);
    BOOST_TEST(w.login("lab", std::string{R"({"id":1)"} + groups + "}").status == 400, groups);  // who left the group is out
    BOOST_TEST(w.link("lab", member, std::string{R"({"id":3)"} + groups + "}").status == 400, groups);
  }
  BOOST_TEST(w.ways(member) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
