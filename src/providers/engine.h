// engine.h: a protocol is two functions, begin and finish; beside them a pure look at a callback and a question for `latchstring check`.
// All engines stand in one constexpr array (engines.cc).
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/broker.h"
#include "providers/provider.h"

namespace providers {

class Table;

/// Tells what is wrong with a provider's file: "authorize.url", "is missing".
using Wrong = std::function<void(std::string_view key, std::string what)>;

struct TokenEndpoint;

struct Engine {
  std::string_view protocol;
  base::Result<Begun> (*begin)(Provider& provider, const Start& start, World& world);
  base::Result<Identity> (*finish)(Provider& provider, const Finish& finish, World& world);
  /// Pure: what the callback says before its flow is known.
  Callback (*look)(const Provider& provider, const Params& params);
  base::Status (*check)(Provider& provider, World& world);
  /// What must hold between the keys of a file for this protocol. `complete`: as in read_spec.
  void (*examine)(const Spec& spec, bool complete, const Wrong& wrong);
  /// Reads the tables that only this protocol has; null = it has none.
  void (*read)(Table& table, Spec& spec) = nullptr;
  /// Speaks OpenID Connect: standard scopes and claims, a nonce in each request.
  bool id_tokens = false;
  bool needs_client = true;  // false: works without client_id and client_secret (OpenID 2.0, CAS, ...)
  /// Variables of a login that begins, which [authorize] and Spec.own_texts may name besides the provider's.
  std::span<const std::string_view> begins = {};
  std::string_view redeems_with = "c";  // the documents that are there when the token endpoint is asked
  /// Whether a file needs client_id, client_secret; null: as needs_client says.
  bool (*needs)(const Spec& spec, std::string_view setting) = nullptr;
  bool xml = false;       // reads XML that comes from outside
  bool has_file = false;  // a stanza with the protocol for its `kind` stands on the catalogue's file of that name
  /// Pages that this protocol has besides the two of every provider; null = none. Code::not_found for an unknown one.
  base::Result<Page> (*page)(const Provider& provider, const PageRequest& request) = nullptr;
  /// What an app of a phone signs in with; null = nothing that would prove anything.
  base::Result<Identity> (*native)(Provider& provider, const Native& native, World& world) = nullptr;
  /// Where tokens are refreshed, if the file does not say; null = the protocol has no such thing.
  base::Result<TokenEndpoint> (*refreshes_at)(Provider& provider, World& world) = nullptr;
  /// The issuer of the identity that whoever has this uid has; null = the provider's name. Code::denied: the uid does not tell it.
  base::Result<std::string> (*issuer)(Provider& provider, std::string_view uid, World& world) = nullptr;
};

std::span<const Engine> engines() noexcept;
const Engine* find_engine(std::string_view protocol) noexcept;
std::vector<std::string> protocols();

}  // namespace providers
