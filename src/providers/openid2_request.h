// openid2_request.h: the message that asks an OP who the user is (OpenID 2.0 9.1), and what the flow keeps of it until the answer. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "providers/openid2_association.h"
#include "providers/openid2_documents.h"
#include "providers/openid2_message.h"
#include "providers/openid2_settings.h"

namespace providers::openid2 {

/// What finish() has to know. It travels in the sealed flow, key and all, so that any process can finish what another began.
struct Kept {
  std::string endpoint;
  std::string claimed_id, local_id;  // "" = the OP chooses
  Associations::Pointer association;
};
std::string to_text(const Kept& kept);
base::Result<Kept> read_kept(std::string_view text);

/// The state rides in return_to, which the OP signs with the rest (10.1).
std::string return_to(std::string redirect_uri, std::string_view state);

/// `origin` is that of `return_to`, and the realm unless the settings name one (9.2).
Fields request_fields(const Settings& settings, const Service& service, const Kept& kept, std::string return_to, std::string_view origin);

}  // namespace providers::openid2
