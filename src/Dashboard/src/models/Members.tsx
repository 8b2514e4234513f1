import { ActionIcon, Button, Group, NumberInput, Paper, Select, Stack, Switch, Text, VisuallyHidden } from '@mantine/core';
import { type DragEvent, useState } from 'react';
import { type Member, moved, shares } from './order';
import styles from './Members.module.css';

type Props = {
  members: Member[];
  change: (members: Member[]) => void;
  /** The models to choose from. */
  models: string[];
  error?: string;
};

/** The models of a group as they are tried: put in order by dragging, or by their buttons. */
export function Members({ members, change, models, error }: Props) {
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const [said, say] = useState('');
  const [search, setSearch] = useState('');

  function move(from: number, to: number) {
    if (from === to || to < 0 || to >= members.length) return;
    change(moved(members, from, to));
    say(`${members[from]?.model_name} is now number ${to + 1} of ${members.length}.`);
  }

  const handlers = (index: number) => ({
    onDragOver: (event: DragEvent) => {
      if (dragged === null) return;
      event.preventDefault();
      setOver(index);
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      if (dragged !== null) move(dragged, index);
      setOver(null);
    },
  });

  const set = (index: number, part: Partial<Member>) => change(members.map((member, at) => (at === index ? { ...member, ...part } : member)));

  return (
    <Stack gap="xs" role="group" aria-label="Models of the group">
      <Stack gap={4} component="ol" m={0} p={0} style={{ listStyle: 'none' }}>
        {members.map((member, index) => (
          <Paper
            key={member.model_name}
            component="li"
            withBorder
            className={styles.member}
            data-together={member.together || undefined}
            data-over={(over === index && dragged !== index) || undefined}
            {...handlers(index)}
          >
            <Group justify="space-between" gap="xs">
              <Group gap="xs" wrap="nowrap">
                <span
                  className={styles.handle}
                  draggable
                  aria-hidden
                  title="Drag to another place"
                  onDragStart={(event) => {
                    setDragged(index);
                    event.dataTransfer.effectAllowed = 'move';
                    event.dataTransfer.setData('text/plain', member.model_name);
                    const row = event.currentTarget.closest('li');
                    if (row) event.dataTransfer.setDragImage(row, 16, 16);
                  }}
                  onDragEnd={() => {
                    setDragged(null);
                    setOver(null);
                  }}
                >
                  ⠿
                </span>
                <Text fw={500}>{index + 1}. {member.model_name}</Text>
              </Group>
              <Group gap={4} wrap="nowrap">
                <Mover to="up" name={member.model_name} end={index === 0} act={() => move(index, index - 1)} />
                <Mover to="down" name={member.model_name} end={index === members.length - 1} act={() => move(index, index + 1)} />
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`Remove ${member.model_name}`}
                  onClick={() => change(moved(members, index, members.length - 1).slice(0, -1))}
                >
                  Remove
                </Button>
              </Group>
            </Group>
            <Group gap="md" mt={6}>
              <Switch size="sm" label="Serves" checked={member.active} onChange={(event) => set(index, { active: event.currentTarget.checked })} />
              {index > 0 && (
                <Switch
                  size="sm"
                  label="Shares the load with the one above"
                  checked={member.together}
                  onChange={(event) => set(index, { together: event.currentTarget.checked })}
                />
              )}
              {shares(members, index) && (
                <NumberInput
                  size="xs"
                  w={90}
                  label="Weight"
                  min={1}
                  max={1000}
                  allowDecimal={false}
                  value={member.weight}
                  onChange={(weight) => set(index, { weight })}
                />
              )}
            </Group>
          </Paper>
        ))}
      </Stack>
      <Select
        label="Add models"
        description="The first one serves; the others are fallbacks in this order."
        data={models.filter((name) => !members.some((member) => member.model_name === name))}
        searchable
        limit={50}
        value={null}
        searchValue={search}
        onSearchChange={setSearch}
        onChange={(name) => {
          setSearch('');
          if (name) change([...members, { model_name: name, weight: 1, active: true, together: false }]);
        }}
        error={error}
        nothingFoundMessage="No such model"
      />
      <VisuallyHidden aria-live="polite">{said}</VisuallyHidden>
    </Stack>
  );
}

/** Keeps its focus at either end, where it does nothing. */
function Mover({ to, name, end, act }: { to: 'up' | 'down'; name: string; end: boolean; act: () => void }) {
  return (
    <ActionIcon variant="default" size="sm" aria-label={`Move ${name} ${to}`} aria-disabled={end} data-disabled={end || undefined} onClick={act}>
      <span aria-hidden>{to === 'up' ? '↑' : '↓'}</span>
    </ActionIcon>
  );
}
