import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { usd } from '../parts/format';

type Day = { day: string; Cost: number; Price: number; Margin: number };

/** In a file of its own, for the charts come in a piece of their own. */
export default function DayChart({ days }: { days: Day[] }) {
  return (
    <BarChart
      h={260}
      data={days}
      dataKey="day"
      withLegend
      maxBarWidth={48}
      valueFormatter={usd}
      series={[{ name: 'Cost', color: 'orange.7' }, { name: 'Price', color: 'blue.7' }, { name: 'Margin', color: 'green.7' }]}
      role="img"
      aria-label="Cost, price and margin by day"
    />
  );
}
