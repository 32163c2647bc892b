#include "crypto/keys.h"

#include <atomic>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

#include "base/encode.h"

namespace data = boost::unit_test::data;

namespace {

using crypto::Alg;
using crypto::Kind;

std::string bytes(std::string_view base64url) { return base::base64url_decode(base64url).value(); }

constexpr const char* kRsa1024 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBAMlKa6/1BXlPLaHB\n"
    "hd/vNpWwN2f/xp0Shs7IQSX2hx/4VO2cPPaj+YdchzICwn3URowyFv+jenj5mgY1\n"
    "fpfmTZvPSo5WYjevXx/VLOdp3hUIiAgoCLya1LqQoQhTIDRJFOH4ARj/mbqpWKmd\n"
    "e6Z3J13Pm23xW16Fg/yMaJ5CCcs3AgMBAAECgYBrEO2koxRtSQNBlbkKuqdzCU7/\n"
    "P1o6c/9Gf9e/RJjtFV6/ICqBGgkAyeOTY0pmOYHo0j/Pa/oZ3NHjWZLjYvmF48se\n"
    "V49oOtRCkuTs9M42Q4sfDhpWplARmfCuSMoL12cacubhTKRRiPs1Ru6Tw7493A6O\n"
    "92SAyTTkYtBPp9JKcQJBAPHshMUQD/KHXa8dYt5YceNtllH3aizaYAFxozPcParf\n"
    "DDFO+qm5AC+Wh2iXuHsFvPx5RtuX0x2FsvlZ5be/qhkCQQDVAKqZXUK9RcJgDS75\n"
    "6BER3etgKK9F/DwCPU9b2ZjxkiuvSddlrWS58/eccoU8pbBJ6t4rBztQ69XSj+sL\n"
    "A2nPAkEAt8fPjMyI8Ns4piESzIov6m+DtDzaIby7Fh23t1vmVPogjwzKi0iJBZ26\n"
    "vBAWCw7u5HVVCNirfk/lCFvskMw/cQJBAJu50wAxSNvsJoHm4ZNf8Sro3m79D7fR\n"
    "A2Z3wI9cdQ8YWMvc5pe1v1CcZ0mACJ0gXdSM3EUFEn7FDRzWj3cL1c0CQQCiHCVL\n"
    "tRj4UVAH/J4lVzcS7IXC5BROrKMxNZcQEmogvuSYQXfR1UOLpJYsbl0C7Z0SSDJ4\n"
    "4RDMY1JAszpK6eb+\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* kSecp256k1 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgLZ4qFw5D9i/stBv1QopZ\n"
    "Pds+k12lfWFwcVKhZW6gJgOhRANCAAQrXYf3r+2vr5W0gutsQ2wML2PVgJgIHrWC\n"
    "W97EMUJUAAJtfZZqTcnvUGBla+mEXL/czqM1PV/9vl7PQh4zBbz+\n"
    "-----END PRIVATE KEY-----\n";

constexpr const char* kBrainpool384 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHowFAYHKoZIzj0CAQYJKyQDAwIIAQELA2IABGpv/aF3ITHlbInePu4x+BzU8VMD\n"
    "Rl5XJHG9Pb76rxGgOfs2P+Gg6KX+1w23u/dTKAHtEXH3vCcRv+9b6F/e4g2K7iEE\n"
    "E3SRRRX1XsyVgYZeoIT6gLboib6uDZTCphbDdQ==\n"
    "-----END PUBLIC KEY-----\n";

BOOST_AUTO_TEST_SUITE(crypto_keys)

BOOST_AUTO_TEST_CASE(names_are_exact) {
  BOOST_TEST((crypto::alg_from("ES256") == Alg::ES256));
  for (const auto* wrong : {"none", "None", "NONE", "", "es256", "ES256K", "HS1", "RS1", "ES256 "})
    BOOST_TEST(!crypto::alg_from(wrong), wrong);
  BOOST_TEST(crypto::name_of(Alg::EdDSA) == "EdDSA");
}

struct Pair {
  Alg alg;
  Kind kind;
};
std::ostream& operator<<(std::ostream& os, const Pair& r) { return os << crypto::name_of(r.alg); }
const Pair pairs[] = {{Alg::RS256, Kind::rsa},  {Alg::RS384, Kind::rsa},    {Alg::RS512, Kind::rsa},  {Alg::PS256, Kind::rsa},
                      {Alg::PS384, Kind::rsa},  {Alg::PS512, Kind::rsa},    {Alg::ES256, Kind::p256}, {Alg::ES384, Kind::p384},
                      {Alg::ES512, Kind::p521}, {Alg::EdDSA, Kind::ed25519}};
BOOST_DATA_TEST_CASE(what_is_signed_verifies_and_nothing_else_does, data::make(pairs), row) {
  const auto key = *crypto::SignKey::generate(row.kind);
  const auto signature = *key.sign(row.alg, "data");
  const auto verify = key.verify_key();
  BOOST_TEST(verify.verify(row.alg, "data", signature));
  BOOST_TEST(!verify.verify(row.alg, "datb", signature));
  auto altered = signature;
  altered.back() = static_cast<char>(altered.back() ^ 1);
  BOOST_TEST(!verify.verify(row.alg, "data", altered));
  BOOST_TEST(!verify.verify(row.alg, "data", signature + "x"));
  BOOST_TEST(!verify.verify(row.alg, "data", signature.substr(1)));
  BOOST_TEST(!verify.verify(row.alg, "data", ""));
  for (const auto& other : pairs) {
    if (other.alg != row.alg) BOOST_TEST(!verify.verify(other.alg, "data", signature));
  }
  BOOST_TEST(!crypto::SignKey::generate(row.kind)->verify_key().verify(row.alg, "data", signature));
}

BOOST_DATA_TEST_CASE(pem_and_parts_lead_back_to_the_key, data::make(pairs), row) {
  const auto key = *crypto::SignKey::generate(row.kind);
  const auto again = crypto::SignKey::from_pem(key.pem());
  BOOST_REQUIRE(static_cast<bool>(again));
  const auto signature = *again->sign(row.alg, "data");
  const auto parts = key.verify_key().parts();
  BOOST_REQUIRE(parts.has_value());
  BOOST_TEST(crypto::VerifyKey::from_parts(*parts)->verify(row.alg, "data", signature));
}

BOOST_AUTO_TEST_CASE(hs256_is_rfc_7515_a1) {
  const auto key = *crypto::VerifyKey::shared(
      base::Secret{bytes("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")});
  const std::string signed_part =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  BOOST_TEST(key.verify(Alg::HS256, signed_part, bytes("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")));
  BOOST_TEST(!key.verify(Alg::HS512, signed_part, bytes("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")));
  BOOST_TEST(!key.parts().has_value());
}

BOOST_AUTO_TEST_CASE(es256_is_rfc_7515_a3) {
  const auto key = crypto::VerifyKey::from_parts(
      {Kind::p256, "", "", bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"), bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")});
  BOOST_REQUIRE(static_cast<bool>(key));
  BOOST_TEST(key->verify(
      Alg::ES256, "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
      bytes("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")));
}

