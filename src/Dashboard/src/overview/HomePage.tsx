import { OwnOverview } from '../own/OwnOverview';
import { AccountPage } from '../session/AccountPage';
import { useCaller } from '../session/caller';
import { Overview } from './Overview';

/** What somebody sees first. */
export function HomePage() {
  const { kind } = useCaller();
  return kind === 'operator' ? <Overview /> : kind === 'team' ? <OwnOverview /> : <AccountPage />;
}
