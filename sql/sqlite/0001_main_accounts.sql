-- Users, how they sign in, and what they are signed in with. Times are seconds since 1970.
-- AUTOINCREMENT: the id of a deleted user must never come back, since tokens that name it may still be around.
-- Ids are plain integers, so that those of a Django user table can be kept when users are imported.
CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  username TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL DEFAULT '',
  email_verified INTEGER NOT NULL DEFAULT 0,
  -- What identities are linked by: the verified e-mail in lower case, '' when it is not fit for that.
  email_match TEXT NOT NULL DEFAULT '',
  name TEXT NOT NULL DEFAULT '',
  first_name TEXT NOT NULL DEFAULT '',
  last_name TEXT NOT NULL DEFAULT '',
  picture TEXT NOT NULL DEFAULT '',
  active INTEGER NOT NULL DEFAULT 1,
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX users_email_match ON users (email_match) WHERE email_match <> '';

-- (issuer, uid) is the identity, compared as bytes. Its other columns are what the provider said at the last login.
CREATE TABLE identities (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  issuer TEXT NOT NULL,
  uid TEXT NOT NULL,
  username TEXT NOT NULL,
  email TEXT NOT NULL,
  email_verified INTEGER NOT NULL,
  name TEXT NOT NULL,
  picture TEXT NOT NULL,
  created INTEGER NOT NULL,
  used INTEGER NOT NULL,
  UNIQUE (issuer, uid)
) STRICT;
CREATE INDEX identities_user ON identities (user_id);

-- A signed-in device: the family of its refresh tokens.
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  created INTEGER NOT NULL,
  used INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  ended INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);

-- Refresh tokens by when they expire (the token says so itself) and their hash: rows are appended and swept as a range, where a key of
-- the hash alone would touch a page of its own for each login. An exchanged one stays until it expires, so that its reuse is noticed.
CREATE TABLE refresh_tokens (
  expires INTEGER NOT NULL,
  hash BLOB NOT NULL,
  session_id INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  next_issued INTEGER,
  next_expires INTEGER,
  next_sealed BLOB,
  PRIMARY KEY (expires, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

-- Our signing keys, sealed with the master key.
CREATE TABLE signing_keys (
  kid TEXT PRIMARY KEY,
  alg TEXT NOT NULL,
  sealed BLOB NOT NULL,
  created INTEGER NOT NULL,
  retired INTEGER
) STRICT, WITHOUT ROWID;

-- What happened. Rows of a deleted user go with the user, which is rare enough to look through the table for them: an index by user
-- would cost every login a page.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  user_id INTEGER,
  provider TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  remote_addr TEXT NOT NULL,
  request_id TEXT NOT NULL
) STRICT;
