-- The record of who did what becomes a chain: each row holds the hash of the one before, so that a changed, missing or added row shows.
ALTER TABLE api_audit ADD COLUMN prev TEXT NOT NULL DEFAULT '';
ALTER TABLE api_audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';
-- `first`: the last row that was let go of age; `head`: the newest row. So that neither end can be cut off unseen.
CREATE TABLE api_audit_ends (name TEXT PRIMARY KEY, row INTEGER NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID;
