import { useDisclosure } from '@mantine/hooks';
import type { QueryKey } from '@tanstack/react-query';
import { type Answer, useChange } from '../api/query';
import { ConfirmByName } from './ConfirmByName';
import { RowAction } from './RowActions';

type Props = {
  /** What must be typed. */
  name: string;
  /** What is deleted: "the model". */
  what: string;
  /** Says what happens then. */
  warning: string;
  send: () => Promise<Answer<unknown>>;
  stale: QueryKey[];
  done?: () => void;
  /** Where it is more of an end than a deletion. */
  verb?: string;
};

/** A button that deletes something, once its name has been typed. */
export function Delete({ name, what, warning, send, stale, done, verb = 'Delete' }: Props) {
  const [asked, ask] = useDisclosure();
  const change = useChange(send, {
    stale,
    done: () => {
      ask.close();
      done?.();
    },
  });

  return (
    <>
      <RowAction verb={verb} name={name} act={ask.open} />
      <ConfirmByName
        opened={asked}
        close={ask.close}
        name={name}
        action={`${verb} ${what}`}
        warning={warning}
        confirm={() => change.mutate(undefined)}
        pending={change.isPending}
        error={change.error}
      />
    </>
  );
}
