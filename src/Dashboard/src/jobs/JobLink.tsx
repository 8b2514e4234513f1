import { AnchorLink } from '../parts/links';

/** A job by the end of its id, which tells it from others; the whole id is its name and title. */
export function JobLink({ jobId }: { jobId: string }) {
  return (
    <AnchorLink to="/jobs/$jobId" params={{ jobId }} ff="monospace" title={jobId} aria-label={jobId}>{jobId.slice(-12)}</AnchorLink>
  );
}
