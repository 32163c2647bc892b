// sealed.h: what each sealed text is bound to (Master::seal's context), so that one row's cannot be put into another's place. In one place,
// because `latchstring keys master` opens and seals them all again.
#pragma once
#include <string>
#include <string_view>

namespace token {

inline std::string signing_key_context(std::string_view kid) { return "signing-key:" + std::string{kid}; }

/// Provider tokens, by the identity. Neither part holds a zero byte (store::accounts).
inline std::string tokens_context(std::string_view issuer, std::string_view uid) {
  std::string out = "provider-tokens:";
  out += issuer;
  out += '\0';
  out += uid;
  return out;
}

/// What an engine keeps of a login between its two halves, by the hash of the state.
inline std::string flow_context(std::string_view secret_hash) { return "flow-kept:" + std::string{secret_hash}; }

/// The id_token that a logout hints at, by the identity that signed in.
inline std::string id_token_context(std::string_view issuer, std::string_view uid) {
  std::string out = "session-id-token:";
  out += issuer;
  out += '\0';
  out += uid;
  return out;
}

}  // namespace token
