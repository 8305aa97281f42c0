/** Users, sessions, tokens and one-time links. Only hashes of secrets are kept. */
import type { PeopleStore, SessionRow, TokenRow, UserRow } from '../../api-store.ts';
import { numberOrNull, type Row, type Sql, textOrNull, type Value } from './sql.ts';

const COLUMNS: Readonly<Record<keyof Omit<UserRow, 'name'>, string>> = {
  role: 'role',
  hash: 'hash',
  totp: 'totp',
  totpPending: 'totp_pending',
  totpLast: 'totp_last',
  createdAt: 'created_at',
  lastLoginAt: 'last_login_at',
  disabled: 'disabled',
};

/** The part of the store that knows people. */
export function createPeople(sql: Sql): PeopleStore {
  return {
    users: () => sql.all('SELECT * FROM api_users ORDER BY name').map(toUser),
    user(name) {
      const row = sql.get('SELECT * FROM api_users WHERE name = ?', name);
      return row === null ? null : toUser(row);
    },
    addUser: (user) =>
      sql.run(
        'INSERT OR IGNORE INTO api_users (name, role, hash, created_at) VALUES (?, ?, ?, ?)',
        user.name,
        user.role,
        user.hash,
        user.createdAt,
      ) === 1,
    changeUser(name, change) {
      for (const [key, value] of Object.entries(change))
        sql.run(
          `UPDATE api_users SET ${COLUMNS[key as keyof typeof COLUMNS]} = ? WHERE name = ?`,
          (typeof value === 'boolean' ? Number(value) : value) as Value,
          name,
        );
    },
    takeTotpStep: (name, step) =>
      sql.run('UPDATE api_users SET totp_last = ? WHERE name = ? AND totp_last < ?', step, name, step) === 1,
    removeUser: (name) =>
      sql.atomically(() => {
        sql.run('DELETE FROM api_sessions WHERE user = ?', name);
        sql.run('DELETE FROM api_passkeys WHERE user = ?', name);
        return sql.run('DELETE FROM api_users WHERE name = ?', name);
      }),
    addSession(s) {
      sql.run('DELETE FROM api_sessions WHERE expires_at <= ?', s.createdAt);
      sql.run(
        'INSERT INTO api_sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        s.hash,
        s.id,
        s.user,
        s.role,
        s.csrf,
        s.createdAt,
        s.seenAt,
        s.expiresAt,
        s.address,
        s.agent,
      );
    },
    session(hash) {
      const row = sql.get('SELECT * FROM api_sessions WHERE hash = ?', hash);
      return row === null ? null : toSession(row);
    },
    sessions: (user, now) =>
      sql
        .all(
          'SELECT * FROM api_sessions WHERE expires_at > ? AND (? IS NULL OR user = ?) ORDER BY seen_at DESC LIMIT 500',
          now,
          user,
          user,
        )
        .map(toSession),
    touchSession: (hash, seenAt) => void sql.run('UPDATE api_sessions SET seen_at = ? WHERE hash = ?', seenAt, hash),
    endSession: (id) => sql.run('DELETE FROM api_sessions WHERE id = ?', id),
    endSessions: (user, except) => sql.run('DELETE FROM api_sessions WHERE user = ? AND id <> ?', user, except ?? ''),
    addToken: (t) =>
      void sql.run(
        'INSERT INTO api_tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        t.id,
        t.name,
        t.hash,
        t.role,
        t.scopes.join(' '),
        t.createdAt,
        t.expiresAt,
        t.lastUsedAt,
        t.by,
      ),
    token(hash) {
      const row = sql.get('SELECT * FROM api_tokens WHERE hash = ?', hash);
      return row === null ? null : toToken(row);
    },
    tokens: () => sql.all('SELECT * FROM api_tokens ORDER BY created_at DESC').map(toToken),
    touchToken: (id, at) => void sql.run('UPDATE api_tokens SET last_used_at = ? WHERE id = ?', at, id),
    removeToken: (id) => sql.run('DELETE FROM api_tokens WHERE id = ?', id),
    pulled(key) {
      const row = sql.get('SELECT seq FROM api_pulls WHERE key = ?', key);
      return row === null ? null : Number(row.seq);
    },
    setPulled: (key, seq, at) => void sql.run('INSERT OR REPLACE INTO api_pulls VALUES (?, ?, ?)', key, seq, at),
    addLink(hash, role, expiresAt) {
      sql.run('INSERT OR REPLACE INTO api_links VALUES (?, ?, ?)', hash, role, expiresAt);
    },
    takeLink: (hash, now) =>
      sql.atomically(() => {
        const row = sql.get('SELECT role FROM api_links WHERE hash = ? AND expires_at > ?', hash, now);
        sql.run('DELETE FROM api_links WHERE hash = ? OR expires_at <= ?', hash, now);
        return row === null ? null : String(row.role);
      }),
  };
}

function toUser(row: Row): UserRow {
  return {
    name: String(row.name),
    role: String(row.role),
    hash: String(row.hash),
    totp: textOrNull(row.totp),
    totpPending: textOrNull(row.totp_pending),
    totpLast: Number(row.totp_last),
    createdAt: Number(row.created_at),
    lastLoginAt: numberOrNull(row.last_login_at),
    disabled: row.disabled === 1,
  };
}

function toSession(row: Row): SessionRow {
  return {
    hash: String(row.hash),
    id: String(row.id),
    user: String(row.user),
    role: String(row.role),
    csrf: String(row.csrf),
    createdAt: Number(row.created_at),
    seenAt: Number(row.seen_at),
    expiresAt: Number(row.expires_at),
    address: String(row.address),
    agent: String(row.agent),
  };
}

function toToken(row: Row): TokenRow {
  return {
    id: String(row.id),
    name: String(row.name),
    hash: String(row.hash),
    role: String(row.role),
    scopes: String(row.scopes).split(' '),
    createdAt: Number(row.created_at),
    expiresAt: numberOrNull(row.expires_at),
    lastUsedAt: numberOrNull(row.last_used_at),
    by: String(row.created_by),
  };
}
