import { Button, Code, CopyButton, Stack, Tabs, Text } from '@mantine/core';
import { useState } from 'react';
import { Section } from '../parts/Section';
import { type Language, languages, snippetOf } from './snippets';
import type { Request } from './stream';

/** The same request for the team's application, in its language. */
export function Snippets({ request }: { request: Request }) {
  const [language, setLanguage] = useState<Language>('curl');
  const text = snippetOf(language, location.origin, request);
  return (
    <Section
      title="In your application"
      actions={(
        <CopyButton value={text} timeout={2000}>
          {({ copied, copy }) => <Button size="xs" variant="default" onClick={copy}>{copied ? 'Copied' : `Copy as ${language}`}</Button>}
        </CopyButton>
      )}
    >
      <Stack>
        <Tabs value={language} onChange={(chosen) => setLanguage(chosen as Language)}>
          <Tabs.List>
            {languages.map((name) => <Tabs.Tab key={name} value={name}>{name}</Tabs.Tab>)}
          </Tabs.List>
          {languages.map((name) => (
            <Tabs.Panel key={name} value={name} pt="md">
              <Code block tabIndex={0} role="region" aria-label={`As ${name}`}>{text}</Code>
            </Tabs.Panel>
          ))}
        </Tabs>
        <Text size="sm" c="dimmed">The team&apos;s key is taken from the environment variable SAASLLM_API_KEY.</Text>
      </Stack>
    </Section>
  );
}
