-- The provider said that the account there is disabled, or gone: nobody gets in by it until the provider says otherwise.
ALTER TABLE identities ADD COLUMN disowned INTEGER NOT NULL DEFAULT 0;
-- A provider ends a session by its own name for it, too.
CREATE INDEX sessions_idp_sid ON sessions (idp_sid) WHERE idp_sid <> '';
