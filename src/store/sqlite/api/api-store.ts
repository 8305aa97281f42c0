/** The API's side of the embedded store: a connection of its own, so that reading never disturbs the engine's statements. */
import type { ApiStore } from '../../api-store.ts';
import { openDatabase } from '../database.ts';
import { createAlertStore } from './alerts.ts';
import { createDesk } from './desk.ts';
import { createFigures } from './figures.ts';
import { createLists } from './lists.ts';
import { createPasskeys } from './passkeys.ts';
import { createPeople } from './people.ts';
import { createSql } from './sql.ts';

/** Opens it over the same file as the engine's store; read-only for looks that must change nothing. */
export function openApiStore(path: string, options: { readonly readOnly?: boolean } = {}): ApiStore {
  const db = openDatabase(path, options.readOnly ?? false);
  const sql = createSql(db);
  return {
    ...createAlertStore(sql),
    ...createLists(sql),
    ...createFigures(sql),
    ...createPeople(sql),
    ...createPasskeys(sql),
    ...createDesk(sql),
    close: () => db.close(),
  };
}
