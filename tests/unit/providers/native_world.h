// unit/providers/native_world.h: an app of ours, and what it brings along.
#pragma once
#include "unit/providers/world.h"

namespace world {

struct NativeWorld : OidcWorld {
  std::string asked_nonce = "-";
  bool asked_required = false;
  NativeWorld() { toml = std::string{kOidc} + "client_ids = ['ios', 'android']\n"; }

  base::Result<providers::Identity> enter(const std::string& id_token, const std::string& access_token = {},
                                          const std::string& name = "op") {
    auto broker = open(toml);
    if (!broker) return broker.error();
    return broker->native(name, {id_token, access_token, [this](std::string_view nonce, bool required) -> base::Status {
                                   asked_nonce = nonce;
                                   asked_required = required;
                                   if (nonce == "of another login") return base::Error{base::Code::bad_request, "", "nonce"};
                                   return base::ok;
                                 }});
  }
  std::string outcome(const std::string& id_token, const std::string& access_token = {}, const std::string& name = "op") {
    return world::outcome(enter(id_token, access_token, name));
  }
  /// Everything served, one token changed.
  std::string with(const Change& change) {
    op.login();
    return outcome(op.id_token(change));
  }
};

}  // namespace world
