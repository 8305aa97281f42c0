/** Who is signed in, for the whole page. */
import { createContext, useContext } from 'react';
import type { Answer } from './api/client.ts';

/** The session's answer. */
export type Me = Answer<'session'>;

/** Who is signed in. */
export const MeContext = createContext<Me | null>(null);

/** Is this person an admin? */
export function useIsAdmin(): boolean {
  return useContext(MeContext)?.role === 'admin';
}

/** May this person change things? */
export function useMayAct(): boolean {
  const me = useContext(MeContext);
  return me?.role === 'operator' || me?.role === 'admin';
}
