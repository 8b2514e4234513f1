import { Outlet, useMatchRoute } from '@tanstack/react-router';
import { SignedIn } from '../session/caller';
import { Shell } from './Shell';

/** Asks for a sign-in before every page but the one for those who are to be given a key. */
export function Frame() {
  return useMatchRoute()({ to: '/claim' }) ? <Outlet /> : <SignedIn><Shell /></SignedIn>;
}
