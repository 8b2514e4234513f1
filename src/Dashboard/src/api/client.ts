import createClient, { type Middleware } from 'openapi-fetch';
import { storedKey } from '../session/key';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

let caller: Schemas['AccountResponse'] | undefined;

/** On whose behalf the page asks from now on; undefined: nobody's yet. */
export function askAs(whom: Schemas['AccountResponse'] | undefined) {
  caller = whom;
}

const credential: Middleware = {
  onRequest({ request }) {
    const key = storedKey();
    if (key) request.headers.set('Authorization', `Bearer ${key}`);
    // A session's cookie is sent by the browser; what changes something must show this as well.
    else if (caller?.csrf_token && request.method !== 'GET') request.headers.set('X-CSRF-Token', caller.csrf_token);
    // What the providers charge is not for a team's people, and does not even reach their browser.
    if (caller?.kind === 'team') request.headers.set('Prefer', 'costs=none');
    return request;
  },
};

/** Every request of the page, typed by the service's own document. */
export const api = createClient<paths>();
api.use(credential);
