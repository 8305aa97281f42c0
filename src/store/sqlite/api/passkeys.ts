/** Passkeys of users: public keys only, and how often each has signed. */
import type { PasskeyRow, PasskeyStore } from '../../api-store.ts';
import { numberOrNull, type Row, type Sql } from './sql.ts';

/** The part of the store that knows passkeys. */
export function createPasskeys(sql: Sql): PasskeyStore {
  return {
    passkeys: (user) =>
      sql.all('SELECT * FROM api_passkeys WHERE user = ? ORDER BY created_at, id', user).map(toPasskey),
    hasPasskeys: () => sql.get('SELECT 1 AS one FROM api_passkeys LIMIT 1') !== null,
    passkey(id) {
      const row = sql.get('SELECT * FROM api_passkeys WHERE id = ?', id);
      return row === null ? null : toPasskey(row);
    },
    addPasskey: (key) =>
      sql.run(
        'INSERT OR IGNORE INTO api_passkeys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        key.id,
        key.user,
        key.name,
        key.rp,
        key.handle,
        key.publicKey,
        key.counter,
        key.transports.join(' '),
        Number(key.synced),
        key.createdAt,
        key.lastUsedAt,
      ) === 1,
    takePasskeyUse: (id, counter, at) =>
      sql.run(
        'UPDATE api_passkeys SET counter = ?, last_used_at = ? WHERE id = ? AND (counter < ? OR (counter = 0 AND ? = 0))',
        counter,
        at,
        id,
        counter,
        counter,
      ) === 1,
    removePasskey: (user, id) => sql.run('DELETE FROM api_passkeys WHERE user = ? AND id = ?', user, id),
    removePasskeys: (user) => sql.run('DELETE FROM api_passkeys WHERE user = ?', user),
  };
}

function toPasskey(row: Row): PasskeyRow {
  return {
    id: String(row.id),
    user: String(row.user),
    name: String(row.name),
    rp: String(row.rp),
    handle: String(row.handle),
    publicKey: String(row.public_key),
    counter: Number(row.counter),
    transports: String(row.transports)
      .split(' ')
      .filter((each) => each !== ''),
    synced: row.synced === 1,
    createdAt: Number(row.created_at),
    lastUsedAt: numberOrNull(row.last_used_at),
  };
}
