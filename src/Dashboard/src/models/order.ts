import type { Schemas } from '../api/client';
import { fieldOf, type NumberField, numberOf } from '../parts/fields';

/** A model's place in a group, as the order of a list shows it. */
export type Member = {
  model_name: string;
  weight: NumberField;
  active: boolean;
  /** It shares the load with the one above, instead of being its fallback. */
  together: boolean;
};

/** Places that share a priority stand together. */
export function membersOf(models: Schemas['ModelGroupMember'][]): Member[] {
  return models.map((model, index) => ({
    model_name: model.model_name,
    weight: fieldOf(model.weight),
    active: model.active,
    together: index > 0 && model.priority === models[index - 1]?.priority,
  }));
}

/** The order as priorities: 0 is tried first. */
export function entriesOf(members: Member[]): Schemas['ModelGroupEntry'][] {
  let priority = 0;
  return members.map((member, index) => {
    if (index > 0 && !member.together) priority++;
    return { model_name: member.model_name, priority, weight: numberOf(member.weight), active: member.active };
  });
}

/** The list with one place elsewhere; that which comes first has nothing above to share with. */
export function moved(members: Member[], from: number, to: number): Member[] {
  const rest = members.filter((_, index) => index !== from);
  const order = [...rest.slice(0, to), members[from]!, ...rest.slice(to)];
  return order.map((member, index) => (index === 0 ? { ...member, together: false } : member));
}

/** Whether the load is shared there, so that a weight counts. */
export function shares(members: Member[], index: number): boolean {
  return (members[index]?.together ?? false) || (members[index + 1]?.together ?? false);
}
