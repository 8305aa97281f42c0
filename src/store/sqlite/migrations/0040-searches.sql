-- Searches that people keep under a name.
CREATE TABLE api_searches (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, query TEXT NOT NULL, created_at INTEGER NOT NULL, created_by TEXT NOT NULL
) WITHOUT ROWID;
