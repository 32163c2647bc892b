-- What a provider's file keeps of its answer besides ([extra]), as a JSON object of texts, and the parts of the name.
ALTER TABLE identities ADD COLUMN first_name TEXT NOT NULL DEFAULT '';
ALTER TABLE identities ADD COLUMN last_name TEXT NOT NULL DEFAULT '';
ALTER TABLE identities ADD COLUMN extra TEXT NOT NULL DEFAULT '{}';
