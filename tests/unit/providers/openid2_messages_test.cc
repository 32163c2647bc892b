// Messages, associations and the checks of an assertion, one fault at a time.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/encode.h"
#include "crypto/dh.h"
#include "crypto/digest.h"
#include "providers/openid2_assertion.h"
#include "providers/openid2_association.h"
#include "unit/providers/world.h"

namespace {

namespace openid2 = providers::openid2;
using boost::unit_test::data::make;
using providers::Params;

// ---- key-value form ----

struct KeyValues {
  const char* why;
  std::string text, want;  // "name=value;..."; "-" = refused
};
std::ostream& operator<<(std::ostream& os, const KeyValues& row) { return os << row.why; }
const KeyValues key_values[] = {
    {"one line", "is_valid:true\n", "is_valid=true;"},
    {"no line feed at the end", "is_valid:true", "is_valid=true;"},
    {"a colon in the value", "ns:http://specs.openid.net/auth/2.0\nis_valid:true\n", "is_valid=true;ns=http://specs.openid.net/auth/2.0;"},
    {"CR LF and a space", "is_valid: true\r\n", "is_valid=true;"},
    {"nothing", "", ""},
    {"a line without a colon", "is_valid\n", "-"},
    {"a name that comes twice", "is_valid:false\nis_valid:true\n", "-"},
    {"a page", "<html>\n<body>\n", "-"},
    {"too long", "a:" + std::string(65 << 10, 'x'), "-"},
};

// ---- assertions ----

constexpr const char* kReturnTo = "https://app.example/cb?state=s1";
constexpr const char* kOp = "https://op.example/server";

/// A good one; a row changes one thing.
std::map<std::string, std::string> good() {
  return {{"ns", "http://specs.openid.net/auth/2.0"},
          {"mode", "id_res"},
          {"op_endpoint", kOp},
          {"claimed_id", "https://op.example/id/ann"},
          {"identity", "https://op.example/id/ann"},
          {"return_to", kReturnTo},
          {"response_nonce", "2023-11-14T22:13:20Zabc"},  // the fake clock's time
          {"assoc_handle", "h1"},
          {"signed", "op_endpoint,claimed_id,identity,return_to,response_nonce,assoc_handle"},
          {"sig", "AAAA"}};
}
Params params_of(const std::map<std::string, std::string>& fields) {
  Params out{{"state", "s1"}};
  for (const auto& [name, value] : fields) out.emplace_back("openid." + name, value);
  return out;
}
base::Result<openid2::Assertion> checked(const std::map<std::string, std::string>& fields) {
  return openid2::check_assertion(params_of(fields), {kReturnTo, kOp, fake::Clock{}.now()});
}

struct Fault {
  const char* why;
  const char* field;
  const char* value;  // null: the field is taken out
  const char* say;    // "" = all is well
};
std::ostream& operator<<(std::ostream& os, const Fault& row) { return os << row.why; }
constexpr const char *kMalformed = "Authentication failed: the answer is malformed",
                     *kUnsigned = "Authentication failed: the answer is not signed as it must be",
                     *kNonce = "Authentication failed: Nonce already used or out of range",
                     *kReturn = "Authentication failed: return_to does not match return URL";
const Fault faults[] = {
    {"nothing is wrong", "x", "y", ""},
    {"not a positive assertion", "mode", "cancel", kMalformed},
    {"OpenID 1 has no ns", "ns", nullptr, "Authentication failed: the provider speaks another version of OpenID"},
    {"another version", "ns", "http://openid.net/signon/1.1", "Authentication failed: the provider speaks another version of OpenID"},
    {"no signature", "sig", nullptr, kUnsigned},
    {"nothing is signed", "signed", nullptr, kMalformed},
    {"op_endpoint is not signed", "signed", "claimed_id,identity,return_to,response_nonce,assoc_handle", kUnsigned},
    {"return_to is not signed", "signed", "op_endpoint,claimed_id,identity,response_nonce,assoc_handle", kUnsigned},
    {"response_nonce is not signed", "signed", "op_endpoint,claimed_id,identity,return_to,assoc_handle", kUnsigned},
    {"assoc_handle is not signed", "signed", "op_endpoint,claimed_id,identity,return_to,response_nonce", kUnsigned},
    {"claimed_id is not signed (CVE-2012-1614 and its kin)", "signed", "op_endpoint,identity,return_to,response_nonce,assoc_handle",
     kUnsigned},
    {"identity is not signed", "signed", "op_endpoint,claimed_id,return_to,response_nonce,assoc_handle", kUnsigned},
    {"a signed field is missing", "signed", "op_endpoint,claimed_id,identity,return_to,response_nonce,assoc_handle,sreg.email", kMalformed},
    {"a signed field comes twice", "signed", "op_endpoint,claimed_id,identity,return_to,response_nonce,assoc_handle,identity", kMalformed},
    {"an empty name among the signed", "signed", "op_endpoint,claimed_id,identity,return_to,response_nonce,assoc_handle,", kMalformed},
    {"it is about nobody", "claimed_id", "", kUnsigned},
    {"another return_to", "return_to", "https://evil.example/cb?state=s1", kReturn},
    {"the return_to of another flow", "return_to", "https://app.example/cb?state=s2", kReturn},
    {"return_to with more behind it", "return_to", "https://app.example/cb?state=s1&x=1", kReturn},
    {"another OP", "op_endpoint", "https://evil.example/server", "Authentication failed: the answer is another provider's"},
    {"made four minutes ago", "response_nonce", "2023-11-14T22:09:20Zabc", ""},
    {"made six minutes ago", "response_nonce", "2023-11-14T22:07:20Zabc", kNonce},
    {"made in six minutes", "response_nonce", "2023-11-14T22:19:20Zabc", kNonce},
    {"a nonce without more", "response_nonce", "2023-11-14T22:13:20Z", ""},
    {"no time in the nonce", "response_nonce", "abcdefghijklmnopqrstuvwxyz", kNonce},
    {"a month that there is not", "response_nonce", "2023-13-14T22:13:20Zabc", kNonce},
    {"a sign where a digit belongs", "response_nonce", "2023-11-14T-1:13:20Zabc", kNonce},
    {"a time that is not UTC", "response_nonce", "2023-11-14T22:13:20+01:00", kNonce},
    {"a space in the nonce", "response_nonce", "2023-11-14T22:13:20Zab c", kNonce},
    {"a line feed, which would make two fields of one", "claimed_id", "https://op.example/id/ann\nx:y", kMalformed},
    {"a colon in a name, likewise", "sreg:email", "x", kMalformed},
};

/// The good one with more fields, all of which are signed but those whose name begins with '!'.
base::Result<openid2::Assertion> with(std::initializer_list<std::pair<std::string, std::string>> more) {
  auto fields = good();
  for (const auto& [name, value] : more) {
    const bool bare = name.starts_with('!');
    fields[bare ? name.substr(1) : name] = value;
    if (!bare) fields["signed"] += ',' + name;
  }
  return checked(fields);
}
constexpr const char *kSreg = "http://openid.net/extensions/sreg/1.1", *kAx = "http://openid.net/srv/ax/1.0",
                     *kEmail = "http://axschema.org/contact/email";

// ---- associations ----

/// The OP's half: it does the arithmetic with crypto's other end.
struct Op : world::World {
  providers::World all{net, cache, clock, random};
  const std::string endpoint = kOp;
  const std::string modulus = *base::hex_decode(
      "dcf93a0b883972ec0e19989ac5a2ce310e1d37717e8d9571bb7623731866e61ef75a2e27898b057f9891c2e27a639c3f29b60814581cd3b2ca3986d2"
      "683705577d45c2e7e52dc81c7a171876e5cea74b1448bfdfaf18828efd2519f14e45e3826634af1949e5b535cc829a483b8a76223e5d490a257f05bd"
      "ff16f2fb22c583ab");
  bool refuses = false, only_sha1 = false, only_plain = false;
  std::string expires = "3600";
  const std::string key1 = std::string(20, 'k'), key256 = std::string(32, 'K');

