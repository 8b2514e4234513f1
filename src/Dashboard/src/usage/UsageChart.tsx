import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';

type Props = { days: { day: string; value: number }[]; name: string; format: (value: number) => string };

/** In a file of its own, for the charts come in a piece of their own. */
export default function UsageChart({ days, name, format }: Props) {
  return (
    <BarChart
      h={200}
      data={days.map(({ day, value }) => ({ day, [name]: value }))}
      dataKey="day"
      maxBarWidth={48}
      valueFormatter={format}
      series={[{ name, color: 'blue.7' }]}
      role="img"
      aria-label={`${name} by day`}
    />
  );
}
