// openid2_settings.h: what a provider's file says in [openid2].
//   identifier = "https://op.example/"     the OP's identifier, or the user's: a template that may read the request that begins the
//                                          login ("{r:/openid_identifier}", "https://{label(r:/name)}.example.org/")
//   mode       = "stateless"               ask the OP about each assertion (11.4.2); or "associate": share a key with it (8)
//   own        = "https://op.example/{digits}"   claimed identifiers for which the OP is believed without asking them (see
//   only_own   = true                      is_pattern), and no others; what stands in the hole is i:/id
//   sreg       = ["email", "nickname"]     what is asked for by Simple Registration
//   ax         = { required = ["mail as email: http://axschema.org/contact/email"], optional = [...] }
//                                          and by attribute exchange: alias in the message, name in i: if it is another, type
//   username   = "nickname"                the attribute that is the user's name (a stanza's `username_key` goes before it)
// and beside it, by python-social-auth's names, openid_trust_root (the realm, if it is not the origin of redirect_uri) and
// openid_pape_max_auth_age (seconds: whoever signed in at the OP longer ago has to do it again).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/spec.h"

namespace providers::openid2 {

struct Attribute {
  std::string alias, name, type;
};

struct Settings {
  std::optional<Expression> identifier;
  bool associates = false;
  std::string own;
  bool only_own = false;
  std::vector<std::string> sreg;
  std::vector<Attribute> required, optional;
  bool own_attributes = false;  // the file names them: then they are asked for whether the OP announces AX or not, and nothing else is
  std::string username;
  std::string realm;
  std::int64_t max_age = 0;

  /// The identifier is the same for everybody.
  bool is_fixed() const noexcept { return identifier && !identifier->reads("r"); }
  /// What the operator alone decided of it, if that names a host: for private_addresses_allowed.
  std::string anchor(const Values& values) const;
};

/// Of a spec that this protocol's read() made.
inline const Settings& settings_of(const Spec& spec) { return *static_cast<const Settings*>(spec.own.get()); }

}  // namespace providers::openid2
