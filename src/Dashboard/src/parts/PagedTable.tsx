import { Box, Loader, Table } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import type { Pages } from '../api/query';
import { Failure } from './Failure';
import { Loading } from './Loading';

export type Column<Row> = { title: string; cell: (row: Row) => ReactNode; numeric?: boolean };

type Props<Row> = {
  label: string;
  pages: Pages<Row>;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  /** What to show where there is no row. */
  empty: ReactNode;
};

/** All rows are as high as this, in px, so that those out of sight need not be drawn. */
const rowHeight = 44;
const overscan = 8;

/** A list of any length: rows in sight are drawn, the next page is asked for when its end comes near. */
export function PagedTable<Row>({ label, pages, columns, rowKey, empty }: Props<Row>) {
  const [sight, setSight] = useState({ top: 0, height: 800 });
  const rows = pages.data ?? [];
  const first = Math.max(0, Math.floor(sight.top / rowHeight) - overscan);
  const last = Math.min(rows.length, Math.ceil((sight.top + sight.height) / rowHeight) + overscan);
  const nearEnd = last === rows.length;
  const { hasNextPage, isFetchingNextPage, error, fetchNextPage } = pages;

  useEffect(() => {
    if (nearEnd && hasNextPage && !isFetchingNextPage && !error) void fetchNextPage();
  }, [nearEnd, hasNextPage, isFetchingNextPage, error, fetchNextPage]);

  if (pages.isPending) return <Loading />;
  if (error && rows.length === 0) return <Failure error={error} retry={() => pages.refetch()} />;
  if (rows.length === 0) return <>{empty}</>;

  return (
    <>
      <Box
        role="region"
        aria-label={label}
        tabIndex={0}
        style={{ overflow: 'auto', maxHeight: 'max(320px, calc(100dvh - 220px))' }}
        onScroll={(event) => setSight({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
      >
        <Table stickyHeader highlightOnHover aria-rowcount={hasNextPage ? -1 : rows.length + 1} style={{ whiteSpace: 'nowrap' }}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => <Table.Th key={column.title} ta={column.numeric ? 'right' : undefined}>{column.title}</Table.Th>)}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            <Gap rows={first} columns={columns.length} />
            {rows.slice(first, last).map((row, index) => (
              <Table.Tr key={rowKey(row)} aria-rowindex={first + index + 2} h={rowHeight}>
                {columns.map((column) => <Table.Td key={column.title} py={0} ta={column.numeric ? 'right' : undefined}>{column.cell(row)}</Table.Td>)}
              </Table.Tr>
            ))}
            <Gap rows={rows.length - last} columns={columns.length} />
          </Table.Tbody>
        </Table>
        {isFetchingNextPage && <Loader size="sm" m="sm" aria-label="Loading more" />}
      </Box>
      <Failure error={error} retry={() => fetchNextPage()} />
    </>
  );
}

/** As high as the rows that are not drawn. */
function Gap({ rows, columns }: { rows: number; columns: number }) {
  return rows > 0 ? <tr aria-hidden style={{ height: rows * rowHeight }}><td colSpan={columns} /></tr> : null;
}
