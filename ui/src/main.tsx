import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { connectLive, makeInvalidator } from './app/live';
import { makeQueryClient } from './app/queries';
import { fetchAllLater, makeRouter } from './app/router';
import { applyRememberedTheme } from './app/theme';
import { chooseHost } from './host/choose';
import './styles/base.css';

applyRememberedTheme();

const place = document.getElementById('root');
if (place !== null) {
  const host = await chooseHost();
  const client = makeQueryClient();
  const invalidator = makeInvalidator(client);
  connectLive(host, invalidator);
  const router = makeRouter();
  fetchAllLater(router);
  createRoot(place).render(<App core={{ host, invalidator }} client={client} router={router} />);
}
