// store/operator_store.h: the part of the store that operators use from a terminal, and no request does. It may look through whole tables.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/records.h"
#include "store/store_parts.h"

namespace store {

struct Exported;    // export.h
struct ImportUser;  // import.h
struct Rehearsal;

class OperatorStore : protected StoreParts {
 protected:
  explicit OperatorStore(const StoreParts& parts) : StoreParts(parts) {}

 public:
  // flows.cc
  /// The flow, used up or not; nullopt if there is none.
  base::Result<std::optional<FlowSeen>> look_at_flow(std::int64_t id, std::string_view secret_hash);

  // audit.cc
  /// What was written down of one request, oldest first. It looks through the whole table: for an operator who asks.
  base::Result<std::vector<AuditRow>> audited(std::string_view request_id);

  // search.cc, for people at a terminal
  /// Users whose username or e-mail holds the text, ASCII case aside, by id.
  base::Result<std::vector<User>> search_users(std::string_view text, std::int64_t most);
  /// Of that username, or that e-mail (ASCII case aside).
  base::Result<std::vector<User>> users_called(std::string_view name);

  // export.cc
  /// Code::not_found if there is no such user. The first table is `users`.
  base::Result<std::vector<Exported>> export_user(std::int64_t user);

  // import.cc
  /// Each row's `verdict` says what became of it; one that has a `why` beforehand is refused. With a rehearsal nothing is written.
  base::Status import_users(std::vector<ImportUser>& users, Rehearsal* rehearsal);
  /// Users who were deleted here and must not come back with an import.
  base::Result<std::vector<std::int64_t>> deleted_users();
  /// No user that is made from now on gets an id up to this one.
  base::Status reserve_user_ids(std::int64_t highest);

  // provider_tokens.cc, for a new master key
  /// In order of the identities, those after `after`; for sealing them anew, as are the next two. Nothing happens to what has changed.
  base::Result<std::vector<KeptTokens>> all_provider_tokens(std::int64_t after, std::int64_t most);
  base::Status reseal_provider_tokens(std::int64_t identity, std::int64_t version, std::string_view sealed);
  base::Status reseal_key(std::string_view kid, std::string_view sealed);
};

}  // namespace store
