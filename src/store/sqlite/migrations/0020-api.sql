-- What the API shows is kept beside what the engine writes, in the same transaction: lists and figures never count whole tables.
CREATE TABLE api_changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, ref TEXT NOT NULL);
CREATE TABLE api_alerts (
  id INTEGER PRIMARY KEY, field TEXT NOT NULL, entity TEXT NOT NULL, level INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'new', state_until INTEGER, note TEXT NOT NULL DEFAULT '', changed_by TEXT,
  first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, detections INTEGER NOT NULL DEFAULT 0, events INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX api_alerts_last ON api_alerts (last_at, id);
CREATE INDEX api_alerts_state ON api_alerts (state, last_at, id);
CREATE INDEX api_alerts_level ON api_alerts (level, last_at, id);
CREATE INDEX api_alerts_entity ON api_alerts (entity, last_at);
CREATE TABLE api_alert_rules (
  alert INTEGER NOT NULL, rule TEXT NOT NULL, title TEXT NOT NULL, level INTEGER NOT NULL, tags TEXT NOT NULL,
  n INTEGER NOT NULL, PRIMARY KEY (alert, rule)
) WITHOUT ROWID;
CREATE INDEX api_alert_rules_rule ON api_alert_rules (rule, alert);
CREATE TABLE api_alert_sources (alert INTEGER NOT NULL, source TEXT NOT NULL, PRIMARY KEY (alert, source)) WITHOUT ROWID;
CREATE INDEX api_alert_sources_source ON api_alert_sources (source, alert);
CREATE TABLE api_alert_counts (state TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO api_alert_counts VALUES ('new', 0), ('acknowledged', 0), ('muted', 0), ('normal', 0);
CREATE TABLE api_mutes (
  entity TEXT NOT NULL, rule TEXT NOT NULL DEFAULT '', kind TEXT NOT NULL, until INTEGER, PRIMARY KEY (entity, rule)
) WITHOUT ROWID;
CREATE TABLE api_entities (
  field TEXT NOT NULL, value TEXT NOT NULL, level INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
  detections INTEGER NOT NULL, alerts INTEGER NOT NULL, PRIMARY KEY (value, field)
) WITHOUT ROWID;
CREATE INDEX api_entities_last ON api_entities (last_at, value);
CREATE TABLE api_buckets (
  size INTEGER NOT NULL, at INTEGER NOT NULL, lines INTEGER NOT NULL DEFAULT 0, decoded INTEGER NOT NULL DEFAULT 0,
  bans INTEGER NOT NULL DEFAULT 0, d0 INTEGER NOT NULL DEFAULT 0, d1 INTEGER NOT NULL DEFAULT 0, d2 INTEGER NOT NULL DEFAULT 0,
  d3 INTEGER NOT NULL DEFAULT 0, d4 INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (size, at)
) WITHOUT ROWID;
CREATE TABLE api_top (
  kind TEXT NOT NULL, hour INTEGER NOT NULL, key TEXT NOT NULL, title TEXT NOT NULL, n INTEGER NOT NULL, last_at INTEGER NOT NULL,
  PRIMARY KEY (kind, hour, key)
) WITHOUT ROWID;
CREATE TABLE api_rule_hits (rule TEXT PRIMARY KEY, title TEXT NOT NULL, n INTEGER NOT NULL, last_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX detections_rule ON detections (rule, at);
CREATE INDEX decisions_at ON decisions (at, id);
CREATE INDEX decisions_state ON decisions (state, at, id);

CREATE TRIGGER api_alert_opened AFTER INSERT ON api_alerts BEGIN
  UPDATE api_alert_counts SET n = n + 1 WHERE state = NEW.state;
END;
CREATE TRIGGER api_alert_changed AFTER UPDATE OF state ON api_alerts WHEN OLD.state <> NEW.state BEGIN
  UPDATE api_alert_counts SET n = n - 1 WHERE state = OLD.state;
  UPDATE api_alert_counts SET n = n + 1 WHERE state = NEW.state;
END;
CREATE TRIGGER api_alert_gone AFTER DELETE ON api_alerts BEGIN
  UPDATE api_alert_counts SET n = n - 1 WHERE state = OLD.state;
  DELETE FROM api_alert_rules WHERE alert = OLD.id;
  DELETE FROM api_alert_sources WHERE alert = OLD.id;
END;

CREATE TRIGGER api_decision AFTER INSERT ON decisions BEGIN
  INSERT INTO api_changes (kind, ref) VALUES ('decision', NEW.id);
  INSERT INTO api_buckets (size, at, bans) SELECT size, NEW.at - NEW.at % size, 1 FROM (SELECT 60000 AS size UNION ALL SELECT 3600000) WHERE true
    ON CONFLICT (size, at) DO UPDATE SET bans = bans + 1;
END;
CREATE TRIGGER api_decision_state AFTER UPDATE OF state ON decisions WHEN OLD.state <> NEW.state BEGIN
  INSERT INTO api_changes (kind, ref) VALUES ('decision', NEW.id);
END;

CREATE TABLE api_users (
  name TEXT PRIMARY KEY, role TEXT NOT NULL, hash TEXT NOT NULL, totp TEXT, totp_pending TEXT, totp_last INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL, last_login_at INTEGER, disabled INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE api_sessions (
  hash TEXT PRIMARY KEY, id TEXT NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL, csrf TEXT NOT NULL, created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, address TEXT NOT NULL, agent TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, role TEXT NOT NULL, scopes TEXT NOT NULL, created_at INTEGER NOT NULL,
  expires_at INTEGER, last_used_at INTEGER, created_by TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE api_pulls (key TEXT PRIMARY KEY, seq INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE api_links (hash TEXT PRIMARY KEY, role TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE api_allow (
  id TEXT PRIMARY KEY, value TEXT NOT NULL, note TEXT NOT NULL, expires_at INTEGER, created_at INTEGER NOT NULL, created_by TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE api_audit (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, address TEXT, action TEXT NOT NULL, target TEXT NOT NULL,
  detail TEXT NOT NULL, ok INTEGER NOT NULL
);
CREATE TABLE api_idempotency (
  key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL
) WITHOUT ROWID;

-- What an older version found is taken in by the program when it first opens the store.
INSERT INTO api_buckets (size, at, bans) SELECT size, at - at % size, count(*) FROM decisions, (SELECT 60000 AS size UNION ALL SELECT 3600000) WHERE true GROUP BY 1, 2
  ON CONFLICT (size, at) DO UPDATE SET bans = excluded.bans;
