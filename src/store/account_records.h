// store/account_records.h: what is done to an account by who is signed in to it, as plain values (records.h has the rest).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/records.h"

namespace store {

/// Another identity for the user who is signed in.
struct LinkRecord {
  std::int64_t user = 0;
  Profile profile;
  AccountRules rules;
  std::string provider_tokens = {};  // sealed; "" = not kept
  std::optional<base::Time> provider_tokens_expire = {};
  std::string remote_addr = {}, request_id = {};
};
struct Linked {
  Identity identity;
  bool already = false;  // it was this user's before
};

struct Unlink {
  std::int64_t user = 0, identity = 0;
  std::vector<std::string> enabled;  // providers that one can sign in with today
  std::int64_t keep_session = 0;     // the sessions that the identity began end, but for this one
  std::string remote_addr = {}, request_id = {};
};

/// What a user writes about themself; nullopt = as it was. No e-mail address: nobody verified it, and it would open accounts by its domain.
struct UserChange {
  std::int64_t user = 0;
  std::optional<std::string> username = {}, name = {}, first_name = {}, last_name = {};
  std::string remote_addr = {}, request_id = {};
};

}  // namespace store
