#include "store/account_writes.h"

#include "base/encode.h"
#include "store/rows.h"
#include "store/rules.h"

namespace store {
namespace {

constexpr int kReadable = 9, kAttempts = 14;

/// What is tried one after the other: ada, ada2 ... ada9; then with six digits of chance, at last with sixteen hexadecimal ones. People can
/// read it and tell it to somebody, and however many are called alike, a login costs a few statements.
std::string username_at(int attempt, const std::string& wanted, base::Random& random) {
  if (attempt < kReadable) return numbered(wanted, attempt + 1);
  const auto chance = base::hex(base::random_bytes(random, 8));
  if (attempt + 2 >= kAttempts) return with_suffix(wanted, chance);
  const auto digits = std::to_string(1'000'000 + std::stoull(chance, nullptr, 16) % 1'000'000).substr(1);
  return with_suffix(wanted, '-' + digits);
}

base::Status write_user(Tx& tx, const User& user) {
  const auto match = user.email_verified ? match_email(user.email) : std::string{};
  const auto done = tx.run(
      "UPDATE users SET email = $2, email_verified = $3, email_match = $4, name = $5, first_name = $6, last_name = $7, picture = $8 "
      "WHERE id = $1",
      {user.id, user.email, std::int64_t{user.email_verified}, match, user.name, user.first_name, user.last_name, user.picture});
  if (!done) return done.error();
  return base::ok;
}

/// True if this identity stood for the user's address until now, tells something else today, and no other identity stands for it. A
/// provider that tells no address (some do so at the first login only) takes none back.
base::Result<bool> address_is_left(Tx& tx, const User& user, const Profile& p, const KnownIdentity& before) {
  const auto address = match_email(user.email);
  const bool stood = user.email_verified && before.email_verified && !address.empty() && match_email(before.email) == address;
  if (!stood || p.email.empty() || (p.email_verified && match_email(p.email) == address)) return false;
  const auto others =
      tx.run("SELECT 1 FROM identities WHERE user_id = $1 AND id <> $2 AND email_verified = 1 AND lower(email) = $3 LIMIT 1",
             {user.id, before.id, address});
  if (!others) return others.error();
  return others->empty();
}

}  // namespace

/// ON CONFLICT DO NOTHING rather than an error: a taken username is the normal case, and PostgreSQL ends the transaction at an error.
base::Result<User> make_user(Tx& tx, const Profile& p, base::Time now, base::Random& random) {
  const auto wanted = username_for(p);
  const auto match = p.email_verified ? match_email(p.email) : std::string{};
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto username = username_at(attempt, wanted, random);
    const auto made = tx.run(
        "INSERT INTO users (username, email, email_verified, email_match, name, first_name, last_name, picture, created) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (username) DO NOTHING RETURNING id",
        {username, p.email, std::int64_t{p.email_verified}, match, p.name, p.first_name, p.last_name, p.picture, seconds(now)});
    if (!made) return made.error();
    if (made->empty()) continue;
    return User{.id = made->rows[0].integer(0),
                .username = username,
                .email = p.email,
                .email_verified = p.email_verified,
                .name = p.name,
                .first_name = p.first_name,
                .last_name = p.last_name,
                .picture = p.picture,
                .active = true,
                .created = now};
  }
  return base::Error{base::Code::internal, "no free username after " + std::to_string(kAttempts) + " attempts"};
}

base::Status fill_user(Tx& tx, User& user, const Profile& p, const KnownIdentity& before) {
  const User old = user;
  const auto left = address_is_left(tx, user, p, before);
  if (!left) return left.error();
  if (user.email.empty() || (*left && p.email_verified && !match_email(p.email).empty())) {
    user.email = p.email;
    user.email_verified = p.email_verified;
  } else if (*left) {
    user.email_verified = false;
  } else if (user.email == p.email && p.email_verified) {
    user.email_verified = true;
  }
  const auto fill = [](std::string& field, const std::string& value) {
    if (field.empty()) field = value;
  };
  fill(user.name, p.name);
  fill(user.first_name, p.first_name);
  fill(user.last_name, p.last_name);
  fill(user.picture, p.picture);
  return user == old ? base::Status{base::ok} : write_user(tx, user);
}

base::Result<std::int64_t> write_identity(Tx& tx, std::int64_t identity, std::int64_t user, const Profile& p, base::Time now) {
  if (identity != 0) {
    const auto done = tx.run(
        "UPDATE identities SET provider = $2, username = $3, email = CASE WHEN $4 = '' THEN email ELSE $4 END, "
        "email_verified = CASE WHEN $4 = '' THEN email_verified ELSE $5 END, name = $6, first_name = $7, last_name = $8, "
        "picture = $9, extra = $10, used = $11 WHERE id = $1",
        {identity, p.provider, p.username, p.email, std::int64_t{p.email_verified}, p.name, p.first_name, p.last_name, p.picture, p.extra,
         seconds(now)});
    if (!done) return done.error();
    return identity;
  }
  const auto made = tx.run(
      "INSERT INTO identities (user_id, provider, issuer, uid, username, email, email_verified, name, first_name, last_name, picture, "
      "extra, created, used) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13) RETURNING id",
      {user, p.provider, p.issuer, p.uid, p.username, p.email, std::int64_t{p.email_verified}, p.name, p.first_name, p.last_name, p.picture,
       p.extra, seconds(now)});
  if (!made) return made.error();
  return made->rows.at(0).integer(0);
}

base::Status settle_email(Tx& tx, std::int64_t user) {
  // lower() of ASCII alone: what holds anything else is never verified (providers/profile.cc).
  const auto done = tx.run(
      "UPDATE users SET email_verified = 0, email_match = '' WHERE id = $1 AND email_verified = 1 AND NOT EXISTS "
      "(SELECT 1 FROM identities i WHERE i.user_id = users.id AND i.email_verified = 1 AND lower(i.email) = lower(users.email))",
      {user});
  if (!done) return done.error();
  return base::ok;
}

std::string fact(std::int64_t user, std::string_view provider, std::string_view uid, base::Time now) {
  if (provider.empty()) return event_payload({{"user", user}, {"at", seconds(now)}});
  return event_payload({{"user", user}, {"provider", provider}, {"uid", uid}, {"at", seconds(now)}});
}

}  // namespace store
