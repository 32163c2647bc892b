// accounts.cc: a login's one durable transaction. First only reads decide whether it is allowed, then everything is written.
#include "base/encode.h"
#include "store/rows.h"
#include "store/rules.h"
#include "store/store.h"

namespace store {
namespace {

struct Login {
  const LoginRecord& record;
  base::Time now;
  base::Random& random;
};

struct Found {
  std::int64_t identity = 0;  // 0 = this person signs in for the first time
  bool disabled = false;      // by the provider's word
  std::optional<User> user;   // none = a user is to be made
};

base::Error refused(const char* why, const char* say) { return base::Error{base::Code::denied, why, say}; }

base::Status usable(const Profile& profile) {
  const bool named = !profile.uid.empty() && !profile.issuer.empty() && profile.uid.size() <= 1024 && profile.issuer.size() <= 2048;
  if (named && profile.uid.find('\0') == profile.uid.npos && profile.issuer.find('\0') == profile.issuer.npos) return base::ok;
  return base::Error{base::Code::bad_request, "identity: issuer or uid is empty, too long or holds a zero byte"};
}

/// The one user who has the same verified e-mail. Two of them: nobody can say which, so neither.
base::Result<std::int64_t> same_email(Tx& tx, const Profile& profile) {
  const auto email = profile.email_verified ? match_email(profile.email) : std::string{};
  if (email.empty()) return std::int64_t{0};
  const auto rows = tx.run("SELECT id FROM users WHERE email_match = $1 AND email_match <> '' LIMIT 2", {email});
  if (!rows) return rows.error();
  return rows->rows.size() == 1 ? rows->rows[0].integer(0) : std::int64_t{0};
}

base::Result<Found> find(Tx& tx, const LoginRecord& record) {
  Found found;
  const auto rows =
      tx.run("SELECT id, user_id, disabled FROM identities WHERE issuer = $1 AND uid = $2", {record.profile.issuer, record.profile.uid});
  if (!rows) return rows.error();
  std::int64_t user = 0;
  if (!rows->empty()) {
    found.identity = rows->rows[0].integer(0);
    user = rows->rows[0].integer(1);
    found.disabled = rows->rows[0].integer(2) != 0;
  } else if (record.rules.link_by_verified_email) {
    const auto linked = same_email(tx, record.profile);
    if (!linked) return linked.error();
    user = *linked;
  }
  if (user == 0) return found;
  auto loaded = load_user(tx, user);
  if (!loaded) return loaded.error();
  found.user = std::move(*loaded);
  return found;
}

/// ON CONFLICT DO NOTHING rather than an error: a taken username is the normal case, and PostgreSQL ends the transaction at an error.
base::Result<User> make_user(Tx& tx, const Login& login) {
  const auto& p = login.record.profile;
  const auto wanted = username_for(p);
  const auto match = p.email_verified ? match_email(p.email) : std::string{};
  for (int attempt = 0; attempt < 4; ++attempt) {
    const auto username = attempt == 0 ? wanted : with_suffix(wanted, base::hex(base::random_bytes(login.random, 8)));
    const auto made = tx.run(
        "INSERT INTO users (username, email, email_verified, email_match, name, first_name, last_name, picture, created) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (username) DO NOTHING RETURNING id",
        {username, p.email, std::int64_t{p.email_verified}, match, p.name, p.first_name, p.last_name, p.picture, seconds(login.now)});
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
                .created = login.now};
  }
  return base::Error{base::Code::internal, "no free username after 4 attempts"};
}

/// What the user has not set is taken from the provider; nothing that is there is overwritten.
base::Status fill_user(Tx& tx, User& user, const Profile& p) {
  const User before = user;
  if (user.email.empty()) {
    user.email = p.email;
    user.email_verified = p.email_verified;
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
  if (user == before) return base::ok;
  const auto match = user.email_verified ? match_email(user.email) : std::string{};
  const auto done = tx.run(
      "UPDATE users SET email = $2, email_verified = $3, email_match = $4, name = $5, first_name = $6, last_name = $7, picture = $8 "
      "WHERE id = $1",
      {user.id, user.email, std::int64_t{user.email_verified}, match, user.name, user.first_name, user.last_name, user.picture});
  if (!done) return done.error();
  return base::ok;
}

/// Code::conflict if another process made the same identity meanwhile (possible where writers run in parallel: PostgreSQL).
base::Result<std::int64_t> touch_identity(Tx& tx, const Login& login, std::int64_t identity, std::int64_t user) {
  const auto& p = login.record.profile;
  if (identity != 0) {
    const auto done = tx.run(
        "UPDATE identities SET provider = $2, username = $3, email = $4, email_verified = $5, name = $6, first_name = $7, last_name = $8, "
        "picture = $9, extra = $10, used = $11 WHERE id = $1",
        {identity, p.provider, p.username, p.email, std::int64_t{p.email_verified}, p.name, p.first_name, p.last_name, p.picture, p.extra,
         seconds(login.now)});
    if (!done) return done.error();
    return identity;
  }
  const auto made = tx.run(
      "INSERT INTO identities (user_id, provider, issuer, uid, username, email, email_verified, name, first_name, last_name, picture, "
      "extra, created, used) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13) RETURNING id",
      {user, p.provider, p.issuer, p.uid, p.username, p.email, std::int64_t{p.email_verified}, p.name, p.first_name, p.last_name, p.picture,
       p.extra, seconds(login.now)});
  if (!made) return made.error();
  return made->rows.at(0).integer(0);
}

Param blob_or_null(const std::string& bytes) { return bytes.empty() ? Param{} : Param{Blob{bytes}}; }

base::Result<std::int64_t> begin_session(Tx& tx, const Login& login, const SignedIn& who) {
  const auto& r = login.record;
  const auto& s = r.session;
  const auto session = tx.run(
      "INSERT INTO sessions (user_id, provider, user_agent, created, used, expires, cookie_hash, remote_addr, identity_id, idp_sid, "
      "id_token, claims) VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
      {who.user.id, r.profile.provider, clip(s.user_agent, 200), seconds(login.now), seconds(s.expires), blob_or_null(s.cookie_hash),
       r.remote_addr, who.identity, s.idp_sid, blob_or_null(s.id_token), s.claims});
  if (!session) return session.error();
  const auto id = session->rows.at(0).integer(0);
  if (s.refresh_hash.empty()) return id;
  const auto token =
      tx.run("INSERT INTO refresh_tokens (hash, session_id, expires) VALUES ($1, $2, $3)", {Blob{s.refresh_hash}, id, seconds(s.expires)});
  if (!token) return token.error();
  return id;
}

base::Result<LoginDone> write_login(Tx& tx, const Login& login, Found found) {
  LoginDone done;
  done.who.created = !found.user;
  if (found.user) {
    done.who.user = std::move(*found.user);
    if (const auto filled = fill_user(tx, done.who.user, login.record.profile); !filled) return filled.error();
  } else {
    auto made = make_user(tx, login);
    if (!made) return made.error();
    done.who.user = std::move(*made);
  }
  const auto identity = touch_identity(tx, login, found.identity, done.who.user.id);
  if (!identity) return identity.error();
  done.who.identity = *identity;
  const auto session = begin_session(tx, login, done.who);
  if (!session) return session.error();
  done.session = *session;
  return done;
}

base::Result<LoginDone> decide(Tx& tx, const Login& login) {
  const auto& record = login.record;
  auto found = find(tx, record);
  if (!found) return found.error();
  if (!domain_allowed(record.profile, record.rules))
    return refused("e-mail is not verified in an allowed domain", "Your e-mail address is not allowed to sign in here.");
  if (found->user && !found->user->active) return refused("user is disabled", "User account is disabled.");
  if (found->disabled)
    return refused("the provider said that this account is disabled or gone",
                   "The provider has disabled this account. Sign in another way, or ask the people who run this site.");
  if (!found->user && !record.rules.create_users)
    return refused("no such user, and accounts.create_users is off",
                   "There is no account for this sign-in, and new ones are not made here.");
  return write_login(tx, login, std::move(*found));
}

AuditEntry audit_of(const LoginRecord& record, const base::Result<LoginDone>& result) {
  AuditEntry entry{.event = "login",
                   .provider = record.profile.provider,
                   .outcome = "ok",
                   .remote_addr = record.remote_addr,
                   .request_id = record.request_id};
  if (result) {
    entry.user = result->who.user.id;
    entry.detail = result->who.created ? "new user" : "";
  } else {
    entry.event = "login_refused";
    entry.outcome = base::name_of(result.error().code);
    entry.detail = result.error().detail;
  }
  return entry;
}

}  // namespace

base::Result<LoginDone> Store::sign_in(const LoginRecord& record) {
  if (const auto fit = usable(record.profile); !fit) return fit.error();
  const Login login{record, clock_.now(), random_};
  base::Result<LoginDone> result = LoginDone{};
  const auto work = [&](Tx& tx) -> base::Status {
    result = decide(tx, login);
    // A refusal has written nothing, and its audit row is to stay: it is no failure of the transaction.
    if (!result && result.error().code != base::Code::denied) return result.error();
    return add_audit(tx, audit_of(record, result), login.now);
  };
  auto done = main_.write(work);
  for (int again = 0; again < 2 && !done && done.error().code == base::Code::conflict; ++again) done = main_.write(work);
  if (!done) return done.error();
  return result;
}

}  // namespace store
