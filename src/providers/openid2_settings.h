// openid2_settings.h: what a provider's file says in [openid2].
//   identifier = "https://op.example/"        the OP's identifier, or the user's: a template that may read the request that begins the
//   login
//                                             ("{r:/openid_identifier}", "https://{label(r:/name)}.example.org/")
//   mode       = "stateless" | "associate"    ask the OP about each assertion (11.4.2), or share a key with it (8)
//   own        = "https://op.example/id/{digits}"   claimed identifiers for which the OP is to be believed without looking (see
//   is_pattern); only_own   = true                               and no others; what stands in the hole is i:/id sreg       = ["email",
//   "nickname"]        what is asked by Simple Registration ax         = { required = ["email: http://axschema.org/contact/email"],
//   optional = [...] }      and by attribute exchange username   = "nickname"                   the attribute that is the user's name
//   (`username_key` of a stanza goes before it)
#pragma once
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

  /// The identifier is the same for everybody.
  bool is_fixed() const noexcept { return identifier && !identifier->reads("r"); }
  /// What the operator alone decided of it, if that names a host: for private_addresses_allowed.
  std::string anchor(const Values& values) const;
};

/// Of a spec that this protocol's read() made.
inline const Settings& settings_of(const Spec& spec) { return *static_cast<const Settings*>(spec.own.get()); }

}  // namespace providers::openid2
