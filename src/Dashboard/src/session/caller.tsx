import { Center, Loader, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use } from 'react';
import { api, askAs, type Schemas } from '../api/client';
import { callerKey } from '../api/queries';
import { useAnswer } from '../api/query';
import { Refusal } from '../api/refusal';
import { Failure } from '../parts/Failure';
import { forgetKey, storedKey } from './key';
import { SignInPage } from './SignInPage';

export type Caller = Schemas['AccountResponse'];

const CallerContext = createContext<Caller | null>(null);

/** Who is signed in. */
export function useCaller(): Caller {
  const caller = use(CallerContext);
  if (!caller) throw new Error('Nobody is signed in here.');
  return caller;
}

/** Shows the page to somebody whom the service knows, and the sign-in to everybody else. The address stays as it is. */
export function SignedIn({ children }: { children: ReactNode }) {
  const caller = useAnswer(callerKey, askWhoCalls);
  if (caller.isPending) return <Center h="100dvh"><Loader aria-label="Loading" /></Center>;
  if (caller.data) return <CallerContext value={caller.data}>{children}</CallerContext>;
  if (caller.error instanceof Refusal && caller.error.status === 401) return <SignInPage />;
  return <Center h="100dvh" p="md"><Stack><Failure error={caller.error} retry={() => caller.refetch()} /></Stack></Center>;
}

/** Forgets who was signed in, here and at the service, and everything that was shown to them. */
export function useSignOut() {
  const queries = useQueryClient();
  return async () => {
    if (!storedKey()) await api.POST('/api/auth/logout');
    forgetKey();
    askAs(undefined);
    // The page goes first, so that none of it asks again.
    await queries.resetQueries({ queryKey: callerKey });
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== callerKey[0] });
  };
}

async function askWhoCalls() {
  const answer = await api.GET('/api/auth/me');
  askAs(answer.data);
  return answer;
}
