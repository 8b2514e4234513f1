import { Badge } from '@mantine/core';

const whole = new Intl.NumberFormat('en');
const precise = new Intl.NumberFormat('en', { maximumFractionDigits: 6 });
const cents = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' });
const fractions = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumFractionDigits: 6 });
const percents = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });

export const none = '–';

export const count = (value: number) => whole.format(value);

export const credits = (value: number) => precise.format(value);

/** Calls cost fractions of a cent: below a dollar those are shown. */
export const usd = (value: number | null | undefined) =>
  value == null ? none : (Math.abs(value) < 1 ? fractions : cents).format(value);

/** Of a share, 0 to 1. */
export const percent = (share: number | null | undefined) => (share == null ? none : percents.format(share));

/** A time in ms. */
export const duration = (ms: number) => (ms < 1000 ? `${whole.format(Math.round(ms))} ms` : `${precise.format(Math.round(ms / 100) / 10)} s`);

/** In the reader's time zone; UTC, as the service keeps it, in its title. */
export function Time({ at }: { at: string | null | undefined }) {
  return at ? <time dateTime={at} title={new Date(at).toISOString()}>{moment.format(new Date(at))}</time> : <>{none}</>;
}

const colors: Record<string, string> = {
  active: 'green', completed: 'green', paused: 'yellow', pending: 'gray', in_progress: 'blue', suspended: 'red', failed: 'red', cancelled: 'gray', revoked: 'gray',
};

/** A status by its word; the colour only repeats it. */
export function Status({ of }: { of: string }) {
  return <Badge variant="dot" color={colors[of] ?? 'gray'} tt="none" miw="max-content">{of.replace('_', ' ')}</Badge>;
}