  struct Net final : net::Client {
    Op& op;
    explicit Net(Op& o) : op(o) {}
    base::Result<net::Response> send(const net::Request& request) override {
      op.net.asked.push_back(request);
      return net::Response{op.refuses ? 400 : 200, {}, op.answer(request.body)};
    }
  } client{*this};
  providers::World world() { return {client, cache, clock, random}; }

  static std::string part(const std::string& body, const std::string& name) {
    const auto at = ('&' + body).find("&openid." + name + '=');
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 8;
    return base::percent_decode(body.substr(from, body.find('&', from) - from));
  }
  std::string answer(const std::string& body) {
    const auto assoc = part(body, "assoc_type"), session = part(body, "session_type");
    if (refuses) return "ns:http://specs.openid.net/auth/2.0\nerror:no\nerror_code:unsupported-type\n";
    const bool sha1 = assoc == "HMAC-SHA1";
    if ((only_sha1 && !sha1) || (only_plain && session != "no-encryption"))
      return std::string{"error:no\nerror_code:unsupported-type\nassoc_type:"} + (only_sha1 ? "HMAC-SHA1" : "HMAC-SHA256") +
             "\nsession_type:" + (only_plain ? "no-encryption" : "DH-SHA1") + '\n';
    auto out = "assoc_handle:h1\nassoc_type:" + assoc + "\nsession_type:" + session + "\nexpires_in:" + expires + '\n';
    auto key = sha1 ? key1 : key256;
    if (session == "no-encryption") return out + "mac_key:" + base::base64(key) + '\n';
    const auto dh = *crypto::DiffieHellman::make(modulus, "\x02", random);
    const auto theirs = *base::base64_decode(part(body, "dh_consumer_public"));
    auto secret = std::string{dh.shared(theirs)->reveal()};
    if (static_cast<unsigned char>(secret[0]) >= 0x80) secret.insert(0, 1, '\0');
    const auto mask = sha1 ? crypto::sha1(secret) : crypto::sha256(secret);
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<char>(key[i] ^ mask[i]);
    auto mine = dh.public_value();
    if (static_cast<unsigned char>(mine[0]) >= 0x80) mine.insert(0, 1, '\0');
    return out + "dh_server_public:" + base::base64(mine) + "\nenc_mac_key:" + base::base64(key) + '\n';
  }
};

struct Reply {
  const char* why;
  std::string body;
};
std::ostream& operator<<(std::ostream& os, const Reply& row) { return os << row.why; }
const std::string kHead = "assoc_handle:h1\nassoc_type:HMAC-SHA256\nsession_type:DH-SHA256\nexpires_in:3600\n";
const std::string kKey = "enc_mac_key:" + base::base64(std::string(32, 'k')) + '\n';
const Reply replies[] = {
    {"nothing", ""},
    {"a page", "<html>"},
    {"no handle", "assoc_type:HMAC-SHA256\nsession_type:DH-SHA256\nexpires_in:3600\ndh_server_public:Aw==\n" + kKey},
    {"a kind that was not asked for", "assoc_handle:h\nassoc_type:HMAC-SHA1\nsession_type:no-encryption\nexpires_in:9\nmac_key:" +
                                          base::base64(std::string(20, 'k')) + '\n'},
    {"no key", kHead + "dh_server_public:Aw==\n"},
    {"no public value", kHead + kKey},
    {"a public value that gives the secret away", kHead + "dh_server_public:AQ==\n" + kKey},
    {"a key of another length", kHead + "dh_server_public:Aw==\nenc_mac_key:AAAA\n"},
    {"a handle with a space",
     "assoc_handle:h 1\nassoc_type:HMAC-SHA256\nsession_type:DH-SHA256\nexpires_in:3600\ndh_server_public:Aw==\n" + kKey},
    {"no expiry", "assoc_handle:h1\nassoc_type:HMAC-SHA256\nsession_type:DH-SHA256\ndh_server_public:Aw==\n" + kKey},
    {"expired when it began",
     "assoc_handle:h1\nassoc_type:HMAC-SHA256\nsession_type:DH-SHA256\nexpires_in:0\ndh_server_public:Aw==\n" + kKey},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(providers_openid2_messages)

BOOST_DATA_TEST_CASE(key_value_form, make(key_values), row) {
  const auto fields = openid2::parse_key_values(row.text);
  std::string got = fields ? "" : "-";
  if (fields) {
    for (const auto& [name, value] : *fields) got += name + '=' + value + ';';
  }
  BOOST_TEST(got == row.want);
}
BOOST_AUTO_TEST_CASE(the_signed_text_is_the_fields_in_the_order_of_signed) {
  BOOST_TEST(openid2::signed_text({{"mode", "error"}, {"error", "This is an example message"}}, {"mode", "error"}) ==
             "mode:error\nerror:This is an example message\n");  // OpenID 2.0 4.1.3
}
BOOST_AUTO_TEST_CASE(a_hundred_fields_are_enough) {
  Params many;
  for (int i = 0; i < 101; ++i) many.emplace_back("openid." + std::to_string(i), "x");
  BOOST_TEST(!openid2::fields_of(many));
  many.pop_back();
  BOOST_TEST(bool{openid2::fields_of(many)});
}
BOOST_AUTO_TEST_CASE(of_a_repeated_field_the_last_one_counts) {
  BOOST_TEST(openid2::field(*openid2::fields_of({{"openid.mode", "cancel"}, {"openid.mode", "id_res"}}), "mode") == "id_res");
}

BOOST_DATA_TEST_CASE(an_assertion_with_one_fault, make(faults), row) {
  auto fields = good();
  if (row.value == nullptr) {
    fields.erase(row.field);
  } else {
    fields[row.field] = row.value;
  }
  const auto got = checked(fields);
  BOOST_TEST((got ? "" : got.error().say) == row.say);
}
BOOST_AUTO_TEST_CASE(only_what_is_signed_has_a_value) {
  const auto got = with({{"!identity2", "x"}});
  BOOST_REQUIRE(bool{got});
  BOOST_TEST(got->value("claimed_id") == "https://op.example/id/ann");
  BOOST_TEST(got->value("identity2").empty());
}
BOOST_AUTO_TEST_CASE(simple_registration_as_far_as_it_is_signed) {
  const auto got = with({{"ns.s", kSreg}, {"s.email", "ann@op.example"}, {"!s.nickname", "admin"}, {"s.fullname", ""}});
  BOOST_REQUIRE(bool{got});
  BOOST_TEST((openid2::sreg_of(*got) == openid2::Fields{{"email", "ann@op.example"}}));
}
BOOST_AUTO_TEST_CASE(an_extension_whose_name_is_not_signed_says_nothing) {
  const auto got =
      with({{"!ns.sreg", kSreg}, {"sreg.email", "ann@op.example"}, {"!ns.ax", kAx}, {"ax.type.e", kEmail}, {"ax.value.e", "x@y.example"}});
  BOOST_REQUIRE(bool{got});
  BOOST_TEST(openid2::sreg_of(*got).empty());
  BOOST_TEST(openid2::ax_of(*got).empty());
}
BOOST_AUTO_TEST_CASE(attributes_by_their_types) {
  const auto got = with({{"ns.x", kAx},
                         {"x.mode", "fetch_response"},
                         {"x.type.e", kEmail},
                         {"x.value.e", "ann@op.example"},
                         {"x.type.n", "http://axschema.org/namePerson"},
                         {"x.count.n", "2"},
                         {"x.value.n.1", "Ann"},
                         {"x.value.n.2", "Anna"},
                         {"x.type.z", "urn:z"},
                         {"!x.value.z", "not signed"}});
  BOOST_REQUIRE(bool{got});
  BOOST_TEST((openid2::ax_of(*got) == openid2::Fields{{kEmail, "ann@op.example"}, {"http://axschema.org/namePerson", "Ann"}}));
}
BOOST_AUTO_TEST_CASE(attributes_whose_type_is_not_signed_are_none) {
  const auto got = with({{"ns.x", kAx}, {"x.mode", "fetch_response"}, {"!x.type.e", kEmail}, {"x.value.e", "ann@op.example"}});
  BOOST_REQUIRE(bool{got});
  BOOST_TEST(openid2::ax_of(*got).empty());
}

BOOST_FIXTURE_TEST_CASE(an_association_by_diffie_hellman, Op) {
  auto w = world();
  const auto made = openid2::associate(w, {endpoint, false});
  BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().detail));
  BOOST_TEST(made->handle == "h1");
  BOOST_TEST(made->key.reveal() == key256);
  BOOST_TEST((made->mac == openid2::Mac::sha256));
  BOOST_TEST((made->expires == clock.now() + std::chrono::hours{1}));
  BOOST_TEST(part(net.asked[0].body, "session_type") == "DH-SHA256");
  BOOST_TEST(!net.asked[0].private_addresses);
}
BOOST_FIXTURE_TEST_CASE(what_the_op_offers_instead_is_taken, Op) {
  only_sha1 = true;
  auto w = world();
  const auto made = openid2::associate(w, {endpoint, false});
  BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().detail));
  BOOST_TEST(made->key.reveal() == key1);
  BOOST_TEST(net.asked.size() == 2u);
  BOOST_TEST(part(net.asked[1].body, "session_type") == "DH-SHA1");
}
BOOST_FIXTURE_TEST_CASE(a_key_travels_in_the_clear_over_https_only, Op) {
  only_plain = true;
  auto w = world();
  const auto made = openid2::associate(w, {endpoint, false});
  BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().detail));
  BOOST_TEST(made->key.reveal() == key256);
  BOOST_TEST(part(net.asked[1].body, "dh_consumer_public").empty());
  BOOST_TEST(!openid2::associate(w, {"http://127.0.0.1:1/server", true}));
  BOOST_TEST(net.asked.size() == 3u);
}
BOOST_DATA_TEST_CASE_F(Op, an_answer_without_a_good_key_is_none, make(replies), row) {
  net.answer(endpoint, 200, row.body);
  const auto made = openid2::associate(all, {endpoint, false});
  BOOST_TEST(!made);
}
BOOST_FIXTURE_TEST_CASE(an_association_is_kept_as_long_as_it_outlives_a_login, Op) {
  auto w = world();
  openid2::Associations associations;
  const auto first = associations.get(w, {endpoint, false});
  BOOST_REQUIRE(first);
  clock.tick(std::chrono::minutes{39});
  BOOST_TEST(associations.get(w, {endpoint, false}) == first);
  clock.tick(std::chrono::minutes{2});
  BOOST_TEST(associations.get(w, {endpoint, false}) != first);
  BOOST_TEST(net.asked.size() == 2u);
}
BOOST_FIXTURE_TEST_CASE(an_op_that_will_not_is_left_alone_for_a_while, Op) {
  refuses = true;
  auto w = world();
  openid2::Associations associations;
  for (int i = 0; i < 5; ++i) BOOST_TEST(!associations.get(w, {endpoint, false}));
  BOOST_TEST(net.asked.size() == 1u);
  refuses = false;
  clock.tick(std::chrono::minutes{11});
  BOOST_TEST(associations.get(w, {endpoint, false}));
}
BOOST_FIXTURE_TEST_CASE(a_forgotten_handle_is_made_anew, Op) {
  auto w = world();
  openid2::Associations associations;
  (void)associations.get(w, {endpoint, false});
  associations.forget(endpoint, "another");
  (void)associations.get(w, {endpoint, false});
  BOOST_TEST(net.asked.size() == 1u);
  associations.forget(endpoint, "h1");
  (void)associations.get(w, {endpoint, false});
  BOOST_TEST(net.asked.size() == 2u);
}
BOOST_FIXTURE_TEST_CASE(of_a_great_many_ops_few_are_remembered, Op) {
  auto w = world();
  openid2::Associations associations;
  for (int i = 0; i < 200; ++i) (void)associations.get(w, {"https://op" + std::to_string(i) + ".example/", false});
  BOOST_TEST(net.asked.size() == 200u);
  (void)associations.get(w, {"https://op199.example/", false});
  BOOST_TEST(net.asked.size() == 200u);
}

BOOST_AUTO_TEST_SUITE_END()