BOOST_AUTO_TEST_CASE(eddsa_is_rfc_8037_a4) {
  const auto key = crypto::VerifyKey::from_parts({Kind::ed25519, "", "", bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"), ""});
  BOOST_REQUIRE(static_cast<bool>(key));
  BOOST_TEST(key->verify(Alg::EdDSA, "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
                         bytes("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")));
}

BOOST_AUTO_TEST_CASE(weak_and_wrong_keys_are_refused) {
  BOOST_TEST(!crypto::SignKey::from_pem(base::Secret{kRsa1024}));
  BOOST_TEST(!crypto::SignKey::from_pem(base::Secret{kSecp256k1}));
  BOOST_TEST(!crypto::SignKey::from_pem(base::Secret{"no PEM at all"}));
  BOOST_TEST(!crypto::VerifyKey::from_pem(kBrainpool384), "384 bits, but not P-384");
  BOOST_TEST(!crypto::VerifyKey::from_pem(kSecp256k1), "a private key where a public one belongs");
  BOOST_TEST(!crypto::VerifyKey::from_pem(""));
  BOOST_TEST(!crypto::VerifyKey::shared(base::Secret{"31 bytes are one byte too short"}));
  BOOST_TEST(!crypto::VerifyKey::from_parts({Kind::p256, "", "", std::string(32, 'x'), std::string(32, 'y')}), "a point off the curve");
  BOOST_TEST(!crypto::VerifyKey::from_parts({Kind::p256, "", "", "", ""}));
  BOOST_TEST(!crypto::VerifyKey::from_parts({Kind::ed25519, "", "", std::string(31, 'x'), ""}));
  BOOST_TEST(!crypto::VerifyKey::from_parts({Kind::rsa, std::string(64, '\xff'), std::string("\x01\x00\x01", 3), "", ""}), "512 bits");
  auto rsa = *crypto::SignKey::generate(Kind::rsa)->verify_key().parts();
  rsa.e = "\x01";
  BOOST_TEST(!crypto::VerifyKey::from_parts(rsa), "e = 1: every text would verify");
  rsa.e = "\x04";
  BOOST_TEST(!crypto::VerifyKey::from_parts(rsa), "e is even");
  rsa.e.clear();
  BOOST_TEST(!crypto::VerifyKey::from_parts(rsa), "no e");
  rsa.e = std::string("\x01\x00\x01", 3);
  BOOST_TEST(static_cast<bool>(crypto::VerifyKey::from_parts(rsa)));
  rsa.n.back() = static_cast<char>(rsa.n.back() & ~1);
  BOOST_TEST(!crypto::VerifyKey::from_parts(rsa), "n is even");
  BOOST_TEST(!crypto::VerifyKey::from_parts({Kind::rsa, std::string(1025, '\xff'), rsa.e, "", ""}), "above 8192 bits: slow to check");
  BOOST_TEST(!crypto::VerifyKey::from_parts({Kind::rsa, std::string(255, '\xff'), rsa.e, "", ""}), "2040 bits");
  BOOST_TEST(!crypto::VerifyKey::from_parts({Kind::oct, "", "", std::string(32, 'k'), ""}), "a secret is no public key");
  rsa = *crypto::SignKey::generate(Kind::rsa)->verify_key().parts();
  rsa.e = std::string(9, '\x01');
  BOOST_TEST(!crypto::VerifyKey::from_parts(rsa), "e is huge: each check would take long");
}

BOOST_AUTO_TEST_CASE(a_secret_key_shows_itself_to_nobody) {
  const auto key = *crypto::SignKey::shared(base::Secret{std::string(32, 's')});
  BOOST_TEST(key.pem().empty());
  BOOST_TEST(!key.verify_key().parts().has_value());
}

BOOST_AUTO_TEST_CASE(ecdsa_signatures_of_zero_are_refused) {  // CVE-2022-21449
  const auto key = crypto::SignKey::generate(Kind::p256)->verify_key();
  BOOST_TEST(!key.verify(Alg::ES256, "x", std::string(64, '\0')));
  BOOST_TEST(!key.verify(Alg::ES256, "x", std::string(63, '\0') + '\1'));
  BOOST_TEST(!key.verify(Alg::ES256, "x", std::string(64, '\xff')));
}

BOOST_AUTO_TEST_CASE(threads_share_a_key) {
  const auto key = *crypto::SignKey::generate(Kind::p256);
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const auto text = std::to_string(t * 100 + i);
        good += key.verify_key().verify(Alg::ES256, text, *key.sign(Alg::ES256, text));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(good == 100);
}

BOOST_AUTO_TEST_CASE(a_key_signs_only_what_fits_it) {
  const auto key = *crypto::SignKey::generate(Kind::p256);
  BOOST_TEST(!key.sign(Alg::HS256, "x"));
  BOOST_TEST(!key.sign(Alg::ES384, "x"));
  BOOST_TEST(!key.sign_rsa_sha1("x"));
  BOOST_TEST(!crypto::SignKey::generate(Kind::oct));
}

BOOST_AUTO_TEST_CASE(an_rsa_signature_is_as_long_as_the_modulus) {  // RFC 8017 8.1.2, 8.2.2: else there are several texts of one signature
  const auto key = *crypto::SignKey::generate(crypto::Kind::rsa);
  const auto verify = key.verify_key();
  for (const auto alg : {crypto::Alg::PS256, crypto::Alg::RS256}) {
    int n = 0;
    std::string signature{"x"};
    for (; n < 10'000 && signature[0] != '\0'; ++n) signature = *key.sign(alg, std::to_string(n));  // one of 256 begins with a zero
    const auto data = std::to_string(n - 1);
    BOOST_REQUIRE(signature[0] == '\0');
    BOOST_TEST(verify.verify(alg, data, signature));
    BOOST_TEST(!verify.verify(alg, data, signature.substr(1)));
    BOOST_TEST(!verify.verify(alg, data, '\0' + signature));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
