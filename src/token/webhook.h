// webhook.h: how a message to the application is signed, as Standard Webhooks 1.0 has it, so that any of its libraries can check it.
#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"

namespace token {

/// The value of `webhook-signature`: "v1," and base64(HMAC-SHA-256(key, id "." seconds "." body)). `id` and `at` are what webhook-id and
/// webhook-timestamp say; neither holds a dot.
std::string webhook_signature(const base::Secret& key, std::string_view id, base::Time at, std::string_view body);

}  // namespace token
