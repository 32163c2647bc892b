// import.cc: one user with all identities is written in one transaction, many users in the same. What is refused is refused alone.
#include "store/import.h"

#include <algorithm>
#include <optional>

#include "base/encode.h"
#include "store/rows.h"
#include "store/store.h"

namespace store {
namespace {

// What a JavaScript number holds to the unit, so that no front end takes one user for another; and far from where AUTOINCREMENT ends, after
// which nobody new could sign in.
constexpr std::int64_t kMostId = (std::int64_t{1} << 53) - 1;

const Verdict kAdded{Fate::added, {}}, kSame{Fate::same, {}};

Verdict refused(std::string why) { return {Fate::refused, std::move(why)}; }

/// Who has it in a rehearsal, if that is somebody else: work that runs again meets its own marks.
template <class Marks>
std::optional<std::int64_t> holder(const Marks& marks, const typename Marks::key_type& key, std::int64_t self) {
  const auto it = marks.find(key);
  return it == marks.end() || it->second == self ? std::nullopt : std::optional{it->second};
}

base::Result<Verdict> judge(Tx& tx, const User& user, const Rehearsal* rehearsal) {
  if (user.id <= 0 || user.id > kMostId) return refused("its id is not between 1 and 9007199254740991");
  const auto same = tx.run("SELECT username, created FROM users WHERE id = $1", {user.id});
  if (!same) return same.error();
  if (!same->empty()) {
    // Two people who got the same number in two programs got it at two times.
    if (time(same->rows[0].integer(1)) == user.created) return kSame;
    return refused("id " + std::to_string(user.id) + " belongs to another user here, \"" + same->rows[0].text(0) + "\"");
  }
  if (const auto fit = importable_username(user.username); !fit) return refused(fit.error().say);
  const auto named = tx.run("SELECT id FROM users WHERE username = $1", {user.username});
  if (!named) return named.error();
  const auto twice = rehearsal != nullptr ? holder(rehearsal->usernames, user.username, user.id) : std::nullopt;
  if (!named->empty() || twice)
    return refused("its username is that of user " + std::to_string(twice ? *twice : named->rows[0].integer(0)) + " here");
  return kAdded;
}

/// No e-mail address is verified by being in a table: it passes no allow-list and joins nobody (email_match stays empty).
base::Status add(Tx& tx, const User& user) {
  const auto added = tx.run(
      "INSERT INTO users (id, username, email, email_verified, email_match, name, first_name, last_name, active, created) "
      "VALUES ($1, $2, $3, 0, '', $4, $5, $6, $7, $8)",
      {user.id, user.username, user.email, user.name, user.first_name, user.last_name, std::int64_t{user.active}, seconds(user.created)});
  if (!added) return added.error();
  return base::ok;
}

base::Result<Verdict> judge(Tx& tx, const ImportIdentity& identity, std::int64_t user, const Rehearsal* rehearsal) {
  const auto there = tx.run("SELECT user_id FROM identities WHERE issuer = $1 AND uid = $2", {identity.issuer, identity.uid});
  if (!there) return there.error();
  const auto twice = rehearsal != nullptr ? holder(rehearsal->identities, {identity.issuer, identity.uid}, 0) : std::nullopt;
  if (there->empty() && !twice) return kAdded;
  const auto owner = twice ? *twice : there->rows[0].integer(0);
  if (owner == user) return kSame;
  return refused("this person is known here as user " + std::to_string(owner));
}

base::Status add(Tx& tx, const ImportIdentity& identity, std::int64_t user) {
  const auto taken = tx.run("SELECT 1 FROM identities WHERE id = $1", {identity.id});
  if (!taken) return taken.error();
  const bool keep = taken->empty() && identity.id > 0 && identity.id <= kMostId;
  const auto added =
      keep ? tx.run(
                 "INSERT INTO identities (id, user_id, provider, issuer, uid, username, email, email_verified, name, picture, "
                 "created, used) VALUES ($1, $2, $3, $4, $5, '', '', 0, '', '', $6, $7)",
                 {identity.id, user, identity.provider, identity.issuer, identity.uid, seconds(identity.created), seconds(identity.used)})
           : tx.run(
                 "INSERT INTO identities (user_id, provider, issuer, uid, username, email, email_verified, name, picture, "
                 "created, used) VALUES ($1, $2, $3, $4, '', '', 0, '', '', $5, $6)",
                 {user, identity.provider, identity.issuer, identity.uid, seconds(identity.created), seconds(identity.used)});
  if (!added) return added.error();
  return base::ok;
}

base::Status import_identity(Tx& tx, ImportIdentity& identity, std::int64_t user, Rehearsal* rehearsal) {
  if (!identity.verdict.why.empty()) return base::ok;  // refused by whoever asks
  auto verdict = judge(tx, identity, user, rehearsal);
  if (!verdict) return verdict.error();
  identity.verdict = std::move(*verdict);
  if (identity.verdict.fate != Fate::added) return base::ok;
  if (rehearsal == nullptr) return add(tx, identity, user);
  rehearsal->identities.emplace(std::pair{identity.issuer, identity.uid}, user);
  return base::ok;
}

base::Status import_user(Tx& tx, ImportUser& row, Rehearsal* rehearsal) {
  auto verdict = row.verdict.why.empty() ? judge(tx, row.user, rehearsal) : row.verdict;
  if (!verdict) return verdict.error();
  row.verdict = std::move(*verdict);
  if (row.verdict.fate == Fate::refused) {
    for (auto& identity : row.identities) {
      if (identity.verdict.why.empty()) identity.verdict = refused("its user is not imported");
    }
    return base::ok;
  }
  if (row.verdict.fate == Fate::added) {
    if (rehearsal != nullptr) rehearsal->usernames.emplace(row.user.username, row.user.id);
    if (auto done = rehearsal != nullptr ? base::Status{base::ok} : add(tx, row.user); !done) return done;
  }
  for (auto& identity : row.identities) {
    if (auto done = import_identity(tx, identity, row.user.id, rehearsal); !done) return done;
  }
  return base::ok;
}

}  // namespace

bool is_plain(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return false;
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return false;  // C1: U+0080 to U+009F
  }
  return base::is_utf8(text);
}

