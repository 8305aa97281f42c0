-- Passkeys (WebAuthn) of users: the public half of a key, the name the page had when it was made, and how often it signed.
CREATE TABLE api_passkeys (
  id TEXT PRIMARY KEY, user TEXT NOT NULL, name TEXT NOT NULL, rp TEXT NOT NULL, handle TEXT NOT NULL, public_key TEXT NOT NULL,
  counter INTEGER NOT NULL, transports TEXT NOT NULL, synced INTEGER NOT NULL, created_at INTEGER NOT NULL, last_used_at INTEGER
) WITHOUT ROWID;
CREATE INDEX api_passkeys_user ON api_passkeys (user, created_at);
