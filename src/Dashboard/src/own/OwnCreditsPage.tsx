import { Answered } from '../parts/Answered';
import { PageTitle } from '../parts/PageTitle';
import { Section } from '../parts/Section';
import { LedgerTable } from '../teams/LedgerTable';
import { Balance, useBalance } from '../teams/Balance';
import { useOwnTeamId } from './ownTeam';

export function OwnCreditsPage() {
  const teamId = useOwnTeamId();
  const balance = useBalance(teamId);
  return (
    <>
      <PageTitle title="Credits" />
      <Section title="Balance">
        <Answered query={balance} lines={2}>{(found) => <Balance balance={found} />}</Answered>
      </Section>
      <Section title="Ledger"><LedgerTable teamId={teamId} /></Section>
    </>
  );
}
