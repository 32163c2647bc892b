-- Login attempts. The id is time-ordered, so that rows are appended and the oldest are swept as a range.
CREATE TABLE flows (
  id INTEGER PRIMARY KEY,
  secret_hash BLOB NOT NULL,
  browser INTEGER NOT NULL,
  browser_hash BLOB NOT NULL,
  challenge TEXT NOT NULL,
  provider TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  kept BLOB NOT NULL,
  mode TEXT NOT NULL,
  expires INTEGER NOT NULL,
  used INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX flows_browser ON flows (browser, id) WHERE browser <> 0;

-- Discovery documents and key sets, for the process that has just started. In this file since losing one costs a fetch.
CREATE TABLE documents (
  url TEXT PRIMARY KEY,
  body BLOB NOT NULL,
  fetched INTEGER NOT NULL
) STRICT;
