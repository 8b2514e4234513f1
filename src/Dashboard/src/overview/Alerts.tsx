import { List, Text } from '@mantine/core';
import { api } from '../api/client';
import { useAnswer } from '../api/query';
import { Answered } from '../parts/Answered';
import { Time } from '../parts/format';
import { AnchorLink } from '../parts/links';
import { Section } from '../parts/Section';

/** The latest of what there was to warn of. */
export function Alerts() {
  const alerts = useAnswer(['alerts'], () => api.GET('/api/alerts', { params: { query: { limit: 10 } } }));
  return (
    <Section title="Alerts">
      <Answered query={alerts} lines={3}>
        {({ data }) => data.length === 0
          ? <Text>There has been nothing to warn of.</Text>
          : (
            <List spacing="xs" listStyleType="none">
              {data.map((alert) => (
                <List.Item key={alert.alert_id}>
                  <Text size="sm" c="dimmed"><Time at={alert.created_at} />, {alert.kind}</Text>
                  {alert.message}{' '}
                  {alert.team_id && <AnchorLink to="/teams/$teamId" params={{ teamId: alert.team_id }}>{alert.team_id}</AnchorLink>}
                </List.Item>
              ))}
            </List>
          )}
      </Answered>
    </Section>
  );
}
