/** Signed in or not: the page behind the door, or the door. */
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { ApiFault, call, takeCsrf, whenSignedOut } from './api/client.ts';
import { startLive, stopLive } from './api/live.ts';
import { type Me, MeContext } from './me.ts';
import { SignIn } from './pages/sign-in.tsx';
import { FaultBox } from './parts/small.tsx';
import { suggestLanguage } from './settings.ts';
import { Shell } from './shell.tsx';

/** The application. */
export function App(): ReactNode {
  const [me, setMe] = useState<Me | null>(null);
  const [fault, setFault] = useState<ApiFault | null>(null);

  const take = useCallback((next: Me) => {
    takeCsrf(next.csrf);
    setFault(null);
    setMe(next);
    suggestLanguage(next.language);
  }, []);
  const look = useCallback(() => {
    call('session')
      .then(take)
      .catch((error: unknown) =>
        setFault(error instanceof ApiFault ? error : new ApiFault('PAGE', String(error), null)),
      );
  }, [take]);

  useEffect(() => {
    whenSignedOut(look);
    look();
  }, [look]);
  // Nobody there yet: ask again by itself.
  useEffect(() => {
    if (fault === null) return;
    const timer = window.setInterval(look, 3000);
    return () => window.clearInterval(timer);
  }, [fault, look]);
  const signedIn = me?.signedIn === true;
  useEffect(() => {
    if (!signedIn) return;
    startLive();
    return stopLive;
  }, [signedIn]);

  if (me === null)
    return fault === null ? null : (
      <main className="door">
        <FaultBox fault={fault} again={look} />
      </main>
    );
  if (!signedIn) return <SignIn me={me} done={take} />;
  return (
    <MeContext value={me}>
      <Shell signedOut={look} />
    </MeContext>
  );
}
