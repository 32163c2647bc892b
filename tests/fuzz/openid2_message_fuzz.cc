// openid2_message_fuzz.cc: an OpenID 2.0 provider's messages: lines, parameters, and an assertion whose signature is taken for
// good. What is believed is covered by the signature, and no other message has the same signed text.
#include "base/text.h"
#include "fuzz.h"
#include "http/request.h"
#include "providers/openid2_assertion.h"

namespace {

namespace openid2 = providers::openid2;

const openid2::Expected& expected() {
  static const openid2::Expected made{"https://app.example/cb?state=s", "https://op.example/server",
                                      base::Time{std::chrono::seconds{1'700'000'000}}};
  return made;
}

void check(const openid2::Assertion& a) {
  HOLDS(a.value("return_to") == expected().return_to && a.value("op_endpoint") == expected().op_endpoint);
  HOLDS(!a.value("claimed_id").empty() && !a.value("identity").empty());
  for (const auto& fields : {openid2::sreg_of(a), openid2::ax_of(a)}) {
    for (const auto& [name, value] : fields) {
      bool covered = false;
      for (const auto& one : a.covered) covered = covered || a.value(one) == value;
      HOLDS(covered && !value.empty());
    }
  }
  openid2::auth_time_of(a);
  // The text that is signed, read as lines, gives back exactly what is covered. (Lines are trimmed there; what would be is passed
  // over.)
  openid2::Fields covered;
  for (const auto& name : a.covered) {
    if (base::trim(name) != name || base::trim(a.value(name)) != a.value(name)) return;
    covered[name] = a.value(name);
  }
  const auto again = openid2::parse_key_values(openid2::signed_text(a.fields, a.covered));
  HOLDS(again && *again == covered);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::view(data, size);
  if (const auto fields = openid2::parse_key_values(text)) {
    std::vector<std::string> names;
    for (const auto& [name, value] : *fields) names.push_back(name);
    const auto again = openid2::parse_key_values(openid2::signed_text(*fields, names));
    HOLDS(again && *again == *fields);
  }
  const auto params = http::parse_form(text).items();
  const auto fields = openid2::fields_of(params);
  if (!fields) return 0;
  HOLDS(fields->size() <= 100);
  HOLDS(*openid2::fields_of(http::parse_form(openid2::to_form(*fields)).items()) == *fields);
  const auto assertion = openid2::check_assertion(params, expected());
  if (assertion) check(*assertion);
  return 0;
}
