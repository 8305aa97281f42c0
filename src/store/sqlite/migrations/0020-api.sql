-- What the API shows is kept beside what the engine writes, by triggers: lists and figures never count whole tables.
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
CREATE TABLE api_rule_hits (rule TEXT PRIMARY KEY, n INTEGER NOT NULL, last_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX detections_rule ON detections (rule, at);
CREATE INDEX decisions_at ON decisions (at, id);
CREATE INDEX decisions_state ON decisions (state, at, id);

CREATE TRIGGER api_alert_opened AFTER INSERT ON api_alerts BEGIN
  UPDATE api_alert_counts SET n = n + 1 WHERE state = NEW.state;
  INSERT INTO api_entities (field, value, level, first_at, last_at, detections, alerts)
    VALUES (NEW.field, NEW.entity, 0, NEW.first_at, NEW.last_at, 0, 1)
    ON CONFLICT (value, field) DO UPDATE SET alerts = alerts + 1;
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

-- An episode of an entity ends after six quiet hours of the log's clock.
CREATE TRIGGER api_detection AFTER INSERT ON detections BEGIN
  INSERT INTO api_alerts (field, entity, state, state_until, first_at, last_at)
    SELECT coalesce((SELECT key FROM json_each(NEW.entity_json) WHERE key = 'source.ip'), (SELECT key FROM json_each(NEW.entity_json) LIMIT 1), ''),
           NEW.entity,
           coalesce((SELECT kind FROM api_mutes WHERE entity = NEW.entity AND rule IN ('', NEW.rule) AND (until IS NULL OR until > NEW.at) LIMIT 1), 'new'),
           (SELECT until FROM api_mutes WHERE entity = NEW.entity AND rule IN ('', NEW.rule) AND (until IS NULL OR until > NEW.at) LIMIT 1),
           NEW.at, NEW.at
    WHERE NOT EXISTS (SELECT 1 FROM api_alerts WHERE entity = NEW.entity AND last_at >= NEW.at - 21600000 AND first_at <= NEW.at + 21600000);
  UPDATE api_alerts SET
      first_at = min(first_at, NEW.at), last_at = max(last_at, NEW.at), detections = detections + 1, events = events + NEW.events,
      state = CASE WHEN state = 'acknowledged' AND level < (CASE NEW.level WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' THEN 1 ELSE 0 END) THEN 'new'
                   WHEN state = 'muted' AND state_until IS NOT NULL AND state_until <= NEW.at THEN 'new' ELSE state END,
      level = max(level, CASE NEW.level WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' THEN 1 ELSE 0 END)
    WHERE id = (SELECT id FROM api_alerts WHERE entity = NEW.entity AND last_at >= NEW.at - 21600000 AND first_at <= NEW.at + 21600000 ORDER BY last_at DESC LIMIT 1);
  INSERT INTO api_alert_rules (alert, rule, title, level, tags, n)
    SELECT id, NEW.rule, coalesce(json_extract(NEW.rule_json, '$.title'), NEW.rule),
           CASE NEW.level WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' THEN 1 ELSE 0 END,
           coalesce(json_extract(NEW.rule_json, '$.tags'), '[]'), 1
      FROM api_alerts WHERE entity = NEW.entity AND last_at >= NEW.at AND first_at <= NEW.at ORDER BY last_at DESC LIMIT 1
    ON CONFLICT (alert, rule) DO UPDATE SET n = n + 1;
  INSERT OR IGNORE INTO api_alert_sources (alert, source)
    SELECT (SELECT id FROM api_alerts WHERE entity = NEW.entity AND last_at >= NEW.at AND first_at <= NEW.at ORDER BY last_at DESC LIMIT 1),
           json_extract(value, '$.source') FROM json_each(NEW.evidence_json) WHERE json_extract(value, '$.source') IS NOT NULL;
  UPDATE api_entities SET first_at = min(first_at, NEW.at), last_at = max(last_at, NEW.at), detections = detections + 1,
      level = max(level, CASE NEW.level WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' THEN 1 ELSE 0 END)
    WHERE value = NEW.entity;
  INSERT INTO api_rule_hits VALUES (NEW.rule, 1, NEW.at) ON CONFLICT (rule) DO UPDATE SET n = n + 1, last_at = max(last_at, NEW.at);
  INSERT INTO api_buckets (size, at, d0, d1, d2, d3, d4)
    SELECT size, NEW.at - NEW.at % size, NEW.level NOT IN ('low', 'medium', 'high', 'critical'), NEW.level = 'low', NEW.level = 'medium', NEW.level = 'high', NEW.level = 'critical'
      FROM (SELECT 60000 AS size UNION ALL SELECT 3600000) WHERE true
    ON CONFLICT (size, at) DO UPDATE SET d0 = d0 + excluded.d0, d1 = d1 + excluded.d1, d2 = d2 + excluded.d2, d3 = d3 + excluded.d3, d4 = d4 + excluded.d4;
  INSERT INTO api_top (kind, hour, key, title, n, last_at)
    SELECT kind, NEW.at - NEW.at % 3600000, key, title, 1, NEW.at FROM (
      SELECT 'entity' AS kind, NEW.entity AS key, NEW.entity AS title
      UNION ALL SELECT 'rule', NEW.rule, coalesce(json_extract(NEW.rule_json, '$.title'), NEW.rule)
      UNION ALL SELECT 'source', json_extract(NEW.evidence_json, '$[0].source'), json_extract(NEW.evidence_json, '$[0].source')
      UNION ALL SELECT 'user', json_extract(NEW.entity_json, '$."user.name"'), json_extract(NEW.entity_json, '$."user.name"')
      UNION ALL SELECT 'network', rtrim(NEW.entity, '0123456789') || '0/24', rtrim(NEW.entity, '0123456789') || '0/24'
        WHERE json_extract(NEW.entity_json, '$."source.ip"') = NEW.entity AND instr(NEW.entity, ':') = 0
    ) WHERE key IS NOT NULL
    ON CONFLICT (kind, hour, key) DO UPDATE SET n = n + 1, last_at = max(last_at, excluded.last_at);
  INSERT INTO api_changes (kind, ref) VALUES ('detection', NEW.id);
  INSERT INTO api_changes (kind, ref)
    SELECT 'alert', id FROM api_alerts WHERE entity = NEW.entity AND last_at >= NEW.at AND first_at <= NEW.at ORDER BY last_at DESC LIMIT 1;
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

-- What an older version found is taken in by the same triggers.
CREATE TEMP TABLE api_older AS SELECT * FROM detections;
DELETE FROM detections;
INSERT INTO detections SELECT * FROM api_older ORDER BY at;
DROP TABLE api_older;
INSERT INTO api_buckets (size, at, bans) SELECT size, at - at % size, count(*) FROM decisions, (SELECT 60000 AS size UNION ALL SELECT 3600000) WHERE true GROUP BY 1, 2
  ON CONFLICT (size, at) DO UPDATE SET bans = excluded.bans;
