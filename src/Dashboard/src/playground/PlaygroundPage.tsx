import { Box, Button, Grid, Group, NumberInput, Select, Stack, Text, Textarea } from '@mantine/core';
import { getHotkeyHandler } from '@mantine/hooks';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useAnswer } from '../api/query';
import { Failure } from '../parts/Failure';
import { AnchorLink } from '../parts/links';
import { PageTitle } from '../parts/PageTitle';
import { Section } from '../parts/Section';
import { TeamPicker } from '../parts/TeamPicker';
import { messagesOf, useConversation } from './conversation';
import { Snippets } from './Snippets';
import type { Request } from './stream';
import { TurnView } from './TurnView';

/** Talks to a model as a team's application would, and shows what that takes. */
export function PlaygroundPage() {
  const [teamId, setTeamId] = useState<string>();
  const [chosen, setChosen] = useState<string | null>(null);
  const [temperature, setTemperature] = useState<number | string>('');
  const [maxTokens, setMaxTokens] = useState<number | string>('');
  const [message, setMessage] = useState('');
  const conversation = useConversation();
  const { turns, streaming } = conversation;
  const team = useAnswer(['teams', teamId], () => api.GET('/api/teams/{team_id}', { params: { path: { team_id: teamId! } } }), teamId !== undefined);
  const granted = useModels(team.data);

  const offered = [...(team.data?.model_groups ?? []).map(asGroup), ...granted.map(asModel)];
  const servedBy = chosen && offered.includes(chosen) ? chosen : offered[0];
  const requestFor = (messages: Request['messages'], by: string): Request => ({
    team_id: teamId,
    job_type: 'playground',
    ...namedBy(by),
    messages,
    temperature: temperature === '' ? undefined : Number(temperature),
    max_tokens: maxTokens === '' ? undefined : Number(maxTokens),
  });
  const ready = servedBy !== undefined && message.trim() !== '' && !streaming;

  function send() {
    if (!ready) return;
    setMessage('');
    void conversation.ask(message, requestFor([...messagesOf(turns), { role: 'user', content: message }], servedBy));
  }

  return (
    <>
      <PageTitle title="Playground">
        {turns.length > 0 && <Button variant="default" onClick={conversation.beginAnew}>New conversation</Button>}
      </PageTitle>
      <Grid>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Section title="Who answers">
            <Stack>
              <Text size="sm">Each message is a job of the team, and is charged to it.</Text>
              <TeamPicker value={teamId} onChange={setTeamId} />
              <Failure error={team.error} />
              <Select
                label="Model group or model"
                description="What the team may use"
                data={[
                  { group: 'Model groups', items: offered.filter((by) => by.startsWith(group)).map(optionOf) },
                  { group: 'Models', items: offered.filter((by) => by.startsWith(model)).map(optionOf) },
                ]}
                value={servedBy ?? null}
                onChange={setChosen}
                allowDeselect={false}
                disabled={offered.length === 0}
              />
              {team.data && offered.length === 0 && (
                <Text size="sm">
                  This team may use no model yet. <AnchorLink to="/teams/$teamId" params={{ teamId: team.data.team_id }}>Grant it some</AnchorLink>.
                </Text>
              )}
              <NumberInput label="Temperature" description="0 to 2; empty: the model's own" min={0} max={2} step={0.1} value={temperature} onChange={setTemperature} />
              <NumberInput label="Most tokens of the answer" description="Empty: the model's own" min={1} allowDecimal={false} value={maxTokens} onChange={setMaxTokens} />
            </Stack>
          </Section>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Section title="Conversation">
            <Stack>
              <Box role="log" aria-label="Conversation">
                <Stack>{turns.map((turn, index) => <TurnView key={index} turn={turn} />)}</Stack>
              </Box>
              <form
                onSubmit={(event) => {
                  event.preventDefault();
                  send();
                }}
              >
                <Stack>
                  <Textarea
                    label="Message"
                    description="Ctrl+Enter sends it"
                    autosize
                    minRows={3}
                    value={message}
                    onChange={(event) => setMessage(event.currentTarget.value)}
                    onKeyDown={getHotkeyHandler([['mod+Enter', send]])}
                  />
                  <Group>
                    {streaming
                      ? <Button color="red.9" onClick={conversation.stop}>Stop</Button>
                      : <Button type="submit" disabled={!ready}>Send</Button>}
                  </Group>
                </Stack>
              </form>
            </Stack>
          </Section>
          {servedBy && <Snippets request={requestFor(shownMessages(turns, message), servedBy)} />}
        </Grid.Col>
      </Grid>
    </>
  );
}

/** The request that would be sent now; while nothing is typed, the last one again. */
function shownMessages(turns: ReturnType<typeof useConversation>['turns'], message: string): Request['messages'] {
  const typed = message.trim() !== '';
  const before = typed ? turns : turns.slice(0, -1);
  return [...messagesOf(before), { role: 'user', content: typed ? message : (turns.at(-1)?.question ?? 'Hello') }];
}

/** The models that the team may name, by its access groups. */
function useModels(team: Schemas['TeamResponse'] | undefined): string[] {
  const access = useAnswer(['access-groups', 'choice'], () => api.GET('/api/model-access-groups', { params: { query: { limit: 200 } } }), team !== undefined);
  const granted = access.data?.data.filter((found) => team?.access_groups.includes(found.group_name)) ?? [];
  return [...new Set(granted.flatMap((found) => found.model_aliases))].sort();
}

// A group and a model may bear the same name.
const group = 'group:';
const model = 'model:';
const asGroup = (name: string) => group + name;
const asModel = (name: string) => model + name;
const optionOf = (by: string) => ({ value: by, label: by.slice(by.indexOf(':') + 1) });
const namedBy = (by: string) => (by.startsWith(group) ? { model_group: by.slice(group.length) } : { model: by.slice(model.length) });
