/** Where the dashboard begins. */
import { createRoot } from 'react-dom/client';
import { askEarly } from './api/client.ts';
import { ALERTS_AT_ONCE } from './api/use-alert-list.ts';
import { App } from './app.tsx';
import { firstPlace } from './route.ts';
import './style.css';

// On the way while the page is drawn, instead of one after the other behind it.
askEarly('session');
askEarly('status');
if (firstPlace.page === 'now') {
  askEarly('now');
  askEarly('sources');
}
if (firstPlace.page === 'alerts' && firstPlace.query.size === 0) askEarly('alerts', { limit: ALERTS_AT_ONCE });

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<App />);
