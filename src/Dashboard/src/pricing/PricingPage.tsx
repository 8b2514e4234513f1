import { SegmentedControl, Text } from '@mantine/core';
import { useState } from 'react';
import { ButtonLink } from '../parts/links';
import { PageTitle } from '../parts/PageTitle';
import { RuleTable } from './RuleTable';

/** What customers are billed for jobs. Rules are never changed: a newer one of the same scope takes an older one's place. */
export function PricingPage() {
  const [shown, setShown] = useState('now');
  return (
    <>
      <PageTitle title="Pricing"><ButtonLink to="/pricing/new">Create a rule</ButtonLink></PageTitle>
      <Text c="dimmed" size="sm" mb="md">
        The most specific rule prices a job: its team's before its organization's before everybody's, and one for its type before one for every type.
        A rule is never changed; a newer one takes its place for the jobs created from then on.
      </Text>
      <SegmentedControl
        mb="md"
        aria-label="Which rules"
        value={shown}
        onChange={setShown}
        data={[{ value: 'now', label: 'In force now' }, { value: 'all', label: 'All that ever were' }]}
      />
      <RuleTable inForce={shown === 'now'} />
    </>
  );
}
