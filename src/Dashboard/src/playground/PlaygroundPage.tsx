import { Button, Select, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api/client';
import { useAnswer, useChange } from '../api/query';
import { Failure } from '../parts/Failure';
import { count, duration } from '../parts/format';
import { AnchorLink } from '../parts/links';
import { PageTitle } from '../parts/PageTitle';
import { Section } from '../parts/Section';
import { TeamPicker } from '../parts/TeamPicker';

/** Sends one message as a team's job, to see what its application would get. */
export function PlaygroundPage() {
  const [teamId, setTeamId] = useState<string>();
  const [group, setGroup] = useState<string | null>(null);
  const [message, setMessage] = useState('');
  const team = useAnswer(['teams', teamId], () => api.GET('/api/teams/{team_id}', { params: { path: { team_id: teamId! } } }), teamId !== undefined);
  const call = useChange(
    () => api.POST('/api/jobs/create-and-call', {
      body: { team_id: teamId!, job_type: 'playground', model_group: group, messages: [{ role: 'user', content: message }] },
    }),
    { stale: [['teams'], ['jobs'], ['overview']] },
  );

  return (
    <>
      <PageTitle title="Playground" />
      <Section title="Message">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            call.mutate(undefined);
          }}
        >
          <Stack maw={640}>
            <Text size="sm">Each message is a job of the team, and is charged to it.</Text>
            <TeamPicker value={teamId} onChange={setTeamId} />
            <Failure error={team.error} />
            <Select label="Model group" placeholder="the team's first" data={team.data?.model_groups ?? []} value={group} onChange={setGroup} clearable disabled={!team.data} />
            <Textarea label="Message" required autosize minRows={3} value={message} onChange={(event) => setMessage(event.currentTarget.value)} />
            <Button type="submit" disabled={!team.data || !message} loading={call.isPending}>Send</Button>
            <Failure error={call.error} />
          </Stack>
        </form>
      </Section>
      {call.data && (
        <Section title="Answer">
          <Stack gap="xs">
            <Text style={{ whiteSpace: 'pre-wrap' }}>{call.data.response.content}</Text>
            <Text size="sm" c="dimmed">
              {count(call.data.metadata.tokens_used)} tokens, {duration(call.data.metadata.latency_ms)},{' '}
              <AnchorLink to="/jobs/$jobId" params={{ jobId: call.data.job_id }}>its job</AnchorLink>
            </Text>
          </Stack>
        </Section>
      )}
    </>
  );
}
