/** A month as the service names it, YYYY-MM in UTC; -1 is the one before this. */
export function monthOf(offset = 0): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1)).toISOString().slice(0, 7);
}
