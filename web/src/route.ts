/** Where the page is: `#/alerts/ID?level=high`. In the fragment, so that addresses and dots need no word of the server. */
import { useSyncExternalStore } from 'react';

/** A place of the dashboard. */
export interface Place {
  readonly page: string;
  readonly item: string | null;
  readonly query: URLSearchParams;
}

let text = location.hash;
let place = parse(text);
/** The place the page was opened at. */
export const firstPlace: Place = place;

function parse(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [page = '', item = ''] = path.split('/').map(decoded);
  return { page: page === '' ? 'now' : page, item: item === '' ? null : item, query: new URLSearchParams(query) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The link to a place. */
export function linkTo(page: string, item: string | null = null, query?: URLSearchParams | null): string {
  const tail = query === undefined || query === null || query.size === 0 ? '' : `?${query}`;
  return `#/${page}${item === null ? '' : `/${encodeURIComponent(item)}`}${tail}`;
}

/** Goes there; `replace` leaves no step to go back to. */
export function go(link: string, replace = false): void {
  if (!replace) location.hash = link;
  else {
    history.replaceState(null, '', link);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  }
}

/** The query with changes; an empty value takes a key away. */
export function withQuery(query: URLSearchParams, changes: Readonly<Record<string, string | null>>): URLSearchParams {
  const next = new URLSearchParams(query);
  for (const [key, value] of Object.entries(changes))
    if (value === null || value === '') next.delete(key);
    else next.set(key, value);
  return next;
}

/** The place now. */
export function usePlace(): Place {
  return useSyncExternalStore(
    (changed) => {
      window.addEventListener('hashchange', changed);
      return () => window.removeEventListener('hashchange', changed);
    },
    () => {
      if (location.hash !== text) {
        text = location.hash;
        place = parse(text);
      }
      return place;
    },
  );
}
