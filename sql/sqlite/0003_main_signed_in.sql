-- A session is a signed-in device. It has refresh tokens, or, in redirect mode, a cookie of which the row holds the SHA-256.
ALTER TABLE sessions ADD COLUMN cookie_hash BLOB;
ALTER TABLE sessions ADD COLUMN remote_addr TEXT NOT NULL DEFAULT '';
-- By which identity, and which session there (claim `sid`), so that a provider's word can end it. No foreign key: a session outlives its
-- identity for as long as it takes to end it.
ALTER TABLE sessions ADD COLUMN identity_id INTEGER;
ALTER TABLE sessions ADD COLUMN idp_sid TEXT NOT NULL DEFAULT '';
-- The provider's id_token under the master key: the hint of a logout there.
ALTER TABLE sessions ADD COLUMN id_token BLOB;
-- What the login hook added, a JSON object.
ALTER TABLE sessions ADD COLUMN claims TEXT NOT NULL DEFAULT '{}';

CREATE INDEX sessions_cookie ON sessions (expires) WHERE cookie_hash IS NOT NULL;

-- A provider's own tokens, if they are kept (accounts.keep_provider_tokens), under the master key. `lease`: until when one process has them
-- to itself, because it is refreshing them.
CREATE TABLE provider_tokens (
  identity_id INTEGER PRIMARY KEY REFERENCES identities (id) ON DELETE CASCADE,
  sealed BLOB NOT NULL,
  expires INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  lease INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Facts on their way to the application (hooks.events), written with what they tell of and gone when they were taken.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event TEXT NOT NULL,
  payload TEXT NOT NULL,
  created INTEGER NOT NULL,
  due INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_due ON outbox (due);

-- Tokens of others that work once (logout tokens, security events): SHA-256 of issuer and jti, until they have expired.
CREATE TABLE seen_tokens (
  expires INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (expires, hash)
) STRICT, WITHOUT ROWID;
