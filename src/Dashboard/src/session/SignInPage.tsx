import { Button, Card, Center, Divider, PasswordInput, Stack, Tabs, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client';
import { callerKey } from '../api/queries';
import { useAnswer, useChange, valueOf } from '../api/query';
import { Failure } from '../parts/Failure';
import { forgetKey, storeKey } from './key';

export function SignInPage() {
  return (
    <Center component="main" mih="100dvh" p="md">
      <Card withBorder w="100%" maw={420} p="lg">
        <Title order={1} size="h3" mb="md">SaasLlm</Title>
        <Tabs defaultValue="key">
          <Tabs.List mb="md" grow>
            <Tabs.Tab value="key">With a key</Tabs.Tab>
            <Tabs.Tab value="password">With a password</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="key"><KeyForm /></Tabs.Panel>
          <Tabs.Panel value="password"><PasswordForm /></Tabs.Panel>
        </Tabs>
        <ProviderButton />
      </Card>
    </Center>
  );
}

/** Signs in at the identity provider, where the service has one, and comes back to the same page. */
function ProviderButton() {
  const methods = useAnswer(['sign-in-methods'], () => api.GET('/api/auth/methods'));
  if (!methods.data?.oidc) return null;
  return (
    <>
      <Divider my="md" label="or" />
      <Button component="a" variant="default" fullWidth href={`/api/auth/oidc/login?return_url=${encodeURIComponent(location.pathname + location.search)}`}>
        Sign in with your company's account
      </Button>
    </>
  );
}

function KeyForm() {
  const queries = useQueryClient();
  const [failure, setFailure] = useState<unknown>(null);
  const form = useForm({ mode: 'uncontrolled', initialValues: { key: '' } });

  async function signIn({ key }: { key: string }) {
    storeKey(key.trim());
    try {
      await valueOf(api.GET('/api/auth/me'));
      await queries.resetQueries({ queryKey: callerKey });
    } catch (error) {
      forgetKey();
      setFailure(error);
    }
  }

  return (
    <form onSubmit={form.onSubmit(signIn)}>
      <Stack>
        <PasswordInput label="Operator key or virtual key" autoComplete="off" required autoFocus {...form.getInputProps('key')} />
        <Text size="sm" c="dimmed">It stays in this tab and is forgotten when you close it or sign out.</Text>
        <Failure error={failure} />
        <Button type="submit" loading={form.submitting}>Sign in</Button>
      </Stack>
    </form>
  );
}

function PasswordForm() {
  const queries = useQueryClient();
  const form = useForm({ mode: 'uncontrolled', initialValues: { email: '', password: '' } });
  const signIn = useChange((body: { email: string; password: string }) => api.POST('/api/auth/login', { body }), {
    stale: [],
    done: () => void queries.resetQueries({ queryKey: callerKey }),
  });

  return (
    <form onSubmit={form.onSubmit((values) => signIn.mutate(values))}>
      <Stack>
        <TextInput label="E-mail" type="email" autoComplete="username" required {...form.getInputProps('email')} />
        <PasswordInput label="Password" autoComplete="current-password" required {...form.getInputProps('password')} />
        <Failure error={signIn.error} />
        <Button type="submit" loading={signIn.isPending}>Sign in</Button>
      </Stack>
    </form>
  );
}
