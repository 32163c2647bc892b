// Keycloak as python-social-auth has it: the access token is a JWT about the user, signed with the realm's key.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/providers/world.h"

namespace {

// Made for this test.
constexpr const char* kPrivate =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDNbLaueIbO/+xJ\n"
    "5VJkIp/T4ho8dvO9Sq2ygQrl1uMUGLe/ITJ86eQtMmtygOv8Y4qzWlAbmMk80KXZ\n"
    "GJLOQ69Bk2Ik2Ac3fA50zDltlZwwCO9Bdy+WjNCKGXZ6cBcfmN+l/Jq2JaSr7b5V\n"
    "xDq0LPtpTFCrnx9c0ui55jF5Tjle0xH4ln3P16hGsf2K+D0gYAX4TnbBycZzQvC1\n"
    "eFMKlhXRi/F0Dpfd69k7V3rnku4AUpwTAK1+tJ9eO6gGIe+a52axdaUpmzMLZW2G\n"
    "H5hE2Y5lC7k0NyFRwx68CtAXJkc5f/Us2G/FDaLJOUFUNQWQ4Y50fWyV2WxzRwAp\n"
    "sS+ocEANAgMBAAECggEAB1Os0l0/JavwIBSbUzH+9F44pFZzzBkZR+gdXOREtidJ\n"
    "inojJFxtRIVrWqqpgBeGz23VtJ5G8zHX8H3VYqD8Y8Dfe8PuwfZdR6IvHC79YqM2\n"
    "8WVQX7THDV3qIWTVFk3sEC4J0JxYGr/AjauRknKWRwOvTue+hR+KqHLC6fo1xqF9\n"
    "QbsYFOv3FO/Aecq/jxQKigreVJQzPkh81+r5Qf616A8rqHmT11CJm298qftgP5bP\n"
    "wnn0geJf1+JLXiFc7kRlzLy7Lb4M0ChTFxzj6PB8KAsaJy63QfR8zbTAyEoE9rup\n"
    "od03/ZzLCAGofL3g8GcKd16qRrvzCpRP7QVDWq7aYQKBgQDrppMLbyWJAEqPDge5\n"
    "qzZkaU8KwuxDb+uptZIsEi98jFKEbIogej+ozD41mwzwadY+9RKTFi3FGUScdeC0\n"
    "junXuuTlF+EyCpvwCl2/T1SouUPrKe2Wu7Hi/3pxxRIK+vIrvz/mKaJxAGQoZRgn\n"
    "220OOmMcKtrMHbBq7fwBBQAUXQKBgQDfKfIp0eDU3ikR/qPP3a/xY3lihyhxKc+7\n"
    "69KHdbGTN6K0T2QDo88iXSCY+YD7dL9Z2sWHO5UQrAHOIbmjyYgJm/108TqurVGY\n"
    "RIHU0OWJdAHUCFSN9mq8kGv0aVGXxjvTqkkY/E/MjnAtNLoBb5WXBEKL18bZ4h3k\n"
    "iwiKJbAfcQKBgQCtEkErA624qisYWACaf8HKC4IO8Exf1yJpGT7K+WxA+Dpeoezs\n"
    "n3yDt8X0zvS42bKNuKa0unRRLxayJu0rD091rwEPtPMjMqGGscZajKQr6y2T2M5z\n"
    "h1TF2EcQqeFviRE1yhffLjLs9ZGaDW2pUEIPUhiahmr9wMxiLHmKMib1zQKBgDJz\n"
    "aSvLJuj40JAg4Se9Fmmb83Uy2RG8QhpZ1d6J3PtLOJ1K1XF9Nvat1xC+V0qBukC2\n"
    "FLHd5nU+baoMNcuxY+/INCSb5IhY5nlmA3P5RestLrygpXzymG7It58psCh/yEax\n"
    "2JStddzo1rNhmCt67naVn/W9clcPp3JjfCq/GnIBAoGBAINlCcY9j5G9xJ6EfYfz\n"
    "uXhtV2hegXTiAr4fbvHDokJMScCjoR70L3m4j0hIDnexaQN8VzQGB9oIcvNrjIAD\n"
    "I3XLcpNDuKWjN30TR9Iq/hNY5TdA6RUEfewRqc9Zj/qazs3fCEZWZA9DSOcPSZGq\n"
    "d/SmDTCH9j2U0tydr7dTlWB+\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* kPublic =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzWy2rniGzv/sSeVSZCKf\n"
    "0+IaPHbzvUqtsoEK5dbjFBi3vyEyfOnkLTJrcoDr/GOKs1pQG5jJPNCl2RiSzkOv\n"
    "QZNiJNgHN3wOdMw5bZWcMAjvQXcvlozQihl2enAXH5jfpfyatiWkq+2+VcQ6tCz7\n"
    "aUxQq58fXNLoueYxeU45XtMR+JZ9z9eoRrH9ivg9IGAF+E52wcnGc0LwtXhTCpYV\n"
    "0YvxdA6X3evZO1d655LuAFKcEwCtfrSfXjuoBiHvmudmsXWlKZszC2Vthh+YRNmO\n"
    "ZQu5NDchUcMevArQFyZHOX/1LNhvxQ2iyTlBVDUFkOGOdH1sldlsc0cAKbEvqHBA\n"
    "DQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

const std::string kToken = "https://kc.example/token";

struct Fixture : world::World {
  std::string bare() const {  // as the console shows it
    std::string text{kPublic};
    text = text.substr(text.find('\n') + 1);
    text.resize(text.find("-----END"));
    std::erase(text, '\n');
    return text;
  }
  std::string stanza(const std::string& key) const {
    return "[providers.keycloak]\nclient_id = 'client'\nclient_secret = 's'\nauthorization_url = 'https://kc.example/auth'\n"
           "access_token_url = '" +
           kToken + "'\npublic_key = '''" + key + "'''\n";
  }
  std::string token(const std::string& audience, std::int64_t lasts, const std::string& more = {}) const {
    const auto now = clock.now().time_since_epoch().count();
    json::Writer w;
    w.object().member("sub", "f3a1").member("preferred_username", "ann").member("email", "ann@mail.example").member("email_verified", true);
    w.member("aud", audience).member("iat", now).member("exp", now + lasts);
    const auto key = *crypto::SignKey::from_pem(base::Secret{kPrivate});
    auto claims = w.end_object().take();
    if (!more.empty()) claims.insert(claims.size() - 1, "," + more);
    return *token::sign(key, crypto::Alg::RS256, "any", "JWT", claims);
  }
  std::string outcome(const std::string& access_token) {
    net.answers.clear();
    net.answer(kToken, 200, R"({"access_token":")" + access_token + "\"}");
    auto broker = open(stanza(bare()));
    BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
    return world::outcome(broker->finish("keycloak", finish()));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_access_token, Fixture)
BOOST_AUTO_TEST_CASE(its_claims_are_the_user) {
  net.answer(kToken, 200, R"({"access_token":")" + token("client", 60) + "\"}");
  for (const auto& key : {bare(), std::string{kPublic}}) {
    auto broker = open(stanza(key));
    BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
    const auto who = broker->finish("keycloak", finish());
    BOOST_REQUIRE_MESSAGE(who, (who ? "" : who.error().say));
    BOOST_TEST(who->uid == "f3a1");
    BOOST_TEST(who->username == "ann");
    BOOST_TEST(who->email_verified);
  }
}
BOOST_AUTO_TEST_CASE(what_is_not_this_clients_fresh_and_signed_is_refused) {
  BOOST_TEST(outcome(token("client", 60)) == "ok f3a1");
  BOOST_TEST(outcome(token("account", 60, R"("azp":"client")")) == "ok f3a1", "issued to us for another audience");
  BOOST_TEST(outcome(token("other", 60)).find("Invalid audience") != std::string::npos);
  BOOST_TEST(outcome(token("other", 60, R"("azp":"other")")).find("Invalid audience") != std::string::npos);
  BOOST_TEST(outcome(token("client", 0)).find("Signature has expired") != std::string::npos);
  auto bent = token("client", 60);
  bent[bent.size() - 5] = bent[bent.size() - 5] == 'A' ? 'B' : 'A';
  BOOST_TEST(outcome(bent).find("Signature verification failed") != std::string::npos);
  BOOST_TEST(outcome("opaque").find("Invalid access token") != std::string::npos);
  // RFC 8725 2.1: the public key as an HMAC's secret
  const auto shared = crypto::SignKey::shared(base::Secret{kPublic});
  BOOST_REQUIRE(bool{shared});
  BOOST_TEST(outcome(*token::sign(*shared, crypto::Alg::HS256, "", "JWT", R"({"sub":"x","aud":"client"})"))
                 .find("Signature verification failed") != std::string::npos);
}
BOOST_AUTO_TEST_CASE(a_key_that_is_none_stops_the_start) {
  const auto broker = open(stanza("no key"));
  BOOST_REQUIRE(!broker);
  BOOST_TEST(broker.error().say.find("no public key in PEM") != std::string::npos, broker.error().say);
}
BOOST_AUTO_TEST_SUITE_END()
