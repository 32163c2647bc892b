-- Where redirect mode goes afterwards, and whose identity a flow links (0 = it is a login).
ALTER TABLE flows ADD COLUMN next TEXT NOT NULL DEFAULT '';
ALTER TABLE flows ADD COLUMN link_user INTEGER NOT NULL DEFAULT 0;