base::Status importable_username(std::string_view username) {
  const auto no = [](const char* why) { return base::Error{base::Code::bad_request, why, why}; };
  if (username.empty()) return no("it has no username");
  if (!is_plain(username)) return no("its username holds a control character or is no UTF-8");
  const auto characters =
      std::count_if(username.begin(), username.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  if (characters > 150) return no("its username is longer than 150 characters");
  return base::ok;
}

base::Status OperatorStore::import_users(std::vector<ImportUser>& users, Rehearsal* rehearsal) {
  const auto given = users;  // work may run more than once
  const auto work = [&](Tx& tx) -> base::Status {
    users = given;
    for (auto& row : users) {
      if (auto done = import_user(tx, row, rehearsal); !done) return done;
    }
    return base::ok;
  };
  if (rehearsal != nullptr) return main_.read(work);
  auto done = main_.write(work);
  // Somebody signed in between a look and a write (possible where writers run in parallel: PostgreSQL).
  for (int again = 0; again < 2 && !done && done.error().code == base::Code::conflict; ++again) done = main_.write(work);
  return done;
}

base::Result<std::vector<std::int64_t>> OperatorStore::deleted_users() {
  const auto rows = read_one(main_, "SELECT DISTINCT user_id FROM audit WHERE event = 'user_deleted' AND user_id IS NOT NULL", {});
  if (!rows) return rows.error();
  std::vector<std::int64_t> ids;
  for (const auto& row : rows->rows) ids.push_back(row.integer(0));
  return ids;
}

base::Status OperatorStore::reserve_user_ids(std::int64_t highest) {
  const auto name = "reserved-" + base::hex(base::random_bytes(random_, 16));
  return main_.write([&](Tx& tx) -> base::Status {
    const auto there = tx.run("SELECT 1 FROM users WHERE id >= $1 LIMIT 1", {highest});
    if (!there) return there.error();
    if (!there->empty() || highest <= 0 || highest > kMostId) return base::ok;
    // AUTOINCREMENT remembers the highest id that was ever there (SQLite).
    const auto put = tx.run("INSERT INTO users (id, username, created) VALUES ($1, $2, 0)", {highest, name});
    if (!put) return put.error();
    const auto gone = tx.run("DELETE FROM users WHERE id = $1", {highest});
    if (!gone) return gone.error();
    return base::ok;
  });
}

}  // namespace store
