import { MonthPickerInput } from '@mantine/dates';
import { monthOf } from './months';

/** Chooses a month up to this one, YYYY-MM. */
export function MonthPicker({ month, choose, label = 'Month (UTC)' }: { month: string; choose: (month: string) => void; label?: string }) {
  return (
    <MonthPickerInput
      label={label}
      w={180}
      ariaLabels={{ previousYear: 'Previous year', nextYear: 'Next year' }}
      value={`${month}-01`}
      maxDate={`${monthOf()}-01`}
      onChange={(picked) => picked && choose(picked.slice(0, 7))}
    />
  );
}
