CREATE TABLE checkpoints (source TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE state (owner TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (owner, key)) WITHOUT ROWID;
CREATE TABLE detections (
  id TEXT PRIMARY KEY, at INTEGER NOT NULL, rule TEXT NOT NULL, rule_json TEXT NOT NULL, level TEXT NOT NULL,
  entity_json TEXT NOT NULL, entity TEXT NOT NULL, events INTEGER NOT NULL, evidence_json TEXT NOT NULL,
  facts_json TEXT NOT NULL, lines_json TEXT NOT NULL
);
CREATE INDEX detections_entity ON detections (entity, at);
CREATE INDEX detections_at ON detections (at);
CREATE TABLE decisions (
  id TEXT PRIMARY KEY, ip TEXT NOT NULL, at INTEGER NOT NULL, seconds INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  origin TEXT NOT NULL, rule TEXT, detection TEXT, reason TEXT NOT NULL, offence INTEGER NOT NULL,
  state TEXT NOT NULL, error TEXT, attempts INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX decisions_ip ON decisions (ip, at);
CREATE INDEX decisions_expiry ON decisions (expires_at);
CREATE TABLE refusals (
  ip TEXT NOT NULL, at INTEGER NOT NULL, rule TEXT, detection TEXT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL,
  PRIMARY KEY (detection, ip, code)
) WITHOUT ROWID;
CREATE INDEX refusals_ip ON refusals (ip, at);
CREATE TABLE alerts (
  id TEXT NOT NULL, notifier TEXT NOT NULL, alert_json TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', error TEXT, PRIMARY KEY (id, notifier)
) WITHOUT ROWID;
CREATE INDEX alerts_due ON alerts (state, next_at);
