/** How a team's jobs are charged. */
export const budgetModes = [
  { value: 'job_based', label: 'One credit' },
  { value: 'consumption_usd', label: 'By what its calls cost' },
  { value: 'consumption_tokens', label: 'By its tokens' },
  { value: 'unlimited', label: 'One credit, and is never refused' },
];

export const budgetModeLabel = (value: string) => budgetModes.find((mode) => mode.value === value)?.label ?? value;
